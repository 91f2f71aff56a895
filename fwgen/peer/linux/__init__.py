"""Linux's kernel on the other side of the mailbox: remoteproc, virtio, rpmsg and rpmsg_tty.

Written from what Linux does (torvalds/linux: drivers/remoteproc, drivers/virtio/virtio_ring.c,
drivers/rpmsg/virtio_rpmsg_bus.c, drivers/tty/rpmsg_tty.c, drivers/mailbox; OpenSTLinux's
drivers/remoteproc/stm32_rproc.c), so that a firmware meets here what it will meet on the board: the
same order of events, the same refusals in the same words. It has no clock and no thread; whoever
owns the memory and the mailbox calls in.
"""

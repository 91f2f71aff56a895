"""An emulated Linux kernel at the mailbox: remoteproc, virtio, rpmsg and rpmsg_tty.

It follows Linux (torvalds/linux: drivers/remoteproc, drivers/virtio/virtio_ring.c,
drivers/rpmsg/virtio_rpmsg_bus.c, drivers/tty/rpmsg_tty.c, drivers/mailbox; OpenSTLinux's
drivers/remoteproc/stm32_rproc.c), so that the firmware sees the same as on the board: the same
order of events, and refusals with the same messages. It has no clock and no thread; the owner of
the memory and the mailbox calls it.
"""

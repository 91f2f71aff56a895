"""A stand-in for the kernel's driver: its functions' names, bodies of our own."""

DRIVER = """\
#include <linux/virtio.h>

#define MAX_SUPPORTED_QUEUE_SIZE\t16

struct ring;

static int vhost_user_set_vring_enable(struct device *device,
\t\t\t\t       unsigned int index)
{
\treturn send(device, index);
}

static void vu_req_interrupt(struct device *device)
{
\tif (device)
\t\tvring_interrupt(0, device->ring);
}

static void vu_del_vq(struct ring *vq)
{
\tvring_del_virtqueue(vq);
}

static struct ring *vu_setup_vq(struct virtio_device *vdev)
{
\tint count = MAX_SUPPORTED_QUEUE_SIZE;

\tif (!count)
\t\tvring_del_virtqueue(0);
\treturn create(count, vhost_user_set_vring_enable(0, 0));
}
"""

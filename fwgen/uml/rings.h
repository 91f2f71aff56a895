/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * What fwgen adds to arch/um/drivers/virtio_uml.c, so that an rpmsg device behaves as it does on
 * the board. fwgen/uml/changes.py says where these functions are called. Other devices are not
 * changed.
 */
#ifndef FWGEN_RINGS_H
#define FWGEN_RINGS_H

#include <linux/moduleparam.h>
#include <linux/virtio_ids.h>
#include <linux/workqueue.h>

/* The kernel parameter `vring_entries`: entries of each rpmsg ring, a power of two. */
static unsigned int fwgen_entries = MAX_SUPPORTED_QUEUE_SIZE;
core_param(vring_entries, fwgen_entries, uint, 0444);

struct fwgen_ring {
	struct work_struct work;
	struct virtqueue *vq;
};

static void fwgen_ring_work(struct work_struct *work)
{
	struct fwgen_ring *ring = container_of(work, struct fwgen_ring, work);

	vring_interrupt(0, ring->vq);
}

#define FWGEN_RING(index) {.work = __WORK_INITIALIZER(fwgen_rings[index].work, fwgen_ring_work)}

/* The rings of the firmware's device and of the control channel. */
static struct fwgen_ring fwgen_rings[] = {
	FWGEN_RING(0),
	FWGEN_RING(1),
	FWGEN_RING(2),
	FWGEN_RING(3),
};

/* Returns the place of a ring (NULL: a free place), or NULL if there is none. */
static struct fwgen_ring *fwgen_place(const struct virtqueue *vq)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(fwgen_rings); i++) {
		if (fwgen_rings[i].vq == vq) {
			return &fwgen_rings[i];
		}
	}
	return NULL;
}

static bool fwgen_is_rpmsg(const struct virtio_device *vdev)
{
	return vdev->id.device == VIRTIO_ID_RPMSG;
}

static unsigned int fwgen_ring_entries(const struct virtio_device *vdev)
{
	return fwgen_is_rpmsg(vdev) ? fwgen_entries : MAX_SUPPORTED_QUEUE_SIZE;
}

/* As stm32_rproc does: the rpmsg driver announces channels, which sleeps, so it needs a task. */
static irqreturn_t fwgen_ring_interrupt(int irq, struct virtqueue *vq)
{
	struct fwgen_ring *ring = fwgen_place(vq);

	if (ring == NULL) {
		ring = fwgen_place(NULL);
	}
	if (!fwgen_is_rpmsg(vq->vdev) || ring == NULL) {
		return vring_interrupt(irq, vq);
	}
	ring->vq = vq;
	schedule_work(&ring->work);
	return IRQ_HANDLED;
}

/* The work must not run on a ring that is being deleted. */
static void fwgen_delete_ring(struct virtqueue *vq)
{
	struct fwgen_ring *ring = fwgen_place(vq);

	if (ring != NULL) {
		cancel_work_sync(&ring->work);
		ring->vq = NULL;
	}
	vring_del_virtqueue(vq);
}

#endif /* FWGEN_RINGS_H */

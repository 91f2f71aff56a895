/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the open-amp library does with an endpoint's address when announcing fails: over a ring
 * whose buffers are all with Linux, the way link.c announces, until Linux gives one back. Prints a
 * line a try: the result and the endpoint's address; then the address that was announced. ADDRESS:
 * what is asked for.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <metal/io.h>
#include <metal/sys.h>
#include <openamp/rpmsg_virtio.h>

#define BUFFERS 8
#define BUFFER_BYTES 512
#define FIRST_BUFFER 0x4000
#define TRIES 4

struct metal_state _metal;

static uint8_t memory[0x10000] __attribute__((aligned(4096)));
static metal_phys_addr_t start = (metal_phys_addr_t)0x81200000;
static struct metal_io_region shared;
static union {
	struct virtqueue queue;
	uint8_t bytes[sizeof(struct virtqueue) + BUFFERS * sizeof(struct vq_desc_extra)];
} queues[2];
static struct virtio_vring_info rings[2];
static struct virtio_device device;
static struct rpmsg_virtio_device rpmsg;
static struct rpmsg_endpoint endpoint;

static uint8_t get_status(struct virtio_device *dev)
{
	return VIRTIO_CONFIG_STATUS_DRIVER_OK;
}

static uint32_t get_features(struct virtio_device *dev)
{
	return 1; /* VIRTIO_RPMSG_F_NS */
}

static void notify(struct virtqueue *queue)
{
}

static int create(struct virtio_device *dev, unsigned int flags, unsigned int count,
		  const char *names[], vq_callback callbacks[], void *arguments[])
{
	int error = 0;

	for (unsigned int i = 0; i < count && error == 0; i++) {
		error = virtqueue_create(dev, (unsigned short)i, names[i], &rings[i].info,
					 callbacks[i], notify, rings[i].vq);
	}
	return error;
}

static void delete(struct virtio_device *dev)
{
}

static int do_not_wait(struct rpmsg_device *dev, uint32_t id)
{
	return RPMSG_ERR_NO_BUFF;
}

static int ignore_received(struct rpmsg_endpoint *ept, void *data, size_t len, uint32_t src,
			   void *priv)
{
	return RPMSG_SUCCESS;
}

static const struct virtio_dispatch dispatch = {
	.create_virtqueues = create,
	.delete_virtqueues = delete,
	.get_status = get_status,
	.get_features = get_features,
	.notify = notify,
};

/* All buffers were given to the firmware and used up by it, before it was reset. */
static void fill(struct vring *ring)
{
	for (uint16_t i = 0; i < BUFFERS; i++) {
		ring->desc[i].addr = start + FIRST_BUFFER + i * BUFFER_BYTES;
		ring->desc[i].len = BUFFER_BYTES;
		ring->avail->ring[i] = i;
	}
	ring->avail->idx = BUFFERS;
	ring->used->idx = BUFFERS;
}

int main(void)
{
	struct vring to_linux;
	uint32_t announced;

	metal_io_init(&shared, memory, &start, sizeof(memory), (unsigned int)-1, 0, NULL);
	for (int i = 0; i < 2; i++) {
		rings[i] = (struct virtio_vring_info){
			.vq = &queues[i].queue,
			.info = {.vaddr = memory + i * 0x1000, .align = 16, .num_descs = BUFFERS},
			.io = &shared,
		};
	}
	vring_init(&to_linux, BUFFERS, memory, 16);
	fill(&to_linux);
	device = (struct virtio_device){
		.id.device = VIRTIO_ID_RPMSG,
		.role = VIRTIO_DEV_DEVICE,
		.func = &dispatch,
		.vrings_num = 2,
		.vrings_info = rings,
	};
	if (rpmsg_init_vdev(&rpmsg, &device, NULL, &shared, NULL) != 0) {
		return 1;
	}
	rpmsg_virtio_set_wait_cb(&rpmsg, do_not_wait);
	queues[0].queue.vq_available_idx = BUFFERS;
	for (int try = 0; try < TRIES; try++) {
		int result;

		if (try == TRIES - 1) { /* Linux gives one back */
			to_linux.avail->ring[0] = 0;
			to_linux.avail->idx++;
		}
		result = rpmsg_create_ept(&endpoint, rpmsg_virtio_get_rpmsg_device(&rpmsg),
					  "rpmsg-tty", ADDRESS, RPMSG_ADDR_ANY, ignore_received,
					  NULL);
		printf("%d %" PRIu32 "\n", result, endpoint.addr);
	}
	memcpy(&announced, memory + FIRST_BUFFER + 16 + RPMSG_NAME_SIZE, sizeof(announced));
	printf("announced %" PRIu32 "\n", announced);
	return 0;
}

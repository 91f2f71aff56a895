/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses the rings of the open-amp library, but with its own virtio device. The library's device
 * allocates memory for each new set of rings, waits for Linux in a loop, and reads until the ring
 * is empty after a doorbell, even if the door was shut meanwhile.
 *
 * vq0 carries messages to Linux, vq1 messages from Linux. On both, Linux makes buffers available
 * and the firmware uses them.
 */
#include "link.h"

#include <limits.h>
#include <string.h>

#include <cmsis_core.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/barrier.h>

#include <metal/io.h>
#include <openamp/rpmsg_virtio.h>
#include <resource_table.h>

#include "clock.h"
#include "doorbell.h"
#include "peer_address.h"
#include "presence.h"
#include "rings.h"
#include "wire.h"

#define SHARED_START DT_REG_ADDR(DT_CHOSEN(zephyr_ipc_shm))
#define SHARED_BYTES DT_REG_SIZE(DT_CHOSEN(zephyr_ipc_shm))

#define RINGS 2u
#define TO_LINUX 0u
#define FROM_LINUX 1u
#define RING_BUFFERS CONFIG_OPENAMP_RSC_TABLE_NUM_RPMSG_BUFF

/* A bit of the device's status that virtio does not use. We set it; a reset by Linux clears it. */
#define STATUS_SEEN 0x20u

/*
 * The endpoint's address is fixed, because Linux identifies a channel by name and address. The
 * library would choose another address after each failed announcement. Addresses below 1024 are
 * reserved for well-known services; this is the first one above. There is no other endpoint.
 */
#define ADDRESS RPMSG_RESERVED_ADDRESSES
#define ANNOUNCEMENT_BYTES (RPMSG_NAME_SIZE + 8u) /* name, address, flags */

BUILD_ASSERT(ADDRESS >= RPMSG_RESERVED_ADDRESSES &&
		     ADDRESS - RPMSG_RESERVED_ADDRESSES < RPMSG_ADDR_BMP_SIZE,
	     "the library must be able to manage this address");
BUILD_ASSERT(RPMSG_BUFFER_SIZE == RPMSG_BUFFER_BYTES,
	     "the library and Linux must have buffers of the same size");
BUILD_ASSERT(RPMSG_PAYLOAD_MAX >= WIRE_MESSAGE_MAX, "a message must fit into a buffer");

union queue_memory {
	struct virtqueue queue;
	uint8_t bytes[sizeof(struct virtqueue) + RING_BUFFERS * sizeof(struct vq_desc_extra)];
};

static struct {
	const char *channel;
	struct fw_resource_table *table;
	bool inherited; /* the virtio device is older than this run of the firmware */
	bool seen;	/* marked by this run of the firmware */
	struct presence presence;
	bool door_open;
	bool attached;	/* to the rings that Linux has made */
	bool announced; /* the endpoint */
	bool broken;	/* the rings are invalid: not used until there are new ones */
	bool unread;	/* there may be messages in the ring */
	bool bell_on;	/* Linux is asked to ring when it gives buffers back */
	bool gave_back;
	struct peer_address peer;
	uint16_t used[RINGS]; /* our index `used` in each ring: how many buffers we have used */
	struct link_counters counters;
} link;

static union queue_memory rings[RINGS];
static struct virtio_vring_info ring_infos[RINGS];
static struct virtio_device device;
static struct rpmsg_virtio_device rpmsg;
static struct rpmsg_endpoint endpoint;
static metal_phys_addr_t shared_start = SHARED_START;
static struct metal_io_region shared;
static const struct shared_memory shared_memory = {
	.start = SHARED_START,
	.size_bytes = SHARED_BYTES,
	.bytes = (uint8_t *)SHARED_START,
};
static struct rpmsg_message incoming;

/* ------------------------------------------------- the virtio device for the library */

static uint8_t get_status(struct virtio_device *dev)
{
	return VIRTIO_CONFIG_STATUS_DRIVER_OK; /* the library is not called before that */
}

static uint32_t get_features(struct virtio_device *dev)
{
	return link.table->vdev.dfeatures & link.table->vdev.gfeatures;
}

static int create_virtqueues(struct virtio_device *dev, unsigned int flags, unsigned int count,
			     const char *names[], vq_callback callbacks[], void *callback_args[])
{
	int error = 0;

	for (unsigned int i = 0; i < count && error == 0; i++) {
		error = virtqueue_create(dev, (unsigned short)i, names[i], &ring_infos[i].info,
					 callbacks[i], dev->func->notify, ring_infos[i].vq);
	}
	return error;
}

static void delete_virtqueues(struct virtio_device *dev)
{
}

static void notify(struct virtqueue *queue)
{
	doorbell_ring(queue->vq_queue_index == TO_LINUX ? DOORBELL_VQ0 : DOORBELL_VQ1);
}

static const struct virtio_dispatch dispatch = {
	.create_virtqueues = create_virtqueues,
	.delete_virtqueues = delete_virtqueues,
	.get_status = get_status,
	.get_features = get_features,
	.notify = notify,
};

/* Replaces the library's wait for a buffer: returns that there is none. */
static int do_not_wait(struct rpmsg_device *dev, uint32_t id)
{
	return RPMSG_ERR_NO_BUFF;
}

/* Never called, because link_receive() reads the ring; the library requires a callback. */
static int ignore_received(struct rpmsg_endpoint *ept, void *data, size_t len, uint32_t src,
			   void *priv)
{
	return RPMSG_SUCCESS;
}

/* -------------------------------------------------------------------------- the door */

/* Whether PWR shows that Linux is up. Without access to PWR only the door counts. */
static bool linux_is_up(void)
{
	if (!IS_ENABLED(CONFIG_FWGEN_ASK_PWR)) {
		return link.presence.heard;
	}
	return presence_look(&link.presence, doorbell_a35_runs(), clock_us());
}

static bool enter(void)
{
	__ASSERT(link.door_open, "a ring is used while the door is shut");
	if (unlikely(!link.door_open)) {
		link.counters.blocked_accesses++;
		return false;
	}
	/* If not, Linux has suspended without telling the firmware: no application was running. */
	return linux_is_up();
}

void link_door(bool open)
{
	link.door_open = open;
}

/* ---------------------------------------------------------- the device's life cycle */

static uint8_t read_status(void)
{
	uint8_t status = *(const volatile uint8_t *)&link.table->vdev.status;

	barrier_dmem_fence_full();
	return status;
}

/*
 * Linux can reset a device and make it ready again in microseconds, which the firmware may miss. So
 * the firmware marks the device; a reset clears the mark. The MPU write-protects the table.
 */
static void mark_seen(void)
{
	unsigned int key = irq_lock();
	uint32_t protection = MPU->CTRL;

	MPU->CTRL = 0;
	barrier_dsync_fence_full();
	barrier_isync_fence_full();
	*(volatile uint8_t *)&link.table->vdev.status |= STATUS_SEEN;
	barrier_dsync_fence_full();
	MPU->CTRL = protection;
	barrier_dsync_fence_full();
	barrier_isync_fence_full();
	irq_unlock(key);
	link.seen = true;
}

void link_init(const char *channel)
{
	int size;

	link.channel = channel;
	rsc_table_get((void *)&link.table, &size);
	metal_io_init(&shared, (void *)SHARED_START, &shared_start, SHARED_BYTES, UINT_MAX, 0,
		      NULL);
	link.inherited = (read_status() & STATUS_SEEN) != 0;
	presence_begin(&link.presence, clock_us());
}

bool link_exists(bool rang)
{
	uint8_t status = read_status();
	bool marked = (status & STATUS_SEEN) != 0;

	if ((status & VIRTIO_CONFIG_STATUS_DRIVER_OK) == 0 || (link.seen && !marked)) {
		link.seen = false;
		link.inherited = false;
		link.attached = false;
		return false;
	}
	if (rang) {
		presence_heard(&link.presence);
	}
	if (!marked) {
		/* Linux has just made the device. */
		link.inherited = false;
		presence_heard(&link.presence);
	} else if (link.inherited) {
		/* The device is old: it counts once Linux is known to be awake. */
		link.inherited = !linux_is_up();
	} else if (link.door_open) {
		(void)linux_is_up(); /* notice a stopped A35 even while there is nothing to do */
	}
	if (!link.inherited && !link.seen) {
		mark_seen();
	}
	return !link.inherited;
}

static bool ring_is_sane(const struct fw_rsc_vdev_vring *ring)
{
	uint32_t bytes = (uint32_t)vring_size(ring->num, ring->align);

	return ring->num == RING_BUFFERS && ring->align == VRING_ALIGNMENT &&
	       ring->da % VRING_ALIGNMENT == 0 && ring->da >= SHARED_START &&
	       ring->da - SHARED_START <= SHARED_BYTES - bytes;
}

static void describe_ring(uint32_t index, const struct fw_rsc_vdev_vring *ring)
{
	memset(&rings[index], 0, sizeof(rings[index]));
	ring_infos[index] = (struct virtio_vring_info){
		.vq = &rings[index].queue,
		.info = {.vaddr = (void *)(uintptr_t)ring->da,
			 .align = ring->align,
			 .num_descs = (uint16_t)ring->num},
		.notifyid = ring->notifyid,
		.io = &shared,
	};
}

static void note_used(void)
{
	for (uint32_t i = 0; i < RINGS; i++) {
		link.used[i] = rings[i].queue.vq_ring.used->idx;
	}
}

/* New rings are all zeros. Only the firmware increments `used`, so a changed index means new
 * rings. */
static bool rings_are_new(void)
{
	for (uint32_t i = 0; i < RINGS; i++) {
		if (rings[i].queue.vq_ring.used->idx != link.used[i]) {
			return true;
		}
	}
	return false;
}

static bool attach(void)
{
	const struct fw_resource_table *table = link.table;

	if (!ring_is_sane(&table->vring0) || !ring_is_sane(&table->vring1)) {
		link.counters.bad_rings++;
		return false;
	}
	describe_ring(TO_LINUX, &table->vring0);
	describe_ring(FROM_LINUX, &table->vring1);
	device = (struct virtio_device){
		.notifyid = VDEV_ID,
		.id.device = VIRTIO_ID_RPMSG,
		.role = VIRTIO_DEV_DEVICE,
		.func = &dispatch,
		.vrings_num = RINGS,
		.vrings_info = ring_infos,
	};
	if (rpmsg_init_vdev(&rpmsg, &device, NULL, &shared, NULL) != 0) {
		link.counters.bad_rings++;
		return false;
	}
	rpmsg_virtio_set_wait_cb(&rpmsg, do_not_wait);
	note_used();
	for (uint32_t i = 0; i < RINGS; i++) {
		/* In old rings, skip the buffers that were used already; 0 in new ones. */
		rings[i].queue.vq_available_idx = link.used[i];
	}
	link.gave_back = false;
	link.announced = false;
	link.broken = false;
	link.peer = (struct peer_address){0};
	link.unread = true;
	link.bell_on = true;
	link.attached = true;
	return true;
}

/* Finds the next buffer in a ring. A broken ring is counted once and then treated as empty. */
static enum ring_result look(uint32_t index, struct ring_buffer *buffer)
{
	const struct virtqueue *queue = &rings[index].queue;
	const struct ring ring = {
		.start = (const volatile uint8_t *)queue->vq_ring.desc,
		.entries = queue->vq_nentries,
	};
	enum ring_result result;

	if (link.broken) {
		return RING_EMPTY;
	}
	result = ring_look(&ring, &shared_memory, queue->vq_available_idx, buffer);
	if (result == RING_BROKEN) {
		link.broken = true;
		link.counters.bad_rings++;
		return RING_EMPTY;
	}
	return result;
}

/* Whether the library may send. It does not check the next buffer of the ring itself. */
static bool may_send(size_t len)
{
	struct ring_buffer buffer;
	enum ring_result result = look(TO_LINUX, &buffer);

	if (result == RING_BAD_BUFFER ||
	    (result == RING_BUFFER && buffer.size_bytes < RPMSG_HEADER_BYTES + len)) {
		link.broken = true; /* all buffers of Linux have the same size */
		link.counters.bad_rings++;
	}
	return !link.broken;
}

static void announce(void)
{
	if (!may_send(ANNOUNCEMENT_BYTES)) {
		return;
	}
	link.announced =
		rpmsg_create_ept(&endpoint, rpmsg_virtio_get_rpmsg_device(&rpmsg), link.channel,
				 ADDRESS, RPMSG_ADDR_ANY, ignore_received, NULL) == RPMSG_SUCCESS;
	note_used();
}

bool link_attend(bool rang)
{
	if (rang) {
		link.unread = true;
	} else if (link.attached && link.announced) {
		return true; /* nothing to do, so do not use the rings */
	}
	if (!enter()) {
		return true;
	}
	if (link.attached && rings_are_new()) {
		link.attached = false;
		return false;
	}
	if (!link.attached && !attach()) {
		return true;
	}
	if (!link.announced) {
		announce();
	}
	return true;
}

/* --------------------------------------------------------------------------- messages */

int link_send(const uint8_t *bytes, size_t len)
{
	int sent;

	if (!enter() || !link.attached || !link.announced || !link.peer.known || !may_send(len)) {
		return -1;
	}
	sent = rpmsg_trysend(&endpoint, bytes, (int)len);
	if (sent == RPMSG_ERR_NO_BUFF) {
		link.bell_on = true;
		doorbell_ring(DOORBELL_VQ0); /* Linux may have missed the last one */
		if (virtqueue_enable_cb(rpmsg.svq) != 0 && may_send(len)) {
			/* Linux gave one back before it saw that we need a doorbell. */
			sent = rpmsg_trysend(&endpoint, bytes, (int)len);
		}
	}
	note_used();
	return sent == (int)len ? 0 : -1;
}

void link_has_buffers(void)
{
	if (link.bell_on && enter() && link.attached) {
		link.bell_on = false;
		virtqueue_disable_cb(rpmsg.svq);
	}
}

/* Whether the buffer has a message of the peer; it is in `incoming` then. */
static bool is_peers(const struct ring_buffer *buffer)
{
	if (!rpmsg_read(buffer, &incoming)) {
		link.counters.bad_messages++;
		return false;
	}
	if (incoming.destination != endpoint.addr) {
		return false; /* for another address, such as the name service */
	}
	if (!peer_address_accepts(&link.peer, incoming.source, incoming.bytes, incoming.len)) {
		link.counters.foreign_messages++;
		return false;
	}
	endpoint.dest_addr = link.peer.address;
	return true;
}

/* Takes the next message. False: there is none. `peers`: it is the peer's and in `incoming`. */
static bool take_message(bool *peers)
{
	struct ring_buffer buffer;
	enum ring_result result = look(FROM_LINUX, &buffer);

	*peers = false;
	if (result == RING_EMPTY) {
		return false;
	}
	rings[FROM_LINUX].queue.vq_available_idx++;
	if (result == RING_BAD_BUFFER) {
		link.counters.bad_messages++;
	} else {
		*peers = is_peers(&buffer);
	}
	(void)virtqueue_add_consumed_buffer(rpmsg.rvq, buffer.index, 0);
	link.gave_back = true;
	note_used();
	return true;
}

const uint8_t *link_receive(size_t *len)
{
	bool peers = false;

	if (!link.unread || !enter() || !link.attached || !link.announced) {
		return NULL;
	}
	for (uint32_t i = 0; i < RING_BUFFERS && !peers; i++) {
		link.unread = take_message(&peers);
		if (!link.unread) {
			return NULL;
		}
	}
	*len = incoming.len;
	return peers ? incoming.bytes : NULL;
}

void link_read_all(void)
{
	if (link.gave_back && enter() && link.attached) {
		link.gave_back = false;
		virtqueue_kick(rpmsg.rvq);
	}
}

const struct link_counters *link_counters(void)
{
	return &link.counters;
}

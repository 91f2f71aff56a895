/* SPDX-License-Identifier: Apache-2.0 */
#include "peer_address.h"

#include "wire.h"

/* Whether the bytes begin like a message, whole or in part. `session`: of a whole hello, else 0. */
static bool begins_well(const uint8_t *bytes, size_t len, uint32_t *session)
{
	struct wire_reader reader = {0};
	struct wire_peer_message message;

	*session = 0;
	if (len == 0) {
		return false;
	}
	if (len > WIRE_PEER_MESSAGE_MAX) {
		len = WIRE_PEER_MESSAGE_MAX; /* enough for the first one */
	}
	if (wire_read(&reader, &bytes, &len, &message) && reader.errors == 0 &&
	    message.kind == WIRE_PEER_HELLO) {
		*session = message.id;
	}
	return reader.errors == 0;
}

bool peer_address_accepts(struct peer_address *peer, uint32_t source, const uint8_t *bytes,
			  size_t len)
{
	uint32_t session;
	bool well = begins_well(bytes, len, &session);
	bool new_session = session != 0 && session != peer->session;

	if (!peer->known ? !well : source != peer->address && !new_session) {
		return false;
	}
	peer->known = true;
	peer->address = source;
	if (session != 0) {
		peer->session = session;
	}
	return true;
}

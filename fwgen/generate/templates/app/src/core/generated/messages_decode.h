/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Made from fwgen.cddl by `python -m fwgen.wire`.
 *
 * Generated using zcbor version 0.9.1
 * https://github.com/NordicSemiconductor/zcbor
 * Generated with a --default-max-qty of 3
 */

#ifndef MESSAGES_DECODE_H__
#define MESSAGES_DECODE_H__

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "messages_decode_types.h"

#ifdef __cplusplus
extern "C" {
#endif

#if DEFAULT_MAX_QTY != 3
#error "The type file was generated with a different default_max_qty than this file"
#endif


int cbor_decode_own_peer_message(
		const uint8_t *payload, size_t payload_len,
		struct own_peer_message_r *result,
		size_t *payload_len_out);


int cbor_decode_stream_ack(
		const uint8_t *payload, size_t payload_len,
		struct stream_ack *result,
		size_t *payload_len_out);


#ifdef __cplusplus
}
#endif

#endif /* MESSAGES_DECODE_H__ */

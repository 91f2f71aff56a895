/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Made from fwgen.cddl by `python -m fwgen.wire`.
 *
 * Generated using zcbor version 0.9.1
 * https://github.com/NordicSemiconductor/zcbor
 * Generated with a --default-max-qty of 3
 */

#ifndef MESSAGES_ENCODE_H__
#define MESSAGES_ENCODE_H__

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "messages_encode_types.h"

#ifdef __cplusplus
extern "C" {
#endif

#if DEFAULT_MAX_QTY != 3
#error "The type file was generated with a different default_max_qty than this file"
#endif


int cbor_encode_hello(
		uint8_t *payload, size_t payload_len,
		const struct hello *input,
		size_t *payload_len_out);


int cbor_encode_hello_to_other(
		uint8_t *payload, size_t payload_len,
		const struct hello_to_other *input,
		size_t *payload_len_out);


int cbor_encode_data(
		uint8_t *payload, size_t payload_len,
		const struct data *input,
		size_t *payload_len_out);


int cbor_encode_gap(
		uint8_t *payload, size_t payload_len,
		const struct gap *input,
		size_t *payload_len_out);


int cbor_encode_sleep_ack(
		uint8_t *payload, size_t payload_len,
		const struct sleep_ack *input,
		size_t *payload_len_out);


int cbor_encode_wake_ack(
		uint8_t *payload, size_t payload_len,
		const struct wake_ack *input,
		size_t *payload_len_out);


int cbor_encode_status(
		uint8_t *payload, size_t payload_len,
		const struct status *input,
		size_t *payload_len_out);


int cbor_encode_start(
		uint8_t *payload, size_t payload_len,
		const struct start *input,
		size_t *payload_len_out);


int cbor_encode_call(
		uint8_t *payload, size_t payload_len,
		const struct call *input,
		size_t *payload_len_out);


int cbor_encode_stream_info(
		uint8_t *payload, size_t payload_len,
		const struct stream_info *input,
		size_t *payload_len_out);


int cbor_encode_stream_gap(
		uint8_t *payload, size_t payload_len,
		const struct stream_gap *input,
		size_t *payload_len_out);


#ifdef __cplusplus
}
#endif

#endif /* MESSAGES_ENCODE_H__ */

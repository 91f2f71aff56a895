/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Made from fwgen.cddl by `python -m fwgen.wire`.
 *
 * Generated using zcbor version 0.9.1
 * https://github.com/NordicSemiconductor/zcbor
 * Generated with a --default-max-qty of 3
 */

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "zcbor_decode.h"
#include "messages_decode.h"
#include "zcbor_print.h"

#if DEFAULT_MAX_QTY != 3
#error "The type file was generated with a different default_max_qty than this file"
#endif

#define log_result(state, result, func) do { \
	if (!result) { \
		zcbor_trace_file(state); \
		zcbor_log("%s error: %s\r\n", func, zcbor_error_str(zcbor_peek_error(state))); \
	} else { \
		zcbor_log("%s success\r\n", func); \
	} \
} while(0)

static bool decode_peer_hello(zcbor_state_t *state, struct peer_hello *result);
static bool decode_sleep(zcbor_state_t *state, struct sleep *result);
static bool decode_wake(zcbor_state_t *state, struct wake *result);
static bool decode_ack(zcbor_state_t *state, struct ack *result);
static bool decode_start_ack(zcbor_state_t *state, struct start_ack *result);
static bool decode_stream_ack(zcbor_state_t *state, struct stream_ack *result);
static bool decode_own_peer_message(zcbor_state_t *state, struct own_peer_message_r *result);


static bool decode_peer_hello(
		zcbor_state_t *state, struct peer_hello *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = ((zcbor_tag_expect(state, 55799)
	&& (zcbor_list_start_decode(state) && ((((zcbor_uint32_expect(state, (16))))
	&& ((zcbor_uint32_decode(state, (&(*result).format)))
	&& ((((((*result).format <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_bstr_decode(state, (&(*result).bstr8)))
	&& ((((*result).bstr8.len == 8)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).spec_hash_choice = peer_hello_spec_hash_bstr8_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).spec_hash_choice = peer_hello_spec_hash_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_uint32_decode(state, (&(*result).session)))
	&& ((((((*result).session <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).u32_m)))
	&& ((((((*result).u32_m <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).expected_seq_choice = peer_hello_expected_seq_u32_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).expected_seq_choice = peer_hello_expected_seq_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint64_decode(state, (&(*result).log_id_m)))) && (((*result).log_choice = peer_hello_log_log_id_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).log_choice = peer_hello_log_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_uint64_decode(state, (&(*result).new_log))))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_sleep(
		zcbor_state_t *state, struct sleep *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_expect(state, 55799)
	&& (zcbor_list_start_decode(state) && ((((zcbor_uint32_expect(state, (17))))
	&& ((zcbor_uint32_decode(state, (&(*result).id)))
	&& ((((((*result).id <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_wake(
		zcbor_state_t *state, struct wake *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_expect(state, 55799)
	&& (zcbor_list_start_decode(state) && ((((zcbor_uint32_expect(state, (18))))
	&& ((zcbor_uint32_decode(state, (&(*result).id)))
	&& ((((((*result).id <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).next_seq)))
	&& ((((((*result).next_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_ack(
		zcbor_state_t *state, struct ack *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_expect(state, 55799)
	&& (zcbor_list_start_decode(state) && ((((zcbor_uint32_expect(state, (19))))
	&& ((zcbor_uint32_decode(state, (&(*result).next_seq)))
	&& ((((((*result).next_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint64_decode(state, (&(*result).log))))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_start_ack(
		zcbor_state_t *state, struct start_ack *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_expect(state, 55799)
	&& (zcbor_list_start_decode(state) && ((((zcbor_uint32_expect(state, (20))))
	&& ((zcbor_uint32_decode(state, (&(*result).boot)))
	&& ((((((*result).boot <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).crashes)))
	&& ((((((*result).crashes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_stream_ack(
		zcbor_state_t *state, struct stream_ack *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_expect(state, 55799)
	&& (zcbor_list_start_decode(state) && ((((zcbor_uint32_expect(state, (21))))
	&& ((zcbor_uint32_expect(state, (1))))
	&& ((zcbor_uint32_decode(state, (&(*result).next_seq)))
	&& ((((((*result).next_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint64_decode(state, (&(*result).log))))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_own_peer_message(
		zcbor_state_t *state, struct own_peer_message_r *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((zcbor_union_start_code(state) && (int_res = ((((decode_peer_hello(state, (&(*result).peer_hello_m)))) && (((*result).own_peer_message_choice = own_peer_message_peer_hello_m_c), true))
	|| (zcbor_union_elem_code(state) && (((decode_sleep(state, (&(*result).sleep_m)))) && (((*result).own_peer_message_choice = own_peer_message_sleep_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_wake(state, (&(*result).wake_m)))) && (((*result).own_peer_message_choice = own_peer_message_wake_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_ack(state, (&(*result).ack_m)))) && (((*result).own_peer_message_choice = own_peer_message_ack_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_start_ack(state, (&(*result).start_ack_m)))) && (((*result).own_peer_message_choice = own_peer_message_start_ack_m_c), true)))), zcbor_union_end_code(state), int_res))));

	log_result(state, res, __func__);
	return res;
}



int cbor_decode_own_peer_message(
		const uint8_t *payload, size_t payload_len,
		struct own_peer_message_r *result,
		size_t *payload_len_out)
{
	zcbor_state_t states[5];

	return zcbor_entry_function(payload, payload_len, (void *)result, payload_len_out, states,
		(zcbor_decoder_t *)decode_own_peer_message, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_decode_stream_ack(
		const uint8_t *payload, size_t payload_len,
		struct stream_ack *result,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)result, payload_len_out, states,
		(zcbor_decoder_t *)decode_stream_ack, sizeof(states) / sizeof(zcbor_state_t), 1);
}

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
#include "zcbor_encode.h"
#include "messages_encode.h"
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

static bool encode_stream_gap(zcbor_state_t *state, const struct stream_gap *input);
static bool encode_stream_info(zcbor_state_t *state, const struct stream_info *input);
static bool encode_call(zcbor_state_t *state, const struct call *input);
static bool encode_start(zcbor_state_t *state, const struct start *input);
static bool encode_status(zcbor_state_t *state, const struct status *input);
static bool encode_wake_ack(zcbor_state_t *state, const struct wake_ack *input);
static bool encode_sleep_ack(zcbor_state_t *state, const struct sleep_ack *input);
static bool encode_gap(zcbor_state_t *state, const struct gap *input);
static bool encode_data(zcbor_state_t *state, const struct data *input);
static bool encode_hello_to_other(zcbor_state_t *state, const struct hello_to_other *input);
static bool encode_hello(zcbor_state_t *state, const struct hello *input);


static bool encode_stream_gap(
		zcbor_state_t *state, const struct stream_gap *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 4) && ((((zcbor_uint32_put(state, (9))))
	&& ((zcbor_uint32_put(state, (1))))
	&& (((((((*input).first_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).first_seq))))
	&& (((((*input).count >= 1)
	&& ((*input).count <= INT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).count))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 4))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_stream_info(
		zcbor_state_t *state, const struct stream_info *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 5) && ((((zcbor_uint32_put(state, (8))))
	&& ((zcbor_uint32_put(state, (1))))
	&& (((((((*input).oldest_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).oldest_seq))))
	&& (((((((*input).next_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).next_seq))))
	&& (((((((*input).period_us <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).period_us))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 5))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_call(
		zcbor_state_t *state, const struct call *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 4) && ((((zcbor_uint32_put(state, (7))))
	&& ((zcbor_uint64_encode(state, (&(*input).time_us))))
	&& (((((((*input).reason <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).reason))))
	&& ((zcbor_bstr_encode(state, (&(*input).condition))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 4))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_start(
		zcbor_state_t *state, const struct start *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 22) && ((((zcbor_uint32_put(state, (6))))
	&& (((((((*input).boot <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).boot))))
	&& (((((((*input).reset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).reset))))
	&& (((((((*input).memory <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).memory))))
	&& (((((((*input).unreadable <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).unreadable))))
	&& (((((((*input).damaged <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).damaged))))
	&& (((((((*input).crashes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).crashes))))
	&& (((((((*input).untold <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).untold))))
	&& (((((((*input).first_kind <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).first_kind))))
	&& (((((((*input).first_line <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).first_line))))
	&& (((((((*input).first_pc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).first_pc))))
	&& (((((((*input).first_lr <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).first_lr))))
	&& (((((((*input).first_file <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).first_file))))
	&& (((((((*input).first_boot <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).first_boot))))
	&& (((((((*input).first_uptime_s <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).first_uptime_s))))
	&& (((((((*input).last_kind <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).last_kind))))
	&& (((((((*input).last_line <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).last_line))))
	&& (((((((*input).last_pc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).last_pc))))
	&& (((((((*input).last_lr <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).last_lr))))
	&& (((((((*input).last_file <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).last_file))))
	&& (((((((*input).last_boot <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).last_boot))))
	&& (((((((*input).last_uptime_s <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).last_uptime_s))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 22))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_status(
		zcbor_state_t *state, const struct status *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 21) && ((((zcbor_uint32_put(state, (5))))
	&& ((zcbor_uint64_encode(state, (&(*input).time_us))))
	&& (((((((*input).backlog <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).backlog))))
	&& (((((((*input).log_used <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).log_used))))
	&& (((((((*input).log_slots <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).log_slots))))
	&& (((((((*input).log_peak <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).log_peak))))
	&& (((((((*input).dropped <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).dropped))))
	&& (((((((*input).stream_errors <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).stream_errors))))
	&& (((((((*input).stale_doorbells <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).stale_doorbells))))
	&& (((((((*input).unexpected <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).unexpected))))
	&& (((((((*input).asks <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).asks))))
	&& (((((((*input).no_buffer <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).no_buffer))))
	&& (((((((*input).sensor_faults <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).sensor_faults))))
	&& (((((((*input).display_faults <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).display_faults))))
	&& (((((((*input).late_samples <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).late_samples))))
	&& (((((((*input).calls <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).calls))))
	&& (((((((*input).calls_in_vain <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).calls_in_vain))))
	&& (((((((*input).blocked_accesses <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).blocked_accesses))))
	&& (((((((*input).bad_rings <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).bad_rings))))
	&& (((((((*input).bad_messages <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).bad_messages))))
	&& (((((((*input).foreign_messages <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).foreign_messages))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 21))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_wake_ack(
		zcbor_state_t *state, const struct wake_ack *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 3) && ((((zcbor_uint32_put(state, (4))))
	&& (((((((*input).id <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).id))))
	&& (((((((*input).backlog <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).backlog))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 3))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_sleep_ack(
		zcbor_state_t *state, const struct sleep_ack *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 2) && ((((zcbor_uint32_put(state, (3))))
	&& (((((((*input).id <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).id))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 2))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_gap(
		zcbor_state_t *state, const struct gap *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 3) && ((((zcbor_uint32_put(state, (2))))
	&& (((((((*input).first_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).first_seq))))
	&& (((((*input).count >= 1)
	&& ((*input).count <= INT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).count))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 3))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_data(
		zcbor_state_t *state, const struct data *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 2) && ((((zcbor_uint32_put(state, (1))))
	&& (((((*input).block.len >= 36)
	&& ((*input).block.len <= 488)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).block))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 2))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_hello_to_other(
		zcbor_state_t *state, const struct hello_to_other *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 9) && ((((zcbor_uint32_put(state, (0))))
	&& (((((((*input).format <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).format))))
	&& (((((*input).spec_hash.len == 8)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).spec_hash))))
	&& (((((((*input).boot <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).boot))))
	&& (((((((*input).session <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).session))))
	&& (((((((*input).oldest_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).oldest_seq))))
	&& (((((((*input).next_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).next_seq))))
	&& ((zcbor_uint64_encode(state, (&(*input).time_us))))
	&& (((((((*input).period_us <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).period_us))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 9))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_hello(
		zcbor_state_t *state, const struct hello *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((zcbor_tag_put(state, 55799)
	&& (zcbor_list_start_encode(state, 10) && ((((zcbor_uint32_put(state, (0))))
	&& (((((((*input).format <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).format))))
	&& (((((*input).spec_hash.len == 8)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).spec_hash))))
	&& (((((((*input).boot <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).boot))))
	&& (((((((*input).session <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).session))))
	&& (((((((*input).oldest_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).oldest_seq))))
	&& (((((((*input).next_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).next_seq))))
	&& ((zcbor_uint64_encode(state, (&(*input).time_us))))
	&& (((((((*input).period_us <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).period_us))))
	&& ((zcbor_uint64_encode(state, (&(*input).log))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 10))));

	log_result(state, res, __func__);
	return res;
}



int cbor_encode_hello(
		uint8_t *payload, size_t payload_len,
		const struct hello *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_hello, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_hello_to_other(
		uint8_t *payload, size_t payload_len,
		const struct hello_to_other *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_hello_to_other, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_data(
		uint8_t *payload, size_t payload_len,
		const struct data *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_data, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_gap(
		uint8_t *payload, size_t payload_len,
		const struct gap *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_gap, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_sleep_ack(
		uint8_t *payload, size_t payload_len,
		const struct sleep_ack *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_sleep_ack, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_wake_ack(
		uint8_t *payload, size_t payload_len,
		const struct wake_ack *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_wake_ack, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_status(
		uint8_t *payload, size_t payload_len,
		const struct status *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_status, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_start(
		uint8_t *payload, size_t payload_len,
		const struct start *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_start, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_call(
		uint8_t *payload, size_t payload_len,
		const struct call *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_call, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_stream_info(
		uint8_t *payload, size_t payload_len,
		const struct stream_info *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_stream_info, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_stream_gap(
		uint8_t *payload, size_t payload_len,
		const struct stream_gap *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_stream_gap, sizeof(states) / sizeof(zcbor_state_t), 1);
}

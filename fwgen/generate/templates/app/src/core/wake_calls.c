/* SPDX-License-Identifier: Apache-2.0 */
#include "wake_calls.h"

void wake_calls_init(struct wake_calls *calls)
{
	*calls = (struct wake_calls){0};
	for (uint32_t i = 0; i < WAKE_CONDITIONS_MAX; i++) {
		calls->states[i].armed = true;
	}
}

bool wake_calls_sample(struct wake_calls *calls, const struct call_config *config, uint8_t stream,
		       const struct sample *sample, bool asleep)
{
	int32_t *window = config->windows;
	bool fired = false;

	for (uint8_t i = 0; i < config->rule_count; i++) {
		const struct wake_rule *rule = &config->rules[i];
		const struct wake_input input = {
			.missed = sample->status == SAMPLE_MISSED,
			.has_value = sample_status_has_values(sample->status),
			.status = sample->status,
			.value = (int32_t)sample->value[rule->channel],
		};

		if (rule->stream == stream &&
		    config->when(&calls->states[i], &rule->condition, window, &input) && asleep) {
			fired = true;
			calls->waiting |= (uint8_t)(1u << i);
		}
		if (!calls->rung && !wake_holds(&calls->states[i])) {
			/* False again during the pause, before Linux was called. */
			calls->waiting &= (uint8_t)~(1u << i);
		}
		if (rule->condition.kind == WAKE_CHANGES) {
			window += rule->condition.samples;
		}
	}
	return fired;
}

void wake_calls_answered(struct wake_calls *calls)
{
	calls->waiting = 0;
	calls->rung = false;
}

uint64_t wake_calls_due_us(const struct wake_calls *calls, const struct call_config *config)
{
	if (calls->waiting == 0u) {
		return UINT64_MAX;
	}
	return calls->rung || !calls->paused ? 0 : calls->last_us + config->pause_us;
}

uint8_t wake_calls_rule(const struct wake_calls *calls)
{
	uint8_t rule = 0;

	while (rule < WAKE_CONDITIONS_MAX - 1u && (calls->waiting & (1u << rule)) == 0u) {
		rule++;
	}
	return rule;
}

void wake_calls_rung(struct wake_calls *calls, uint64_t now_us)
{
	calls->rung = true;
	calls->paused = true;
	calls->last_us = now_us;
}

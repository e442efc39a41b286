/* SPDX-License-Identifier: MIT */
#include "core/control/gate.h"

int64_t gate_age_limit_ms(bool simulated, double speed)
{
	double worth_ms = speed * 3000.0;

	if (!simulated)
		return GATE_AGE_MS;
	if (speed <= 0)
		return 3600 * 1000;
	return worth_ms > GATE_AGE_MS ? (int64_t)worth_ms : GATE_AGE_MS;
}

bool gate_rate_pass(struct gate_rate *r, struct mono now, int burst, int64_t every_ms)
{
	int64_t full_ms = burst * every_ms;
	int64_t passed_ms = r->started ? mono_since(now, r->at) : full_ms;

	r->started = true;
	r->at = now;
	r->credit_ms = passed_ms >= full_ms - r->credit_ms ? full_ms : r->credit_ms + passed_ms;
	if (r->credit_ms < every_ms)
		return false;
	r->credit_ms -= every_ms;
	r->told = false;
	return true;
}

enum diag gate_fresh(const struct gate_order *order, int64_t send_ms, struct wall clock, bool trusted,
	int64_t limit_ms)
{
	if (!trusted)
		return DIAG_CLOCK_NOT_TRUSTED;
	if (send_ms > clock.ms + GATE_FUTURE_MS)
		return DIAG_FROM_FUTURE;
	if (send_ms < clock.ms - limit_ms)
		return DIAG_STALE;
	if (send_ms == order->last_send_ms)
		return DIAG_DUPLICATE;
	return send_ms < order->last_send_ms ? DIAG_OUT_OF_ORDER : DIAG_NONE;
}

void gate_accept(struct gate_order *order, int64_t send_ms)
{
	order->last_send_ms = send_ms;
}

enum diag gate_dispatch(const struct gate_dispatch *d)
{
	if (d->contract->state != CONTRACT_LIVE)
		return DIAG_NO_CONTRACT;
	if (d->has_contract && !uuid_equal(d->contract_id, d->contract->id))
		return DIAG_CONTRACT_MISMATCH;
	if (d->mode != REMOTE_CONTROL)
		return DIAG_NOT_IN_CONTROL;
	if (d->node == NO_NODE)
		return DIAG_UNKNOWN_NODE;
	return d->is_actuator ? DIAG_NONE : DIAG_NODE_NOT_BOOLEAN_ACTUATOR;
}

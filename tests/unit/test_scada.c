/* SPDX-License-Identifier: MIT */
/* What the scada actor does with messages and time: who gets the relays, what is answered, what is stored first. */
#include "scada_bench.h"

#include "core/settings/diff.h"

/* --- tests --------------------------------------------------------------------------------------- */

/* The service starts in LocalControl, says so once, and asks the guard for every relay at once. */
static void it_starts_local_and_decides(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });

	(void)state;
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	assert_int_equal(r->scada.mode.cause, CAUSE_NO_CONTRACT);
	assert_int_equal(r->scada.relays[0].wanted, true);	/* the tank is at 50 C: charge it */
	assert_int_equal(r->scada.relays[0].wanted_by, BY_LOCAL);
	assert_int_equal(rig_count(r, MSG_MODE), 2);		/* history and uplink */
	rig_pass(r, 5);
	assert_int_equal(rig_count(r, MSG_MODE), 2);
	free(r);
}

/* What follows from time alone is seen within a second in a real house, however seldom its meter is read; a simulated house
 * looks as often as there is something new. */
static void a_real_house_looks_each_second(void **state)
{
	(void)state;
	for (int simulated = 0; simulated < 2; simulated++) {
		struct rig *r = rig_prepare();

		r->settings.simulated = simulated != 0;
		r->settings.meter.poll_ms = 2500;
		rig_start(r);
		for (int i = 0; i < 5; i++) {
			struct mono before = r->now;

			r->now = r->scada.next_tick;
			assert_int_equal(mono_since(r->now, before), simulated != 0 ? 2500 : 1000);
			rig_give(r, (struct msg){ .type = MSG_TICK });
		}
		free(r);
	}
}

static bool guard_hears_store(const struct rig *r)
{
	const struct msg *m = rig_find(r, MSG_GUARD_READINGS);

	for (int i = 0; m != NULL && i < m->guard_readings.n; i++)
		if (m->guard_readings.list[i].role == GUARD_ROLE_STORE)
			return m->guard_readings.list[i].source == 1;
	return false;
}

/* A reload makes a thermometer one of the store: from its next reading the guard hears it as that. */
static void new_roles_are_taken_over(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });
	struct settings then = r->settings;

	(void)state;
	rig_read(r, FX_CH_ROOM, 20 * 16);
	assert_false(guard_hears_store(r));
	then.roles.n_store = 2;
	then.roles.store[1] = r->house.channels[FX_CH_ROOM].about;
	settings_take_live(&r->settings, &then);
	r->now.ms += 1000;
	rig_clear(r);
	rig_read(r, FX_CH_ROOM, 20 * 16);
	assert_true(guard_hears_store(r));
	free(r);
}

/* Each relay is asked for again every 10 s, whatever happens: leases last 30. */
static void wants_are_renewed(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });

	(void)state;
	rig_guard(r, GUARD_DONE, 0);
	rig_pass(r, 9);
	rig_clear(r);
	rig_pass(r, 30);
	assert_int_equal(rig_count(r, MSG_WANT), 6);
	assert_int_equal(rig_count(r, MSG_KEEP_COMMAND), 0);	/* a renewal is no command */
	free(r);
}

/* A dispatch without a contract moves nothing and is answered NoContract. */
static void no_contract_no_dispatch(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });
	const struct msg *m;

	(void)state;
	rig_guard(r, GUARD_DONE, 0);
	rig_clear(r);
	rig_give(r, dispatch_msg(r, "a.elt1.relay", false));
	m = rig_find(r, MSG_SEND_RESULT);
	assert_non_null(m);
	assert_int_equal(m->send_result.diag, DIAG_NO_CONTRACT);
	assert_int_equal(rig_count(r, MSG_WANT), 0);
	assert_int_equal(r->scada.counts.refused[DIAG_NO_CONTRACT], 1);
	free(r);
}

/* An offer is on disk before it is acknowledged, and before it changes anything. */
static void stored_before_acknowledged(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });

	(void)state;
	rig_clear(r);
	rig_offer(r, 1, T0_S, T0_S + 3600);
	assert_int_equal(rig_count(r, MSG_STORE), 1);
	assert_int_equal(rig_count(r, MSG_SEND_ANSWER), 0);
	assert_int_equal(r->scada.contract.state, CONTRACT_NONE);
	rig_stored(r);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_true(rig_find(r, MSG_SEND_ANSWER)->send_answer.accepted);
	free(r);
}

/* What cannot be stored is refused with StorageUnavailable, and there is no contract. */
static void no_store_no_contract(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });
	const struct msg *m;

	(void)state;
	rig_offer(r, 1, T0_S, T0_S + 3600);
	rig_give(r, (struct msg){ .type = MSG_STORE_FAILED,
		.stored = { .seq = rig_find(r, MSG_STORE)->store.seq, .reason = "disk full" } });
	m = rig_find(r, MSG_SEND_ANSWER);
	assert_false(m->send_answer.accepted);
	assert_int_equal(m->send_answer.reason, DIAG_STORAGE_UNAVAILABLE);
	assert_int_equal(r->scada.contract.state, CONTRACT_NONE);
	free(r);
}

/* While one offer is being stored a second waits its turn and is then judged by what is true then. */
static void a_second_offer_waits(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });

	(void)state;
	rig_offer(r, 1, T0_S, T0_S + 3600);
	r->now.ms += 1;
	rig_offer(r, 2, T0_S, T0_S + 3600);
	r->now.ms += 1;
	assert_int_equal(rig_count(r, MSG_STORE), 1);
	rig_stored(r);
	assert_int_equal(rig_count(r, MSG_SEND_ANSWER), 2);
	assert_int_equal(rig_find(r, MSG_SEND_ANSWER)->send_answer.reason, DIAG_CONTRACT_OVERLAP);
	free(r);
}

/* In RemoteControl a dispatch goes through the guard, and its answer is the result; Done is echoed as a copy. */
static void a_dispatch_is_answered_by_the_guard(void **state)
{
	struct rig *r = rig_remote();
	struct msg d = dispatch_msg(r, "a.elt1.relay", false);

	(void)state;
	d.dispatch.has_message = true;
	d.dispatch.message.b[3] = 9;
	rig_give(r, d);
	assert_int_equal(rig_count(r, MSG_SEND_RESULT), 0);
	assert_int_equal(rig_find(r, MSG_WANT)->want.rank, GUARD_RANK_DISPATCH);
	rig_guard(r, GUARD_DONE, 0);
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.result, GUARD_DONE);
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_NONE);
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.message.b[3], 9);
	assert_int_equal(rig_find(r, MSG_SEND_COPY)->send_copy.node, FX_ELEMENT_RELAY);
	assert_false(r->scada.relays[0].on);
	free(r);
}

/* What the guard holds is answered held, with the time until when, and never echoed as done. */
static void a_held_dispatch_says_until_when(void **state)
{
	struct rig *r = rig_remote();
	const struct msg *m;

	(void)state;
	rig_give(r, dispatch_msg(r, "a.elt1.relay", false));
	rig_guard(r, GUARD_HELD_RATE, 7000);
	m = rig_find(r, MSG_SEND_RESULT);
	assert_int_equal(m->send_result.result, GUARD_HELD_RATE);
	assert_int_equal(m->send_result.held_until_ms, rig_clock_ms(r) + 7000);
	assert_null(rig_find(r, MSG_SEND_COPY));
	free(r);
}

/* The same dispatch twice: one movement asked for, the same acknowledgement twice. */
static void a_duplicate_gets_the_same_answer(void **state)
{
	struct rig *r = rig_remote();
	struct msg d = dispatch_msg(r, "a.elt1.relay", false), first;

	(void)state;
	rig_give(r, d);
	rig_guard(r, GUARD_DONE, 0);
	first = *rig_find(r, MSG_SEND_RESULT);
	rig_clear(r);
	rig_give(r, d);
	assert_int_equal(rig_count(r, MSG_WANT), 0);
	assert_memory_equal(&rig_find(r, MSG_SEND_RESULT)->send_result, &first.send_result, sizeof(first.send_result));
	d.dispatch.send_ms--;
	rig_give(r, d);
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_OUT_OF_ORDER);
	free(r);
}

/* A node that does not exist, or is no relay, is named as such. */
static void wrong_nodes_are_named(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	rig_give(r, dispatch_msg(r, "a.nothing", true));
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_UNKNOWN_NODE);
	assert_string_equal(rig_find(r, MSG_SEND_RESULT)->send_result.about, "a.nothing");
	rig_give(r, dispatch_msg(r, "a.tank.temp0", true));
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_NODE_NOT_BOOLEAN_ACTUATOR);
	free(r);
}

/* Without beats RemoteControl lasts 180 s; then the house decides again and dispatches are let go. */
static void silence_returns_control(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	rig_give(r, dispatch_msg(r, "a.elt1.relay", false));
	rig_guard(r, GUARD_DONE, 0);
	rig_pass(r, 180);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	assert_false(r->scada.relays[0].wanted);
	rig_pass(r, 1);
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	assert_int_equal(r->scada.mode.cause, CAUSE_BEAT_LOST);
	assert_true(r->scada.relays[0].wanted);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	free(r);
}

/* A replayed beat keeps nothing alive. */
static void a_replayed_beat_does_not_count(void **state)
{
	struct rig *r = rig_remote();
	uint64_t used = r->beat;

	(void)state;
	for (int i = 0; i < 4; i++) {
		rig_pass(r, 50);
		rig_give(r, (struct msg){ .type = MSG_BEAT, .beat = { .contract = { { 1 } }, .beat = 6, .echo = used,
			.send_ms = rig_clock_ms(r) } });
	}
	assert_int_equal(r->scada.counts.mis_echoed, 3);	/* the first echo of it was a good one */
	rig_pass(r, 60);
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	free(r);
}

/* At its end the contract is Completed, reported at once and every minute until acknowledged. */
static void the_end_is_reported_until_acknowledged(void **state)
{
	struct rig *r = rig_remote();
	struct msg_send_report report;

	(void)state;
	rig_clear(r);
	for (int i = 0; i < 36; i++) {
		rig_pass(r, 100);
		rig_clear(r);
	}
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	assert_int_equal(r->scada.mode.cause, CAUSE_NO_CONTRACT);
	rig_pass(r, 120);
	assert_int_equal(rig_count(r, MSG_SEND_REPORT), 2);
	report = rig_find(r, MSG_SEND_REPORT)->send_report;
	assert_int_equal(report.outcome, OUTCOME_COMPLETED);
	assert_in_range(report.remote_s, 1, 182);
	rig_give(r, (struct msg){ .type = MSG_REPORT_ACK, .report_ack = { .contract = { { 1 } }, .uid = report.uid,
		.send_ms = rig_clock_ms(r) } });
	assert_int_equal(r->scada.contract.state, CONTRACT_NONE);
	rig_clear(r);
	rig_pass(r, 120);
	assert_int_equal(rig_count(r, MSG_SEND_REPORT), 0);
	free(r);
}

/* Power is reported against the last *reported* value, so a slow ramp is reported too. */
static void a_slow_ramp_is_reported(void **state)
{
	struct rig *r = rig_remote();
	int steps = 0;

	(void)state;
	rig_clear(r);
	for (int w = 0; w <= 980; w += 49) {	/* half of 2 % of 4890 W each second */
		rig_pass_w(r, 1, w);
		steps++;
	}
	assert_in_range(rig_count(r, MSG_SEND_POWER), steps / 3 - 1, steps / 2 + 1);
	rig_clear(r);
	for (int i = 0; i < 20; i++)
		rig_pass_w(r, 1, 980 + (i & 1) * 60);
	assert_int_equal(rig_count(r, MSG_SEND_POWER), 0);
	free(r);
}

/* Metered energy is the integral of power over the contract: 1800 W for 1000 s are 500 Wh. */
static void energy_is_the_integral(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	rig_pass_w(r, 1, 1800);
	rig_clear(r);
	for (int i = 0; i < 10; i++) {
		rig_pass_w(r, 100, 1800);
		rig_clear(r);
	}
	assert_in_range(r->scada.contract.energy_mwh, 499900, 500600);
	assert_int_equal(r->scada.contract.energy_estimated_mwh, 0);
	free(r);
}

/* Blind for 5 minutes: the house takes over, the element is not wanted, the zone is heated. */
static void blind_is_local(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	for (int i = 0; i < 335; i++) {
		r->now.ms += 1000;
		if (i % 50 == 0)
			rig_beat(r, 1);
		rig_give(r, (struct msg){ .type = MSG_TICK });
		rig_clear(r);
	}
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	assert_int_equal(r->scada.mode.cause, CAUSE_BLIND);
	assert_false(r->scada.relays[0].wanted);
	assert_true(r->scada.relays[1].wanted);
	free(r);
}

static void read_one_of(struct rig *r, int channel, int64_t code, bool more)
{
	rig_give(r, (struct msg){ .type = MSG_READING, .more = more, .reading = { .channel = channel, .quality = QUALITY_GOOD,
		.code = code, .at = r->now, .tick = { rig_clock_ms(r) } } });
}

/* What the guard was told, one by one. */
static int told_guard(const struct rig *r, struct msg_guard_reading list[], int most)
{
	int n = 0;

	for (int i = 0; i < r->n; i++) {
		const struct msg *m = &r->said[i];

		if (m->type == MSG_GUARD_READING && n < most)
			list[n++] = m->guard_reading;
		for (int k = 0; m->type == MSG_GUARD_READINGS && k < m->guard_readings.n && n < most; k++)
			list[n++] = m->guard_readings.list[k];
	}
	return n;
}

/* Several readings in one message are what each alone would be, for the picture, the guard and the record. */
static void readings_together_are_readings_alone(void **state)
{
	static const int channels[] = { FX_CH_TOP, FX_CH_ROOM, FX_CH_SUPPLY };
	struct rig *a = rig_remote(), *b = rig_remote();
	struct msg m = { .type = MSG_READINGS, .readings = { .n = 3 } };
	struct msg_guard_reading told_a[16], told_b[16];

	(void)state;
	a->now.ms += 60000;
	b->now.ms += 60000;
	m.readings.at = b->now;
	m.readings.tick.ms = rig_clock_ms(b);
	for (int i = 0; i < 3; i++) {
		rig_read(a, channels[i], 300 + i);
		m.readings.list[i] = (struct msg_brief){ .code = 300 + i, .channel = (int16_t)channels[i], .quality = QUALITY_GOOD };
	}
	rig_give(b, m);
	for (int i = 0; i < 3; i++) {
		const struct scada_channel *x = &a->scada.channels[channels[i]], *y = &b->scada.channels[channels[i]];

		assert_int_equal(y->code, 300 + i);
		assert_true(x->code == y->code && x->mc == y->mc && x->quality == y->quality && x->at.ms == y->at.ms);
	}
	assert_int_equal(rig_count(a, MSG_KEEP), rig_count(b, MSG_KEEP));
	assert_in_range(told_guard(a, told_a, 16), 3, 16);
	assert_int_equal(told_guard(a, told_a, 16), told_guard(b, told_b, 16));
	for (int i = 0; i < told_guard(a, told_a, 16); i++) {
		assert_int_equal(told_a[i].role, told_b[i].role);
		assert_int_equal(told_a[i].source, told_b[i].source);
		assert_int_equal(told_a[i].value_mc, told_b[i].value_mc);
	}
	free(a);
	free(b);
}

static struct rig *blind_rig(void)
{
	struct rig *r = rig_remote();

	for (int i = 0; i < 400; i++) {
		r->now.ms += 1000;
		rig_give(r, (struct msg){ .type = MSG_TICK });
		rig_clear(r);
	}
	assert_true(r->scada.blind_said);
	return r;
}

/* Of readings that come in one instant the last one is decided by; but nothing else is handled, and no time passes, before
 * that. */
static void readings_of_an_instant_are_judged_together(void **state)
{
	struct rig *r = blind_rig();

	(void)state;
	read_one_of(r, FX_CH_TOP, 50 * 16, true);
	read_one_of(r, FX_CH_ROOM, 20 * 16, true);
	assert_true(r->scada.unsettled && r->scada.blind_said);
	read_one_of(r, FX_CH_POWER, 100, false);
	assert_false(r->scada.unsettled || r->scada.blind_said);
	free(r);
	r = blind_rig();
	read_one_of(r, FX_CH_TOP, 50 * 16, true);
	read_one_of(r, FX_CH_ROOM, 20 * 16, true);
	rig_give(r, (struct msg){ .type = MSG_OWED, .owed = { 0 } });
	assert_false(r->scada.unsettled || r->scada.blind_said);
	free(r);
	r = blind_rig();
	read_one_of(r, FX_CH_TOP, 50 * 16, true);
	read_one_of(r, FX_CH_ROOM, 20 * 16, true);
	r->now.ms += 1;
	read_one_of(r, FX_CH_POWER, 100, true);
	assert_false(r->scada.unsettled || r->scada.blind_said);
	free(r);
}

/* After a restart a Live contract is there but not in control until a beat echoes this start's number. */
static void a_restart_must_earn_control_again(void **state)
{
	struct contract_record live = { .id = { { 1 } }, .start_s = T0_S - 600, .end_s = T0_S + 3600,
		.max_power_w = -1, .state = CONTRACT_LIVE, .energy_mwh = 777000 };
	struct rig *r = rig_new(live);

	(void)state;
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(r->scada.mode.cause, CAUSE_NO_BEAT);
	assert_non_null(rig_find(r, MSG_SEND_BEAT));	/* unasked, so that there is something to echo */
	rig_beat(r, 1);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	assert_true(r->scada.contract.energy_mwh >= 777000);
	free(r);
}

/* A contract that ended while the service was down is reported as such, once per minute until acknowledged. */
static void an_end_while_down_is_reported(void **state)
{
	struct contract_record live = { .id = { { 1 } }, .start_s = T0_S - 7200, .end_s = T0_S - 3600,
		.max_power_w = -1, .state = CONTRACT_LIVE };
	struct rig *r = rig_new(live);

	(void)state;
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	rig_pass(r, 61);
	assert_int_equal(rig_find(r, MSG_SEND_REPORT)->send_report.outcome, OUTCOME_UNKNOWN);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_starts_local_and_decides),
		cmocka_unit_test(a_real_house_looks_each_second),
		cmocka_unit_test(new_roles_are_taken_over),
		cmocka_unit_test(wants_are_renewed),
		cmocka_unit_test(no_contract_no_dispatch),
		cmocka_unit_test(stored_before_acknowledged),
		cmocka_unit_test(no_store_no_contract),
		cmocka_unit_test(a_second_offer_waits),
		cmocka_unit_test(a_dispatch_is_answered_by_the_guard),
		cmocka_unit_test(a_held_dispatch_says_until_when),
		cmocka_unit_test(a_duplicate_gets_the_same_answer),
		cmocka_unit_test(wrong_nodes_are_named),
		cmocka_unit_test(silence_returns_control),
		cmocka_unit_test(a_replayed_beat_does_not_count),
		cmocka_unit_test(the_end_is_reported_until_acknowledged),
		cmocka_unit_test(a_slow_ramp_is_reported),
		cmocka_unit_test(energy_is_the_integral),
		cmocka_unit_test(blind_is_local),
		cmocka_unit_test(readings_together_are_readings_alone),
		cmocka_unit_test(readings_of_an_instant_are_judged_together),
		cmocka_unit_test(a_restart_must_earn_control_again),
		cmocka_unit_test(an_end_while_down_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

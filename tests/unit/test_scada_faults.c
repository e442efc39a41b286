/* SPDX-License-Identifier: MIT */
/* The scada actor when something is wrong: stores that fail or hang, duplicates, restarts, old data, floods. */
#include "scada_bench.h"

static struct msg_store newest_store(const struct rig *r)
{
	const struct msg *m = rig_find(r, MSG_STORE);

	assert_non_null(m);
	return m->store;
}

static struct rig *rig_ended(void)
{
	struct rig *r = rig_new((struct contract_record){ 0 });

	rig_offer(r, 1, T0_S, T0_S + 300);
	rig_stored(r);
	for (int i = 0; i < 4; i++) {
		rig_pass(r, 75);
		rig_clear(r);
	}
	rig_pass(r, 61);
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	return r;
}

static void rig_ack(struct rig *r, uint8_t id)
{
	struct uuid uid = rig_find(r, MSG_SEND_REPORT)->send_report.uid;

	rig_give(r, (struct msg){ .type = MSG_REPORT_ACK, .report_ack = { .contract = { { id } }, .uid = uid,
		.send_ms = rig_clock_ms(r) } });
}

/* An acknowledgement of the old report while the next offer is being stored leaves the new contract on disk. */
static void an_ack_does_not_erase_the_next_contract(void **state)
{
	struct rig *r = rig_ended();

	(void)state;
	rig_offer(r, 2, T0_S + 360, T0_S + 3960);
	rig_ack(r, 1);
	assert_int_equal(newest_store(r).record.id.b[0], 2);
	assert_int_equal(newest_store(r).record.state, CONTRACT_LIVE);
	rig_stored(r);
	assert_int_equal(r->scada.contract.id.b[0], 2);
	free(r);
}

/* The same, but the store fails: the acknowledgement has its effect after all. */
static void an_ack_counts_when_the_store_fails(void **state)
{
	struct rig *r = rig_ended();
	uint32_t seq;

	(void)state;
	rig_offer(r, 2, T0_S + 360, T0_S + 3960);
	seq = newest_store(r).seq;
	rig_ack(r, 1);
	rig_give(r, (struct msg){ .type = MSG_STORE_FAILED, .stored = { .seq = seq, .reason = "disk full" } });
	assert_int_equal(r->scada.contract.state, CONTRACT_NONE);
	free(r);
}

/* Another contract's id, or an old time stamp, acknowledges nothing. */
static void a_wrong_ack_is_refused(void **state)
{
	struct rig *r = rig_ended();
	struct uuid uid = rig_find(r, MSG_SEND_REPORT)->send_report.uid;

	(void)state;
	rig_ack(r, 9);
	assert_int_equal(rig_reports_owed(r), 1);
	rig_give(r, (struct msg){ .type = MSG_REPORT_ACK, .report_ack = { .contract = { { 1 } }, .uid = uid,
		.send_ms = 1000 } });
	assert_int_equal(rig_reports_owed(r), 1);
	assert_int_equal(r->scada.counts.refused[DIAG_STALE], 1);
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	free(r);
}

/* A record the store did not take is written again until it is taken. */
static void a_failed_store_is_repeated(void **state)
{
	struct rig *r = rig_remote();
	int commits;

	(void)state;
	r->disk_full = true;
	rig_give(r, (struct msg){ .type = MSG_END, .end = { .contract = { { 1 } }, .send_ms = rig_clock_ms(r) } });
	assert_int_equal(r->disk.at[CONTRACT_NOW].state, CONTRACT_LIVE);
	commits = r->commits;
	rig_pass(r, 25);
	assert_int_equal(r->commits, commits + 2);
	r->disk_full = false;
	rig_pass(r, 10);
	assert_int_equal(r->commits, commits + 3);
	assert_int_equal(r->disk.at[CONTRACT_NOW].state, CONTRACT_ENDED);
	rig_pass(r, 25);
	assert_int_equal(r->commits, commits + 3);
	free(r);
}

/* A store that does not answer for 5 s is unavailable: both offers are answered, and what it may have written late is
 * written over. */
static void a_silent_store_is_unavailable(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });
	uint32_t late;

	(void)state;
	rig_offer(r, 1, T0_S, T0_S + 3600);
	late = newest_store(r).seq;
	r->now.ms += 1;
	rig_offer(r, 2, T0_S, T0_S + 3600);
	rig_pass(r, 6);
	assert_int_equal(r->scada.counts.refused[DIAG_STORAGE_UNAVAILABLE], 1);
	rig_pass(r, 6);
	assert_int_equal(r->scada.counts.refused[DIAG_STORAGE_UNAVAILABLE], 2);
	assert_false(r->scada.storing);
	rig_give(r, (struct msg){ .type = MSG_STORED, .stored = { .seq = late } });
	assert_int_equal(r->scada.contract.state, CONTRACT_NONE);
	assert_int_equal(newest_store(r).record.state, CONTRACT_NONE);
	free(r);
}

/* What shares its time stamp with another command is no duplicate of it: never another command's answer. */
static void the_same_instant_is_no_duplicate(void **state)
{
	struct rig *r = rig_remote();
	struct msg d = dispatch_msg(r, "a.elt1.relay", true);

	(void)state;
	rig_give(r, d);
	rig_guard(r, GUARD_DONE, 0);
	rig_clear(r);
	d.dispatch.on = false;
	rig_give(r, d);
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_OUT_OF_ORDER);
	assert_true(r->scada.relays[0].wanted);
	free(r);
}

/* A redelivery before the guard has answered waits for that one answer. */
static void an_early_duplicate_waits_for_the_answer(void **state)
{
	struct rig *r = rig_remote();
	struct msg d = dispatch_msg(r, "a.elt1.relay", false);

	(void)state;
	rig_give(r, d);
	rig_give(r, d);
	assert_int_equal(rig_count(r, MSG_SEND_RESULT), 0);
	rig_guard(r, GUARD_HELD_RATE, 3000);
	assert_int_equal(rig_count(r, MSG_SEND_RESULT), 1);
	rig_give(r, d);
	assert_int_equal(rig_count(r, MSG_SEND_RESULT), 2);
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.result, GUARD_HELD_RATE);
	assert_string_equal(rig_find(r, MSG_SEND_RESULT)->send_result.about, "a.elt1.relay");
	free(r);
}

/* What a beat has told of energy and log is in the store when the program stops. */
static void a_stop_keeps_what_was_told(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	rig_pass_w(r, 200, 3600);
	rig_give(r, (struct msg){ .type = MSG_STOP });
	assert_in_range(newest_store(r).record.energy_mwh, 198000, 202000);
	assert_int_equal(newest_store(r).record.log_seq, r->scada.log_seq);
	free(r);
}

/* A contract that is over is not obeyed for the rest of a tick. */
static void the_end_comes_before_the_command(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->now.ms = 3600 * 1000 + 100;
	rig_clear(r);
	rig_give(r, dispatch_msg(r, "a.elt1.relay", false));
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_NO_CONTRACT);
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	free(r);
}

/* The answer to an offer echoes its Beat. */
static void the_answer_echoes_the_offer(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });

	(void)state;
	rig_offer(r, 1, T0_S, T0_S + 3600);
	rig_stored(r);
	assert_int_equal(rig_find(r, MSG_SEND_ANSWER)->send_answer.echo, 5);
	free(r);
}

/* A meter that fell silent has no power, not its last one and not 0; what is held over is marked as estimated. */
static void a_silent_meter_is_unknown(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	rig_pass_w(r, 10, 3600);
	rig_beat(r, 1);
	assert_true(rig_find(r, MSG_SEND_BEAT)->send_beat.power_known);
	assert_int_equal(rig_find(r, MSG_SEND_BEAT)->send_beat.power_w, 3600);
	for (int i = 0; i < 60; i++) {
		r->now.ms += 1000;
		rig_give(r, (struct msg){ .type = MSG_TICK });
	}
	rig_beat(r, 1);
	assert_false(rig_find(r, MSG_SEND_BEAT)->send_beat.power_known);
	assert_in_range(r->scada.contract.energy_mwh, 69000, 71000);
	assert_in_range(r->scada.contract.energy_estimated_mwh, 57000, 60000);
	free(r);
}

/* Beats that are mis-echoed are counted, answered, and keep nothing alive. */
static void a_mis_echoed_beat_is_answered(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	rig_pass(r, 10);
	rig_clear(r);
	rig_give(r, (struct msg){ .type = MSG_BEAT, .beat = { .contract = { { 1 } }, .beat = 0x77, .echo = 0x1,
		.send_ms = rig_clock_ms(r) } });
	assert_int_equal(r->scada.counts.mis_echoed, 1);
	assert_int_equal(rig_find(r, MSG_SEND_BEAT)->send_beat.echo, 0x77);
	assert_true(beats_age_ms(&r->scada.beats, r->now) >= 10000);
	free(r);
}

/* A beat or offer that is too old is refused; so is every one where the house takes nothing unsigned. */
static void stale_and_unsigned_are_refused(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	rig_give(r, (struct msg){ .type = MSG_BEAT, .beat = { .contract = { { 1 } }, .beat = 1, .echo = r->beat,
		.send_ms = rig_clock_ms(r) - 30001 } });
	assert_int_equal(r->scada.counts.refused[DIAG_STALE], 1);
	r->settings.contract.allow_unsigned_contract = false;
	rig_pass(r, 100);
	rig_beat(r, 1);
	rig_offer(r, 2, T0_S, T0_S + 3600);
	rig_end(r, 1);
	assert_int_equal(r->scada.counts.refused[DIAG_UNSIGNED], 3);
	assert_int_equal(rig_find(r, MSG_SEND_ANSWER)->send_answer.reason, DIAG_UNSIGNED);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(r->scada.contract.id.b[0], 1);
	rig_pass(r, 81);	/* none of the beats has kept it alive */
	assert_int_equal(r->scada.mode.cause, CAUSE_BEAT_LOST);
	free(r);
}

/* The AtomicTNode may wish the house to decide; its next beat may take that back. */
static void the_atn_may_want_local(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->now.ms += 1000;
	rig_give(r, (struct msg){ .type = MSG_BEAT, .beat = { .contract = { { 1 } }, .beat = 1, .echo = r->beat,
		.send_ms = rig_clock_ms(r), .wants = WANTS_LOCAL } });
	assert_int_equal(r->scada.mode.cause, CAUSE_ATN_WANTS_LOCAL);
	r->now.ms += 1000;
	rig_beat(r, 1);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	free(r);
}

/* A dispatch holds for dispatch.hold_s, then the house decides again inside RemoteControl. */
static void a_dispatch_has_its_own_lease(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->settings.dispatch_hold_s = 100;
	rig_give(r, dispatch_msg(r, "a.elt1.relay", false));
	rig_pass(r, 99);
	assert_false(r->scada.relays[0].wanted);
	rig_pass(r, 2);
	assert_true(r->scada.relays[0].wanted);
	assert_int_equal(r->scada.relays[0].wanted_by, BY_ALLY);
	assert_int_equal(r->scada.mode.cause, CAUSE_NO_INSTRUCTION);
	free(r);
}

/* When a dispatch ends its lease is given up, so that local control need not wait for it. */
static void the_lease_of_a_dispatch_is_given_up(void **state)
{
	struct rig *r = rig_remote();
	int given_up = 0;

	(void)state;
	rig_give(r, dispatch_msg(r, "a.elt1.relay", false));
	rig_clear(r);
	rig_give(r, (struct msg){ .type = MSG_END, .end = { .contract = { { 1 } }, .send_ms = rig_clock_ms(r) } });
	for (int i = 0; i < r->n; i++)
		given_up += r->said[i].type == MSG_WANT && r->said[i].want.rank == GUARD_RANK_DISPATCH &&
			r->said[i].want.lease_ms == 0;
	assert_int_equal(given_up, 1);
	free(r);
}

/* What the guard drops unasked is known at once, and asked for again with the next renewal. */
static void a_drop_by_the_guard_is_noticed(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	assert_true(r->scada.relays[0].on);
	rig_give(r, (struct msg){ .type = MSG_RELAY_EVENT, .relay_event = { .kind = GUARD_EVENT_MOVED, .relay = 0,
		.on = 0, .text = "lease lapsed" } });
	assert_false(r->scada.relays[0].on);
	assert_int_equal(r->scada.relays[0].by, BY_GUARD);
	rig_clear(r);
	rig_pass(r, 11);
	assert_true(rig_find(r, MSG_WANT) != NULL);
	free(r);
}

/* Late beats warn at 120 s, lost ones at 180 s, each once. */
static void late_and_lost_are_said_once(void **state)
{
	struct rig *r = rig_remote();
	int late = 0, lost = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		rig_pass(r, 60);
		for (int k = 0; k < r->n; k++) {
			late += r->said[k].type == MSG_EVENT && r->said[k].log.code == LOG_BEAT_LATE;
			lost += r->said[k].type == MSG_EVENT && r->said[k].log.code == LOG_BEAT_LOST;
		}
		assert_int_equal(late, i >= 2);
		assert_int_equal(lost, i >= 3);
		rig_clear(r);
	}
	free(r);
}

/* Blindness is a C line with what to do, and its end is said too. */
static void blindness_is_said(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });
	int said = 0, over = 0;

	(void)state;
	for (int i = 0; i < 335; i++) {
		r->now.ms += 1000;
		rig_give(r, (struct msg){ .type = MSG_TICK });
		for (int k = 0; k < r->n; k++)
			said += r->said[k].type == MSG_EVENT && r->said[k].log.code == LOG_BLIND &&
				r->said[k].log.level == LEVEL_CRITICAL;
		rig_clear(r);
	}
	assert_int_equal(said, 1);
	rig_pass(r, 5);
	for (int k = 0; k < r->n; k++)
		over += r->said[k].type == MSG_EVENT && r->said[k].log.code == LOG_BLIND;
	assert_int_equal(over, 1);
	free(r);
}

/* A flood of refused messages is counted, first as what it is, then as too much, but makes one event row a minute of each. */
static void a_flood_makes_one_row(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });
	int rows = 0;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		rig_give(r, (struct msg){ .type = MSG_REFUSED, .refused = { .diag = DIAG_MALFORMED_JSON, .type = "x" } });
		for (int k = 0; k < r->n; k++)
			rows += r->said[k].type == MSG_EVENT && r->said[k].log.code == LOG_REFUSED;
		rig_clear(r);
	}
	assert_int_equal(rows, 2);
	assert_int_equal(r->scada.counts.refused[DIAG_MALFORMED_JSON], GATE_BURST);
	assert_int_equal(r->scada.counts.refused[DIAG_RATE_LIMITED], 5000 - GATE_BURST);
	free(r);
}

/* A retained command is refused with the line that clears it. */
static void a_retained_command_says_how_to_clear_it(void **state)
{
	struct rig *r = rig_new((struct contract_record){ 0 });

	(void)state;
	rig_give(r, (struct msg){ .type = MSG_REFUSED, .refused = { .diag = DIAG_RETAINED_COMMAND,
		.type = "gt.dispatch.boolean.100" } });
	assert_non_null(strstr(rig_find(r, MSG_EVENT)->log.text,
		"mosquitto_pub -r -n -t d1.test.house/gt.dispatch.boolean.100"));
	free(r);
}

#define TEST(f) cmocka_unit_test(f)

/* SF-31, SF-71: neither a step forward makes a beat old, nor one back keeps an old one young. */
static void beats_are_counted_on_the_clock_nobody_sets(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	rig_pass(r, 60);
	r->wall_step_ms = 1800000;
	rig_pass(r, 60);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	r->wall_step_ms = -1800000;
	rig_pass(r, 61);
	assert_int_equal(r->scada.mode.cause, CAUSE_BEAT_LOST);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_ack_does_not_erase_the_next_contract),
		TEST(an_ack_counts_when_the_store_fails),
		TEST(a_wrong_ack_is_refused),
		TEST(a_failed_store_is_repeated),
		TEST(a_silent_store_is_unavailable),
		TEST(the_same_instant_is_no_duplicate),
		TEST(an_early_duplicate_waits_for_the_answer),
		TEST(a_stop_keeps_what_was_told),
		TEST(the_end_comes_before_the_command),
		TEST(the_answer_echoes_the_offer),
		TEST(a_silent_meter_is_unknown),
		TEST(a_mis_echoed_beat_is_answered),
		TEST(stale_and_unsigned_are_refused),
		TEST(the_atn_may_want_local),
		TEST(a_dispatch_has_its_own_lease),
		TEST(the_lease_of_a_dispatch_is_given_up),
		TEST(a_drop_by_the_guard_is_noticed),
		TEST(late_and_lost_are_said_once),
		TEST(blindness_is_said),
		TEST(a_flood_makes_one_row),
		TEST(a_retained_command_says_how_to_clear_it),
		cmocka_unit_test(beats_are_counted_on_the_clock_nobody_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

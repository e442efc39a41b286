/* SPDX-License-Identifier: MIT */
/* What an AtomicTNode of 2022, which knows no contract messages, may rely on; and what a street may when the power comes
 * back (SF-58). */
#include "../support/scada_rig.h"

static const char id_text[] = "0a0b0c0d-0000-4000-8000-000000000001";

static struct rig *standing(void)
{
	struct rig *r = rig_prepare();

	strcpy(r->settings.contract.standing, id_text);
	rig_start(r);
	rig_guard(r, GUARD_DONE, 0);
	return r;
}

static void ask(struct rig *r)
{
	r->settings.simulated = true;
	rig_give(r, (struct msg){ .type = MSG_SNAPSHOT_REQUEST, .snapshot_request = { .send = false } });
}

/* The contract is there without an offer, but it controls nothing until the AtomicTNode is heard. */
static void it_is_live_from_the_start(void **state)
{
	struct rig *r = standing();

	(void)state;
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	assert_int_equal(r->scada.mode.cause, CAUSE_NO_BEAT);
	ask(r);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	rig_pass(r, 301);
	assert_non_null(strstr(rig_line(r, LOG_STATUS, LEVEL_INFO)->log.text, "standing contract"));
	free(r);
}

/* The first dispatch counts as a beat and is obeyed; the silence after it hands control back, and it takes two signs of
 * life 45 s apart to win it again. */
static void dispatches_are_beats(void **state)
{
	struct rig *r = standing();

	(void)state;
	rig_give(r, rig_dispatch(r, "a.elt1.relay", false));
	rig_guard(r, GUARD_DONE, 0);
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.result, GUARD_DONE);
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_NONE);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	rig_pass(r, 181);
	assert_int_equal(r->scada.mode.cause, CAUSE_BEAT_LOST);
	rig_give(r, rig_dispatch(r, "a.elt1.relay", false));
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_NOT_IN_CONTROL);
	rig_pass(r, 45);
	rig_give(r, rig_dispatch(r, "a.elt1.relay", false));
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	free(r);
}

/* A replayed dispatch keeps nothing alive, whatever node it names. */
static void a_replayed_dispatch_is_no_beat(void **state)
{
	struct rig *r = standing();
	struct msg m = rig_dispatch(r, "a.nothing", false);

	(void)state;
	rig_give(r, m);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	for (int i = 0; i < 181; i++) {
		rig_pass(r, 1);
		if (i % 5 == 0)
			rig_give(r, m);
	}
	assert_int_equal(r->scada.mode.cause, CAUSE_BEAT_LOST);
	free(r);
}

/* Nothing of it is beaten, reported or stored; nobody can end it or take its place by an offer. */
static void nothing_about_it_is_said(void **state)
{
	struct rig *r = standing();
	struct uuid id;

	(void)state;
	uuid_parse(id_text, &id);
	ask(r);
	rig_pass(r, 130);
	rig_offer(r, 7, T0_S, T0_S + 3600);
	assert_int_equal(rig_find(r, MSG_SEND_ANSWER)->send_answer.reason, DIAG_CONTRACT_OVERLAP);
	rig_give(r, (struct msg){ .type = MSG_END, .end = { .contract = id, .send_ms = rig_clock_ms(r) } });
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(rig_count(r, MSG_SEND_BEAT) + rig_count(r, MSG_SEND_REPORT), 0);
	assert_int_equal(r->disk.at[CONTRACT_NOW].state, CONTRACT_NONE);
	rig_restart(r, 5);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(rig_count(r, MSG_SEND_REPORT), 0);
	free(r);
}

/* A house that gets cold under it takes itself back all the same, and it returns when the zone is warm again. */
static void a_cold_house_suspends_it(void **state)
{
	struct rig *r = standing();

	(void)state;
	ask(r);
	r->room_code = 15 * 16;
	rig_pass(r, 60);
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	assert_int_equal(r->scada.contract.cause, CAUSE_SLA_BREACH);
	assert_null(rig_find(r, MSG_SEND_REPORT));
	r->room_code = 18 * 16;
	for (int i = 0; i < 18; i++) {
		rig_clear(r);
		rig_pass(r, 100);
	}
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	rig_pass(r, 20);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	free(r);
}

/* A contract on the disk comes first: it runs to its end, then the standing one begins. */
static void a_contract_on_the_disk_comes_first(void **state)
{
	struct rig *r = rig_prepare();

	(void)state;
	strcpy(r->settings.contract.standing, id_text);
	r->disk.at[CONTRACT_NOW] = (struct contract_record){ .id = { { 1 } }, .start_s = T0_S - 600,
		.end_s = T0_S + 60, .max_power_w = -1, .state = CONTRACT_LIVE };
	rig_start(r);
	assert_int_equal(r->scada.contract.id.b[0], 1);
	rig_pass(r, 61);
	assert_int_equal(rig_find(r, MSG_SEND_REPORT)->send_report.outcome, OUTCOME_COMPLETED);
	assert_int_equal(r->scada.contract.id.b[0], 0x0a);
	free(r);
}

/* --- SF-58 --------------------------------------------------------------------------------------------------- */

static struct rig *patient(void)
{
	struct rig *r = rig_prepare();

	r->settings.guard.start_delay_max_s = 120;
	rig_start(r);
	assert_true(r->scada.own_delay_ms > 1000 && r->scada.own_delay_ms <= 120000);
	return r;
}

/* After boot what the service itself switches on waits for this house's turn; what is off is off at once, and the mode
 * waits for nothing. */
static void a_boot_waits_its_turn(void **state)
{
	struct rig *r = patient();
	int wait_s = (int)(r->scada.own_delay_ms / 1000);

	(void)state;
	assert_true(r->scada.relays[0].asked);
	assert_false(r->scada.relays[0].wanted);
	assert_true(r->scada.local_wants[0]);
	rig_pass(r, wait_s - 1);
	assert_false(r->scada.relays[0].wanted);
	rig_pass(r, 2);
	assert_true(r->scada.relays[0].wanted);
	free(r);
}

/* Nothing is switched on because nobody has looked yet: the first readings are awaited, for 15 s at the most (SF-2, SF-13). */
static void a_start_looks_before_it_heats(void **state)
{
	struct rig *r = rig_prepare();
	int pump = 1;

	(void)state;
	r->settings.guard.start_delay_max_s = 0;
	r->room_silent = true;
	rig_start(r);
	assert_true(r->scada.local_wants[pump]);
	rig_pass(r, 13);
	assert_false(r->scada.relays[pump].wanted);
	rig_pass(r, 3);
	assert_true(r->scada.relays[pump].wanted);
	free(r);
	r = rig_prepare();
	r->settings.guard.start_delay_max_s = 0;
	r->room_code = 15 * 16;
	rig_start(r);
	assert_true(r->scada.relays[pump].wanted);
	free(r);
}

/* A dispatch is never made to wait. */
static void a_dispatch_waits_for_nothing(void **state)
{
	struct rig *r = patient();

	(void)state;
	rig_offer(r, 1, T0_S, T0_S + 3600);
	rig_stored(r);
	rig_beat(r, 1);
	rig_give(r, rig_dispatch(r, "a.elt1.relay", true));
	assert_true(r->scada.relays[0].wanted);
	free(r);
}

/* A link that comes and goes delays each wish once, and cannot keep the house cold. */
static void a_restless_link_keeps_nobody_cold(void **state)
{
	struct rig *r = patient();

	(void)state;
	for (int i = 0; i < 13; i++) {
		rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = false } });
		rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
		rig_pass(r, 10);
	}
	assert_true(r->scada.relays[0].wanted);
	rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
	rig_pass(r, 1);
	assert_true(r->scada.relays[0].wanted);		/* and what is on stays on */
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_live_from_the_start),
		cmocka_unit_test(dispatches_are_beats),
		cmocka_unit_test(a_replayed_dispatch_is_no_beat),
		cmocka_unit_test(nothing_about_it_is_said),
		cmocka_unit_test(a_cold_house_suspends_it),
		cmocka_unit_test(a_contract_on_the_disk_comes_first),
		cmocka_unit_test(a_boot_waits_its_turn),
		cmocka_unit_test(a_start_looks_before_it_heats),
		cmocka_unit_test(a_dispatch_waits_for_nothing),
		cmocka_unit_test(a_restless_link_keeps_nobody_cold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What an AtomicTNode may rely on when contracts follow, replace and end each other, and when the program or the disk
 * fails in between. */
#include "../support/scada_rig.h"

enum { END_S = T0_S + 3600 };

/* Contract 1 Live in RemoteControl, with four minutes to go. */
static struct rig *near_the_end(void)
{
	struct rig *r = rig_remote();

	for (int i = 0; i < 56; i++) {
		rig_pass_beating(r, 1, 60);
		rig_clear(r);
	}
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	return r;
}

static struct rig *with_successor(void)
{
	struct rig *r = near_the_end();

	rig_offer(r, 2, END_S, END_S + 3600);
	rig_stored(r);
	assert_true(rig_find(r, MSG_SEND_ANSWER)->send_answer.accepted);
	assert_int_equal(rig_find(r, MSG_SEND_ANSWER)->send_answer.state, CONTRACT_PENDING);
	rig_clear(r);
	return r;
}

static int owed_on_disk(const struct rig *r)
{
	int n = 0;

	for (int i = CONTRACT_OWED; i < N_CONTRACT_PLACES; i++)
		n += r->disk.at[i].state != CONTRACT_NONE;
	return n;
}

/* A successor waits as Pending beside the Live contract, which it does not disturb, and its offer is answered alike. */
static void a_successor_waits(void **state)
{
	struct rig *r = with_successor();

	(void)state;
	assert_int_equal(r->scada.contract.id.b[0], 1);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	assert_int_equal(r->disk.at[CONTRACT_NEXT].id.b[0], 2);
	r->now.ms += 1;
	rig_offer(r, 2, END_S, END_S + 3600);
	assert_true(rig_find(r, MSG_SEND_ANSWER)->send_answer.accepted);
	r->now.ms += 1;
	rig_offer(r, 3, END_S, END_S + 3600);
	assert_int_equal(rig_find(r, MSG_SEND_ANSWER)->send_answer.reason, DIAG_CONTRACT_OVERLAP);
	free(r);
}

/* At the end the successor is Live in the same second, the old one is reported, and control must be earned by a beat of
 * the new one. */
static void the_successor_follows_at_once(void **state)
{
	struct rig *r = with_successor();
	struct msg_send_report report;

	(void)state;
	rig_pass_beating(r, 1, 238);
	assert_int_equal(r->scada.contract.id.b[0], 1);
	rig_pass(r, 1);
	assert_int_equal(r->scada.contract.id.b[0], 2);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(r->scada.mode.cause, CAUSE_NO_BEAT);
	assert_int_equal(r->disk.at[CONTRACT_NOW].id.b[0], 2);
	assert_int_equal(r->disk.at[CONTRACT_NOW].state, CONTRACT_LIVE);
	assert_int_equal(r->disk.at[CONTRACT_NEXT].state, CONTRACT_NONE);
	report = rig_find(r, MSG_SEND_REPORT)->send_report;
	assert_int_equal(report.contract.b[0], 1);
	assert_int_equal(report.outcome, OUTCOME_COMPLETED);
	rig_pass(r, 1);
	rig_beat(r, 2);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	rig_acknowledge(r, 1, report.uid);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);	/* the report of another one */
	assert_int_equal(owed_on_disk(r), 0);
	free(r);
}

/* What ends early hands its dispatches to the successor's start, not to local control; then they are let go (SF-33). */
static void dispatches_are_held_to_the_start(void **state)
{
	struct rig *r = with_successor();

	(void)state;
	rig_give(r, rig_dispatch(r, "a.elt1.relay", false));
	rig_guard(r, GUARD_DONE, 0);
	r->now.ms += 1;
	rig_end(r, 1);
	assert_int_equal(r->scada.contract.id.b[0], 2);
	assert_int_equal(r->scada.contract.state, CONTRACT_PENDING);
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	rig_pass(r, 200);
	assert_false(r->scada.relays[0].wanted);
	assert_int_equal(r->scada.relays[0].wanted_by, BY_ATN);
	assert_true(r->scada.local_wants[0]);		/* local control would charge the tank */
	rig_give(r, rig_dispatch(r, "a.elt1.relay", true));
	assert_int_equal(rig_find(r, MSG_SEND_RESULT)->send_result.diag, DIAG_NO_CONTRACT);
	rig_pass(r, 40);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_true(r->scada.relays[0].wanted);
	assert_int_equal(r->scada.relays[0].wanted_by, BY_LOCAL);
	free(r);
}

/* Without a successor dispatches end with the contract; with one that is taken back, at that moment. */
static void without_a_successor_the_house_decides(void **state)
{
	struct rig *r = with_successor();

	(void)state;
	rig_give(r, rig_dispatch(r, "a.elt1.relay", false));
	rig_guard(r, GUARD_DONE, 0);
	r->now.ms += 1;
	rig_end(r, 1);
	rig_pass(r, 1);
	assert_false(r->scada.relays[0].wanted);
	rig_end(r, 2);
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	assert_true(r->scada.relays[0].wanted);
	assert_int_equal(rig_reports_owed(r), 2);
	free(r);
}

/* A blind house holds nothing for anybody. */
static void a_blind_house_holds_no_dispatch(void **state)
{
	struct rig *r = with_successor();

	(void)state;
	rig_give(r, rig_dispatch(r, "a.elt1.relay", true));
	rig_guard(r, GUARD_DONE, 0);
	r->now.ms += 1;
	rig_end(r, 1);
	assert_true(r->scada.relays[0].dispatched);
	r->now.ms += 60000;			/* no reading is younger than that */
	rig_give(r, (struct msg){ .type = MSG_TICK });
	assert_true(r->scada.relays[0].dispatched);
	r->scada.seeing_since = mono_after(r->now, -SCADA_BLIND_MS);
	rig_give(r, (struct msg){ .type = MSG_TICK });
	assert_false(r->scada.relays[0].dispatched);
	assert_non_null(rig_line(r, LOG_BLIND, LEVEL_CRITICAL));
	free(r);
}

/* An end for the successor alone ends it, reports it, and leaves the Live contract as it is. */
static void a_successor_can_be_ended(void **state)
{
	struct rig *r = with_successor();

	(void)state;
	rig_end(r, 2);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(r->scada.next.state, CONTRACT_NONE);
	assert_int_equal(rig_find(r, MSG_SEND_REPORT)->send_report.contract.b[0], 2);
	assert_int_equal(rig_find(r, MSG_SEND_REPORT)->send_report.outcome, OUTCOME_BY_ATN);
	assert_int_equal(r->disk.at[CONTRACT_NEXT].state, CONTRACT_NONE);
	rig_pass(r, 240);
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	free(r);
}

/* --- Replaces ---------------------------------------------------------------------------------------- */

static struct rig *replacing(void)
{
	struct rig *r = rig_remote();
	struct msg m;

	rig_pass_w(r, 100, 3600);
	rig_clear(r);
	m = rig_offer_msg(r, 2, T0_S, T0_S + 7200);
	m.offer.has_replaces = true;
	m.offer.replaces.b[0] = 1;
	rig_give(r, m);
	return r;
}

/* A contract is replaced in one transaction: the old one's report and the new one are stored together, before anybody is
 * told. */
static void a_contract_is_replaced_in_one_transaction(void **state)
{
	struct rig *r = replacing();

	(void)state;
	assert_int_equal(rig_count(r, MSG_STORE), 2);
	assert_int_equal(rig_find(r, MSG_STORE)->store.parts, 2);
	assert_int_equal(rig_find(r, MSG_STORE)->store.place, CONTRACT_NOW);
	assert_int_equal(rig_count(r, MSG_SEND_ANSWER) + rig_count(r, MSG_SEND_REPORT), 0);
	assert_int_equal(r->scada.contract.id.b[0], 1);
	rig_stored(r);
	assert_int_equal(r->scada.contract.id.b[0], 2);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_true(rig_find(r, MSG_SEND_ANSWER)->send_answer.accepted);
	assert_int_equal(rig_find(r, MSG_SEND_REPORT)->send_report.contract.b[0], 1);
	assert_int_equal(rig_find(r, MSG_SEND_REPORT)->send_report.outcome, OUTCOME_BY_ATN);
	assert_in_range(rig_find(r, MSG_SEND_REPORT)->send_report.energy_wh, 98, 101);
	assert_in_range(r->scada.contract.energy_mwh, 0, 1000);
	assert_int_equal(owed_on_disk(r), 1);
	assert_int_equal(r->scada.mode.cause, CAUSE_NO_BEAT);
	free(r);
}

/* When it cannot be stored, the old contract goes on as if nobody had asked. */
static void what_cannot_be_stored_replaces_nothing(void **state)
{
	struct rig *r = replacing();

	(void)state;
	rig_give(r, (struct msg){ .type = MSG_STORE_FAILED,
		.stored = { .seq = rig_find(r, MSG_STORE)->store.seq, .reason = "disk full" } });
	assert_int_equal(rig_find(r, MSG_SEND_ANSWER)->send_answer.reason, DIAG_STORAGE_UNAVAILABLE);
	assert_int_equal(r->scada.contract.id.b[0], 1);
	assert_int_equal(r->scada.mode.mode, REMOTE_CONTROL);
	assert_int_equal(rig_reports_owed(r), 0);
	assert_int_equal(owed_on_disk(r), 0);
	assert_int_equal(r->disk.at[CONTRACT_NOW].id.b[0], 1);
	free(r);
}

/* A disk that does not answer for 5 s is given up, and what it wrote late is written over with what is true. */
static void a_late_replacement_is_undone(void **state)
{
	struct rig *r = replacing();

	(void)state;
	r->disk.at[CONTRACT_OWED].state = CONTRACT_ENDED;	/* as it will be found to have done */
	r->disk.at[CONTRACT_NOW].id.b[0] = 2;
	rig_pass(r, 6);
	assert_int_equal(rig_find(r, MSG_SEND_ANSWER)->send_answer.reason, DIAG_STORAGE_UNAVAILABLE);
	assert_int_equal(r->scada.contract.id.b[0], 1);
	assert_int_equal(r->disk.at[CONTRACT_NOW].id.b[0], 1);
	assert_int_equal(owed_on_disk(r), 0);
	free(r);
}

/* A disk that takes its time holds up no end: the old contract that ends meanwhile is reported once, as it ended, and the
 * new one is what the disk holds in the end. */
static void an_end_while_a_replacement_is_stored(void **state)
{
	struct rig *r = replacing();

	(void)state;
	r->now.ms += 1;
	rig_end(r, 1);
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	assert_int_equal(r->disk.at[CONTRACT_NOW].state, CONTRACT_LIVE);	/* nothing overtakes the store */
	rig_stored(r);
	assert_int_equal(r->scada.contract.id.b[0], 2);
	assert_int_equal(rig_reports_owed(r), 1);
	assert_int_equal(owed_on_disk(r), 1);
	assert_int_equal(r->disk.at[CONTRACT_NOW].id.b[0], 2);
	assert_int_equal(r->disk.at[CONTRACT_NOW].state, CONTRACT_LIVE);
	free(r);
}

/* A successor whose commit comes after the end it was to follow follows all the same. */
static void a_late_commit_still_follows(void **state)
{
	struct rig *r = near_the_end();

	(void)state;
	rig_pass_beating(r, 1, 237);
	rig_offer(r, 2, END_S, END_S + 3600);
	rig_pass(r, 4);
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	rig_stored(r);
	assert_int_equal(r->scada.contract.id.b[0], 2);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(r->disk.at[CONTRACT_NOW].id.b[0], 2);
	assert_int_equal(r->disk.at[CONTRACT_NEXT].state, CONTRACT_NONE);
	free(r);
}

/* --- reports ------------------------------------------------------------------------------------------- */

/* A report owed goes out again each minute and with each new connection, across restarts, until it is acknowledged. */
static void a_report_outlives_the_program(void **state)
{
	struct rig *r = rig_remote();
	struct uuid uid;

	(void)state;
	rig_end(r, 1);
	uid = rig_find(r, MSG_SEND_REPORT)->send_report.uid;
	rig_restart(r, 600);
	rig_clear(r);
	rig_pass(r, 120);
	assert_int_equal(rig_count(r, MSG_SEND_REPORT), 2);
	assert_true(uuid_equal(rig_find(r, MSG_SEND_REPORT)->send_report.uid, uid));
	assert_int_equal(rig_find(r, MSG_SEND_REPORT)->send_report.outcome, OUTCOME_BY_ATN);
	rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = false } });
	rig_clear(r);
	rig_pass(r, 120);
	assert_int_equal(rig_count(r, MSG_SEND_REPORT), 0);
	rig_give(r, (struct msg){ .type = MSG_LINK, .link = { .up = true } });
	assert_int_equal(rig_count(r, MSG_SEND_REPORT), 1);
	rig_acknowledge(r, 1, uid);
	assert_int_equal(r->scada.contract.state, CONTRACT_NONE);
	rig_restart(r, 5);
	rig_clear(r);
	rig_pass(r, 120);
	assert_int_equal(rig_count(r, MSG_SEND_REPORT), 0);
	free(r);
}

/* A new contract does not forget the old one's report, nor its acknowledgement touch the new one. */
static void reports_are_independent_of_the_present(void **state)
{
	struct rig *r = rig_remote();
	struct uuid uid;

	(void)state;
	rig_end(r, 1);
	uid = rig_find(r, MSG_SEND_REPORT)->send_report.uid;
	r->now.ms += 1;
	rig_offer(r, 2, T0_S, T0_S + 3600);
	rig_stored(r);
	rig_restart(r, 10);
	assert_int_equal(r->scada.contract.id.b[0], 2);
	assert_int_equal(rig_reports_owed(r), 1);
	r->now.ms += 1;
	rig_acknowledge(r, 1, (struct uuid){ { 99 } });
	assert_int_equal(rig_reports_owed(r), 1);
	r->now.ms += 1;
	rig_acknowledge(r, 1, uid);
	assert_int_equal(rig_reports_owed(r), 0);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	free(r);
}

/* Eight reports are owed at most; the ninth takes the oldest one's place, and a line says so. */
static void eight_reports_are_kept(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	for (uint8_t id = 1; id <= 9; id++) {
		r->now.ms += 10;
		rig_end(r, id);
		assert_int_equal(rig_reports_owed(r), id < 8 ? id : 8);
		r->now.ms += 10;
		rig_clear(r);
		if (id == 9)
			break;
		rig_offer(r, (uint8_t)(id + 1), T0_S, T0_S + 3600);
		rig_stored(r);
	}
	for (int i = 0; i < CONTRACT_MAX_OWED; i++)
		assert_int_not_equal(r->scada.reports[i].id.b[0], 1);
	assert_int_equal(owed_on_disk(r), 8);
	free(r);
}

/* What a full disk did not take is on it within a minute of there being room. */
static void a_full_disk_is_tried_again(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->disk_full = true;
	rig_end(r, 1);
	assert_int_equal(r->disk.at[CONTRACT_NOW].state, CONTRACT_LIVE);
	rig_pass(r, 30);
	r->disk_full = false;
	rig_pass(r, 61);
	assert_int_equal(r->disk.at[CONTRACT_NOW].state, CONTRACT_ENDED);
	assert_int_equal(owed_on_disk(r), 1);
	free(r);
}

/* --- restarts ------------------------------------------------------------------------------------------- */

/* A contract that ended while the program was down is reported as such, and the successor that has begun meanwhile is
 * Live; one that has ended too is reported too. */
static void what_happened_while_down(void **state)
{
	struct rig *r = with_successor();

	(void)state;
	rig_restart(r, 1000);
	assert_int_equal(r->scada.contract.id.b[0], 2);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(r->scada.mode.mode, LOCAL_CONTROL);
	rig_restart(r, 7200);
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	assert_int_equal(rig_reports_owed(r), 2);
	for (int i = 0; i < CONTRACT_MAX_OWED; i++)
		if (r->scada.reports[i].state != CONTRACT_NONE)
			assert_int_equal(r->scada.reports[i].outcome, OUTCOME_UNKNOWN);
	free(r);
}

/* While the time is not known nothing begins and nothing ends; then all at once, and once. */
static void an_unknown_time_decides_nothing(void **state)
{
	struct rig *r = with_successor();

	(void)state;
	r->clock_unknown = true;
	rig_restart(r, 1000);
	rig_pass(r, 60);
	assert_int_equal(r->scada.contract.id.b[0], 1);
	assert_int_equal(r->scada.mode.cause, CAUSE_CLOCK_NOT_TRUSTED);
	r->clock_unknown = false;
	rig_pass(r, 1);
	assert_int_equal(r->scada.contract.id.b[0], 2);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_int_equal(rig_reports_owed(r), 1);
	free(r);
}

/* A relay that the contract could move and that is gone ends it; one that was added does not. */
static void a_removed_relay_ends_the_contract(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	strcpy(r->settings.relays[1].node_name, "a.other.relay");
	rig_restart(r, 5);
	assert_int_equal(r->scada.contract.state, CONTRACT_ENDED);
	assert_int_equal(r->scada.contract.outcome, OUTCOME_BY_SCADA);
	assert_int_equal(r->scada.contract.cause, CAUSE_NODE_REMOVED);
	free(r);
	r = rig_remote();
	r->settings.relays[2] = r->settings.relays[1];
	strcpy(r->settings.relays[2].node_name, "a.new.relay");
	r->settings.n_relays = 3;
	rig_restart(r, 5);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_successor_waits),
		cmocka_unit_test(the_successor_follows_at_once),
		cmocka_unit_test(dispatches_are_held_to_the_start),
		cmocka_unit_test(without_a_successor_the_house_decides),
		cmocka_unit_test(a_blind_house_holds_no_dispatch),
		cmocka_unit_test(a_successor_can_be_ended),
		cmocka_unit_test(a_contract_is_replaced_in_one_transaction),
		cmocka_unit_test(what_cannot_be_stored_replaces_nothing),
		cmocka_unit_test(a_late_replacement_is_undone),
		cmocka_unit_test(an_end_while_a_replacement_is_stored),
		cmocka_unit_test(a_late_commit_still_follows),
		cmocka_unit_test(a_report_outlives_the_program),
		cmocka_unit_test(reports_are_independent_of_the_present),
		cmocka_unit_test(eight_reports_are_kept),
		cmocka_unit_test(a_full_disk_is_tried_again),
		cmocka_unit_test(what_happened_while_down),
		cmocka_unit_test(an_unknown_time_decides_nothing),
		cmocka_unit_test(a_removed_relay_ends_the_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What both parties of a contract may rely on about its energy: it never decreases, clock and restarts do not change it,
 * and what was not metered says so (SF-39). */
#include "../support/scada_rig.h"

enum { POLL_MS = 1000 };

struct account { struct energy e; struct contract_record c; struct mono now; };

static void pass(struct account *a, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		a->now.ms += 1000;
		energy_advance(&a->e, &a->c, a->now, POLL_MS);
	}
}

/* Metered second by second. */
static void meter(struct account *a, int seconds, int32_t w)
{
	for (int i = 0; i < seconds; i++) {
		pass(a, 1);
		energy_power(&a->e, w, a->now);
	}
}

/* 3600 W for 1000 s are 1000 Wh, whatever the rhythm of looking, and none of it is estimated. */
static void the_account_is_the_integral(void **state)
{
	struct account a = { .c = { .state = CONTRACT_LIVE } };

	(void)state;
	energy_power(&a.e, 3600, a.now);
	meter(&a, 1000, 3600);
	assert_int_equal(a.c.energy_mwh, 1000000);
	assert_int_equal(a.c.energy_estimated_mwh, 0);
	for (int i = 0; i < 1000; i++) {
		a.now.ms += 7;
		energy_advance(&a.e, &a.c, a.now, POLL_MS);
	}
	assert_int_equal(a.c.energy_mwh, 1007000);
}

/* A gap of more than two polls is counted by the last power, and all of it, from the last reading on, is estimated. */
static void a_gap_is_estimated_whole(void **state)
{
	struct account a = { .c = { .state = CONTRACT_LIVE } };

	(void)state;
	energy_power(&a.e, 3600, a.now);
	meter(&a, 10, 3600);
	pass(&a, 2);
	assert_int_equal(a.c.energy_estimated_mwh, 0);
	pass(&a, 18);
	assert_int_equal(a.c.energy_mwh, 30000);
	assert_int_equal(a.c.energy_estimated_mwh, 20000);
	energy_power(&a.e, 0, a.now);
	meter(&a, 100, 0);
	assert_int_equal(a.c.energy_mwh, 30000);
	assert_int_equal(a.c.energy_estimated_mwh, 20000);
}

/* The meter's own register tells what a gap really was: more is added, and what it confirms is no estimate any more. */
static void the_register_fills_a_gap(void **state)
{
	struct account a = { .c = { .state = CONTRACT_LIVE } };

	(void)state;
	energy_power(&a.e, 3600, a.now);
	energy_register(&a.e, &a.c, 500);
	meter(&a, 10, 3600);
	energy_register(&a.e, &a.c, 510);
	pass(&a, 100);
	assert_int_equal(a.c.energy_estimated_mwh, 100000);
	energy_register(&a.e, &a.c, 710);
	assert_int_equal(a.c.energy_mwh, 210000);
	assert_int_equal(a.c.energy_estimated_mwh, 0);
}

/* If it was less, nothing is taken back: the account waits until the register has caught up, and only what is above it
 * remains an estimate. */
static void too_high_an_estimate_is_paid_back(void **state)
{
	struct account a = { .c = { .state = CONTRACT_LIVE } };

	(void)state;
	energy_power(&a.e, 3600, a.now);
	energy_register(&a.e, &a.c, 500);
	pass(&a, 100);
	energy_power(&a.e, 3600, a.now);
	energy_register(&a.e, &a.c, 540);
	assert_int_equal(a.c.energy_mwh, 100000);
	assert_int_equal(a.c.energy_estimated_mwh, 60000);
	for (int i = 1; i <= 60; i++) {
		meter(&a, 1, 3600);
		energy_register(&a.e, &a.c, 540 + i);
	}
	assert_in_range(a.c.energy_mwh, 100000, 101000);
	assert_in_range(a.c.energy_estimated_mwh, 0, 1000);
	for (int i = 61; i <= 160; i++) {
		meter(&a, 1, 3600);
		energy_register(&a.e, &a.c, 540 + i);
	}
	assert_in_range(a.c.energy_mwh, 199000, 201000);
}

/* A register that goes back, also to a value above where the contract began, is a new beginning, not negative energy. */
static void a_register_that_goes_back_is_a_new_beginning(void **state)
{
	struct account a = { .c = { .state = CONTRACT_LIVE } };

	(void)state;
	energy_power(&a.e, 0, a.now);
	energy_register(&a.e, &a.c, 500);
	energy_register(&a.e, &a.c, 900);
	assert_int_equal(a.c.energy_mwh, 400000);
	energy_register(&a.e, &a.c, 600);
	assert_int_equal(a.c.energy_mwh, 400000);
	energy_register(&a.e, &a.c, 650);
	assert_int_equal(a.c.energy_mwh, 450000);
	energy_register(&a.e, &a.c, 3);
	energy_register(&a.e, &a.c, 5);
	assert_int_equal(a.c.energy_mwh, 452000);
}

/* Random powers, gaps and registers: never less than before, estimates never more than the whole nor below zero, and with
 * a true register within 1 Wh of it at the end. */
static void it_never_decreases(void **state)
{
	uint32_t seed = 12345;

	(void)state;
	for (int run = 0; run < 200; run++) {
		struct account a = { .c = { .state = CONTRACT_LIVE } };
		int64_t before = 0, true_mws = 0;
		int32_t w = 1000;

		energy_power(&a.e, w, a.now);
		energy_register(&a.e, &a.c, 0);
		for (int i = 0; i < 3000; i++) {
			seed = seed * 1664525u + 1013904223u;
			if ((seed >> 16) % 50 == 0)
				w = (int32_t)((seed >> 20) % 4800);
			pass(&a, 1);
			true_mws += w * 1000LL;
			if ((seed >> 24) % 100 > (uint32_t)(i / 100 % 2 ? 95 : 5)) {
				energy_power(&a.e, w, a.now);
				energy_register(&a.e, &a.c, true_mws / 3600000);
			}
			assert_true(a.c.energy_mwh >= before);
			assert_true(a.c.energy_estimated_mwh >= 0);
			assert_true(a.c.energy_estimated_mwh <= a.c.energy_mwh);
			before = a.c.energy_mwh;
		}
		w = 4000;	/* time enough to pay back what was estimated too high */
		for (int i = 0; i < 600; i++) {
			pass(&a, 1);
			true_mws += w * 1000LL;
			energy_power(&a.e, w, a.now);
			energy_register(&a.e, &a.c, true_mws / 3600000);
		}
		assert_true(llabs(a.c.energy_mwh - true_mws / 3600) <= 1500);
	}
}

/* --- in the scada ---------------------------------------------------------------------------------------- */

/* Setting the clock, by an hour each way, changes neither the energy nor the time in RemoteControl. */
static void the_clock_changes_no_energy(void **state)
{
	struct rig *r = rig_remote();
	int64_t mwh, remote_ms;

	(void)state;
	rig_pass_w(r, 100, 3600);
	mwh = r->scada.contract.energy_mwh;
	remote_ms = r->scada.contract.remote_ms;
	r->wall_step_ms = -1800000;
	rig_pass_w(r, 10, 3600);
	r->wall_step_ms = 1800000;
	rig_pass_w(r, 10, 3600);
	assert_int_equal(r->scada.contract.state, CONTRACT_LIVE);
	assert_in_range(r->scada.contract.energy_mwh - mwh, 19900, 20100);
	assert_int_equal(r->scada.contract.remote_ms - remote_ms, 20000);
	free(r);
}

/* After a restart the account goes on where a beat has last told it, and the register adds what was used meanwhile. */
static void a_restart_loses_no_energy(void **state)
{
	struct rig *r = rig_remote();
	int64_t told_wh;

	(void)state;
	r->has_register = true;
	r->register_wh = 70000;
	rig_pass_w(r, 1, 0);
	r->register_wh = 70100;
	rig_pass_w(r, 70, 0);
	told_wh = r->scada.contract.energy_mwh / 1000;
	assert_int_equal(told_wh, 100);
	rig_restart(r, 300);
	assert_true(r->scada.contract.energy_mwh / 1000 >= told_wh);
	r->register_wh = 70150;
	rig_pass_w(r, 2, 0);
	assert_in_range(r->scada.contract.energy_mwh, 149000, 151000);
	assert_int_equal(r->scada.contract.energy_estimated_mwh, 0);
	rig_pass_w(r, 20, 0);
	r->now.ms += 1;
	rig_beat(r, 1);				/* which tells 150 Wh */
	assert_int_equal(rig_find(r, MSG_SEND_BEAT)->send_beat.energy_wh, 150);
	rig_restart(r, 5);
	r->register_wh = 12;		/* the meter was changed */
	rig_pass_w(r, 2, 0);
	assert_in_range(r->scada.contract.energy_mwh, 149000, 151000);
	free(r);
}

/* A successor begins at zero. */
static void each_contract_has_its_own_account(void **state)
{
	struct rig *r = rig_remote();

	(void)state;
	r->has_register = true;
	r->register_wh = 500;
	rig_pass_w(r, 36, 3600);
	rig_end(r, 1);
	r->now.ms += 1;
	rig_offer(r, 2, T0_S, T0_S + 3600);
	rig_stored(r);
	assert_int_equal(r->scada.contract.energy_mwh, 0);
	r->register_wh = 600;
	rig_pass_w(r, 1, 0);
	assert_in_range(r->scada.contract.energy_mwh, 99000, 101500);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_account_is_the_integral),
		cmocka_unit_test(a_gap_is_estimated_whole),
		cmocka_unit_test(the_register_fills_a_gap),
		cmocka_unit_test(too_high_an_estimate_is_paid_back),
		cmocka_unit_test(a_register_that_goes_back_is_a_new_beginning),
		cmocka_unit_test(it_never_decreases),
		cmocka_unit_test(the_clock_changes_no_energy),
		cmocka_unit_test(a_restart_loses_no_energy),
		cmocka_unit_test(each_contract_has_its_own_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

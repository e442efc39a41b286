/* SPDX-License-Identifier: MIT */
/* The history actor and what goes up: slots, statuses, what is owed and in which order it is sent. */
#include "../support/history_bench.h"

/* At the slot's end its status goes out and says exactly what was read and commanded, in wire values. */
static void a_slot_becomes_its_status(void **state)
{
	struct bench *b = *state;
	const struct gt_sh_status *m;
	struct opened o;

	hbench_go_remote(b);
	for (int64_t t = 0; t < 300000; t += 5000)
		hbench_keep(b, TANK, t, 321 + t / 5000);
	hbench_step(
		b, (struct msg){ .type = MSG_KEEP_COMMAND, .keep_command = { RELAY_NODE, true, b->clock } });
	hbench_keep(b, RELAY, 295400, 1);
	hbench_keep(b, POWER, 296000, 4512);
	hbench_tick(b, 300000);
	assert_int_equal(b->n_sent, 1);
	hbench_status_open(&b->sent[0], &o);
	m = &o.m;
	assert_int_equal(m->slot_start_unix_s, START_MS / 1000);
	assert_int_equal(m->reporting_period_s, 300);
	assert_string_equal(m->from_g_node_alias, "dw1.isone.ta.scada");
	assert_string_equal(m->about_g_node_alias, "dw1.isone.ta");
	assert_true(uuid_equal(m->from_g_node_id, b->house.scada.id));
	assert_int_equal(m->n_simple, 2);
	assert_string_equal(m->simple_telemetry_list[0].sh_node_alias, "a.tank.temp0");
	assert_int_equal(m->simple_telemetry_list[0].n, 60);
	for (int i = 0; i < 60; i++) {
		assert_int_equal(m->simple_telemetry_list[0].read_time_unix_ms_list[i], START_MS + 5000 * i);
		assert_int_equal(m->simple_telemetry_list[0].value_list[i],
			code_map_apply((struct code_map){ 1000, 16, 0 }, 321 + i));
	}
	assert_true(m->simple_telemetry_list[1].telemetry_name == TELEMETRY_RELAY_STATE);
	assert_int_equal(m->n_multipurpose, 1);
	assert_string_equal(m->multipurpose_telemetry_list[0].about_node_alias, "a.elt1");
	assert_string_equal(m->multipurpose_telemetry_list[0].sensor_node_alias, "a.m");
	assert_int_equal(m->multipurpose_telemetry_list[0].value_list[0], 4512);
	assert_int_equal(m->n_cmd, 1);
	assert_string_equal(m->booleanactuator_cmd_list[0].sh_node_alias, "a.elt1.relay");
	assert_true(m->booleanactuator_cmd_list[0].relay_state_command_list[0]);
	assert_int_equal(m->booleanactuator_cmd_list[0].command_time_unix_ms_list[0], START_MS + 295000);
	hbench_status_close(&o);
}

/* The wake-up asked for is the slot's end to the millisecond, and a slot without readings has a status
 * too. */
static void an_empty_slot_is_reported(void **state)
{
	struct bench *b = *state;
	struct opened o;

	hbench_time(b, 1234);
	hbench_go_remote(b);
	hbench_tick(b, 298000);
	assert_true(mono_since(b->out.wake_at, b->now) <= 2000);
	hbench_tick(b, 299999);
	assert_int_equal(b->n_sent, 0);
	assert_int_equal(mono_since(b->out.wake_at, b->now), 1);
	hbench_tick(b, 300000);
	assert_int_equal(b->n_sent, 1);
	hbench_status_open(&b->sent[0], &o);
	assert_int_equal(o.m.n_simple + o.m.n_cmd + o.m.n_multipurpose, 0);
	hbench_status_close(&o);
}

/* A reading stamped at the boundary belongs to the slot that begins there, whichever message comes first. */
static void the_boundary_belongs_to_the_next_slot(void **state)
{
	struct bench *b = *state;

	hbench_go_remote(b);
	hbench_keep(b, TANK, 299999, 1);
	hbench_keep(b, TANK, 300000, 2);
	hbench_tick(b, 300000);
	assert_int_equal(b->n_sent, 1);
	assert_int_equal(hbench_status_readings(&b->sent[0]), 1);
	hbench_tick(b, 600000);
	assert_int_equal(b->n_sent, 2);
	assert_int_equal(hbench_status_readings(&b->sent[1]), 1);
	assert_int_equal(hbench_status_slot(&b->sent[1]), START_MS / 1000 + 300);
}

/* A real sensor may be late by a second or two: the slot waits for it. After that it is closed for good,
 * and says so. */
static void a_late_reading_is_waited_for(void **state)
{
	struct bench *b = *state;

	history_free(&b->history);
	b->settings.simulated = false;
	hbench_start(b);
	hbench_go_remote(b);
	hbench_tick(b, 1000);
	hbench_time(b, 301500);
	hbench_step(b, (struct msg){ .type = MSG_KEEP, .keep = { TANK, 5, { START_MS + 299000 } } });
	assert_int_equal(b->n_sent, 0);
	hbench_tick(b, 302000);
	assert_int_equal(b->n_sent, 1);
	assert_int_equal(hbench_status_readings(&b->sent[0]), 1);
	hbench_step(b, (struct msg){ .type = MSG_KEEP, .keep = { TANK, 6, { START_MS + 299500 } } });
	hbench_tick(b, 602000);
	assert_int_equal(hbench_status_readings(&b->sent[1]), 0);
	assert_int_equal(b->n_gaps, 1);
}

/* In LocalControl statuses are only owed; RemoteControl brings them up oldest first, each once, and then
 * none is owed. */
static void what_is_owed_goes_up_in_order(void **state)
{
	struct bench *b = *state;

	hbench_link(b, true);
	hbench_mode(b, LOCAL_CONTROL);
	for (int i = 0; i < 12; i++)
		hbench_run_slot(b, 300000 * i);
	assert_int_equal(b->n_sent, 0);
	hbench_tick(b, 3601000);
	assert_int_equal(b->owed, 12);
	hbench_mode(b, REMOTE_CONTROL);
	for (int i = 2; i < 20; i++)
		hbench_tick(b, 3600000 + 1000 * i);
	assert_int_equal(b->n_sent, 12);
	for (int i = 0; i < 12; i++) {
		assert_int_equal(hbench_status_slot(&b->sent[i]), START_MS / 1000 + 300 * i);
		assert_int_equal(hbench_status_readings(&b->sent[i]), 60);
	}
	hbench_step(b, (struct msg){ .type = MSG_FLUSH });
	hbench_tick(b, 3630000);
	assert_int_equal(b->owed, 0);
	hbench_run_slot(b, 3600000 + 300000);
	assert_true(b->n_sent >= 13);
}

/* The backlog never goes faster than uplink.backlog_per_s. */
static void the_backlog_keeps_its_rate(void **state)
{
	struct bench *b = *state;

	b->settings.uplink.backlog_per_s = 2;
	for (int i = 0; i < 9; i++)
		hbench_run_slot(b, 300000 * i);
	hbench_go_remote(b);
	assert_int_equal(b->n_sent, 2);
	for (int i = 1; i < 5; i++) {
		for (int ms = 0; ms < 1000; ms += 100)
			hbench_tick(b, 2700000 + 1000 * i + ms);
		assert_int_equal(b->n_sent, i < 4 ? 2 + 2 * i : 9);
	}
}

/* A slot that ends while the backlog goes up goes before the rest of it. */
static void live_goes_first(void **state)
{
	struct bench *b = *state;

	b->settings.uplink.backlog_per_s = 1;
	for (int i = 0; i < 4; i++)
		hbench_run_slot(b, 300000 * i);
	hbench_tick(b, 1499000);
	hbench_go_remote(b);
	assert_int_equal(b->n_sent, 1);
	hbench_tick(b, 1500000);
	assert_true(b->n_sent >= 2);
	assert_int_equal(hbench_status_slot(&b->sent[0]), START_MS / 1000);
	assert_int_equal(hbench_status_slot(&b->sent[1]), START_MS / 1000 + 1200);
	hbench_tick(b, 1501000);
	assert_int_equal(hbench_status_slot(&b->sent[2]), START_MS / 1000 + 300);
}

/* What the broker had not acknowledged when the link went comes again, same id and same bytes; what it
 * had, does not. */
static void a_lost_link_repeats_the_same(void **state)
{
	struct bench *b = *state;

	hbench_go_remote(b);
	hbench_run_slot(b, 0);
	b->deaf = true;
	hbench_run_slot(b, 300000);
	hbench_run_slot(b, 600000);
	assert_int_equal(b->n_sent, 3);
	hbench_link(b, false);
	hbench_tick(b, 930000);
	assert_int_equal(b->n_sent, 3);
	b->deaf = false;
	hbench_link(b, true);
	hbench_tick(b, 935000);
	hbench_tick(b, 940000);
	assert_int_equal(b->n_sent, 5);
	hbench_assert_same(&b->sent[1], &b->sent[3]);
	hbench_assert_same(&b->sent[2], &b->sent[4]);
}

/* While no buffer is free nothing is lost and nothing taken; it goes when one is. */
static void no_buffer_means_later(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < POOL_BUFFERS; i++)
		b->taken[i] = true;
	hbench_go_remote(b);
	hbench_run_slot(b, 0);
	hbench_run_slot(b, 300000);
	assert_int_equal(b->n_sent, 0);
	b->taken[0] = false;
	hbench_tick(b, 601000);
	hbench_tick(b, 602000);
	assert_int_equal(b->n_sent, 2);
	hbench_tick(b, 604000);
	assert_int_equal(b->owed, 0);
}

/* With the uplink holding its buffers, one is left for a snapshot. */
static void one_buffer_is_left(void **state)
{
	struct bench *b = *state;

	b->hold_buffers = true;
	for (int i = 0; i < 8; i++)
		hbench_run_slot(b, 300000 * i);
	hbench_go_remote(b);
	hbench_tick(b, 2410000);
	assert_int_equal(b->n_sent, POOL_BUFFERS - 1);
	assert_false(b->taken[POOL_BUFFERS - 1]);
}

/* Runs an hour with that period and checks that its statuses cover every reading once. */
static void check_period(struct bench *b, int period_s)
{
	int n = 0;

	history_free(&b->history);
	b->settings.status_period_s = period_s;
	hbench_start(b);
	hbench_go_remote(b);
	for (int64_t t = 0; t < 3600000; t += 5000) {
		hbench_tick(b, t);
		hbench_keep(b, TANK, t, 5);
	}
	hbench_tick(b, 3600000);
	assert_int_equal(b->n_sent, 3600 / period_s);
	for (int i = 0; i < b->n_sent; i++) {
		assert_int_equal(hbench_status_slot(&b->sent[i]), START_MS / 1000 + period_s * i);
		n += hbench_status_readings(&b->sent[i]);
	}
	assert_int_equal(n, 720);
}

/* A status each minute, from rows of five. */
static void a_status_may_be_shorter_than_a_row(void **state)
{
	check_period(*state, 60);
}

/* A status each quarter of an hour, from three rows. */
static void a_status_may_be_longer_than_a_row(void **state)
{
	check_period(*state, 900);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hbench_setup, hbench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_slot_becomes_its_status),
		TEST(an_empty_slot_is_reported),
		TEST(the_boundary_belongs_to_the_next_slot),
		TEST(a_late_reading_is_waited_for),
		TEST(what_is_owed_goes_up_in_order),
		TEST(the_backlog_keeps_its_rate),
		TEST(live_goes_first),
		TEST(a_lost_link_repeats_the_same),
		TEST(no_buffer_means_later),
		TEST(one_buffer_is_left),
		TEST(a_status_may_be_shorter_than_a_row),
		TEST(a_status_may_be_longer_than_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

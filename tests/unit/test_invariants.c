/* SPDX-License-Identifier: MIT */
/* Each invariant of the simulation can fail: a sound house is seen for three hours, and then one thing is wrong. */
#include "invariants_bench.h"

static void a_cold_room(void **state)
{
	struct bench *b = sound();

	(void)state;
	b->s.truth.air_c = 18;
	seconds(b, 2 * HOUR_S - 10);
	assert_int_equal(b->v.violated[0], 0);
	seconds(b, 20);
	assert_only(b, "I1", "room 18.00 C for 2 h below 18.50 C");
	close_bench(b);
	b = sound();		/* nobody could have done better */
	b->s.truth.air_c = 18;
	b->s.ideal_c = 18.5;
	seconds(b, 3 * HOUR_S);
	assert_int_equal(b->v.violated[0], 0);
	close_bench(b);
}

/* What a contract has left may take hours to make good, but not 12, and no more than 2.5 K. */
static void cold_that_a_contract_left(void **state)
{
	struct bench *b = sound();

	(void)state;
	b->s.truth.air_c = 17.6;
	b->s.contract.state = CONTRACT_LIVE;
	seconds(b, 5 * HOUR_S);
	b->s.contract.state = CONTRACT_NONE;
	seconds(b, 12 * HOUR_S - 10);
	assert_int_equal(b->v.violated[0], 0);
	seconds(b, 2 * HOUR_S + 20);
	assert_int_equal(b->v.violated[0], 1);
	close_bench(b);
	b = sound();
	b->s.contract.state = CONTRACT_LIVE;
	second(b);
	b->s.contract.state = CONTRACT_NONE;
	b->s.truth.air_c = 17.4;
	seconds(b, 2 * HOUR_S + 10);
	assert_int_equal(b->v.violated[0], 1);
	close_bench(b);
}

static void hot_water(void **state)
{
	struct bench *b = sound();

	(void)state;
	b->s.truth.tank_top_c = 85.5;
	second(b);
	assert_only(b, "I2", "water 85.5 C, limit 85.0 C");
	close_bench(b);
}

static void a_short_rest(void **state)
{
	struct bench *b = sound();

	(void)state;
	turn(b, true, BY_LOCAL);
	seconds(b, 600);
	turn(b, false, BY_LOCAL);
	seconds(b, 299);
	turn(b, true, BY_LOCAL);
	second(b);
	assert_only(b, "I3", "a.hp1.relay starts after 299 s of rest, 300 s are needed");
	close_bench(b);
}

static void a_short_run_and_many_starts(void **state)
{
	struct bench *b = sound();

	(void)state;
	turn(b, true, BY_LOCAL);
	seconds(b, 299);
	turn(b, false, BY_LOCAL);
	second(b);
	assert_only(b, "I3", "stops after 299 s");
	close_bench(b);
	b = sound();
	for (int i = 0; i < 5; i++) {
		turn(b, true, BY_LOCAL);
		seconds(b, 301);
		turn(b, false, BY_LOCAL);
		seconds(b, 301);
	}
	assert_only(b, "I3", "starts 5 times in an hour, 4 are allowed");
	close_bench(b);
}

static void no_lease(void **state)
{
	struct bench *b = sound();

	(void)state;
	turn(b, true, BY_LOCAL);
	second(b);
	b->s.now.ms += 1000;
	b->s.relays[0].asked_ms = 31001;
	invariants_step(&b->v, &b->s);
	assert_only(b, "I4", "a.hp1.relay is on, last asked for 31 s ago");
	close_bench(b);
}

static void send(struct bench *b, enum net_sim_side from, const char *t, const char *format, ...)
{
	char json[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(json, sizeof(json), format, args);
	va_end(args);
	invariants_sent(&b->v, from, t, json, (size_t)n, b->s.now);
}

static void make_contract(struct bench *b, const char *echo)
{
	send(b, NET_SIM_ATN, offer_topic, "{\"ContractId\":\"%s\",\"StartUnixS\":%d,\"EndUnixS\":%d}", id, START_S,
		START_S + 10 * HOUR_S);
	send(b, NET_SIM_SCADA, topic, "{\"ContractId\":\"%s\",\"Verdict\":\"Accepted\",\"Beat\":\"00000000000000aa\"}", id);
	send(b, NET_SIM_ATN, topic, "{\"ContractId\":\"%s\",\"Beat\":\"00000000000000bb\",\"EchoBeat\":\"%s\"}", id, echo);
}

static void dispatch(struct bench *b, int state)
{
	send(b, NET_SIM_ATN, "gw/x/gt.dispatch.boolean.100", "{\"AboutNodeAlias\":\"a.hp1.relay\",\"RelayState\":%d}", state);
}

static void a_move_from_outside(void **state)
{
	struct bench *b = sound();

	(void)state;
	make_contract(b, "00000000000000aa");
	dispatch(b, 1);
	turn(b, true, BY_ATN);
	seconds(b, 400);
	for (int k = 0; k < N_INVARIANTS; k++)
		assert_int_equal(b->v.violated[k], 0);
	dispatch(b, 0);
	turn(b, false, BY_ATN);		/* its echo is 400 s old */
	second(b);
	assert_only(b, "I5", "whose last echo is 40");
	close_bench(b);
	b = sound();
	make_contract(b, "00000000000000ff");	/* no beat that we sent */
	dispatch(b, 1);
	turn(b, true, BY_ATN);
	second(b);
	assert_only(b, "I5", "which echoed no beat of an accepted contract");
	close_bench(b);
}

/* It moves at a word that somebody else said; and somebody makes it talk. */
static void a_word_that_is_not_its_own(void **state)
{
	struct bench *b = sound();

	(void)state;
	make_contract(b, "00000000000000aa");
	dispatch(b, 0);
	b->breaks.hostile_speaks = true;
	dispatch(b, 1);
	turn(b, true, BY_ATN);
	second(b);
	assert_only(b, "I13", "a.hp1.relay goes on at the AtomicTNode's word, which it has not said");
	close_bench(b);
	b = sound();
	second(b);
	for (int i = 0; i < 30; i++) {
		b->breaks.hostile_speaks = i < 10;
		send(b, i < 10 ? NET_SIM_ATN : NET_SIM_SCADA, "gw/x/dispatch.result.100", "{}");
	}
	assert_true(second(b));
	for (int i = 0; i < 11; i++)
		send(b, NET_SIM_SCADA, "gw/x/dispatch.result.100", "{}");
	second(b);
	assert_only(b, "I13", "31 answers to 10 messages in a minute");
	close_bench(b);
}

static void two_ends(void **state)
{
	struct bench *b = sound();

	(void)state;
	send(b, NET_SIM_SCADA, report_topic, "{\"ContractId\":\"%s\",\"Uid\":\"u1\",\"Outcome\":\"Completed\"}", id);
	send(b, NET_SIM_SCADA, report_topic, "{\"ContractId\":\"%s\",\"Uid\":\"u1\",\"Outcome\":\"Completed\"}", id);
	assert_true(second(b));
	send(b, NET_SIM_SCADA, report_topic, "{\"ContractId\":\"%s\",\"Uid\":\"u2\",\"Outcome\":\"Completed\"}", id);
	second(b);
	assert_only(b, "I6", "with another id");
	close_bench(b);
	b = sound();
	make_contract(b, "00000000000000aa");
	b->s.broken_ms[INJECT_DISK] = 0;
	second(b);
	send(b, NET_SIM_SCADA, report_topic, "{\"ContractId\":\"%s\",\"Uid\":\"u1\",\"Outcome\":\"Completed\"}", id);
	send(b, NET_SIM_SCADA, report_topic, "{\"ContractId\":\"%s\",\"Uid\":\"u2\",\"Outcome\":\"Completed\"}", id);
	assert_true(second(b));
	close_bench(b);
}

/* It ended seven hours ago and the AtomicTNode was there for an hour; or it was not, or a disk failed in between. */
static void no_end(void **state)
{
	struct bench *b = sound();

	(void)state;
	make_contract(b, "00000000000000aa");
	seconds(b, 8 * HOUR_S - 1);
	assert_int_equal(b->v.violated[5], 0);
	seconds(b, 2);
	assert_only(b, "I6", "ended 60 min ago at the latest, and no report has come");
	close_bench(b);
	b = sound();
	make_contract(b, "00000000000000aa");
	send(b, NET_SIM_SCADA, report_topic, "{\"ContractId\":\"%s\",\"Uid\":\"u1\",\"Outcome\":\"Completed\"}", id);
	seconds(b, 9 * HOUR_S);
	assert_int_equal(b->v.violated[5], 0);
	close_bench(b);
	for (int k = 0; k < 2; k++) {
		b = sound();
		make_contract(b, "00000000000000aa");
		b->s.broken_ms[k == 0 ? INJECT_DISK : INJECT_ATN] = 0;
		second(b);
		b->s.broken_ms[INJECT_DISK] = INT64_MAX;
		seconds(b, 9 * HOUR_S);
		assert_int_equal(b->v.violated[5], 0);
		close_bench(b);
	}
}

static void a_lost_slot(void **state)
{
	struct bench *b = sound();

	(void)state;
	b->slots[b->s.statuses - 1] = START_S;	/* the first one twice, the newest not at all */
	b->v.told--;
	b->v.slots[3 * HOUR_S / 300 - 2] = 0;
	seconds(b, 3 * HOUR_S);
	assert_only(b, "I7", "never came to the AtomicTNode");
	close_bench(b);
}

static void a_lost_row(void **state)
{
	struct bench *b = sound();

	(void)state;
	b->s.row_kept = false;
	strcpy(b->s.row_why, "no minute row of 120 min ago");
	seconds(b, HOUR_S);
	assert_only(b, "I8", "no minute row of 120 min ago");
	close_bench(b);
}

static void wrong_energy(void **state)
{
	struct bench *b = sound();

	(void)state;
	b->s.contract.state = CONTRACT_LIVE;
	assert_true(uuid_parse(id, &b->s.contract.id));
	second(b);
	b->s.truth.energy_wh += 5000;
	b->s.contract.energy_mwh += 5000 * 1000 - 60 * 1000;
	assert_true(second(b));		/* 60 Wh of 5000: 1 % and 20 Wh are allowed */
	b->s.contract.energy_mwh -= 20 * 1000;
	second(b);
	assert_only(b, "I9", "the contract counts 4920 Wh, the truth is 5000 Wh");
	close_bench(b);
	b = sound();		/* it had no meter for a while: what it guessed it is not blamed for */
	b->s.contract.state = CONTRACT_LIVE;
	assert_true(uuid_parse(id, &b->s.contract.id));
	b->s.broken_ms[INJECT_METER] = 0;
	second(b);
	b->s.broken_ms[INJECT_METER] = INT64_MAX;
	b->s.truth.energy_wh += 5000;
	seconds(b, 10);
	assert_int_equal(b->v.violated[8], 0);
	close_bench(b);
}

static void line(struct bench *b, int level, int code, int node)
{
	struct msg m = { .type = MSG_LOG, .from = TO_SCADA, .log = { .level = (uint8_t)level, .code = (uint8_t)code,
		.node = (int16_t)node, .text = "it says so" } };

	invariants_line(&b->v, &m, b->s.now);
}

static void stuck_in_the_cold(void **state)
{
	struct bench *b = sound();

	(void)state;
	b->s.mode = LOCAL_CONTROL;
	b->s.truth.air_c = 18.9;
	seconds(b, 6 * HOUR_S + 1);
	assert_only(b, "I10", "and no CAPACITY_SHORT");
	close_bench(b);
	b = sound();
	line(b, LEVEL_WARNING, LOG_CAPACITY_SHORT, NO_NODE);
	b->s.mode = LOCAL_CONTROL;
	b->s.truth.air_c = 18.9;
	seconds(b, 6 * HOUR_S + 1);
	assert_int_equal(b->v.violated[9], 0);
	close_bench(b);
}

static void a_full_mailbox_and_memory_that_grows(void **state)
{
	struct bench *b = sound();

	(void)state;
	b->s.refused = 1;
	second(b);
	assert_only(b, "I11", "1 messages found a full mailbox");
	close_bench(b);
	b = sound();
	b->s.mailbox_room = 1000;
	b->s.mailbox_most = 750;
	assert_true(second(b));
	b->s.mailbox_most = 751;
	second(b);
	assert_only(b, "I11", "751 messages waited in a mailbox of 1000");
	close_bench(b);
	b = sound();
	seconds(b, 21 * HOUR_S + 10);
	b->s.memory_kb += 32 * 1024 + 1;
	second(b);
	assert_only(b, "I11", "42769 kB of memory, 10000 kB after the first day");
	close_bench(b);
}

static void begin_fault(struct bench *b, enum fault_kind kind)
{
	b->faults[0] = (struct break_row){ .spec = { .kind = kind, .when = WHEN_OFFSET, .at_ms = b->s.now.ms }, .begun = true,
		.begin = b->s.now, .end = MONO_NEVER };
	strcpy(b->faults[0].spec.node, "a.tank.temp0");
	b->breaks.n = b->breaks.next = 1;
}

static void a_fault_not_found_and_a_false_alarm(void **state)
{
	struct bench *b = sound();

	(void)state;
	begin_fault(b, FAULT_SENSOR_OPEN);
	seconds(b, 299);
	assert_int_equal(b->v.violated[11], 0);
	second(b);
	assert_only(b, "I12", "sensor:a.tank.temp0=open");
	close_bench(b);
	b = sound();
	begin_fault(b, FAULT_SENSOR_OPEN);
	line(b, LEVEL_WARNING, LOG_SENSOR, 0);
	seconds(b, 400);
	assert_int_equal(b->v.violated[11], 0);
	close_bench(b);
	b = sound();
	line(b, LEVEL_WARNING, LOG_SENSOR, 0);
	second(b);
	assert_only(b, "I12", "false alarm SENSOR a.tank.temp0: it says so");
	close_bench(b);
}

/* A flow meter without pulses is found while a pump runs, and not before. */
static void a_flow_meter_without_pulses(void **state)
{
	for (int said = 0; said < 2; said++) {
		struct bench *b = sound();

		(void)state;
		b->house.channels[0] = (struct channel){ .name = TELEMETRY_GPM_TIMES_100 };
		b->house.n_channels = 1;
		b->settings.n_zones = 1;
		strcpy(b->settings.roles.flow_name, "a.tank.temp0");
		begin_fault(b, FAULT_SENSOR_SHORT);
		b->settings.zones[0].pump = b->settings.relays[0].node + 1;	/* another one runs */
		seconds(b, 1000);
		assert_int_equal(b->v.violated[11], 0);
		b->settings.zones[0].pump = b->settings.relays[0].node;
		b->s.relays[0].on = true;
		seconds(b, 100);
		if (said)
			line(b, LEVEL_WARNING, LOG_NO_FLOW, 0);
		assert_true(b->faults[0].found == (said == 1));
		seconds(b, 79);
		assert_int_equal(b->v.violated[11], 0);
		seconds(b, 2);
		assert_int_equal(b->v.violated[11], said ? 0 : 1);
		close_bench(b);
	}
}

/* A line that a fault or the cold would explain, of another sensor, in a warm room, or too late. */
static void lines_that_nothing_explains(void **state)
{
	static const struct { int code, node, after_s; double room_c; bool fault, explained; } rows[] = {
		{ LOG_SENSOR, 0, 10, 20, true, true }, { LOG_SENSOR, 1, 10, 20, true, false },
		{ LOG_NO_FLOW, NO_NODE, 10, 20, true, true }, { LOG_NO_FLOW, NO_NODE, 10, 20, false, false },
		{ LOG_NO_FLOW, NO_NODE, HOUR_S + 10, 20, true, false }, { LOG_TRIP, NO_NODE, HOUR_S + 10, 20, true, true },
		{ LOG_TRIP, NO_NODE, 6 * HOUR_S + 10, 20, true, false }, { LOG_STORE, NO_NODE, 10, 20, true, false },
		{ LOG_COMFORT_LOW, NO_NODE, 10, 19, false, true }, { LOG_COMFORT_LOW, NO_NODE, 10, 20.1, false, false },
		{ LOG_CAPACITY_SHORT, NO_NODE, 10, 20.5, false, true }, { LOG_CAPACITY_SHORT, NO_NODE, 10, 21.5, false, false },
		{ LOG_SLA_BREACH, NO_NODE, 10, 20.1, false, false }, { LOG_SHORT_CYCLE, NO_NODE, 10, 20, false, false },
		{ LOG_PLAN, NO_NODE, 10, 20, false, false }, { LOG_OVERRUN, NO_NODE, 10, 20, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *b = sound();

		strcpy(b->house.nodes[1].alias, "a.tank.temp1");
		b->house.n_nodes = 2;
		if (rows[i].fault) {
			begin_fault(b, FAULT_SENSOR_JUMP);
			b->faults[0].ended = true;
			b->faults[0].end = b->s.now;
		}
		b->s.truth.air_c = rows[i].room_c;
		seconds(b, rows[i].after_s);
		line(b, LEVEL_WARNING, rows[i].code, rows[i].node);
		second(b);
		if (rows[i].explained)
			assert_int_equal(b->v.violated[11], 0);
		else
			assert_only(b, "I12", "false alarm");
		close_bench(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cold_room),
		cmocka_unit_test(cold_that_a_contract_left),
		cmocka_unit_test(hot_water),
		cmocka_unit_test(a_short_rest),
		cmocka_unit_test(a_short_run_and_many_starts),
		cmocka_unit_test(no_lease),
		cmocka_unit_test(a_move_from_outside),
		cmocka_unit_test(a_word_that_is_not_its_own),
		cmocka_unit_test(two_ends),
		cmocka_unit_test(no_end),
		cmocka_unit_test(a_lost_slot),
		cmocka_unit_test(a_lost_row),
		cmocka_unit_test(wrong_energy),
		cmocka_unit_test(stuck_in_the_cold),
		cmocka_unit_test(a_full_mailbox_and_memory_that_grows),
		cmocka_unit_test(a_fault_not_found_and_a_false_alarm),
		cmocka_unit_test(a_flow_meter_without_pulses),
		cmocka_unit_test(lines_that_nothing_explains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

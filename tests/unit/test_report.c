/* SPDX-License-Identifier: MIT */
/* The JSON that people, page and metrics are views of: every key is there, and what is not known is null. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "../support/fixture.h"
#include "core/wire/members.h"
#include "core/wire/report.h"

struct desk {
	struct house house;
	struct settings settings;
	struct house_view view;
	struct msg_uplink_view uplink;
	struct msg_history_view history;
	struct report_facts facts;
	char text[64 * 1024];
	cJSON *tree;
};

static int set_up(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	fixture_house(&d->house);
	fixture_settings(&d->settings);
	d->facts = (struct report_facts){ .house = &d->house, .settings = &d->settings, .view = &d->view, .version = "1.2.3" };
	d->view.t_ms = 1799924400000;
	d->view.contract.state = CONTRACT_NONE;
	d->view.cause = CAUSE_NO_CONTRACT;
	d->view.setpoint_mc = 18000;
	d->view.beat_age_ms = -1;
	for (int i = 0; i < HOUSE_MAX_CHANNELS; i++)
		d->view.channels[i].age_ms = -1;
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	cJSON_Delete(d->tree);
	free(d);
	return 0;
}

static const cJSON *make(struct desk *d, void (*report)(struct writer *, const struct report_facts *))
{
	struct writer w = { .out = d->text, .size = sizeof(d->text) };

	report(&w, &d->facts);
	assert_true(writer_end(&w) > 0);
	cJSON_Delete(d->tree);
	d->tree = cJSON_Parse(d->text);
	assert_non_null(d->tree);
	return d->tree;
}

static const cJSON *at(const cJSON *o, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);

	if (item == NULL)
		fail_msg("no key %s", key);
	return item;
}

static void assert_text(const cJSON *o, const char *key, const char *want)
{
	assert_true(cJSON_IsString(at(o, key)));
	assert_string_equal(at(o, key)->valuestring, want);
}

static void assert_number(const cJSON *o, const char *key, double want)
{
	assert_true(cJSON_IsNumber(at(o, key)));
	assert_true(at(o, key)->valuedouble > want - 1e-9 && at(o, key)->valuedouble < want + 1e-9);
}

/* Every key of the status the manual promises is there, known or not. */
static void status_has_every_key(void **state)
{
	static const char *const keys[] = { "v", "house", "t_ms", "health", "version", "uptime_s", "simulated", "speed",
		"safe_mode", "clock", "contract", "comfort", "freeze", "store", "power", "today", "relays", "heats_by", "plan", "uplink",
		"history", "sensors", "alerts" };
	static const char *const contract[] = { "id", "state", "mode", "cause", "start_ms", "end_ms", "atn", "beat_age_s",
		"beat_limit_s", "echo_ok", "energy_wh", "energy_estimated_wh", "instruction_w", "log_seq", "log_head",
		"standing" };
	static const char *const relay[] = { "node", "label", "state", "since_ms", "by", "reason", "power_w", "expected_w",
		"held", "held_until_ms", "starts_1h", "fail_state", "readback", "readback_ok", "locked_until_ms" };
	const cJSON *s = make(*state, report_status);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		at(s, keys[i]);
	for (size_t i = 0; i < sizeof(contract) / sizeof(contract[0]); i++)
		at(at(s, "contract"), contract[i]);
	assert_int_equal(cJSON_GetArraySize(at(s, "relays")), 2);
	for (size_t i = 0; i < sizeof(relay) / sizeof(relay[0]); i++)
		at(at(s, "relays")->child, relay[i]);
}

/* Nothing told is nothing known: null, not 0. */
static void unknown_is_null(void **state)
{
	const cJSON *s = make(*state, report_status);

	assert_true(cJSON_IsNull(at(at(s, "uplink"), "state")));
	assert_true(cJSON_IsNull(at(at(s, "uplink"), "sent_total")));
	assert_true(cJSON_IsNull(at(at(s, "history"), "db_bytes")));
	assert_true(cJSON_IsNull(at(at(s, "power"), "total_w")));
	assert_true(cJSON_IsNull(at(at(s, "freeze"), "lowest_c")));
	assert_true(cJSON_IsNull(at(at(s, "contract"), "id")));
	assert_true(cJSON_IsNull(at(at(s, "contract"), "beat_age_s")));
	assert_true(cJSON_IsNull(at(at(s, "comfort")->child, "temp_c")));
	assert_true(cJSON_IsNull(at(at(s, "store"), "layers_c")->child));
	assert_text(at(s, "comfort")->child, "state", "unknown");
}

/* A relay's read-back is said beside whether it agrees; unknown is null for both. */
static void a_read_back_is_compared(void **state)
{
	struct desk *d = *state;
	const cJSON *relay;

	d->view.relays[0].on = true;
	d->view.relays[0].read_back = READ_BACK_ON;
	d->view.relays[1].read_back = READ_BACK_ON;
	relay = at(make(d, report_relays), "relays")->child;
	assert_text(relay, "readback", "on");
	assert_true(cJSON_IsTrue(at(relay, "readback_ok")));
	assert_text(relay->next, "readback", "on");
	assert_true(cJSON_IsFalse(at(relay->next, "readback_ok")));
	d->view.relays[0].read_back = READ_BACK_UNKNOWN;
	relay = at(make(d, report_relays), "relays")->child;
	assert_true(cJSON_IsNull(at(relay, "readback")));
	assert_true(cJSON_IsNull(at(relay, "readback_ok")));
}

/* Temperatures are degrees Celsius, power watts, and of a good reading only (UI-2, UI-3). */
static void readings_are_in_plain_units(void **state)
{
	struct desk *d = *state;
	const cJSON *top, *power, *current;

	d->view.channels[FX_CH_TOP] = (struct view_channel){ QUALITY_GOOD, 71250, 71250, 3000, 2, QUALITY_CRC };
	d->view.channels[FX_CH_ROOM] = (struct view_channel){ QUALITY_STALE, 20000, 20000, 240000, 0, QUALITY_GOOD };
	d->view.channels[FX_CH_POWER] = (struct view_channel){ QUALITY_GOOD, 4500, 0, 0, 0, QUALITY_GOOD };
	d->view.channels[FX_CH_CURRENT] = (struct view_channel){ QUALITY_GOOD, 18750000, 0, 0, 0, QUALITY_GOOD };
	top = at(make(d, report_sensors), "sensors")->child;
	assert_text(top, "node", "a.tank.temp0");
	assert_text(top, "role", "TankWaterTempSensor");
	assert_text(top, "unit", "C");
	assert_number(top, "value", 71.25);
	assert_number(top, "temp_c", 71.25);
	assert_number(top, "age_s", 3);
	assert_number(top, "errors_total", 2);
	assert_text(top, "last_error", "crc");
	assert_true(cJSON_IsNull(at(top->next, "value")));
	assert_text(top->next, "quality", "stale");
	assert_number(top->next, "age_s", 240);
	power = top->next->next->next;	/* relays are no sensors */
	assert_text(power, "quantity", "power");
	assert_number(power, "value", 4500);
	current = power->next;
	assert_text(current, "unit", "A");
	assert_number(current, "value", 18.75);
}

/* Bad sensors are named with their quality; good ones are counted. */
static void bad_sensors_are_named(void **state)
{
	struct desk *d = *state;
	const cJSON *s;

	for (int i = 0; i < FX_N_CHANNELS; i++)
		d->view.channels[i] = (struct view_channel){ QUALITY_GOOD, 0, 0, 0, 0, QUALITY_GOOD };
	d->view.channels[FX_CH_SUPPLY].quality = QUALITY_STUCK;
	s = at(make(d, report_status), "sensors");
	assert_number(s, "good", 4);
	assert_int_equal(cJSON_GetArraySize(at(s, "bad")), 1);
	assert_text(at(s, "bad")->child, "node", "a.out.temp1");
	assert_text(at(s, "bad")->child, "quality", "stuck");
}

/* A held relay says by what, until when, and what was wanted; its power is that of its own load. */
static void a_held_relay_says_why(void **state)
{
	struct desk *d = *state;
	const cJSON *r;

	d->view.relays[0] = (struct view_relay){ .asked = true, .on = false, .wanted = true, .by = BY_GUARD,
		.wanted_by = BY_OPERATOR, .result = GUARD_HELD_MIN_OFF, .since_ms = 1000, .held_until_ms = 2000,
		.operator_until_ms = 3000, .starts_1h = 2 };
	d->view.channels[FX_CH_POWER] = (struct view_channel){ QUALITY_GOOD, 61, 0, 0, 0, QUALITY_GOOD };
	r = at(make(d, report_relays), "relays")->child;
	assert_text(r, "state", "off");
	assert_text(r, "wanted", "on");
	assert_text(r, "wanted_by", "operator");
	assert_text(r, "held", "HeldByMinOff");
	assert_number(r, "held_until_ms", 2000);
	assert_number(r, "operator_until_ms", 3000);
	assert_number(r, "power_w", 61);
	assert_number(r, "starts_1h", 2);
	assert_true(cJSON_IsNull(at(r->next, "held")));
	assert_true(cJSON_IsNull(at(r->next, "power_w")));
}

/* A live contract is told with its window, energy and beats. */
static void a_live_contract_is_told(void **state)
{
	struct desk *d = *state;
	const cJSON *c;

	d->view.contract = (struct contract_record){ .id = { { 1 } }, .state = CONTRACT_LIVE, .start_s = 100, .end_s = 200,
		.energy_mwh = 1234567, .energy_estimated_mwh = 1000 };
	d->view.mode = REMOTE_CONTROL;
	d->view.cause = CAUSE_DISPATCH;
	d->view.beat_age_ms = 14999;
	d->view.echo_ok = true;
	c = at(make(d, report_contract), "contract");
	assert_text(c, "state", "Live");
	assert_text(c, "mode", "RemoteControl");
	assert_text(c, "cause", "Dispatch");
	assert_number(c, "start_ms", 100000);
	assert_number(c, "end_ms", 200000);
	assert_number(c, "beat_age_s", 14);
	assert_number(c, "beat_limit_s", 180);
	assert_number(c, "energy_wh", 1234);
	assert_true(cJSON_IsTrue(at(c, "echo_ok")));
}

/* Health is the worst of what is wrong. */
static void health_is_the_worst(void **state)
{
	(void)state;
	assert_string_equal(report_health((struct report_alerts){ 0, 0, 0 }), "ok");
	assert_string_equal(report_health((struct report_alerts){ 0, 0, 1 }), "warning");
	assert_string_equal(report_health((struct report_alerts){ 0, 1, 0 }), "warning");
	assert_string_equal(report_health((struct report_alerts){ 1, 1, 1 }), "critical");
}

/* Comfort is judged against the band around the setpoint in force. */
static void comfort_is_judged_by_the_band(void **state)
{
	static const struct { int64_t mc; const char *state; } cases[] = {
		{ 16999, "low" }, { 17000, "ok" }, { 19000, "ok" }, { 19001, "high" } };
	struct desk *d = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		d->view.zones[0] = (struct view_temperature){ true, cases[i].mc };
		assert_text(at(make(d, report_status), "comfort")->child, "state", cases[i].state);
	}
}

/* Thousandths become decimals exactly, below zero too. */
static void decimals_are_exact(void **state)
{
	static const struct { int64_t milli; const char *text; } cases[] = { { 0, "0" }, { 20625, "20.625" }, { 5, "0.005" },
		{ -5, "-0.005" }, { -9000, "-9" }, { 71200, "71.2" }, { -1050, "-1.05" } };
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct writer w = { .out = text, .size = sizeof(text) };

		member_milli(&w, NULL, cases[i].milli);
		assert_true(writer_end(&w) > 0);
		assert_string_equal(text, cases[i].text);
	}
}

/* Text of the configuration or of a broker cannot break the line or the encoding (SF-43). */
static void foreign_text_is_made_printable(void **state)
{
	struct desk *d = *state;

	strcpy(d->settings.relays[0].label, "a\n\"b\xff");
	assert_text(at(make(d, report_relays), "relays")->child, "label", "a\\x0a\"b\\xff");
	assert_null(strchr(d->text, '\n'));
	d->facts.uplink = &d->uplink;
	strcpy(d->uplink.last_error, "\x1b[31m");
	d->uplink.wanted = true;
	assert_text(at(make(d, report_status), "uplink"), "last_error", "\\x1b[31m");
	assert_text(at(d->tree, "uplink"), "state", "down");
}

/* The largest house there can be still fits in one line of 64 KiB. */
static void the_largest_house_fits(void **state)
{
	struct desk *d = *state;
	char name[ALIAS_SIZE];

	memset(name, 'a', 100);
	name[100] = '\0';
	for (int i = 0; i < HOUSE_MAX_NODES; i++)
		memcpy(d->house.nodes[i].alias, name, sizeof(name));
	d->house.n_nodes = HOUSE_MAX_NODES;
	d->house.n_channels = HOUSE_MAX_CHANNELS;
	for (int i = 0; i < HOUSE_MAX_CHANNELS; i++)
		d->house.channels[i] = d->house.channels[FX_CH_TOP];
	d->settings.n_relays = HOUSE_MAX_RELAYS;
	for (int i = 0; i < HOUSE_MAX_RELAYS; i++)
		memcpy(d->settings.relays[i].node_name, name, sizeof(name));
	make(d, report_sensors);
	assert_true(strlen(d->text) < 60 * 1024);
	make(d, report_status);
	assert_true(strlen(d->text) < 60 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(status_has_every_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_is_null, set_up, tear_down),
		cmocka_unit_test_setup_teardown(readings_are_in_plain_units, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_read_back_is_compared, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_sensors_are_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_held_relay_says_why, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_live_contract_is_told, set_up, tear_down),
		cmocka_unit_test(health_is_the_worst),
		cmocka_unit_test_setup_teardown(comfort_is_judged_by_the_band, set_up, tear_down),
		cmocka_unit_test(decimals_are_exact),
		cmocka_unit_test_setup_teardown(foreign_text_is_made_printable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_largest_house_fits, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

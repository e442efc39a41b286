/* SPDX-License-Identifier: MIT */
/* The codec beyond the examples: groups of fields, the contract's types, text, and the tables themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/canonical.h"
#include "core/wire/text.h"
#include "core/wire/types.h"

enum { MEMORY = 16 * 1024 };

/* A refusal inside a list says which element, and where in it. */
static void refusals_say_where(void **state)
{
	static const char json[] = "{\"SlotStartUnixS\":1657022700,\"SimpleTelemetryList\":["
		"{\"ValueList\":[1],\"ReadTimeUnixMsList\":[1657022837123],\"ShNodeAlias\":\"a.b\","
		"\"TelemetryNameGtEnumSymbol\":\"c89d0ba1\","
		"\"TypeAlias\":\"gt.sh.simple.telemetry.status.100\"},"
		"{\"ValueList\":[1,2.5],\"ReadTimeUnixMsList\":[1],\"ShNodeAlias\":\"a.b\","
		"\"TelemetryNameGtEnumSymbol\":\"c89d0ba1\","
		"\"TypeAlias\":\"gt.sh.simple.telemetry.status.100\"}],"
		"\"TypeAlias\":\"gt.sh.status.110\"}";
	char memory[MEMORY];
	struct arena arena = { memory, sizeof(memory), 0 };
	struct gt_sh_status m;
	struct refusal r;

	(void)state;
	assert_false(codec_decode(&gt_sh_status_wire, json, strlen(json), WIRE_MAX_BYTES_LONG, &m, &arena,
		&r));
	assert_int_equal(r.diag, DIAG_WRONG_TYPE);
	assert_string_equal(r.field, "SimpleTelemetryList[1].ValueList[1]");
}

static struct dispatch_contract_beat a_beat(void)
{
	struct dispatch_contract_beat m = {
		.head = { .send_time_unix_ms = 1657022837123 }, .beat = 0x00ff00ff12345678, .echo_beat = 0,
	};

	strcpy(m.head.from_g_node_alias, "d1.isone.me");
	strcpy(m.head.to_g_node_alias, "d1.isone.me.ta.scada");
	return m;
}

static enum diag beat_again(const char *json, struct dispatch_contract_beat *out, struct refusal *r)
{
	char memory[MEMORY];
	struct arena arena = { memory, sizeof(memory), 0 };

	r->diag = DIAG_NONE;
	codec_decode(&dispatch_contract_beat_wire, json, strlen(json), WIRE_MAX_BYTES, out, &arena, r);
	return r->diag;
}

/* A beat of either side survives; what only a SCADA says comes whole or not at all. */
static void beats_have_two_shapes(void **state)
{
	struct dispatch_contract_beat m = a_beat(), got;
	struct refusal r;
	char json[2048], *cut;

	(void)state;
	m.has_wants = true;
	m.wants = WANTS_LOCAL;
	assert_true(codec_encode(&dispatch_contract_beat_wire, &m, json, sizeof(json)) > 0);
	assert_non_null(strstr(json, "\"Beat\":\"00ff00ff12345678\",\"EchoBeat\":\"0000000000000000\","
		"\"Wants\":\"LocalControl\""));
	assert_int_equal(beat_again(json, &got, &r), DIAG_NONE);
	assert_memory_equal(&m, &got, sizeof(m));

	m = a_beat();
	m.has_scada = true;
	m.state = CONTRACT_LIVE;
	m.mode = REMOTE_CONTROL;
	m.cause = CAUSE_NO_INSTRUCTION;
	m.has_power_w = true;
	m.power_w = -1;
	m.energy_wh = WIRE_INT_MAX;
	memset(m.log_head, '0', 64);
	assert_true(codec_encode(&dispatch_contract_beat_wire, &m, json, sizeof(json)) > 0);
	assert_int_equal(beat_again(json, &got, &r), DIAG_NONE);
	assert_memory_equal(&m, &got, sizeof(m));

	/* Without PowerW the power is unknown; without one of the others it is no SCADA's beat. */
	cut = strstr(json, "\"PowerW\":-1,");
	assert_non_null(cut);
	memmove(cut, cut + 12, strlen(cut + 12) + 1);
	assert_int_equal(beat_again(json, &got, &r), DIAG_NONE);
	assert_false(got.has_power_w);
	cut = strstr(json, "\"LogSeq\":0,");
	assert_non_null(cut);
	memmove(cut, cut + 11, strlen(cut + 11) + 1);
	assert_int_equal(beat_again(json, &got, &r), DIAG_MISSING_FIELD);
	assert_string_equal(r.field, "LogSeq");
}

static enum diag offer_verdict(int64_t start_s, int64_t end_s)
{
	struct dispatch_contract_offer m = { .start_unix_s = start_s, .end_unix_s = end_s }, got;
	char memory[MEMORY], json[2048];
	struct arena arena = { memory, sizeof(memory), 0 };
	struct refusal r = { .diag = DIAG_NONE };

	strcpy(m.head.from_g_node_alias, "a");
	strcpy(m.head.to_g_node_alias, "b");
	m.head.send_time_unix_ms = 1657022837123;
	assert_true(codec_encode(&dispatch_contract_offer_wire, &m, json, sizeof(json)) > 0);
	codec_decode(&dispatch_contract_offer_wire, json, strlen(json), WIRE_MAX_BYTES, &got, &arena, &r);
	return r.diag;
}

/* An offer lasts 5 minutes to 366 days and begins and ends on a whole minute. */
static void offers_have_sound_windows(void **state)
{
	int64_t start = 1657022700;

	(void)state;
	assert_int_equal(offer_verdict(start, start + 300), DIAG_NONE);
	assert_int_equal(offer_verdict(start, start + 240), DIAG_OUT_OF_RANGE);
	assert_int_equal(offer_verdict(start, start + 366 * 86400), DIAG_NONE);
	assert_int_equal(offer_verdict(start, start + 366 * 86400 + 60), DIAG_OUT_OF_RANGE);
	assert_int_equal(offer_verdict(start + 1, start + 601), DIAG_OUT_OF_RANGE);
	assert_int_equal(offer_verdict(start, start + 3601), DIAG_OUT_OF_RANGE);
	assert_int_equal(offer_verdict(start, start - 3600), DIAG_OUT_OF_RANGE);
}

/* At most 64 statuses are acknowledged at once. */
static void acknowledgements_are_limited(void **state)
{
	struct uuid uids[65] = { { { 1 } } };
	struct status_ack m = { .head = { .from_g_node_alias = "a", .to_g_node_alias = "b",
		.send_time_unix_ms = 1657022837123 }, .status_uids = uids }, got;
	char memory[MEMORY], json[4096];
	struct arena arena = { memory, sizeof(memory), 0 };
	struct refusal r;

	(void)state;
	m.n = 64;
	assert_true(codec_encode(&status_ack_wire, &m, json, sizeof(json)) > 0);
	assert_true(codec_decode(&status_ack_wire, json, strlen(json), WIRE_MAX_BYTES, &got, &arena, &r));
	assert_int_equal(got.n, 64);
	assert_memory_equal(got.status_uids, uids, 64 * sizeof(uids[0]));
	m.n = 65;
	assert_true(codec_encode(&status_ack_wire, &m, json, sizeof(json)) > 0);
	assert_false(codec_decode(&status_ack_wire, json, strlen(json), WIRE_MAX_BYTES, &got, &arena, &r));
	assert_int_equal(r.diag, DIAG_OUT_OF_RANGE);
	assert_string_equal(r.field, "StatusUids");
}

/* Text is escaped only where JSON wants it, comes back as it went, and is cut between characters when too
 * long. */
static void text_survives(void **state)
{
	struct scada_alert m = { .head = { .from_g_node_alias = "a", .to_g_node_alias = "b",
		.send_time_unix_ms = 1657022837123 }, .since_unix_ms = 1657022837123,
		.severity = LEVEL_CRITICAL }, got;
	char memory[MEMORY], json[8192];
	struct arena arena = { memory, sizeof(memory), 0 };
	struct refusal r;

	(void)state;
	strcpy(m.text, "4460 W \"on\" \\ caf\xc3\xa9 \x01\x1f\n/");
	assert_true(codec_encode(&scada_alert_wire, &m, json, sizeof(json)) > 0);
	assert_non_null(strstr(json, "\"Severity\":\"C\""));
	assert_non_null(strstr(json, "\"4460 W \\\"on\\\" \\\\ caf\xc3\xa9 \\u0001\\u001f\\n/\""));
	assert_true(codec_decode(&scada_alert_wire, json, strlen(json), WIRE_MAX_BYTES, &got, &arena, &r));
	assert_string_equal(got.text, m.text);

	for (size_t i = 0; i + 2 < sizeof(m.text); i += 2)
		memcpy(m.text + i, "\xc3\xa9", 3);
	strcpy(m.code, "x");
	assert_true(codec_encode(&scada_alert_wire, &m, json, sizeof(json)) > 0);
	/* The long text becomes the code, which holds 63 bytes. */
	memcpy(strstr(json, "\"Code\":\"x\"") + 1, "Text", 4);
	memcpy(strstr(json, "\"Text\":\"\xc3") + 1, "Code", 4);
	assert_true(codec_decode(&scada_alert_wire, json, strlen(json), WIRE_MAX_BYTES, &got, &arena, &r));
	assert_int_equal(strlen(got.code), 62);
}

/* What does not fit is -1 at every size below, and never a byte too far. */
static void encoding_never_overruns(void **state)
{
	struct gt_telemetry m = { 1657022837123, -12, -3, TELEMETRY_RELAY_STATE };
	char json[256];
	int n = codec_encode(&gt_telemetry_wire, &m, json, sizeof(json));

	(void)state;
	assert_string_equal(json, "{\"ScadaReadTimeUnixMs\":1657022837123,\"Value\":-12,\"Exponent\":-3,"
		"\"NameGtEnumSymbol\":\"5a71d4b3\",\"TypeAlias\":\"gt.telemetry.110\"}");
	for (int size = 0; size <= n; size++) {
		char *exact = malloc((size_t)size + 1);

		assert_int_equal(codec_encode(&gt_telemetry_wire, &m, exact, (size_t)size), -1);
		free(exact);
	}
	assert_int_equal(codec_encode(&gt_telemetry_wire, &m, json, (size_t)n + 1), n);
}

/* A list that does not fit into the caller's arena is refused, not cut. */
static void full_arena_refuses(void **state)
{
	static const char json[] = "{\"SlotStartUnixS\":1657022700,\"ReportTimeUnixMs\":1657022837123,"
		"\"AboutNodeAliasList\":[\"a\",\"b\",\"c\"],\"ValueList\":[1,2,3],"
		"\"TelemetryNameList\":[\"5a71d4b3\",\"5a71d4b3\",\"5a71d4b3\"],"
		"\"TypeAlias\":\"gt.sh.status.snapshot.110\"}";
	char memory[1024];
	struct gt_sh_status_snapshot m;
	struct refusal r;

	(void)state;
	for (size_t size = 0; size <= sizeof(memory); size += 8) {
		struct arena arena = { memory, size, 0 };
		bool ok = codec_decode(&gt_sh_status_snapshot_wire, json, strlen(json), WIRE_MAX_BYTES, &m,
			&arena, &r);

		assert_true(ok || r.diag == DIAG_TOO_LARGE);
		assert_true(arena.used <= size);
		assert_true(!ok || (m.n == 3 && m.value_list[2] == 3));
	}
	assert_int_equal(m.n, 3);
}

static enum diag alias_verdict(size_t length, bool keep)
{
	char json[2048], alias[512], memory[MEMORY];
	struct arena arena = { memory, sizeof(memory), 0 };
	struct gt_driver_booleanactuator_cmd m;
	struct refusal r = { .diag = DIAG_NONE };
	cJSON *tree;

	memset(alias, 'a', length);
	alias[length] = '\0';
	snprintf(json, sizeof(json), "{\"RelayState\":1,\"ShNodeAlias\":\"%s\","
		"\"CommandTimeUnixMs\":1657022837123,"
		"\"TypeAlias\":\"gt.driver.booleanactuator.cmd.100\"}", alias);
	tree = codec_parse(json, strlen(json), WIRE_MAX_BYTES, &arena, &r);
	if (keep)
		codec_take(&gt_driver_booleanactuator_cmd_wire, tree, &m, &arena, &r);
	else
		codec_check(&gt_driver_booleanactuator_cmd_wire, tree, &arena, &r);
	cJSON_Delete(tree);
	return r.diag;
}

/* The seed's alias has no greatest length, what we keep has 100 characters (SF-41). */
static void long_aliases_are_checked_but_not_kept(void **state)
{
	(void)state;
	assert_int_equal(alias_verdict(100, true), DIAG_NONE);
	assert_int_equal(alias_verdict(101, true), DIAG_BAD_ALIAS);
	assert_int_equal(alias_verdict(500, false), DIAG_NONE);
}

static void check_canonical(const struct wire *w, const char *json, const char *want)
{
	char memory[MEMORY], out[2048];
	struct arena arena = { memory, sizeof(memory), 0 };
	struct refusal r;
	cJSON *tree = codec_parse(json, strlen(json), WIRE_MAX_BYTES, &arena, &r);

	assert_non_null(tree);
	assert_true(codec_check(w, tree, &arena, &r));
	assert_true(canonical_print(w, tree, "Exponent", out, sizeof(out)) > 0);
	assert_string_equal(out, want);
	assert_int_equal(canonical_print(w, tree, "Exponent", out, strlen(want)), -1);
	cJSON_Delete(tree);
}

/* The canonical form: known fields sorted, no nulls, exact integers, shortest fractions, strings as they
 * came. */
static void canonical_form_is_one(void **state)
{
	(void)state;
	check_canonical(&gt_telemetry_wire, "{ \"Value\" : 9007199254740991.0 , \"zz\":1, \"Exponent\":1e1,"
		"\"ScadaReadTimeUnixMs\":1657022837123, \"NameGtEnumSymbol\":\"c89d0ba1\","
		" \"TypeAlias\":\"gt.telemetry.110\"}",
		"{\"NameGtEnumSymbol\":\"c89d0ba1\",\"ScadaReadTimeUnixMs\":1657022837123,"
		"\"TypeAlias\":\"gt.telemetry.110\",\"Value\":9007199254740991}");
	check_canonical(&gt_sensor_reporting_config_wire, "{\"ReportOnChange\":false,\"Exponent\":0,"
		"\"ReportingPeriodS\":300,\"SamplePeriodS\":5,\"AsyncReportThreshold\":0.1000,"
		"\"TelemetryNameGtEnumSymbol\":\"c89d0ba1\",\"UnitGtEnumSymbol\":\"ec14bd47\","
		"\"TypeAlias\":\"gt.sensor.reporting.config.100\"}",
		"{\"AsyncReportThreshold\":0.1,\"ReportOnChange\":false,\"ReportingPeriodS\":300,"
		"\"SamplePeriodS\":5,"
		"\"TelemetryNameGtEnumSymbol\":\"c89d0ba1\",\"TypeAlias\":\"gt.sensor.reporting.config.100\","
		"\"UnitGtEnumSymbol\":\"ec14bd47\"}");
	check_canonical(&gt_electric_heater_component_wire,
		"{\"ComponentId\":\"E7F7D6CC-08b0-4b36-bbbb-0a1f8447fd32\",\"HwUid\":null,"
		"\"ComponentAttributeClassId\":\"e7f7d6cc-08b0-4b36-bbbb-0a1f8447fd32\","
		"\"DisplayName\":\"\\u00e4\\/\\u000a\","
		"\"TypeAlias\":\"gt.electric.heater.component.100\"}",
		"{\"ComponentAttributeClassId\":\"e7f7d6cc-08b0-4b36-bbbb-0a1f8447fd32\","
		"\"ComponentId\":\"E7F7D6CC-08b0-4b36-bbbb-0a1f8447fd32\",\"DisplayName\":\"\xc3\xa4/\\n\","
		"\"TypeAlias\":\"gt.electric.heater.component.100\"}");
}

/* Power outside 16 bits is sent as the nearest power that fits; two bytes come back as they went. */
static void power_is_two_bytes(void **state)
{
	static const struct { int32_t from, to; uint8_t bytes[2]; } list[] = {
		{ 4500, 4500, { 0x94, 0x11 } }, { -1, -1, { 0xff, 0xff } }, { 40000, 32767, { 0xff, 0x7f } },
		{ -40000, -32768, { 0x00, 0x80 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct gs_pwr m = { list[i].from };
		struct refusal r;
		uint8_t bytes[2];

		gs_pwr_encode(&m, bytes);
		assert_memory_equal(bytes, list[i].bytes, 2);
		assert_true(gs_pwr_decode(bytes, 2, &m, &r));
		assert_int_equal(m.power_w, list[i].to);
		assert_false(gs_pwr_decode(bytes, 1, &m, &r));
	}
}

static size_t size_of_kind(const struct field *f)
{
	switch (f->kind) {
	case FIELD_BIT: case FIELD_BOOL: return sizeof(bool);
	case FIELD_NUMBER: return sizeof(double);
	case FIELD_ALIAS: return ALIAS_SIZE;
	case FIELD_UUID: return sizeof(struct uuid);
	case FIELD_BEAT: return sizeof(uint64_t);
	case FIELD_HASH: return WIRE_HASH;
	case FIELD_SYMBOL: case FIELD_WORD: return sizeof(int);
	case FIELD_OBJECT: return f->nested->size;
	case FIELD_INT: case FIELD_TEXT: case N_FIELD_KINDS: break;
	}
	return f->size;
}

static void check_field(const struct wire *w, const struct field *f)
{
	bool narrow = f->kind == FIELD_INT && f->size == sizeof(int32_t);

	assert_int_equal(f->size, size_of_kind(f));
	assert_true(f->offset + (f->list ? sizeof(void *) : f->size) <= w->size);
	assert_true(f->has < w->size && f->count < w->size);
	assert_true(f->kind != FIELD_INT || narrow || f->size == sizeof(int64_t));
	assert_true(f->kind != FIELD_INT || f->min < f->max);
	assert_true(!narrow || (f->min >= INT32_MIN && f->max <= INT32_MAX));
	assert_ptr_equal(wire_field(w, f->name), f);	/* no name twice */
	assert_string_not_equal(f->name, "TypeAlias");
}

/* Every row of every table fits its struct, and every type is found by its name. */
static void tables_fit_their_structs(void **state)
{
	(void)state;
	assert_int_equal(n_wires, 43);
	for (int i = 0; i < n_wires; i++) {
		assert_ptr_equal(wire_find(wires[i]->type_alias), wires[i]);
		for (int j = 0; j < wires[i]->n; j++)
			check_field(wires[i], &wires[i]->fields[j]);
	}
	assert_ptr_equal(wire_find("p"), &gs_pwr_wire);
	assert_null(wire_find("gt.dispatch.boolean.110"));
	assert_ptr_equal(wire_other_version("gt.dispatch.boolean.110"), &gt_dispatch_boolean_wire);
	assert_null(wire_other_version("gt.dispatch.boolean"));
	assert_null(wire_other_version("gt.dispatch.100"));
}

struct page { int lines; bool axiom, pipe_missing; };

static void count_line(void *self, const char *text)
{
	struct page *p = self;

	p->lines++;
	p->axiom = p->axiom || strstr(text, "multiples of 60") != NULL;
	p->pipe_missing = p->pipe_missing || (text[0] == '|' && text[strlen(text) - 1] != '|');
}

/* The documentation has a whole row for each field, and the axioms. */
static void tables_print_themselves(void **state)
{
	struct page p = { 0 };
	int rows = 0;

	(void)state;
	for (int i = 0; i < n_wires; i++) {
		codec_print(wires[i], count_line, &p);
		rows += wires[i]->n + 8 + (wires[i]->axiom != NULL ? 2 : 0);
	}
	assert_int_equal(p.lines, rows);
	assert_true(p.axiom);
	assert_false(p.pipe_missing);
}

/* Text from outside cannot write to a terminal, and is cut whole characters at a time. */
static void outside_text_is_printable(void **state)
{
	char out[16];

	(void)state;
	text_printable(out, sizeof(out), "a\x1b[2J\xc3\xa9\n", 9);
	assert_string_equal(out, "a\\x1b[2J\xc3\xa9\\x0a");
	text_printable(out, sizeof(out), "0123456789abc\xc3\xa9", 15);
	assert_string_equal(out, "0123456789abc\xc3\xa9");
	text_printable(out, sizeof(out), "0123456789abcd\xc3\xa9", 16);
	assert_string_equal(out, "0123456789abcd");
	text_printable(out, sizeof(out), "\xff\xc2\x9b\x7f\\", 5);
	assert_string_equal(out, "\\xff\\xc2\\x9b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_say_where),
		cmocka_unit_test(beats_have_two_shapes),
		cmocka_unit_test(offers_have_sound_windows),
		cmocka_unit_test(acknowledgements_are_limited),
		cmocka_unit_test(text_survives),
		cmocka_unit_test(encoding_never_overruns),
		cmocka_unit_test(full_arena_refuses),
		cmocka_unit_test(long_aliases_are_checked_but_not_kept),
		cmocka_unit_test(canonical_form_is_one),
		cmocka_unit_test(power_is_two_bytes),
		cmocka_unit_test(tables_fit_their_structs),
		cmocka_unit_test(tables_print_themselves),
		cmocka_unit_test(outside_text_is_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

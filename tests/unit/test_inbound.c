/* SPDX-License-Identifier: MIT */
/* What comes over the broker becomes one message or one named refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/inbound.h"

#define ATN "d1.isone.me.orono.pine4"
#define SCADA ATN ".ta.scada"
#define TA ATN ".ta"
#define ATN_ID "e7f7d6cc-08b0-4b36-bbbb-0a1f8447fd32"
#define SCADA_ID "0384ef21-648b-4455-b917-58a1172d7fc1"
#define CONTRACT "11111111-2222-4333-8444-555555555555"
#define OTHER_ID "99999999-2222-4333-8444-555555555555"

struct side {
	struct inbound in;
	struct msg out;
	char *memory;
	bool (*raw)(void *, const char *, const void *, size_t, bool, struct msg *);
};

static struct side open_side(bool scada)
{
	struct inbound_identity id = { .ta_alias = TA };
	struct side s = { .raw = scada ? inbound_scada : inbound_atn };
	size_t size = scada ? INBOUND_SCADA_MEMORY : INBOUND_ATN_MEMORY;

	strcpy(id.self_alias, scada ? SCADA : ATN);
	strcpy(id.other_alias, scada ? ATN : SCADA);
	assert_true(uuid_parse(scada ? ATN_ID : SCADA_ID, &id.other_id));
	s.memory = malloc(size);
	inbound_init(&s.in, &id, s.memory, size);
	return s;
}

static bool hear(struct side *s, const char *topic, const char *text)
{
	return s->raw(&s->in, topic, text, strlen(text), false, &s->out);
}

static void check_refused(struct side *s, const char *topic, const char *text, bool retained, enum diag diag,
	const char *field)
{
	assert_true(s->raw(&s->in, topic, text, strlen(text), retained, &s->out));
	assert_int_equal(s->out.type, MSG_REFUSED);
	if (s->out.refused.diag != diag || (field != NULL && strcmp(s->out.refused.field, field) != 0))
		fail_msg("%s: %s %s, not %s %s", topic, diag_name(s->out.refused.diag), s->out.refused.field,
			diag_name(diag), field != NULL ? field : "");
}

#define DISPATCH_OF(about, to, from, id, more)				\
	"{\"AboutNodeAlias\":\"" about "\",\"ToGNodeAlias\":\"" to		\
	"\",\"FromGNodeAlias\":\"" from "\",\"FromGNodeId\":\"" id		\
	"\",\"RelayState\":1,\"SendTimeUnixMs\":1657022837123" more		\
	",\"TypeAlias\":\"gt.dispatch.boolean.100\"}"
#define DISPATCH(more) DISPATCH_OF("a.elt1.relay", SCADA, ATN, ATN_ID, more)
#define DISPATCH_TOPIC ATN "/gt.dispatch.boolean.100"

/* What all contract messages carry, and the end of each. */
#define HEAD(from, id, to)						\
	"{\"FromGNodeAlias\":\"" from "\",\"FromGNodeId\":\"" id		\
	"\",\"ToGNodeAlias\":\"" to "\",\"SendTimeUnixMs\":1657022837123,"
#define TO_HOUSE(type, more) HEAD(ATN, ATN_ID, SCADA) more ",\"TypeAlias\":\"" type "\"}"
#define FROM_HOUSE(type, more) HEAD(SCADA, SCADA_ID, ATN) more ",\"TypeAlias\":\"" type "\"}"

/* A sound dispatch arrives whole, with the contract and message it names. */
static void dispatch_arrives(void **state)
{
	struct side s = open_side(true);

	(void)state;
	assert_true(hear(&s, DISPATCH_TOPIC, DISPATCH("")));
	assert_int_equal(s.out.type, MSG_DISPATCH);
	assert_int_equal(s.out.to, TO_SCADA);
	assert_string_equal(s.out.dispatch.about, "a.elt1.relay");
	assert_true(s.out.dispatch.on);
	assert_int_equal(s.out.dispatch.send_ms, 1657022837123);
	assert_false(s.out.dispatch.has_contract);
	assert_true(hear(&s, DISPATCH_TOPIC, DISPATCH(",\"ContractId\":\"" CONTRACT "\",\"MessageId\":\""
		OTHER_ID "\"")));
	assert_true(s.out.dispatch.has_contract && s.out.dispatch.has_message);
	assert_int_equal(s.out.dispatch.message.b[0], 0x99);
	assert_int_equal(s.in.n_taken, 2);
	free(s.memory);
}

/* Every type the AtomicTNode may send becomes the message made for it. */
static void contract_messages_arrive(void **state)
{
	struct side s = open_side(true);

	(void)state;
	assert_true(hear(&s, ATN "/dispatch.contract.offer.100", TO_HOUSE("dispatch.contract.offer.100",
		"\"ContractId\":\"" CONTRACT "\",\"StartUnixS\":1657022700,\"EndUnixS\":1657026300,"
		"\"Beat\":\"00000000000000ff\",\"AcksStatus\":true")));
	assert_int_equal(s.out.type, MSG_OFFER);
	assert_int_equal(s.out.offer.end_s, 1657026300);
	assert_int_equal(s.out.offer.max_power_w, -1);
	assert_true(s.out.offer.acks_status && !s.out.offer.has_replaces);
	assert_int_equal(s.out.offer.beat, 255);
	assert_true(hear(&s, ATN "/dispatch.contract.beat.100", TO_HOUSE("dispatch.contract.beat.100",
		"\"ContractId\":\"" CONTRACT "\",\"Beat\":\"0000000000000001\","
		"\"EchoBeat\":\"0000000000000002\"")));
	assert_int_equal(s.out.type, MSG_BEAT);
	assert_int_equal(s.out.beat.echo, 2);
	assert_int_equal(s.out.beat.wants, WANTS_REMOTE);
	assert_true(hear(&s, ATN "/dispatch.contract.end.100", TO_HOUSE("dispatch.contract.end.100",
		"\"ContractId\":\"" CONTRACT "\",\"Cause\":\"done\\n\"")));
	assert_int_equal(s.out.type, MSG_END);
	assert_string_equal(s.out.end.cause, "done\\x0a");
	assert_true(hear(&s, ATN "/dispatch.contract.report.ack.100",
		TO_HOUSE("dispatch.contract.report.ack.100",
		"\"ContractId\":\"" CONTRACT "\",\"Uid\":\"" OTHER_ID "\"")));
	assert_int_equal(s.out.type, MSG_REPORT_ACK);
	assert_int_equal(s.out.report_ack.uid.b[0], 0x99);
	assert_true(hear(&s, ATN "/gt.sh.cli.atn.cmd.110", "{\"FromGNodeAlias\":\"" ATN "\","
		"\"FromGNodeId\":\"" ATN_ID
		"\",\"SendSnapshot\":true,\"TypeAlias\":\"gt.sh.cli.atn.cmd.110\"}"));
	assert_int_equal(s.out.type, MSG_SNAPSHOT_REQUEST);
	assert_true(s.out.snapshot_request.send);
	free(s.memory);
}

/* A type we know but cannot serve yet is told from one we do not know. */
static void unserved_types_arrive_as_such(void **state)
{
	struct side s = open_side(true);

	(void)state;
	assert_true(hear(&s, ATN "/energy.instruction.100", TO_HOUSE("energy.instruction.100",
		"\"ContractId\":\"" CONTRACT "\",\"SlotStartUnixS\":1657022700,\"SlotDurationMinutes\":60,"
		"\"AvgPowerWatts\":3000")));
	assert_int_equal(s.out.type, MSG_INSTRUCTION);
	assert_int_equal(s.out.instruction.slot_start_s, 1657022700);
	assert_int_equal(s.out.instruction.minutes, 60);
	assert_int_equal(s.out.instruction.avg_w, 3000);
	assert_int_equal(s.out.instruction.send_ms, 1657022837123);
	check_refused(&s, ATN "/energy.instruction.100", TO_HOUSE("energy.instruction.100",
		"\"ContractId\":\"" CONTRACT "\",\"SlotStartUnixS\":1657022701,\"SlotDurationMinutes\":60,"
		"\"AvgPowerWatts\":3000"), false, DIAG_OUT_OF_RANGE, "SlotStartUnixS");
	free(s.memory);
}

/* What is longer than one of our messages comes in parts, each of which says which of how many it is. */
static void long_ones_come_in_parts(void **state)
{
	struct side s = open_side(true);
	char text[4096], *end = text + sprintf(text, "%s", HEAD(ATN, ATN_ID, SCADA)
		"\"TypeAlias\":\"status.ack.100\",\"StatusUids\":[");
	int n;

	(void)state;
	for (int i = 0; i < 19; i++)
		end += sprintf(end, "%s\"%02x000000-0000-4000-8000-000000000000\"", i > 0 ? "," : "", i);
	strcpy(end, "]}");
	assert_true(hear(&s, ATN "/status.ack.100", text));
	for (n = 0; n == 0 || inbound_scada_more(&s.in, &s.out); n++) {
		assert_int_equal(s.out.type, MSG_STATUS_ACK);
		assert_true(s.out.status_ack.part == n && s.out.status_ack.parts == 3);
		assert_int_equal(s.out.status_ack.n, n < 2 ? 8 : 3);
		assert_int_equal(s.out.status_ack.uid[0].b[0], 8 * n);
	}
	assert_int_equal(n, 3);
	assert_true(hear(&s, ATN "/history.request.100", TO_HOUSE("history.request.100",
		"\"ContractId\":\"" CONTRACT "\",\"FromUnixS\":1657022700,\"ToUnixS\":1657026300,"
		"\"Channels\":[\"a.tank\",\"a.b/PowerW\"],\"Standard\":\"minute\"")));
	assert_int_equal(s.out.type, MSG_HISTORY_REQUEST);
	assert_int_equal(s.out.history_request.standard, STANDARD_MINUTE);
	assert_int_equal(s.out.history_request.send_ms, 1657022837123);
	assert_true(inbound_scada_more(&s.in, &s.out));
	assert_string_equal(s.out.history_request.channel, "a.b/PowerW");
	assert_true(s.out.history_request.part == 1 && s.out.history_request.parts == 2);
	assert_false(inbound_scada_more(&s.in, &s.out));
	check_refused(&s, ATN "/history.request.100", TO_HOUSE("history.request.100",
		"\"ContractId\":\"" CONTRACT "\",\"FromUnixS\":1657022700,\"ToUnixS\":1657026300,"
		"\"Channels\":[\"a.tank\"],\"Standard\":\"hour\""), false, DIAG_BAD_FORMAT, "Standard");
	assert_false(inbound_scada_more(&s.in, &s.out));
	free(s.memory);
}

/* The diagnostic is that of the first check that fails (SF section 5). */
static void checks_come_in_order(void **state)
{
	struct side s = open_side(true);
	char big[WIRE_MAX_BYTES + 2];

	(void)state;
	memset(big, '{', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	check_refused(&s, DISPATCH_TOPIC, big, true, DIAG_TOO_LARGE, "");
	check_refused(&s, DISPATCH_TOPIC, "\xff", true, DIAG_RETAINED_COMMAND, "");
	check_refused(&s, ATN "/x.100", "{\xff", false, DIAG_BAD_ENCODING, "");
	check_refused(&s, ATN "/x.100", "{", false, DIAG_MALFORMED_JSON, "");
	check_refused(&s, ATN "/x.100", "{\"a\":1,\"a\":1}", false, DIAG_DUPLICATE_KEY, "a");
	check_refused(&s, ATN "/x.100", "{}", false, DIAG_PAYLOAD_NOT_IMPLEMENTED, "");
	check_refused(&s, ATN "/gt.dispatch.boolean.110", "{}", false, DIAG_UNSUPPORTED_VERSION, "");
	check_refused(&s, ATN "/gt.sh.status.110", "{}", false, DIAG_PAYLOAD_NOT_IMPLEMENTED, "");
	check_refused(&s, ATN "/gt.dispatch.boolean.local.100", "{}", false, DIAG_PAYLOAD_NOT_IMPLEMENTED,
		"");
	check_refused(&s, ATN "/d", "\x01", false, DIAG_PAYLOAD_NOT_IMPLEMENTED, "");
	check_refused(&s, ATN "/p", "\x01\x01", false, DIAG_PAYLOAD_NOT_IMPLEMENTED, "");
	check_refused(&s, ATN "/gs.pwr.100", "{}", false, DIAG_PAYLOAD_NOT_IMPLEMENTED, "");
	check_refused(&s, DISPATCH_TOPIC, "{}", false, DIAG_MISSING_FIELD, "TypeAlias");
	check_refused(&s, DISPATCH_TOPIC, "{\"TypeAlias\":\"gt.sh.cli.atn.cmd.110\"}", false,
		DIAG_BAD_FORMAT, "TypeAlias");
	check_refused(&s, DISPATCH_TOPIC, DISPATCH_OF("a b", "x", "y", "z", ""), false, DIAG_BAD_ALIAS,
		"AboutNodeAlias");
	check_refused(&s, DISPATCH_TOPIC, DISPATCH_OF("a", "x", "y", OTHER_ID, ""), false, DIAG_WRONG_SENDER,
		"FromGNodeAlias");
	check_refused(&s, DISPATCH_TOPIC, DISPATCH_OF("a", "x", ATN, OTHER_ID, ""), false, DIAG_WRONG_SENDER,
		"FromGNodeId");
	check_refused(&s, DISPATCH_TOPIC, DISPATCH_OF("a", "x", ATN, ATN_ID, ""), false, DIAG_NOT_FOR_ME,
		"ToGNodeAlias");
	check_refused(&s, DISPATCH_TOPIC, DISPATCH_OF("a", ATN, ATN, ATN_ID, ""), false, DIAG_NOT_FOR_ME,
		"ToGNodeAlias");
	assert_int_equal(s.in.n_taken, 0);
	assert_int_equal(s.in.n_refused, 19);
	free(s.memory);
}

/* What the seed's alias format allows beyond ours is refused at this door (SF-41). */
static void names_are_strict(void **state)
{
	struct side s = open_side(true);

	(void)state;
	check_refused(&s, DISPATCH_TOPIC, DISPATCH_OF("A.elt1", SCADA, ATN, ATN_ID, ""), false,
		DIAG_BAD_ALIAS, "AboutNodeAlias");
	check_refused(&s, DISPATCH_TOPIC, DISPATCH_OF("1a.elt1", SCADA, ATN, ATN_ID, ""), false,
		DIAG_BAD_ALIAS, "AboutNodeAlias");
	assert_true(hear(&s, DISPATCH_TOPIC, DISPATCH_OF("a.1", SCADA, ATN, ATN_ID, "")));
	assert_int_equal(s.out.type, MSG_DISPATCH);
	free(s.memory);
}

/* A topic that is not the other side's, with one more word, is ignored and counted, whatever it holds. */
static void foreign_topics_are_ignored(void **state)
{
	static const char *const topics[] = {
		"", "/", ATN, ATN "/", ATN "/a/b", SCADA "/gt.dispatch.boolean.100",
		ATN "x/gt.dispatch.boolean.100", "d1/gt.dispatch.boolean.100", "/" DISPATCH_TOPIC,
	};
	struct side s = open_side(true);
	size_t n = sizeof(topics) / sizeof(topics[0]);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_false(hear(&s, topics[i], DISPATCH("")));
	assert_int_equal(s.in.n_ignored, n);
	free(s.memory);
}

/* The name of a type we do not know cannot write to a terminal or a log (SF-43). */
static void type_names_are_printable(void **state)
{
	struct side s = open_side(true);

	(void)state;
	check_refused(&s, ATN "/x\x1b[31m%s\n", "{}", false, DIAG_PAYLOAD_NOT_IMPLEMENTED, "");
	assert_string_equal(s.out.refused.type, "x\\x1b[31m%s\\x0a");
	check_refused(&s, ATN "/0123456789012345678901234567890123456789012345\xc3\xa9" "end", "{}", false,
		DIAG_PAYLOAD_NOT_IMPLEMENTED, "");
	assert_string_equal(s.out.refused.type, "0123456789012345678901234567890123456789012345");
	free(s.memory);
}

#define SCADA_PART							\
	"\"State\":\"Live\",\"Mode\":\"RemoteControl\","			\
	"\"Cause\":\"NoInstruction\",\"PowerW\":4500,\"EnergyWh\":12,"	\
	"\"EnergyEstimatedWh\":0,\"LogSeq\":3,\"LogHead\":"			\
	"\"0000000000000000000000000000000000000000000000000000000000000000\""
#define BEAT_PART							\
	"\"ContractId\":\"" CONTRACT "\",\"Beat\":\"0000000000000001\","	\
	"\"EchoBeat\":\"0000000000000002\""

/* What the SCADA says about the contract reaches the AtomicTNode; its beat must say how it stands. */
static void house_speaks_of_the_contract(void **state)
{
	struct side s = open_side(false);

	(void)state;
	assert_true(hear(&s, SCADA "/dispatch.contract.answer.100",
		FROM_HOUSE("dispatch.contract.answer.100", BEAT_PART
		",\"Verdict\":\"Refused\",\"Reason\":\"ContractOverlap\",\"Text\":\"\",\"State\":\"Live\","
		"\"Mode\":\"LocalControl\"")));
	assert_int_equal(s.out.type, MSG_SCADA_ANSWER);
	assert_int_equal(s.out.to, TO_ATN);
	assert_false(s.out.scada_answer.accepted);
	assert_string_equal(s.out.scada_answer.reason, "ContractOverlap");
	assert_true(hear(&s, SCADA "/dispatch.contract.beat.100", FROM_HOUSE("dispatch.contract.beat.100",
		BEAT_PART ","
		SCADA_PART)));
	assert_int_equal(s.out.type, MSG_SCADA_BEAT);
	assert_int_equal(s.out.scada_beat.mode, REMOTE_CONTROL);
	assert_int_equal(s.out.scada_beat.power_w, 4500);
	check_refused(&s, SCADA "/dispatch.contract.beat.100", FROM_HOUSE("dispatch.contract.beat.100",
		BEAT_PART), false, DIAG_MISSING_FIELD, "State");
	assert_true(hear(&s, SCADA "/dispatch.contract.report.100", FROM_HOUSE("dispatch.contract.report.100",
		"\"ContractId\":\"" CONTRACT "\",\"Uid\":\"" OTHER_ID "\",\"Outcome\":\"Completed\","
		"\"Cause\":\"EndOfContract\","
		"\"StartUnixS\":1657022700,\"EndUnixS\":1657026300,\"EnergyWh\":77,\"EnergyEstimatedWh\":0,"
		"\"RemoteS\":60,"
		"\"LogSeq\":3,"
		"\"LogHead\":\"0000000000000000000000000000000000000000000000000000000000000000\"")));
	assert_int_equal(s.out.type, MSG_SCADA_REPORT);
	assert_int_equal(s.out.scada_report.outcome, OUTCOME_COMPLETED);
	assert_int_equal(s.out.scada_report.energy_wh, 77);
	free(s.memory);
}

/* A result is about a relay or about a slot, never both, never neither. */
static void results_arrive(void **state)
{
	struct side s = open_side(false);
	const char *topic = SCADA "/dispatch.result.100";

	(void)state;
	assert_true(hear(&s, topic, FROM_HOUSE("dispatch.result.100", "\"AboutNodeAlias\":\"a.elt1.relay\","
		"\"RelayState\":1,\"Result\":\"HeldByMinOff\",\"Text\":\"\","
		"\"AboutSendTimeUnixMs\":1657022837000")));
	assert_int_equal(s.out.type, MSG_SCADA_RESULT);
	assert_string_equal(s.out.scada_result.result, "HeldByMinOff");
	assert_string_equal(s.out.scada_result.about, "a.elt1.relay");
	assert_true(s.out.scada_result.on);
	check_refused(&s, topic, FROM_HOUSE("dispatch.result.100", "\"AboutNodeAlias\":\"a.elt1.relay\","
		"\"Result\":\"Done\",\"Text\":\"\",\"AboutSendTimeUnixMs\":1657022837000"), false,
		DIAG_MISSING_FIELD, "RelayState");
	check_refused(&s, topic, FROM_HOUSE("dispatch.result.100", "\"RelayState\":1,"
		"\"Result\":\"Done\",\"Text\":\"\",\"AboutSendTimeUnixMs\":1657022837000"), false,
		DIAG_MISSING_FIELD, "AboutNodeAlias");
	check_refused(&s, topic, FROM_HOUSE("dispatch.result.100", "\"Result\":\"Done\",\"Text\":\"\","
		"\"AboutSendTimeUnixMs\":1657022837000"), false, DIAG_MISSING_FIELD, "AboutNodeAlias");
	free(s.memory);
}

/* Power is two bytes; any other number of bytes is refused. */
static void power_arrives(void **state)
{
	struct side s = open_side(false);

	(void)state;
	assert_true(s.raw(&s.in, SCADA "/p", "\x94\x11", 2, false, &s.out));
	assert_int_equal(s.out.type, MSG_SCADA_POWER);
	assert_int_equal(s.out.scada_power.power_w, 4500);
	check_refused(&s, SCADA "/p", "\x94", false, DIAG_BAD_FORMAT, "");
	free(s.memory);
}

/* Presence alone may be retained; copies and alerts are for others. */
static void presence_may_be_retained(void **state)
{
	static const char online[] = FROM_HOUSE("scada.state.100", "\"State\":\"online\","
		"\"Version\":\"0.1.0\","
		"\"Mode\":\"LocalControl\",\"BootId\":\"" OTHER_ID "\"");
	static const char will[] = FROM_HOUSE("scada.state.100", "\"State\":\"offline\","
		"\"Version\":\"0.1.0\","
		"\"BootId\":\"" OTHER_ID "\"");
	struct side s = open_side(false);

	(void)state;
	assert_true(s.raw(&s.in, SCADA "/scada.state.100", online, strlen(online), true, &s.out));
	assert_int_equal(s.out.type, MSG_SCADA_STATE);
	assert_true(s.out.scada_state.online);
	assert_true(hear(&s, SCADA "/scada.state.100", will));
	assert_false(s.out.scada_state.online);
	check_refused(&s, SCADA "/p", "\x94\x11", true, DIAG_RETAINED_COMMAND, "");
	assert_false(hear(&s, SCADA "/gt.dispatch.boolean.local.100", "{\"SendTimeUnixMs\":1657022837123,"
		"\"FromNodeAlias\":\"a.s\",\"AboutNodeAlias\":\"a.elt1.relay\",\"RelayState\":1,"
		"\"TypeAlias\":\"gt.dispatch.boolean.local.100\"}"));
	assert_int_equal(s.in.n_ignored, 1);
	free(s.memory);
}

/* A status of 256 KiB is taken whole and its readings are counted. */
static void statuses_are_counted(void **state)
{
	enum { READINGS = 10000 };
	struct gt_sh_simple_telemetry_status simple = { .n = READINGS, .sh_node_alias = "a.tank" };
	struct gt_sh_multipurpose_telemetry_status multi = { .n = 1, .about_node_alias = "a.elt1",
		.sensor_node_alias = "a.m" };
	struct gt_sh_status m = { .slot_start_unix_s = 1657022700, .n_simple = 1,
		.simple_telemetry_list = &simple,
		.n_multipurpose = 1, .multipurpose_telemetry_list = &multi, .about_g_node_alias = TA,
		.from_g_node_alias = SCADA, .status_uid = { { 7 } } };
	struct side s = open_side(false);
	int64_t *values = calloc(2 * READINGS, sizeof(*values));
	char *json = malloc(WIRE_MAX_BYTES_LONG);

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		values[i] = 50000 + i;
		values[READINGS + i] = 1657022700000 + i;
	}
	simple.value_list = multi.value_list = values;
	simple.read_time_unix_ms_list = multi.read_time_unix_ms_list = values + READINGS;
	assert_true(uuid_parse(SCADA_ID, &m.from_g_node_id));
	assert_true(codec_encode(&gt_sh_status_wire, &m, json, WIRE_MAX_BYTES_LONG) > 200000);
	assert_true(hear(&s, SCADA "/gt.sh.status.110", json));
	assert_int_equal(s.out.type, MSG_SCADA_STATUS);
	assert_int_equal(s.out.scada_status.n_readings, READINGS + 1);
	assert_int_equal(s.out.scada_status.uid.b[0], 7);
	strcpy(m.about_g_node_alias, "d1.other.ta");
	codec_encode(&gt_sh_status_wire, &m, json, WIRE_MAX_BYTES_LONG);
	check_refused(&s, SCADA "/gt.sh.status.110", json, false, DIAG_WRONG_SENDER, "AboutGNodeAlias");
	free(json);
	free(values);
	free(s.memory);
}

static int snapshot_text(int n, char *json, size_t size)
{
	const char about[3][ALIAS_SIZE] = { "a.tank.temp0", "a.tank.temp1", "a.m" };
	const int64_t values[3] = { 50000, -7, 4500 };
	const enum telemetry_name names[3] = { TELEMETRY_WATER_TEMP_C, TELEMETRY_WATER_TEMP_C,
		TELEMETRY_POWER_W };
	struct gt_sh_cli_scada_response m = { .from_g_node_alias = SCADA, .snapshot = {
		.n = n, .about_node_alias_list = about, .value_list = values, .telemetry_name_list = names,
		.report_time_unix_ms = 1657022837123 } };

	assert_true(uuid_parse(SCADA_ID, &m.from_g_node_id));
	return codec_encode(&gt_sh_cli_scada_response_wire, &m, json, size);
}

/* A snapshot comes reading by reading, in its order, and nothing of it is left for the next message. */
static void snapshots_come_reading_by_reading(void **state)
{
	struct side s = open_side(false);
	char json[2048];

	(void)state;
	assert_true(snapshot_text(3, json, sizeof(json)) > 0);
	assert_true(hear(&s, SCADA "/gt.sh.cli.scada.response.110", json));
	assert_int_equal(s.out.type, MSG_SCADA_SNAPSHOT);
	assert_string_equal(s.out.scada_snapshot.about, "a.tank.temp0");
	assert_true(inbound_more(&s.in, &s.out));
	assert_int_equal(s.out.scada_snapshot.value, -7);
	assert_true(inbound_more(&s.in, &s.out));
	assert_int_equal(s.out.scada_snapshot.name, TELEMETRY_POWER_W);
	assert_int_equal(s.out.scada_snapshot.report_ms, 1657022837123);
	assert_false(inbound_more(&s.in, &s.out));

	assert_true(hear(&s, SCADA "/gt.sh.cli.scada.response.110", json));
	assert_true(s.raw(&s.in, SCADA "/p", "\x94\x11", 2, false, &s.out));
	assert_false(inbound_more(&s.in, &s.out));
	assert_true(snapshot_text(0, json, sizeof(json)) > 0);
	assert_false(hear(&s, SCADA "/gt.sh.cli.scada.response.110", json));
	free(s.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_ones_come_in_parts),
		cmocka_unit_test(dispatch_arrives),
		cmocka_unit_test(contract_messages_arrive),
		cmocka_unit_test(unserved_types_arrive_as_such),
		cmocka_unit_test(checks_come_in_order),
		cmocka_unit_test(names_are_strict),
		cmocka_unit_test(foreign_topics_are_ignored),
		cmocka_unit_test(type_names_are_printable),
		cmocka_unit_test(house_speaks_of_the_contract),
		cmocka_unit_test(results_arrive),
		cmocka_unit_test(power_arrives),
		cmocka_unit_test(presence_may_be_retained),
		cmocka_unit_test(statuses_are_counted),
		cmocka_unit_test(snapshots_come_reading_by_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

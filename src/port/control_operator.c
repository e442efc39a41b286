/* SPDX-License-Identifier: MIT */
/* Requests that change something: made into messages to scada, answered when scada has answered, and always logged. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/wire/members.h"
#include "core/wire/text.h"
#include "core/wire/tree.h"
#include "port/control_parts.h"

enum { VIA_ROOM = 22, DAY_MIN = 24 * 60, DISPATCH_MIN = 60, HOLD_MIN = 4 * 60 };

/* --- the OPERATOR line ------------------------------------------------------------------------------ */

void operator_describe(struct conn *c, const char *verb, const cJSON *args, const char *via)
{
	const cJSON *item;
	char value[48], text[3 * CONN_ABOUT];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", verb);

	cJSON_ArrayForEach(item, args) {
		if (cJSON_IsNumber(item))
			snprintf(value, sizeof(value), "%g", item->valuedouble);
		else
			snprintf(value, sizeof(value), "%.40s", cJSON_IsString(item) ? item->valuestring :
				cJSON_IsTrue(item) ? "true" : "false");
		if (used < CONN_ABOUT)
			used += (size_t)snprintf(text + used, sizeof(text) - used, " %.20s=%s", item->string, value);
	}
	if (used > CONN_ABOUT - VIA_ROOM)
		used = CONN_ABOUT - VIA_ROOM;
	snprintf(text + used, VIA_ROOM, " via=%.16s", via);
	text_printable(c->asked, sizeof(c->asked), text, strlen(text));
}

/* One line for people, one row for the history. */
void operator_log(struct control_socket *s, const struct conn *c, const char *outcome)
{
	struct msg m = { .type = MSG_LOG, .to = TO_LOG, .log = { .level = LEVEL_INFO, .code = LOG_OPERATOR,
		.node = NO_NODE, .value = (int32_t)c->peer.uid } };

	snprintf(m.log.text, sizeof(m.log.text), "%.100s: %.32s by %.24s (uid=%u)", c->asked, outcome, c->peer.user,
		(unsigned int)c->peer.uid);
	s->options.post.post(s->options.post.self, &m);
	m.type = MSG_EVENT;
	m.to = TO_HISTORY;
	s->options.post.post(s->options.post.self, &m);
}

/* --- refusals ----------------------------------------------------------------------------------------- */

static void refuse_told(struct control_socket *s, struct conn *c, const struct refusal_told *r)
{
	operator_log(s, c, r->code);
	answer_refuse(s, c, r);
}

static void bad(struct control_socket *s, struct conn *c, const char *text, const char *action)
{
	refuse_told(s, c, &(struct refusal_told){ "BadRequest", text, action, TELL_USAGE });
}

/* --- asking --------------------------------------------------------------------------------------------- */

static void ask(struct control_socket *s, struct conn *c, struct msg_operator o)
{
	struct msg m = { .type = MSG_OPERATOR, .to = TO_SCADA, .operator = o };

	m.operator.ticket = c->ticket = ++s->next_ticket;
	m.operator.uid = (uint32_t)c->peer.uid;
	c->since_ms = control_now_ms();
	c->minutes = o.minutes;
	if (s->options.post.post(s->options.post.self, &m))
		c->wait = WAIT_ANSWER;
	else
		refuse_told(s, c, &(struct refusal_told){ "Busy", "the service has too much to do", "try again",
			TELL_FAILED });
}

/* A whole number of args in low..high, its default when it is absent. False: told. */
static bool read_number(struct control_socket *s, struct conn *c, const cJSON *args, const char *name, int64_t high,
	int64_t *value)
{
	const cJSON *item = tree_member(args, name);
	char text[80], action[80];

	if (item == NULL)
		return true;
	if (cJSON_IsNumber(item) && tree_number(item, value) == NUMBER_WHOLE && *value >= 1 && *value <= high)
		return true;
	snprintf(text, sizeof(text), "args.%s is not a number from 1 to %" PRId64, name, high);
	snprintf(action, sizeof(action), "at most 24 h; ask again when they are over");
	bad(s, c, text, action);
	return false;
}

static int read_relay(struct control_socket *s, struct conn *c, const cJSON *args)
{
	int node = request_node(s, c, args), relay;
	char text[ALIAS_SIZE + 32];

	if (node == NO_NODE) {
		operator_log(s, c, "NotFound");
		return -1;
	}
	relay = settings_relay_of(s->options.settings, node);
	snprintf(text, sizeof(text), "%s is no relay", house_alias(s->options.house, node));
	if (relay < 0)
		refuse_told(s, c, &(struct refusal_told){ "DispatchNodeNotBooleanActuator", text, "run: spaceheat relays",
			TELL_USAGE });
	return relay;
}

void operator_dispatch(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	const cJSON *state = tree_member(args, "state");
	const char *word = cJSON_IsString(state) ? state->valuestring : "";
	bool on = strcmp(word, "on") == 0, give_back = strcmp(word, "auto") == 0;
	int64_t minutes = DISPATCH_MIN;
	int relay = read_relay(s, c, args);

	(void)via;
	if (relay < 0)
		return;
	if (!on && !give_back && strcmp(word, "off") != 0) {
		bad(s, c, "args.state is not on, off or auto", "give one of the three");
		return;
	}
	if (!read_number(s, c, args, "minutes", DAY_MIN, &minutes))
		return;
	ask(s, c, (struct msg_operator){ .verb = give_back ? OPERATOR_AUTO : OPERATOR_DISPATCH, .relay = relay,
		.on = on, .minutes = (int32_t)minutes, .override = cJSON_IsTrue(tree_member(args, "override")) });
}

void operator_hold(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	const struct settings_comfort *k = &s->options.settings->comfort;
	const cJSON *setpoint = tree_member(args, "setpoint_c");
	int64_t minutes = HOLD_MIN;
	char text[96], action[96];
	double want_c;

	(void)via;
	if (cJSON_IsTrue(tree_member(args, "cancel"))) {
		ask(s, c, (struct msg_operator){ .verb = OPERATOR_HOLD_CANCEL });
		return;
	}
	want_c = cJSON_IsNumber(setpoint) ? setpoint->valuedouble : NAN;
	if (!(want_c >= k->min_c && want_c <= k->max_c)) {
		snprintf(text, sizeof(text), "setpoint outside comfort.min_c..max_c = %g..%g C", k->min_c, k->max_c);
		snprintf(action, sizeof(action), "give one inside");
		refuse_told(s, c, &(struct refusal_told){ "OutOfRange", text, action, TELL_USAGE });
		return;
	}
	if (read_number(s, c, args, "minutes", DAY_MIN, &minutes))
		ask(s, c, (struct msg_operator){ .verb = OPERATOR_HOLD, .minutes = (int32_t)minutes,
			.setpoint_mc = (int32_t)lround(want_c * 1000) });
}

void operator_reset(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	const cJSON *node = tree_member(args, "node");
	int relay = -1;

	(void)via;
	if (!cJSON_IsString(node) || strcmp(node->valuestring, "trip") != 0) {
		relay = read_relay(s, c, args);
		if (relay < 0)
			return;
	}
	ask(s, c, (struct msg_operator){ .verb = OPERATOR_RESET, .relay = relay });
}

/* {"id":7,"note":"installer called"}: that person has seen it. Changes nothing else, so nobody is asked. */
void operator_ack(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	const cJSON *note = tree_member(args, "note"), *id = tree_member(args, "id");
	struct board_ack ack = { 0 };
	int64_t number = 0;
	struct writer w;

	(void)via;
	if (!cJSON_IsNumber(id) || tree_number(id, &number) != NUMBER_WHOLE || number < 1 || number > UINT32_MAX) {
		bad(s, c, "args.id is not the number of an alert", "run: spaceheat alerts --all");
		return;
	}
	if (note != NULL && (!cJSON_IsString(note) || strlen(note->valuestring) >= sizeof(ack.note))) {
		bad(s, c, "args.note is no text of at most 79 bytes", "make it shorter");
		return;
	}
	ack.number = (uint32_t)number;
	snprintf(ack.by, sizeof(ack.by), "%.31s", c->peer.user);
	snprintf(ack.note, sizeof(ack.note), "%s", note != NULL ? note->valuestring : "");
	if (!board_acknowledge(&s->board, &ack)) {
		refuse_told(s, c, &(struct refusal_told){ "NotFound", "no alert has that number",
			"run: spaceheat alerts --all", TELL_USAGE });
		return;
	}
	operator_log(s, c, guard_result_name(GUARD_DONE));
	w = answer_begin(s, c);
	member_bool(&w, "ok", true);
	member_open(&w, "data", '{');
	answer_house(&w, s);
	member_int(&w, "id", number);
	member_printable(&w, "acked_by", ack.by);
	member_close(&w, '}');
	answer_end(s, c, &w, false);
}

/* --- what came of it -------------------------------------------------------------------------------------- */

static void answer_done(struct control_socket *s, struct conn *c, const struct msg_operator_answer *a)
{
	struct writer w = answer_begin(s, c);

	member_bool(&w, "ok", true);
	member_open(&w, "data", '{');
	answer_house(&w, s);
	member_text(&w, "result", guard_result_name(GUARD_DONE));
	member_int_if(&w, "until_ms", a->until_ms > 0, a->until_ms);
	member_milli_if(&w, "setpoint_c", a->value_mc != 0, a->value_mc);
	member_close(&w, '}');
	answer_end(s, c, &w, false);
}

/* A refusal with the time at which it may end, in data.until_ms. */
static void answer_held(struct control_socket *s, struct conn *c, const struct refusal_told *r, int64_t until_ms)
{
	struct writer w = answer_begin(s, c);

	member_bool(&w, "ok", false);
	member_text(&w, "code", r->code);
	member_text(&w, "text", r->text);
	member_text(&w, "action", r->action);
	member_int(&w, "exit", r->exit);
	member_open(&w, "data", '{');
	answer_house(&w, s);
	member_int_if(&w, "until_ms", until_ms > 0, until_ms);
	member_close(&w, '}');
	answer_end(s, c, &w, false);
}

static void still_hot(struct control_socket *s, struct conn *c, const struct msg_operator_answer *a)
{
	char text[64];

	snprintf(text, sizeof(text), "the store still has %d.%d C", a->value_mc / 1000, a->value_mc % 1000 / 100);
	answer_held(s, c, &(struct refusal_told){ "HeldByCeiling", text, "wait until it is below 70 C", TELL_HELD }, 0);
}

static void not_in_control(struct control_socket *s, struct conn *c, const struct msg_operator_answer *a)
{
	int offset_s = 0, minute;
	bool local = control_offset(s, a->until_ms, &offset_s);
	char text[64], action[80];

	minute = (int)((a->until_ms / 1000 + offset_s) % 86400 / 60);
	snprintf(text, sizeof(text), "RemoteControl until %02d:%02d%s", minute / 60, minute % 60, local ? "" : "Z");
	snprintf(action, sizeof(action), "add --override to take over for %d min", (int)c->minutes);
	answer_held(s, c, &(struct refusal_told){ "NotInControl", text, action, TELL_HELD }, a->until_ms);
}

/* What each verdict other than DONE is called; exit as in the manual. */
static const struct refusal_told verdicts[] = {
	[OPERATOR_GUARD_HOLDS] = { "", "the guard holds it; the request stands until it is given back",
		"wait, or give back with auto", TELL_HELD },
	[OPERATOR_OUT_OF_RANGE] = { "OutOfRange", "outside what the configuration allows", "see: spaceheat config show comfort",
		TELL_USAGE },
	[OPERATOR_NOTHING_LOCKED] = { "NotFound", "nothing is locked there", "run: spaceheat relays", TELL_HELD },
	[OPERATOR_BUSY] = { "Busy", "other requests wait for the guard", "try again", TELL_FAILED },
};

void operator_answered(struct control_socket *s, struct conn *c, const struct msg_operator_answer *a)
{
	struct refusal_told told;

	c->wait = WAIT_NOTHING;
	if (a->verdict == OPERATOR_DONE) {
		operator_log(s, c, guard_result_name(GUARD_DONE));
		answer_done(s, c, a);
		return;
	}
	if (a->verdict == OPERATOR_STILL_HOT || a->verdict == OPERATOR_NOT_IN_CONTROL) {
		operator_log(s, c, a->verdict == OPERATOR_STILL_HOT ? "HeldByCeiling" : "NotInControl");
		(a->verdict == OPERATOR_STILL_HOT ? still_hot : not_in_control)(s, c, a);
		return;
	}
	told = verdicts[a->verdict];
	if (a->verdict == OPERATOR_GUARD_HOLDS)
		told.code = guard_result_name(a->result);
	operator_log(s, c, told.code);
	answer_held(s, c, &told, a->verdict == OPERATOR_GUARD_HOLDS ? a->held_until_ms : a->until_ms);
}

/* SPDX-License-Identifier: MIT */
/* Lines to a client: answers, refusals, parts of the log, events. */
#include <stdio.h>
#include <string.h>

#include "core/wire/members.h"
#include "port/control_parts.h"

enum { LOG_LINE_ROOM = 2048, ALERT_ROOM = 4096 };	/* one of them, escaped at its worst */

struct writer answer_begin(struct control_socket *s, const struct conn *c)
{
	struct writer w = { .out = s->text, .size = CONN_ANSWER - 16 };	/* room for the end */

	member_open(&w, NULL, '{');
	member_int_if(&w, "id", c->has_id, c->id);
	return w;
}

void answer_end(struct control_socket *s, struct conn *c, struct writer *w, bool more)
{
	static const char ends[2][16] = { "}\n", ",\"more\":true}\n" };
	int n = writer_end(w);

	if (n < 0) {	/* a house larger than any this was made for */
		answer_refuse(s, c, &(struct refusal_told){ "TooLarge", "the answer is longer than 64 KiB", NULL,
			TELL_FAILED });
		return;
	}
	memcpy(s->text + n, ends[more], strlen(ends[more]));
	conn_put(c, s->text, (size_t)n + strlen(ends[more]));
}

void answer_refuse(struct control_socket *s, struct conn *c, const struct refusal_told *r)
{
	struct writer w = answer_begin(s, c);

	member_bool(&w, "ok", false);
	member_text(&w, "code", r->code);
	member_printable(&w, "text", r->text);
	member_printable(&w, "action", r->action);
	member_int(&w, "exit", r->exit);
	answer_end(s, c, &w, false);
}

void answer_hello(struct control_socket *s, struct conn *c)
{
	struct writer w = { .out = s->text, .size = CONN_ANSWER };
	char id[UUID_TEXT];

	member_open(&w, NULL, '{');
	member_text(&w, "hello", "spaceheatd");
	member_int(&w, "protocol", 1);
	member_text(&w, "version", s->options.version);
	member_text(&w, "house", s->options.house->key);
	member_text(&w, "boot_id", uuid_text(s->options.boot_id, id));
	member_bool(&w, "simulated", s->options.settings->simulated);
	member_text(&w, "role", control_role_name(c->peer.role));
	member_close(&w, '}');
	writer_char(&w, '\n');
	conn_put(c, w.out, w.n);
}

/* "what is wrong - what to do" as two members; `usual`: what to do when the line does not say. */
static void write_advice(struct writer *w, const char *line, const char *usual)
{
	char text[LOG_TEXT];
	char *dash = NULL;

	snprintf(text, sizeof(text), "%s", line);
	for (char *p = text; (p = strstr(p, " - ")) != NULL; p++)
		dash = p;
	if (dash != NULL)
		*dash = '\0';
	member_printable(w, "text", text);
	member_printable(w, "action", dash != NULL ? dash + 3 : usual);
}

static const char *node_name(const struct control_socket *s, int node)
{
	return node >= 0 && node < s->options.house->n_nodes ? house_alias(s->options.house, node) : NULL;
}

/* The house's time, as told last by an actor or, before that, by a line. */
static int64_t house_ms(struct control_socket *s)
{
	return s->clock_ms > 0 ? s->clock_ms : board_clock_ms(&s->board);
}

void answer_house(struct writer *w, struct control_socket *s)
{
	int64_t now_ms = house_ms(s);
	int offset_s;
	bool known = control_offset(s, now_ms, &offset_s);

	member_int(w, "v", 1);
	member_text(w, "house", s->options.house->key);
	member_int_if(w, "t_ms", now_ms > 0, now_ms);
	member_int_if(w, "utc_offset_s", known, offset_s);
}

/* --- alerts ------------------------------------------------------------------------------------ */

static const char *severity_name(uint8_t level)
{
	static const char *const names[] = { "critical", "error", "warning" };

	return level < sizeof(names) / sizeof(names[0]) ? names[level] : "info";
}

static void write_alert(struct writer *w, const struct control_socket *s, const struct board_alert *b)
{
	const struct alert *a = &b->alert;

	member_int(w, "id", a->number);
	member_text(w, "code", log_code_name(a->code));
	member_text(w, "severity", severity_name((uint8_t)a->level));
	member_text(w, "node", node_name(s, a->node));
	write_advice(w, a->text, code_table[a->code].action);
	member_text(w, "meaning", code_table[a->code].meaning);
	member_int(w, "since_ms", a->since.ms);
	member_int(w, "last_ms", a->heard.ms);
	member_int(w, "count", a->count);
	member_printable(w, "acked_by", b->ack.number != 0 ? b->ack.by : NULL);
	member_printable(w, "note", b->ack.note[0] != '\0' ? b->ack.note : NULL);
	member_int_if(w, "ended_ms", a->state == ALERT_ENDED, a->ended.ms);
}

void answer_alerts(struct control_socket *s, struct conn *c)
{
	struct board_alert alerts[ALERTS_MAX];
	int n = board_alerts(&s->board, alerts), i = 0;

	do {
		struct writer w = answer_begin(s, c);

		member_bool(&w, "ok", true);
		member_open(&w, "data", '{');
		answer_house(&w, s);
		member_open(&w, "alerts", '[');
		for (; i < n && w.n + ALERT_ROOM < w.size; i++) {
			member_open(&w, NULL, '{');
			write_alert(&w, s, &alerts[i]);
			member_close(&w, '}');
		}
		member_close(&w, ']');
		member_close(&w, '}');
		answer_end(s, c, &w, i < n);
	} while (i < n);
	c->wait = WAIT_NOTHING;
}

/* --- log --------------------------------------------------------------------------------------- */

static void write_log(struct writer *w, const struct control_socket *s, const struct msg_log *l)
{
	member_text(w, "level", log_level_name((enum log_level)l->level));
	member_text(w, "code", log_code_name((enum log_code)l->code));
	member_text(w, "node", node_name(s, l->node));
	member_printable(w, "text", l->text);
}

static bool asked_for(const struct conn_log *want, const struct msg_log *l)
{
	return (want->code < 0 || want->code == l->code) && (want->node < 0 || want->node == l->node);
}

void answer_log(struct control_socket *s, struct conn *c)
{
	struct writer w = answer_begin(s, c);
	struct board_line line;
	uint64_t first, last;

	member_bool(&w, "ok", true);
	member_open(&w, "data", '{');
	answer_house(&w, s);
	member_open(&w, "lines", '[');
	for (; c->log.next <= c->log.last && w.n + LOG_LINE_ROOM < w.size; c->log.next++) {
		if (!board_line(&s->board, c->log.next, &line, &first, &last) || !asked_for(&c->log, &line.log))
			continue;
		member_open(&w, NULL, '{');
		member_int(&w, "t_ms", line.t_ms);
		write_log(&w, s, &line.log);
		member_close(&w, '}');
	}
	member_close(&w, ']');
	member_close(&w, '}');
	answer_end(s, c, &w, c->log.next <= c->log.last);
	if (c->log.next > c->log.last)
		c->wait = WAIT_NOTHING;
}

/* --- events -------------------------------------------------------------------------------------- */

static void write_mode(struct writer *w, const struct control_socket *s, const struct board_event *e)
{
	(void)s;
	member_text(w, "mode", control_mode_name((enum control_mode)e->news.mode));
	member_text(w, "cause", cause_name((enum cause)e->news.cause));
}

static void write_contract(struct writer *w, const struct control_socket *s, const struct board_event *e)
{
	char id[UUID_TEXT];

	(void)s;
	member_text(w, "id", uuid_text(e->news.contract, id));
	member_text(w, "state", contract_state_name((enum contract_state)e->news.state));
	member_text(w, "outcome", contract_outcome_name((enum contract_outcome)e->news.outcome));
	member_text(w, "cause", cause_name((enum cause)e->news.cause));
}

static void write_relay(struct writer *w, const struct control_socket *s, const struct board_event *e)
{
	member_text(w, "node", node_name(s, e->news.node));
	member_text(w, "state", e->news.on ? "on" : "off");
	member_text(w, "by", relay_mover_name((enum relay_mover)e->news.by));
	member_text(w, "result", guard_result_name((enum guard_result)e->news.result));
}

static void write_link(struct writer *w, const struct control_socket *s, const struct board_event *e)
{
	(void)s;
	member_text(w, "state", e->news.on ? "up" : "down");
	member_printable(w, "reason", e->news.text);
}

static void write_reading(struct writer *w, const struct control_socket *s, const struct board_event *e)
{
	const struct channel *c = &s->options.house->channels[e->reading.channel];

	member_text(w, "node", house_alias(s->options.house, c->about));
	report_reading(w, c, e->reading.quality, e->reading.value, e->reading.mc);
}

static void write_alert_event(struct writer *w, const struct control_socket *s, const struct board_event *e)
{
	write_alert(w, s, &e->alert);
}

static void write_log_event(struct writer *w, const struct control_socket *s, const struct board_event *e)
{
	write_log(w, s, &e->log);
}

typedef void event_writer(struct writer *, const struct control_socket *, const struct board_event *);

static event_writer *const event_writers[N_BOARD_KINDS] = {
	[EVENT_MODE] = write_mode,
	[EVENT_CONTRACT] = write_contract,
	[EVENT_RELAY] = write_relay,
	[EVENT_LINK] = write_link,
	[EVENT_READING] = write_reading,
	[EVENT_POWER] = write_reading,
	[EVENT_ALERT] = write_alert_event,
	[EVENT_LOG] = write_log_event,
	[EVENT_CONFIG] = write_log_event,
};

static void put_event(struct control_socket *s, struct conn *c, const struct board_event *e)
{
	struct writer w = { .out = s->text, .size = CONN_EVENT };

	member_open(&w, NULL, '{');
	member_text(&w, "event", board_kind_name(e->kind));
	member_int(&w, "seq", (int64_t)e->seq);
	member_int(&w, "t_ms", e->t_ms);
	member_open(&w, "data", '{');
	if (event_writers[e->kind] != NULL)
		event_writers[e->kind](&w, s, e);
	member_close(&w, '}');
	member_close(&w, '}');
	writer_char(&w, '\n');
	if (!w.full)
		conn_put(c, w.out, w.n);
}

/* So many were overwritten before this client took them. */
static void put_lost(struct control_socket *s, struct conn *c, uint64_t seq, uint64_t n)
{
	struct writer w = { .out = s->text, .size = CONN_EVENT };

	member_open(&w, NULL, '{');
	member_text(&w, "event", board_kind_name(EVENT_LOST));
	member_int(&w, "seq", (int64_t)seq);
	member_int(&w, "t_ms", s->clock_ms);
	member_open(&w, "data", '{');
	member_int(&w, "lost", (int64_t)n);
	member_close(&w, '}');
	member_close(&w, '}');
	writer_char(&w, '\n');
	conn_put(c, w.out, w.n);
}

bool answer_has_events(struct control_socket *s, const struct conn *c)
{
	struct board_event e;
	uint64_t first, last;

	if (c->kinds == 0)
		return false;
	board_event(&s->board, 0, &e, &first, &last);
	return c->next_seq <= last;
}

void answer_events(struct control_socket *s, struct conn *c)
{
	struct board_event e;
	uint64_t first, last;

	while (c->kinds != 0 && conn_room(c) >= 2 * CONN_EVENT + CONN_ANSWER) {
		if (board_event(&s->board, c->next_seq, &e, &first, &last)) {
			if ((c->kinds >> e.kind & 1) != 0)
				put_event(s, c, &e);
			c->next_seq++;
			continue;
		}
		if (c->next_seq > last)
			return;
		put_lost(s, c, first - 1, first - c->next_seq);
		c->next_seq = first;
	}
}

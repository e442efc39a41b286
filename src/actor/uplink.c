/* SPDX-License-Identifier: MIT */
/* The uplink: two waiting lines (small messages, buffers), one window of what is under way. */
#include "actor/uplink.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actor/uplink_parts.h"
#include "core/wire/codec.h"

enum sending { SENT, BUSY, FAILED };

static const char *const buffer_types[] = {
	[BUFFER_STATUS] = "gt.sh.status.110",
	[BUFFER_SNAPSHOT] = "gt.sh.cli.scada.response.110",
};

const char *uplink_topic(const struct house *h, const char *type, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", h->scada.alias, type);
	return out;
}

bool uplink_wanted(const struct settings *s)
{
	return s->uplink.enable && s->uplink.host[0] != '\0';
}

/* ---- what is under way ---- */

static bool window_takes(const struct uplink *u, size_t length)
{
	return u->n_sent < UPLINK_MAX_UNACKED && u->sent_bytes + length <= UPLINK_MAX_UNACKED_BYTES;
}

static void remember(struct uplink *u, const struct uplink_sent *sent)
{
	for (size_t i = 0; i < sizeof(u->sent) / sizeof(u->sent[0]); i++) {
		if (u->sent[i].used)
			continue;
		u->sent[i] = *sent;
		u->n_sent++;
		u->sent_bytes += sent->bytes;
		return;
	}
}

static void forget_all(struct uplink *u)
{
	memset(u->sent, 0, sizeof(u->sent));
	u->n_sent = 0;
	u->sent_bytes = 0;
}

/* `uid` of a status, or NULL. */
static enum sending send_bytes(struct uplink *u, const char *type, const void *bytes, size_t length, int qos,
	bool retain, const struct uuid *uid)
{
	struct uplink_sent sent = { .used = true, .status = uid != NULL, .bytes = length };
	char topic[ALIAS_SIZE + 64];
	int token = 0;
	struct err e = { .code = ERR_NONE };

	uplink_topic(u->house, type, topic, sizeof(topic));
	if (!u->net->publish(u->net->self, topic, bytes, length, qos, retain, &token, &e)) {
		u->busy = e.code == ERR_BUSY;
		if (!u->busy)	/* the link has just gone: said with its loss (SF-5) */
			u->counts.dropped_down++;
		return u->busy ? BUSY : FAILED;
	}
	u->counts.messages++;
	u->counts.bytes += length;
	sent.token = token;
	if (uid)
		sent.uid = *uid;
	if (qos > 0)
		remember(u, &sent);
	return SENT;
}

static void say_uid(struct outbox *out, enum msg_type type, const struct uuid *uid, bool ok)
{
	struct msg m = { .type = type, .to = TO_HISTORY, .uid = { .uid = *uid, .ok = ok } };

	say(out, &m);
}

/* ---- the waiting lines ---- */

static void give_back(struct uplink *u, const struct msg_send_buffer *b, bool ok, struct outbox *out)
{
	u->pool->give(u->pool->self, b->buffer);
	if (b->kind == BUFFER_STATUS)
		say_uid(out, MSG_SENT, &b->uid, ok);
	if (!ok)
		u->counts.dropped_down++;
}

static void drop_waiting(struct uplink *u, struct outbox *out)
{
	u->counts.dropped_down += (uint64_t)u->n_queue + u->power_due;
	u->n_queue = 0;
	u->power_due = false;
	for (int i = 0; i < u->n_buffers; i++)
		give_back(u, &u->buffers[i], false, out);
	u->n_buffers = 0;
	u->busy = false;
}

static void drop_head(struct uplink *u)
{
	u->head = (u->head + 1) % UPLINK_QUEUE;
	u->n_queue--;
}

/* The retained state ignores the window: it must be right even when nothing else gets through. */
static void pump_state(struct uplink *u, enum presence presence, struct wall now)
{
	const char *type = NULL;
	int length = uplink_encode_state(u, presence, now, &type);

	assert(length >= 0);
	if (u->n_sent < (int)(sizeof(u->sent) / sizeof(u->sent[0])))
		u->state_due = send_bytes(u, type, u->text, (size_t)length, 1, true, NULL) == BUSY;
}

static void pump_power(struct uplink *u)
{
	uint8_t bytes[2];

	gs_pwr_encode(&(struct gs_pwr){ .power_w = u->power_w }, bytes);
	u->power_due = send_bytes(u, "p", bytes, sizeof(bytes), 0, false, NULL) == BUSY;
}

static void pump_queue(struct uplink *u, struct wall now)
{
	const char *type = NULL;
	int length;

	while (u->n_queue > 0 && !u->busy && window_takes(u, sizeof(u->text))) {
		length = uplink_encode(u, &u->queue[u->head], now, &type);
		assert(length >= 0);
		if (send_bytes(u, type, u->text, (size_t)length, 1, false, NULL) != BUSY)
			drop_head(u);
	}
}

static void pump_buffers(struct uplink *u, struct outbox *out)
{
	while (u->n_buffers > 0 && u->n_queue == 0 && !u->busy && window_takes(u, u->buffers[0].length)) {
		const struct msg_send_buffer b = u->buffers[0];
		enum sending s = send_bytes(u, buffer_types[b.kind], u->pool->bytes(u->pool->self, b.buffer),
			b.length, 1, false, b.kind == BUFFER_STATUS ? &b.uid : NULL);

		if (s == BUSY)
			return;
		give_back(u, &b, s == SENT, out);
		u->n_buffers--;
		memmove(u->buffers, u->buffers + 1, (size_t)u->n_buffers * sizeof(u->buffers[0]));
	}
}

/* Live before old, small before long; what the port does not take now waits for the next chance. */
static void pump(struct uplink *u, struct wall now, struct outbox *out)
{
	u->busy = false;
	if (!u->up)
		return;
	if (u->state_due)
		pump_state(u, PRESENCE_ONLINE, now);
	if (u->power_due && !u->busy)
		pump_power(u);
	pump_queue(u, now);
	pump_buffers(u, out);
}

/* ---- messages ---- */

static void take_small(struct uplink *u, const struct msg *in, struct outbox *out)
{
	(void)out;
	if (!u->up) {	/* its sender says it again, or nobody waits for it any more */
		u->counts.dropped_down++;
		return;
	}
	if (u->n_queue == UPLINK_QUEUE) {
		u->counts.dropped_full++;
		note(out, LEVEL_WARNING, LOG_SEND, NO_NODE,
			"the broker is slow: oldest of %d waiting messages not"
			" sent (not_sent=%llu) - check the network", UPLINK_QUEUE,
			(unsigned long long)u->counts.dropped_full);
		drop_head(u);
	}
	u->queue[(u->head + u->n_queue) % UPLINK_QUEUE] = *in;
	u->n_queue++;
}

static void take_power(struct uplink *u, const struct msg *in, struct outbox *out)
{
	(void)out;
	if (!u->up) {
		u->counts.dropped_down++;
		return;
	}
	u->power_due = true;
	u->power_w = in->send_power.power_w;
}

static void take_buffer(struct uplink *u, const struct msg *in, struct outbox *out)
{
	if (!u->up || u->n_buffers == POOL_BUFFERS)
		give_back(u, &in->send_buffer, false, out);
	else
		u->buffers[u->n_buffers++] = in->send_buffer;
}

static void take_puback(struct uplink *u, const struct msg *in, struct outbox *out)
{
	for (size_t i = 0; i < sizeof(u->sent) / sizeof(u->sent[0]); i++) {
		struct uplink_sent *s = &u->sent[i];

		if (!s->used || s->token != in->puback.token)
			continue;
		if (s->status)
			say_uid(out, MSG_ACKED, &s->uid, true);
		u->counts.acked++;
		u->last_ack = in->clock;
		u->n_sent--;
		u->sent_bytes -= s->bytes;
		s->used = false;
		return;
	}
}

static void take_mode(struct uplink *u, const struct msg *in, struct outbox *out)
{
	(void)out;
	u->state_due = u->state_due || in->mode.mode != u->mode.mode;
	u->mode = in->mode;
}

static void forward_link(const struct msg *in, struct outbox *out)
{
	struct msg m = { .type = MSG_LINK, .link = in->link };

	m.to = TO_SCADA;
	say(out, &m);
	m.to = TO_HISTORY;
	say(out, &m);
}

/* Level, and what the person who reads the line can do. */
static void log_down(struct uplink *u, const struct msg *in, struct outbox *out)
{
	static const struct { enum log_level level; const char *action; } known[N_LOG_CODES] = {
		[LOG_AUTH] = { LEVEL_ERROR, " - check uplink.username and password_file" },
		[LOG_SUB_REFUSED] = { LEVEL_ERROR, " - the broker must allow this client to read it" },
		[LOG_TLS] = { LEVEL_ERROR, " - check uplink.ca_file" },
		[LOG_ID_IN_USE] = { LEVEL_CRITICAL, " - stop the other client, or change uplink.client_id" },
		[LOG_LINK] = { LEVEL_WARNING, "" },
	};
	const struct msg_link *l = &in->link;
	bool is_known = l->code < N_LOG_CODES && known[l->code].action;
	enum log_code code = is_known ? (enum log_code)l->code : LOG_LINK;
	const char *what = u->up ? "lost: " : "no connection: ";
	/* SF-56: a certificate is as good as the clock it is held against. */
	const char *clock = code != LOG_TLS ? "" : in->clock_trusted ? " clock=trusted" : " clock=untrusted";

	record(out, known[code].level, code, NO_NODE, 0, "%s%.*s%s%s", code == LOG_LINK ? what : "",
		(int)sizeof(l->reason) - 1, l->reason, clock, known[code].action);
}

static void link_up(struct uplink *u, const struct msg *in, struct outbox *out)
{
	uint64_t dropped = u->counts.dropped_down - u->dropped_at_down;

	if (!u->ever_up)
		record(out, LEVEL_INFO, LOG_LINK, NO_NODE, 1, "connected to %.95s", in->link.reason);
	else if (!u->up && dropped > 0)
		record(out, LEVEL_INFO, LOG_LINK, NO_NODE, 1, "regained (not_sent=%llu)",
			(unsigned long long)dropped);
	else if (!u->up)
		record(out, LEVEL_INFO, LOG_LINK, NO_NODE, 1, "regained");
	forget_all(u);
	u->up = u->ever_up = u->state_due = true;
	u->reason[0] = '\0';
}

static void link_down(struct uplink *u, const struct msg *in, struct outbox *out)
{
	if (u->up || strcmp(u->reason, in->link.reason) != 0)
		log_down(u, in, out);
	memcpy(u->reason, in->link.reason, sizeof(u->reason));
	u->reason[sizeof(u->reason) - 1] = '\0';
	if (u->up)
		u->dropped_at_down = u->counts.dropped_down;
	u->up = false;
	forget_all(u);
	drop_waiting(u, out);
}

static void say_link_news(const struct msg_link *l, struct outbox *out)
{
	struct msg m = { .type = MSG_NEWS, .to = TO_CONTROL, .news = { .kind = NEWS_LINK, .on = l->up,
		.node = NO_NODE } };

	snprintf(m.news.text, sizeof(m.news.text), "%.*s", (int)sizeof(m.news.text) - 1, l->reason);
	say(out, &m);
}

static void take_link(struct uplink *u, const struct msg *in, struct outbox *out)
{
	bool changed = u->up != in->link.up || in->link.up;

	if (in->link.up) {
		link_up(u, in, out);
		pump_state(u, PRESENCE_ONLINE, in->clock);	/* before anything the others say about it */
	} else {
		link_down(u, in, out);
	}
	if (!changed)
		return;
	u->link_since = in->clock;
	forward_link(in, out);
	say_link_news(&in->link, out);
}

static void take_query(struct uplink *u, const struct msg *in, struct outbox *out)
{
	struct msg m = { .type = MSG_UPLINK_VIEW, .to = TO_CONTROL, .uplink_view = { .ticket = in->query.ticket,
		.wanted = uplink_wanted(u->settings), .up = u->up, .since_ms = u->link_since.ms,
		.last_ack_ms = u->last_ack.ms, .messages = u->counts.messages, .bytes = u->counts.bytes } };

	memcpy(m.uplink_view.last_error, u->reason, sizeof(m.uplink_view.last_error));
	say(out, &m);
}

static void take_stop(struct uplink *u, const struct msg *in, struct outbox *out)
{
	pump(u, in->clock, out);
	if (u->up)
		pump_state(u, PRESENCE_STOPPING, in->clock);
	u->state_due = false;
	drop_waiting(u, out);
	u->up = false;
}

/* A link of the in-process broker needs no configuration: its news comes first. */
static void start(struct uplink *u, const struct msg *in, struct outbox *out)
{
	u->started = true;
	if (uuid_is_zero(u->boot_id))
		u->boot_id = uuid_random(in->random);
	if (in->type != MSG_LINK && !uplink_wanted(u->settings))
		note(out, LEVEL_INFO, LOG_LINK, NO_NODE, "no broker (%s) - the house runs alone",
			u->settings->uplink.enable ? "uplink.host is empty" : "uplink.enable = false");
}

typedef void uplink_handler(struct uplink *, const struct msg *, struct outbox *);

static uplink_handler *const handlers[N_MSG_TYPES] = {
	[MSG_SEND_ANSWER] = take_small,
	[MSG_SEND_BEAT] = take_small,
	[MSG_SEND_REPORT] = take_small,
	[MSG_SEND_RESULT] = take_small,
	[MSG_SEND_COPY] = take_small,
	[MSG_SEND_ALERT] = take_small,
	[MSG_SEND_POWER] = take_power,
	[MSG_SEND_BUFFER] = take_buffer,
	[MSG_PUBACK] = take_puback,
	[MSG_MODE] = take_mode,
	[MSG_LINK] = take_link,
	[MSG_QUERY] = take_query,
	[MSG_STOP] = take_stop,
};

void uplink_init(struct uplink *u, const struct house *h, const struct settings *s, const struct net *net,
	const struct pool *pool, const char *version, struct uuid boot_id)
{
	memset(u, 0, sizeof(*u));
	u->house = h;
	u->settings = s;
	u->net = net;
	u->pool = pool;
	u->version = version;
	u->boot_id = boot_id;
}

void uplink_sign(struct uplink *u, const struct sign *sign)
{
	u->sign = sign;
}

void uplink_step(void *self, const struct msg *in, struct outbox *out)
{
	struct uplink *u = self;

	assert(in->type < N_MSG_TYPES);
	if (!u->started)
		start(u, in, out);
	if (handlers[in->type])
		handlers[in->type](u, in, out);
	pump(u, in->clock, out);
	out->wake_at = u->busy ? mono_after(in->now, UPLINK_RETRY_MS) : MONO_NEVER;
}

/* SPDX-License-Identifier: MIT */
/* Questions to the actors. One is under way at a time; all who asked before it was sent get its answer.
 *
 * Scada writes into a box that is lent to it by the message; uplink and history tell in messages. Whoever does not tell
 * in time is unknown in the answer, and nobody else waits. */
#include <string.h>
#include <time.h>

#include "core/wire/members.h"
#include "port/control_parts.h"

enum { BOX_LOST_MS = 30000 };		/* whoever had it was ended by the runtime's watch long ago */

int64_t control_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void query_want(struct conn *c, void (*reporter)(struct writer *, const struct report_facts *))
{
	c->wait = WAIT_VIEW;
	c->ticket = 0;
	c->since_ms = control_now_ms();
	c->reporter = reporter;
	c->explain = 0;
}

/* --- what is told ------------------------------------------------------------------------------------ */

static struct conn *asker(struct control_socket *s, uint32_t ticket)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (s->conns[i].fd >= 0 && s->conns[i].wait == WAIT_ANSWER && s->conns[i].ticket == ticket)
			return &s->conns[i];
	return NULL;
}

void query_take(struct control_socket *s, const struct msg *m)
{
	struct control_query *q = &s->query;
	struct conn *c;

	s->clock_ms = m->clock.ms;
	if (m->type == MSG_VIEW) {
		s->lent[m->view.box] = false;
		q->got_view |= m->view.ticket == q->ticket;
	} else if (m->type == MSG_UPLINK_VIEW && m->uplink_view.ticket == q->ticket) {
		q->uplink = m->uplink_view;
		q->got_uplink = true;
	} else if (m->type == MSG_HISTORY_VIEW && m->history_view.ticket == q->ticket) {
		q->history = m->history_view;
		q->got_history = true;
	} else if (m->type == MSG_ARCHIVE_DONE) {
		archive_done(s, m->archive.ticket);
	} else if (m->type == MSG_OPERATOR_ANSWER) {
		c = asker(s, m->operator_answer.ticket);
		if (c != NULL)
			operator_answered(s, c, &m->operator_answer);
	}
}

/* --- readings, and alerts that time raises, as events -------------------------------------------------- */

static bool followed(const struct control_socket *s)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (s->conns[i].fd >= 0 &&
			(s->conns[i].kinds & (1u << EVENT_READING | 1u << EVENT_POWER | 1u << EVENT_ALERT)) != 0)
			return true;
	return false;
}

/* What is newer than at the last look: so several readings in one second are one event. */
static void tell_readings(struct control_socket *s, const struct house_view *v)
{
	for (int i = 0; i < s->options.house->n_channels; i++) {
		const struct view_channel *c = &v->channels[i];
		enum telemetry_name name = s->options.house->channels[i].name;
		int64_t at_ms = v->t_ms - c->age_ms;

		if (c->age_ms < 0 || name == TELEMETRY_RELAY_STATE || at_ms == s->told_ms[i])
			continue;
		s->told_ms[i] = at_ms;
		board_add(&s->board, v->t_ms, name == TELEMETRY_POWER_W ? EVENT_POWER : EVENT_READING,
			&(struct board_reading){ i, c->quality, c->value, c->mc });
	}
}

/* --- answering ------------------------------------------------------------------------------------------- */

bool control_offset(const struct control_socket *s, int64_t t_ms, int *utc_offset_s)
{
	time_t t = (time_t)(t_ms / 1000);
	struct tm tm;

	*utc_offset_s = s->options.utc_offset_s;
	/* Of a real house: the system's zone, unless the house has one of its own. */
	if (s->options.offset_known)
		return true;
	if (s->options.settings->display.timezone[0] != '\0' || localtime_r(&t, &tm) == NULL)
		return false;
	*utc_offset_s = (int)tm.tm_gmtoff;
	return true;
}

static void report(struct control_socket *s, struct conn *c, const struct house_view *v)
{
	const struct control_query *q = &s->query;
	struct report_facts f = { .house = s->options.house, .settings = s->options.settings, .view = v,
		.uplink = q->got_uplink ? &q->uplink : NULL, .history = q->got_history ? &q->history : NULL,
		.alerts = board_count(&s->board), .version = s->options.version };
	struct writer w = answer_begin(s, c);

	f.speed = control_speed(s);
	f.offset_known = control_offset(s, v->t_ms, &f.utc_offset_s);
	member_bool(&w, "ok", true);
	/* The report is the value of "data": it begins with no key of its own. */
	writer_text(&w, ",\"data\":");
	c->reporter(&w, &f);
	answer_end(s, c, &w, false);
	c->wait = WAIT_NOTHING;
}

static void give_up(struct control_socket *s, struct conn *c)
{
	c->wait = WAIT_NOTHING;
	answer_refuse(s, c, &(struct refusal_told){ "Busy", "the service does not answer in time",
		"try again; if it stays so: journalctl -u spaceheatd", TELL_FAILED });
}

static void end_query(struct control_socket *s)
{
	struct control_query *q = &s->query;

	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		struct conn *c = &s->conns[i];

		if (c->fd < 0 || c->wait != WAIT_VIEW || c->ticket != q->ticket)
			continue;
		if (c->reporter == NULL)	/* it only waited for the time to be known */
			answer_alerts(s, c);
		else if (q->got_view)
			report(s, c, &s->boxes->box[q->box]);
		else
			give_up(s, c);
	}
	if (q->got_view)
		tell_readings(s, &s->boxes->box[q->box]);
	q->running = false;
}

static bool is_over(const struct control_query *q, int64_t now_ms)
{
	int64_t age_ms = now_ms - q->since_ms;

	if (q->got_view && q->got_uplink && q->got_history)
		return true;
	return q->got_view ? age_ms >= QUERY_OTHERS_MS : age_ms >= QUERY_MS;
}

/* --- asking ------------------------------------------------------------------------------------------------ */

static int free_box(struct control_socket *s, int64_t now_ms)
{
	for (int i = 0; i < VIEW_BOXES; i++)
		if (!s->lent[i] || now_ms - s->lent_ms[i] > BOX_LOST_MS)
			return i;
	return -1;
}

static bool is_wanted(struct control_socket *s, int64_t now_ms)
{
	if (followed(s) && now_ms >= s->next_follow_ms)
		return true;
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (s->conns[i].fd >= 0 && s->conns[i].wait == WAIT_VIEW)
			return true;
	return false;
}

static void post_query(struct control_socket *s, enum address to)
{
	struct msg m = { .type = MSG_QUERY, .to = to, .query = { s->query.ticket, s->query.box, s->query.explain } };

	if (!s->options.post.post(s->options.post.self, &m) && to == TO_SCADA)
		s->lent[s->query.box] = false;	/* it never got there; those who wait time out */
}

/* One explanation in a question: who wants another waits for the next. */
static bool explains_the_same(struct control_query *q, const struct conn *c)
{
	if (c->explain == 0)
		return true;
	if (q->explain == 0)
		q->explain = c->explain;
	return q->explain == c->explain;
}

static void start_query(struct control_socket *s, int64_t now_ms)
{
	int box = free_box(s, now_ms);

	if (box < 0)
		return;
	s->query = (struct control_query){ .running = true, .ticket = ++s->next_ticket, .box = box, .since_ms = now_ms };
	s->lent[box] = true;
	s->lent_ms[box] = now_ms;
	s->next_follow_ms = now_ms + FOLLOW_MS;
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (s->conns[i].fd >= 0 && s->conns[i].wait == WAIT_VIEW && explains_the_same(&s->query, &s->conns[i]))
			s->conns[i].ticket = s->query.ticket;
	post_query(s, TO_UPLINK);
	post_query(s, TO_HISTORY);
	post_query(s, TO_SCADA);
}

/* Who has waited for too long without ever being asked for, or for an answer of the guard. */
static void tire(struct control_socket *s, int64_t now_ms)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		struct conn *c = &s->conns[i];

		if (c->fd >= 0 && ((c->wait == WAIT_ANSWER && now_ms - c->since_ms >= ANSWER_MS) ||
			(c->wait == WAIT_VIEW && now_ms - c->since_ms >= 2 * QUERY_MS))) {
			if (c->wait == WAIT_ANSWER)
				operator_log(s, c, "Busy");
			give_up(s, c);
		}
	}
}

static bool anybody_waits(const struct control_socket *s)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (s->conns[i].fd >= 0 && s->conns[i].wait != WAIT_NOTHING)
			return true;
	return false;
}

int query_turn(struct control_socket *s)
{
	int64_t now_ms = control_now_ms();

	if (s->query.running && is_over(&s->query, now_ms))
		end_query(s);
	tire(s, now_ms);
	archive_turn(s);
	if (!s->query.running && is_wanted(s, now_ms))
		start_query(s, now_ms);
	if (s->query.running)
		return QUERY_OTHERS_MS / 3;
	if (followed(s))
		return FOLLOW_MS / 4;
	return anybody_waits(s) ? FOLLOW_MS : -1;
}

/* SPDX-License-Identifier: MIT */
/* Questions to the record: history, events, outbox. One is under way at a time, in the one box there is; the others wait
 * for it, and who does not read its answer loses its turn. */
#include <stdio.h>
#include <string.h>

#include "core/wire/members.h"
#include "core/wire/report_archive.h"
#include "core/wire/tree.h"
#include "port/control_parts.h"
#include "spaceheat/problems.h"

enum { ARCHIVE_MS = 10000, POINTS = 600 };

struct archive *control_socket_archive(struct control_socket *s)
{
	return s->archive.box;
}

static void usage(struct control_socket *s, struct conn *c, const char *code, const char *text, const char *action)
{
	answer_refuse(s, c, &(struct refusal_told){ code, text, action, TELL_USAGE });
}

/* --- understanding ------------------------------------------------------------------------- */

/* args.KEY as a whole number of [least, most]; absent: `other`. */
static bool read_int(struct control_socket *s, struct conn *c, const cJSON *args, const char *key,
	const int64_t range[2], int64_t *value)
{
	const cJSON *item = tree_member(args, key);
	char text[64];

	if (item == NULL || (cJSON_IsNumber(item) && tree_number(item, value) == NUMBER_WHOLE && *value >= range[0] &&
				    *value <= range[1]))
		return true;
	snprintf(text, sizeof(text), "args.%s is no number from %lld to %lld", key, (long long)range[0],
		(long long)range[1]);
	usage(s, c, "BadRequest", text, "see docs/socket.md");
	return false;
}

/* From and to in ms; a day up to now unless told. */
static bool read_interval(struct control_socket *s, struct conn *c, const cJSON *args, struct query *q)
{
	static const int64_t any[2] = { 0, INT64_MAX / 4 };
	q->to_ms = (s->clock_ms > 0 ? s->clock_ms : board_clock_ms(&s->board)) + 1;
	if (!read_int(s, c, args, "to_ms", any, &q->to_ms))
		return false;
	q->from_ms = q->to_ms - 86400000;
	if (!read_int(s, c, args, "from_ms", any, &q->from_ms))
		return false;
	if (q->from_ms < q->to_ms)
		return true;
	usage(s, c, "BadTime", "args.from_ms is not before args.to_ms", "give an interval that is not empty");
	return false;
}

static void want(struct control_socket *s, struct conn *c, const struct archive_question *q)
{
	(void)s;
	c->archive = *q;
	c->archive_at = 0;
	c->wait = WAIT_ARCHIVE;
	c->ticket = 0;
	c->since_ms = control_now_ms();
}

static bool read_word(const cJSON *args, const char *key, char *out, size_t size)
{
	const cJSON *item = tree_member(args, key);

	out[0] = '\0';
	if (item == NULL)
		return true;
	if (!cJSON_IsString(item) || strlen(item->valuestring) >= size)
		return false;
	memcpy(out, item->valuestring, strlen(item->valuestring) + 1);
	return true;
}

void archive_history(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	static const int64_t points[2] = { 1, QUERY_MAX_POINTS };
	struct archive_question q = { .kind = ARCHIVE_POINTS };
	int64_t n = POINTS;
	char tier[16];

	(void)via;
	if (!read_word(args, "channel", q.channel, sizeof(q.channel)) || q.channel[0] == '\0') {
		usage(s, c, "BadRequest", "args.channel is missing", "name one of the verb channels");
		return;
	}
	if (!read_word(args, "tier", tier, sizeof(tier)) || (q.query.tier = report_tier_find(tier[0] ? tier : "auto")) < 0) {
		usage(s, c, "BadRequest", "args.tier is no tier", "give exact, minute, quarter, day or auto");
		return;
	}
	if (!read_interval(s, c, args, &q.query) || !read_int(s, c, args, "points", points, &n))
		return;
	q.query.max_points = (int)n;
	want(s, c, &q);
}

void archive_events(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	struct archive_question q = { .kind = ARCHIVE_EVENT_ROWS };

	(void)via;
	if (!read_word(args, "code", q.code, sizeof(q.code)))
		usage(s, c, "BadRequest", "args.code is no code", "run: spaceheat print codes");
	else if (read_interval(s, c, args, &q.query))
		want(s, c, &q);
}

void archive_past(struct control_socket *s, struct conn *c, const char *relay, int64_t at_ms)
{
	struct archive_question q = { .kind = ARCHIVE_PAST,
		.query = { .from_ms = at_ms - PAST_SPAN_MS * 1000LL, .to_ms = at_ms + 1 } };

	snprintf(q.channel, sizeof(q.channel), "%s", relay);
	if (q.query.from_ms < 0)
		q.query.from_ms = 0;
	if (s->clock_ms > 0 && at_ms > s->clock_ms)
		usage(s, c, "BadTime", "args.at_ms lies ahead", "leave it out for the present: spaceheat explain NODE");
	else
		want(s, c, &q);
}

void archive_outbox(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	(void)args, (void)via;
	want(s, c, &(struct archive_question){ .kind = ARCHIVE_OUTBOX });
}

void archive_flush(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	(void)args, (void)via;
	want(s, c, &(struct archive_question){ .kind = ARCHIVE_FLUSH });
}

void archive_drop(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	struct archive_question q = { .kind = ARCHIVE_DROP };
	const cJSON *item = tree_member(args, "uid");

	(void)via;
	if (cJSON_IsString(item) && uuid_parse(item->valuestring, &q.uid))
		want(s, c, &q);
	else
		usage(s, c, "BadRequest", "args.uid is no id of a status", "give its StatusUid");
}

/* {"seconds":900}, or {"end":true}: the file is the service's alone again, unless somebody has it open. */
void archive_share(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	static const int64_t rails[2] = { 60, 86400 };
	int64_t seconds = 900;

	(void)via;
	if (cJSON_IsTrue(tree_member(args, "end")))
		want(s, c, &(struct archive_question){ .kind = ARCHIVE_SHARE });
	else if (read_int(s, c, args, "seconds", rails, &seconds))
		want(s, c, &(struct archive_question){ .kind = ARCHIVE_SHARE, .share_s = (int32_t)seconds });
}

/* The list is known; the house's time comes with the history's word. */
void archive_channels(struct control_socket *s, struct conn *c, const cJSON *args, const char *via)
{
	(void)args, (void)via;
	want(s, c, &(struct archive_question){ .kind = ARCHIVE_CHANNELS });
}

/* --- answering ----------------------------------------------------------------------------- */

static void refuse_outcome(struct control_socket *s, struct conn *c)
{
	const struct archive *a = s->archive.box;
	char text[CHANNEL_NAME + 32];

	snprintf(text, sizeof(text), "no channel \"%s\"", a->q.channel);
	if (a->outcome == ARCHIVE_NO_CHANNEL)
		usage(s, c, "NotFound", text, "run: spaceheat history");
	else if (a->outcome == ARCHIVE_NO_STATUS)
		usage(s, c, "NotFound", "no status is owed under that id", "run: spaceheat outbox");
	else if (a->outcome == ARCHIVE_NO_LINK)
		answer_refuse(s, c, &(struct refusal_told){ "NotInControl", "statuses go up in RemoteControl over a link alone",
			"see: spaceheat contract", TELL_HELD });
	else
		answer_refuse(s, c, &(struct refusal_told){ "StorageUnavailable", a->why, "check the disk", TELL_FAILED });
}

/* Of the house and day: in day rows alone. */
static void write_figure(struct writer *w, const struct house *h, const char *what)
{
	char name[CHANNEL_NAME];

	snprintf(name, sizeof(name), "%s/%s", h->scada.alias, what);
	member_open(w, NULL, '{');
	member_text(w, "channel", name);
	member_text(w, "node", h->scada.alias);
	member_text(w, "unit", "");
	member_bool(w, "figure", true);
	member_close(w, '}');
}

static void write_figures(struct writer *w, const struct house *h)
{
	char what[CHANNEL_NAME];

	for (int i = 0; figures_name(i) != NULL; i++)
		write_figure(w, h, figures_name(i));
	for (int m = 0; m < N_CONTROL_MODES; m++) {
		snprintf(what, sizeof(what), "seconds.%s", control_mode_name((enum control_mode)m));
		write_figure(w, h, what);
	}
}

static void write_channels(struct writer *w, const struct house *h)
{
	char name[CHANNEL_NAME];

	member_open(w, "channels", '[');
	for (int i = 0; i < h->n_channels; i++) {
		const struct channel *ch = &h->channels[i];

		snprintf(name, sizeof(name), "%s/%s", house_alias(h, ch->about), telemetry_name_word(ch->name));
		member_open(w, NULL, '{');
		member_text(w, "channel", name);
		member_text(w, "node", house_alias(h, ch->about));
		member_text(w, "unit", report_unit(ch->name));
		member_int_if(w, "keep_s", ch->keep_s > 0, ch->keep_s);
		member_close(w, '}');
	}
	write_figures(w, h);
	member_close(w, ']');
}

static void write_share(struct writer *w, const struct control_socket *s)
{
	const struct archive_share *a = &s->archive.box->share;
	char path[PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s/history.db", s->options.settings->state_dir);
	member_text(w, "path", path);
	member_bool(w, "open", a->open);
	member_int_if(w, "for_s", a->for_s >= 0, a->for_s);
}

static void end_turn(struct control_socket *s, struct conn *c)
{
	c->wait = WAIT_NOTHING;
	s->archive.busy = false;
}

/* One part of the answer; ends the wait with the last. */
void archive_answer(struct control_socket *s, struct conn *c)
{
	const struct archive *a = s->archive.box;
	struct writer w;
	bool more = false;

	if (a->outcome != ARCHIVE_DONE) {
		refuse_outcome(s, c);
		end_turn(s, c);
		return;
	}
	w = answer_begin(s, c);
	member_bool(&w, "ok", true);
	member_open(&w, "data", '{');
	if (a->q.kind != ARCHIVE_POINTS)	/* whose v and t_ms are lists */
		answer_house(&w, s);
	if (a->q.kind == ARCHIVE_CHANNELS) {
		write_channels(&w, s->options.house);
	} else if (a->q.kind == ARCHIVE_POINTS) {
		c->archive_at = report_points(&w, a, c->archive_at);
		more = c->archive_at < a->answer.n_points;
	} else if (a->q.kind == ARCHIVE_EVENT_ROWS) {
		c->archive_at = report_events(&w, a, c->archive_at);
		more = c->archive_at < a->n_events;
	} else if (a->q.kind == ARCHIVE_SHARE) {
		write_share(&w, s);
	} else if (a->q.kind == ARCHIVE_PAST) {
		report_past(&w, a);
	} else if (a->q.kind != ARCHIVE_DROP) {
		report_outbox(&w, a);
	}
	member_close(&w, '}');
	answer_end(s, c, &w, more);
	if (a->q.kind == ARCHIVE_FLUSH || a->q.kind == ARCHIVE_DROP || a->q.kind == ARCHIVE_SHARE)
		operator_log(s, c, "Done");
	if (!more)
		end_turn(s, c);
	c->since_ms = control_now_ms();
}

void archive_done(struct control_socket *s, uint32_t ticket)
{
	struct control_archive *a = &s->archive;

	a->lent = false;
	a->busy = false;
	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		struct conn *c = &s->conns[i];

		if (c->fd < 0 || c->wait != WAIT_ARCHIVE || c->ticket != ticket || ticket == 0)
			continue;
		c->wait = WAIT_PARTS;
		c->since_ms = control_now_ms();
		a->busy = true;
	}
}

/* --- turns --------------------------------------------------------------------------------- */

static void ask(struct control_socket *s, struct conn *c)
{
	struct control_archive *a = &s->archive;
	struct msg m = { .type = MSG_ARCHIVE, .to = TO_HISTORY, .archive = { ++a->ticket } };

	a->box->q = c->archive;
	a->lent = a->busy = s->options.post.post(s->options.post.self, &m);
	c->ticket = a->ticket;
}

static bool reads(const struct control_socket *s)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (s->conns[i].fd >= 0 && s->conns[i].wait == WAIT_PARTS)
			return true;
	return false;
}

/* The one that has waited longest. */
static struct conn *next_asker(struct control_socket *s)
{
	struct conn *best = NULL;

	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		struct conn *c = &s->conns[i];

		if (c->fd >= 0 && c->wait == WAIT_ARCHIVE && c->ticket == 0 && (best == NULL || c->since_ms < best->since_ms))
			best = c;
	}
	return best;
}

/* True: somebody waits. */
bool archive_turn(struct control_socket *s)
{
	int64_t now_ms = control_now_ms();
	struct conn *c;
	bool waits = false;

	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		c = &s->conns[i];
		if (c->fd < 0 || (c->wait != WAIT_ARCHIVE && c->wait != WAIT_PARTS))
			continue;
		waits = true;
		if (now_ms - c->since_ms < ARCHIVE_MS)
			continue;
		c->wait = WAIT_NOTHING;
		answer_refuse(s, c, &(struct refusal_told){ "Busy", "the record does not answer in time, or its answer was not read",
			"ask for less at once, or try again", TELL_FAILED });
	}
	if (!s->archive.lent && s->archive.busy && !reads(s))
		s->archive.busy = false;	/* its reader has gone */
	c = s->archive.lent || s->archive.busy ? NULL : next_asker(s);
	if (c != NULL)
		ask(s, c);
	return waits;
}

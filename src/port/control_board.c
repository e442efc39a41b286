/* SPDX-License-Identifier: MIT */
#include "port/control_board.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { GAP_ALERT_MS = 3600 * 1000 };

#define BOARD_WORD(c, word) word,
static const char *const kind_words[] = { BOARD_KINDS(BOARD_WORD) };

const char *board_kind_name(enum board_kind k)
{
	return kind_words[k];
}

int board_kind_find(const char *name)
{
	for (int i = 0; i < N_BOARD_KINDS; i++)
		if (strcmp(kind_words[i], name) == 0)
			return i;
	return -1;
}

bool board_init(struct board *b, enum log_level level)
{
	memset(b, 0, sizeof(*b));
	b->level = level;
	pthread_mutex_init(&b->lock, NULL);
	b->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	b->events = calloc(BOARD_EVENTS, sizeof(*b->events));
	b->lines = calloc(BOARD_LINES, sizeof(*b->lines));
	if (b->wake_fd >= 0 && b->events != NULL && b->lines != NULL)
		return true;
	board_destroy(b);
	return false;
}

void board_destroy(struct board *b)
{
	if (b->wake_fd >= 0)
		close(b->wake_fd);
	free(b->events);
	free(b->lines);
	pthread_mutex_destroy(&b->lock);
	b->wake_fd = -1;
	b->events = NULL;
	b->lines = NULL;
}

static struct board_event *new_event(struct board *b, int64_t t_ms, enum board_kind kind)
{
	struct board_event *e = &b->events[b->n_events++ % BOARD_EVENTS];

	memset(e, 0, sizeof(*e));
	e->seq = b->n_events;
	e->t_ms = b->clock_ms = t_ms;
	e->kind = kind;
	return e;
}

/* --- alerts: a line of level C, E or W begins one; what ends it is said by a line, too ----------------- */

/* Lines that tell of one event and not of a state are no alerts, whatever their level. */
static bool may_alert(const struct msg_log *l)
{
	static const bool never[N_LOG_CODES] = {
		[LOG_BOOT] = true, [LOG_MODE] = true, [LOG_CONTRACT] = true, [LOG_RELAY] = true, [LOG_HELD] = true,
		[LOG_REFUSED] = true, [LOG_STATUS] = true, [LOG_SEND] = true, [LOG_OPERATOR] = true,
	};

	return l->level <= LEVEL_WARNING && l->code < N_LOG_CODES && !never[l->code];
}

/* What that line ends: an I line its own code and node, a connection all that kept us from it, RemoteControl and the
 * end of a contract the missing beats. */
static bool ends(const struct msg_log *l, const struct board_alert *a)
{
	bool link = a->log.code == LOG_AUTH || a->log.code == LOG_SUB_REFUSED || a->log.code == LOG_ID_IN_USE ||
		a->log.code == LOG_TLS;
	bool beat = a->log.code == LOG_BEAT_LATE || a->log.code == LOG_BEAT_LOST;

	if (l->level != LEVEL_INFO)
		return false;
	if (l->code == LOG_LINK && link)
		return true;
	if (beat && (l->code == LOG_BEAT_LOST || (l->code == LOG_MODE && l->value == REMOTE_CONTROL) ||
		(l->code == LOG_CONTRACT && (l->value == CONTRACT_ENDED || l->value == CONTRACT_NONE))))
		return true;
	return l->code == a->log.code && l->node == a->log.node;
}

static void tell_alert(struct board *b, int64_t t_ms, const struct board_alert *a)
{
	new_event(b, t_ms, EVENT_ALERT)->alert = *a;
}

static void end_alert(struct board *b, struct board_alert *a, int64_t t_ms)
{
	a->ended_ms = t_ms;
	tell_alert(b, t_ms, a);
}

static struct board_alert *find_alert(struct board *b, const struct msg_log *l)
{
	for (int i = 0; i < BOARD_ALERTS; i++) {
		struct board_alert *a = &b->alerts[i];

		if (a->id != 0 && a->ended_ms == 0 && a->log.code == l->code && a->log.node == l->node)
			return a;
	}
	return NULL;
}

/* A free place, else that of the alert that ended longest ago; NULL: 64 are on at once. */
static struct board_alert *alert_place(struct board *b)
{
	struct board_alert *oldest = NULL;

	for (int i = 0; i < BOARD_ALERTS; i++) {
		struct board_alert *a = &b->alerts[i];

		if (a->id == 0)
			return a;
		if (a->ended_ms != 0 && (oldest == NULL || a->ended_ms < oldest->ended_ms))
			oldest = a;
	}
	return oldest;
}

static void begin_alert(struct board *b, int64_t t_ms, const struct msg_log *l)
{
	struct board_alert *a = find_alert(b, l);
	bool is_new = a == NULL;

	if (is_new)
		a = alert_place(b);
	if (a == NULL)
		return;
	if (is_new)
		*a = (struct board_alert){ .id = ++b->n_alerts, .since_ms = t_ms };
	else if (a->log.level < l->level)	/* a worse one of the same kind stays what it is */
		return;
	a->log = *l;
	a->last_ms = t_ms;
	a->count++;
	if (is_new)
		tell_alert(b, t_ms, a);
}

static void weigh_alerts(struct board *b, int64_t t_ms, const struct msg_log *l)
{
	if (may_alert(l)) {
		begin_alert(b, t_ms, l);
		return;
	}
	for (int i = 0; i < BOARD_ALERTS; i++)
		if (b->alerts[i].id != 0 && b->alerts[i].ended_ms == 0 && ends(l, &b->alerts[i]))
			end_alert(b, &b->alerts[i], t_ms);
}

/* --- pinning --------------------------------------------------------------------------------------------- */

static void wake(struct board *b)
{
	eventfd_write(b->wake_fd, 1);
}

void board_log(struct board *b, const struct msg *m)
{
	pthread_mutex_lock(&b->lock);
	if ((enum log_level)m->log.level <= b->level) {
		b->lines[b->n_lines++ % BOARD_LINES] = (struct board_line){ m->clock.ms, m->log };
		new_event(b, m->clock.ms, EVENT_LOG)->log = m->log;
	}
	weigh_alerts(b, m->clock.ms, &m->log);
	pthread_mutex_unlock(&b->lock);
	if (atomic_load(&b->watched))
		wake(b);
}

static enum board_kind kind_of(const struct msg_news *n)
{
	static const enum board_kind kinds[] = {
		[NEWS_MODE] = EVENT_MODE, [NEWS_CONTRACT] = EVENT_CONTRACT, [NEWS_RELAY] = EVENT_RELAY,
		[NEWS_LINK] = EVENT_LINK,
	};

	return kinds[n->kind];
}

void board_take(struct board *b, const struct msg *m)
{
	pthread_mutex_lock(&b->lock);
	if (m->type == MSG_NEWS)
		new_event(b, m->clock.ms, kind_of(&m->news))->news = m->news;
	else if (b->n_inbox < BOARD_INBOX)
		b->inbox[b->n_inbox++] = *m;
	pthread_mutex_unlock(&b->lock);
	if (m->type != MSG_NEWS || atomic_load(&b->watched))
		wake(b);
}

void board_add(struct board *b, int64_t t_ms, enum board_kind kind, const struct board_reading *r)
{
	pthread_mutex_lock(&b->lock);
	new_event(b, t_ms, kind)->reading = *r;
	pthread_mutex_unlock(&b->lock);
}

/* --- reading ----------------------------------------------------------------------------------------------- */

int64_t board_clock_ms(struct board *b)
{
	int64_t ms;

	pthread_mutex_lock(&b->lock);
	ms = b->clock_ms;
	pthread_mutex_unlock(&b->lock);
	return ms;
}

int board_collect(struct board *b, struct msg *out, int max)
{
	int n;

	pthread_mutex_lock(&b->lock);
	n = b->n_inbox < max ? b->n_inbox : max;
	memcpy(out, b->inbox, (size_t)n * sizeof(*out));
	b->n_inbox -= n;
	memmove(b->inbox, b->inbox + n, (size_t)b->n_inbox * sizeof(*out));
	pthread_mutex_unlock(&b->lock);
	return n;
}

static bool in_ring(uint64_t number, uint64_t newest, uint64_t size, uint64_t *first, uint64_t *last)
{
	*last = newest;
	*first = newest == 0 ? 0 : newest > size ? newest - size + 1 : 1;
	return number != 0 && number >= *first && number <= *last;
}

bool board_event(struct board *b, uint64_t seq, struct board_event *out, uint64_t *first, uint64_t *last)
{
	bool there;

	pthread_mutex_lock(&b->lock);
	there = in_ring(seq, b->n_events, BOARD_EVENTS, first, last);
	if (there)
		*out = b->events[(seq - 1) % BOARD_EVENTS];
	pthread_mutex_unlock(&b->lock);
	return there;
}

bool board_line(struct board *b, uint64_t number, struct board_line *out, uint64_t *first, uint64_t *last)
{
	bool there;

	pthread_mutex_lock(&b->lock);
	there = in_ring(number, b->n_lines, BOARD_LINES, first, last);
	if (there)
		*out = b->lines[(number - 1) % BOARD_LINES];
	pthread_mutex_unlock(&b->lock);
	return there;
}

/* A gap has no end that a line could tell: it is over after an hour without another. */
static void settle_gaps(struct board *b, int64_t t_ms)
{
	for (int i = 0; i < BOARD_ALERTS; i++) {
		struct board_alert *a = &b->alerts[i];

		if (a->id != 0 && a->ended_ms == 0 && a->log.code == LOG_GAP && t_ms - a->last_ms >= GAP_ALERT_MS)
			end_alert(b, a, a->last_ms + GAP_ALERT_MS);
	}
}

int board_alerts(struct board *b, int64_t t_ms, struct board_alert out[BOARD_ALERTS])
{
	int n = 0;

	pthread_mutex_lock(&b->lock);
	settle_gaps(b, t_ms);
	for (int i = 0; i < BOARD_ALERTS; i++)
		if (b->alerts[i].id != 0)
			out[n++] = b->alerts[i];
	pthread_mutex_unlock(&b->lock);
	return n;
}

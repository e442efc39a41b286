/* SPDX-License-Identifier: MIT */
#include "port/control_board.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

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
	b->alerts.for_people = true;
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

/* --- alerts -------------------------------------------------------------------------------------------- */

static struct board_ack *ack_of(struct board *b, uint32_t number)
{
	for (int i = 0; i < ALERTS_MAX; i++)
		if (b->acks[i].number == number)
			return &b->acks[i];
	return NULL;
}

static struct board_alert with_ack(struct board *b, const struct alert *a)
{
	const struct board_ack *ack = ack_of(b, a->number);
	struct board_alert out = { .alert = *a };

	if (ack != NULL)
		out.ack = *ack;
	return out;
}

/* What was raised or is over by now, as events. */
static void tell_alerts(struct board *b, struct mono now, struct wall clock)
{
	const struct alert *a;

	alerts_tick(&b->alerts, now, clock);
	while ((a = alerts_to_tell(&b->alerts)) != NULL)
		new_event(b, clock.ms, EVENT_ALERT)->alert = with_ack(b, a);
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
	if (m->log.code == LOG_RELOAD || m->log.code == LOG_CONFIG)
		new_event(b, m->clock.ms, EVENT_CONFIG)->log = m->log;
	alerts_hear(&b->alerts, &m->log, m->now, m->clock, (struct uuid){ { 0 } });
	tell_alerts(b, m->now, m->clock);
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
	tell_alerts(b, m->now, m->clock);
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

static bool is_shown(const struct alert *a)
{
	return alert_is_raised(a) || a->state == ALERT_ENDED;
}

int board_alerts(struct board *b, struct board_alert out[ALERTS_MAX])
{
	int n = 0;

	pthread_mutex_lock(&b->lock);
	for (int i = 0; i < ALERTS_MAX; i++)
		if (is_shown(&b->alerts.list[i]))
			out[n++] = with_ack(b, &b->alerts.list[i]);
	pthread_mutex_unlock(&b->lock);
	return n;
}

static const struct alert *find_alert(const struct board *b, uint32_t number)
{
	for (int i = 0; i < ALERTS_MAX; i++)
		if (is_shown(&b->alerts.list[i]) && b->alerts.list[i].number == number)
			return &b->alerts.list[i];
	return NULL;
}

/* Its own place if it has one, a free one, else the oldest: there are as many as alerts. */
static struct board_ack *ack_place(struct board *b, uint32_t number)
{
	struct board_ack *place = &b->acks[0];

	if (ack_of(b, number) != NULL)
		return ack_of(b, number);
	for (int i = 1; i < ALERTS_MAX; i++)
		if (b->acks[i].number < place->number)
			place = &b->acks[i];
	return place;
}

bool board_acknowledge(struct board *b, const struct board_ack *ack)
{
	const struct alert *a;

	pthread_mutex_lock(&b->lock);
	a = find_alert(b, ack->number);
	if (a != NULL) {
		*ack_place(b, ack->number) = *ack;
		new_event(b, b->clock_ms, EVENT_ALERT)->alert = with_ack(b, a);
	}
	pthread_mutex_unlock(&b->lock);
	return a != NULL;
}

struct report_alerts board_count(struct board *b)
{
	struct report_alerts r;

	pthread_mutex_lock(&b->lock);
	r.critical = alerts_count_level(&b->alerts, LEVEL_CRITICAL);
	r.error = alerts_count_level(&b->alerts, LEVEL_ERROR);
	r.warning = alerts_count_level(&b->alerts, LEVEL_WARNING);
	pthread_mutex_unlock(&b->lock);
	return r;
}

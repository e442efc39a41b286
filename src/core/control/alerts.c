/* SPDX-License-Identifier: MIT */
#include "core/control/alerts.h"

#include <stdio.h>
#include <string.h>

#define GO(state, action) { .legal = true, .next = (state), .act = (action) }

const struct alert_cell alert_table[N_ALERT_STATES][N_ALERT_EVENTS] = {
	[ALERT_FREE] = {
		[ALERT_E_BAD]  = GO(ALERT_RISING,  ALERT_DO_BEGIN),
	},
	[ALERT_RISING] = {
		[ALERT_E_BAD]  = GO(ALERT_RISING,  ALERT_DO_NOTHING),
		[ALERT_E_GOOD] = GO(ALERT_FREE,    ALERT_DO_FORGET),
		[ALERT_E_TIME] = GO(ALERT_RAISED,  ALERT_DO_TELL),
	},
	[ALERT_RAISED] = {
		[ALERT_E_BAD]  = GO(ALERT_RAISED,  ALERT_DO_NOTHING),
		[ALERT_E_GOOD] = GO(ALERT_FALLING, ALERT_DO_WAIT),
		[ALERT_E_TIME] = GO(ALERT_FALLING, ALERT_DO_WAIT),	/* it has faded */
	},
	[ALERT_FALLING] = {
		[ALERT_E_BAD]  = GO(ALERT_RAISED,  ALERT_DO_NOTHING),	/* nobody was told that it was over */
		[ALERT_E_GOOD] = GO(ALERT_FALLING, ALERT_DO_NOTHING),
		[ALERT_E_TIME] = GO(ALERT_ENDED,   ALERT_DO_TELL),
	},
	[ALERT_ENDED] = {
		[ALERT_E_TIME] = GO(ALERT_FREE,    ALERT_DO_FORGET),
	},
};

static const struct code_row *row_of(const struct alert *a)
{
	return &code_table[a->code];
}

bool alerts_concern(enum log_level level, enum log_code code)
{
	return level <= LEVEL_INFO && code < N_LOG_CODES && code_is_alert(code);
}

bool alert_is_raised(const struct alert *a)
{
	return a->state == ALERT_RAISED || a->state == ALERT_FALLING;
}

static struct mono due_of(const struct alert *a, struct mono now)
{
	switch (a->state) {
	case ALERT_RISING:
		return mono_after(now, row_of(a)->for_s * 1000LL);
	case ALERT_FALLING:
		return mono_after(now, row_of(a)->hold_s * 1000LL);
	case ALERT_RAISED:
		return row_of(a)->fades_s > 0 ? mono_after(a->last, row_of(a)->fades_s * 1000LL) : MONO_NEVER;
	case ALERT_ENDED:
		return mono_after(now, ALERT_LINGER_MS);
	case ALERT_FREE:
	case N_ALERT_STATES:
		break;
	}
	return MONO_NEVER;
}

static void happen(struct alert *a, enum alert_event event, struct mono now)
{
	const struct alert_cell *cell = &alert_table[a->state][event];
	bool same = cell->legal && cell->next == a->state;

	if (!cell->legal)
		return;
	if (cell->act == ALERT_DO_FORGET) {
		*a = (struct alert){ .state = ALERT_FREE };
		return;
	}
	a->state = cell->next;
	if (cell->act == ALERT_DO_TELL)
		a->told = false;
	if (!same || (event == ALERT_E_BAD && a->state == ALERT_RAISED))
		a->due = due_of(a, now);
}

static bool is_told_of(const struct alerts *s, const struct alert *a)
{
	return s->for_people || a->level <= LEVEL_ERROR;
}

static void tick_one(const struct alerts *s, struct alert *a, struct mono now, struct wall clock)
{
	for (int i = 0; i < N_ALERT_STATES && a->state != ALERT_FREE && mono_reached(now, a->due); i++) {
		if (a->state == ALERT_ENDED && (s->for_people || (!a->told && is_told_of(s, a))))
			return;
		happen(a, ALERT_E_TIME, now);
		if (a->state == ALERT_ENDED)
			a->ended = clock;
	}
}

void alerts_tick(struct alerts *s, struct mono now, struct wall clock)
{
	for (int i = 0; i < s->used; i++)
		tick_one(s, &s->list[i], now, clock);
}

/* --- lines ------------------------------------------------------------------------------------- */

static struct alert *find(struct alerts *s, const struct msg_log *l)
{
	for (int i = 0; i < s->used; i++) {
		struct alert *a = &s->list[i];

		if (a->state != ALERT_FREE && a->state != ALERT_ENDED && a->code == (enum log_code)l->code &&
			a->node == l->node)
			return a;
	}
	return NULL;
}

/* What may go when all places are taken: one that is over, the oldest first; else the least that stands. */
static bool is_worth_less(const struct alert *a, const struct alert *b)
{
	bool a_over = a->state == ALERT_FREE || a->state == ALERT_ENDED;
	bool b_over = b->state == ALERT_FREE || b->state == ALERT_ENDED;

	if (a_over != b_over)
		return a_over;
	if (a_over || a->level == b->level)
		return a->number < b->number;
	return a->level > b->level;
}

static struct alert *make_room(struct alerts *s)
{
	struct alert *least = &s->list[0];

	for (int i = 1; i < ALERTS_MAX; i++)
		if (is_worth_less(&s->list[i], least))
			least = &s->list[i];
	if (least->state != ALERT_FREE && least->state != ALERT_ENDED)
		s->lost++;
	*least = (struct alert){ .state = ALERT_FREE };
	if (least - s->list >= s->used)
		s->used = (int)(least - s->list) + 1;
	return least;
}

/* A line of an event that passes by itself. */
static bool passes(const struct msg_log *l)
{
	return code_table[l->code].state_only && l->value != 0;
}

static void bad_line(struct alerts *s, const struct msg_log *l, struct mono now, struct wall clock, struct uuid fresh_id)
{
	struct alert *a = find(s, l);

	if (a == NULL) {
		a = make_room(s);
		*a = (struct alert){ .code = (enum log_code)l->code, .node = l->node, .id = fresh_id, .since = clock,
			.level = (enum log_level)l->level, .number = ++s->n_ever };
	}
	if (l->level < a->level) {	/* worse than it was: told anew */
		a->level = (enum log_level)l->level;
		a->told = false;
	}
	a->last = now;
	a->heard = clock;
	a->count++;
	snprintf(a->text, sizeof(a->text), "%.*s", (int)sizeof(a->text) - 1, l->text);
	happen(a, ALERT_E_BAD, now);
}

static bool ends(const struct alert *a, const struct msg_log *l)
{
	if (a->code == (enum log_code)l->code)
		return l->node == NO_NODE || l->node == a->node;
	return l->code != LOG_BOOT && row_of(a)->also_ended_by == (enum log_code)l->code;
}

static void good_line(struct alerts *s, const struct msg_log *l, struct mono now)
{
	for (int i = 0; i < s->used; i++)
		if (s->list[i].state != ALERT_FREE && ends(&s->list[i], l))
			happen(&s->list[i], ALERT_E_GOOD, now);
}

void alerts_hear(struct alerts *s, const struct msg_log *l, struct mono now, struct wall clock, struct uuid fresh_id)
{
	if (!alerts_concern((enum log_level)l->level, (enum log_code)l->code))
		return;
	if (l->level == LEVEL_INFO)
		good_line(s, l, now);
	else if (!passes(l))
		bad_line(s, l, now, clock, fresh_id);
	alerts_tick(s, now, clock);
}

/* --- telling ------------------------------------------------------------------------------------- */

const struct alert *alerts_to_tell(struct alerts *s)
{
	for (int i = 0; i < s->used; i++) {
		struct alert *a = &s->list[i];

		if (a->told || !is_told_of(s, a) || (!alert_is_raised(a) && a->state != ALERT_ENDED))
			continue;
		a->told = true;
		return a;
	}
	return NULL;
}

void alerts_tell_again(struct alerts *s)
{
	for (int i = 0; i < s->used; i++)
		s->list[i].told = false;
}

int alerts_count_level(const struct alerts *s, enum log_level level)
{
	int n = 0;

	for (int i = 0; i < s->used; i++)
		n += alert_is_raised(&s->list[i]) && s->list[i].level == level;
	return n;
}

int alerts_count(const struct alerts *s)
{
	return alerts_count_level(s, LEVEL_CRITICAL) + alerts_count_level(s, LEVEL_ERROR) +
		alerts_count_level(s, LEVEL_WARNING);
}

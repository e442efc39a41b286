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

/* From the table of alerts in user-interface.md; faded: what has no line for its end. */
const struct alert_rule alert_rules[N_LOG_CODES] = {
	[LOG_BOOT] = { .never = true },
	[LOG_MODE] = { .never = true },
	[LOG_CONTRACT] = { .never = true },
	[LOG_RELAY] = { .never = true },
	[LOG_HELD] = { .never = true },
	[LOG_REFUSED] = { .never = true },
	[LOG_STATUS] = { .never = true },
	[LOG_SEND] = { .never = true },
	[LOG_UNSIGNED_OK] = { .never = true },
	[LOG_CLOCK] = { .never = true },
	[LOG_HEAT] = { .never = true },
	[LOG_OVERRUN] = { .fades_s = 3600 },
	[LOG_BEAT_LATE] = { .also_ended_by = LOG_BEAT_LOST },
	[LOG_BLIND] = { .clear_s = 60 },
	[LOG_DRIVER] = { .clear_s = 60, .fades_s = 600 },
	[LOG_LINK] = { .for_s = 900, .clear_s = 60 },
	[LOG_AUTH] = { .also_ended_by = LOG_LINK },
	[LOG_TLS] = { .also_ended_by = LOG_LINK },
	[LOG_SUB_REFUSED] = { .also_ended_by = LOG_LINK },
	[LOG_ID_IN_USE] = { .also_ended_by = LOG_LINK },
	[LOG_STORE] = { .clear_s = 60 },
	[LOG_GAP] = { .fades_s = 3600 },
};

static const struct alert_rule *rule_of(const struct alert *a)
{
	return &alert_rules[a->code];
}

bool alerts_concern(enum log_level level, enum log_code code)
{
	return level <= LEVEL_INFO && code < N_LOG_CODES && !alert_rules[code].never;
}

bool alert_is_raised(const struct alert *a)
{
	return a->state == ALERT_RAISED || a->state == ALERT_FALLING;
}

static struct mono due_of(const struct alert *a, struct mono now)
{
	switch (a->state) {
	case ALERT_RISING:
		return mono_after(now, rule_of(a)->for_s * 1000LL);
	case ALERT_FALLING:
		return mono_after(now, rule_of(a)->clear_s * 1000LL);
	case ALERT_RAISED:
		return rule_of(a)->fades_s > 0 ? mono_after(a->last, rule_of(a)->fades_s * 1000LL) : MONO_NEVER;
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

static bool is_sendable(const struct alert *a)
{
	return a->level <= LEVEL_ERROR;
}

static void tick_one(struct alert *a, struct mono now)
{
	/* One that ended is kept until it could be told. */
	for (int i = 0; i < N_ALERT_STATES && a->state != ALERT_FREE && mono_reached(now, a->due); i++) {
		if (a->state == ALERT_ENDED && !a->told && is_sendable(a))
			return;
		happen(a, ALERT_E_TIME, now);
	}
}

void alerts_tick(struct alerts *s, struct mono now)
{
	for (int i = 0; i < ALERTS_MAX; i++)
		tick_one(&s->list[i], now);
}

/* --- lines ------------------------------------------------------------------------------------- */

static struct alert *find(struct alerts *s, const struct msg_log *l)
{
	for (int i = 0; i < ALERTS_MAX; i++) {
		struct alert *a = &s->list[i];

		if (a->state != ALERT_FREE && a->state != ALERT_ENDED && a->code == (enum log_code)l->code &&
			a->node == l->node)
			return a;
	}
	return NULL;
}

/* What may go when all places are taken: one that is over, else the least that stands. */
static int worth(const struct alert *a)
{
	if (a->state == ALERT_FREE)
		return 0;
	return (a->state == ALERT_ENDED ? 1 : 10) + (int)LEVEL_DEBUG - (int)a->level;
}

static struct alert *make_room(struct alerts *s)
{
	struct alert *least = &s->list[0];

	for (int i = 1; i < ALERTS_MAX; i++)
		if (worth(&s->list[i]) < worth(least))
			least = &s->list[i];
	if (least->state != ALERT_FREE)
		s->lost++;
	*least = (struct alert){ .state = ALERT_FREE };
	return least;
}

static void bad_line(struct alerts *s, const struct msg_log *l, struct mono now, struct wall clock, struct uuid fresh_id)
{
	struct alert *a = find(s, l);

	if (a == NULL) {
		a = make_room(s);
		*a = (struct alert){ .code = (enum log_code)l->code, .node = l->node, .id = fresh_id, .since = clock,
			.level = (enum log_level)l->level };
	}
	if (l->level < a->level) {	/* worse than it was: told anew */
		a->level = (enum log_level)l->level;
		a->told = false;
	}
	a->last = now;
	a->count++;
	snprintf(a->text, sizeof(a->text), "%.*s", (int)sizeof(a->text) - 1, l->text);
	happen(a, ALERT_E_BAD, now);
}

static bool ends(const struct alert *a, const struct msg_log *l)
{
	if (a->code == (enum log_code)l->code)
		return l->node == NO_NODE || l->node == a->node;
	return l->code != LOG_BOOT && rule_of(a)->also_ended_by == (enum log_code)l->code;
}

static void good_line(struct alerts *s, const struct msg_log *l, struct mono now)
{
	for (int i = 0; i < ALERTS_MAX; i++)
		if (s->list[i].state != ALERT_FREE && ends(&s->list[i], l))
			happen(&s->list[i], ALERT_E_GOOD, now);
}

void alerts_hear(struct alerts *s, const struct msg_log *l, struct mono now, struct wall clock, struct uuid fresh_id)
{
	if (!alerts_concern((enum log_level)l->level, (enum log_code)l->code))
		return;
	if (l->level == LEVEL_INFO)
		good_line(s, l, now);
	else
		bad_line(s, l, now, clock, fresh_id);
	alerts_tick(s, now);
}

/* --- telling ------------------------------------------------------------------------------------- */

const struct alert *alerts_to_tell(struct alerts *s)
{
	for (int i = 0; i < ALERTS_MAX; i++) {
		struct alert *a = &s->list[i];

		if (a->told || !is_sendable(a) || (!alert_is_raised(a) && a->state != ALERT_ENDED))
			continue;
		a->told = true;
		return a;
	}
	return NULL;
}

void alerts_tell_again(struct alerts *s)
{
	for (int i = 0; i < ALERTS_MAX; i++)
		s->list[i].told = false;
}

int alerts_count_level(const struct alerts *s, enum log_level level)
{
	int n = 0;

	for (int i = 0; i < ALERTS_MAX; i++)
		n += alert_is_raised(&s->list[i]) && s->list[i].level == level;
	return n;
}

int alerts_count(const struct alerts *s)
{
	return alerts_count_level(s, LEVEL_CRITICAL) + alerts_count_level(s, LEVEL_ERROR) +
		alerts_count_level(s, LEVEL_WARNING);
}

static size_t print_rule(char *out, size_t size, enum log_code code)
{
	const struct alert_rule *r = &alert_rules[code];
	char fades[40] = "";

	if (r->never)
		return (size_t)snprintf(out, size, "| `%s` | never | | |\n", log_code_name(code));
	if (r->fades_s > 0)
		snprintf(fades, sizeof(fades), "no line for %d s", (int)r->fades_s);
	if (r->also_ended_by != LOG_BOOT)
		snprintf(fades, sizeof(fades), "a good line of `%s`", log_code_name(r->also_ended_by));
	return (size_t)snprintf(out, size, "| `%s` | %d | %d | %s |\n", log_code_name(code), (int)r->for_s,
		(int)r->clear_s, fades);
}

size_t alerts_print(char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size,
		"| Code | Raised after (s) | Over after (s) | Also ended by |\n|---|---|---|---|\n");

	for (int c = 0; c < N_LOG_CODES && n < size; c++)
		n += print_rule(out + n, size - n, (enum log_code)c);
	return n < size ? n : size - 1;
}

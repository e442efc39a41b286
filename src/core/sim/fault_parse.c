/* SPDX-License-Identifier: MIT */
/* WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR], read and written. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sim/fault.h"
#include "spaceheat/problems.h"

enum { SHOWN = 40, SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR, DAYS_MAX = 366 };

static const char form[] = "WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR]";

/* The parts of the text, each cut off with a NUL; NULL: not there. */
struct parts { char *what, *node, *kind, *key, *value, *when, *duration; };

static char *cut(char *text, char at)
{
	char *found = text != NULL ? strchr(text, at) : NULL;

	if (found != NULL)
		*found++ = '\0';
	return found;
}

static bool wrong_form(const char *why, struct err *e)
{
	return err_set(e, ERR_FORMAT, 0, "%s - write %s", why, form);
}

static bool split(char *text, struct parts *p, struct err *e)
{
	char *plus;

	*p = (struct parts){ .what = text };
	p->when = cut(text, '@');
	if (p->when == NULL)
		return wrong_form("no @WHEN", e);
	p->kind = cut(text, '=');
	if (p->kind == NULL)
		return wrong_form("no =KIND", e);
	p->node = cut(text, ':');
	p->key = cut(p->kind, ',');
	p->value = cut(p->key, '=');
	if (p->key != NULL && p->value == NULL)
		return wrong_form("no value after the key", e);
	plus = strchr(p->when[0] == '+' ? p->when + 1 : p->when, '+');
	p->duration = plus;
	if (plus != NULL) {
		*plus = '\0';
		p->duration = plus + 1;
	}
	return true;
}

/* --- WHAT and KIND ---------------------------------------------------------------------------------------- */

/* Words joined with ", "; each once. */
static void join(char *out, size_t size, const char *const words[], int n)
{
	size_t used = 0;

	out[0] = '\0';
	for (int i = 0; i < n && used < size; i++)
		if (words[i] != NULL)
			used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", words[i]);
}

static bool unknown(const char *about, const char *word, const char *const words[], int n, struct err *e)
{
	const char *near = did_you_mean(word, words, n);
	char list[112];

	join(list, sizeof(list), words, n);
	if (near != NULL)
		return err_set(e, ERR_ABSENT, 0, "%s \"%.24s\" (%s) - did you mean \"%s\"?", about, word, list, near);
	return err_set(e, ERR_ABSENT, 0, "%s \"%.24s\" - give one of: %s", about, word, list);
}

static bool unknown_what(const char *what, struct err *e)
{
	const char *words[N_FAULT_KINDS] = { NULL };

	for (int i = 0; i < N_FAULT_KINDS; i++)
		words[i] = i > 0 && strcmp(fault_rows[i].what, fault_rows[i - 1].what) == 0 ? NULL : fault_rows[i].what;
	return unknown("no", what, words, N_FAULT_KINDS, e);
}

static bool unknown_kind(const char *what, const char *kind, struct err *e)
{
	const char *words[N_FAULT_KINDS] = { NULL };
	char about[40];

	for (int i = 0; i < N_FAULT_KINDS; i++)
		words[i] = strcmp(fault_rows[i].what, what) == 0 ? fault_rows[i].word : NULL;
	snprintf(about, sizeof(about), "%.10s has no fault", what);
	return unknown(about, kind, words, N_FAULT_KINDS, e);
}

static bool read_kind(const struct parts *p, struct fault_spec *s, struct err *e)
{
	bool what = false;

	for (int i = 0; i < N_FAULT_KINDS; i++) {
		if (strcmp(fault_rows[i].what, p->what) != 0)
			continue;
		what = true;
		s->kind = (enum fault_kind)i;
		if (strcmp(fault_rows[i].word, p->kind) == 0)
			return true;
	}
	return what ? unknown_kind(p->what, p->kind, e) : unknown_what(p->what, e);
}

/* --- NODE and key ------------------------------------------------------------------------------------------- */

static bool read_node(const struct parts *p, struct fault_spec *s, struct err *e)
{
	enum fault_place place = fault_rows[s->kind].place;

	if (p->node == NULL && (place == PLACE_SENSOR || place == PLACE_RELAY))
		return err_set(e, ERR_ABSENT, 0, "no node - name the %s: %s:NODE=%s", p->what, p->what, p->kind);
	if (p->node == NULL)
		return true;
	if (place == PLACE_NONE)
		return err_set(e, ERR_FORMAT, 0, "%s takes no node (\"%.40s\") - leave it out", p->what, p->node);
	if (p->node[0] == '\0' || strlen(p->node) >= sizeof(s->node))
		return err_set(e, ERR_RANGE, 0, "the node has %zu characters - use 1 to %zu", strlen(p->node),
			sizeof(s->node) - 1);
	snprintf(s->node, sizeof(s->node), "%s", p->node);
	return true;
}

static bool read_key(const struct parts *p, struct fault_spec *s, struct err *e)
{
	const struct fault_row *r = &fault_rows[s->kind];
	char *end;

	if (r->key == NULL && p->key != NULL)
		return err_set(e, ERR_FORMAT, 0, "%s=%s takes no key (\"%.16s\") - leave it out", r->what, r->word, p->key);
	if (r->key == NULL)
		return true;
	if (p->key == NULL || strcmp(p->key, r->key) != 0)
		return err_set(e, ERR_ABSENT, 0, "%s=%s needs %s= (%.10g to %.10g %s) - write %s=%s,%s=%.10g", r->what, r->word, r->key,
			r->low, r->high, r->unit, r->what, r->word, r->key, r->high / 10);
	s->value = strtod(p->value, &end);
	if (end == p->value || *end != '\0' || !isfinite(s->value))
		return err_set(e, ERR_FORMAT, 0, "%s=%.24s is no number - give %.10g to %.10g %s", r->key, p->value, r->low, r->high,
			r->unit);
	if (s->value < r->low || s->value > r->high)
		return err_set(e, ERR_RANGE, 0, "%s=%.10g is outside %.10g..%.10g %s - give one inside", r->key, s->value, r->low,
			r->high, r->unit);
	return true;
}

/* --- WHEN and FOR ------------------------------------------------------------------------------------------- */

static bool take_digits(const char **p, int most, int64_t *value)
{
	const char *from = *p;

	for (*value = 0; **p >= '0' && **p <= '9' && *p - from < most; ++*p)
		*value = *value * 10 + (**p - '0');
	return *p > from;
}

static int64_t unit_ms(char c)
{
	switch (c) {
	case 's': return SECOND;
	case 'm': return MINUTE;
	case 'h': return HOUR;
	case 'd': return DAY;
	default: return 0;
	}
}

/* 24h, 90m, 1h30m. */
bool fault_read_duration(const char *text, int64_t *ms)
{
	int64_t n, unit;

	*ms = 0;
	while (*text != '\0') {
		if (!take_digits(&text, 7, &n) || (unit = unit_ms(*text)) == 0)
			return false;
		*ms += n * unit;
		text++;
	}
	return *ms > 0 && *ms <= (int64_t)DAYS_MAX * DAY;
}

/* 06:00, 06:00:30 */
static bool read_clock(const char *text, int64_t *ms)
{
	int64_t part[3] = { 0 };
	int n = 0;

	do {
		if (n == 3 || !take_digits(&text, 2, &part[n++]))
			return false;
	} while (*text++ == ':');
	*ms = part[0] * HOUR + part[1] * MINUTE + part[2] * SECOND;
	return text[-1] == '\0' && n >= 2 && part[0] < 24 && part[1] < 60 && part[2] < 60;
}

static bool read_when(const struct parts *p, struct fault_spec *s, struct err *e)
{
	if (strcmp(p->when, "now") == 0) {
		s->when = WHEN_NOW;
		return true;
	}
	s->when = p->when[0] == '+' ? WHEN_OFFSET : WHEN_LOCAL;
	if (s->when == WHEN_OFFSET ? fault_read_duration(p->when + 1, &s->at_ms) : read_clock(p->when, &s->at_ms))
		return true;
	return err_set(e, ERR_FORMAT, 0, "@%.24s is no time - give a local time 06:00, an offset +20m, or now", p->when);
}

static bool read_for(const struct parts *p, struct fault_spec *s, struct err *e)
{
	const struct fault_row *r = &fault_rows[s->kind];

	if (p->duration == NULL)
		return true;
	if (r->instant)
		return err_set(e, ERR_FORMAT, 0, "%s=%s is over at once and takes no +%.16s - leave it out", r->what, r->word,
			p->duration);
	if (fault_read_duration(p->duration, &s->for_ms))
		return true;
	return err_set(e, ERR_FORMAT, 0, "+%.24s is no duration - write 15m, 2h, 1h30m, 45s, at most %dd", p->duration,
		DAYS_MAX);
}

bool fault_parse(const char *text, struct fault_spec *out, struct err *e)
{
	struct fault_spec s = { .value = 0 };
	char copy[FAULT_TEXT];
	struct parts p;

	if (strlen(text) >= sizeof(copy))
		return err_set(e, ERR_RANGE, 0, "fault \"%.*s...\": %zu characters - use at most %d", SHOWN, text, strlen(text),
			FAULT_TEXT - 1);
	snprintf(copy, sizeof(copy), "%s", text);
	if (!split(copy, &p, e) || !read_kind(&p, &s, e) || !read_node(&p, &s, e) || !read_key(&p, &s, e) ||
		!read_when(&p, &s, e) || !read_for(&p, &s, e))
		return err_in(e, "fault \"%.*s\"", SHOWN, text);
	*out = s;
	return true;
}

/* --- written ----------------------------------------------------------------------------------------------- */

enum { DURATION = 32 };

/* The largest units first, each once: 1h30m. */
static void write_duration(char *out, int64_t ms)
{
	static const struct { int64_t ms; char letter; } units[] = { { DAY, 'd' }, { HOUR, 'h' }, { MINUTE, 'm' },
		{ SECOND, 's' } };
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ms >= units[i].ms && used < 20)
			used += (size_t)snprintf(out + used, DURATION - used, "%d%c", (int)(ms / units[i].ms), units[i].letter);
		ms %= units[i].ms;
	}
}

static void write_when(const struct fault_spec *s, char out[DURATION + 1])
{
	int64_t at_s = s->at_ms / SECOND;

	if (s->when == WHEN_NOW) {
		snprintf(out, DURATION, "now");
	} else if (s->when == WHEN_OFFSET) {
		out[0] = '+';
		write_duration(out + 1, s->at_ms);
	} else {
		snprintf(out, DURATION, "%02d:%02d", (int)(at_s / 3600), (int)(at_s / 60 % 60));
		if (at_s % 60 != 0)
			snprintf(out + 5, DURATION - 5, ":%02d", (int)(at_s % 60));
	}
}

void fault_write(const struct fault_spec *s, char *out, size_t size)
{
	const struct fault_row *r = &fault_rows[s->kind];
	char key[40] = "", when[DURATION + 1], duration[DURATION + 1] = "";

	if (r->key != NULL)
		snprintf(key, sizeof(key), ",%s=%.10g", r->key, s->value);
	write_when(s, when);
	if (s->for_ms > 0) {
		duration[0] = '+';
		write_duration(duration + 1, s->for_ms);
	}
	snprintf(out, size, "%s%s%s=%s%s@%s%s", r->what, s->node[0] != '\0' ? ":" : "", s->node, r->word, key, when,
		duration);
}

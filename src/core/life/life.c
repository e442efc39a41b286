/* SPDX-License-Identifier: MIT */
#include "core/life/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The value of a line `key value`, or NULL. */
static const char *line_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	while (text != NULL && *text != '\0') {
		if (strncmp(text, key, n) == 0 && text[n] == ' ')
			return text + n + 1;
		text = strchr(text, '\n');
		text = text != NULL ? text + 1 : NULL;
	}
	return NULL;
}

static bool read_boot(const char *from, char boot[LIFE_BOOT])
{
	size_t n = from != NULL ? strcspn(from, "\n") : 0;

	if (n == 0 || n >= LIFE_BOOT)
		return false;
	memcpy(boot, from, n);
	boot[n] = '\0';
	return true;
}

/* Numbers up to the end of the line; more than we keep, or anything else, is not ours. */
static bool read_times(const char *from, struct life *l)
{
	char *end;

	while (from != NULL && *from != '\n' && *from != '\0') {
		if (l->n == LIFE_KEPT)
			return false;
		l->unclean_ms[l->n] = strtoll(from, &end, 10);
		if (end == from || l->unclean_ms[l->n] < 0)
			return false;
		l->n++;
		from = *end == ' ' ? end + 1 : end;
	}
	return from != NULL;
}

bool life_read(const char *text, struct life *l)
{
	const char *running, *wall;

	memset(l, 0, sizeof(*l));
	running = line_of(text, "running");
	wall = line_of(text, "wall_ms");
	if (strncmp(text, "spaceheat-life 1\n", 17) == 0 && running != NULL && wall != NULL &&
		read_boot(line_of(text, "boot"), l->boot) && read_times(line_of(text, "unclean_ms"), l)) {
		l->running = running[0] == '1';
		l->wall_ms = strtoll(wall, NULL, 10);
		return true;
	}
	memset(l, 0, sizeof(*l));
	return false;
}

size_t life_write(const struct life *l, char out[LIFE_TEXT])
{
	int used = snprintf(out, LIFE_TEXT, "spaceheat-life 1\nboot %s\nrunning %d\nwall_ms %lld\nunclean_ms ", l->boot,
		l->running, (long long)l->wall_ms);

	for (int i = 0; i < l->n && used < LIFE_TEXT; i++)
		used += snprintf(out + used, (size_t)(LIFE_TEXT - used), "%s%lld", i > 0 ? " " : "",
			(long long)l->unclean_ms[i]);
	if (used < LIFE_TEXT - 1)
		used += snprintf(out + used, (size_t)(LIFE_TEXT - used), "\n");
	return (size_t)used;
}

static void forget_oldest(struct life *l, int n)
{
	l->n -= n;
	memmove(l->unclean_ms, l->unclean_ms + n, (size_t)l->n * sizeof(l->unclean_ms[0]));
}

static void add_unclean(struct life *l, int64_t now_ms)
{
	if (l->n == LIFE_KEPT)
		forget_oldest(l, 1);
	l->unclean_ms[l->n++] = now_ms;
}

/* What another boot counted cannot be compared with now: it is taken for fresh, which is the careful side. */
static void take_over(struct life *l, const char *boot, int64_t now_ms)
{
	for (int i = 0; i < l->n; i++)
		if (strcmp(l->boot, boot) != 0 || l->unclean_ms[i] > now_ms)
			l->unclean_ms[i] = now_ms;
	snprintf(l->boot, sizeof(l->boot), "%s", boot);
}

struct life_start life_begin(struct life *l, bool known, const char *boot, int64_t boottime_ms)
{
	struct life_start s = { .first = !known, .unclean = known && l->running };
	int old = 0;

	take_over(l, boot, boottime_ms);
	while (old < l->n && boottime_ms - l->unclean_ms[old] > LIFE_STABLE_MS)
		old++;
	forget_oldest(l, old);
	if (s.unclean)
		add_unclean(l, boottime_ms);
	s.recent = l->n;
	s.safe_mode = l->n > LIFE_MOST_UNCLEAN;
	l->running = true;
	return s;
}

void life_stable(struct life *l)
{
	l->n = 0;
}

void life_end(struct life *l)
{
	l->running = false;
}

void life_saw(struct life *l, int64_t wall_ms)
{
	if (wall_ms > l->wall_ms)
		l->wall_ms = wall_ms;
}

/* SPDX-License-Identifier: MIT */
#include "cli/span.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/when.h"
#include "cli/words.h"

bool span_option(struct span *s, int argc, char **argv, int *i)
{
	const char **to = strcmp(argv[*i], "--from") == 0 ? &s->from :
		strcmp(argv[*i], "--to") == 0		  ? &s->to :
		strcmp(argv[*i], "--tier") == 0		  ? &s->tier :
							    NULL;
	char *end;

	if (*i + 1 >= argc)
		return false;
	if (to != NULL) {
		*to = argv[++*i];
		return true;
	}
	if (strcmp(argv[*i], "--points") != 0)
		return false;
	s->points = strtol(argv[++*i], &end, 10);
	return *end == '\0' && s->points > 0;
}

int span_open(struct span *s, struct ask *a, const char *default_from)
{
	double t_ms = 0, offset_s = 0;
	struct err e;
	bool known;
	int result = ask_verb(a, "channels", NULL, &s->channels);

	if (result != EXIT_DONE)
		return a->refusal != NULL ? ask_tell(a) : result;
	s->now_ms = words_number(s->channels, "t_ms", &t_ms) ? (int64_t)t_ms : (int64_t)time(NULL) * 1000;
	known = words_number(s->channels, "utc_offset_s", &offset_s);
	when_zone(known, (int)offset_s, s->now_ms, &s->zone);
	if (!when_parse(s->from != NULL ? s->from : default_from, s->now_ms, &s->zone, &s->from_ms, &e) ||
		!when_parse(s->to != NULL ? s->to : "now", s->now_ms, &s->zone, &s->to_ms, &e))
		return cli_fail(EXIT_USAGE, "%s: %s", a->what, e.text);
	if (s->from_ms >= s->to_ms)
		return cli_fail(EXIT_USAGE, "%s: --from is not before --to - give an interval that is not empty", a->what);
	return EXIT_DONE;
}

void span_close(struct span *s)
{
	cJSON_Delete(s->channels);
	s->channels = NULL;
}

const cJSON *span_match(const struct span *s, const char *pattern, int *at)
{
	const cJSON *list = words_at(s->channels, "channels");

	while (*at < cJSON_GetArraySize(list)) {
		const cJSON *c = cJSON_GetArrayItem(list, (*at)++);

		if (fnmatch(pattern, words_text(c, "channel", ""), 0) == 0 || fnmatch(pattern, words_text(c, "node", ""), 0) == 0)
			return c;
	}
	return NULL;
}

/* More questions than 20 in a second are refused: the next second is soon there. */
int span_ask(struct ask *a, const char *channel, int64_t from_ms, int64_t to_ms, const char *tier, long points,
	cJSON **data)
{
	const struct timespec nap = { 0, 100000000 };

	for (;;) {
		cJSON *args = cJSON_CreateObject();
		int result;

		cJSON_AddStringToObject(args, "channel", channel);
		cJSON_AddNumberToObject(args, "from_ms", (double)from_ms);
		cJSON_AddNumberToObject(args, "to_ms", (double)to_ms);
		if (tier != NULL)
			cJSON_AddStringToObject(args, "tier", tier);
		if (points > 0)
			cJSON_AddNumberToObject(args, "points", (double)points);
		result = ask_verb(a, "history", args, data);
		if (result == EXIT_DONE || a->refusal == NULL)
			return result;
		if (strcmp(words_text(a->refusal, "code", ""), "RateLimited") != 0)
			return ask_tell(a);
		nanosleep(&nap, NULL);
	}
}

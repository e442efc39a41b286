/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/history.h"
#include "cli/span.h"
#include "cli/when.h"
#include "cli/words.h"

/* The next number of a list. */
static double next_of(const cJSON **at)
{
	double v = cJSON_GetNumberValue(*at);

	*at = *at != NULL ? (*at)->next : NULL;
	return v;
}

static void print_gaps(const struct span *s, const cJSON *data)
{
	const cJSON *g;

	cJSON_ArrayForEach(g, words_at(data, "gaps")) {
		char from[WHEN_TEXT], to[WHEN_TEXT], span[WORDS];
		double from_ms = 0, to_ms = 0;

		words_number(g, "from_ms", &from_ms);
		words_number(g, "to_ms", &to_ms);
		printf("  gap %s to %s (%s): %s%s%s\n", when_text((int64_t)from_ms, &s->zone, false, from),
			when_text((int64_t)to_ms, &s->zone, false, to), words_span((to_ms - from_ms) / 1000, span),
			words_text(g, "cause", "?"), words_at(g, "node") != NULL ? " of " : "", words_text(g, "node", ""));
	}
}

static void print_channel(const struct span *s, const cJSON *data)
{
	static const char *const keys[] = { "v", "min", "max", "count", "wh" };
	const cJSON *columns[sizeof(keys) / sizeof(keys[0])], *at;
	bool wh = words_at(data, "wh") != NULL, any = false;

	printf("%s  [%s]  tier %s\n", words_text(data, "channel", "?"), words_text(data, "unit", ""),
		words_text(data, "tier", "none"));
	printf("  %-29s %12s %12s %12s %7s%s\n", "time", "mean", "min", "max", "count", wh ? "        Wh" : "");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		columns[i] = cJSON_GetArrayItem(words_at(data, keys[i]), 0);
	cJSON_ArrayForEach(at, words_at(data, "t_ms")) {
		char text[WHEN_TEXT];

		printf("  %-29s", when_text((int64_t)at->valuedouble, &s->zone, false, text));
		for (int i = 0; i < 3; i++)
			printf(" %12.10g", next_of(&columns[i]));
		printf(" %7.0f", next_of(&columns[3]));
		if (wh && cJSON_IsNumber(columns[4]))
			printf(" %9.0f", columns[4]->valuedouble);
		if (wh)
			next_of(&columns[4]);
		putchar('\n');
		any = true;
	}
	if (!any)
		puts("  nothing on record of that time");
	print_gaps(s, data);
}

static void list_channels(const struct span *s)
{
	const cJSON *c;

	cJSON_ArrayForEach(c, words_at(s->channels, "channels"))
		printf("%-60s %-4s\n", words_text(c, "channel", "?"), words_text(c, "unit", ""));
}

static int show(struct ask *a, struct span *s)
{
	cJSON *whole = cJSON_CreateObject(), *list, *data;
	int result = EXIT_DONE;

	cJSON_AddNumberToObject(whole, "v", 1);
	list = cJSON_AddArrayToObject(whole, "channels");
	for (int i = 0; i < s->n_names && result == EXIT_DONE; i++) {
		result = span_ask(a, s->names[i], s->from_ms, s->to_ms, s->tier, s->points, &data);
		if (result != EXIT_DONE)
			break;
		if (!a->cli->json)
			print_channel(s, data);
		cJSON_AddItemToArray(list, data);
	}
	if (a->cli->json && result == EXIT_DONE)
		ask_print(whole);
	cJSON_Delete(whole);
	return result;
}

static int ask_history(struct cli *cli, struct span *s)
{
	struct ask *a = malloc(sizeof(*a));
	int result;

	if (a == NULL)
		return cli_fail(EXIT_FAILED, "history: out of memory");
	result = ask_open(a, cli, "history");
	if (result == EXIT_DONE) {
		result = span_open(s, a, "-24h");
		if (result == EXIT_DONE && s->n_names > 0)
			result = show(a, s);
		else if (result == EXIT_DONE && cli->json)
			ask_print(s->channels);
		else if (result == EXIT_DONE)
			list_channels(s);
		span_close(s);
		ask_close(a);
	}
	free(a);
	return result;
}

int cli_history(struct cli *cli, int argc, char **argv)
{
	struct span s = { .points = 0 };

	if (argc == 3 && strcmp(argv[1], "backup") == 0)
		return cli_history_backup(cli, argv[2]);
	if (argc > 1 && strcmp(argv[1], "share") == 0)
		return argc <= 3 ? cli_history_share(cli, argv[2]) :
			cli_usage("history", "share takes a duration, or end");
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && !span_option(&s, argc, argv, &i))
			return cli_usage("history", "'%s' is no option, or lacks its value", argv[i]);
		else if (argv[i][0] != '-' && (i < 2 || argv[i - 1][0] != '-' || argv[i - 1][1] != '-')) {
			if (s.n_names == SPAN_CHANNELS)
				return cli_usage("history", "more than %d channels", SPAN_CHANNELS);
			s.names[s.n_names++] = argv[i];
		}
	}
	return ask_history(cli, &s);
}

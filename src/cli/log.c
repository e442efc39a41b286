/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/ask.h"
#include "cli/lines.h"
#include "cli/words.h"

struct log_wish { bool follow; const char *code, *node; long last; };

void lines_print(const cJSON *line)
{
	const char *node = words_text(line, "node", NULL);
	char at[32] = "?";
	double ms = 0;
	struct tm tm;
	time_t s;

	words_number(line, "t_ms", &ms);
	s = (time_t)(ms / 1000);
	if (gmtime_r(&s, &tm) != NULL)
		strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", &tm);
	printf("%s %s %s%s%s: %s\n", at, words_text(line, "level", "?"), words_text(line, "code", "?"),
		node != NULL ? " " : "", node != NULL ? node : "", words_text(line, "text", ""));
}

static bool read_wish(int argc, char **argv, struct log_wish *w)
{
	*w = (struct log_wish){ .last = 0 };
	for (int i = 1; i < argc; i++) {
		bool more = i + 1 < argc;

		if (strcmp(argv[i], "-f") == 0)
			w->follow = true;
		else if (strcmp(argv[i], "--code") == 0 && more)
			w->code = argv[++i];
		else if (strcmp(argv[i], "--node") == 0 && more)
			w->node = argv[++i];
		else if (strcmp(argv[i], "--last") == 0 && more)
			w->last = strtol(argv[++i], NULL, 10);
		else
			return false;
		if (strcmp(argv[i - (i > 1)], "--last") == 0 && w->last < 1)
			return false;
	}
	return true;
}

static cJSON *args_of(const struct log_wish *w)
{
	cJSON *args = cJSON_CreateObject();

	if (w->code != NULL)
		cJSON_AddStringToObject(args, "code", w->code);
	if (w->node != NULL)
		cJSON_AddStringToObject(args, "node", w->node);
	if (w->last > 0)
		cJSON_AddNumberToObject(args, "last", (double)w->last);
	return args;
}

static void print_lines(const struct cli *cli, const cJSON *data)
{
	const cJSON *line;

	if (cli->json)
		ask_print(data);
	else
		cJSON_ArrayForEach(line, words_at(data, "lines"))
			lines_print(line);
}

/* An event's time is beside its data. */
static void print_event(const struct cli *cli, const struct log_wish *w, cJSON *event)
{
	cJSON *data = cJSON_DetachItemFromObjectCaseSensitive(event, "data");
	double ms = 0;

	if (strcmp(words_text(event, "event", ""), "lost") == 0 && !cli->json) {
		puts("(lines were lost: this reader was too slow)");
	} else if (strcmp(words_text(event, "event", ""), "log") == 0 &&
		(w->code == NULL || strcmp(w->code, words_text(data, "code", "")) == 0) &&
		(w->node == NULL || strcmp(w->node, words_text(data, "node", "")) == 0)) {
		words_number(event, "t_ms", &ms);
		cJSON_AddNumberToObject(data, "t_ms", ms);
		if (cli->json)
			ask_print(data);
		else
			lines_print(data);
	}
	fflush(stdout);
	cJSON_Delete(data);
}

static int follow(struct ask *a, const struct log_wish *w)
{
	cJSON *event;
	int result;

	while ((result = ask_event(a, &event)) == EXIT_DONE) {
		print_event(a->cli, w, event);
		cJSON_Delete(event);
	}
	return result;
}

/* Subscribed first and asked then, a line may come twice at the seam, but none is missed. */
static int log_from(struct ask *a, const struct log_wish *w)
{
	cJSON *args = cJSON_CreateObject(), *events = cJSON_AddArrayToObject(args, "events"), *data;
	int result;

	result = ask_verb(a, "log", args_of(w), &data);
	if (result == EXIT_DONE)
		print_lines(a->cli, data);
	cJSON_Delete(data);
	fflush(stdout);
	cJSON_AddItemToArray(events, cJSON_CreateString("log"));
	if (result != EXIT_DONE || !w->follow) {
		cJSON_Delete(args);
		return a->refusal != NULL ? ask_tell(a) : result;
	}
	result = ask_verb(a, "subscribe", args, &data);
	cJSON_Delete(data);
	if (result == EXIT_DONE)
		result = follow(a, w);
	return a->refusal != NULL ? ask_tell(a) : result;
}

int cli_log(struct cli *cli, int argc, char **argv)
{
	struct ask *a = malloc(sizeof(*a));
	struct log_wish w;
	int result;

	if (a == NULL)
		return cli_fail(EXIT_FAILED, "log: out of memory");
	if (!read_wish(argc, argv, &w)) {
		free(a);
		return cli_usage("log", "an option is unknown or lacks its value");
	}
	result = ask_open(a, cli, "log");
	if (result == EXIT_DONE) {
		result = log_from(a, &w);
		ask_close(a);
	}
	free(a);
	return result;
}

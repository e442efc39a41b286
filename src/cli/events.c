/* SPDX-License-Identifier: MIT */
/* events.c: `spaceheat events`: what happens, as it happens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/words.h"

/* Kinds, and --since SEQ. */
static cJSON *read_args(int argc, char **argv)
{
	cJSON *args = cJSON_CreateObject(), *kinds = cJSON_CreateArray();
	char *end = NULL;

	for (int i = 1; i < argc; i++) {
		bool since = strcmp(argv[i], "--since") == 0 && i + 1 < argc;

		if (since)
			cJSON_AddNumberToObject(args, "since_seq", strtod(argv[++i], &end));
		else if (argv[i][0] != '-')
			cJSON_AddItemToArray(kinds, cJSON_CreateString(argv[i]));
		if ((!since && argv[i][0] == '-') || (since && (*end != '\0' || end == argv[i]))) {
			cJSON_Delete(args);
			cJSON_Delete(kinds);
			return NULL;
		}
	}
	if (cJSON_GetArraySize(kinds) > 0)
		cJSON_AddItemToObject(args, "events", kinds);
	else
		cJSON_Delete(kinds);
	return args;
}

/* "4716  06:04:10  relay  node=a.hp1.relay state=on" */
static void print_text(const cJSON *event, struct words_zone zone)
{
	const cJSON *item;
	char at[WORDS], seq[WORDS];
	double ms = 0;

	words_number(event, "t_ms", &ms);
	printf("%s  %s  %s ", words_format(event, "seq", "%.0f", seq), words_clock(zone, (int64_t)ms, at),
		words_text(event, "event", "?"));
	cJSON_ArrayForEach(item, words_at(event, "data")) {
		if (cJSON_IsString(item))
			printf(strchr(item->valuestring, ' ') != NULL ? " %s=\"%s\"" : " %s=%s", item->string, item->valuestring);
		else if (cJSON_IsNumber(item))
			printf(" %s=%.12g", item->string, item->valuedouble);
	}
	putchar('\n');
}

static int follow(struct ask *a, cJSON *args)
{
	struct words_zone zone = { 0 };
	cJSON *data, *event;
	int result = ask_verb(a, "relays", NULL, &data);	/* says how far the house's clock is from UTC */

	zone = words_zone_of(data);
	cJSON_Delete(data);
	if (result != EXIT_DONE) {
		cJSON_Delete(args);
		return a->refusal != NULL ? ask_tell(a) : result;
	}
	result = ask_verb(a, "subscribe", args, &data);
	if (words_true(data, "gap") && !a->cli->json)
		puts("(older ones are gone)");
	cJSON_Delete(data);
	if (a->refusal != NULL)
		return ask_tell(a);
	while (result == EXIT_DONE && (result = ask_event(a, &event)) == EXIT_DONE) {
		if (a->cli->json)
			ask_print(event);
		else
			print_text(event, zone);
		fflush(stdout);
		cJSON_Delete(event);
	}
	return result;
}

int cli_events(struct cli *cli, int argc, char **argv)
{
	cJSON *args = read_args(argc, argv);
	struct ask *a;
	int result;

	if (args == NULL)
		return cli_usage("events", "takes kinds of events, and --since SEQ");
	a = malloc(sizeof(*a));
	if (a == NULL) {
		cJSON_Delete(args);
		return cli_fail(EXIT_FAILED, "events: out of memory");
	}
	result = ask_open(a, cli, "events");
	if (result == EXIT_DONE) {
		result = follow(a, args);
		ask_close(a);
	} else {
		cJSON_Delete(args);
	}
	free(a);
	return result;
}

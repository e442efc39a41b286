/* SPDX-License-Identifier: MIT */
/* explain.c: `spaceheat explain NODE`: why a relay is, or was, on or off. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/span.h"
#include "cli/words.h"

static void print_input(const cJSON *in)
{
	double value, limit;

	printf("%s%s ", in->prev != NULL && in->prev->next != NULL ? ", " : "", words_text(in, "name", "?"));
	if (words_number(in, "value", &value))
		printf("%.4g%s%s", value, words_text(in, "unit", "")[0] != '\0' ? " " : "", words_text(in, "unit", ""));
	else
		fputs("unknown", stdout);
	if (words_number(in, "limit", &limit))
		printf(" (%.4g)", limit);
}

static void print_layer(const cJSON *l)
{
	const cJSON *inputs = words_at(l, "inputs"), *in;

	printf("%c %-16s %-5s %s", words_true(l, "decides") ? '>' : ' ', words_text(l, "layer", "?"),
		strcmp(words_text(l, "asks", "none"), "none") == 0 ? "-" : words_text(l, "asks", "?"), words_text(l, "text", ""));
	if (inputs != NULL && inputs->child != NULL) {
		fputs("\n                         ", stdout);
		cJSON_ArrayForEach(in, inputs)
			print_input(in);
	}
	putchar('\n');
}

/* A time is understood by the house's own clock, so that is asked for first. */
static int add_time(struct cli *cli, const char *text, cJSON *args)
{
	struct ask *a = malloc(sizeof(*a));
	struct span span = { .from = text };
	int result = a != NULL ? ask_open(a, cli, "explain") : cli_fail(EXIT_FAILED, "explain: out of memory");

	if (result == EXIT_DONE) {
		result = span_open(&span, a, NULL);
		span_close(&span);
		ask_close(a);
	}
	free(a);
	if (result == EXIT_DONE)
		cJSON_AddNumberToObject(args, "at_ms", (double)span.from_ms);
	return result;
}

static int read_args(struct cli *cli, int argc, char **argv, cJSON *args)
{
	if (argc != 2 && !(argc == 4 && strcmp(argv[2], "--at") == 0))
		return cli_usage("explain", "needs a NODE, and perhaps --at TIME");
	cJSON_AddStringToObject(args, "node", argv[1]);
	return argc == 4 ? add_time(cli, argv[3], args) : EXIT_DONE;
}

int cli_explain(struct cli *cli, int argc, char **argv)
{
	cJSON *args = cJSON_CreateObject(), *data;
	const cJSON *layer;
	char clock[WORDS];
	double ms = 0;
	int result = read_args(cli, argc, argv, args);

	if (result != EXIT_DONE) {
		cJSON_Delete(args);
		return result;
	}
	result = ask_once(cli, "explain", "explain", args, &data);
	if (data == NULL)
		return result;
	words_number(data, "at_ms", &ms);
	printf("%s at %s\n  %-16s %-5s WHY\n", words_text(data, "node", "?"),
		words_clock(words_zone_of(data), (int64_t)ms, clock), "LAYER", "ASKS");
	cJSON_ArrayForEach(layer, words_at(data, "layers"))
		print_layer(layer);
	printf("so: %s\n%s: %s\n", words_text(data, "state", "unknown"), argc == 4 ? "last moved" : "it changes with",
		words_text(data, "next_change", "nothing known"));
	cJSON_Delete(data);
	return EXIT_DONE;
}

/* SPDX-License-Identifier: MIT */
/* dispatch.c: `spaceheat dispatch`: a person takes a relay for a time, or gives it back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/words.h"

struct dispatch_wish { const char *node, *state; long minutes; bool override; };

static bool read_wish(int argc, char **argv, struct dispatch_wish *w)
{
	*w = (struct dispatch_wish){ .minutes = 60 };
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--override") == 0)
			w->override = true;
		else if (strcmp(argv[i], "--minutes") == 0 && i + 1 < argc)
			w->minutes = strtol(argv[++i], NULL, 10);
		else if (argv[i][0] == '-')
			return false;
		else if (w->node == NULL)
			w->node = argv[i];
		else if (w->state == NULL)
			w->state = argv[i];
		else
			return false;
	}
	return w->state != NULL && w->minutes > 0;
}

static bool is_held(const cJSON *refusal)
{
	return strncmp(words_text(refusal, "code", ""), "HeldBy", 6) == 0 ||
		strcmp(words_text(refusal, "code", ""), "DriverError") == 0;
}

/* What the guard said, on stdout as its `Done` would be. */
static int print_held(const struct ask *a)
{
	char until[WORDS];
	double ms;

	if (a->cli->json) {
		ask_print(a->refusal);
		return EXIT_HELD;
	}
	printf("held: %s", words_text(a->refusal, "code", "?"));
	if (words_number(a->refusal, "data.until_ms", &ms))
		printf(" until %s", words_clock(words_zone_of(words_at(a->refusal, "data")), (int64_t)ms, until));
	putchar('\n');
	return EXIT_HELD;
}

static void print_done(const struct ask *a, const cJSON *data)
{
	char until[WORDS];
	double ms;

	if (a->cli->json) {
		ask_print(data);
		return;
	}
	printf("%s", words_text(data, "result", "?"));
	if (words_number(data, "until_ms", &ms))
		printf(", yours until %s", words_clock(words_zone_of(data), (int64_t)ms, until));
	putchar('\n');
}

static int dispatch_from(struct ask *a, const struct dispatch_wish *w)
{
	cJSON *args = cJSON_CreateObject(), *data;
	int result;

	cJSON_AddStringToObject(args, "node", w->node);
	cJSON_AddStringToObject(args, "state", w->state);
	if (strcmp(w->state, "auto") != 0)
		cJSON_AddNumberToObject(args, "minutes", (double)w->minutes);
	if (w->override)
		cJSON_AddTrueToObject(args, "override");
	result = ask_verb(a, "dispatch", args, &data);
	if (a->refusal != NULL)
		return is_held(a->refusal) ? print_held(a) : ask_tell(a);
	if (result == EXIT_DONE)
		print_done(a, data);
	cJSON_Delete(data);
	return result;
}

int cli_dispatch(struct cli *cli, int argc, char **argv)
{
	struct dispatch_wish w;
	struct ask *a;
	char what[160];
	int result;

	if (!read_wish(argc, argv, &w))
		return cli_usage("dispatch", "needs a node and on, off or auto");
	if (strcmp(w.state, "on") != 0 && strcmp(w.state, "off") != 0 && strcmp(w.state, "auto") != 0)
		return cli_usage("dispatch", "\"%.20s\" is not on, off or auto", w.state);
	snprintf(what, sizeof(what), "dispatch %.100s %s", w.node, w.state);
	a = malloc(sizeof(*a));
	if (a == NULL)
		return cli_fail(EXIT_FAILED, "dispatch: out of memory");
	result = ask_open(a, cli, what);
	if (result == EXIT_DONE) {
		result = dispatch_from(a, &w);
		ask_close(a);
	}
	free(a);
	return result;
}

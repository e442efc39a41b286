/* SPDX-License-Identifier: MIT */
/* reload.c: `spaceheat config diff` and `spaceheat reload`: the file on disk against what runs, and taking it over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/config.h"
#include "cli/lines.h"
#include "cli/words.h"

static bool differs(const cJSON *data)
{
	return cJSON_GetArraySize(words_at(data, "changes")) > 0 || words_true(data, "houses_changed");
}

static void print_changes(const cJSON *data)
{
	const cJSON *c;

	cJSON_ArrayForEach(c, words_at(data, "changes"))
		printf("%s: %s -> %s  (%s)\n", words_text(c, "path", "?"), words_text(c, "running", "?"),
			words_text(c, "on_disk", "?"), words_text(c, "reload", "?"));
	if (words_true(data, "houses_changed"))
		puts("houses.json: changed  (reload, relays to their fail state first)");
	if (!differs(data))
		printf("%s is what runs\n", words_text(data, "file", "the configuration"));
}

/* All errors on lines of their own, as `config check` prints them. */
static int tell_refused(struct ask *a)
{
	const cJSON *errors = words_at(a->refusal, "data.errors"), *e;

	if (!cJSON_IsArray(errors) || a->cli->json)
		return ask_tell(a);
	cJSON_ArrayForEach(e, errors)
		fprintf(stderr, "%s\n", e->valuestring);
	return EXIT_CONFIG;
}

static int diff_from(struct ask *a)
{
	cJSON *data;
	int result = ask_verb(a, "config_diff", NULL, &data);

	if (a->refusal != NULL)
		return tell_refused(a);
	if (result == EXIT_DONE) {
		if (a->cli->json)
			ask_print(data);
		else
			print_changes(data);
		result = differs(data) ? EXIT_FAILED : EXIT_DONE;
	}
	cJSON_Delete(data);
	return result;
}

/* The line that tells how it went; the connection may end before it when the relays changed. */
static int await_outcome(struct ask *a)
{
	cJSON *event;
	const cJSON *line;
	int result = ask_event(a, &event);

	if (result != EXIT_DONE)
		return result;
	line = words_at(event, "data");
	result = strcmp(words_text(line, "code", ""), "RELOAD") == 0 || strcmp(words_text(line, "level", ""), "I") == 0 ?
		EXIT_DONE : EXIT_FAILED;
	if (a->cli->json)
		ask_print(event);
	else
		printf("%s: %s\n", words_text(line, "code", "?"), words_text(line, "text", "?"));
	cJSON_Delete(event);
	return result;
}

static int reload_from(struct ask *a)
{
	cJSON *args = cJSON_CreateObject(), *data;
	int result;

	cJSON_AddItemToArray(cJSON_AddArrayToObject(args, "events"), cJSON_CreateString("config"));
	result = ask_verb(a, "subscribe", args, &data);
	cJSON_Delete(data);
	if (result == EXIT_DONE)
		result = ask_verb(a, "reload", NULL, &data);
	if (a->refusal != NULL)
		return tell_refused(a);
	if (result != EXIT_DONE)
		return result;
	if (!a->cli->json)
		print_changes(data);
	cJSON_Delete(data);
	fflush(stdout);
	return await_outcome(a);
}

static int run(struct cli *cli, const char *what, int (*from)(struct ask *))
{
	struct ask *a = malloc(sizeof(*a));
	int result;

	if (a == NULL)
		return cli_fail(EXIT_FAILED, "%s: out of memory", what);
	result = ask_open(a, cli, what);
	if (result == EXIT_DONE) {
		result = from(a);
		ask_close(a);
	}
	free(a);
	return result;
}

int cli_config_diff(struct cli *cli, int argc)
{
	return argc > 2 ? cli_usage("config", "diff takes nothing more") : run(cli, "config diff", diff_from);
}

int cli_reload(struct cli *cli, int argc, char **argv)
{
	(void)argv;
	return argc > 1 ? cli_usage("reload", "takes nothing") : run(cli, "reload", reload_from);
}

/* SPDX-License-Identifier: MIT */
#include "cli/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "core/settings/settings.h"
#include "port/load.h"

enum { SHOW_DEFAULT = 1, SHOW_ORIGIN = 2 };

struct request {
	const char *file; /* -c FILE, or the argument of check */
	const char *path; /* of show */
	unsigned int show;
};

static void print_problems(const struct problems *p)
{
	for (int i = 0; i < p->n; i++)
		fprintf(stderr, "%s\n", p->text[i]);
	if (p->more > 0)
		fprintf(stderr, "and %d more\n", p->more);
}

static int no_file(const char *path)
{
	return cli_fail(EXIT_CONFIG, "config: no configuration (%s) - name one with -c FILE", path);
}

static int check(const struct request *q)
{
	struct loaded *l = malloc(sizeof(*l));
	struct problems *p = calloc(1, sizeof(*p));
	char path[PATH_SIZE];
	int result = EXIT_CONFIG;

	if (!l || !p) {
		result = cli_fail(EXIT_FAILED, "config check: no memory - close other programs");
	} else if (!config_find(q->file, path, sizeof(path))) {
		result = no_file(path);
	} else if (!load_service(path, l, p)) {
		print_problems(p);
	} else {
		result = EXIT_DONE;
		if (l->configured)
			printf("%s: good; house %s%s\n", path, l->house.key,
				l->house.simulated ? " (simulated)" : "");
		else
			printf("%s: good; not configured (house = \"\")\n", path);
	}
	free(p);
	free(l);
	return result;
}

static int no_setting(const struct request *q)
{
	const char *like = settings_like(q->path);

	return cli_fail(EXIT_USAGE, "config show: no setting \"%s\" - %s%s%s", q->path,
		like ? "did you mean \"" : "spaceheat config show lists all", like ? like : "",
		like ? "\"?" : "");
}

static void add_setting(void *ctx, const struct setting_shown *s)
{
	cJSON *list = ctx, *o = cJSON_CreateObject();
	char origin[PATH_SIZE + 16] = "default";

	if (s->file != NULL)
		snprintf(origin, sizeof(origin), "%s:%d", s->file, s->line);
	cJSON_AddStringToObject(o, "path", s->path);
	cJSON_AddStringToObject(o, "value", s->value);
	cJSON_AddStringToObject(o, "unit", s->unit);
	if (s->fallback != NULL)
		cJSON_AddStringToObject(o, "default", s->fallback);
	else
		cJSON_AddNullToObject(o, "default");
	cJSON_AddStringToObject(o, "origin", origin);
	cJSON_AddItemToArray(list, o);
}

static void print_setting(const struct request *q, const cJSON *s)
{
	const char *unit = words_text(s, "unit", "");

	printf("%s = %s%s%s", words_text(s, "path", "?"), words_text(s, "value", "?"), unit[0] ? " " : "", unit);
	if (q->show & SHOW_DEFAULT && words_at(s, "default") != NULL)
		printf("  (default %s)", words_text(s, "default", "?"));
	if (q->show & SHOW_ORIGIN)
		printf("  %s", words_text(s, "origin", "not on disk"));
	putchar('\n');
}

static int print_settings(const struct request *q, const struct cli *cli, const cJSON *data)
{
	const cJSON *s;

	if (cli->json)
		ask_print(data);
	else
		cJSON_ArrayForEach(s, words_at(data, "settings"))
			print_setting(q, s);
	return EXIT_DONE;
}

static int show_settings(const struct request *q, const struct cli *cli, const struct settings *s,
	const struct conf_list *origins)
{
	cJSON *data = cJSON_CreateObject(), *list;
	int result = EXIT_DONE;

	cJSON_AddNumberToObject(data, "v", 1);
	cJSON_AddStringToObject(data, "house", s->house);
	list = cJSON_AddArrayToObject(data, "settings");
	if (settings_show(s, origins, q->path, add_setting, list) == 0)
		result = no_setting(q);
	else
		print_settings(q, cli, data);
	cJSON_Delete(data);
	return result;
}

static int show_file(const struct request *q, const struct cli *cli)
{
	struct settings *s = malloc(sizeof(*s));
	struct conf_list *origins = malloc(sizeof(*origins));
	struct problems *p = calloc(1, sizeof(*p));
	char path[PATH_SIZE];
	int result = EXIT_CONFIG;

	if (!s || !origins || !p)
		result = cli_fail(EXIT_FAILED, "config show: no memory - close other programs");
	else if (!config_find(q->file, path, sizeof(path)))
		result = no_file(path);
	else if (!load_settings(path, s, origins, p))
		print_problems(p);
	else
		result = show_settings(q, cli, s, origins);
	free(p);
	free(origins);
	free(s);
	return result;
}

/* Who names a file wants that file; else the service that runs is asked, if one does. */
static bool is_service_meant(const struct cli *cli)
{
	struct control_call *call = malloc(sizeof(*call));
	char path[CALL_PATH];
	struct err e;
	bool demo, there = cli->socket != NULL || getenv("SPACEHEAT_SOCKET") != NULL;

	if (!there && getenv("SPACEHEAT_CONFIG") == NULL && call != NULL) {
		control_call_find(NULL, path, &demo);
		there = control_call_open(call, path, &e);
		if (there)
			control_call_close(call);
	}
	free(call);
	return there;
}

static int show_running(const struct request *q, struct cli *cli)
{
	cJSON *args = cJSON_CreateObject(), *data;
	struct cli quiet = *cli;
	int result;

	if (q->path != NULL)
		cJSON_AddStringToObject(args, "path", q->path);
	quiet.json = false;
	result = ask_once(&quiet, "config show", "config_show", args, &data);
	if (result == EXIT_DONE)
		print_settings(q, cli, data);
	cJSON_Delete(data);
	return result;
}

static int show(const struct request *q, struct cli *cli)
{
	return q->file == NULL && is_service_meant(cli) ? show_running(q, cli) : show_file(q, cli);
}

/* Takes one option; false: it is none of ours. */
static bool take_option(struct request *q, bool shows, int argc, char **argv, int *i)
{
	if (strcmp(argv[*i], "-c") == 0 && *i + 1 < argc)
		q->file = argv[++*i];
	else if (shows && strcmp(argv[*i], "--origin") == 0)
		q->show |= SHOW_ORIGIN;
	else if (shows && strcmp(argv[*i], "--defaults") == 0)
		q->show |= SHOW_DEFAULT;
	else
		return false;
	return true;
}

int cli_config(struct cli *cli, int argc, char **argv)
{
	struct request q = { NULL, NULL, 0 };
	bool shows = argc > 1 && strcmp(argv[1], "show") == 0;

	if (argc < 2 || (!shows && strcmp(argv[1], "check") != 0))
		return cli_usage("config", "config: %s%s - say check, show or diff",
			argc < 2 ? "nothing asked" : "unknown word ", argc < 2 ? "" : argv[1]);
	for (int i = 2; i < argc; i++) {
		const char **word = shows ? &q.path : &q.file;

		if (take_option(&q, shows, argc, argv, &i))
			continue;
		if (argv[i][0] == '-' || *word)
			return cli_usage("config", "config %s: unexpected \"%s\"", argv[1], argv[i]);
		*word = argv[i];
	}
	return shows ? show(&q, cli) : check(&q);
}

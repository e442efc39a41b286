/* SPDX-License-Identifier: MIT */
#include "cli/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/verbs.h"
#include "core/settings/settings.h"
#include "port/load.h"

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

static void print_line(void *ctx, const char *text)
{
	(void)ctx;
	puts(text);
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

static int show_settings(const struct request *q, const struct settings *s, const struct conf_list *origins)
{
	const char *like;

	if (settings_show(s, origins, q->path, q->show, print_line, NULL) > 0)
		return EXIT_DONE;
	like = settings_like(q->path);
	return cli_fail(EXIT_USAGE, "config show: no setting \"%s\" - %s%s%s", q->path,
		like ? "did you mean \"" : "spaceheat config show lists all", like ? like : "",
		like ? "\"?" : "");
}

static int show(const struct request *q)
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
		result = show_settings(q, s, origins);
	free(p);
	free(origins);
	free(s);
	return result;
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

int cli_config(int argc, char **argv)
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
	return shows ? show(&q) : check(&q);
}

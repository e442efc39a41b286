/* SPDX-License-Identifier: MIT */
/* setup.c: `spaceheat setup`: finds devices; at a terminal asks for the rest (setup_ask.c), else writes conf.d/10-site.cfg for one house,
 * checks it, and says what comes next. */
#include "cli/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/ask.h"
#include "core/wire/houses.h"
#include "port/load.h"

enum { MAX_HOUSES = 1024 * 1024 };

struct wish { const char *house, *port; bool force, yes; };

struct desk {
	char cfg[PATH_SIZE], site[PATH_SIZE + 32];
	struct loaded loaded;
	struct conf_list origins;
	struct problems problems;
	struct setup_scan scan;
};

static bool read_wish(int argc, char **argv, struct wish *w)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--force") == 0)
			w->force = true;
		else if (strcmp(argv[i], "--yes") == 0)
			w->yes = true;
		else if (strcmp(argv[i], "--house") == 0 && i + 1 < argc)
			w->house = argv[++i];
		else if (strcmp(argv[i], "--port") == 0 && i + 1 < argc)
			w->port = argv[++i];
		else
			return false;
	}
	return true;
}

static int tell_problems(const struct desk *d)
{
	for (int i = 0; i < d->problems.n; i++)
		fprintf(stderr, "%s\n", d->problems.text[i]);
	return EXIT_CONFIG;
}

static void print_found(const struct cli *cli, const struct setup_scan *s)
{
	for (int i = 0; i < s->n && !cli->json; i++)
		printf("%-7s %s: %s\n", s->list[i].bus, s->list[i].address, s->list[i].what);
	if (s->n == 0 && !cli->json)
		puts("no device found on 1-wire, I2C or Modbus - see docs/hardware.md, and: spaceheat doctor");
}

static void print_json(const struct setup_scan *s, const char *written)
{
	cJSON *o = cJSON_CreateObject(), *list;

	cJSON_AddNumberToObject(o, "v", 1);
	list = cJSON_AddArrayToObject(o, "found");
	for (int i = 0; i < s->n; i++) {
		cJSON *f = cJSON_CreateObject();

		cJSON_AddStringToObject(f, "bus", s->list[i].bus);
		cJSON_AddStringToObject(f, "address", s->list[i].address);
		cJSON_AddStringToObject(f, "what", s->list[i].what);
		cJSON_AddItemToArray(list, f);
	}
	if (written != NULL)
		cJSON_AddStringToObject(o, "written", written);
	else
		cJSON_AddNullToObject(o, "written");
	ask_print(o);
	cJSON_Delete(o);
}

/* Reads the house that is wished for. */
static int read_house(struct desk *d, const char *key)
{
	const char *file = d->loaded.settings.houses_file;
	struct err e;
	size_t length;
	char *text = load_text(file, MAX_HOUSES, &length, &e);
	bool good;

	if (text == NULL)
		return cli_fail(EXIT_CONFIG, "setup: %s: %s - set houses_file in %s", file, e.text, d->cfg);
	good = houses_read(text, length, file, key, &d->loaded.house, &d->problems);
	free(text);
	return good ? EXIT_DONE : tell_problems(d);
}

/* conf.d beside the configuration. */
static void name_site(struct desk *d)
{
	char copy[PATH_SIZE];

	snprintf(copy, sizeof(copy), "%s", d->cfg);
	snprintf(d->site, sizeof(d->site), "%s/conf.d", dirname(copy));
	mkdir(d->site, 0750);
	strcat(d->site, "/10-site.cfg");
}

static int write_site(struct desk *d, bool force)
{
	int fd = open(d->site, O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL), 0640);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	struct stat st;

	if (f == NULL && errno == EEXIST)
		return cli_fail(EXIT_FAILED, "setup: %s exists - add --force to replace it", d->site);
	if (f == NULL)
		return cli_fail(errno == EACCES ? EXIT_PERMISSION : EXIT_FAILED, "setup: %s: %s - run: sudo spaceheat setup", d->site,
			strerror(errno));
	if (stat(d->cfg, &st) == 0 && fchown(fd, (uid_t)-1, st.st_gid) != 0 && errno != EPERM)
		fprintf(stderr, "spaceheat: setup: %s: %s - let the group of spaceheat.cfg read it\n", d->site, strerror(errno));
	setup_print(f, &d->loaded.house, &d->scan);
	return fclose(f) == 0 ? EXIT_DONE : cli_fail(EXIT_FAILED, "setup: %s: %s - free some space", d->site, strerror(errno));
}

/* What was written is read as the service would. */
static int check(struct cli *cli, struct desk *d)
{
	memset(&d->problems, 0, sizeof(d->problems));
	if (!load_service(d->cfg, &d->loaded, &d->problems)) {
		fprintf(stderr, "spaceheat: setup: %s is written; still missing:\n", d->site);
		return tell_problems(d);
	}
	if (!cli->json)
		printf("%s is written and good. Next:\n  sudo systemctl restart spaceheatd\n  spaceheat doctor\n"
			"  spaceheat relay test --all\n", d->site);
	return EXIT_DONE;
}

static int setup(struct cli *cli, struct desk *d, const struct wish *w)
{
	int result;

	if (!config_find(cli->config, d->cfg, sizeof(d->cfg)))
		return cli_fail(EXIT_CONFIG, "setup: no configuration (%s) - name one with -c FILE", d->cfg);
	if (!load_settings(d->cfg, &d->loaded.settings, &d->origins, &d->problems))
		return tell_problems(d);
	setup_look(cli->doors, &d->loaded.settings, w->port != NULL ? w->port : d->loaded.settings.meter.port, &d->scan);
	print_found(cli, &d->scan);
	if (w->house == NULL && !w->yes && !cli->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return setup_ask(cli, d->cfg, &d->loaded.settings, &d->scan);
	if (w->house == NULL) {
		if (cli->json)
			print_json(&d->scan, NULL);
		else
			printf("Nothing is written. Name a house of %s: spaceheat setup --house KEY\n", d->loaded.settings.houses_file);
		return EXIT_DONE;
	}
	result = read_house(d, w->house);
	name_site(d);
	if (result == EXIT_DONE)
		result = write_site(d, w->force);
	if (result == EXIT_DONE && cli->json)
		print_json(&d->scan, d->site);
	return result == EXIT_DONE ? check(cli, d) : result;
}

int cli_setup(struct cli *cli, int argc, char **argv)
{
	struct desk *d = calloc(1, sizeof(*d));
	struct wish w = { NULL, NULL, false, false };
	int result;

	if (d == NULL)
		return cli_fail(EXIT_FAILED, "setup: out of memory");
	result = read_wish(argc, argv, &w) ? setup(cli, d, &w) :
		cli_usage("setup", "takes --house KEY, --port DEVICE, --force and --yes");
	free(d);
	return result;
}

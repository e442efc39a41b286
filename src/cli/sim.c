/* SPDX-License-Identifier: MIT */
/* sim.c: `spaceheat sim`: the time of a simulated house, and what run_local needs to know of houses. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/demo.h"
#include "cli/place.h"
#include "cli/sim_ask.h"
#include "core/settings/settings.h"
#include "core/sim/fault.h"

enum { HOUSES_MAX_BYTES = 4 * 1024 * 1024 };

static void print_utc(struct wall t, int utc_offset_s)
{
	time_t s = (time_t)(t.ms / 1000 + utc_offset_s);
	struct tm local;
	char text[32];

	gmtime_r(&s, &local);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &local);
	printf("%s%c%02d:%02d\n", text, utc_offset_s < 0 ? '-' : '+', abs(utc_offset_s) / 3600,
		abs(utc_offset_s) / 60 % 60);
}

/* The offset the simulation was started with; a real house is shown in UTC. */
static int offset_of(const struct settings *s)
{
	int64_t ms;
	int offset = 0;

	if (s->simulated)
		settings_parse_time(s->sim.start, &ms, &offset);
	return offset;
}

static int sim_now(struct cli *cli, int argc, char **argv)
{
	bool as_ms = argc > 1 && strcmp(argv[1], "--ms") == 0;
	struct wall now;
	struct place *p;
	int result;

	if (argc > (as_ms ? 2 : 1))
		return cli_usage("sim", "now takes only --ms");
	result = place_open(cli, "sim now", &p);
	if (result != EXIT_DONE)
		return result;
	result = as_ms ? place_stamp(cli, "sim now", p, &now) : place_time(cli, "sim now", p, &now, NULL);
	if (result == EXIT_DONE && cli->json)
		printf("{\"v\":1,\"house\":\"%s\",\"t_ms\":%" PRId64 "}\n", p->loaded.house.key, now.ms);
	else if (result == EXIT_DONE && as_ms)
		printf("%" PRId64 "\n", now.ms);
	else if (result == EXIT_DONE)
		print_utc(now, offset_of(&p->loaded.settings));
	free(p);
	return result;
}

static void print_status(const char *house, bool json, struct wall now, double speed, int utc_offset_s)
{
	if (json) {
		printf("{\"v\":1,\"house\":\"%s\",\"t_ms\":%" PRId64 ",\"simulated\":true,\"speed\":%g}\n",
			house, now.ms, speed);
		return;
	}
	if (speed > 0)
		printf("%s  speed %gx  ", house, speed);
	else
		printf("%s  speed max  ", house);
	print_utc(now, utc_offset_s);
}

/* Without a service: the simulated clock of the configured house. */
static int status_of_clock(struct cli *cli)
{
	struct wall now;
	struct place *p;
	double speed;
	int result = place_open(cli, "sim status", &p);

	if (result != EXIT_DONE)
		return result;
	if (!p->loaded.settings.simulated)
		result = cli_fail(EXIT_HELD, "sim status: %s is a real house - only a simulated one has it",
			p->loaded.house.key);
	else
		result = place_time(cli, "sim status", p, &now, &speed);
	if (result == EXIT_DONE)
		print_status(p->loaded.house.key, cli->json, now, speed, offset_of(&p->loaded.settings));
	free(p);
	return result;
}

static int sim_status(struct cli *cli, int argc, char **argv)
{
	char path[CALL_PATH];
	bool demo;

	(void)argv;
	if (argc > 1)
		return cli_usage("sim", "status takes no arguments");
	control_call_find(cli->socket, path, &demo);
	return access(path, F_OK) == 0 ? sim_ask(cli, "status", NULL, NULL) : status_of_clock(cli);
}

/* All of a houses.json. */
static int read_houses(const char *verb, const char *path, char **text, size_t *length)
{
	struct err e;

	*text = load_text(path, HOUSES_MAX_BYTES, length, &e);
	if (*text == NULL)
		return cli_fail(EXIT_CONFIG, "%s: %s - name a houses.json", verb, e.text);
	return EXIT_DONE;
}

static void print_house(void *ctx, const struct house *h)
{
	int *n = ctx;

	if (!h->simulated)
		return;
	printf("%s\n", h->key);
	++*n;
}

static int sim_houses(struct cli *cli, int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "input_data/houses.json";
	struct problems problems = { 0 };
	struct house *scratch;
	size_t length;
	char *text;
	int n = 0, result = read_houses("sim houses", path, &text, &length);

	(void)cli;
	if (result != EXIT_DONE)
		return result;
	scratch = calloc(1, sizeof(*scratch));
	if (scratch != NULL)
		houses_list(text, length, path, scratch, print_house, &n, &problems);
	for (int i = 0; i < problems.n; i++)
		fprintf(stderr, "%s\n", problems.text[i]);
	free(scratch);
	free(text);
	return n > 0 ? EXIT_DONE : cli_fail(EXIT_FAILED, "sim houses: no simulated house in %s", path);
}

static int sim_config(struct cli *cli, int argc, char **argv)
{
	const char *path = argc > 2 ? argv[2] : "input_data/houses.json";
	struct problems problems = { 0 };
	struct house *h = NULL;
	size_t length;
	char *text;
	int result;

	(void)cli;
	if (argc < 2)
		return cli_usage("sim", "config needs a HOUSE");
	result = read_houses("sim config", path, &text, &length);
	if (result != EXIT_DONE)
		return result;
	h = calloc(1, sizeof(*h));
	if (h == NULL || !houses_read(text, length, path, argv[1], h, &problems))
		result = EXIT_CONFIG;
	else if (!h->simulated)
		result = cli_fail(EXIT_HELD,
			"sim config: %s is a real house - its relays are for a person to set", h->key);
	else
		demo_print_config(h, NULL, stdout);
	for (int i = 0; i < problems.n; i++)
		fprintf(stderr, "%s\n", problems.text[i]);
	free(h);
	free(text);
	return result;
}

static int sim_speed(struct cli *cli, int argc, char **argv)
{
	char *end;
	double speed;

	if (argc != 2)
		return cli_usage("sim", "speed needs a number, or max");
	if (strcmp(argv[1], "max") == 0)
		return sim_ask(cli, "speed", "speed", cJSON_CreateString("max"));
	speed = strtod(argv[1], &end);
	if (end == argv[1] || *end != '\0')
		return cli_usage("sim", "\"%.20s\" is no speed", argv[1]);
	return sim_ask(cli, "speed", "speed", cJSON_CreateNumber(speed));
}

/* pause, resume, clear */
static int sim_pause(struct cli *cli, int argc, char **argv)
{
	if (argc > 1)
		return cli_usage("sim", "%s takes no arguments", argv[0]);
	return sim_ask(cli, argv[0], NULL, NULL);
}

/* What is wrong with it is said here, too, where no service is asked. */
static int sim_fault(struct cli *cli, int argc, char **argv)
{
	struct fault_spec spec;
	struct err e;

	if (argc != 2)
		return cli_usage("sim", "fault needs one SPEC, %s", "WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR]");
	if (!fault_parse(argv[1], &spec, &e))
		return cli_fail(EXIT_USAGE, "sim: %s", e.text);
	return sim_ask(cli, "fault", "fault", cJSON_CreateString(argv[1]));
}

/* Is each of them written right? Whether the house has such a node only a service can say. */
static int sim_check(struct cli *cli, int argc, char **argv)
{
	struct fault_spec spec;
	struct err e;

	(void)cli;
	if (argc < 2)
		return cli_usage("sim", "check needs at least one SPEC");
	for (int i = 1; i < argc; i++)
		if (!fault_parse(argv[i], &spec, &e))
			return cli_fail(EXIT_USAGE, "%s", e.text);
	return EXIT_DONE;
}

/* For programs: each kind with the critical alerts that are its doing. */
static int sim_kinds(struct cli *cli, int argc, char **argv)
{
	(void)cli, (void)argv;
	if (argc > 1)
		return cli_usage("sim", "kinds takes no arguments");
	for (int i = 0; i < N_FAULT_KINDS; i++) {
		const struct fault_row *r = &fault_rows[i];

		printf("%s=%s", r->what, r->word);
		for (int j = 0; j < r->n_explains; j++)
			printf(" %s", log_code_name(r->explains[j]));
		putchar('\n');
	}
	return EXIT_DONE;
}

int cli_sim(struct cli *cli, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*fn)(struct cli *, int, char **);
	} parts[] = {
		{ "now", sim_now },
		{ "status", sim_status },
		{ "speed", sim_speed },
		{ "pause", sim_pause },
		{ "resume", sim_pause },
		{ "fault", sim_fault },
		{ "clear", sim_pause },
		{ "check", sim_check },
		{ "kinds", sim_kinds },
		{ "houses", sim_houses },
		{ "config", sim_config },
	};

	if (argc < 2)
		return cli_usage("sim", "says nothing of what to do");
	if (strncmp(argv[1], "--", 2) == 0)
		return cli->doors->sim_run(cli, argc, argv);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].fn(cli, argc - 1, argv + 1);
	return cli_usage("sim", "no \"%.40s\"", argv[1]);
}

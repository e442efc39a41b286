/* SPDX-License-Identifier: MIT */
#include "cli/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int tell_problems(const struct place *p)
{
	for (int i = 0; i < p->problems.n; i++)
		fprintf(stderr, "%s\n", p->problems.text[i]);
	return EXIT_CONFIG;
}

static int load(struct cli *cli, const char *verb, struct place *p)
{
	if (!config_find(cli->config, p->cfg, sizeof(p->cfg)))
		return cli_fail(EXIT_CONFIG,
			"%s: no configuration (%s) - start ./run_local, or give one with -c FILE", verb,
			p->cfg);
	if (!load_service(p->cfg, &p->loaded, &p->problems))
		return tell_problems(p);
	if (!p->loaded.configured)
		return cli_fail(EXIT_CONFIG,
			"%s: not configured (house = \"\" in %s) - name a house of houses.json", verb,
			p->cfg);
	return EXIT_DONE;
}

int place_open(struct cli *cli, const char *verb, struct place **out)
{
	struct place *p = calloc(1, sizeof(*p));
	int result;

	*out = NULL;
	if (p == NULL)
		return cli_fail(EXIT_FAILED, "%s: out of memory", verb);
	result = load(cli, verb, p);
	if (result == EXIT_DONE)
		*out = p;
	else
		free(p);
	return result;
}

int place_time(struct cli *cli, const char *verb, const struct place *p, struct wall *now, double *speed)
{
	const struct settings *s = &p->loaded.settings;
	struct timespec t;
	double unused;
	struct err e;

	if (speed == NULL)
		speed = &unused;
	if (!s->simulated) {
		clock_gettime(CLOCK_REALTIME, &t);
		now->ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
		*speed = 1;
		return EXIT_DONE;
	}
	if (cli->doors->sim_clock(s->state_dir, now, speed, &e))
		return EXIT_DONE;
	return cli_fail(EXIT_NO_DAEMON, "%s: no simulated time (%s) - start ./run_local first", verb, e.text);
}

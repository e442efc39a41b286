/* SPDX-License-Identifier: MIT */
#include "cli/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { HANDED_OUT_AHEAD_MS = 10000 };	/* a stamp further ahead is of another simulation */

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

/* One simulated instant lasts a while in real time, and two commands in it must not share a time stamp (SF-44 wants
 * "newer"): what was handed out last is remembered beside the clock. Where that cannot be, the clock alone counts. */
static int64_t newer_than_last(const char *state_dir, int64_t now_ms)
{
	char path[PATH_SIZE + 8], text[32] = "";
	int64_t last_ms, stamp_ms = now_ms;
	int fd, n;

	snprintf(path, sizeof(path), "%s/stamp", state_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return now_ms;
	if (flock(fd, LOCK_EX) == 0 && pread(fd, text, sizeof(text) - 1, 0) >= 0) {
		last_ms = strtoll(text, NULL, 10);
		if (last_ms >= now_ms && last_ms < now_ms + HANDED_OUT_AHEAD_MS)
			stamp_ms = last_ms + 1;
		n = snprintf(text, sizeof(text), "%lld\n", (long long)stamp_ms);
		if (pwrite(fd, text, (size_t)n, 0) != n || ftruncate(fd, n) != 0)
			stamp_ms = now_ms;
	}
	close(fd);
	return stamp_ms;
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

int place_stamp(struct cli *cli, const char *verb, const struct place *p, struct wall *now)
{
	int result = place_time(cli, verb, p, now, NULL);

	if (result == EXIT_DONE && p->loaded.settings.simulated)
		now->ms = newer_than_last(p->loaded.settings.state_dir, now->ms);
	return result;
}

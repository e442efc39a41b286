/* SPDX-License-Identifier: MIT */
/* A state directory of the run's own, with the settings the demo would write for that house. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/demo.h"
#include "core/settings/settings.h"
#include "core/wire/houses.h"
#include "whole/inhouse.h"

enum { HOUSES_MAX = 1 << 22, POLL_MOST_S = 10 };

static const char config[] =
	"state_dir = \"%s\"; houses_file = \"%s\";\n"
	"uplink: { host = \"127.0.0.1\"; port = 1; tls = false; };\n"
	"contract: { allow_unsigned_contract = true; };\n"
	"sim: { seed = %lld; speed = 0.0; start = \"%s\"; };\n";
/* The plant moves in steps of DtS: to ask it more often shows nothing new. But what is kept more often is asked more often.
 * Both are within what a real house may be set to. */
static const char polls[] = "sensors: { poll_s = %d; }; meter: { poll_ms = 2000; };\n";
static const char default_start[] = "2027-01-14T05:55-05:00";

static bool first_problem(const struct problems *p, struct err *e)
{
	return err_set(e, ERR_CONFIG, 0, "%.180s", p->text[0]);
}

/* What the files of weather and prices are called, wherever the configuration lies. False: one is not there. */
static bool find_file(const char *given, char found[PATH_SIZE], struct err *e)
{
	char *path = given != NULL ? realpath(given, NULL) : NULL;
	bool there = given == NULL || (path != NULL && strlen(path) < PATH_SIZE);

	found[0] = '\0';
	if (!there)
		err_set(e, ERR_IO, errno, "%.100s: %s - name a file like those in input_data", given, path == NULL ? strerror(errno) : "its name is too long");
	else if (path != NULL)
		strcpy(found, path);
	free(path);
	return there;
}

static bool print_files(const struct inhouse_options *o, char prices[PATH_SIZE], FILE *to, struct err *e)
{
	char weather[PATH_SIZE];

	if (!find_file(o->weather_file, weather, e) || !find_file(o->price_file, prices, e))
		return false;
	if (weather[0] != '\0')
		fprintf(to, "weather: { source = \"file\"; file = \"%s\"; };\n", weather);
	return true;
}

static int poll_s(const struct house *h)
{
	int s = (int)h->plant.dt_s;

	for (int i = 0; i < h->n_channels; i++)
		if (h->channels[i].keep_s > 0 && h->channels[i].keep_s < s && h->channels[i].name != TELEMETRY_RELAY_STATE)
			s = h->channels[i].keep_s;
	return s;
}

static bool print_house(const char *text, size_t length, const struct inhouse_options *o, FILE *to, struct err *e)
{
	char prices[PATH_SIZE] = "";
	struct problems *problems = calloc(1, sizeof(*problems));
	struct house *house = calloc(1, sizeof(*house));
	bool read = problems != NULL && house != NULL;

	if (!read)
		err_set(e, ERR_MEMORY, 0, "out of memory");
	if (read && !houses_read(text, length, o->houses_file, o->house, house, problems))
		read = first_problem(problems, e);
	if (read && !house->simulated)
		read = err_set(e, ERR_CONFIG, 0, "%.60s is a real house - see: spaceheat sim houses", o->house);
	read = read && print_files(o, prices, to, e);
	if (read)
		demo_print_config(house, prices[0] != '\0' ? prices : NULL, to);
	if (read && house->has_plant && house->plant.dt_s <= POLL_MOST_S)
		fprintf(to, polls, poll_s(house));
	free(problems);
	free(house);
	return read;
}

static bool write_config(struct inhouse *h, const char *path, struct err *e)
{
	char *houses = realpath(h->o.houses_file, NULL), *text = NULL;
	FILE *f = fopen(path, "w");
	size_t length;
	bool written = f != NULL && houses != NULL;

	if (!written)
		err_set(e, ERR_IO, errno, "%.100s: %s", houses == NULL ? h->o.houses_file : path, strerror(errno));
	else
		text = load_text(houses, HOUSES_MAX, &length, e);
	if (text != NULL) {
		fprintf(f, config, h->dir, houses, (long long)h->o.seed, h->o.start != NULL ? h->o.start : default_start);
		written = print_house(text, length, &h->o, f, e);
	}
	if (f != NULL && fclose(f) != 0 && written)
		written = err_set(e, ERR_IO, errno, "%.100s: %s", path, strerror(errno));
	free(text);
	free(houses);
	return written && text != NULL;
}

/* A disk of memory: nothing of a simulated run is worth a sync. */
static bool make_dir(struct inhouse *h, struct err *e)
{
	static const char *const places[] = { "/dev/shm/spaceheat-sim-XXXXXX", "/tmp/spaceheat-sim-XXXXXX" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		strcpy(h->dir, places[i]);
		if (mkdtemp(h->dir) != NULL)
			return true;
	}
	h->dir[0] = '\0';
	return err_set(e, ERR_IO, errno, "no directory below /dev/shm or /tmp: %s", strerror(errno));
}

bool inhouse_load(struct inhouse *h, struct err *e)
{
	struct problems *problems;
	char path[160];
	bool loaded;

	if (!make_dir(h, e))
		return false;
	snprintf(path, sizeof(path), "%s/spaceheat.cfg", h->dir);
	if (!write_config(h, path, e))
		return false;
	problems = calloc(1, sizeof(*problems));
	if (problems == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	loaded = load_service(path, &h->loaded, problems) || first_problem(problems, e);
	free(problems);
	if (loaded && !settings_parse_time(h->loaded.settings.sim.start, &h->start.ms, &h->utc_offset_s))
		loaded = err_set(e, ERR_RANGE, 0, "start \"%.60s\" is no time - write it as %s", h->loaded.settings.sim.start,
			default_start);
	return loaded;
}

void inhouse_unload(struct inhouse *h)
{
	DIR *d = h->dir[0] != '\0' ? opendir(h->dir) : NULL;
	struct dirent *entry;
	char path[512];

	while (d != NULL && (entry = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", h->dir, entry->d_name);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlink(path);
	}
	if (d != NULL)
		closedir(d);
	if (h->dir[0] != '\0')
		rmdir(h->dir);
}

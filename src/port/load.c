/* SPDX-License-Identifier: MIT */
/* Loading: find the file, read it, read the house, hold the two against each other. */
#include "port/load.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/history/crc32.h"
#include "core/settings/settings.h"
#include "core/wire/houses.h"
#include "port/config_file.h"
#include "spaceheat/driver.h"

enum { MAX_HOUSES = 1024 * 1024, MAX_SECRET = 4096, MAX_PATH = 4096 };

char *load_text(const char *path, size_t max, size_t *length, struct err *e)
{
	FILE *f = fopen(path, "re");
	char *text = malloc(max + 1);
	size_t n = 0;

	if (!f || !text) {
		err_set(e, f ? ERR_MEMORY : ERR_IO, f ? 0 : errno, "%s", f ? "no memory" : strerror(errno));
	} else {
		n = fread(text, 1, max + 1, f);
		if (ferror(f))
			err_set(e, ERR_IO, errno, "%s", strerror(errno));
		else if (n > max)
			err_set(e, ERR_RANGE, 0, "more than %zu bytes", max);
	}
	if (!f || !text || ferror(f) || n > max) {
		free(text);
		text = NULL;
	} else {
		text[n] = '\0';
		*length = n;
	}
	if (f)
		fclose(f);
	return text;
}

/* ---- which file ---- */

static bool usable(char *path, size_t size, const char *candidate, bool *too_long)
{
	int n = snprintf(path, size, "%s", candidate);

	*too_long = n < 0 || (size_t)n >= size;
	return !*too_long && access(path, F_OK) == 0;
}

bool config_find(const char *given, char *path, size_t size)
{
	const char *from_environment = getenv("SPACEHEAT_CONFIG");
	char demo[64];
	bool too_long;

	if (given)
		return usable(path, size, given, &too_long);
	if (from_environment && from_environment[0])
		return usable(path, size, from_environment, &too_long);
	snprintf(demo, sizeof(demo), "/tmp/spaceheat-demo-%u/spaceheat.cfg", (unsigned int)getuid());
	return usable(path, size, demo, &too_long) ||
	       usable(path, size, "/etc/spaceheat/spaceheat.cfg", &too_long);
}

/* ---- files that settings name ---- */

/* Puts the folder in front of a relative path. One that would not fit stays as it is and fails on opening. */
static void make_absolute(const char *dir, char *path, size_t size)
{
	char joined[2 * MAX_PATH];
	int n;

	if (!path[0] || path[0] == '/' || strncmp(path, "credential:", 11) == 0)
		return;
	n = snprintf(joined, sizeof(joined), "%s/%s", dir, path);
	if (n > 0 && (size_t)n < size)
		memcpy(path, joined, (size_t)n + 1);
}

static void make_all_absolute(const char *cfg_path, struct settings *s)
{
	char copy[MAX_PATH];
	const char *dir;

	snprintf(copy, sizeof(copy), "%s", cfg_path);
	dir = dirname(copy);
	make_absolute(dir, s->houses_file, sizeof(s->houses_file));
	make_absolute(dir, s->state_dir, sizeof(s->state_dir));
	make_absolute(dir, s->uplink.ca_file, sizeof(s->uplink.ca_file));
	make_absolute(dir, s->uplink.cert_file, sizeof(s->uplink.cert_file));
	make_absolute(dir, s->uplink.key_file, sizeof(s->uplink.key_file));
	make_absolute(dir, s->uplink.password_file, sizeof(s->uplink.password_file));
	make_absolute(dir, s->meter.password_file, sizeof(s->meter.password_file));
	make_absolute(dir, s->tariff.file, sizeof(s->tariff.file));
	make_absolute(dir, s->weather.file, sizeof(s->weather.file));
	make_absolute(dir, s->contract.house_key_file, sizeof(s->contract.house_key_file));
}

/* Where a secret lies. False: a credential, and systemd gave us no folder of them (a check by hand). */
static bool secret_path(const char *setting, char *path, size_t size)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (strncmp(setting, "credential:", 11) != 0) {
		snprintf(path, size, "%s", setting);
		return true;
	}
	if (!dir)
		return false;
	snprintf(path, size, "%s/%s", dir, setting + 11);
	return true;
}

/* systemd's own folder is 0400 for the service alone, with an ACL that may show in the group bits. */
static bool mode_matters(const char *setting)
{
	return strncmp(setting, "credential:", 11) != 0;
}

static bool check_secret(
	const char *key, const char *setting, const struct conf_list *list, struct problems *problems)
{
	const struct conf_entry *e = conf_find(list, key);
	const char *file = conf_file_of(list, e);
	char path[MAX_PATH];
	struct stat st;

	if (!setting[0] || !secret_path(setting, path, sizeof(path)))
		return true;
	if (stat(path, &st) != 0)
		return errno == EACCES ? true
				       : problem_add(problems, file, e ? e->line : 0,
						 "%s %s cannot be read (%s) - create it with mode 600", key,
						 path, strerror(errno));
	if (mode_matters(setting) && st.st_mode & (S_IRGRP | S_IROTH | S_IWGRP | S_IWOTH))
		return problem_add(problems, file, e ? e->line : 0, "%s %s has mode %04o - run: chmod 600 %s",
			key, path, (unsigned int)st.st_mode & 07777, path);
	return true;
}

bool load_secret(const char *setting, char *out, size_t size, struct err *e)
{
	char path[MAX_PATH];
	size_t length, line;
	char *text;
	bool fits;

	if (!secret_path(setting, path, sizeof(path)))
		return err_set(
			e, ERR_ABSENT, 0, "%s: no credentials directory; is it loaded by systemd?", setting);
	text = load_text(path, MAX_SECRET, &length, e);
	if (!text)
		return err_in(e, "%s", path);
	line = strcspn(text, "\r\n");
	fits = line < size && strlen(text) == length;
	if (fits) {
		memcpy(out, text, line);
		out[line] = '\0';
	}
	explicit_bzero(text, length);
	free(text);
	return fits || err_set(e, ERR_FORMAT, 0, "%s: no text of fewer than %zu characters", path, size);
}

/* ---- all together ---- */

static bool read_files(
	const char *cfg_path, struct settings *s, struct conf_list *origins, struct problems *problems)
{
	settings_default(s);
	conf_clear(origins);
	return config_file_read(cfg_path, origins, problems);
}

static bool apply_files(
	const char *cfg_path, struct settings *s, const struct conf_list *origins, struct problems *problems)
{
	bool good = settings_apply(origins, s, problems);

	make_all_absolute(cfg_path, s);
	good = check_secret("uplink.password_file", s->uplink.password_file, origins, problems) && good;
	good = check_secret("contract.house_key_file", s->contract.house_key_file, origins, problems) && good;
	good = check_secret("meter.password_file", s->meter.password_file, origins, problems) && good;
	return check_secret("uplink.key_file", s->uplink.key_file, origins, problems) && good;
}

bool load_settings(
	const char *cfg_path, struct settings *s, struct conf_list *origins, struct problems *problems)
{
	return read_files(cfg_path, s, origins, problems) && apply_files(cfg_path, s, origins, problems);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Series of a Plant are looked for beside houses.json. */
static void place_series(const char *houses_file, struct house *h)
{
	char copy[MAX_PATH];
	const char *dir;

	if (!h->has_plant)
		return;
	snprintf(copy, sizeof(copy), "%s", houses_file);
	dir = dirname(copy);
	make_absolute(dir, h->plant.weather.path, sizeof(h->plant.weather.path));
	make_absolute(dir, h->plant.prices.path, sizeof(h->plant.prices.path));
}

/* `file`: where it is read, which of a copy is another place than houses_file. */
static bool load_house(const char *file, const struct conf_list *origins, struct loaded *l, struct problems *problems)
{
	const struct settings *s = &l->settings;
	const struct conf_entry *e = conf_find(origins, "houses_file");
	struct err why;
	size_t length;
	char *text = load_text(file, MAX_HOUSES, &length, &why);
	bool good;

	if (!text)
		return problem_add(problems, conf_file_of(origins, e), e ? e->line : 0,
			"houses_file %s cannot be read (%s) - set houses_file to where houses.json is",
			file, why.text);
	good = houses_read(text, length, base_name(file), s->house, &l->house, problems);
	l->houses_crc = crc32_of(0, text, length);
	free(text);
	if (good)
		place_series(s->houses_file, &l->house);
	return good;
}

/* SF-92: a relay nobody can move is an error of the configuration, not a surprise at the start. */
static bool drivers_exist(const struct loaded *l, struct problems *problems)
{
	bool good = true;

	for (int i = 0; i < l->settings.n_relays && !l->house.simulated; i++) {
		const struct settings_relay *r = &l->settings.relays[i];
		int component = r->node >= 0 ? l->house.nodes[r->node].component : -1;
		const char *make = component < 0 ? "no component" :
			symbols_make_model.list[l->house.components[component].make].word;

		if (component < 0 || !driver_relay_known(make))
			good = problem_add(problems, l->settings.houses_file,
				component < 0 ? l->house.nodes[r->node].line : l->house.components[component].line,
				"relay \"%s\" is a %s, for which this version has no driver - use a board with a driver, or a "
				"newer version", r->node_name, make);
	}
	return good;
}

/* The same of what measures. A device of unknown make is no mistake: it is not read (see houses_channels.c). */
static bool sensors_have_drivers(const struct loaded *l, struct problems *problems)
{
	bool good = true;

	for (int i = 0; i < l->house.n_channels; i++) {
		const struct channel *c = &l->house.channels[i];
		const struct component *device = c->component >= 0 ? &l->house.components[c->component] : NULL;

		/* A meter gives two channels; it is named once. */
		if (c->name == TELEMETRY_RELAY_STATE || c->name == TELEMETRY_CURRENT_UA || device == NULL ||
			driver_for(&l->house, c) != NULL)
			continue;
		good = problem_add(problems, l->settings.houses_file, device->line,
			"%s \"%s\" is a %s, for which this version has no driver - see docs/hardware.md for those it has, or "
			"make it Generic__File", device->kind == COMPONENT_ELECTRIC_METER ? "meter" : "sensor",
			house_alias(&l->house, c->by), component_make(device));
	}
	return good;
}

static bool meter_has(const struct loaded *l, const struct conf_list *origins, const struct node *n,
	const struct driver *driver, struct problems *problems)
{
	const struct conf_entry *e = conf_find(origins, "meter");
	bool good = true;

	if (driver->needs_port && l->settings.meter.port[0] == '\0')
		good = problem_add(problems, conf_file_of(origins, e), e ? e->line : 0,
			"meter.port = \"\", but house %s has a meter at \"%s\" - set meter.port, like \"/dev/ttyUSB0\"",
			l->house.key, n->alias);
	if (driver->needs_power_address && l->settings.meter.power_address < 0)
		good = problem_add(problems, conf_file_of(origins, e), e ? e->line : 0,
			"meter.power_address is not set, but the meter at \"%s\" is a %s - set it to the register of its power",
			n->alias, driver->make_model);
	return good;
}

/* What its driver cannot read it without is set. */
static bool meters_have_settings(const struct loaded *l, const struct conf_list *origins, struct problems *problems)
{
	bool good = true;

	for (int i = 0; i < l->house.n_nodes && !l->settings.simulated; i++) {
		const struct node *n = &l->house.nodes[i];
		const struct driver *driver = n->actor != ACTOR_CLASS_POWER_METER || n->component < 0 ? NULL :
			driver_sense(component_make(&l->house.components[n->component]));

		if (driver != NULL && !meter_has(l, origins, n, driver, problems))
			good = false;
	}
	return good;
}

/* Both look, whatever the other finds. */
static bool house_fits(struct loaded *l, const struct conf_list *origins, struct problems *problems)
{
	bool resolved = settings_resolve(&l->settings, &l->house, origins, problems);

	return meters_have_settings(l, origins, problems) && resolved;
}

static bool read_more(const struct load_copy *from, struct conf_list *origins, struct problems *problems)
{
	for (int i = 0; i < from->n_more; i++)
		if (!config_file_text(from->more[i], strlen(from->more[i]), from->more_name, origins, problems))
			return false;
	return true;
}

static bool load_all(
	const struct load_copy *from, struct loaded *l, struct conf_list *origins, struct problems *problems)
{
	const char *houses = from->houses_file != NULL ? from->houses_file : l->settings.houses_file;
	bool good;

	if (!read_files(from->cfg_path, &l->settings, origins, problems) || !read_more(from, origins, problems))
		return false; /* after a syntax error the rest would be guesswork */
	good = apply_files(from->stands_for, &l->settings, origins, problems);
	l->configured = l->settings.house[0] != '\0';
	if (!l->configured)
		return good;
	/* With mistakes in the settings the house is read all the same: all errors at once (SF-90). */
	good = load_house(houses, origins, l, problems) && house_fits(l, origins, problems) && good &&
		drivers_exist(l, problems) && sensors_have_drivers(l, problems);
	settings_model_house(&l->settings, &l->house);
	settings_replay(&l->settings, &l->house);
	return good;
}

bool load_copy(const struct load_copy *from, struct loaded *l, struct problems *problems)
{
	struct conf_list *origins = malloc(sizeof(*origins));
	bool good;

	memset(l, 0, sizeof(*l));
	if (!origins)
		return problem_add(
			problems, NULL, 0, "no memory for the configuration - close other programs");
	good = load_all(from, l, origins, problems);
	free(origins);
	return good;
}

bool load_service(const char *cfg_path, struct loaded *l, struct problems *problems)
{
	return load_copy(&(struct load_copy){ .cfg_path = cfg_path, .stands_for = cfg_path }, l, problems);
}

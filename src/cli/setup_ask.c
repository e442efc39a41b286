/* SPDX-License-Identifier: MIT */
/* The conversation of `spaceheat setup`: the questions of site.c, thermometers read as they are asked about, and at the end the
 * two files, put in place only when the service would take them. */
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/setup.h"
#include "cli/site.h"
#include "port/load.h"
#include "port/small_file.h"

enum { MAX_FILE = 1024 * 1024, LINE = 512 };

struct talk {
	struct cli *cli;
	const struct settings *settings;
	const char *cfg;
	char dir[PATH_SIZE];		/* of cfg */
	char trial[PATH_SIZE + 16];	/* where the files are tried */
	struct site site;
	struct loaded loaded;
	struct problems problems;
	gid_t group;			/* that may read cfg, and so shall the new files */
};

/* ---- what was found ---- */

static void add_sensor(struct site *s, const char *make_model, const char *hw_uid)
{
	if (s->n_sensors == SITE_SENSORS)
		return;
	s->sensors[s->n_sensors].make_model = make_model;
	snprintf(s->sensors[s->n_sensors++].hw_uid, sizeof(s->sensors[0].hw_uid), "%.63s", hw_uid);
}

/* Each input of a converter may have a thermistor. */
static void take_found(struct site *s, const struct setup_scan *scan)
{
	for (int i = 0; i < scan->n; i++) {
		const struct found *f = &scan->list[i];

		if (strcmp(f->bus, "1-wire") == 0)
			add_sensor(s, "Adafruit__642", f->address + strlen("28-"));
		for (int input = 0; input < 4 && strstr(f->what, "Ads1115") != NULL; input++) {
			char place[16];

			snprintf(place, sizeof(place), "%.4s:%d", f->address, input);
			add_sensor(s, "TI__Ads1115Ntc", place);
		}
	}
	snprintf(s->meter_make, sizeof(s->meter_make), "%s", scan->make);
	snprintf(s->meter_serial, sizeof(s->meter_serial), "%s", scan->serial);
	snprintf(s->meter_port, sizeof(s->meter_port), "%s", scan->port);
	s->meter_unit = scan->unit_id;
}

/* ---- asking ---- */

static void read_now(struct talk *t, struct site_sensor *sensor)
{
	sensor->known = t->cli->doors->read_thermometer != NULL &&
		t->cli->doors->read_thermometer(t->settings, sensor->make_model, sensor->hw_uid, &sensor->now_c);
	if (sensor->known && !sensor->ever)
		sensor->first_c = sensor->now_c;
	sensor->ever = sensor->ever || sensor->known;
}

/* False: the conversation ended before its end. */
static bool talk_through(struct talk *t)
{
	char text[SITE_TEXT], why[SITE_WHY], line[LINE];

	while (!t->site.done) {
		struct site_sensor *sensor = site_sensor_asked(&t->site);

		if (sensor != NULL)
			read_now(t, sensor);
		site_question(&t->site, text);
		printf("%s: ", text);
		fflush(stdout);
		if (fgets(line, sizeof(line), stdin) == NULL)
			return false;
		line[strcspn(line, "\r\n")] = '\0';
		if (!site_answer(&t->site, line, why))
			printf("  %s\n", why);
	}
	return true;
}

/* ---- writing ---- */

/* As cfg is: whoever may read that may read this. */
static bool give_group(const struct talk *t, const char *path, struct err *e)
{
	return chown(path, (uid_t)-1, t->group) == 0 || errno == EPERM ||
		err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
}

static bool put(const struct talk *t, const char *path, const char *text, struct err *e)
{
	if (!small_file_replace(path, text, strlen(text), e))
		return err_in(e, "%s", path);
	return give_group(t, path, e);
}

static bool copy_file(const struct talk *t, const char *from, const char *to, struct err *e)
{
	size_t length;
	char *text = load_text(from, MAX_FILE, &length, e);
	bool copied = text != NULL ? put(t, to, text, e) : err_in(e, "%s", from);

	free(text);
	return copied;
}

static bool copy_parts(const struct talk *t, struct err *e)
{
	char from[2 * PATH_SIZE], to[2 * PATH_SIZE];
	const struct dirent *entry;
	bool copied = true;
	DIR *d;

	snprintf(from, sizeof(from), "%s/conf.d", t->dir);
	d = opendir(from);
	while (copied && d != NULL && (entry = readdir(d)) != NULL) {
		size_t n = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || n < 5 || strcmp(entry->d_name + n - 4, ".cfg") != 0 ||
			strcmp(entry->d_name, "10-site.cfg") == 0)
			continue;
		snprintf(from, sizeof(from), "%s/conf.d/%.100s", t->dir, entry->d_name);
		snprintf(to, sizeof(to), "%s/conf.d/%.100s", t->trial, entry->d_name);
		copied = copy_file(t, from, to, e);
	}
	if (d != NULL)
		closedir(d);
	return copied;
}

static bool make_folder(const struct talk *t, const char *path, struct err *e)
{
	if (mkdir(path, 0750) != 0 && errno != EEXIST)
		return err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
	return give_group(t, path, e);
}

static void name(const struct talk *t, bool trial, const char *file, char out[2 * PATH_SIZE])
{
	snprintf(out, 2 * PATH_SIZE, "%s/%s", trial ? t->trial : t->dir, file);
}

static bool put_made(const struct talk *t, struct err *e)
{
	char path[2 * PATH_SIZE], final[2 * PATH_SIZE], *text, *cfg = NULL;
	cJSON *house = site_house(&t->site);
	size_t size;
	FILE *f = open_memstream(&cfg, &size);
	bool made;

	text = cJSON_Print(house);
	cJSON_Delete(house);
	name(t, false, "house.json", final);
	if (f != NULL)
		site_print_cfg(f, &t->site, final);
	made = f != NULL && fclose(f) == 0 && text != NULL;
	if (!made)
		err_set(e, ERR_MEMORY, 0, "no memory");
	name(t, true, "house.json", path);
	made = made && put(t, path, text, e);
	name(t, true, "conf.d/10-site.cfg", path);
	made = made && put(t, path, cfg, e);
	free(cfg);
	free(text);
	return made;
}

/* A copy of the whole configuration with the new files in it. */
static bool make_trial(const struct talk *t, struct err *e)
{
	char path[2 * PATH_SIZE];

	name(t, true, "conf.d", path);
	if (!make_folder(t, t->trial, e) || !make_folder(t, path, e))
		return false;
	name(t, true, "spaceheat.cfg", path);
	return copy_file(t, t->cfg, path, e) && copy_parts(t, e) && put_made(t, e);
}

static bool is_good(struct talk *t)
{
	char cfg[2 * PATH_SIZE], house[2 * PATH_SIZE];
	const struct load_copy copy = { .cfg_path = cfg, .houses_file = house, .stands_for = t->cfg };

	name(t, true, "spaceheat.cfg", cfg);
	name(t, true, "house.json", house);
	return load_copy(&copy, &t->loaded, &t->problems);
}

/* What was there stays beside it as FILE.old. */
static bool install(const struct talk *t, const char *file, struct err *e)
{
	char from[2 * PATH_SIZE], to[2 * PATH_SIZE], old[2 * PATH_SIZE + 8];

	name(t, true, file, from);
	name(t, false, file, to);
	snprintf(old, sizeof(old), "%s.old", to);
	if (access(to, F_OK) == 0 && ((unlink(old) != 0 && errno != ENOENT) || link(to, old) != 0))
		return err_set(e, ERR_IO, errno, "%s: %s", old, strerror(errno));
	return rename(from, to) == 0 || err_set(e, ERR_IO, errno, "%s: %s", to, strerror(errno));
}

static void remove_trial(const struct talk *t)
{
	char path[2 * PATH_SIZE], dir[2 * PATH_SIZE];
	const struct dirent *entry;
	DIR *d;

	name(t, true, "conf.d", dir);
	d = opendir(dir);
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%.300s/%.100s", dir, entry->d_name);
			unlink(path);
		}
	if (d != NULL)
		closedir(d);
	rmdir(dir);
	name(t, true, "spaceheat.cfg", path);
	unlink(path);
	name(t, true, "house.json", path);
	unlink(path);
	rmdir(t->trial);
}

static bool install_all(const struct talk *t, struct err *e)
{
	char path[2 * PATH_SIZE];

	name(t, false, "conf.d", path);
	return make_folder(t, path, e) && install(t, "house.json", e) && install(t, "conf.d/10-site.cfg", e) &&
		small_file_sync_dir(t->dir, e) && small_file_sync_dir(path, e);
}

static int fail(const struct err *e)
{
	return cli_fail(e->os == EACCES ? EXIT_PERMISSION : EXIT_FAILED, "setup: %s - run: sudo spaceheat setup", e->text);
}

static int write_all(struct talk *t)
{
	struct err e;

	if (!make_trial(t, &e))
		return fail(&e);
	if (!is_good(t)) {
		for (int i = 0; i < t->problems.n; i++)
			fprintf(stderr, "%s\n", t->problems.text[i]);
		return cli_fail(EXIT_CONFIG, "setup: the configuration is as it was; what you answered is in %s - run it again, or mend and "
			"move the files", t->trial);
	}
	if (!install_all(t, &e))
		return fail(&e);
	remove_trial(t);
	printf("%s/house.json and conf.d/10-site.cfg are written and good; what was there before ends in .old. Next:\n"
		"  sudo systemctl restart spaceheatd\n  spaceheat doctor\n  spaceheat relay test --all\n", t->dir);
	return EXIT_DONE;
}

int setup_ask(struct cli *cli, const char *cfg, const struct settings *settings, const struct setup_scan *scan)
{
	struct talk *t = calloc(1, sizeof(*t));
	char copy[PATH_SIZE];
	struct stat st;
	int result;

	if (t == NULL)
		return cli_fail(EXIT_FAILED, "setup: out of memory");
	t->cli = cli;
	t->settings = settings;
	t->cfg = cfg;
	snprintf(copy, sizeof(copy), "%s", cfg);
	snprintf(t->dir, sizeof(t->dir), "%s", dirname(copy));
	snprintf(t->trial, sizeof(t->trial), "%s/setup.new", t->dir);
	t->group = stat(cfg, &st) == 0 ? st.st_gid : (gid_t)-1;
	take_found(&t->site, scan);
	puts("It asks, and never switches anything. Enter alone takes what stands in [brackets]; Ctrl-C leaves all as it is.");
	if (!talk_through(t) || !t->site.write) {
		puts("\nNothing is written.");
		result = t->site.done ? EXIT_DONE : EXIT_INTERRUPTED;
	} else {
		result = write_all(t);
	}
	free(t);
	return result;
}

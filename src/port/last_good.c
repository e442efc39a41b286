/* SPDX-License-Identifier: MIT */
#include "port/last_good.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "port/small_file.h"

enum { MAX_COPIED = 1024 * 1024 };

static const char fresh_name[] = "last-good.new", good_name[] = "last-good", old_name[] = "last-good.old";

static bool join(char out[PATH_MAX], const char *dir, const char *name, struct err *e)
{
	return snprintf(out, PATH_MAX, "%s/%s", dir, name) < PATH_MAX ||
	       err_set(e, ERR_IO, ENAMETOOLONG, "%s: name too long", dir);
}

static bool copy_file(const char *from, const char *dir, const char *name, struct err *e)
{
	char to[PATH_MAX];
	size_t length;
	char *text;
	bool copied;

	if (!join(to, dir, name, e))
		return false;
	text = load_text(from, MAX_COPIED, &length, e);
	if (text == NULL)
		return err_in(e, "%s", from);
	copied = small_file_replace(to, text, length, e);
	free(text);
	return copied;
}

static bool make_dir(const char *path, struct err *e)
{
	return mkdir(path, 0750) == 0 || errno == EEXIST || err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
}

static bool is_part(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 4 && strcmp(name + n - 4, ".cfg") == 0;
}

static bool copy_parts(const char *from, const char *to, struct err *e)
{
	DIR *d = opendir(from);
	char path[PATH_MAX];
	struct dirent *entry;
	bool copied = true;

	if (d == NULL)
		return errno == ENOENT || errno == ENOTDIR || err_set(e, ERR_IO, errno, "%s: %s", from, strerror(errno));
	while (copied && (entry = readdir(d)) != NULL)
		if (is_part(entry->d_name))
			copied = join(path, from, entry->d_name, e) && copy_file(path, to, entry->d_name, e);
	closedir(d);
	return copied;
}

/* Removes what we made: files of one folder, its conf.d, itself. */
static void remove_copy(const char *dir, int depth)
{
	DIR *d = opendir(dir);
	char path[PATH_MAX];
	struct dirent *entry;
	struct err e;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			!join(path, dir, entry->d_name, &e))
			continue;
		if (unlink(path) != 0 && depth > 0)
			remove_copy(path, depth - 1);
	}
	if (d != NULL)
		closedir(d);
	rmdir(dir);
}

static bool fill(const char *dir, const char *cfg_path, const char *houses_file, struct err *e)
{
	char copy[PATH_MAX], from[PATH_MAX], parts[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", cfg_path);
	return join(from, dirname(copy), "conf.d", e) && join(parts, dir, "conf.d", e) && make_dir(dir, e) &&
	       make_dir(parts, e) && copy_file(cfg_path, dir, "spaceheat.cfg", e) &&
	       copy_file(houses_file, dir, "houses.json", e) && copy_parts(from, parts, e) &&
	       small_file_sync_dir(parts, e) && small_file_sync_dir(dir, e);
}

/* Between the two renames only the old copy stands, under its other name: last_good_load looks there too. */
bool last_good_save(const char *state_dir, const char *cfg_path, const char *houses_file, struct err *e)
{
	char fresh[PATH_MAX], good[PATH_MAX], old[PATH_MAX];

	if (!join(fresh, state_dir, fresh_name, e) || !join(good, state_dir, good_name, e) ||
		!join(old, state_dir, old_name, e))
		return false;
	remove_copy(fresh, 1);
	if (!fill(fresh, cfg_path, houses_file, e)) {
		remove_copy(fresh, 1);
		return err_in(e, "copy of the configuration");
	}
	remove_copy(old, 1);
	if ((rename(good, old) != 0 && errno != ENOENT) || rename(fresh, good) != 0)
		return err_set(e, ERR_IO, errno, "copy of the configuration: %s: %s", good, strerror(errno));
	remove_copy(old, 1);
	return small_file_sync_dir(state_dir, e);
}

static bool load_from(const char *state_dir, const char *name, const char *cfg_path, struct loaded *l,
	struct problems *problems)
{
	char dir[PATH_MAX], cfg[PATH_MAX], houses[PATH_MAX];
	struct err e;

	if (!join(dir, state_dir, name, &e) || !join(cfg, dir, "spaceheat.cfg", &e) ||
		!join(houses, dir, "houses.json", &e) || access(cfg, R_OK) != 0)
		return false;
	return load_copy(&(struct load_copy){ .cfg_path = cfg, .houses_file = houses, .stands_for = cfg_path }, l, problems);
}

bool last_good_load(const char *state_dir, const char *cfg_path, struct loaded *l, struct problems *problems)
{
	return load_from(state_dir, good_name, cfg_path, l, problems) ||
	       load_from(state_dir, old_name, cfg_path, l, problems);
}

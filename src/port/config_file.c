/* SPDX-License-Identifier: MIT */
/* libconfig, fenced in: a file becomes a flat list of entries with their lines.
 *
 * Of libconfig's habits three matter here: it stops at the first syntax error, takes a missing ';', and
 * refuses a key that stands twice in one group. It would follow @include; we do not: a file is one file. */
#include "port/config_file.h"

#include <dirent.h>
#include <errno.h>
#include <libconfig.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/load.h"

enum { MAX_FILE = 256 * 1024, MAX_DEPTH = 6, MAX_PARTS = CONF_FILES - 2, MAX_PATH = 4096 };

struct flatten {
	struct conf_list *list;
	const char *name;
	struct problems *problems;
};

static bool flatten_setting(const struct flatten *, const config_setting_t *, const char *path, int depth);

static bool flatten_members(
	const struct flatten *f, const config_setting_t *group, const char *path, int depth)
{
	bool named = config_setting_type(group) == CONFIG_TYPE_GROUP;
	int n = config_setting_length(group);

	for (int i = 0; i < n; i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned int)i);
		const char *name = config_setting_name(s);
		char inner[2 * CONF_PATH];
		int length = named ? snprintf(inner, sizeof(inner), "%s%s%s", path, path[0] ? "." : "", name)
				   : snprintf(inner, sizeof(inner), "%s[%d]", path, i);

		if (length >= CONF_PATH)
			return problem_add(f->problems, f->name, (int)config_setting_source_line(s),
				"\"%.40s...\" is no setting - remove it", inner);
		if (!flatten_setting(f, s, inner, depth))
			return false;
	}
	return true;
}

/* Copies what libconfig holds. */
static void take_value(const config_setting_t *s, struct conf_entry *e)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		e->kind = CONF_INT;
		e->number = config_setting_get_int64(s);
		e->real = (double)e->number;
		break;
	case CONFIG_TYPE_FLOAT:
		e->kind = CONF_FLOAT;
		e->real = config_setting_get_float(s);
		break;
	case CONFIG_TYPE_BOOL:
		e->kind = CONF_BOOL;
		e->yes = config_setting_get_bool(s) != 0;
		break;
	case CONFIG_TYPE_STRING:
		e->kind = CONF_TEXT;
		e->length = strlen(config_setting_get_string(s));
		snprintf(e->text, sizeof(e->text), "%s", config_setting_get_string(s));
		break;
	case CONFIG_TYPE_GROUP:
		e->kind = CONF_GROUP;
		break;
	default:
		e->kind = CONF_LIST;
		e->number = config_setting_length(s);
		break;
	}
}

static bool flatten_setting(const struct flatten *f, const config_setting_t *s, const char *path, int depth)
{
	struct conf_entry e = { .line = (int)config_setting_source_line(s) };

	take_value(s, &e);
	memcpy(e.path, path, strlen(path) + 1); /* flatten_members saw to its length */
	if (!conf_put(f->list, &e))
		return problem_add(
			f->problems, f->name, e.line, "more than %d settings - remove some", CONF_MAX);
	if (e.kind != CONF_GROUP && e.kind != CONF_LIST)
		return true;
	if (depth == MAX_DEPTH)
		return problem_add(f->problems, f->name, e.line, "%s lies too deep (%d levels) - remove it",
			path, depth);
	return flatten_members(f, s, path, depth + 1);
}

static bool syntax_problem(const config_t *c, const char *name, struct problems *problems)
{
	const char *text = config_error_text(c);
	int line = config_error_line(c);

	if (text && strcmp(text, "duplicate setting name") == 0)
		return problem_add(
			problems, name, line, "a setting stands twice in its group - remove one of them");
	if (text && strcmp(text, "mismatched element type in array") == 0)
		return problem_add(problems, name, line,
			"an array [ ... ] mixes types - write all numbers alike, like 20.0");
	return problem_add(problems, name, line,
		"syntax error - check this line and the one before for a missing quote, bracket or '='");
}

/* The line of an @include, 0: none. libconfig looks for it at the start of a line. */
static int include_line(const char *text)
{
	int line = 1;

	for (const char *p = text; *p; line++) {
		p += strspn(p, " \t");
		if (strncmp(p, "@include", 8) == 0)
			return line;
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return 0;
}

bool config_file_text(
	const char *text, size_t length, const char *name, struct conf_list *list, struct problems *problems)
{
	struct flatten f = { list, name, problems };
	int before = problems->n + problems->more, included;
	config_t config;

	if (strlen(text) != length)
		return problem_add(
			problems, name, 1, "the file holds a byte 0 - it is no text; write it anew");
	included = include_line(text);
	if (included)
		return problem_add(
			problems, name, included, "@include is not read here - put the file into conf.d");
	if (!conf_file(list, name))
		return problem_add(problems, name, 0, "more than %d files - join some", CONF_FILES);
	config_init(&config);
	if (config_read_string(&config, text) != CONFIG_TRUE)
		syntax_problem(&config, name, problems);
	else
		flatten_members(&f, config_root_setting(&config), "", 1);
	config_destroy(&config);
	return problems->n + problems->more == before;
}

static bool read_one(const char *path, const char *name, struct conf_list *list, struct problems *problems)
{
	struct err e;
	size_t length;
	char *text = load_text(path, MAX_FILE, &length, &e);
	bool good;

	if (!text)
		return problem_add(problems, path, 0,
			"cannot be read (%s) - check that the file is there and readable", e.text);
	good = config_file_text(text, length, name, list, problems);
	free(text);
	return good;
}

static int is_part(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 4 && strcmp(d->d_name + n - 4, ".cfg") == 0;
}

/* By bytes, not by locale: the order must not depend on who starts the service. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool read_parts(const char *dir, struct conf_list *list, struct problems *problems)
{
	struct dirent **parts = NULL;
	char path[MAX_PATH + 300], name[CONF_FILE];
	int n = scandir(dir, &parts, is_part, by_name);
	bool good = true;

	if (n < 0 && errno != ENOENT && errno != ENOTDIR)
		return problem_add(problems, "conf.d", 0, "cannot be read (%s) - check its permissions",
			strerror(errno));
	if (n > MAX_PARTS)
		good = problem_add(
			problems, "conf.d", 0, "holds %d files (at most %d) - join some", n, MAX_PARTS);
	for (int i = 0; i < n; i++) {
		if (i < MAX_PARTS) {
			snprintf(path, sizeof(path), "%s/%s", dir, parts[i]->d_name);
			snprintf(name, sizeof(name), "conf.d/%.80s", parts[i]->d_name);
			good = read_one(path, name, list, problems) && good;
		}
		free(parts[i]);
	}
	free(parts);
	return good;
}

bool config_file_read(const char *path, struct conf_list *list, struct problems *problems)
{
	char copy[MAX_PATH], dir[MAX_PATH + 16];
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	bool good;

	if (strlen(path) >= sizeof(copy))
		return problem_add(
			problems, NULL, 0, "the path of the configuration is too long - use a shorter one");
	snprintf(copy, sizeof(copy), "%s", path);
	snprintf(dir, sizeof(dir), "%s/conf.d", dirname(copy));
	good = read_one(path, name, list, problems);
	return read_parts(dir, list, problems) && good;
}

/* SPDX-License-Identifier: MIT */
#include "port/forecast_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/series.h"
#include "port/load.h"
#include "port/small_file.h"

enum { MAX_SERIES = 4 * 1024 * 1024, MAX_KEPT = 64 * 1024, NAME_ROOM = 32 };

static const struct series_form *const forms[N_FORECAST_FILES] = {
	[FORECAST_FILE_WEATHER] = &series_weather, [FORECAST_FILE_PRICES] = &series_prices,
};

void forecast_files_open(struct forecast_files *f, const char *state_dir)
{
	memset(f, 0, sizeof(*f));
	snprintf(f->state_dir, sizeof(f->state_dir), "%s", state_dir);
	for (int i = 0; i < N_FORECAST_FILES; i++)
		f->file[i].seen.st_size = -1;
}

void forecast_files_close(struct forecast_files *f)
{
	for (int i = 0; i < N_FORECAST_FILES; i++) {
		free(f->file[i].rows);
		f->file[i].rows = NULL;
	}
}

/* --- files people write --------------------------------------------------------------------------------- */

static bool unchanged(const struct forecast_file_state *f, const char *path, const struct stat *now)
{
	return strcmp(f->path, path) == 0 && f->seen.st_size == now->st_size && f->seen.st_ino == now->st_ino &&
		f->seen.st_mtim.tv_sec == now->st_mtim.tv_sec && f->seen.st_mtim.tv_nsec == now->st_mtim.tv_nsec;
}

static bool take_rows(struct forecast_file_state *f, const struct series_form *form, const char *text)
{
	int n;

	if (!series_parse(form, text, NULL, &n, &f->err))
		return false;
	f->rows = malloc((size_t)n * sizeof(*f->rows));
	if (f->rows == NULL)
		return err_set(&f->err, ERR_MEMORY, 0, "no memory");
	return series_parse(form, text, f->rows, &f->n, &f->err);
}

static void read_file(struct forecast_file_state *f, const struct series_form *form, const char *path)
{
	size_t length;
	char *text = load_text(path, MAX_SERIES, &length, &f->err);

	snprintf(f->path, sizeof(f->path), "%s", path);
	free(f->rows);
	f->rows = NULL;
	f->n = 0;
	if (text == NULL || !take_rows(f, form, text))
		err_in(&f->err, "%.120s", path);
	free(text);
}

static bool rows(void *self, enum forecast_file which, const char *path, struct series_view *view, struct err *e)
{
	struct forecast_file_state *f = &((struct forecast_files *)self)->file[which];
	struct stat now;

	if (path[0] == '\0')
		return err_set(e, ERR_CONFIG, 0, "no file is named");
	if (stat(path, &now) != 0)
		return err_set(e, ERR_IO, errno, "%.120s: %s", path, strerror(errno));
	if (!unchanged(f, path, &now)) {
		read_file(f, forms[which], path);
		f->seen = now;
	}
	*view = (struct series_view){ f->rows, f->n, now.st_mtim.tv_sec };
	if (f->rows == NULL)
		*e = f->err;
	return f->rows != NULL;
}

/* --- what we remember ------------------------------------------------------------------------------------ */

static bool recall(void *self, const char *name, char *text, size_t size)
{
	const struct forecast_files *f = self;
	char path[PATH_SIZE + NAME_ROOM], *kept;
	size_t length;
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", f->state_dir, name);
	kept = f->state_dir[0] != '\0' ? load_text(path, MAX_KEPT, &length, &e) : NULL;
	if (kept == NULL)
		return false;
	snprintf(text, size, "%s", kept);
	free(kept);
	return true;
}

static bool keep(void *self, const char *name, const char *text, size_t length, struct err *e)
{
	const struct forecast_files *f = self;
	char path[PATH_SIZE + NAME_ROOM];

	snprintf(path, sizeof(path), "%s/%s", f->state_dir, name);
	return f->state_dir[0] == '\0' || small_file_replace(path, text, length, e);
}

struct forecast_port forecast_files_port(struct forecast_files *f)
{
	return (struct forecast_port){ f, rows, recall, keep };
}

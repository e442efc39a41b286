/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/history.h"
#include "cli/place.h"
#include "cli/words.h"
#include "core/sim/fault.h"
#include "port/store_sqlite.h"

enum { SHARE_LEAST_S = 60, SHARE_MOST_S = 86400, SHARE_S = 900 };

static const char extension[] = "spaceheat-sqlite";

/* Beside this program, where it is built, or in the folder where it is installed; without .so, as sqlite3 likes it. */
static const char *extension_path(char *out, size_t size)
{
	static const char *const folders[] = { "", "../lib/spaceheat/" };
	char self[PATH_MAX], file[2 * PATH_MAX], real[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; n > 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(file, sizeof(file), "%.*s%s%s.so", (int)(strrchr(self, '/') - self) + 1, self, folders[i], extension);
		if (realpath(file, real) == NULL)
			continue;
		snprintf(out, size, "%.*s", (int)strlen(real) - 3, real);
		return out;
	}
	snprintf(out, size, "%s", extension);
	return out;
}

static void print_share(const cJSON *data)
{
	const char *path = words_text(data, "path", "?");
	char until[32], load[PATH_MAX];
	double for_s;
	time_t at;

	if (!cJSON_IsTrue(words_at(data, "open"))) {
		printf("%s: the service has it alone\n", path);
		return;
	}
	if (!words_number(data, "for_s", &for_s)) {
		printf("%s may be opened at any time (history.share = true)\n", path);
	} else if (for_s <= 0) {
		printf("%s is still open: another program has it; the service has it alone within an hour after that\n", path);
		return;
	} else {
		at = time(NULL) + (time_t)for_s;
		strftime(until, sizeof(until), "%Y-%m-%dT%H:%M:%S%z", localtime(&at));
		printf("%s may be opened until %s\n", path, until);
	}
	printf("  sqlite3 -readonly -cmd '.load %s' %s\n", extension_path(load, sizeof(load)), path);
	puts("tables: reading_exact reading_minute reading_quarter reading_day event gap");
}

static cJSON *share_args(int64_t seconds)
{
	cJSON *args = cJSON_CreateObject();

	if (seconds > 0)
		cJSON_AddNumberToObject(args, "seconds", (double)seconds);
	else
		cJSON_AddTrueToObject(args, "end");
	return args;
}

int cli_history_share(struct cli *cli, const char *word)
{
	bool end = word != NULL && strcmp(word, "end") == 0;
	int64_t ms = SHARE_S * 1000;
	cJSON *data = NULL;
	int result;

	if (word != NULL && !end &&
		(!fault_read_duration(word, &ms) || ms < SHARE_LEAST_S * 1000 || ms > SHARE_MOST_S * 1000LL))
		return cli_usage("history", "'%.40s' is no time to share for - write 15m, 2h, at least 1m, at most 24h; or end",
			word);
	result = ask_once(cli, "history share", "history_share", share_args(end ? 0 : ms / 1000), &data);
	if (result == EXIT_DONE && data != NULL)
		print_share(data);
	cJSON_Delete(data);
	return result;
}

/* --- backup -------------------------------------------------------------------------------- */

static int ask_share(struct ask *a, int64_t seconds, bool *open)
{
	cJSON *data = NULL;
	int result = ask_verb(a, "history_share", share_args(seconds), &data);

	*open = cJSON_IsTrue(words_at(data, "open"));
	cJSON_Delete(data);
	return result == EXIT_DONE || a->refusal == NULL ? result : ask_tell(a);
}

/* The service lets us in, and has it alone again afterwards. */
static int copy_shared(struct cli *cli, const char *path, const char *file)
{
	struct ask *a = malloc(sizeof(*a));
	bool open = false, unused;
	struct err e;
	int result;

	if (a == NULL)
		return cli_fail(EXIT_FAILED, "history backup: out of memory");
	result = ask_open(a, cli, "history backup");
	if (result == EXIT_DONE) {
		result = ask_share(a, SHARE_S, &open);
		if (result == EXIT_DONE && !store_sqlite_backup(path, file, &e))
			result = cli_fail(EXIT_FAILED, "history backup: %s", e.text);
		if (open)
			ask_share(a, 0, &unused);
		ask_close(a);
	}
	free(a);
	return result;
}

int cli_history_backup(struct cli *cli, const char *file)
{
	char path[PATH_SIZE + 16];
	struct place *p;
	struct err e;
	int result = place_open(cli, "history backup", &p);

	if (result != EXIT_DONE)
		return result;
	snprintf(path, sizeof(path), "%s/history.db", p->loaded.settings.state_dir);
	free(p);
	if (!store_sqlite_backup(path, file, &e))
		result = e.code == ERR_BUSY ? copy_shared(cli, path, file) :
			cli_fail(EXIT_FAILED, "history backup: %s", e.text);
	if (result == EXIT_DONE && !cli->quiet)
		printf("%s is a copy of %s\n", file, path);
	return result;
}

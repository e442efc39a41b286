/* SPDX-License-Identifier: MIT */
/* look FILE: what is in the database of a service that has ended, through the product's own port: one line
 * "events N contracts ID..."; exit 1 and a reason when it does not open, is not whole, or the store has something to say. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "port/store_sqlite.h"
#include "../support/tap.h"

static int fail(const char *what, const char *more)
{
	printf("%s: %s\n", what, more);
	return 1;
}

static bool count_event(void *ctx, const struct store_event *v)
{
	(void)v;
	++*(int64_t *)ctx;
	return true;
}

static int tell(const struct store *s)
{
	struct tap_print print;
	struct contract_record r;
	int64_t events = 0;
	char text[300];
	struct err e;
	bool found;

	if (s->notice(s->self, text, sizeof(text)))
		return fail("the store has something to say", text);
	if (!tap_take_print(s, &print, &e) || !s->for_events(s->self, 0, INT64_MAX, count_event, &events, &e))
		return fail("not readable", e.text);
	printf("events %lld contracts", (long long)events);
	for (int i = 0; i < N_CONTRACT_PLACES; i++)
		if (s->get_contract(s->self, i, &r, &found, &e) && found && r.state != CONTRACT_NONE)
			printf(" %02x%02x%02x%02x", r.id.b[0], r.id.b[1], r.id.b[2], r.id.b[3]);
	printf("\n");
	return 0;
}

static int is_whole(const char *path)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	const char *says = "no answer";
	int bad;

	if (sqlite3_open(path, &db) == SQLITE_OK &&
		sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		says = (const char *)sqlite3_column_text(st, 0);
	bad = strcmp(says, "ok") != 0 ? fail("integrity_check", says) : 0;
	sqlite3_finalize(st);
	sqlite3_close(db);
	return bad;
}

int main(int argc, char **argv)
{
	struct store s;
	struct err e;
	int bad;

	if (argc != 2)
		return 2;
	if (access(argv[1], F_OK) != 0)	/* the service ended before it made one */
		return printf("events 0 contracts\n") < 0;
	bad = store_sqlite_open(argv[1], &s, &e) ? tell(&s) : fail("does not open", e.text);
	s.close(s.self);
	return bad != 0 ? bad : is_whole(argv[1]);
}

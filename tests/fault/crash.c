/* SPDX-License-Identifier: MIT */
/* crash: a simulated day of the whole service in one process, and after it the power cut at every write it made to its
 * database (SF-60, SF-34). Each file so left is opened with the product's own open. It must open without a word, be
 * whole, and hold exactly what was there after some transaction: not before the last durable one, not beyond the one
 * under way. What was lost is young enough: events 1 s, readings history.commit_s, contracts never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <getopt.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/db_whole.h"
#include "../support/inhouse.h"
#include "port/store_sqlite.h"
#include "../support/powercut.h"
#include "../support/tap.h"

enum { MAX_COMMITS = 200000, SLACK_MS = 2000, EVENT_MS = 1000 };

struct options { int64_t seed, seconds, commit_s, at, every; int variant, jobs; bool forget_syncs, share; };

struct day {
	struct options o;
	struct recorder record;
	struct tap tap;
	struct tap_commit *commits;	/* [1] is the first; [0] an empty store */
	int64_t n_commits, start_ms;
	char dir[64], path[96];
};

/* What is known at an operation. */
struct point { size_t op; int64_t durable, committed; bool under_way; };

/* --- recording ------------------------------------------------------------------------------------ */

static void begun(void *ctx)
{
	struct day *d = ctx;

	recorder_mark(&d->record, OP_BEGIN, 0);
}

static void committed(void *ctx, const struct tap_commit *c)
{
	struct day *d = ctx;

	assert_true(d->n_commits + 1 < MAX_COMMITS);
	d->commits[++d->n_commits] = *c;
	recorder_mark(&d->record, OP_COMMIT, d->n_commits);
}

/* A real second is a simulated one here, so events are to be on the disk with each. */
static void each_second(struct inhouse *h, struct mono now, struct wall clock)
{
	const struct msg flush = { .type = MSG_FLUSH, .to = TO_HISTORY };
	struct day *d = h->test;

	(void)now;
	d->tap.clock_ms = d->record.clock_ms = clock.ms;
	if (d->start_ms == 0)
		d->start_ms = clock.ms;
	h->post.post(h->post.self, &flush);
}

static void prepare(struct inhouse *h)
{
	struct day *d = h->test;

	h->loaded.settings.history.commit_s = (int32_t)d->o.commit_s;
	h->loaded.settings.history.share = d->o.share;
	h->each_second = each_second;
	d->tap.print = true;
	d->tap.begun = begun;
	d->tap.committed = committed;
	d->tap.ctx = d;
	tap_listen(&d->tap, &h->store);
}

static void record_day(struct day *d)
{
	struct inhouse *h;

	d->record.ignore_syncs = d->o.forget_syncs;
	recorder_begin(&d->record);
	h = inhouse_run_test("dw1.isone.nh.orange.1", (uint64_t)d->o.seed, d->o.seconds, prepare, d);
	inhouse_free(h);
	recorder_end();
}

/* --- one cut ---------------------------------------------------------------------------------------- */

static int said(const struct day *d, const struct point *p, enum cut_variant v, const char *what, const char *more)
{
	char forget[24] = "";

	if (d->o.forget_syncs)
		snprintf(forget, sizeof(forget), " --forget-syncs");
	printf("not ok - a power cut at operation %zu, variant %s: %s%s%s - again: %s --seed %lld --seconds %lld --commit-s %lld "
		"--at %zu --variant %d%s%s\n", p->op, cut_variant_name(v), what, more[0] != '\0' ? ": " : "", more,
		"build/fault/crash", (long long)d->o.seed, (long long)d->o.seconds, (long long)d->o.commit_s, p->op, (int)v,
		forget, d->o.share ? " --share" : "");
	fflush(stdout);
	return 1;
}

/* The latest transaction after which a store held this; -1: none. */
static int64_t match(const struct day *d, const struct point *p, const struct tap_print *found)
{
	int64_t last = p->committed + (p->under_way && p->committed < d->n_commits ? 1 : 0);

	for (int64_t i = last; i >= p->durable; i--)
		if (d->commits[i].after.all == found->all && d->commits[i].after.contracts == found->contracts)
			return i;
	return -1;
}

/* For the one who reads a failure: which transaction it is after all, and which were expected. */
static void describe(const struct day *d, const struct point *p, const struct tap_print *found, char *text, size_t size)
{
	int64_t all = -1, contracts = -1;

	for (int64_t i = 0; i <= d->n_commits; i++) {
		all = d->commits[i].after.all == found->all ? i : all;
		contracts = d->commits[i].after.contracts == found->contracts ? i : contracts;
	}
	snprintf(text, size, "durable %lld, committed %lld%s; found all of %lld, the contracts of %lld", (long long)p->durable,
		(long long)p->committed, p->under_way ? " and one under way" : "", (long long)all, (long long)contracts);
}

static const char *too_much_lost(const struct day *d, const struct point *p, int64_t found)
{
	int64_t at_ms = d->record.ops[p->op].at_ms, readings_ms = d->start_ms, i;

	for (i = found + 1; i <= p->committed; i++)
		if (d->commits[i].event_ms < at_ms - EVENT_MS)
			return "an event older than 1 s is lost";
	for (i = found; i > 0 && !d->commits[i].readings; i--)
		;
	if (i > 0)
		readings_ms = d->commits[i].at_ms;
	return at_ms > 0 && at_ms - readings_ms > d->o.commit_s * 1000 + SLACK_MS ?
		"more than history.commit_s of readings is lost" : NULL;
}

static int judge(const struct day *d, const struct point *p, enum cut_variant v, const struct store *s)
{
	struct tap_print found;
	const char *lost;
	char text[300];
	struct err e;
	int64_t at;

	if (s->notice(s->self, text, sizeof(text)))
		return said(d, p, v, "the store has something to say", text);
	if (!tap_take_print(s, &found, &e))
		return said(d, p, v, "not readable", e.text);
	at = match(d, p, &found);
	if (at < 0)
		return describe(d, p, &found, text, sizeof(text)), said(d, p, v, "holds what no transaction left", text);
	if (v == CUT_ALL && at < p->committed)
		return said(d, p, v, "a commit did not outlive the program", "");
	lost = too_much_lost(d, p, at);
	if (lost != NULL)
		return said(d, p, v, lost, "");
	if (!s->begin(s->self, STORE_DURABLE, &e) || !s->put_number(s->self, STORE_CLOSED_S, 1, &e) ||
		!s->commit(s->self, &e))
		return said(d, p, v, "cannot be written on", e.text);
	return 0;
}

static int cut(const struct day *d, const struct powercut *files, const struct point *p, enum cut_variant v)
{
	struct store s;
	struct err e;
	int bad;

	if (!powercut_write(files, v, (uint64_t)d->o.seed + p->op * 7919, d->path))
		return said(d, p, v, "the test's files cannot be written", "");
	bad = store_sqlite_open(d->path, &s, &e) ? judge(d, p, v, &s) : said(d, p, v, "does not open", e.text);
	s.close(s.self);
	return bad != 0 || db_is_whole(d->path) ? bad : said(d, p, v, "integrity_check is not ok", "");
}

/* --- all cuts ----------------------------------------------------------------------------------------- */

struct tally { int64_t cuts, bad; };

static bool is_asked(const struct day *d, const struct point *p, enum cut_variant v)
{
	return d->o.at < 0 || ((int64_t)p->op == d->o.at && (int)v == d->o.variant);
}

static void cut_here(const struct day *d, const struct powercut *files, const struct point *p, struct point *last,
	uint64_t *version, struct tally *t)
{
	for (int v = 0; v < N_CUT_VARIANTS; v++) {
		/* Nothing became stable and nothing more is promised: the same as the last time. */
		if (d->o.at < 0 && v == CUT_NONE && files->version == *version && last->durable == p->durable &&
			d->record.ops[last->op].at_ms == d->record.ops[p->op].at_ms)
			continue;
		if (!is_asked(d, p, (enum cut_variant)v))
			continue;
		t->cuts++;
		t->bad += cut(d, files, p, (enum cut_variant)v);
	}
	*last = *p;
	*version = files->version;
}

static void move(const struct day *d, struct point *p)
{
	const struct op *o = &d->record.ops[p->op];

	if (o->kind == OP_BEGIN)
		p->under_way = true;
	if (o->kind != OP_COMMIT)
		return;
	p->under_way = false;
	p->committed = o->offset;
	if (d->commits[o->offset].durability == STORE_DURABLE)
		p->durable = o->offset;
}

/* Writes, and the moment after a commit was acknowledged. */
static bool is_point(const struct op *o)
{
	return o->kind != OP_BEGIN && o->kind != OP_SYNC;
}

static struct tally worker(const struct day *d, int which)
{
	struct powercut files;
	struct point p = { 0 }, last = { 0 };
	uint64_t version = UINT64_MAX;
	struct tally t = { 0 };
	int64_t n = 0;

	powercut_init(&files, &d->record);
	for (p.op = 0; p.op < d->record.n; p.op++) {
		powercut_step(&files, p.op);
		move(d, &p);
		if (!is_point(&d->record.ops[p.op]))
			continue;
		n++;
		if (n / 64 % d->o.jobs == which && (d->o.at >= 0 || n % d->o.every == 0) && t.bad < 5)
			cut_here(d, &files, &p, &last, &version, &t);
	}
	powercut_free(&files);
	return t;
}

static void make_dir(struct day *d)
{
	snprintf(d->dir, sizeof(d->dir), "%s/crash-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(d->dir));
	snprintf(d->path, sizeof(d->path), "%s/history.db", d->dir);
}

static void remove_dir(const struct day *d)
{
	char line[128];

	snprintf(line, sizeof(line), "rm -rf %s", d->dir);
	assert_int_equal(system(line), 0);
}

static int run_worker(struct day *d, int which, int out)
{
	struct tally t;

	make_dir(d);
	t = worker(d, which);
	remove_dir(d);
	return write(out, &t, sizeof(t)) == sizeof(t) ? 0 : 1;
}

static struct tally cut_all(struct day *d)
{
	struct tally sum = { 0 }, one;
	int pipes[2], n = 0, status;

	assert_int_equal(pipe(pipes), 0);
	fflush(stdout);
	for (int i = 0; i < d->o.jobs; i++)
		if (fork() == 0)
			_exit(run_worker(d, i, pipes[1]));
	close(pipes[1]);
	while (read(pipes[0], &one, sizeof(one)) == sizeof(one)) {
		sum.cuts += one.cuts;
		sum.bad += one.bad;
		n++;
	}
	close(pipes[0]);
	while (wait(&status) > 0)
		;
	if (n < d->o.jobs) {
		printf("not ok - %d of %d workers died\n", d->o.jobs - n, d->o.jobs);
		sum.bad++;
	}
	return sum;
}

/* Before the first transaction there is an empty store. */
static void print_empty(struct day *d)
{
	struct store s;
	struct err e;

	make_dir(d);
	assert_true(store_sqlite_open(d->path, &s, &e));
	assert_true(tap_take_print(&s, &d->commits[0].after, &e));
	s.close(s.self);
	remove_dir(d);
	d->commits[0].event_ms = INT64_MAX;
}

static int run(struct day *d)
{
	int64_t begin_ms = time(NULL), writes = 0, syncs = 0;
	struct tally t;

	d->commits = calloc(MAX_COMMITS, sizeof(*d->commits));
	assert_non_null(d->commits);
	print_empty(d);
	record_day(d);
	for (size_t i = 0; i < d->record.n; i++) {
		writes += d->record.ops[i].kind == OP_WRITE;
		syncs += d->record.ops[i].kind == OP_SYNC;
	}
	t = cut_all(d);
	printf("%s - %lld power cuts at %lld writes of %lld s (seed %lld, commit_s %lld: %lld transactions, %lld syncs), %lld bad, "
		"%lld s\n", t.bad == 0 && t.cuts > 0 ? "ok" : "not ok", (long long)t.cuts, (long long)writes,
		(long long)d->o.seconds, (long long)d->o.seed, (long long)d->o.commit_s, (long long)d->n_commits,
		(long long)syncs, (long long)t.bad, (long long)(time(NULL) - begin_ms));
	recorder_free(&d->record);
	free(d->commits);
	return t.bad == 0 && t.cuts > 0 ? 0 : 1;
}

static const char help[] =
	"crash: cuts the power at every write of a simulated day's history.db\n"
	"  --seed N (1)  --seconds N of the day (86400)  --commit-s N (300)  --every N: each N-th point only (1)\n"
	"  --jobs N (2)  --at OPERATION --variant 0..3: one cut alone\n"
	"  --share: with history.share, so that the log's index is shared memory\n"
	"  --forget-syncs: as a store that never synced; must fail\n";

int main(int argc, char **argv)
{
	static const struct option list[] = { { "seed", 1, NULL, 's' }, { "seconds", 1, NULL, 'n' }, { "commit-s", 1, NULL, 'c' },
		{ "every", 1, NULL, 'e' }, { "jobs", 1, NULL, 'j' }, { "at", 1, NULL, 'a' }, { "variant", 1, NULL, 'v' },
		{ "forget-syncs", 0, NULL, 'f' }, { "share", 0, NULL, 'h' }, { 0 } };
	static struct day d;
	int c;

	d.o = (struct options){ 1, 86400, 300, -1, 1, 0, (int)sysconf(_SC_NPROCESSORS_ONLN), false, false };
	while ((c = getopt_long(argc, argv, "", list, NULL)) != -1) {
		int64_t v = optarg != NULL ? atoll(optarg) : 0;

		switch (c) {
		case 's': d.o.seed = v; break;
		case 'n': d.o.seconds = v; break;
		case 'c': d.o.commit_s = v; break;
		case 'e': d.o.every = v > 0 ? v : 1; break;
		case 'j': d.o.jobs = v > 0 ? (int)v : 1; break;
		case 'a': d.o.at = v; break;
		case 'v': d.o.variant = (int)v; break;
		case 'f': d.o.forget_syncs = true; break;
		case 'h': d.o.share = true; break;
		default: fputs(help, stderr); return 2;
		}
	}
	return run(&d);
}

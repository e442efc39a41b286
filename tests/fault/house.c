/* SPDX-License-Identifier: MIT */
/* house: an hour of the whole service in one process (tests/support/inhouse), in which the N-th call of one kind fails,
 * or all of them for a quarter of an hour from the N-th on; each N in a process of its own. Runs under fail.so.
 *
 * After each point: the run ended in order or by an assertion; no relay was on without a lease; the house stayed warm;
 * the store opens with the product's own open, is whole, and holds every event and contract that was committed; once the
 * fault is over the store is written again within 60 s; and what is missing from the run without a fault left a trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dlfcn.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/db_whole.h"
#include "../support/inhouse.h"
#include "../support/tap.h"
#include "fail.h"
#include "port/store_sqlite.h"

enum { HOUR_S = 3600, BURST_MS = 900 * 1000, AFTER_S = 70, RUN_LIMIT_S = 300, FIRST = 24, SITE_BUS = N_SITES_OF_FAIL };

/* What a run leaves for the one who judges it; in shared memory, for it may die. */
struct facts {
	char dir[128];
	int64_t calls, n_events, rows;
	struct contract_book book, pending;
	int fired, traces, store_lines, relay_wrong, statuses, ended, failing_after;
	double air_c;
};

struct point { int site; int64_t n, count; };

struct run {
	struct facts *facts;
	struct point point;
	struct tap tap;
	struct inhouse *house;
	struct guard_port guard;
	struct bus bus;
	int64_t lease_until_ms[GUARD_MAX_RELAYS], fired_ms, now_ms, bus_calls;
	int bus_fired;
	bool healed;
};

struct site { const char *name; int site; int64_t budget, bursts; };
/* budget: points with one failure, beyond it they are spread over the run; bursts: points with 15 min of them. */
static const struct site sites[] = {
	{ "alloc", SITE_ALLOC, 700, 60 }, { "write", SITE_WRITE, 500, 60 }, { "sync", SITE_SYNC, 200, 40 },
	{ "disk", SITE_DISK, 300, 150 }, { "bus", SITE_BUS, 300, 60 },
};
enum { N_SITES = sizeof(sites) / sizeof(sites[0]) };

static struct { fail_arm_function *arm; fail_calls_function *calls; fail_fired_function *fired;
	fail_pause_function *pause; } lib;
static struct run *the_run;	/* the port functions get the real side's self */

/* --- the run --------------------------------------------------------------------------------------------- */

static bool want(void *self, const struct guard_want *w, uint32_t seq, struct err *e)
{
	if (w->on && the_run->now_ms + w->lease_ms > the_run->lease_until_ms[w->relay])
		the_run->lease_until_ms[w->relay] = the_run->now_ms + w->lease_ms;
	return the_run->guard.want(self, w, seq, e);
}

static bool slurp(const struct bus *b, const char *path, char *text, size_t size, struct err *e)
{
	const struct point *p = &the_run->point;
	int64_t call = ++the_run->bus_calls;

	(void)b;
	if (p->site == SITE_BUS && p->n > 0 && !the_run->healed && call >= p->n && (p->count < 0 || call < p->n + p->count)) {
		the_run->bus_fired = 1;
		return err_set(e, ERR_IO, 5, "%s: failed by the test", path);
	}
	return the_run->bus.slurp(&the_run->bus, path, text, size, e);
}

static bool find(const struct bus *b, const char *dir, const char *prefix, const char *suffix, char *name, size_t size,
	struct err *e)
{
	(void)b;
	return the_run->bus.find(&the_run->bus, dir, prefix, suffix, name, size, e);
}

static void note_committed(void *ctx, const struct tap_commit *c)
{
	struct run *r = ctx;

	r->facts->n_events = r->tap.n_events;
	r->facts->book = r->tap.book;
	r->facts->rows += c->readings;
}

static int has_fired(const struct run *r)
{
	return r->point.site == SITE_BUS ? r->bus_fired : lib.fired();
}

static void heal(struct run *r)
{
	if (r->point.site != SITE_BUS && !r->healed) {
		r->facts->calls = lib.calls();
		r->facts->fired = lib.fired();
		lib.arm(SITE_NOTHING, 0, 0);
	}
	r->healed = true;
}

static void each_second(struct inhouse *h, struct mono now, struct wall clock)
{
	const struct msg flush = { .type = MSG_FLUSH, .to = TO_HISTORY };
	struct run *r = h->test;

	r->now_ms = now.ms;
	r->tap.clock_ms = clock.ms;
	r->facts->pending = r->tap.pending;
	for (int i = 0; i < h->loaded.settings.n_relays; i++)
		r->facts->relay_wrong += h->relays[i] != 0 && now.ms > r->lease_until_ms[i] + 1000;
	if (!r->healed && has_fired(r) && r->fired_ms == 0)
		r->fired_ms = now.ms;
	if (r->point.count < 0 && r->fired_ms > 0 && now.ms >= r->fired_ms + BURST_MS)
		heal(r);
	h->post.post(h->post.self, &flush);
}

static void elsewhere(struct inhouse *h, bool begins)
{
	(void)h;
	lib.pause(begins);
}

static void hear(struct inhouse *h, const struct msg *m)
{
	struct run *r = h->test;

	r->facts->traces += m->log.level == LEVEL_WARNING || m->log.level == LEVEL_ERROR || m->log.level == LEVEL_CRITICAL;
	r->facts->store_lines += m->log.level == LEVEL_ERROR && m->log.code == LOG_STORE;
}

static void prepare(struct inhouse *h)
{
	struct run *r = h->test;

	the_run = r;
	r->house = h;
	memcpy(r->facts->dir, h->dir, sizeof(h->dir));
	h->each_second = each_second;
	h->hear = hear;
	h->elsewhere = elsewhere;
	r->tap.committed = note_committed;
	r->tap.ctx = r;
	tap_listen(&r->tap, &h->store);
	r->guard = h->guard_port;
	h->relay.port.want = want;	/* actors hold their ports by value */
	r->bus = h->bus;
	h->sensor.bus.slurp = h->meter.bus.slurp = slurp;
	h->sensor.bus.number = h->meter.bus.number = NULL;
	h->sensor.bus.find = h->meter.bus.find = find;
	if (r->point.site != SITE_BUS)
		lib.arm((enum fail_site)r->point.site, r->point.n, r->point.count);
}

/* What the service counted, beside what it logged. */
static int counters(const struct inhouse *h)
{
	const struct history_counts *c = &h->history.counts;

	return (int)(c->failed + c->late + c->full + c->unreadable + c->renamed);
}

/* Runs the hour, lets the fault be over, and looks whether the store has come back. */
static void run_house(struct run *r)
{
	struct inhouse *h = inhouse_run_test("dw1.isone.nh.orange.1", 1, HOUR_S, prepare, r);
	struct world_summary w;

	if (r->point.site == SITE_BUS) {
		r->facts->calls = r->bus_calls;
		r->facts->fired = r->bus_fired;
	}
	heal(r);
	single_run(h->single, (struct mono){ (HOUR_S + AFTER_S) * 1000 });
	world_summarise(h->world, &w);
	r->facts->air_c = w.air_c;
	r->facts->failing_after = h->history.failing;
	r->facts->traces += counters(h);
	r->facts->statuses = h->told.n;
	single_close(h->single);
	h->store.close(h->store.self);
	r->facts->ended = 1;
}

/* --- judging ------------------------------------------------------------------------------------------------ */

struct judge { const struct facts *base; struct facts *facts; struct point point; const char *name; int status; char log[64]; };

static int said(const struct judge *j, const char *what, const char *more)
{
	printf("not ok - %s %lld%s: %s%s%s - again: tests/fault/run build --site %s --n %lld --count %lld\n", j->name,
		(long long)j->point.n, j->point.count < 0 ? " and all of 15 min" : "", what, more[0] != '\0' ? ": " : "", more,
		j->name, (long long)j->point.n, (long long)j->point.count);
	fflush(stdout);
	return 1;
}

static bool says(const char *path, const char *what)
{
	char line[512];
	FILE *f = fopen(path, "r");
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL)
		found = strstr(line, what) != NULL;
	if (f != NULL)
		fclose(f);
	return found;
}

static bool count_event(void *ctx, const struct store_event *v)
{
	(void)v;
	++*(int64_t *)ctx;
	return true;
}

static bool same_book(const struct store *s, const struct contract_book *b)
{
	struct contract_record r;
	struct err e;
	bool found;

	for (int i = 0; i < N_CONTRACT_PLACES; i++) {
		memset(&r, 0, sizeof(r));
		if (!s->get_contract(s->self, i, &r, &found, &e))
			return false;
		if (!uuid_equal(r.id, b->at[i].id) || r.state != b->at[i].state || r.energy_mwh != b->at[i].energy_mwh)
			return false;
	}
	return true;
}

static int judge_open(const struct judge *j, const struct store *s, int64_t *events)
{
	struct tap_print print;
	char text[300];
	struct err e;

	if (s->notice(s->self, text, sizeof(text)))
		return said(j, "the store has something to say", text);
	if (!tap_take_print(s, &print, &e) || !s->for_events(s->self, 0, INT64_MAX, count_event, events, &e))
		return said(j, "the store is not readable", e.text);
	if (*events < j->facts->n_events)
		return said(j, "a committed event is lost", "");
	if (!same_book(s, &j->facts->book) && !same_book(s, &j->facts->pending))
		return said(j, "a committed contract is lost", "");
	return 0;
}

static int judge_store(const struct judge *j, int64_t *events)
{
	char path[160];
	struct store s;
	struct err e;
	int bad;

	snprintf(path, sizeof(path), "%s/history.db", j->facts->dir);
	bad = store_sqlite_open(path, &s, &e) ? judge_open(j, &s, events) : said(j, "the store does not open", e.text);
	s.close(s.self);
	return bad != 0 || db_is_whole(path) ? bad : said(j, "integrity_check is not ok", "");
}

/* What the run without a fault has and this one lacks, or NULL. */
static const char *missing(const struct judge *j, int64_t events)
{
	if (events < j->base->n_events)
		return "events are missing";
	if (j->facts->statuses < j->base->statuses)
		return "statuses are missing";
	return NULL;
}

static int judge_end(const struct judge *j, int64_t events)
{
	const char *lacks = missing(j, events);
	char text[64];

	if (j->facts->failing_after)
		return said(j, "a minute after the fault the store is not written", "");
	snprintf(text, sizeof(text), "%.2f instead of %.2f C", j->facts->air_c, j->base->air_c);
	if (j->facts->air_c < j->base->air_c - 1.0)
		return said(j, "the house is cold", text);
	if (lacks != NULL && j->facts->traces <= j->base->traces)
		return said(j, lacks, "and nothing says so");
	if (j->facts->store_lines > 3)
		return said(j, "one failing disk fills the log", "");
	return 0;
}

static int judge(const struct judge *j)
{
	bool aborted = WIFSIGNALED(j->status) && WTERMSIG(j->status) == SIGABRT && says(j->log, "Assertion");
	int64_t events = 0;
	char text[48];
	int bad;

	snprintf(text, sizeof(text), "status 0x%x", j->status);
	if (!aborted && (j->status != 0 || !j->facts->ended))
		return said(j, "it ended badly", text);
	if (j->facts->relay_wrong > 0)
		return said(j, "a relay was on without a lease", "");
	bad = judge_store(j, &events);
	return bad != 0 || aborted || j->base == NULL ? bad : judge_end(j, events);
}

/* --- points ------------------------------------------------------------------------------------------------- */

static void remove_dir(const char *dir)
{
	char line[256];

	snprintf(line, sizeof(line), "rm -rf %s", dir);
	if (dir[0] == '/' && system(line) != 0)
		perror(dir);
}

static int run_child(const struct point *p, struct facts *f, const char *log)
{
	static struct run r;

	if (freopen(log, "w", stderr) == NULL)
		return 1;
	alarm(RUN_LIMIT_S);
	r = (struct run){ .facts = f, .point = *p };
	run_house(&r);
	return 0;
}

/* Runs one point and judges it. facts: shared memory. */
static int one(const struct facts *base, const char *name, struct point p, struct facts *f)
{
	struct judge j = { .base = base, .facts = f, .point = p, .name = name };
	pid_t pid;
	int bad;

	memset(f, 0, sizeof(*f));
	snprintf(j.log, sizeof(j.log), "/tmp/fault-house-%d.log", (int)getpid());
	pid = fork();
	if (pid == 0)
		_exit(run_child(&p, f, j.log));
	if (pid < 0 || waitpid(pid, &j.status, 0) != pid)
		return said(&j, "cannot fork", "");
	bad = judge(&j);
	remove_dir(f->dir);
	unlink(j.log);
	return bad;
}

struct tally { int64_t points, fired, bad; };

/* The first ones each, then wider steps so that about `budget` points reach the end. */
static void walk(const struct facts *base, const struct site *s, int64_t total, int64_t budget, int64_t count, int which,
	int jobs, struct facts *f, struct tally *t)
{
	int64_t first = count > 0 && budget > 2 * FIRST ? FIRST : 0, step = 1, i = 0;

	if (total > budget)
		step = (total - first) / (budget - first) + 1;
	for (int64_t n = 1; t->bad < 6; n += n < first ? 1 : step, i++) {
		if (i % jobs == which) {
			t->bad += one(base, s->name, (struct point){ s->site, n, count }, f);
			t->points++;
			t->fired += f->fired;
			if (!f->fired && f->ended)
				return;
		} else if (n > total + step * jobs) {
			return;
		}
	}
}

static struct facts *share(void)
{
	struct facts *f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(f != MAP_FAILED);
	return f;
}

struct options { const char *site; int64_t n, count; int jobs; int64_t every; };

static bool is_asked(const struct options *o, const struct site *s)
{
	return o->site == NULL || strcmp(o->site, s->name) == 0;
}

static struct tally worker(const struct options *o, int which)
{
	struct facts *f = share(), base;
	struct tally t = { 0 };

	for (int i = 0; i < N_SITES; i++) {
		if (!is_asked(o, &sites[i]))
			continue;
		if (one(NULL, sites[i].name, (struct point){ sites[i].site, 0, 1 }, f) != 0) {
			t.bad++;
			continue;
		}
		base = *f;
		if (o->n > 0) {
			t.bad += one(&base, sites[i].name, (struct point){ sites[i].site, o->n, o->count }, f);
			t.points++;
			t.fired += f->fired;
			continue;
		}
		walk(&base, &sites[i], base.calls, sites[i].budget / o->every + 2, 1, which, o->jobs, f, &t);
		walk(&base, &sites[i], base.calls, sites[i].bursts / o->every + 2, -1, which, o->jobs, f, &t);
	}
	return t;
}

static struct tally all(const struct options *o)
{
	struct tally sum = { 0 }, t;
	int pipes[2], n = 0;

	assert_int_equal(pipe(pipes), 0);
	fflush(stdout);
	for (int i = 0; i < o->jobs; i++)
		if (fork() == 0) {
			t = worker(o, i);
			_exit(write(pipes[1], &t, sizeof(t)) != sizeof(t));
		}
	close(pipes[1]);
	while (read(pipes[0], &t, sizeof(t)) == sizeof(t)) {
		sum.points += t.points;
		sum.fired += t.fired;
		sum.bad += t.bad;
		n++;
	}
	while (wait(NULL) > 0)
		;
	sum.bad += n < o->jobs;
	return sum;
}

static const char help[] =
	"house: fails the N-th call of one kind in an hour of the whole service, one process a point (under fail.so)\n"
	"  --site NAME: of alloc write sync disk bus (all)\n"
	"  --n N --count C: that point alone; count -1: all calls of 15 minutes from there\n"
	"  --every N: a part of the points (1)   --jobs N (2)\n";

int main(int argc, char **argv)
{
	static const struct option list[] = { { "site", 1, NULL, 's' }, { "n", 1, NULL, 'n' }, { "count", 1, NULL, 'c' },
		{ "every", 1, NULL, 'e' }, { "jobs", 1, NULL, 'j' }, { 0 } };
	struct options o = { NULL, 0, 1, (int)sysconf(_SC_NPROCESSORS_ONLN), 1 };
	int64_t begin = time(NULL);
	struct tally t;
	int c;

	while ((c = getopt_long(argc, argv, "", list, NULL)) != -1) {
		switch (c) {
		case 's': o.site = optarg; break;
		case 'n': o.n = atoll(optarg); break;
		case 'c': o.count = atoll(optarg); break;
		case 'e': o.every = atoll(optarg) > 0 ? atoll(optarg) : 1; break;
		case 'j': o.jobs = atoi(optarg) > 0 ? atoi(optarg) : 1; break;
		default: fputs(help, stderr); return 2;
		}
	}
	o.jobs = o.n > 0 ? 1 : o.jobs;
	lib.arm = (fail_arm_function *)dlsym(RTLD_DEFAULT, "fail_arm");
	lib.calls = (fail_calls_function *)dlsym(RTLD_DEFAULT, "fail_calls");
	lib.fired = (fail_fired_function *)dlsym(RTLD_DEFAULT, "fail_fired");
	lib.pause = (fail_pause_function *)dlsym(RTLD_DEFAULT, "fail_pause");
	if (lib.pause == NULL || lib.arm == NULL || lib.calls == NULL || lib.fired == NULL) {
		fputs("house: not under fail.so - run tests/fault/run\n", stderr);
		return 2;
	}
	t = all(&o);
	printf("%s - one process: %lld points, in %lld of them something failed, %lld bad, %lld s\n",
		t.bad == 0 && t.fired > 0 ? "ok" : "not ok", (long long)t.points, (long long)t.fired, (long long)t.bad,
		(long long)(time(NULL) - begin));
	return t.bad == 0 && t.fired > 0 ? 0 : 1;
}

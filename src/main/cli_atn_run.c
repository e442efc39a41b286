/* SPDX-License-Identifier: MIT */
#include "main/cli_atn_run.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "actor/atn.h"
#include "cli/atn_memo.h"
#include "cli/atn_post.h"
#include "core/settings/settings.h"
#include "core/wire/inbound.h"
#include "main/cli_atn_fault.h"
#include "port/net_paho.h"
#include "port/sign_sodium.h"
#include "run/log.h"
#include "run/runtime.h"
#include "sim/forecaster.h"

enum {
	NAP_MS = 5,
	LINK_MS = 2000, /* how long the connection may take before we go on without it */
};

struct agent {
	struct place *place;
	struct log_sink log;
	struct clockfile *clock;
	struct runtime *runtime;
	struct net_paho *paho;
	struct net net;
	struct atn_fault fault;
	struct atn_memo memo;
	struct atn atn;
	struct forecaster forecaster;	/* of a simulated house alone: who else could look ahead? */
	struct inbound inbound;
	char memory[INBOUND_ATN_MEMORY];
	struct atn_room room;
	struct sign_secret secret;
	struct sign sign;
	sigset_t signals;
	struct post inner;
	_Atomic bool linked;
};

/* --- doors ------------------------------------------------------------------------------------------ */

static bool load_memo(void *self, struct atn_memory *m)
{
	return atn_memo_load(((struct agent *)self)->place->loaded.settings.state_dir, m);
}

static bool keep_memo(void *self, const struct atn_memory *m, struct err *e)
{
	return atn_memo_keep(((struct agent *)self)->place->loaded.settings.state_dir, m, e);
}

/* The local time of a real house: that of its settings, or of this machine. */
static int zone_offset_s(void *self, struct wall clock)
{
	time_t s = (time_t)(clock.ms / 1000);
	struct tm local;

	(void)self;
	return localtime_r(&s, &local) != NULL ? (int)local.tm_gmtoff : 0;
}

/* The runtime's own door, with a look at whether the connection is there. What a deaf one is told is taken, and lost. */
static bool post(void *self, const struct msg *m)
{
	struct agent *a = self;

	if (m->type == MSG_LINK && m->link.up)
		atomic_store(&a->linked, true);
	if (m->type != MSG_LINK && m->type != MSG_PUBACK && atn_fault_deaf(&a->fault))
		return true;
	return a->inner.post(a->inner.self, m);
}

static void busy(void *self, int delta)
{
	struct agent *a = self;

	a->inner.busy(a->inner.self, delta);
}

static bool more(void *self, struct msg *out)
{
	return inbound_more(self, out);
}

/* --- opening ---------------------------------------------------------------------------------------- */

static bool stop_asked(const sigset_t *signals, int wait_ms)
{
	struct timespec t = { .tv_nsec = (long)wait_ms * 1000000 };

	return sigtimedwait(signals, NULL, &t) > 0;
}

/* The simulation may start after us: its clock is waited for, until somebody stops us. */
static bool await_clock(struct agent *a)
{
	const struct settings *s = &a->place->loaded.settings;
	struct err e;

	while (s->simulated && (a->clock = clockfile_open(s->state_dir, &e)) == NULL)
		if (stop_asked(&a->signals, NAP_MS))
			return false;
	return true;
}

/* With the connection there before the first tick, simulated time does not run away meanwhile. */
static bool await_link(struct agent *a)
{
	for (int waited = 0; waited < LINK_MS && !atomic_load(&a->linked); waited += NAP_MS)
		if (stop_asked(&a->signals, NAP_MS))
			return false;
	return true;
}

static bool open_runtime(struct agent *a)
{
	const struct settings *s = &a->place->loaded.settings;
	struct actor actor = { "atn", TO_ATN, WATCH_VITAL, false, atn_step, &a->atn };
	struct runtime_options o = {
		.actors = &actor,
		.n_actors = 1,
		.time = s->simulated ? TIME_FOLLOWER : TIME_REAL,
		.clock = a->clock,
		.seed = (uint64_t)s->sim.seed,
		.sink = log_sink_take,
		.sink_ctx = &a->log,
		.clock_trusted = true,
	};

	a->runtime = runtime_open(&o);
	if (a->runtime == NULL)
		return false;
	a->inner = runtime_post(a->runtime);
	return true;
}

static bool open_net(struct agent *a, struct err *e)
{
	const struct loaded *l = &a->place->loaded;
	struct inbound_identity id = atn_identity(&l->house);
	struct net_options o;
	struct net paho;

	a->fault.clock = a->clock;	/* before the first message may come */
	inbound_init(&a->inbound, &id, a->memory, sizeof(a->memory));
	if (!atn_net_options(l, l->house.atn.alias, &a->room, &o, e))
		return false;
	o.understand = (struct understand){ &a->inbound, inbound_atn, more };
	o.post = (struct post){ a, post, busy };
	o.traffic = clockfile_traffic(a->clock, SIDE_ATN);
	a->paho = net_paho_open(&o, e);
	if (a->paho == NULL)
		return false;
	paho = net_paho_net(a->paho);
	a->net = atn_fault_front(&a->fault, a->clock, &paho);
	return true;
}

static void *watch_signals(void *ctx)
{
	struct agent *a = ctx;
	int signal;

	while (sigwait(&a->signals, &signal) == 0)
		runtime_stop(a->runtime);
	return NULL;
}

static int run(struct agent *a)
{
	pthread_t watcher;
	int result;

	if (pthread_create(&watcher, NULL, watch_signals, a) != 0)
		return cli_fail(EXIT_FAILED, "atn run: no thread for signals");
	result = runtime_run(a->runtime);
	pthread_cancel(watcher);
	pthread_join(watcher, NULL);
	return result;
}

struct run_words { enum atn_manner manner; bool really; const char *key_file; };

/* False: a file of the plant cannot be read. */
static bool open_foresight(struct agent *a, struct err *e)
{
	const struct loaded *l = &a->place->loaded;
	struct wall start;
	int utc_offset_s;

	if (!l->settings.simulated || !l->house.has_plant ||
		!settings_parse_time(l->settings.sim.start, &start.ms, &utc_offset_s))
		return true;
	a->atn.foresight = (struct atn_foresight){ &a->forecaster, forecaster_look };
	return forecaster_open(&a->forecaster, &l->house.plant, (uint64_t)l->settings.sim.seed, start, utc_offset_s, e);
}

static int open_and_run(struct agent *a, const struct run_words *w)
{
	const struct loaded *l = &a->place->loaded;
	int result = EXIT_FAILED;
	struct err e;

	if (!await_clock(a))
		return EXIT_DONE;
	a->memo = (struct atn_memo){ a, load_memo, keep_memo };
	atn_init(&a->atn, &l->house, &l->settings, &a->net, &a->memo, w->manner);
	a->atn.sign = a->sign.make != NULL ? &a->sign : NULL;
	if (!l->settings.simulated)
		a->atn.zone = (struct atn_zone){ a, zone_offset_s };
	if (!open_foresight(a, &e))
		cli_fail(EXIT_FAILED, "atn run: %s", e.text);
	else if (!open_runtime(a))
		cli_fail(EXIT_FAILED, "atn run: out of memory");
	else if (!open_net(a, &e))
		cli_fail(EXIT_FAILED, "atn run: %s", e.text);
	else
		result = await_link(a) ? run(a) : EXIT_DONE;
	if (a->paho != NULL)
		net_paho_close(a->paho, 500);
	runtime_close(a->runtime);
	clockfile_close(a->clock);
	forecaster_close(&a->forecaster);
	return result;
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void set_time_zone(const struct settings *s)
{
	if (s->display.timezone[0] != '\0')
		setenv("TZ", s->display.timezone, 1);
	tzset();
}

static int read_words(int argc, char **argv, struct run_words *w)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--manual") == 0)
			w->manner = ATN_MANUAL;
		else if (strcmp(argv[i], "--really") == 0)
			w->really = true;
		else if (strcmp(argv[i], "--key") == 0 && i + 1 < argc)
			w->key_file = argv[++i];
		else
			return cli_usage("atn", "run: %.40s is not understood", argv[i]);
	}
	return EXIT_DONE;
}

static bool read_key(struct agent *a, const char *file)
{
	struct err e;

	if (file == NULL)
		return true;
	if (!sign_sodium_secret(file, &a->secret, &e)) {
		cli_fail(EXIT_FAILED, "atn run: --key %s - give a file of 64 hex digits", e.text);
		return false;
	}
	a->sign = sign_sodium_sign(&a->secret);
	return true;
}

static int run_at(struct place *p, const struct run_words *w)
{
	const struct loaded *l = &p->loaded;
	struct agent *a = calloc(1, sizeof(*a));
	int result;

	if (a == NULL)
		return cli_fail(EXIT_FAILED, "atn run: out of memory");
	a->place = p;
	set_time_zone(&l->settings);
	block_signals(&a->signals);
	log_sink_init(&a->log, stderr, l->settings.log.level, l->settings.simulated, &l->house);
	result = read_key(a, w->key_file) ? open_and_run(a, w) : EXIT_FAILED;
	sign_sodium_forget(&a->secret);
	free(a);
	return result;
}

int cli_atn_run(struct cli *cli, int argc, char **argv)
{
	struct run_words w = { .manner = ATN_AUTO };
	struct place *p;
	int result = read_words(argc, argv, &w);

	if (result != EXIT_DONE)
		return result;
	result = place_open(cli, "atn run", &p);
	if (result != EXIT_DONE)
		return result;
	if (!w.really && !atn_is_loopback(&p->loaded.settings))
		result = cli_fail(EXIT_HELD,
			"atn run: the broker %s is not on this machine - add --really if you mean it",
			p->loaded.settings.uplink.host);
	else
		result = run_at(p, &w);
	free(p);
	return result;
}

/* SPDX-License-Identifier: MIT */
/* spaceheatd: the service of one house. Reads its configuration, opens the daemon, waits for signals. */
#include <getopt.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "main/daemon_sim.h"
#include "port/last_good.h"
#include "port/notify.h"

enum { EXIT_BAD_USAGE = 2 };

static const char help[] =
	"spaceheatd: runs the heating of one house, alone or under a DispatchContract\n"
	"\n"
	"  spaceheatd [-c FILE] [--check] [--await-atn SECONDS] [--fault SPEC]... [--since MS] [--off SECONDS]\n"
	"\n"
	"  -c, --config FILE   spaceheat.cfg (default: $SPACEHEAT_CONFIG, the running demo's, /etc/spaceheat/spaceheat.cfg)\n"
	"      --check         read and check the configuration, start nothing: exit 0 or 78\n"
	"      --await-atn S   simulation: wait up to S seconds for an AtomicTNode to follow the clock\n"
	"      --fault SPEC    simulation: what breaks and when, WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR] (docs/simulation.md)\n"
	"      --since MS      simulation: this start goes on with the run that began at this Unix time (its faults, its end)\n"
	"      --off S         simulation: the power was away for S seconds\n"
	"  -h, --help          this text\n"
	"  -V, --version       the version\n"
	"\n"
	"Signals: SIGTERM, SIGINT stop it in order, relays in their fail state (exit 0); SIGHUP reads the configuration anew.\n"
	"Exit: 0 stopped, 2 usage, 70 an actor died, 75 another one runs, 78 configuration wrong.\n"
	"Under systemd (STATE_DIRECTORY set) a configuration that no longer works is replaced by the last that did.\n"
	"Log lines go to stderr. Example: spaceheatd -c /etc/spaceheat/spaceheat.cfg\n";

enum { FAULTS_MAX = 32, OPTION_FAULT = 256, OPTION_SINCE, OPTION_OFF };

struct options { const char *config; bool check; int await_atn_s; const char *faults[FAULTS_MAX]; struct sim_orders sim; };

static bool take_fault(struct options *o, const char *text)
{
	if (o->sim.n_faults == FAULTS_MAX) {
		fprintf(stderr, "spaceheatd: --fault: at most %d of them\n", FAULTS_MAX);
		return false;
	}
	o->faults[o->sim.n_faults++] = text;
	o->sim.faults = o->faults;
	return true;
}

/* A whole number that is not negative. */
static bool take_number(const char *option, const char *text, int64_t most, int64_t *value)
{
	char *end;

	*value = strtoll(text, &end, 10);
	if (end != text && *end == '\0' && *value >= 0 && *value <= most)
		return true;
	fprintf(stderr, "spaceheatd: %s %s is no number from 0 to %lld\n", option, text, (long long)most);
	return false;
}

/* The options of a simulation. False: said what is wrong. */
static bool take_sim(struct options *o, int c, const char *text)
{
	int64_t off_s = 0;

	if (c == OPTION_FAULT)
		return take_fault(o, text);
	if (c == OPTION_SINCE)
		return take_number("--since", text, INT64_MAX / 2, &o->sim.since_ms);
	if (!take_number("--off", text, 366 * 86400, &off_s))
		return false;
	o->sim.off_s = (int)off_s;
	return true;
}

/* -1: go on; else the exit code. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option list[] = {
		{ "config", required_argument, NULL, 'c' }, { "check", no_argument, NULL, 'k' },
		{ "await-atn", required_argument, NULL, 'a' }, { "fault", required_argument, NULL, OPTION_FAULT },
		{ "since", required_argument, NULL, OPTION_SINCE }, { "off", required_argument, NULL, OPTION_OFF },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:hV", list, NULL)) != -1) {
		if (c == 'c')
			o->config = optarg;
		else if (c == 'k')
			o->check = true;
		else if (c == 'a')
			o->await_atn_s = atoi(optarg) < 60 ? atoi(optarg) : 60;
		else if (c >= OPTION_FAULT && take_sim(o, c, optarg))
			continue;
		else if (c == 'h')
			return fputs(help, stdout) < 0;
		else if (c == 'V')
			return printf("spaceheatd %s\n", SPACEHEAT_VERSION) < 0;
		else
			return EXIT_BAD_USAGE;
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "spaceheatd: unexpected argument \"%s\" - see spaceheatd --help\n", argv[optind]);
	return EXIT_BAD_USAGE;
}

static int say_problems(const struct problems *p)
{
	for (int i = 0; i < p->n; i++)
		fprintf(stderr, "%s\n", p->text[i]);
	if (p->more > 0)
		fprintf(stderr, "spaceheatd: %d more - mend these first\n", p->more);
	return EXIT_CONFIGURATION;
}

/* --- beside the runtime: one thread waits for signals, so that no handler ever runs, and looks at what may wait for a
 * disk ------------------------------------------------------------------------------------------------------------- */

enum { LOOK_MS = 500 };

struct watcher { struct daemon *daemon; sigset_t set; pthread_t thread; atomic_bool over; };

static void *watch(void *ctx)
{
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };
	struct watcher *w = ctx;

	while (!atomic_load(&w->over)) {
		int signal = sigtimedwait(&w->set, NULL, &look);

		if (signal == SIGTERM || signal == SIGINT)
			daemon_stop(w->daemon);
		else if (signal == SIGHUP)
			daemon_reload(w->daemon);
		daemon_look(w->daemon);
	}
	return NULL;
}

static void end_watch(struct watcher *w)
{
	atomic_store(&w->over, true);
	pthread_kill(w->thread, SIGUSR1);	/* only wakes it */
	pthread_join(w->thread, NULL);
}

static void block_signals(sigset_t *set)
{
	static const int list[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		sigaddset(set, list[i]);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int run(struct daemon *d, const sigset_t *set)
{
	struct watcher w = { .daemon = d, .set = *set };
	int result;

	if (pthread_create(&w.thread, NULL, watch, &w) != 0) {
		fputs("spaceheatd: no memory for the thread that waits for signals - free some, then start again\n", stderr);
		return EXIT_SOFTWARE;
	}
	result = daemon_run(d);
	/* A thread that is still inside a port may use anything: nothing but the guard is safe to close. */
	if (result == EXIT_SOFTWARE || daemon_is_stuck(d)) {
		daemon_abandon(d);
		_exit(result);
	}
	end_watch(&w);
	return result;
}

/* --- with what, and again with what a reload brought --------------------------------------------------------------- */

struct service {
	const struct options *options;
	const char *program, *config;
	struct loaded *loaded;
	struct problems *problems;
	char fallback[PROBLEM_TEXT];
	sigset_t set;
};

static bool load(struct service *v)
{
	problems_clear(v->problems);
	return load_service(v->config, v->loaded, v->problems);
}

/* The folder systemd made for us: then nobody sits at the terminal, and a house must not go cold for a misprint. */
static bool load_last_good(struct service *v)
{
	const char *given = getenv("STATE_DIRECTORY");
	struct problems *more;
	char dir[PATH_SIZE];
	bool loaded;

	if (given == NULL || v->options->check)
		return false;
	snprintf(dir, sizeof(dir), "%.*s", (int)strcspn(given, ":"), given);
	more = calloc(1, sizeof(*more));
	loaded = more != NULL && last_good_load(dir, v->config, v->loaded, more);
	free(more);
	if (loaded)
		snprintf(v->fallback, sizeof(v->fallback), "%s", v->problems->n > 0 ? v->problems->text[0] : "see above");
	return loaded;
}

/* house = "": the service is there, touches no output, and says what to do. -1: it is configured now. */
static int wait_unconfigured(struct service *v)
{
	const struct timespec second = { .tv_sec = 1 };
	struct notify notify;
	int signal = SIGHUP;

	notify_open(&notify, getenv("NOTIFY_SOCKET"));
	fprintf(stderr, "spaceheatd: not configured: house = \"\" - write %s, then start again\n", v->config);
	notify_say(&notify, "READY=1\nSTATUS=not configured: house = \"\"");
	while (signal != SIGTERM && signal != SIGINT && !v->loaded->configured) {
		signal = sigtimedwait(&v->set, NULL, &second);
		notify_say(&notify, "WATCHDOG=1");
		if (signal != SIGHUP || load(v))
			continue;
		say_problems(v->problems);
		v->loaded->configured = false;
	}
	notify_close(&notify);
	return v->loaded->configured ? -1 : 0;
}

/* One run of the service. *next: what to go on with, or NULL. */
static int serve_once(struct service *v, struct loaded **next)
{
	struct daemon_options o = { v->loaded, v->config, v->fallback, v->program, v->options->sim,
		v->options->await_atn_s * 1000 };
	struct daemon *d;
	struct err e;
	int result;

	*next = NULL;
	d = daemon_open(&o, &result, &e);
	if (d == NULL) {
		fprintf(stderr, "spaceheatd: %s\n", e.text);
		return result;
	}
	result = run(d, &v->set);
	*next = daemon_next(d);
	daemon_close(d);
	return result;
}

static int serve(struct service *v)
{
	struct loaded *next;
	int result = -1;

	block_signals(&v->set);
	if (!v->loaded->configured)
		result = wait_unconfigured(v);
	while (result < 0) {
		result = serve_once(v, &next);
		if (next == NULL)
			continue;
		free(v->loaded);
		v->loaded = next;
		v->fallback[0] = '\0';
		result = -1;
	}
	return result;
}

static int start(struct service *v, bool exists)
{
	struct err e;

	if (!exists && (getenv("STATE_DIRECTORY") == NULL || v->options->check)) {
		fprintf(stderr, "spaceheatd: no configuration: %s does not exist - name one with -c FILE\n", v->config);
		return EXIT_CONFIGURATION;
	}
	if (!load(v)) {
		say_problems(v->problems);
		if (!load_last_good(v))
			return EXIT_CONFIGURATION;
	}
	if (v->loaded->configured && !daemon_sim_check(&v->options->sim, &v->loaded->house, &v->loaded->settings, &e)) {
		fprintf(stderr, "spaceheatd: %s\n", e.text);
		return EXIT_BAD_USAGE;
	}
	return v->options->check ? 0 : serve(v);
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	char path[PATH_SIZE];
	struct service v = { .options = &o, .program = argv[0], .config = path };
	int result = read_options(argc, argv, &o);
	bool exists;

	if (result >= 0)
		return result;
	/* One arena: with one per thread, glibc keeps a megabyte more resident for nothing. */
	mallopt(M_ARENA_MAX, 1);
	v.problems = calloc(1, sizeof(*v.problems));
	v.loaded = calloc(1, sizeof(*v.loaded));
	exists = config_find(o.config, path, sizeof(path));
	result = EXIT_SOFTWARE;
	if (v.problems != NULL && v.loaded != NULL)
		result = start(&v, exists);
	else
		fputs("spaceheatd: no memory to start - free some, then start again\n", stderr);
	free(v.problems);
	free(v.loaded);
	return result;
}

/* SPDX-License-Identifier: MIT */
/* spaceheatd: the service of one house. Reads its configuration, opens the daemon, waits for signals. */
#include <getopt.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "main/daemon.h"

enum { EXIT_BAD_USAGE = 2 };

static const char help[] =
	"spaceheatd: runs the heating of one house, alone or under a DispatchContract\n"
	"\n"
	"  spaceheatd [-c FILE] [--check] [--await-atn SECONDS]\n"
	"\n"
	"  -c, --config FILE   spaceheat.cfg (default: $SPACEHEAT_CONFIG, the running demo's, /etc/spaceheat/spaceheat.cfg)\n"
	"      --check         read and check the configuration, start nothing: exit 0 or 78\n"
	"      --await-atn S   simulation: wait up to S seconds for an AtomicTNode to follow the clock\n"
	"  -h, --help          this text\n"
	"  -V, --version       the version\n"
	"\n"
	"Signals: SIGTERM, SIGINT stop it in order, relays in their fail state (exit 0).\n"
	"Exit: 0 stopped, 2 usage, 70 an actor died, 75 another one runs, 78 configuration wrong.\n"
	"Log lines go to stderr. Example: spaceheatd -c /etc/spaceheat/spaceheat.cfg\n";

struct options { const char *config; bool check; int await_atn_s; };

/* -1: go on; else the exit code. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option list[] = {
		{ "config", required_argument, NULL, 'c' }, { "check", no_argument, NULL, 'k' },
		{ "await-atn", required_argument, NULL, 'a' },
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

/* --- signals: one thread waits for them, so that no handler ever runs ---------------------------- */

struct watcher { struct daemon *daemon; sigset_t set; pthread_t thread; };

static void *watch_signals(void *ctx)
{
	struct watcher *w = ctx;
	int signal;

	while (sigwait(&w->set, &signal) == 0)
		if (signal == SIGTERM || signal == SIGINT)
			daemon_stop(w->daemon);
	return NULL;
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int run(struct daemon *d, sigset_t set)
{
	struct watcher w = { .daemon = d, .set = set };
	int result;

	if (pthread_create(&w.thread, NULL, watch_signals, &w) != 0)
		return EXIT_SOFTWARE;
	result = daemon_run(d);
	/* A thread that is still inside a port may use anything: nothing but the guard is safe to close. */
	if (result == EXIT_SOFTWARE || daemon_is_stuck(d)) {
		daemon_abandon(d);
		_exit(result);
	}
	pthread_cancel(w.thread);
	pthread_join(w.thread, NULL);
	daemon_close(d);
	return result;
}

/* house = "": the service is there, touches no output, and says what to do. */
static int wait_unconfigured(sigset_t set)
{
	int signal;

	fprintf(stderr, "spaceheatd: not configured: house = \"\" - write /etc/spaceheat/spaceheat.cfg, then start again\n");
	while (sigwait(&set, &signal) == 0)
		if (signal == SIGTERM || signal == SIGINT)
			return 0;
	return EXIT_SOFTWARE;
}

static int serve(const struct daemon_options *o)
{
	struct daemon *d;
	sigset_t set;
	struct err e;
	int exit_code;

	block_signals(&set);
	if (!o->loaded->configured)
		return wait_unconfigured(set);
	d = daemon_open(o, &exit_code, &e);
	if (d == NULL) {
		fprintf(stderr, "spaceheatd: %s\n", e.text);
		return exit_code;
	}
	return run(d, set);
}

int main(int argc, char **argv)
{
	static const char no_config[] = "spaceheatd: no configuration: %s does not exist - name one with -c FILE\n";
	struct options o = { 0 };
	struct problems *problems = calloc(1, sizeof(*problems));
	struct loaded *loaded = calloc(1, sizeof(*loaded));
	char path[PATH_SIZE];
	int result = read_options(argc, argv, &o);

	/* One arena: with one per thread, glibc keeps a megabyte more resident for nothing. */
	mallopt(M_ARENA_MAX, 1);
	if (problems == NULL || loaded == NULL)
		result = EXIT_SOFTWARE;
	if (result < 0 && !config_find(o.config, path, sizeof(path))) {
		fprintf(stderr, no_config, path);
		result = EXIT_CONFIGURATION;
	}
	if (result < 0 && !load_service(path, loaded, problems))
		result = say_problems(problems);
	if (result < 0)
		result = o.check ? 0 : serve(&(struct daemon_options){ loaded, argv[0], o.await_atn_s * 1000 });
	free(problems);
	free(loaded);
	return result;
}

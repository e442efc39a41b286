/* SPDX-License-Identifier: MIT */
/* relay_test.c: `spaceheat relay test`: switches relays one by one, as a person would with `dispatch`, and looks at the
 * meter: does what it should switch draw what it should?
 *
 * All goes through the guard; what it holds is waited for. Times are the house's, so a simulation at speed passes at
 * speed. The relay is given back however the test ends. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/relay_trial.h"
#include "cli/words.h"

enum {
	BEFORE_S = 10, OFF_S = 10, SECONDS = 20, LEAST_SECONDS = 5, MOST_SECONDS = 600,
	LOOK_MS = 250,			/* of real time, between looks */
	MOVE_MS = 15000,		/* of house time, for a movement nothing holds */
	HELD_MS = 30 * 60000,		/* and one that is held until nobody knows when */
	LEASE_MIN = 120,
};

struct bench {
	struct cli *cli;
	struct ask ask;
	const char *only, *dir;		/* only: NULL = all */
	int seconds;
	bool all, yes, interrupted;
	int64_t t_ms;			/* the house's time at the last look */
	struct words_zone zone;
	sigset_t signals;
};

static bool read_number(const char *text, int low, int high, int *value)
{
	char *end;
	long n = strtol(text, &end, 10);

	*value = (int)n;
	return *end == '\0' && end != text && n >= low && n <= high;
}

static bool read_args(struct bench *b, int argc, char **argv)
{
	b->seconds = SECONDS;
	b->dir = "commissioning";
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--all") == 0)
			b->all = true;
		else if (strcmp(argv[i], "--yes") == 0)
			b->yes = true;
		else if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
			if (!read_number(argv[++i], LEAST_SECONDS, MOST_SECONDS, &b->seconds))
				return false;
		} else if (strcmp(argv[i], "--report") == 0 && i + 1 < argc)
			b->dir = argv[++i];
		else if (argv[i][0] == '-' || b->only != NULL)
			return false;
		else
			b->only = argv[i];
	}
	return b->all != (b->only != NULL);
}

/* ---- looking ---- */

/* Waits a little; false: interrupted. */
static bool nap(struct bench *b)
{
	const struct timespec t = { .tv_nsec = LOOK_MS * 1000000L };

	b->interrupted = b->interrupted || sigtimedwait(&b->signals, NULL, &t) > 0;
	return !b->interrupted;
}

/* The house now; NULL: told. */
static cJSON *look(struct bench *b)
{
	cJSON *data = NULL;
	double t_ms;

	if (ask_verb(&b->ask, "status", NULL, &data) != EXIT_DONE && b->ask.refusal != NULL)
		ask_tell(&b->ask);
	if (data != NULL && words_number(data, "t_ms", &t_ms))
		b->t_ms = (int64_t)t_ms;
	if (data != NULL)
		b->zone = words_zone_of(data);
	return data;
}

static const cJSON *relay_in(const cJSON *data, const char *node)
{
	const cJSON *r;

	cJSON_ArrayForEach(r, words_at(data, "relays"))
		if (strcmp(words_text(r, "node", ""), node) == 0)
			return r;
	return NULL;
}

static bool fail_trial(struct relay_trial *t, const char *reason, const char *detail)
{
	if (t->reason[0] == '\0')
		snprintf(t->reason, sizeof(t->reason), "%s%s", reason, detail);
	return false;
}

static enum relay_read_back read_back_of(const cJSON *relay)
{
	const char *said = words_text(relay, "readback", "");

	return strcmp(said, "on") == 0 ? READ_BACK_ON : strcmp(said, "off") == 0 ? READ_BACK_OFF : READ_BACK_UNKNOWN;
}

/* The mean of the second half of so many seconds: meters lag, motors start with a jolt. */
static bool measure(struct bench *b, struct relay_trial *t, enum trial_phase phase, int seconds)
{
	int64_t begin_ms = b->t_ms;
	double sum_w = 0, w;
	int n = 0;

	while (b->t_ms - begin_ms < (int64_t)seconds * 1000) {
		cJSON *data = nap(b) ? look(b) : NULL;

		if (data == NULL)
			return fail_trial(t, b->interrupted ? "interrupted" : "the service does not answer", "");
		if (b->t_ms - begin_ms >= (int64_t)seconds * 500 && words_number(data, "power.total_w", &w)) {
			sum_w += w;
			n++;
		}
		t->found[phase] = read_back_of(relay_in(data, t->node));
		cJSON_Delete(data);
	}
	t->known[phase] = n > 0;
	t->w[phase] = n > 0 ? sum_w / n : 0;
	return true;
}

/* ---- switching ---- */

static int64_t held_until(struct bench *b, const struct relay_trial *t, const char *state)
{
	char until[WORDS];
	double ms;

	if (!words_number(b->ask.refusal, "data.until_ms", &ms))
		return b->t_ms + HELD_MS;
	if (!b->cli->quiet && !b->cli->json)
		printf("%s  waits to switch %s: %s until %s\n", t->node, state, words_text(b->ask.refusal, "code", "?"),
			words_clock(b->zone, (int64_t)ms, until));
	fflush(stdout);
	return (int64_t)ms + MOVE_MS;
}

/* A held request stands, and is done when the guard lets it. */
static bool await_state(struct bench *b, struct relay_trial *t, const char *state, int64_t until_ms)
{
	for (;;) {
		cJSON *data = look(b);
		const cJSON *r = relay_in(data, t->node);
		bool there = strcmp(words_text(r, "state", ""), state) == 0, answered = data != NULL;

		cJSON_Delete(data);
		if (there)
			return true;
		if (!answered || b->t_ms > until_ms)
			return fail_trial(t, "does not switch ", state);
		if (!nap(b))
			return fail_trial(t, "interrupted", "");
	}
}

static int ask_state(struct bench *b, const struct relay_trial *t, const char *state, cJSON **data)
{
	cJSON *args = cJSON_CreateObject();

	cJSON_AddStringToObject(args, "node", t->node);
	cJSON_AddStringToObject(args, "state", state);
	if (strcmp(state, "auto") != 0)
		cJSON_AddNumberToObject(args, "minutes", LEASE_MIN);
	return ask_verb(&b->ask, "dispatch", args, data);
}

static bool switch_to(struct bench *b, struct relay_trial *t, const char *state)
{
	int64_t until_ms = b->t_ms + MOVE_MS;
	cJSON *data = NULL;

	if (ask_state(b, t, state, &data) != EXIT_DONE) {
		if (b->ask.refusal == NULL)
			return fail_trial(t, "the service does not answer", "");
		if (strncmp(words_text(b->ask.refusal, "code", ""), "HeldBy", 6) != 0)
			return fail_trial(t, "refused: ", words_text(b->ask.refusal, "code", "?"));
		until_ms = held_until(b, t, state);
	}
	cJSON_Delete(data);
	return await_state(b, t, state, until_ms);
}

static void give_back(struct bench *b, const struct relay_trial *t)
{
	cJSON *data = NULL;

	if (ask_state(b, t, "auto", &data) != EXIT_DONE)
		fprintf(stderr, "spaceheat: relay test: %s is still yours - run: spaceheat dispatch %s auto\n", t->node, t->node);
	cJSON_Delete(data);
}

static void run_trial(struct bench *b, struct relay_trial *t)
{
	bool good = switch_to(b, t, "off") && measure(b, t, TRIAL_BEFORE, BEFORE_S) && switch_to(b, t, "on") &&
		measure(b, t, TRIAL_ON, b->seconds);

	if (switch_to(b, t, "off") && good)
		measure(b, t, TRIAL_OFF, OFF_S);
	give_back(b, t);
	trial_judge(t);
}

/* ---- who, and whether ---- */

/* Nobody switches a heat pump by a slip of the finger. */
static bool confirmed(const struct bench *b, const char *node)
{
	char line[ALIAS_SIZE + 2] = "";

	if (b->yes)
		return true;
	printf("%s will be switched off and on. Type its name to go on: ", node);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, node) == 0;
}

static int may_begin(const cJSON *data)
{
	const char *mode = words_text(data, "contract.mode", "?"), *cause = words_text(data, "contract.cause", "");

	if (strcmp(mode, "RemoteControl") == 0)
		return cli_fail(EXIT_HELD, "relay test: RemoteControl: the AtomicTNode has the relays - run it after the contract, see: "
			"spaceheat contract");
	if (strcmp(cause, "Blind") == 0)
		return cli_fail(EXIT_HELD, "relay test: Blind: thermometers are missing - run: spaceheat sensors");
	return EXIT_DONE;
}

static struct relay_trial trial_of(const cJSON *relay)
{
	struct relay_trial t = { .node = "" };
	const cJSON *expected = words_at(relay, "expected_w");

	snprintf(t.node, sizeof(t.node), "%s", words_text(relay, "node", "?"));
	for (int i = 0; i < 2 && cJSON_IsNumber(cJSON_GetArrayItem(expected, i)); i++)
		t.expected_w[i] = cJSON_GetArrayItem(expected, i)->valuedouble;
	return t;
}

/* One relay; its exit code. */
static int test_one(struct bench *b, const cJSON *relay, cJSON *tests)
{
	struct relay_trial t = trial_of(relay);
	char line[600];

	if (!confirmed(b, t.node))
		fail_trial(&t, "not confirmed", "");
	else
		run_trial(b, &t);
	trial_line(&t, line, sizeof(line));
	if (!b->cli->json)
		puts(line);
	fflush(stdout);
	cJSON_AddItemToArray(tests, trial_object(&t));
	return t.reason[0] == '\0' ? EXIT_DONE : EXIT_FAILED;
}

static void write_report(struct bench *b, cJSON *report)
{
	char path[512];

	if (trial_write(b->dir, b->t_ms, report, path, sizeof(path))) {
		if (!b->cli->json && !b->cli->quiet)
			printf("report: %s\n", path);
	} else {
		fprintf(stderr, "spaceheat: relay test: report %s: %s - give another folder with --report\n", path,
			strerror(errno));
	}
}

static int test_all(struct bench *b, const cJSON *data)
{
	cJSON *report = cJSON_CreateObject(), *tests;
	int result = EXIT_DONE;
	const cJSON *r;

	cJSON_AddNumberToObject(report, "v", 1);
	cJSON_AddStringToObject(report, "house", words_text(data, "house", "?"));
	cJSON_AddNumberToObject(report, "t_ms", (double)b->t_ms);
	cJSON_AddStringToObject(report, "build", b->cli->doors->commit);
	cJSON_AddNumberToObject(report, "by_uid", (double)getuid());
	tests = cJSON_AddArrayToObject(report, "tests");
	cJSON_ArrayForEach(r, words_at(data, "relays"))
		if (!b->interrupted && (b->all || strcmp(words_text(r, "node", ""), b->only) == 0) &&
			test_one(b, r, tests) != EXIT_DONE)
			result = EXIT_FAILED;
	write_report(b, report);
	if (b->cli->json)
		ask_print(report);
	cJSON_Delete(report);
	return b->interrupted ? EXIT_INTERRUPTED : result;
}

static int test(struct bench *b)
{
	cJSON *data = look(b);
	int result = data == NULL ? EXIT_NO_DAEMON : may_begin(data);

	if (result == EXIT_DONE && !b->all && relay_in(data, b->only) == NULL)
		result = cli_fail(EXIT_USAGE, "relay test: no relay \"%.100s\" - run: spaceheat relays", b->only);
	if (result == EXIT_DONE)
		result = test_all(b, data);
	cJSON_Delete(data);
	return result;
}

int cli_relay(struct cli *cli, int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof(*b));
	int result;

	if (b == NULL)
		return cli_fail(EXIT_FAILED, "relay: out of memory");
	b->cli = cli;
	if (argc < 3 || strcmp(argv[1], "test") != 0 || !read_args(b, argc, argv))
		result = cli_usage("relay", "needs the word test and a node or --all; --seconds %d to %d", LEAST_SECONDS,
			MOST_SECONDS);
	else if (!b->yes && (cli->json || !isatty(STDIN_FILENO)))
		result = cli_usage("relay", "nobody can confirm here; add --yes to switch without being asked");
	else
		result = ask_open(&b->ask, cli, "relay test");
	if (result == EXIT_DONE) {
		sigemptyset(&b->signals);
		sigaddset(&b->signals, SIGINT);
		sigaddset(&b->signals, SIGTERM);
		sigprocmask(SIG_BLOCK, &b->signals, NULL);
		result = test(b);
		ask_close(&b->ask);
	}
	free(b);
	return result;
}

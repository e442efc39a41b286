/* SPDX-License-Identifier: MIT */
/* The command `spaceheat`: its table, its exit codes, and payloads by hand that the SCADA understands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/atn_memo.h"
#include "cli/demo.h"
#include "cli/verbs.h"
#include "core/wire/inbound.h"
#include "port/load.h"

enum { OUT_SIZE = 64 * 1024, WORDS_MAX = 16 };

static const char house_key[] = "dw1.isone.nh.orange.1";
static const int64_t now_ms = 1799924142000; /* 2027-01-14T05:55:42-05:00 */

/* A scratch directory with a configuration of the simulated house, and what the last command said. */
struct desk {
	char dir[32], cfg[64], houses[512];
	struct loaded loaded;
	char out[OUT_SIZE], err[OUT_SIZE];
	struct inbound scada;
	char memory[INBOUND_SCADA_MEMORY];
};

static bool fixed_clock(const char *dir, struct wall *now, double *speed, struct err *e)
{
	(void)dir, (void)e;
	*now = (struct wall){ now_ms };
	*speed = 60;
	return true;
}

static int no_agent(struct cli *cli, int argc, char **argv)
{
	(void)cli, (void)argc, (void)argv;
	return 99;
}

static const struct cli_doors doors = { .sim_clock = fixed_clock, .atn_run = no_agent, .sim_run = no_agent, .version = "1.2.3",
	.commit = "abc" };

static void slurp(FILE *f, char *out)
{
	size_t n;

	rewind(f);
	n = fread(out, 1, OUT_SIZE - 1, f);
	out[n] = '\0';
	fclose(f);
}

/* Runs `spaceheat WORDS` (separated by single blanks) and keeps what it prints. */
static int run(struct desk *d, const char *line)
{
	char words[512], name[] = "spaceheat", *argv[WORDS_MAX + 1] = { name }, *rest;
	FILE *out = tmpfile(), *err = tmpfile();
	int was_out = dup(1), was_err = dup(2), argc = 1, result;

	assert_non_null(out);
	assert_non_null(err);
	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok_r(words, " ", &rest); w != NULL && argc < WORDS_MAX;
		w = strtok_r(NULL, " ", &rest))
		argv[argc++] = w;
	fflush(stdout);
	dup2(fileno(out), 1);
	dup2(fileno(err), 2);
	result = cli_main(&doors, argc, argv);
	fflush(stdout);
	dup2(was_out, 1);
	dup2(was_err, 2);
	close(was_out);
	close(was_err);
	slurp(out, d->out);
	slurp(err, d->err);
	return result;
}

static void write_cfg(struct desk *d, const struct house *h, const char *host)
{
	FILE *f = fopen(d->cfg, "w");

	assert_non_null(f);
	demo_print_config(h, NULL, f);
	fprintf(f, "houses_file = \"%s\"; state_dir = \"%s\";\n", d->houses, d->dir);
	fprintf(f, "uplink: { host = \"%s\"; port = 18899; tls = false; allow_insecure_broker = true; };\n",
		host);
	fprintf(f, "contract: { allow_unsigned_contract = true; };\n");
	fprintf(f, "sim: { start = \"2027-01-14T05:55:00-05:00\"; };\n");
	fclose(f);
	setenv("SPACEHEAT_CONFIG", d->cfg, 1);
	setenv("SPACEHEAT_SOCKET", "/nonexistent/control.sock", 1);	/* no service of this machine answers */
}

static struct house *read_house(const struct desk *d, const char *key)
{
	struct house *h = calloc(1, sizeof(*h));
	struct problems problems = { 0 };
	struct err e;
	size_t length;
	char *text = load_text(d->houses, 1 << 20, &length, &e);

	assert_non_null(text);
	assert_non_null(h);
	assert_true(houses_read(text, length, d->houses, key, h, &problems));
	free(text);
	return h;
}

static void identify(struct desk *d, const struct house *h)
{
	struct inbound_identity id = { .other_id = h->atn.id };

	memcpy(id.self_alias, h->scada.alias, ALIAS_SIZE);
	memcpy(id.other_alias, h->atn.alias, ALIAS_SIZE);
	inbound_init(&d->scada, &id, d->memory, sizeof(d->memory));
}

static int set_up(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));
	struct house *h;

	assert_non_null(d);
	strcpy(d->dir, "/tmp/test_cli.XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	snprintf(d->cfg, sizeof(d->cfg), "%s/spaceheat.cfg", d->dir);
	assert_non_null(getcwd(d->houses, sizeof(d->houses) - 32));
	strcat(d->houses, "/input_data/houses.json");
	h = read_house(d, house_key);
	identify(d, h);
	write_cfg(d, h, "127.0.0.1");
	free(h);
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;
	char path[64];

	snprintf(path, sizeof(path), "%s/atn.json", d->dir);
	unlink(path);
	unlink(d->cfg);
	rmdir(d->dir);
	free(d);
	return 0;
}

/* What the SCADA makes of the payload the last command printed. */
static struct msg understood(struct desk *d, const char *type)
{
	char topic[160];
	struct msg m;

	snprintf(topic, sizeof(topic), "%s/%s", house_key, type);
	assert_true(inbound_scada(&d->scada, topic, d->out, strcspn(d->out, "\n"), false, &m));
	assert_int_not_equal(m.type, MSG_REFUSED);
	return m;
}

/* --- the table ------------------------------------------------------------------------------------- */

/* Every verb can be explained, its example is a call of it, and the manual page has it. */
static void every_verb_is_explained(void **state)
{
	struct desk *d = *state;
	struct err e;
	size_t length;
	char *manual = load_text("docs/spaceheat.1", 1 << 20, &length, &e);

	assert_non_null(manual);
	for (int i = 0; i < n_verbs; i++) {
		char line[64], entry[64];

		snprintf(line, sizeof(line), "%s -h", verbs[i].name);
		assert_int_equal(run(d, line), EXIT_DONE);
		assert_non_null(strstr(d->out, verbs[i].says));
		assert_non_null(strstr(d->out, verbs[i].example));
		snprintf(entry, sizeof(entry), "spaceheat %s", verbs[i].name);
		assert_memory_equal(verbs[i].example, entry, strlen(entry));
		snprintf(entry, sizeof(entry), "Cm %s", verbs[i].name);
		assert_non_null(strstr(manual, entry));
		assert_int_equal(run(d, "--help"), EXIT_DONE);
		assert_non_null(strstr(d->out, verbs[i].says));
	}
	free(manual);
}

/* Wrong usage exits 2 and says in one line what to do. */
static void wrong_usage_exits_2(void **state)
{
	static const char *const lines[] = { "statsu", "-x", "-c", "atn", "atn fly", "atn offer --minutes 4",
		"atn offer --minutes x", "atn beat --echo 12", "atn beat --contract 12",
		"atn dispatch a.elt1.relay", "atn dispatch a.elt1.relay maybe",
		"atn dispatch a.elt1.relay on off", "atn id x", "sim", "sim sleep", "sim now --s", "sim speed", "sim speed fast",
		"sim pause now", "sim fault", "sim fault broker=down", "print",
		"print nothing", "version now" };
	struct desk *d = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(run(d, lines[i]), EXIT_USAGE);
		assert_string_equal(d->out, "");
		assert_memory_equal(d->err, "spaceheat: ", 11);
		assert_ptr_equal(strchr(d->err, '\n'), d->err + strlen(d->err) - 1);
	}
	run(d, "versoin");
	assert_non_null(strstr(d->err, "did you mean \"version\"?"));
	assert_int_equal(run(d, ""), EXIT_USAGE);
}

/* Versions come as text and as one JSON object, and --version is the verb. */
static void version_is_told(void **state)
{
	struct desk *d = *state;

	assert_int_equal(run(d, "version"), EXIT_DONE);
	assert_non_null(strstr(d->out, "spaceheat 1.2.3 (abc)"));
	assert_int_equal(run(d, "--version"), EXIT_DONE);
	assert_non_null(strstr(d->out, "spaceheat 1.2.3 (abc)"));
	assert_int_equal(run(d, "version --json"), EXIT_DONE);
	assert_memory_equal(d->out, "{\"v\":1,\"version\":\"1.2.3\"", 24);
}

/* --- simulation -------------------------------------------------------------------------------------- */

/* The simulated time, for people in the house's own offset, for messages in milliseconds. */
static void simulated_time_is_told(void **state)
{
	struct desk *d = *state;

	int64_t first_ms;

	assert_int_equal(run(d, "sim now --ms"), EXIT_DONE);
	first_ms = strtoll(d->out, NULL, 10);
	assert_in_range(first_ms, 1799924142000, 1799924142999);
	assert_int_equal(run(d, "sim now --ms"), EXIT_DONE);	/* a time stamp: never the same twice */
	assert_int_equal(strtoll(d->out, NULL, 10), first_ms + 1);
	assert_int_equal(run(d, "sim now"), EXIT_DONE);
	assert_string_equal(d->out, "2027-01-14T05:55:42-05:00\n");
	assert_int_equal(run(d, "--json sim status"), EXIT_DONE);
	assert_string_equal(d->out, "{\"v\":1,\"house\":\"dw1.isone.nh.orange.1\",\"t_ms\":1799924142000,"
				    "\"simulated\":true,\"speed\":60}\n");
	assert_int_equal(run(d, "sim houses"), EXIT_DONE);
	assert_non_null(strstr(d->out, house_key));
	assert_null(strstr(d->out, "w.isone"));
}

/* The settings derived from a simulated house are ones the service takes, with every role filled. */
static void derived_settings_load(void **state)
{
	struct desk *d = *state;
	struct problems problems = { 0 };
	const struct settings *s = &d->loaded.settings;

	assert_true(load_service(d->cfg, &d->loaded, &problems));
	assert_int_equal(problems.n, 0);
	assert_int_equal(s->n_relays, 2);
	assert_int_equal(s->roles.n_store, 5);
	assert_string_equal(s->roles.store_name[0], "a.tank.temp0");
	assert_true(s->roles.outdoor >= 0 && s->roles.meter >= 0 && s->roles.supply >= 0);
	assert_int_equal(s->n_zones, 1);
	assert_true(s->zones[0].pump >= 0);
	assert_true(s->comfort.setpoint_c > 17.99 && s->comfort.setpoint_c < 18.01);
	assert_int_equal(run(d, "sim config w.isone.nh.orange.1"), EXIT_HELD);
	assert_int_equal(run(d, "sim config nowhere"), EXIT_CONFIG);
}

/* --- payloads by hand -------------------------------------------------------------------------------- */

/* An offer starts at the present whole minute and lasts as long as it was told. */
static void offers_are_understood(void **state)
{
	struct desk *d = *state;
	struct msg m;

	assert_int_equal(run(d, "atn offer"), EXIT_DONE);
	m = understood(d, "dispatch.contract.offer.100");
	assert_int_equal(m.offer.start_s, now_ms / 1000 - 42);
	assert_int_equal(m.offer.end_s - m.offer.start_s, 3600);
	assert_in_range(m.offer.send_ms, now_ms, now_ms + 999);
	assert_int_equal(run(d, "atn offer --minutes 5"), EXIT_DONE);
	m = understood(d, "dispatch.contract.offer.100");
	assert_int_equal(m.offer.end_s - m.offer.start_s, 300);
}

/* Without a contract a dispatch is that of 2022; with one in atn.json it names it, and --contract wins. */
static void dispatches_are_understood(void **state)
{
	struct atn_memory memory = { true, { { { 5, 6 } }, 1, 2, 3 }, 0x1122334455667788 };
	struct desk *d = *state;
	struct msg m;
	struct err e;

	assert_int_equal(run(d, "atn dispatch a.elt1.relay on"), EXIT_DONE);
	m = understood(d, "gt.dispatch.boolean.100");
	assert_true(m.dispatch.on && !m.dispatch.has_contract);
	assert_string_equal(m.dispatch.about, "a.elt1.relay");
	assert_true(atn_memo_keep(d->dir, &memory, &e));
	assert_int_equal(run(d, "atn dispatch a.elt1.relay off"), EXIT_DONE);
	m = understood(d, "gt.dispatch.boolean.100");
	assert_true(!m.dispatch.on && m.dispatch.has_contract);
	assert_true(uuid_equal(m.dispatch.contract, memory.contract.id));
	assert_int_equal(run(d, "atn dispatch a.elt.relay off"), EXIT_USAGE);
	assert_string_equal(d->err, "spaceheat: no node \"a.elt.relay\" - did you mean \"a.elt1.relay\"?\n");
}

/* A beat echoes the number remembered, or the one given; without a contract it says what to do. */
static void beats_are_understood(void **state)
{
	struct atn_memory memory = { true, { { { 5, 6 } }, 1, 2, 3 }, 0x1122334455667788 };
	struct desk *d = *state;
	char path[64];
	struct err e;

	snprintf(path, sizeof(path), "%s/atn.json", d->dir);
	unlink(path);
	assert_int_equal(run(d, "atn beat"), EXIT_FAILED);
	assert_non_null(strstr(d->err, "spaceheat atn offer -p"));
	assert_int_equal(run(d, "atn end"), EXIT_FAILED);
	assert_true(atn_memo_keep(d->dir, &memory, &e));
	assert_int_equal(run(d, "atn beat"), EXIT_DONE);
	assert_true(understood(d, "dispatch.contract.beat.100").beat.echo == memory.scada_beat);
	assert_int_equal(run(d, "atn beat --echo 00000000000000ff"), EXIT_DONE);
	assert_int_equal(understood(d, "dispatch.contract.beat.100").beat.echo, 0xff);
	assert_int_equal(run(d, "atn end --contract 01020304-0000-4000-8000-000000000000"), EXIT_DONE);
	assert_int_equal(understood(d, "dispatch.contract.end.100").end.contract.b[0], 1);
}

/* A broker on another machine is not commanded by accident. */
static void a_far_broker_needs_really(void **state)
{
	struct desk *d = *state;
	struct house *h = read_house(d, house_key);

	write_cfg(d, h, "broker.example");
	assert_int_equal(run(d, "atn offer -p"), EXIT_HELD);
	assert_non_null(strstr(d->err, "--really"));
	write_cfg(d, h, "127.0.0.1");
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_is_explained),
		cmocka_unit_test(wrong_usage_exits_2),
		cmocka_unit_test(version_is_told),
		cmocka_unit_test(simulated_time_is_told),
		cmocka_unit_test(derived_settings_load),
		cmocka_unit_test(offers_are_understood),
		cmocka_unit_test(dispatches_are_understood),
		cmocka_unit_test(beats_are_understood),
		cmocka_unit_test(a_far_broker_needs_really),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* SPDX-License-Identifier: MIT */
/* Loading: files on disk become settings and a house, or all that is wrong with them at once. */
#define _GNU_SOURCE /* nftw */
#include "load_bench.h"

#include "cli/config.h"
#include "cli/verbs.h"
#include "spaceheat/driver.h"

/* A good configuration gives settings whose names are nodes and whose files stand beside it. */
static void house_is_loaded_and_resolved(void **state)
{
	struct bench *b = *state;
	const struct settings *s = &b->loaded.settings;
	const struct house *h = &b->loaded.house;
	char state_dir[100];

	assert_true(load(b));
	assert_true(b->loaded.configured && s->simulated && h->simulated);
	assert_string_equal(h->nodes[s->roles.store[0]].alias, "a.tank.temp0");
	assert_string_equal(h->nodes[s->roles.meter].alias, "a.m");
	assert_string_equal(h->nodes[s->zones[0].pump].alias, "a.tank.out.pump.relay");
	assert_string_equal(h->nodes[s->relays[0].node].alias, "a.elt1.relay");
	assert_int_equal(h->channels[s->relays[1].channel].about, s->relays[1].node);
	assert_int_equal(settings_nameplate_w(s), 4890);
	snprintf(state_dir, sizeof(state_dir), "%s/state", b->dir);
	assert_string_equal(s->state_dir, state_dir);
	assert_true(s->comfort.setpoint_c == 18.0);
}

/* Files of conf.d are read in the order of their names, and other files there are left alone. */
static void parts_are_read_by_name(void **state)
{
	struct bench *b = *state;

	write_file(b, "conf.d/20-b.cfg", "comfort: { setpoint_c = 20.0; };");
	write_file(b, "conf.d/10-a.cfg", "comfort: { setpoint_c = 19.0; band_k = 2.0; };");
	write_file(b, "conf.d/30-c.cfg.bak", "nonsense");
	write_file(b, "conf.d/.40-d.cfg", "nonsense");
	assert_true(load(b));
	assert_true(
		b->loaded.settings.comfort.setpoint_c == 20.0 && b->loaded.settings.comfort.band_k == 2.0);
}

/* Nothing configured is no error: the service starts and touches nothing. */
static void not_configured_is_legal(void **state)
{
	struct bench *b = *state;

	write_file(b, "spaceheat.cfg", "house = \"\";\n");
	assert_true(load(b));
	assert_false(b->loaded.configured);
}

/* What is wrong in the settings, in conf.d and in the house comes in one list. */
static void all_problems_at_once(void **state)
{
	struct bench *b = *state;

	write_file(b, "conf.d/10-site.cfg",
		"guard: { hp_min_off_s = 30; };\nroles: { supply = \"a.tank.out.tmp1\"; };\n");
	write_file(b, "conf.d/20-typo.cfg", "\ncomfrot: { };\n");
	assert_false(load(b));
	assert_problems(b, 3,
		"conf.d/10-site.cfg:1: guard.hp_min_off_s = 30 is outside 180..1800 s - use at least 180; "
		"the compressor needs this rest");
	assert_string_equal(b->problems.text[1],
		"conf.d/20-typo.cfg:2: unknown key \"comfrot\" - did you mean \"comfort\"?");
	assert_string_equal(b->problems.text[2],
		"conf.d/10-site.cfg:2: roles.supply names \"a.tank.out.tmp1\", not a node "
		"of house dw1.isone.nh.orange.1 - did you mean \"a.tank.out.temp1\"?");
}

/* After a syntax error nothing else is said: it would be guesswork. */
static void syntax_error_stands_alone(void **state)
{
	struct bench *b = *state;

	write_file(b, "conf.d/10-site.cfg", "guard: {\n  hp_min_off_s = 30\n");
	write_file(b, "houses.json", "{");
	assert_false(load(b));
	assert_int_equal(b->problems.n, 1);
	assert_non_null(strstr(b->problems.text[0], "conf.d/10-site.cfg:3: syntax error - check this line"));
}

/* A password that others can read, and one that is not there, are named with what to do. */
static void secrets_are_private(void **state)
{
	struct bench *b = *state;
	char want[400], path[100], secret[32];
	struct err e;

	write_file(b, "conf.d/10-site.cfg", "\nuplink: { password_file = \"mqtt\"; };");
	write_file(b, "mqtt", "s3cret\n");
	snprintf(path, sizeof(path), "%s/mqtt", b->dir);
	assert_true(load(b));
	assert_true(load_secret(b->loaded.settings.uplink.password_file, secret, sizeof(secret), &e));
	assert_string_equal(secret, "s3cret");
	assert_false(load_secret(b->loaded.settings.uplink.password_file, secret, 4, &e));
	assert_null(strstr(e.text, "s3cret"));
	chmod(path, 0644);
	assert_false(load(b));
	snprintf(want, sizeof(want),
		"conf.d/10-site.cfg:2: uplink.password_file %s has mode 0644 - run: chmod 600 %s", path,
		path);
	assert_problems(b, 1, want);
	remove(path);
	assert_false(load(b));
	assert_non_null(
		strstr(b->problems.text[0], "cannot be read (No such file or directory) - create it"));
}

/* A credential is found in the folder that systemd names; without one a check by hand lets it pass. */
static void credentials_come_from_systemd(void **state)
{
	struct bench *b = *state;
	char secret[32];
	struct err e;

	write_file(b, "conf.d/10-site.cfg", "uplink: { password_file = \"credential:mqtt\"; };");
	write_file(b, "mqtt", "s3cret");
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_true(load(b));
	assert_false(load_secret("credential:mqtt", secret, sizeof(secret), &e));
	setenv("CREDENTIALS_DIRECTORY", b->dir, 1);
	assert_true(load(b));
	assert_true(load_secret(b->loaded.settings.uplink.password_file, secret, sizeof(secret), &e));
	assert_string_equal(secret, "s3cret");
	unsetenv("CREDENTIALS_DIRECTORY");
}

/* Files that are not there are named where they were asked for. */
static void missing_files_are_named(void **state)
{
	struct bench *b = *state;
	char want[300];

	write_file(b, "conf.d/10-site.cfg", "\n\nhouses_file = \"/nowhere/houses.json\";");
	assert_false(load(b));
	assert_problems(b, 1,
		"conf.d/10-site.cfg:3: houses_file /nowhere/houses.json cannot be read (No such file or "
		"directory) - set houses_file to where houses.json is");
	strcat(b->cfg, "x");
	assert_false(load(b));
	snprintf(want, sizeof(want),
		"%s: cannot be read (No such file or directory) - check that the file is there and "
		"readable",
		b->cfg);
	assert_problems(b, 1, want);
}

/* A folder, a huge file and a file with a byte 0 are refused, not read. */
static void strange_files_are_refused(void **state)
{
	struct bench *b = *state;
	struct err e;
	size_t length;
	FILE *f = fopen(b->cfg, "a");

	fputc(0, f);
	fclose(f);
	assert_false(load(b));
	assert_null(load_text(b->dir, 100, &length, &e));
	assert_null(load_text(b->cfg, 10, &length, &e));
	assert_string_equal(e.text, "more than 10 bytes");
}

/* The real test house needs no simulation, and says so; its meter needs a line. */
static void real_house_is_not_simulated(void **state)
{
	struct bench *b = *state;

	write_file(b, "spaceheat.cfg",
		"house = \"w.isone.nh.orange.1\";\nhouses_file = \"houses.json\";\nsimulated = true;\n"
		"relays = ( { node = \"a.elt1.relay\"; kind = \"element\"; fail_state = \"open\"; expected_w "
		"= [ 4000, 4800 ]; },\n"
		"{ node = \"a.tank.out.pump.relay\"; kind = \"pump\"; fail_state = \"open\"; expected_w = [ "
		"30, 90 ]; },\n"
		"{ node = \"a.tank.out.pump.baseboard1.fan.relay\"; kind = \"other\"; fail_state = \"open\"; "
		"expected_w = [ 10, 60 ]; } );\n");
	assert_false(load(b));
	assert_problems(b, 1,
		"spaceheat.cfg:3: simulated = true, but house w.isone.nh.orange.1 is not marked simulated - "
		"set "
		"simulated = false, or choose a simulated house");
	write_file(b, "conf.d/10-site.cfg", "simulated = false;");
	assert_false(load(b));
	assert_non_null(strstr(b->problems.text[0],
		"meter.port = \"\", but house w.isone.nh.orange.1 has a meter at \"a.m\""));
	write_file(b, "conf.d/20-meter.cfg", "meter: { port = \"/dev/ttyUSB0\"; };");
	if (!load(b))
		fail_msg("%s", b->problems.text[0]);
	assert_false(b->loaded.house.simulated);
	write_file(b, "conf.d/30-flow.cfg", "roles: { flow = \"a.tank.out.flowmeter1\"; };");
	assert_false(load(b));
	assert_non_null(
		strstr(b->problems.text[0], "which is no working flow meter of house w.isone.nh.orange.1"));
}

/* Puts the bench's house there with every FROM as TO. */
static void write_bench_house(struct bench *b, const char *from, const char *to)
{
	size_t length;
	struct err e;
	char *text = load_text("tests/qemu/houses.json", 1 << 20, &length, &e), *at;

	assert_non_null(text);
	for (at = text; (at = strstr(at, from)) != NULL; at++)
		memcpy(at, to, strlen(to));
	write_file(b, "houses.json", text);
	free(text);
}

/* The same in a file that is there. */
static void edit_file(struct bench *b, const char *name, const char *from, const char *to)
{
	char path[PATH_SIZE];
	size_t length;
	struct err e;
	char *text, *at;

	snprintf(path, sizeof(path), "%.200s/%s", b->dir, name);
	text = load_text(path, 1 << 20, &length, &e);
	assert_non_null(text);
	for (at = text; (at = strstr(at, from)) != NULL; at++)
		memcpy(at, to, strlen(to));
	write_file(b, name, text);
	free(text);
}

/* A sensor or a meter without a driver is a mistake of the configuration, by node and make; so is a meter that cannot be
 * read for want of a register. */
static void a_sensor_needs_a_driver(void **state)
{
	struct bench *b = *state;

	write_file(b, "spaceheat.cfg", "house = \"w.bench.1\"; houses_file = \"houses.json\";\n"
		"relays = ( { node = \"a.pump1.relay\"; kind = \"pump\"; fail_state = \"open\"; expected_w = [ 30, 90 ]; },\n"
		"{ node = \"a.pump2.relay\"; kind = \"pump\"; fail_state = \"open\"; expected_w = [ 30, 90 ]; },\n"
		"{ node = \"a.elt1.relay\"; kind = \"element\"; fail_state = \"open\"; expected_w = [ 4000, 4800 ]; } );\n"
		"meter: { port = \"/dev/ttyUSB0\"; };\n");
	write_bench_house(b, "acd93fb3", "acd93fb3");
	if (!load(b))
		fail_msg("%s", b->problems.text[0]);
	write_bench_house(b, "acd93fb3", "fabfa505");
	assert_false(load(b));
	assert_int_equal(b->problems.n, 3);
	assert_non_null(strstr(b->problems.text[0],
		"sensor \"a.tank.temp0\" is a NCD__PR8-14-SPST, for which this version has no driver"));
	write_bench_house(b, "d300635e", "cb8719de");
	assert_false(load(b));
	assert_int_equal(b->problems.n, 1);
	assert_non_null(strstr(b->problems.text[0],
		"meter \"a.m\" is a Generic__GpioRelay, for which this version has no driver"));
	write_bench_house(b, "d300635e", "95fbbd2c");
	assert_false(load(b));
	assert_int_equal(b->problems.n, 1);
	assert_non_null(strstr(b->problems.text[0],
		"meter.power_address is not set, but the meter at \"a.m\" is a Generic__Modbus"));
	write_file(b, "conf.d/10-site.cfg", "meter: { power_address = 10; };");
	if (!load(b))
		fail_msg("%s", b->problems.text[0]);
}

/* A relay of a board is its number and the board's address: GPIO line 0 is another than relay 0 of a board, and two relays may
 * share a board, but not their number on it. */
static void a_board_has_several_relays(void **state)
{
	static const char *const from[] = { "\"DisplayName\": \"Relay a.pump1.relay\",\n    \"Gpio\": 3",
		"\"DisplayName\": \"Relay a.pump2.relay\",\n    \"Gpio\": 5" };
	static const char *const boards[] = { "\"HwUid\": \"0x21\",                     \n    \"Gpio\": 0",
		"\"HwUid\": \"0x21\",                     \n    \"Gpio\": 3" };
	struct bench *b = *state;

	write_file(b, "spaceheat.cfg", "house = \"w.bench.1\"; houses_file = \"houses.json\";\n"
		"relays = ( { node = \"a.pump1.relay\"; kind = \"pump\"; fail_state = \"open\"; expected_w = [ 30, 90 ]; },\n"
		"{ node = \"a.pump2.relay\"; kind = \"pump\"; fail_state = \"open\"; expected_w = [ 30, 90 ]; },\n"
		"{ node = \"a.elt1.relay\"; kind = \"element\"; fail_state = \"open\"; expected_w = [ 4000, 4800 ]; } );\n"
		"meter: { port = \"/dev/ttyUSB0\"; };\n");
	write_bench_house(b, "\"Gpio\": 3", "\"Gpio\": 0");
	if (!load(b))
		fail_msg("%s", b->problems.text[0]);
	write_bench_house(b, "cb8719de", "fabfa505");
	for (int i = 0; i < 2; i++)
		edit_file(b, "houses.json", from[i], boards[i]);
	if (!load(b))
		fail_msg("%s", b->problems.text[0]);
	edit_file(b, "houses.json", boards[1], boards[0]);
	assert_false(load(b));
	assert_int_equal(b->problems.n, 1);
	assert_non_null(strstr(b->problems.text[0], "node \"a.pump2.relay\" uses GPIO 0, already used by \"a.pump1.relay\""));
}

/* A device whose make the protocol does not have is of unknown make and names its driver; a name that no driver has is
 * refused. Without a name it is not read, which is no mistake. */
static void a_component_may_name_its_driver(void **state)
{
	static const char from[] = "\"Meter of all heating\",\n    \"HwUid\": \"35941_308\"";
	static const char *const names[] = { "Generic__File", "Generic__Flie" };
	struct bench *b = *state;

	write_file(b, "spaceheat.cfg", "house = \"w.bench.1\"; houses_file = \"houses.json\";\n"
		"relays = ( { node = \"a.pump1.relay\"; kind = \"pump\"; fail_state = \"open\"; expected_w = [ 30, 90 ]; },\n"
		"{ node = \"a.pump2.relay\"; kind = \"pump\"; fail_state = \"open\"; expected_w = [ 30, 90 ]; },\n"
		"{ node = \"a.elt1.relay\"; kind = \"element\"; fail_state = \"open\"; expected_w = [ 4000, 4800 ]; } );\n");
	write_bench_house(b, "d300635e", "b6a32d9b");
	if (!load(b))
		fail_msg("%s", b->problems.text[0]);
	assert_int_equal(house_channel(&b->loaded.house, house_node(&b->loaded.house, "a.elt1"), TELEMETRY_POWER_W), -1);
	for (int i = 0; i < 2; i++) {
		char to[sizeof(from)];
		int channel;

		snprintf(to, sizeof(to), "\"M\", \"Driver\": \"%s\", \"HwUid\": \"/x\"   ", names[i]);
		assert_int_equal(strlen(to), strlen(from));
		write_bench_house(b, from, to);
		edit_file(b, "houses.json", "d300635e", "b6a32d9b");
		assert_int_equal(load(b), i == 0);
		channel = house_channel(&b->loaded.house, house_node(&b->loaded.house, "a.elt1"), TELEMETRY_POWER_W);
		if (i == 0)
			assert_string_equal(driver_for(&b->loaded.house, &b->loaded.house.channels[channel])->make_model, names[0]);
		else
			assert_non_null(strstr(b->problems.text[0], "meter \"a.m\" is a Generic__Flie, for which this version has no "
				"driver"));
	}
}

/* -c wins over the environment, and a name that leads nowhere is told. */
static void configuration_is_searched_in_order(void **state)
{
	struct bench *b = *state;
	char path[PATH_SIZE];

	setenv("SPACEHEAT_CONFIG", b->cfg, 1);
	assert_true(config_find(NULL, path, sizeof(path)));
	assert_string_equal(path, b->cfg);
	assert_true(config_find(b->dir, path, sizeof(path)));
	assert_string_equal(path, b->dir);
	assert_false(config_find("/nowhere/spaceheat.cfg", path, sizeof(path)));
	assert_string_equal(path, "/nowhere/spaceheat.cfg");
	assert_false(config_find(b->cfg, path, 5));
	unsetenv("SPACEHEAT_CONFIG");
}

static int run(const char *a, const char *b, const char *c, const char *d)
{
	struct cli cli = { .json = false };
	char words[4][128];
	char *argv[6] = { (char[]){ "config" } };
	const char *given[] = { a, b, c, d };
	int argc = 1;

	for (int i = 0; i < 4 && given[i]; i++) {
		snprintf(words[i], sizeof(words[i]), "%s", given[i]);
		argv[argc++] = words[i];
	}
	return cli_config(&cli, argc, argv);
}

/* `config check` ends with 0 or 78, `config show` with 2 for what is no setting. */
static void verbs_give_exit_codes(void **state)
{
	struct bench *b = *state;

	assert_int_equal(run("check", b->cfg, NULL, NULL), 0);
	assert_int_equal(run("show", "guard", "-c", b->cfg), 0);
	assert_int_equal(run("show", "gaurd", "-c", b->cfg), 2);
	assert_int_equal(run("shwo", NULL, NULL, NULL), 2);
	assert_int_equal(run("check", "/nowhere", NULL, NULL), 78);
	write_file(b, "conf.d/10-site.cfg", "x = 1;");
	assert_int_equal(run("check", b->cfg, NULL, NULL), 78);
	assert_int_equal(run("show", "guard", "-c", b->cfg), 78);
}

/* What the configuration believes to have a relay driver, the guard has, and the other way round. */
static void both_driver_lists_agree(void **state)
{
	(void)state;
	for (int i = 0; i < symbols_make_model.n; i++) {
		const char *make = symbols_make_model.list[i].word;

		assert_int_equal(driver_relay_known(make), driver_relay(make) != NULL);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_driver_lists_agree),
		TEST(house_is_loaded_and_resolved),
		TEST(parts_are_read_by_name),
		TEST(not_configured_is_legal),
		TEST(all_problems_at_once),
		TEST(syntax_error_stands_alone),
		TEST(secrets_are_private),
		TEST(credentials_come_from_systemd),
		TEST(missing_files_are_named),
		TEST(strange_files_are_refused),
		TEST(real_house_is_not_simulated),
		TEST(a_sensor_needs_a_driver),
		TEST(a_component_may_name_its_driver),
		TEST(a_board_has_several_relays),
		TEST(configuration_is_searched_in_order),
		TEST(verbs_give_exit_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What is wrong with a configuration is said in words to act on, those of the manual to the letter. */
#include <stdio.h>

#include "settings_bench.h"

/* ---- the literal messages ---- */

/* The messages of the manual come out to the letter. */
static void messages_are_literal(void **state)
{
	struct bench *b = *state;

	begin(b);
	assert_false(read_at(b, "spaceheat.cfg", 11, "house = \"dw1;\nsimulated = true;"));
	assert_problem(b,
		"spaceheat.cfg:12: syntax error - check this line and the one before for a missing quote, "
		"bracket or '='");
	assert_refused(b, 31, "guard: { hp_min_off_s = 30; };",
		"spaceheat.cfg:31: guard.hp_min_off_s = 30 is outside "
		"180..1800 s - use at least 180; the compressor needs this rest");
	assert_refused(b, 14, "uplink: { keepalve_s = 10; };",
		"spaceheat.cfg:14: unknown key \"uplink.keepalve_s\" - did you mean \"keepalive_s\"?");
	assert_refused(b, 25,
		"relays = ( { node = \"a.elt1.relay\"; kind = \"element\"; expected_w = [ 1, 2 ]; } );",
		"spaceheat.cfg:25: relay \"a.elt1.relay\" has no fail_state - add fail_state = \"open\"; "
		"(elements are always open)");
	assert_refused(b, 25,
		"relays = ( { node = \"a.elt1.relay\"; kind = \"element\"; fail_state = \"handback\"; "
		"expected_w = [ 1, 2 ]; } );",
		"spaceheat.cfg:25: relay \"a.elt1.relay\" of kind \"element\" has fail_state "
		"\"handback\" - only \"open\" is allowed");
	assert_refused(b, 9,
		"uplink: { host = \"broker.example\"; tls = false; }; "
		"contract: { allow_unsigned_contract = true; };",
		"spaceheat.cfg:9: uplink.tls = false to broker.example, not this machine - set tls = true, "
		"or "
		"allow_insecure_broker = true if you accept that others can read and command");
	begin(b);
	assert_true(read_at(b, "spaceheat.cfg", 35, "guard: { store_ceiling_c = 75.0; };"));
	assert_true(read_at(b, "conf.d/10-site.cfg", 7, "guard: { store_trip_c = 76.0; };"));
	assert_false(settings_apply(&b->list, &b->settings, &b->problems));
	assert_problem(b,
		"conf.d/10-site.cfg:7: guard.store_trip_c = 76 is less than 3 K above store_ceiling_c = 75 "
		"(spaceheat.cfg:35) - use at least 78");
}

/* The same for those that need the house. */
static void house_messages_are_literal(void **state)
{
	struct bench *b = *state;

	assert_false(resolve_text(b, 19, "roles: { supply = \"a.tank.out.tmp1\"; }; simulated = true;"));
	assert_problem(b, "spaceheat.cfg:19: roles.supply names \"a.tank.out.tmp1\", not a node of house "
			  "dw1.isone.nh.orange.1 - did you mean \"a.tank.out.temp1\"?");
	assert_false(resolve_text(b, 3, "simulated = false;"));
	assert_problem(b,
		"spaceheat.cfg:3: simulated = false, but house dw1.isone.nh.orange.1 is marked simulated - "
		"set simulated = true, or choose a real house");
}

/* ---- other rules ---- */

/* Each of these is refused, by these words. */
static void wrong_values_are_named(void **state)
{
	struct bench *b = *state;
	static const struct {
		const char *text, *problem;
	} cases[] = {
		{ "uplnk: { port = 1; };",
			"spaceheat.cfg:2: unknown key \"uplnk\" - did you mean \"uplink\"?" },
		{ "nonsense_key = 3;", "spaceheat.cfg:2: unknown key \"nonsense_key\" - remove it" },
		{ "uplink: { password = \"x\"; };",
			"spaceheat.cfg:2: uplink.password is a secret in plain sight - put it into "
			"a file of mode 600 and name that in uplink.password_file" },
		{ "homeassistant: { password = \"x\"; };",
			"spaceheat.cfg:2: homeassistant.password is a secret in plain sight "
			"- put it into a file of mode 600 and name that in homeassistant.password_file" },
		{ "uplink = 5;", "spaceheat.cfg:2: uplink is one value - write it like uplink: { ... };" },
		{ "house: { a = 1; };", "spaceheat.cfg:2: house is a group - give it a value" },
		{ "house = [ \"a\" ];", "spaceheat.cfg:2: house is a list - give it one value" },
		{ "relays = 5;",
			"spaceheat.cfg:2: relays is one value - write it like relays = ( { ... } );" },
		{ "zones = ( 1 );", "spaceheat.cfg:2: zones[0] = 1 is not a group - write it like { ... }" },
		{ "web: { port = \"x\"; };",
			"spaceheat.cfg:2: web.port = \"x\" is not a whole number - write it like 300" },
		{ "status_period_s = 120;",
			"spaceheat.cfg:2: status_period_s = 120 is not 60, 300 or 900 - use one of them; "
			"300 for AtomicTNodes of 2022" },
		{ "log: { level = \"inof\"; };",
			"spaceheat.cfg:2: log.level = \"inof\" is not \"error\", \"warning\", \"info\" "
			"or \"debug\" - did you mean \"info\"?" },
		{ "sim: { speed = 0.05; };",
			"spaceheat.cfg:2: sim.speed = 0.05 is outside 0.1..3600 - use at least 0.1, or 0 "
			"for as fast as it goes" },
		{ "sim: { start = \"2027-01-14T05:55\"; };",
			"spaceheat.cfg:2: sim.start = \"2027-01-14T05:55\" is no time with "
			"an offset - write it like \"2027-01-14T05:55-05:00\"" },
		{ "sensors: { poll_s = 30; }; roles: { supply = \"a.x\"; };",
			"spaceheat.cfg:2: sensors.poll_s = 30 is more "
			"than 10 s, but the guard needs roles.store, buffer, supply, return_pipe and zones - use at "
			"most 10" },
		{ "comfort: { min_c = 22.0; };", "spaceheat.cfg:2: comfort.setpoint_c = 21 is outside" },
		{ "comfort: { min_c = 26.0; };",
			"spaceheat.cfg:2: comfort.min_c = 26 is above comfort.max_c = 24" },
		{ "uplink: { host = \"127.0.0.1\"; tls = false; };",
			"spaceheat.cfg:2: contract has neither" },
		{ "uplink: { host = \"127.evil.example\"; tls = false; }; contract: { "
		  "allow_unsigned_contract = true; };",
			"spaceheat.cfg:2: uplink.tls = false to 127.evil.example" },
		{ "contract: { standing = \"x\"; };",
			"spaceheat.cfg:2: contract.standing = \"x\" is no UUID" },
		{ "zones = ( { name = \"hall\"; } );",
			"spaceheat.cfg:2: zones[0] has no sensor - add sensor" },
		{ "guard: { store_ceiling_c = 80; };",
			"spaceheat.cfg:2: guard.store_ceiling_c = 80 is less than 3 K below "
			"store_trip_c = 82 (default) - use at most 79" },
		{ "display: { currency = \"EURODOLLAR\"; };",
			"spaceheat.cfg:2: display.currency has 10 characters" },
		{ "house = \"a\x01\";", "spaceheat.cfg:2: house holds a control character" },
		{ "@include \"/etc/passwd\"", "spaceheat.cfg:2: @include is not read here" },
		{ "house = \"a\"; house = \"b\";", "spaceheat.cfg:2: a setting stands twice in its group" },
		{ "sensors: { plausible_c = [ -40, 1.5 ]; };",
			"spaceheat.cfg:2: an array [ ... ] mixes types" },
		{ "sensors: { plausible_c = [ 50.0, 1.5 ]; };",
			"spaceheat.cfg:2: sensors.plausible_c = [ 50, 1.5 ] is empty" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(apply_text(b, 2, cases[i].text));
		if (b->problems.n != 1 ||
			strncmp(b->problems.text[0], cases[i].problem, strlen(cases[i].problem)) != 0)
			fail_msg("%s: %d problems: %s", cases[i].text, b->problems.n, b->problems.text[0]);
	}
}

/* A default that a limit has passed is named at the line of that limit. */
static void default_setpoint_is_named_at_the_limit(void **state)
{
	assert_refused(*state, 7, "comfort: { max_c = 20.0; };",
		"spaceheat.cfg:7: comfort.setpoint_c = 21 is outside "
		"comfort.min_c..max_c = 16..20 C - use a value inside, or move those limits");
}

/* All mistakes come at once, 20 of them in words and the rest as a number. */
static void twenty_problems_and_a_count(void **state)
{
	struct bench *b = *state;
	char text[2000] = "";

	for (int i = 0; i < 25; i++)
		sprintf(text + strlen(text), "zzzzzz%d = 1;\n", i);
	assert_false(apply_text(b, 1, text));
	assert_int_equal(b->problems.n, PROBLEMS_MAX);
	assert_int_equal(b->problems.more, 5);
}

/* Two entries for one relay would let one hide the other. */
static void one_entry_per_relay(void **state)
{
	assert_refused(*state, 5,
		"relays = ( { node = \"a.r\"; kind = \"pump\"; fail_state = \"open\"; "
		"expected_w = [ 1, 2 ]; }, { node = \"a.r\"; kind = \"pump\"; fail_state = \"open\"; "
		"expected_w = [ 1, 2 ]; } );",
		"spaceheat.cfg:5: relay \"a.r\" has two entries (the other at line 5) - remove one of them");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_are_literal),
		TEST(house_messages_are_literal),
		TEST(wrong_values_are_named),
		TEST(default_setpoint_is_named_at_the_limit),
		TEST(twenty_problems_and_a_count),
		TEST(one_entry_per_relay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Settings: what a file says is what the program uses; what it does not say is the table's default. */
#include <stdio.h>

#include "core/settings/table.h"
#include "settings_bench.h"

/* ---- the table itself ---- */

/* Every default is what the table says it is, and prints back as it was written. */
static void defaults_are_what_the_table_says(void **state)
{
	struct bench *b = *state;
	char text[2200];

	begin(b);
	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *s = &settings_table[i];

		if (s->reserved || setting_list_of(s) || s->type == SET_LIST)
			continue;
		value_print(s, (char *)&b->settings + s->offset, s->type == SET_TEXTS ? 0 : s->count, text,
			sizeof(text));
		assert_string_equal(text, s->fallback);
	}
}

/* Every setting has a sentence, a unit where it is a quantity, and a default inside its rails. */
static void every_row_is_complete(void **state)
{
	(void)state;
	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *s = &settings_table[i];
		double v = s->fallback ? strtod(s->fallback, NULL) : s->low;

		assert_non_null(s->says);
		if (s->reserved)
			continue;
		assert_true(strlen(s->says) > 5);
		if (s->type == SET_INT || s->type == SET_FLOAT) {
			assert_true(value_has_rails(s));
			assert_true(v >= s->low && v <= s->high);
		}
		for (int j = 0; j < i; j++)
			assert_string_not_equal(s->path, settings_table[j].path);
	}
}

/* The shipped file is the table, to the byte. */
static void shipped_file_is_the_table(void **state)
{
	size_t length, size = settings_write_cfg(NULL, 0) + 1;
	char *made = malloc(size), *shipped = read_file("config/spaceheat.cfg", &length);

	(void)state;
	settings_write_cfg(made, size);
	assert_string_equal(made, shipped);
	free(made);
	free(shipped);
}

struct lines {
	char text[16384];
};

static void add_line(void *ctx, const struct setting_shown *s)
{
	struct lines *l = ctx;
	size_t used = strlen(l->text);

	assert_true(used + strlen(s->path) + strlen(s->value) + 20 < sizeof(l->text));
	snprintf(l->text + used, sizeof(l->text) - used, "%s = %s %s\n", s->path, s->value, s->unit);
}

/* Reading the shipped file changes nothing. */
static void shipped_file_is_the_default(void **state)
{
	struct bench *b = *state;
	struct lines *before = calloc(1, sizeof(*before)), *after = calloc(1, sizeof(*after));
	size_t length;
	char *shipped = read_file("config/spaceheat.cfg", &length);

	begin(b);
	settings_show(&b->settings, NULL, NULL, add_line, before);
	assert_true(config_file_text(shipped, length, "spaceheat.cfg", &b->list, &b->problems));
	assert_true(settings_apply(&b->list, &b->settings, &b->problems));
	settings_show(&b->settings, &b->list, "", add_line, after);
	assert_string_equal(before->text, after->text);
	free(before);
	free(after);
	free(shipped);
}

/* A file cut anywhere is read or refused, never more. */
static void cut_files_do_no_harm(void **state)
{
	struct bench *b = *state;
	size_t length;
	char *shipped = read_file("tests/data/every-section.cfg", &length);

	for (size_t n = length; n > 0; n -= n > 13 ? 13 : n) {
		shipped[n] = '\0';
		begin(b);
		if (!config_file_text(shipped, n, "spaceheat.cfg", &b->list, &b->problems) ||
			!settings_apply(&b->list, &b->settings, &b->problems))
			assert_true(b->problems.n > 0);
	}
	free(shipped);
}

/* ---- values arrive ---- */

/* A file with every section loads, also with those of parts that are not here. */
static void every_known_section_is_accepted(void **state)
{
	struct bench *b = *state;
	const struct settings *s = &b->settings;
	size_t length;
	char *text = read_file("tests/data/every-section.cfg", &length);

	begin(b);
	assert_true(config_file_text(text, length, "spaceheat.cfg", &b->list, &b->problems));
	assert_true(settings_apply(&b->list, &b->settings, &b->problems));
	free(text);
	assert_int_equal(s->n_relays, 3);
	assert_string_equal(s->relays[0].node_name, "a.hp1.relay");
	assert_int_equal(s->relays[0].kind, RELAY_HEAT_PUMP);
	assert_int_equal(s->relays[0].fail_state, FAIL_HANDBACK);
	assert_int_equal(s->relays[2].expected_w[0], 30);
	assert_int_equal(s->relays[2].expected_w[1], 90);
	assert_string_equal(s->relays[1].label, "breaker 9");
	assert_int_equal(settings_nameplate_w(s), 3200 + 4800 + 90);
	assert_int_equal(s->roles.n_store, 5);
	assert_string_equal(s->roles.store_name[4], "a.tank.temp4");
	assert_true(s->zones[0].critical && !s->zones[0].wall);
	assert_int_equal(s->comfort.n_schedule, 2);
	assert_int_equal(s->comfort.schedule[0].days, 0x1f);
	assert_int_equal(s->comfort.schedule[0].minute_of_day, 5 * 60 + 30);
	assert_int_equal(s->comfort.schedule[1].days, 0x7f);
	assert_int_equal(s->log.level, LEVEL_INFO);
}

/* Days may be single, listed, and run over the end of the week. */
static void days_are_read_as_people_write_them(void **state)
{
	struct bench *b = *state;
	static const struct {
		const char *text;
		int days;
	} cases[] = { { "mon", 1 }, { "sat,sun", 0x60 }, { "mon-fri", 0x1f }, { "sun-mon", 0x41 },
		{ "tue, thu", 0x0a } };
	char text[120];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text),
			"comfort: { schedule = ({ days = \"%s\"; at = \"00:00\"; setpoint_c = 20; }); };",
			cases[i].text);
		assert_true(apply_text(b, 1, text));
		assert_int_equal(b->settings.comfort.schedule[0].days, cases[i].days);
	}
}

/* Whole numbers do for settings with a point, but not the other way round. */
static void whole_numbers_do_for_floats(void **state)
{
	struct bench *b = *state;

	assert_true(apply_text(b, 1, "guard: { store_ceiling_c = 70; }; sim: { speed = 0; };"));
	assert_true(b->settings.guard.store_ceiling_c == 70.0 && b->settings.sim.speed == 0.0);
	assert_refused(b, 3, "guard: { hp_min_on_s = 600.5; };",
		"spaceheat.cfg:3: guard.hp_min_on_s = 600.5 is not a whole number - write it like 600");
}

/* In conf.d a later file replaces single values, and lists whole. */
static void later_files_replace(void **state)
{
	struct bench *b = *state;

	begin(b);
	assert_true(read_at(b, "spaceheat.cfg", 1,
		"uplink: { host = \"one\"; port = 1; };"
		"contract: { allow_unsigned_contract = true; };"
		"roles: { store = [ \"a.x\", \"a.y\", \"a.z\" ]; supply = \"a.s1\"; };"));
	assert_true(
		read_at(b, "conf.d/10-a.cfg", 1, "uplink: { port = 2; }; roles: { store = [ \"a.w\" ]; };"));
	assert_true(read_at(b, "conf.d/20-b.cfg", 1, "uplink: { port = 3; };"));
	assert_true(settings_apply(&b->list, &b->settings, &b->problems));
	assert_string_equal(b->settings.uplink.host, "one");
	assert_int_equal(b->settings.uplink.port, 3);
	assert_int_equal(b->settings.roles.n_store, 1);
	assert_string_equal(b->settings.roles.store_name[0], "a.w");
	assert_string_equal(b->settings.roles.supply_name, "a.s1");
}

/* No house is a legal state: the service then touches nothing. */
static void no_house_is_legal(void **state)
{
	struct bench *b = *state;

	assert_true(apply_text(b, 1, "house = \"\";"));
	assert_string_equal(b->settings.house, "");
}

/* Every relay of the house needs an entry, and an entry needs a relay of the house. */
static void relays_match_the_house(void **state)
{
	struct bench *b = *state;

	assert_true(resolve_text(b, 1, "simulated = true;"));
	assert_int_equal(b->settings.relays[0].node, house_node(&b->house, "a.elt1.relay"));
	assert_int_equal(b->house.channels[b->settings.relays[0].channel].name, TELEMETRY_RELAY_STATE);
	assert_int_equal(settings_relay_of(&b->settings, b->settings.relays[1].node), 1);
	assert_int_equal(settings_relay_of(&b->settings, house_node(&b->house, "a.m")), -1);

	assert_true(apply_text(b, 4,
		"simulated = true; relays = ( { node = \"a.tank.temp0\"; kind = \"pump\"; "
		"fail_state = \"open\"; expected_w = [ 1, 2 ]; } );"));
	assert_false(settings_resolve(&b->settings, &b->house, &b->list, &b->problems));
	assert_int_equal(b->problems.n, 3);
	assert_string_equal(b->problems.text[0],
		"spaceheat.cfg:4: relays[0].node names \"a.tank.temp0\", which is no "
		"working relay of house dw1.isone.nh.orange.1 (no actor, or no driver) - name another, or "
		"none");
	assert_non_null(strstr(b->problems.text[1], "relays has no entry for \"a.elt1.relay\""));
}

static void one_line(void *ctx, const struct setting_shown *s)
{
	snprintf(ctx, 200, "%s = %s %s (%s) %s:%d", s->path, s->value, s->unit, s->fallback, s->file ? s->file : "-", s->line);
}

/* What is shown has value, unit, default and origin; a secret's place is not shown. */
static void show_says_value_unit_default_origin(void **state)
{
	struct bench *b = *state;
	char line[200];

	assert_true(
		apply_text(b, 31, "guard: { hp_min_off_s = 420; }; uplink: { password_file = \"/a/b\"; };"));
	assert_int_equal(settings_show(&b->settings, &b->list, "guard.hp_min_off_s",
				 one_line, line),
		1);
	assert_string_equal(line, "guard.hp_min_off_s = 420 s (300) spaceheat.cfg:31");
	settings_show(&b->settings, &b->list, "guard.hp_min_on_s", one_line, line);
	assert_string_equal(line, "guard.hp_min_on_s = 600 s (600) -:0");
	settings_show(&b->settings, &b->list, "uplink.password_file", one_line, line);
	assert_string_equal(line, "uplink.password_file = (set)  (\"\") spaceheat.cfg:31");
	assert_int_equal(settings_show(&b->settings, &b->list, "guard.hp", one_line, line), 0);
	assert_string_equal(settings_like("gaurd.hp_min_off_s"), "guard.hp_min_off_s");
}

/* Near words are found, far ones are not guessed at. */
static void did_you_mean_guesses_near_words_only(void **state)
{
	static const char *const words[] = { "keepalive_s", NULL, "host", "port", "tls" };

	(void)state;
	assert_string_equal(did_you_mean("hsot", words, 5), "host");
	assert_string_equal(did_you_mean("keep_alive_s", words, 5), "keepalive_s");
	assert_string_equal(did_you_mean("prot", words, 5), "port");
	assert_null(did_you_mean("username", words, 5));
	assert_null(did_you_mean("", words, 5));
}

/* A start time is read with its offset, and nothing that is no time passes. */
static void start_times(void **state)
{
	static const char *const wrong[] = { "", "2027-02-29T00:00Z", "2027-01-14", "2027-01-14T24:00Z",
		"2027-01-14T05:55-05:00x", "2027-13-01T00:00Z", "05:55", "2027-01-14T05:55-99:00" };
	int64_t ms;
	int offset_s;

	(void)state;
	assert_true(settings_parse_time("2027-01-14T05:55-05:00", &ms, &offset_s));
	assert_int_equal(ms, 1799924100000);
	assert_int_equal(offset_s, -5 * 3600);
	assert_true(settings_parse_time("2028-02-29T23:59:59Z", &ms, &offset_s));
	assert_int_equal(ms, 1835481599000);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(settings_parse_time(wrong[i], &ms, &offset_s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(defaults_are_what_the_table_says),
		TEST(every_row_is_complete),
		TEST(shipped_file_is_the_table),
		TEST(shipped_file_is_the_default),
		TEST(cut_files_do_no_harm),
		TEST(every_known_section_is_accepted),
		TEST(days_are_read_as_people_write_them),
		TEST(whole_numbers_do_for_floats),
		TEST(later_files_replace),
		TEST(no_house_is_legal),
		TEST(relays_match_the_house),
		TEST(show_says_value_unit_default_origin),
		TEST(did_you_mean_guesses_near_words_only),
		TEST(start_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

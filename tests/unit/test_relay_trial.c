/* SPDX-License-Identifier: MIT */
/* What a commissioning test says of the numbers it measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/relay_trial.h"

static struct relay_trial measured(double before_w, double on_w, double off_w)
{
	struct relay_trial t = { .node = "a.hp1.relay", .known = { true, true, true }, .w = { before_w, on_w, off_w },
		.expected_w = { 1200, 3200 }, .found = { READ_BACK_OFF, READ_BACK_ON, READ_BACK_OFF } };

	return t;
}

static void each_fault_has_its_words(void **state)
{
	static const struct { double before_w, on_w, off_w; const char *says; } cases[] = {
		{ 61, 2402, 63, "" },
		{ 61, 1262, 61, "" },
		{ 61, 1200, 61, "draws less than expected" },
		{ 61, 3300, 61, "draws more than expected" },
		{ 61, 2402, 2390, "still draws 2329 W after off" },
		{ 61, 61, 61, "draws less than expected" },
		/* Beside an element of 4.5 kW the meter's own noise is allowed for. */
		{ 4500, 5690, 4500, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct relay_trial t = measured(cases[i].before_w, cases[i].on_w, cases[i].off_w);

		trial_judge(&t);
		assert_int_equal(t.reason[0] == '\0', cases[i].says[0] == '\0');
		assert_non_null(strstr(t.reason, cases[i].says));
	}
}

static void unknown_power_is_never_a_pass(void **state)
{
	(void)state;
	for (int i = 0; i < N_TRIAL_PHASES; i++) {
		struct relay_trial t = measured(61, 2402, 63);
		char line[600];

		t.known[i] = false;
		trial_judge(&t);
		trial_line(&t, line, sizeof(line));
		assert_non_null(strstr(line, "unknown"));
		assert_non_null(strstr(line, "FAIL: power unknown"));
	}
}

static void a_board_that_does_not_take_it_fails(void **state)
{
	struct relay_trial t = measured(61, 2402, 63);
	char line[600];

	(void)state;
	t.found[TRIAL_ON] = READ_BACK_OFF;
	trial_judge(&t);
	assert_non_null(strstr(t.reason, "commanded on, but its board says off"));
	trial_line(&t, line, sizeof(line));
	assert_non_null(strstr(line, "readback WRONG"));
	t = measured(61, 2402, 63);
	t.found[TRIAL_OFF] = READ_BACK_ON;
	trial_judge(&t);
	assert_non_null(strstr(t.reason, "commanded off, but its board says on"));
}

/* A relay that has nothing to read is judged by the meter, and its read-back is never called ok. */
static void an_unknown_read_back_is_not_ok(void **state)
{
	struct relay_trial t = measured(61, 2402, 63);
	char line[600];

	(void)state;
	t.found[TRIAL_OFF] = READ_BACK_UNKNOWN;
	trial_judge(&t);
	trial_line(&t, line, sizeof(line));
	assert_non_null(strstr(line, "readback unknown  PASS"));
}

static void the_line_is_the_manuals(void **state)
{
	struct relay_trial t = measured(61, 2402, 63);
	char line[600];

	(void)state;
	trial_judge(&t);
	trial_line(&t, line, sizeof(line));
	assert_string_equal(line, "a.hp1.relay  before 61 W  on 2402 W (+2341, expected 1200..3200)  off 63 W  readback ok  PASS");
}

static void the_report_is_a_file(void **state)
{
	char dir[] = "/tmp/spaceheat-report-XXXXXX", inner[64], path[128];
	struct relay_trial t = measured(61, 2402, 63);
	cJSON *report;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(inner, sizeof(inner), "%s/commissioning", dir);
	trial_judge(&t);
	report = trial_object(&t);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(cJSON_GetObjectItem(report, "commanded"), 1)), "on");
	assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(cJSON_GetObjectItem(report, "read_back"), 2)), "off");
	assert_int_equal(cJSON_GetObjectItem(report, "change_w")->valueint, 2341);
	assert_true(trial_write(inner, 1799924142000, report, path, sizeof(path)));
	assert_non_null(strstr(path, "/commissioning/2027-01-14T105542Z.json"));
	assert_int_equal(access(path, R_OK), 0);
	unlink(path);
	rmdir(inner);
	rmdir(dir);
	assert_false(trial_write("/nonexistent/commissioning", 0, report, path, sizeof(path)));
	cJSON_Delete(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_has_its_words),
		cmocka_unit_test(unknown_power_is_never_a_pass),
		cmocka_unit_test(a_board_that_does_not_take_it_fails),
		cmocka_unit_test(an_unknown_read_back_is_not_ok),
		cmocka_unit_test(the_line_is_the_manuals),
		cmocka_unit_test(the_report_is_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Walks tests/replay: NAME.log is a text of a device, NAME.want what its driver must make of it: `code
 * N`, or the name of the error. The device is the part of NAME before the first dash; of a Modbus meter it is the model of
 * its driver. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "ads1115.h"
#include "ds18b20.h"
#include "emonpi.h"
#include "modbus_map.h"
#include "number_exec.h"
#include "number_file.h"
#include "pulse_flow.h"
#include "spaceheat/driver.h"
#include "spaceheat/names.h"

static const char folder[] = "tests/replay";

/* "INPUT CONFIG CODE": what registers 1 and 0 said, in hexadecimal. */
static bool parse_ads1115(const char *text, int64_t *code, struct err *e)
{
	unsigned int input, config, raw;
	bool done;

	assert_int_equal(sscanf(text, "%u %x %x", &input, &config, &raw), 3);
	if (!ads1115_done((uint16_t)config, (int)input, &done, e))
		return false;
	return (done || err_set(e, ERR_TIMEOUT, 0, "not done")) &&
		ads1115_understand(&ntc_default, ntc_volts((int16_t)raw), code, e);
}

/* "power|current|energy WORD...": the words of the register, in hexadecimal. */
static bool parse_words(const struct modbus_map *map, const char *text, int64_t *code, struct err *e)
{
	static const char *const names[] = { "power", "current", "energy" };
	uint16_t words[MODBUS_MAX_WORDS] = { 0 };
	char name[16];
	int used, n = 0;

	assert_int_equal(sscanf(text, "%15s%n", name, &used), 1);
	for (text += used; n < MODBUS_MAX_WORDS && sscanf(text, "%hx%n", &words[n], &used) == 1; text += used)
		n++;
	for (int i = 0; i < N_MODBUS_QUANTITIES; i++)
		if (strcmp(names[i], name) == 0) {
			assert_int_equal(n, modbus_words(map->of[i].type));
			return modbus_understand(map, (enum modbus_quantity)i, words, code, e);
		}
	fail_msg("no quantity %s", name);
	return false;
}

static struct settings_meter addresses(void)
{
	return (struct settings_meter){ .power_address = -1, .current_address = -1, .energy_address = -1, .power_scale = 1,
		.current_scale = 1, .energy_scale = 1 };
}

/* "TYPE high|low SCALE" before the words. */
static bool parse_modbus(const char *text, int64_t *code, struct err *e)
{
	static const char *const types[] = { "u16", "s16", "u32", "s32", "f32", "u64", "s64" };
	struct settings_meter s = addresses();
	struct modbus_map map;
	char type[8], order[8];
	double scale;
	int used;

	assert_int_equal(sscanf(text, "%7s %7s %lf%n", type, order, &scale, &used), 3);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], type) == 0)
			s.type = s.energy_type = (enum meter_type)i;
	s.low_word_first = strcmp(order, "low") == 0;
	s.power_scale = s.current_scale = s.energy_scale = scale;
	s.energy_address = 0;
	map = modbus_map_with(driver_sense("Generic__Modbus")->map, &s);
	return parse_words(&map, text + used, code, e);
}

/* Microlitres of a pulse; then a line for each look: pulses so far, time of the last, time of the look (ms). */
static bool parse_flow(const char *text, int64_t *code, struct err *e)
{
	struct pulse_flow flow = { 0 };
	long long ul, pulses, last_ms, now_ms;
	bool good = false;
	int used;

	assert_int_equal(sscanf(text, "%lld%n", &ul, &used), 1);
	for (text += used; sscanf(text, "%lld %lld %lld%n", &pulses, &last_ms, &now_ms, &used) == 3; text += used)
		good = pulse_flow_look(&flow, (uint32_t)pulses, last_ms * 1000000, now_ms * 1000000, ul, code, e);
	return good;
}

static bool parse_emonpi(const char *text, int64_t *code, struct err *e)
{
	return emonpi_understand(text, strcspn(text, "\n"), code, e);
}

static const struct { const char *word; enum telemetry_name name; } file_kinds[] = {
	{ "temp ", TELEMETRY_WATER_TEMP_C }, { "power ", TELEMETRY_POWER_W }, { "flow ", TELEMETRY_GPM_TIMES_10 },
	{ "current ", TELEMETRY_CURRENT_UA },
};

/* "temp|power|flow|current " and the text of the file. */
static bool parse_number(const char *text, bool milli, int64_t *code, struct err *e)
{
	for (size_t i = 0; i < sizeof(file_kinds) / sizeof(file_kinds[0]); i++)
		if (strncmp(text, file_kinds[i].word, strlen(file_kinds[i].word)) == 0)
			return number_file_understand(text + strlen(file_kinds[i].word), milli, file_kinds[i].name, code, e);
	fail_msg("what is %s", text);
	return false;
}

static bool parse_file(const char *text, int64_t *code, struct err *e)
{
	return parse_number(text, false, code, e);
}

static bool parse_millifile(const char *text, int64_t *code, struct err *e)
{
	return parse_number(text, true, code, e);
}

/* How the program ended, "exited N", "signal N", "late" or "flooded"; the quantity, and what it printed. */
static bool parse_exec(const char *text, int64_t *code, struct err *e)
{
	static const char *const ends[] = { [CHILD_EXITED] = "exited", [CHILD_SIGNALLED] = "signal", [CHILD_LATE] = "late",
		[CHILD_FLOODED] = "flooded" };
	struct child_result r = { .number = 0 };
	char end[16];
	int used;

	assert_int_equal(sscanf(text, "%15s %d %n", end, &r.number, &used), 2);
	while (strcmp(ends[r.end], end) != 0)
		r.end++;
	for (size_t i = 0; i < sizeof(file_kinds) / sizeof(file_kinds[0]); i++)
		if (strncmp(text + used, file_kinds[i].word, strlen(file_kinds[i].word)) == 0)
			return exec_understand(&r, text + used + strlen(file_kinds[i].word), false, file_kinds[i].name, code, e);
	fail_msg("what is %s", text);
	return false;
}

static const struct {
	const char *device;
	bool (*parse)(const char *, int64_t *, struct err *);
} parsers[] = {
	{ "ds18b20", ds18b20_parse },
	{ "ads1115", parse_ads1115 },
	{ "modbus", parse_modbus },
	{ "flow", parse_flow },
	{ "emonpi", parse_emonpi },
	{ "file", parse_file },
	{ "millifile", parse_millifile },
	{ "exec", parse_exec },
};

static const char *const error_names[] = { [ERR_NONE] = "none", [ERR_IO] = "io", [ERR_FORMAT] = "format",
	[ERR_RANGE] = "range", [ERR_ABSENT] = "absent", [ERR_BUSY] = "busy", [ERR_CONFIG] = "config",
	[ERR_TIMEOUT] = "timeout", [ERR_MEMORY] = "memory", [ERR_SHORT] = "short" };

static size_t read_text(const char *name, const char *ending, char *text, size_t size)
{
	char path[256];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s%s", folder, name, ending);
	f = fopen(path, "r");
	if (f == NULL)
		fail_msg("no %s", path);
	n = fread(text, 1, size - 1, f);
	fclose(f);
	text[n] = '\0';
	return n;
}

/* Any driver with a map of registers needs no line above: its recordings are named after its model. */
static const struct driver *meter_of(const char *name)
{
	const struct driver *d;

	for (int i = 0; (d = driver_sense_nth(i)) != NULL; i++) {
		const char *model = strstr(d->make_model, "__");
		size_t length = model != NULL ? strlen(model + 2) : 0;

		if (d->map != NULL && length > 0 && strncasecmp(name, model + 2, length) == 0 && name[length] == '-')
			return d;
	}
	return NULL;
}

static bool parse(const char *name, const char *text, int64_t *code, struct err *e)
{
	const struct driver *meter;
	struct settings_meter s = addresses();
	struct modbus_map map;

	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
		size_t length = strlen(parsers[i].device);

		if (strncmp(name, parsers[i].device, length) == 0 && name[length] == '-')
			return parsers[i].parse(text, code, e);
	}
	meter = meter_of(name);
	if (meter != NULL) {
		map = modbus_map_with(meter->map, &s);
		return parse_words(&map, text, code, e);
	}
	fail_msg("%s: no such device", name);
	return false;
}

static void replay(const char *name)
{
	char text[512], want[64], got[64];
	struct err e = { .code = ERR_NONE };
	int64_t code = 0;

	read_text(name, ".log", text, sizeof(text));
	read_text(name, ".want", want, sizeof(want));
	want[strcspn(want, "\n")] = '\0';
	if (parse(name, text, &code, &e)) {
		snprintf(got, sizeof(got), "code %lld", (long long)code);
	} else {
		snprintf(got, sizeof(got), "%s", error_names[e.code]);
		assert_true(e.text[0] != '\0');
	}
	if (strcmp(got, want) != 0)
		fail_msg("%s: %s, not %s", name, got, want);
}

/* Each text a device may give is understood, or refused, as its .want says. */
static void recordings_are_understood(void **state)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;
	int n = 0;

	(void)state;
	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');
		char name[128];

		if (dot == NULL || strcmp(dot, ".log") != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(dot - entry->d_name), entry->d_name);
		replay(name);
		n++;
	}
	closedir(d);
	assert_true(n >= 8);
}

/* However a good text is cut, it is refused or means the same: never another temperature. */
static void a_torn_text_is_never_another_temperature(void **state)
{
	char text[512];
	size_t length = read_text("ds18b20-good", ".log", text, sizeof(text));
	int64_t whole, code;
	struct err e;

	(void)state;
	assert_true(ds18b20_parse(text, &whole, &e));
	for (size_t i = length; i-- > 0;) {
		text[i] = '\0';
		assert_true(!ds18b20_parse(text, &code, &e) || code == whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recordings_are_understood),
		cmocka_unit_test(a_torn_text_is_never_another_temperature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

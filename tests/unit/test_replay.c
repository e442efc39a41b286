/* SPDX-License-Identifier: MIT */
/* Walks tests/replay: NAME.log is a text of a device, NAME.want what its driver must make of it: `code
 * N`, or the name of the error. The device is the part of NAME before the first dash. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ds18b20.h"

static const char folder[] = "tests/replay";

static const struct {
	const char *device;
	bool (*parse)(const char *, int64_t *, struct err *);
} parsers[] = {
	{ "ds18b20", ds18b20_parse },
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

static bool parse(const char *name, const char *text, int64_t *code, struct err *e)
{
	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
		size_t length = strlen(parsers[i].device);

		if (strncmp(name, parsers[i].device, length) == 0 && name[length] == '-')
			return parsers[i].parse(text, code, e);
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

/* SPDX-License-Identifier: MIT */
/* What `spaceheat setup` finds, by doors that answer as devices would, and the file it makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/setup.h"
#include "spaceheat/driver.h"

static bool answers(const char *path, int address)
{
	return strcmp(path, "/dev/i2c-1") == 0 && (address == 0x20 || address == 0x49);
}

/* An eGauge answers no one; a Schneider sits at unit 12. */
static bool serial(const struct settings_meter *at, const struct driver *d, char *out, size_t size)
{
	bool there = strcmp(d->make_model, "SchneiderElectric__Iem3455") == 0 && at->unit_id == 12;

	assert_string_equal(at->port, "/dev/ttyUSB0");
	snprintf(out, size, "%s", there ? "35941_308" : "");
	return there;
}

static const struct cli_doors doors = { .i2c_answers = answers, .modbus_serial = serial };

static const struct found *found(const struct setup_scan *s, const char *address)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->list[i].address, address) == 0)
			return &s->list[i];
	return NULL;
}

static void begin(struct settings *s, const char *root)
{
	memset(s, 0, sizeof(*s));
	snprintf(s->sensors.w1_root, sizeof(s->sensors.w1_root), "%s", root);
	strcpy(s->sensors.i2c_bus, "/dev/i2c-1");
	strcpy(s->guard.i2c_bus, "/dev/i2c-1");
	s->meter.unit_id = 5;
}

static void each_bus_is_looked_at(void **state)
{
	char root[] = "/tmp/spaceheat-setup-XXXXXX", device[64];
	struct settings *settings = malloc(sizeof(*settings));
	struct setup_scan scan;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(device, sizeof(device), "%s/28-00000033ffe", root);
	assert_int_equal(mkdir(device, 0700), 0);
	begin(settings, root);
	setup_look(&doors, settings, "/dev/ttyUSB0", &scan);
	assert_int_equal(scan.n, 4);
	assert_non_null(found(&scan, "28-00000033ffe"));
	assert_non_null(strstr(found(&scan, "0x20 on /dev/i2c-1")->what, "relay board"));
	assert_non_null(strstr(found(&scan, "0x49 on /dev/i2c-1")->what, "ADS1115"));
	assert_string_equal(found(&scan, "unit 12 on /dev/ttyUSB0")->what, "SchneiderElectric__Iem3455, HwUid \"35941_308\"");
	assert_string_equal(scan.port, "/dev/ttyUSB0");
	assert_int_equal(scan.unit_id, 12);
	rmdir(device);
	rmdir(root);
	free(settings);
}

/* A machine without buses, a command without doors: nothing is found, and nothing breaks. */
static void nothing_is_found_where_nothing_is(void **state)
{
	struct settings *settings = malloc(sizeof(*settings));
	static const struct cli_doors none = { .version = "1" };
	struct setup_scan scan;

	(void)state;
	begin(settings, "/nonexistent");
	setup_look(&none, settings, "/dev/ttyUSB0", &scan);
	assert_int_equal(scan.n, 0);
	assert_string_equal(scan.port, "");
	free(settings);
}

/* The file names house and meter; relays stand in it as lines to be filled in, never as settings made up. */
static void the_file_makes_nothing_up(void **state)
{
	struct house *h = calloc(1, sizeof(*h));
	struct setup_scan scan = { .port = "/dev/ttyUSB0", .unit_id = 12 };
	char text[4096], *relays;
	FILE *f = tmpfile();
	size_t n;

	(void)state;
	strcpy(h->key, "w.bench.1");
	strcpy(h->nodes[0].alias, "a.elt1.relay");
	h->nodes[0].actor = ACTOR_CLASS_BOOLEAN_ACTUATOR;
	h->n_nodes = 1;
	assert_non_null(f);
	setup_print(f, h, &scan);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	assert_non_null(strstr(text, "\nhouse = \"w.bench.1\";\n"));
	assert_non_null(strstr(text, "\nmeter: { port = \"/dev/ttyUSB0\"; unit_id = 12; };\n"));
	relays = strstr(text, "\n# relays = (\n#\t{ node = \"a.elt1.relay\";");
	assert_non_null(relays);
	for (char *line = relays; line != NULL && line[1] != '\0'; line = strchr(line + 1, '\n'))
		assert_int_equal(line[1], '#');
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bus_is_looked_at),
		cmocka_unit_test(nothing_is_found_where_nothing_is),
		cmocka_unit_test(the_file_makes_nothing_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

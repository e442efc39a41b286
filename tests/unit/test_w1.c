/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#include "../support/fixture.h"
#include "actor/sensor.h"
#include "port/bus_linux.h"

enum { BOOT_MS = 4000 };
static const struct wall boot = { 1799924100000 };	/* a multiple of 5 s */

/* A folder laid out like /sys/bus/w1/devices. */
struct w1_tree { char root[64], dir[2][96], file[2][128]; };

static void w1_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void w1_join(char *out, size_t size, const char *folder, const char *name)
{
	assert_true(strlen(folder) + strlen(name) + 2 <= size);
	strcpy(out, folder);
	strcat(strcat(out, "/"), name);
}

static void w1_tree_make(struct w1_tree *t)
{
	static const char *const names[] = { "28-00000033ffe", "28-000000363a9" };

	snprintf(t->root, sizeof(t->root), "/tmp/spaceheat-w1-XXXXXX");
	assert_non_null(mkdtemp(t->root));
	for (int i = 0; i < 2; i++) {
		w1_join(t->dir[i], sizeof(t->dir[i]), t->root, names[i]);
		w1_join(t->file[i], sizeof(t->file[i]), t->dir[i], "w1_slave");
		assert_int_equal(mkdir(t->dir[i], 0700), 0);
	}
	w1_write(t->file[0], "70 01 4b 46 7f ff 10 10 74 : crc=74 YES\n70 01 4b 46 7f ff 10 10 74 t=23000\n");
	w1_write(
		t->file[1], "70 fe 4b 46 7f ff 10 10 74 : crc=74 YES\n70 fe 4b 46 7f ff 10 10 74 t=-25000\n");
}

static void w1_tree_remove(const struct w1_tree *t)
{
	for (int i = 0; i < 2; i++) {
		unlink(t->file[i]);
		rmdir(t->dir[i]);
	}
	rmdir(t->root);
}

struct bench {
	struct house house;
	struct settings settings;
	struct sensor sensor;
	struct outbox out;
	int64_t passed_ms;
};

static void bench_real(struct bench *b, const struct w1_tree *t)
{
	static const int channels[] = { FX_CH_TOP, FX_CH_SUPPLY };
	struct bus bus = bus_linux();

	memset(b, 0, sizeof(*b));
	fixture_house(&b->house);
	fixture_settings(&b->settings);
	b->house.simulated = false;
	b->settings.sensors = (struct settings_sensors){ .poll_s = 5, .reject_jump_k_per_min = 20,
		.plausible_c = { -40, 110 } };
	snprintf(b->settings.sensors.w1_root, sizeof(b->settings.sensors.w1_root), "%s", t->root);
	for (int i = 0; i < 2; i++) {
		b->house.components[i] =
			(struct component){ .kind = COMPONENT_TEMP_SENSOR, .make = MAKE_ADAFRUIT_642 };
		b->house.channels[channels[i]].component = i;
	}
	strcpy(b->house.components[0].hw_uid, "00033ffe");
	strcpy(b->house.components[1].hw_uid, "000363a9");
	b->house.n_components = 2;
	sensor_init(&b->sensor, &b->house, &b->settings, channels, 2, &bus);
}

static void tick(struct bench *b)
{
	struct msg m = {
		.type = MSG_TICK, .now = { BOOT_MS + b->passed_ms }, .clock = { boot.ms + b->passed_ms }
	};

	b->out.n = 0;
	sensor_step(&b->sensor, &m, &b->out);
}

static const struct msg_reading *reading(const struct bench *b)
{
	for (int i = 0; i < b->out.n; i++)
		if (b->out.box[i].type == MSG_READING)
			return &b->out.box[i].reading;
	fail_msg("no reading was said");
	return NULL;
}

/* Real sensors are read through the kernel's files, each in a delivery and at a time of its own. */
static void real_sensors_are_read_one_by_one(void **state)
{
	struct w1_tree t;
	struct bench b;

	(void)state;
	w1_tree_make(&t);
	bench_real(&b, &t);
	tick(&b);
	assert_int_equal(reading(&b)->quality, QUALITY_GOOD);
	assert_int_equal(reading(&b)->code, 23 * 16);
	assert_true(reading(&b)->tick.ms == boot.ms);
	assert_int_equal(b.out.wake_at.ms, 0);			/* already due: the next delivery reads on */
	b.passed_ms += 1880;
	tick(&b);
	assert_int_equal(reading(&b)->channel, FX_CH_SUPPLY);
	assert_int_equal(reading(&b)->code, -25 * 16);
	assert_true(reading(&b)->tick.ms == boot.ms + 1880);
	assert_int_equal(b.out.wake_at.ms, BOOT_MS + 5000);
	w1_tree_remove(&t);
}

/* A device that is unplugged reads as open, and is found again by its own id, not replaced by another. */
static void an_unplugged_device_is_found_again(void **state)
{
	struct w1_tree t;
	struct bench b;

	(void)state;
	w1_tree_make(&t);
	bench_real(&b, &t);
	tick(&b);
	unlink(t.file[0]);
	rmdir(t.dir[0]);
	tick(&b);
	for (int i = 0; i < 5; i++) {
		b.passed_ms += 5000;
		tick(&b);
		assert_int_equal(reading(&b)->channel, FX_CH_TOP);
		assert_int_equal(reading(&b)->quality, i < 4 ? QUALITY_OPEN : QUALITY_GOOD);
		tick(&b);
		assert_int_equal(reading(&b)->quality, QUALITY_GOOD);
		if (i == 1) {
			assert_int_equal(mkdir(t.dir[0], 0700), 0);
			w1_write(t.file[0], "70 01 4b 46 7f ff 10 10 74 : crc=74 YES\n"
				"70 01 4b 46 7f ff 10 10 74 t=23000\n");
		}
	}
	w1_tree_remove(&t);
}

/* SF-88: in a real house a make without a driver stays without one. */
static void a_real_house_gets_no_simulated_driver(void **state)
{
	struct w1_tree t;
	struct bench b;

	(void)state;
	w1_tree_make(&t);
	bench_real(&b, &t);
	for (int make = 0; make < N_MAKE_MODELS; make++) {
		const struct driver *d;

		b.house.components[0].make = (enum make_model)make;
		b.house.simulated = false;
		d = driver_for(&b.house, &b.house.channels[FX_CH_TOP]);
		assert_true((d != NULL) ==
			(make == MAKE_ADAFRUIT_642 || make == MAKE_ADS1115_NTC || make == MAKE_FILE));
		assert_true(d == NULL || strcmp(d->make_model, symbols_make_model.list[make].word) == 0);
		b.house.simulated = true;
		d = driver_for(&b.house, &b.house.channels[FX_CH_TOP]);
		assert_non_null(d);
		assert_string_equal(d->make_model, "GridWorks__WaterTempHighPrecision");
	}
	assert_null(driver_for(&b.house, &b.house.channels[FX_CH_PUMP]));
	w1_tree_remove(&t);
}

/* Two devices that end in the same digits are refused: none is guessed. */
static void two_devices_of_one_id_are_refused(void **state)
{
	struct bus bus = bus_linux();
	struct w1_tree t;
	struct err e;
	char name[32];

	(void)state;
	w1_tree_make(&t);
	assert_true(bus.find(&bus, t.root, "28", "00033ffe", name, sizeof(name), &e));
	assert_string_equal(name, "28-00000033ffe");
	assert_false(bus.find(&bus, t.root, "28", "", name, sizeof(name), &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(bus.find(&bus, t.root, "10", "00033ffe", name, sizeof(name), &e));
	assert_int_equal(e.code, ERR_ABSENT);
	assert_false(bus.find(&bus, t.file[0], "28", "", name, sizeof(name), &e));
	w1_tree_remove(&t);
}

/* A text longer than expected is an error, never a cut number. */
static void a_text_that_does_not_fit_is_an_error(void **state)
{
	struct bus bus = bus_linux();
	struct w1_tree t;
	struct err e;
	char text[8];

	(void)state;
	w1_tree_make(&t);
	w1_write(t.file[0], "1234567");
	assert_true(bus.slurp(&bus, t.file[0], text, sizeof(text), &e));
	assert_string_equal(text, "1234567");
	w1_write(t.file[0], "12345678");
	assert_false(bus.slurp(&bus, t.file[0], text, sizeof(text), &e));
	assert_int_equal(e.code, ERR_FORMAT);
	assert_false(bus.slurp(&bus, "/nowhere/at/all", text, sizeof(text), &e));
	assert_int_equal(e.code, ERR_ABSENT);
	w1_tree_remove(&t);
}

/* ---- one conversion for a whole bus ---- */

/* The files of a bus master and what a kernel does with them: eight bytes start a conversion that somebody finds under way
 * for `busy` looks; each device read after it converts no more. */
struct kernel { struct bus under; int triggers, busy, converted_alone; bool done[2]; };

static struct kernel *the_kernel(struct kernel *set)
{
	static struct kernel *kernel;

	if (set != NULL)
		kernel = set;
	return kernel;
}

static bool kernel_put(const struct bus *b, const char *path, const char *text, struct err *e)
{
	struct kernel *k = the_kernel(NULL);

	(void)b;
	assert_int_equal(strlen(text), 8);
	assert_memory_equal(text, "trigger", 7);
	if (!k->under.put(&k->under, path, text, e))
		return false;
	w1_write(path, k->busy > 0 ? "-1\n" : "1\n");
	k->triggers++;
	k->done[0] = k->done[1] = true;
	return true;
}

static bool kernel_slurp(const struct bus *b, const char *path, char *text, size_t size, struct err *e)
{
	struct kernel *k = the_kernel(NULL);
	int device = strstr(path, "28-00000033ffe") != NULL ? 0 : strstr(path, "28-") != NULL ? 1 : -1;

	(void)b;
	if (device < 0 && --k->busy == 0)
		w1_write(path, "1\n");
	if (device >= 0) {
		k->converted_alone += !k->done[device];
		k->done[device] = false;
	}
	return k->under.slurp(&k->under, path, text, size, e);
}

static void bench_kernel(struct bench *b, const struct w1_tree *t, struct kernel *k)
{
	bench_real(b, t);
	*k = (struct kernel){ .under = bus_linux() };
	the_kernel(k);
	b->sensor.bus.put = kernel_put;
	b->sensor.bus.slurp = kernel_slurp;
}

static int lines_with(const struct bench *b, const char *part)
{
	int n = 0;

	for (int i = 0; i < b->out.n; i++)
		n += b->out.box[i].type == MSG_LOG && strstr(b->out.box[i].log.text, part) != NULL;
	return n;
}

/* Two rounds of both sensors; how many lines with that text were said. */
static int two_rounds(struct bench *b, const char *part)
{
	int lines = 0;

	for (int i = 0; i < 4; i++) {
		tick(b);
		lines += lines_with(b, part);
		assert_int_equal(reading(b)->quality, QUALITY_GOOD);
		if (i == 1)
			b->passed_ms += 5000;
	}
	b->passed_ms += 5000;
	return lines;
}

/* Where the kernel has it, each round from the second on is one conversion, waited for; it is said once. */
static void a_bus_is_converted_at_once(void **state)
{
	char master[96], bulk[128];
	struct w1_tree t;
	struct kernel k;
	struct bench b;

	(void)state;
	w1_tree_make(&t);
	w1_join(master, sizeof(master), t.root, "w1_bus_master1");
	w1_join(bulk, sizeof(bulk), master, "therm_bulk_read");
	assert_int_equal(mkdir(master, 0700), 0);
	w1_write(bulk, "0\n");
	bench_kernel(&b, &t, &k);
	k.busy = 3;
	assert_int_equal(two_rounds(&b, "converted at once"), 1);
	assert_int_equal(k.triggers, 1);
	assert_int_equal(k.converted_alone, 2);		/* the first round opens the devices */
	assert_int_equal(k.busy, 0);
	assert_int_equal(two_rounds(&b, "converted at once"), 0);
	assert_int_equal(k.triggers, 3);
	assert_int_equal(k.converted_alone, 2);
	unlink(bulk);					/* the last that could do it has left */
	assert_int_equal(two_rounds(&b, "no therm_bulk_read"), 1);
	assert_int_equal(k.triggers, 3);
	assert_int_equal(k.converted_alone, 6);
	rmdir(master);
	w1_tree_remove(&t);
}

/* A kernel without it, and one that does not let us: said once, and each sensor is read as ever. */
static void without_bulk_each_converts_alone(void **state)
{
	char master[96], bulk[128];
	struct w1_tree t;
	struct kernel k;
	struct bench b;

	(void)state;
	w1_tree_make(&t);
	bench_kernel(&b, &t, &k);
	assert_int_equal(two_rounds(&b, "no therm_bulk_read"), 1);
	assert_int_equal(two_rounds(&b, "no therm_bulk_read"), 0);
	w1_join(master, sizeof(master), t.root, "w1_bus_master1");
	w1_join(bulk, sizeof(bulk), master, "therm_bulk_read");
	assert_int_equal(mkdir(master, 0700), 0);
	assert_int_equal(mkdir(bulk, 0700), 0);		/* not to be written, for root neither */
	assert_int_equal(two_rounds(&b, "may not be written"), 1);
	assert_int_equal(two_rounds(&b, "may not be written"), 0);
	assert_int_equal(k.triggers, 0);
	assert_int_equal(k.converted_alone, 16);
	rmdir(bulk);
	rmdir(master);
	w1_tree_remove(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_sensors_are_read_one_by_one),
		cmocka_unit_test(an_unplugged_device_is_found_again),
		cmocka_unit_test(two_devices_of_one_id_are_refused),
		cmocka_unit_test(a_text_that_does_not_fit_is_an_error),
		cmocka_unit_test(a_bus_is_converted_at_once),
		cmocka_unit_test(without_bulk_each_converts_alone),
		cmocka_unit_test(a_real_house_gets_no_simulated_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

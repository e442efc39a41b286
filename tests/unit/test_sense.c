/* SPDX-License-Identifier: MIT */
/* Sensing drivers behind their doors: thermistors on a simulated converter and on files of the kernel, numbers in files,
 * an emonPi at a real broker; and who is read by which thread. */
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <MQTTClient.h>

#include "../support/broker.h"
#include "../support/fixture.h"
#include "actor/meter.h"
#include "actor/sensor.h"
#include "ads1115.h"
#include "edge_line.h"
#include "emonpi.h"
#include "port/bus_linux.h"

/* ---- an ADS1115 as its datasheet has it ---- */

struct chip {
	int address;
	uint16_t config;
	int16_t inputs[4];
	int busy;		/* looks that find it converting */
	bool taken;		/* somebody else sets it */
};

static bool answers(const struct chip *c, int address, struct err *e)
{
	return address == c->address || err_set(e, ERR_ABSENT, 0, "address 0x%02x: nobody answers", (unsigned int)address);
}

static bool chip_put(const void *self, int address, uint8_t reg, uint16_t value, struct err *e)
{
	struct chip *c = (struct chip *)(uintptr_t)self;

	assert_int_equal(reg, 1);
	if (!answers(c, address, e))
		return false;
	c->config = c->taken ? 0xd183 : value;
	return true;
}

static bool chip_get(const void *self, int address, uint8_t reg, uint16_t *value, struct err *e)
{
	struct chip *c = (struct chip *)(uintptr_t)self;

	if (!answers(c, address, e))
		return false;
	if (reg == 0) {
		*value = (uint16_t)c->inputs[c->config >> 12 & 3];
		return true;
	}
	*value = c->config;
	if (c->busy > 0) {
		c->busy--;
		*value &= 0x7fff;
	}
	return true;
}

struct rig {
	struct chip chip;
	struct i2c i2c;
	struct bus bus;
	struct settings settings;
	struct component component;
	struct device device;
	const struct driver *driver;
};

static void rig_init(struct rig *r, const char *make, const char *hw_uid)
{
	memset(r, 0, sizeof(*r));
	r->chip = (struct chip){ .address = 0x49, .config = 0x8583 };
	r->i2c = (struct i2c){ .self = &r->chip, .get_word = chip_get, .put_word = chip_put };
	r->bus = bus_linux();
	r->bus.i2c = &r->i2c;
	fixture_settings(&r->settings);
	r->settings.sensors.ntc_r25_ohm = r->settings.sensors.ntc_pull_up_ohm = 10000;
	r->settings.sensors.ntc_beta_k = 3977;
	r->settings.sensors.ntc_supply_v = 4.85;
	snprintf(r->component.hw_uid, sizeof(r->component.hw_uid), "%s", hw_uid);
	r->component.gpio = -1;
	r->driver = driver_sense(make);
	assert_non_null(r->driver);
	r->device = (struct device){ .bus = &r->bus, .settings = &r->settings, .fd = -1 };
}

static void opened(struct rig *r)
{
	struct err e;

	if (!r->driver->open(&r->device, &r->component, &e))
		fail_msg("%s", e.text);
}

static int64_t value_of(struct rig *r, enum telemetry_name name)
{
	struct err e;
	int64_t value = -1;

	if (!r->driver->read(&r->device, name, &value, &e))
		fail_msg("%s", e.text);
	return value;
}

static void fails(struct rig *r, enum telemetry_name name, enum err_code code, const char *part)
{
	struct err e;
	int64_t value;

	assert_false(r->driver->read(&r->device, name, &value, &e));
	if (e.code != code || strstr(e.text, part) == NULL)
		fail_msg("code %d, not %d; \"%s\" of \"%s\"", (int)e.code, (int)code, e.text, part);
}

static void refused(struct rig *r, enum err_code code, const char *part)
{
	struct err e;

	assert_false(r->driver->open(&r->device, &r->component, &e));
	if (e.code != code || strstr(e.text, part) == NULL)
		fail_msg("code %d, not %d; \"%s\" of \"%s\"", (int)e.code, (int)code, e.text, part);
}

static const char NTC[] = "TI__Ads1115Ntc", A_FILE[] = "Generic__File", FLOW[] = "Generic__PulseFlow",
	EMONPI[] = "OpenEnergy__EmonPi";

/* Each input of one converter is its own thermometer, and agrees with the simulated world's thermistor. */
static void four_thermistors_share_a_converter(void **state)
{
	static const double c[] = { 21.5, -12.25, 55, 88.75 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct rig r;
		char place[16];

		snprintf(place, sizeof(place), "0x49:%d", i);
		rig_init(&r, NTC, place);
		r.chip.inputs[i] = (int16_t)ntc_code(&ntc_default, c[i], 0);
		r.chip.busy = 3;
		opened(&r);
		assert_true(fabs((double)value_of(&r, TELEMETRY_WATER_TEMP_C) / 16 - c[i]) < 0.06);
		r.driver->close(&r.device);
	}
}

/* The formula of the TSNAP board: kelvins from 298 and 273 give the same within its own rounding at room temperature. */
static void the_formula_is_the_boards(void **state)
{
	(void)state;
	for (double v = 0.4; v < 4.5; v += 0.1) {
		double rt = 10000 * v / (4.85 - v), board = 1 / (1 / 298.0 + log(rt / 10000) / 3977) - 273;
		int64_t code;
		struct err e;

		assert_true(ads1115_understand(&ntc_default, v, &code, &e));
		assert_true(fabs((double)code / 16 - board) < 0.15);
	}
}

/* What can be wrong with a converter has a name each; none of it is a temperature. */
static void converters_that_fail_are_named(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, NTC, "0x48:0");
	opened(&r);
	fails(&r, TELEMETRY_WATER_TEMP_C, ERR_ABSENT, "0x48: nobody answers");
	rig_init(&r, NTC, "0x49:0");
	opened(&r);
	r.chip.taken = true;
	fails(&r, TELEMETRY_WATER_TEMP_C, ERR_FORMAT, "somebody else");
	r.chip.taken = false;
	r.chip.busy = ADS1115_TRIES;
	fails(&r, TELEMETRY_WATER_TEMP_C, ERR_TIMEOUT, "no conversion");
	r.chip.busy = 0;
	fails(&r, TELEMETRY_WATER_TEMP_C, ERR_SHORT, "wires that touch");
	r.chip.inputs[0] = 25800;
	fails(&r, TELEMETRY_WATER_TEMP_C, ERR_RANGE, "broken wire");
	for (int i = 0; i < 5; i++) {
		static const char *const places[] = { "", "0x40:0", "0x49:4", "0x49", "terminal 3" };

		rig_init(&r, NTC, places[i]);
		refused(&r, ERR_CONFIG, "0x48:0");
	}
	rig_init(&r, NTC, "0x49:0");
	r.bus.i2c = NULL;
	refused(&r, ERR_CONFIG, "no I2C bus");
}

/* ---- files ---- */

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The kernel's own driver of the converter serves as well: raw value and scale in millivolts. */
static void the_kernels_converter_serves(void **state)
{
	char dir[] = "/tmp/spaceheat-iio-XXXXXX", raw[64], scale[64], place[64], text[32];
	struct rig r;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(raw, sizeof(raw), "%s/in_voltage2_raw", dir);
	snprintf(scale, sizeof(scale), "%s/in_voltage_scale", dir);
	snprintf(place, sizeof(place), "%s:2", dir);
	snprintf(text, sizeof(text), "%lld\n", (long long)ntc_code(&ntc_default, 60, 0));
	put(raw, text);
	put(scale, "0.187500000\n");
	rig_init(&r, NTC, place);
	opened(&r);
	assert_int_equal(value_of(&r, TELEMETRY_WATER_TEMP_C), 60 * 16);
	put(raw, "what\n");
	fails(&r, TELEMETRY_WATER_TEMP_C, ERR_FORMAT, "is no number");
	unlink(raw);
	fails(&r, TELEMETRY_WATER_TEMP_C, ERR_ABSENT, "in_voltage2_raw");
	unlink(scale);
	rmdir(dir);
}

/* A number in a file counts as long as somebody writes it. */
static void files_are_believed_while_written(void **state)
{
	char path[] = "/tmp/spaceheat-number-XXXXXX";
	int fd = mkstemp(path);
	struct timespec times[2] = { { 0, UTIME_NOW }, { time(NULL) - 90, 0 } };
	struct rig r;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	put(path, "48.25\n");
	rig_init(&r, A_FILE, path);
	opened(&r);
	assert_int_equal(value_of(&r, TELEMETRY_WATER_TEMP_C), 772);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	fails(&r, TELEMETRY_WATER_TEMP_C, ERR_TIMEOUT, "is the program that writes it running?");
	put(path, "48.5\n");
	assert_int_equal(value_of(&r, TELEMETRY_WATER_TEMP_C), 776);
	unlink(path);
	fails(&r, TELEMETRY_WATER_TEMP_C, ERR_ABSENT, path);
	if (geteuid() != 0) {
		put(path, "48.5\n");
		chmod(path, 0);
		fails(&r, TELEMETRY_WATER_TEMP_C, ERR_IO, "Permission denied");
		unlink(path);
	}
	rig_init(&r, A_FILE, "relative");
	refused(&r, ERR_CONFIG, "is no path");
}

/* ---- pulses ---- */

/* A flow meter without a line, without the size of its pulse, or on a chip that is not there. */
static void flow_meters_that_cannot_be_had_are_named(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, FLOW, "");
	refused(&r, ERR_CONFIG, "no Gpio");
	r.component.gpio = 17;
	refused(&r, ERR_CONFIG, "no MicrolitersPerPulse");
	r.component.ul_per_pulse = 2500;
	strcpy(r.settings.guard.gpio_chip, "/dev/no-such-chip");
	refused(&r, ERR_ABSENT, "no-such-chip");
	strcpy(r.settings.guard.gpio_chip, "/dev/null");
	refused(&r, ERR_IO, "/dev/null");
}

/* ---- emonPi ---- */

/* The power of an emonPi is good from its message until a little after the next one should have come. */
static void an_emonpi_is_silent_when_a_message_is_missing(void **state)
{
	struct emonpi_times t = { 0 };

	(void)state;
	assert_false(emonpi_current(&t, 1000));
	emonpi_heard(&t, 1000);
	assert_true(emonpi_current(&t, 1000 + EMONPI_LONGEST_MS));
	emonpi_heard(&t, 6000);
	assert_true(emonpi_current(&t, 6000 + 5000 + EMONPI_GRACE_MS));
	assert_false(emonpi_current(&t, 6000 + 5000 + EMONPI_GRACE_MS + 1));
	emonpi_heard(&t, 60000);
	assert_true(emonpi_current(&t, 60000 + EMONPI_LONGEST_MS + EMONPI_GRACE_MS));
	assert_false(emonpi_current(&t, 60000 + EMONPI_LONGEST_MS + EMONPI_GRACE_MS + 1));
}

static void places_of_an_emonpi(void **state)
{
	static const struct { const char *port, *broker, *topic; } good[] = {
		{ "", "tcp://localhost:1883", "emon/emonpi/power1" },
		{ "mqtt://10.0.0.7", "tcp://10.0.0.7:1883", "emon/emonpi/power1" },
		{ "mqtt://10.0.0.7:1884/emon/emonpi/power2", "tcp://10.0.0.7:1884", "emon/emonpi/power2" },
	};
	static const char *const bad[] = { "/dev/ttyUSB0", "mqtt://me:secret@host/x", "mqtt://host/emon/#" };
	struct emonpi_place p;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(emonpi_place(good[i].port, &p, &e));
		assert_string_equal(p.broker, good[i].broker);
		assert_string_equal(p.topic, good[i].topic);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(emonpi_place(bad[i], &p, &e));
}

static void publish(const char *broker, const char *payload, bool retain)
{
	MQTTClient_connectOptions o = MQTTClient_connectOptions_initializer;
	MQTTClient client;
	MQTTClient_deliveryToken token;

	assert_int_equal(MQTTClient_create(&client, broker, "emonpi", MQTTCLIENT_PERSISTENCE_NONE, NULL), 0);
	assert_int_equal(MQTTClient_connect(client, &o), 0);
	assert_int_equal(MQTTClient_publish(client, "emon/emonpi/power1", (int)strlen(payload), payload, 1, retain, &token), 0);
	assert_int_equal(MQTTClient_waitForCompletion(client, token, 5000), 0);
	MQTTClient_disconnect(client, 0);
	MQTTClient_destroy(&client);
}

static int64_t read_until_good(struct rig *r)
{
	int64_t value = -1;
	struct err e;

	for (int i = 0; i < 500; i++) {
		if (r->driver->read(&r->device, TELEMETRY_POWER_W, &value, &e))
			return value;
		poll(NULL, 0, 10);
	}
	fail_msg("%s", e.text);
	return value;
}

/* A real broker: what it had retained is no reading, what is published is; words are refused; a broker that is gone is
 * an error by name. */
static void an_emonpi_is_heard(void **state)
{
	struct broker *b = broker_available() ? broker_start(NULL) : NULL;
	char address[64];
	struct rig r;

	(void)state;
	if (b == NULL)
		skip();
	snprintf(address, sizeof(address), "tcp://127.0.0.1:%d", broker_port(b));
	publish(address, "9999", true);
	rig_init(&r, EMONPI, "");
	snprintf(r.settings.meter.port, sizeof(r.settings.meter.port), "mqtt://127.0.0.1:%d", broker_port(b));
	opened(&r);
	fails(&r, TELEMETRY_POWER_W, ERR_TIMEOUT, "nothing on emon/emonpi/power1");
	publish(address, "1243", false);
	assert_int_equal(read_until_good(&r), 1243);
	fails(&r, TELEMETRY_CURRENT_UA, ERR_CONFIG, "power alone");
	publish(address, "soon", false);
	for (int i = 0; i < 500; i++) {
		int64_t value;
		struct err e;

		if (!r.driver->read(&r.device, TELEMETRY_POWER_W, &value, &e)) {
			assert_int_equal(e.code, ERR_FORMAT);
			break;
		}
		assert_true(i < 499);
		poll(NULL, 0, 10);
	}
	broker_stop(b);
	for (int i = 0; i < 500; i++) {
		int64_t value;
		struct err e;

		assert_false(r.driver->read(&r.device, TELEMETRY_POWER_W, &value, &e));
		if (e.code == ERR_IO)
			break;
		assert_true(i < 499);
		poll(NULL, 0, 10);
	}
	r.driver->close(&r.device);
}

/* ---- who reads what ---- */

/* In a real house each bus has its thread; in a simulated one a single thread reads all. */
static void each_bus_has_its_readers(void **state)
{
	static const enum make_model makes[] = { MAKE_ADAFRUIT_642, MAKE_ADS1115_NTC, MAKE_FILE, MAKE_ADS1115_NTC };
	struct house h;
	int list[HOUSE_MAX_CHANNELS];

	(void)state;
	memset(&h, 0, sizeof(h));
	for (int i = 0; i < 4; i++) {
		h.components[i] = (struct component){ .kind = COMPONENT_TEMP_SENSOR, .make = makes[i] };
		h.channels[i] = (struct channel){ .about = i, .by = i, .component = i, .name = TELEMETRY_WATER_TEMP_C };
	}
	h.n_components = h.n_channels = 4;
	assert_int_equal(sensor_channels_on(&h, SENSE_W1, list), 1);
	assert_int_equal(sensor_channels_on(&h, SENSE_I2C, list), 2);
	assert_int_equal(list[1], 3);
	assert_int_equal(sensor_channels_on(&h, SENSE_FILE, list), 1);
	assert_int_equal(sensor_channels_on(&h, SENSE_LINE, list), 0);
	h.components[3] = (struct component){ .kind = COMPONENT_TEMP_SENSOR, .make = MAKE_UNKNOWN, .driver = "Generic__Exec" };
	assert_int_equal(sensor_channels_on(&h, SENSE_EXEC, list), 1);
	assert_int_equal(sensor_channels_on(&h, SENSE_I2C, list), 1);
	h.simulated = true;
	assert_int_equal(sensor_channels_on(&h, SENSE_W1, list), 4);
	assert_int_equal(sensor_channels_on(&h, SENSE_I2C, list), 0);
}

/* A make that is no such device has no driver for it: a thermistor is no electric meter. */
static void a_make_serves_its_kind_alone(void **state)
{
	struct house h;

	(void)state;
	memset(&h, 0, sizeof(h));
	h.components[0] = (struct component){ .kind = COMPONENT_ELECTRIC_METER, .make = MAKE_ADS1115_NTC };
	h.channels[0] = (struct channel){ .component = 0, .name = TELEMETRY_POWER_W };
	assert_null(driver_for(&h, &h.channels[0]));
	for (int make = 0; make < N_MAKE_MODELS; make++) {
		int kinds = 0;

		h.components[0].make = (enum make_model)make;
		for (int kind = 0; kind <= COMPONENT_OTHER; kind++) {
			h.components[0].kind = (enum component_kind)kind;
			kinds += driver_for(&h, &h.channels[0]) != NULL;
		}
		assert_true(kinds <= 3);
	}
}

/* SF-81 is about one make: a thermistor at 85 degrees is hot water. */
static void only_a_ds18b20_powers_up_at_85(void **state)
{
	(void)state;
	assert_true(driver_sense("Adafruit__642")->says_85_first);
	assert_false(driver_sense(NTC)->says_85_first);
	assert_false(driver_sense(A_FILE)->says_85_first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_thermistors_share_a_converter),
		cmocka_unit_test(the_formula_is_the_boards),
		cmocka_unit_test(converters_that_fail_are_named),
		cmocka_unit_test(the_kernels_converter_serves),
		cmocka_unit_test(files_are_believed_while_written),
		cmocka_unit_test(flow_meters_that_cannot_be_had_are_named),
		cmocka_unit_test(an_emonpi_is_silent_when_a_message_is_missing),
		cmocka_unit_test(places_of_an_emonpi),
		cmocka_unit_test(an_emonpi_is_heard),
		cmocka_unit_test(each_bus_has_its_readers),
		cmocka_unit_test(a_make_serves_its_kind_alone),
		cmocka_unit_test(only_a_ds18b20_powers_up_at_85),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Electric meters over Modbus, against a server of the same library: over TCP, and over a pair of pseudo terminals. */
#include "modbus_bench.h"

/* A Schneider meter tells kilowatts, amperes, its own watt-hours and its serial number: over either medium. */
static void a_schneider_is_read(void **state)
{
	(void)state;
	for (int tcp = 0; tcp < 2; tcp++) {
		struct bench b;
		int64_t value;
		struct err e;

		bench_open(&b, "SchneiderElectric__Iem3455", tcp == 1, PROPER);
		strcpy(b.component.hw_uid, "35941_308");
		open_device(&b);
		assert_int_equal(read_first(&b, TELEMETRY_POWER_W), 4091);
		assert_true(read_one(&b, TELEMETRY_CURRENT_UA, &value, &e));
		assert_int_equal(value, 17500000);
		assert_true(b.driver->energy_wh(&b.device, &value, &e));
		assert_int_equal(value, 0x0012d687);
		bench_close(&b);
	}
}

/* Another meter at that address is not believed, and both numbers are said. */
static void another_serial_number_is_refused(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "SchneiderElectric__Iem3455", true, PROPER);
	strcpy(b.component.hw_uid, "35941_309");
	open_device(&b);
	assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "35941_308"));
	assert_non_null(strstr(e.text, "35941_309"));
	assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
	bench_close(&b);
}

/* A meter that is but its own file, named by Driver: input registers, kilowatt-hours. */
static void an_eastron_is_read(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "Eastron__Sdm630", false, PROPER);
	open_device(&b);
	assert_int_equal(read_first(&b, TELEMETRY_POWER_W), 4513);
	assert_true(read_one(&b, TELEMETRY_CURRENT_UA, &value, &e));
	assert_int_equal(value, 19500000);
	assert_true(b.driver->energy_wh(&b.device, &value, &e));
	assert_int_equal(value, 1250500);
	bench_close(&b);
}

/* An eGauge is asked at the addresses that its owner gave; who has no current register is not asked for one. */
static void an_egauge_is_read(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "Egauge__4030", true, PROPER);
	b.settings.meter.power_address = 9002;
	b.settings.meter.energy_address = 5032;
	strcpy(b.component.hw_uid, "BGND123");
	open_device(&b);
	assert_int_equal(read_first(&b, TELEMETRY_POWER_W), -151);
	assert_true(b.driver->energy_wh(&b.device, &value, &e));
	assert_int_equal(value, (0x12345678 + 1800) / 3600);	/* watt-seconds, whatever meter.energy_type is */
	assert_true(b.driver->measures(b.driver, &b.settings, TELEMETRY_POWER_W));
	assert_false(b.driver->measures(b.driver, &b.settings, TELEMETRY_CURRENT_UA));
	bench_close(&b);
}

/* The generic map: kind, type, word order and scale come from the settings. */
static void a_generic_map_is_read(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "Generic__Modbus", false, PROPER);
	b.settings.meter.power_address = 10;
	b.settings.meter.type = TYPE_U32;
	b.settings.meter.low_word_first = true;
	b.settings.meter.power_scale = 0.1;
	b.settings.meter.energy_address = 20;
	b.settings.meter.energy_type = TYPE_S16;
	b.settings.meter.energy_scale = 100;
	open_device(&b);
	assert_int_equal(read_first(&b, TELEMETRY_POWER_W), (0x00011234 + 5) / 10);
	assert_true(b.driver->energy_wh(&b.device, &value, &e));
	assert_int_equal(value, -2500);
	bench_close(&b);
}

/* A silent meter is a time-out, soon enough for two questions and a poll to pass within a second. */
static void silence_is_a_timeout(void **state)
{
	(void)state;
	for (int tcp = 0; tcp < 2; tcp++) {
		struct bench b;
		int64_t value, began_ms;
		struct err e = { .code = ERR_NONE };

		bench_open(&b, "SchneiderElectric__Iem3455", tcp == 1, SILENT);
		open_device(&b);
		began_ms = real_ms();
		assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
		assert_int_equal(e.code, ERR_TIMEOUT);
		assert_true(real_ms() - began_ms >= MODBUS_ANSWER_MS - 20);
		began_ms = real_ms();
		assert_false(read_one(&b, TELEMETRY_CURRENT_UA, &value, &e));
		assert_int_equal(e.code, ERR_TIMEOUT);
		assert_true(real_ms() - began_ms < MODBUS_QUIET_MS);
		bench_close(&b);
	}
}

/* SF-85: the answer to the question about power, given when the current is asked for, is not the current. Both registers
 * are of one size, so the protocol itself cannot tell them apart on a serial line. */
static void a_late_answer_is_thrown_away(void **state)
{
	(void)state;
	for (int tcp = 0; tcp < 2; tcp++) {
		struct bench b;
		int64_t value = 0, until_ms = real_ms() + 10000;
		struct err e;

		bench_open(&b, "SchneiderElectric__Iem3455", tcp == 1, LATE);
		open_device(&b);
		/* Until the first question reached the server, which may still be starting. */
		while (!read_one(&b, TELEMETRY_POWER_W, &value, &e) && e.code != ERR_TIMEOUT && real_ms() < until_ms)
			poll(NULL, 0, 20);
		assert_int_equal(e.code, ERR_TIMEOUT);
		while (!read_one(&b, TELEMETRY_CURRENT_UA, &value, &e) && real_ms() < until_ms)
			poll(NULL, 0, 20);
		assert_int_equal(value, 17500000);
		bench_close(&b);
	}
}

/* An answer in another unit's name, or that there is no such register, is an error with that name. */
static void foreign_answers_and_refusals_are_named(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "SchneiderElectric__Iem3455", false, FOREIGN);
	open_device(&b);
	assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
	assert_true(e.code == ERR_FORMAT || e.code == ERR_TIMEOUT);
	bench_close(&b);
	bench_open(&b, "SchneiderElectric__Iem3455", true, NO_REGISTER);
	open_device(&b);
	assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "register 3059 of unit 12"));
	bench_close(&b);
}

static bool opens(const char *port, struct err *e)
{
	struct settings_meter s = { .baud = 9600, .unit_id = UNIT };
	struct modbus_link *l;
	uint16_t words[2];
	bool read = true;

	snprintf(s.port, sizeof(s.port), "%s", port);
	l = modbus_link_open(&s, e);
	if (l != NULL)
		read = modbus_link_read(l, REGISTER_HOLDING, 0, 2, words, e);
	modbus_link_close(l);
	return l != NULL && read;
}

/* Each way in which a line cannot be had has its name and its advice. */
static void lines_that_cannot_be_had_are_named(void **state)
{
	struct err e;

	(void)state;
	assert_false(opens("ttyUSB0", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(opens("tcp://", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(opens("tcp://host:5o2", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(opens("/dev/no-such-line", &e));
	assert_int_equal(e.code, ERR_ABSENT);
	assert_false(opens("tcp://127.0.0.1:1", &e));	/* nobody listens there */
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "tcp://127.0.0.1:1"));
}

/* A meter that was away is read again without being opened anew. */
static void a_meter_returns(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "SchneiderElectric__Iem3455", false, PROPER);
	open_device(&b);
	assert_int_equal(read_first(&b, TELEMETRY_POWER_W), 4091);
	kill(b.server, SIGKILL);
	waitpid(b.server, NULL, 0);
	assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
	b.server = fork();
	if (b.server == 0)
		child(&b, PROPER, false);
	assert_int_equal(read_first(&b, TELEMETRY_POWER_W), 4091);
	bench_close(&b);
}

/* SF-85, whole: the meter actor on a real line. Its power is unknown within 5 s of the last good reading. */
static void a_meter_that_dies_is_unknown_within_five_seconds(void **state)
{
	struct house *h = calloc(1, sizeof(*h));
	struct outbox *out = calloc(1, sizeof(*out));
	struct meter *m = calloc(1, sizeof(*m));
	struct bus bus = { .self = NULL };
	int64_t good_ms = 0, unknown_ms = 0, until_ms = real_ms() + 30000;
	struct bench b;

	(void)state;
	bench_open(&b, "SchneiderElectric__Iem3455", false, PROPER);
	b.settings.meter.poll_ms = 1000;
	h->components[0] = (struct component){ .kind = COMPONENT_ELECTRIC_METER, .make = MAKE_SCHNEIDER_IEM3455 };
	h->channels[0] = (struct channel){ .name = TELEMETRY_POWER_W };
	h->channels[1] = (struct channel){ .name = TELEMETRY_CURRENT_UA };
	h->n_components = h->n_nodes = 1;
	h->n_channels = 2;
	meter_init(m, h, &b.settings, &bus);
	assert_int_equal(m->n, 2);
	assert_int_equal(m->n_devices, 1);
	while (unknown_ms == 0 && real_ms() < until_ms) {
		struct msg tick = { .type = MSG_TICK, .now = { real_ms() }, .clock = { 1799924100000 + real_ms() } };

		out->n = 0;
		meter_step(m, &tick, out);
		for (int i = 0; i < out->n; i++) {
			const struct msg_reading *r = &out->box[i].reading;

			if (out->box[i].type != MSG_READING || r->channel != 0)
				continue;
			if (r->quality == QUALITY_GOOD && r->code == 4091) {
				assert_true(r->has_register);
				kill(b.server, good_ms != 0 ? SIGKILL : 0);
				good_ms = tick.now.ms;
			} else if (good_ms != 0) {
				assert_int_equal(r->quality, QUALITY_UNKNOWN);
				unknown_ms = tick.now.ms;
			}
		}
		poll(NULL, 0, 50);
	}
	assert_true(good_ms != 0 && unknown_ms != 0);
	assert_true(unknown_ms - good_ms <= METER_UNKNOWN_MS);
	meter_step(m, &(struct msg){ .type = MSG_STOP }, out);
	b.device.handle = NULL;
	bench_close(&b);
	free(m);
	free(out);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_schneider_is_read),
		cmocka_unit_test(another_serial_number_is_refused),
		cmocka_unit_test(an_eastron_is_read),
		cmocka_unit_test(an_egauge_is_read),
		cmocka_unit_test(a_generic_map_is_read),
		cmocka_unit_test(silence_is_a_timeout),
		cmocka_unit_test(a_late_answer_is_thrown_away),
		cmocka_unit_test(foreign_answers_and_refusals_are_named),
		cmocka_unit_test(lines_that_cannot_be_had_are_named),
		cmocka_unit_test(a_meter_returns),
		cmocka_unit_test(a_meter_that_dies_is_unknown_within_five_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

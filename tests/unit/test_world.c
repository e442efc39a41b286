/* SPDX-License-Identifier: MIT */
#include "world_bench.h"

/* The code of a thermometer is rounded as the device rounds, below zero too. */
static void codes_round_as_the_device(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v;

	(void)state;
	cJSON_ArrayForEach(v, vectors_at(all, "ds18b20"))
		assert_int_equal(ds18b20_code(cJSON_GetArrayItem(v, 0)->valuedouble),
			cJSON_GetArrayItem(v, 1)->valueint);
	cJSON_Delete(all);
}

/* The first answer after power-up is 85 degrees, then each is the conversion begun one poll before, near
 * the truth. */
static void a_thermometer_is_one_poll_behind(void **state)
{
	struct bench b;
	struct world_summary now;

	(void)state;
	bench_open(&b, true);
	go_to(&b, 0);
	assert_int_equal(ask(&b, "sim/a.tank.temp0/temp"), 85 * 16);
	for (int t = 5; t <= 60; t += 5) {
		double c;

		go_to(&b, t * 1000);
		c = (double)ask(&b, "sim/a.tank.temp0/temp") / 16;
		assert_true(fabs(c - 45) < 2);		/* its offset is drawn once: 0.3 K times a normal */
	}
	world_summarise(b.world, &now);
	assert_true(fabs(now.tank_top_c - 45) < 0.5);
	assert_int_equal(now.steps, 6);
	world_close(b.world);
}

/* Power follows the relays at the instant of reading; heat follows in whole steps. */
static void power_is_of_this_instant(void **state)
{
	struct bench b;
	struct world_summary before, after;

	(void)state;
	bench_open(&b, true);
	go_to(&b, 0);
	assert_int_equal(ask(&b, "sim/a.m/power"), 0);
	b.relays[0] = 1;
	assert_true(labs(ask(&b, "sim/a.m/power") - 4500) < 150);
	assert_true(labs(ask(&b, "sim/a.m/current_ua") - 18750000) < 600000);
	b.relays[1] = 1;
	assert_true(labs(ask(&b, "sim/a.m/power") - 4560) < 150);
	world_summarise(b.world, &before);
	go_to(&b, 9999);
	world_summarise(b.world, &after);
	assert_true(fabs(before.power_w - 4560) < 1e-9);
	assert_int_equal(after.steps, 0);
	assert_true(fabs(before.air_c - after.air_c) < 1e-12);
	go_to(&b, 10000);
	world_summarise(b.world, &after);
	assert_int_equal(after.steps, 1);
	assert_true(after.return_c < after.supply_c);
	go_to(&b, 3600 * 1000);
	assert_int_equal(ask(&b, "sim/a.m/energy_wh"), 4560);
	world_close(b.world);
}

/* The flow meter counts whole pulses since it was asked last, and is still when the pump is. */
static void flow_counts_pulses(void **state)
{
	struct bench b;
	int64_t sum = 0;

	(void)state;
	bench_open(&b, true);
	go_to(&b, 0);
	assert_int_equal(ask(&b, "sim/a.elt1/flow"), 0);
	b.relays[1] = 1;
	for (int t = 1; t <= 60; t++) {
		int64_t ml_min;

		go_to(&b, t * 1000);
		ml_min = ask(&b, "sim/a.elt1/flow");
		assert_int_equal(ml_min % 150, 0);
		sum += ml_min;
	}
	assert_true(labs(sum / 60 - 8000) <= 3);
	b.relays[1] = 0;
	go_to(&b, 61000);
	assert_int_equal(ask(&b, "sim/a.elt1/flow"), 0);
	world_close(b.world);
}

/* Without its wire it has no pulses to count, and those that were lost do not come later. */
static void a_flow_meter_has_faults_of_its_own(void **state)
{
	static const enum world_fault dead[] = { WORLD_OPEN, WORLD_SHORT };
	struct bench b;
	char text[64];
	struct err e;

	(void)state;
	bench_open(&b, true);
	go_to(&b, 0);
	b.relays[1] = 1;
	for (int i = 0; i < 2; i++) {
		go_to(&b, (3 * i + 1) * 60000);
		assert_in_range(ask(&b, "sim/a.elt1/flow"), 7000, 9000);
		world_set_fault(b.world, "a.elt1", dead[i], 0);
		go_to(&b, (3 * i + 2) * 60000);
		assert_int_equal(ask(&b, "sim/a.elt1/flow"), 0);
		world_set_fault(b.world, "a.elt1", WORLD_NO_FAULT, 0);
		go_to(&b, (3 * i + 3) * 60000);
		assert_in_range(ask(&b, "sim/a.elt1/flow"), 7000, 9000);
	}
	world_set_fault(b.world, "a.elt1", WORLD_STUCK, 0);
	b.relays[1] = 0;
	go_to(&b, 420000);
	assert_in_range(ask(&b, "sim/a.elt1/flow"), 7000, 9000);
	world_set_fault(b.world, "a.elt1", WORLD_CRC, 0);
	assert_true(b.bus.slurp(&b.bus, "sim/a.elt1/flow", text, sizeof(text), &e));
	assert_string_equal(text, "crc");
	world_close(b.world);
}

/* Two worlds with one seed and the same relays say the same, whoever is asked first; another seed differs. */
static void a_seed_names_one_world(void **state)
{
	struct bench a, b;
	bool differs = false;

	(void)state;
	bench_open(&a, true);
	bench_open(&b, true);
	for (int t = 0; t <= 600; t += 5) {
		int64_t top, room;

		a.relays[0] = b.relays[0] = t % 200 < 100;
		go_to(&a, t * 1000);
		for (int step = t > 5 ? t - 4 : t; step <= t; step++)
			go_to(&b, step * 1000);
		top = ask(&a, "sim/a.tank.temp0/temp");
		room = ask(&a, "sim/a.room.temp1/temp");
		assert_int_equal(ask(&b, "sim/a.room.temp1/temp"), room);
		assert_int_equal(ask(&b, "sim/a.tank.temp0/temp"), top);
		differs |= top != room;
	}
	assert_true(differs);
	world_close(a.world);
	world_close(b.world);
}

/* Time starts when the clock is first told, so a run that goes on after a restart does not leap. */
static void time_starts_when_it_is_told(void **state)
{
	struct bench b;
	struct world_summary now;

	(void)state;
	bench_open(&b, true);
	go_to(&b, 7200000);
	world_summarise(b.world, &now);
	assert_int_equal(now.steps, 0);
	go_to(&b, 7260000);
	world_advance(
		b.world, (struct mono){ 7260000 }, (struct wall){ 0 }); /* a clock set back moves nothing */
	world_summarise(b.world, &now);
	assert_int_equal(now.steps, 6);
	world_close(b.world);
}

/* A fault is what the sensor says, not what the water is. */
static void faults_are_in_the_sensor(void **state)
{
	struct bench b;
	char text[64];
	int64_t was;
	struct err e;

	(void)state;
	bench_open(&b, true);
	go_to(&b, 0);
	ask(&b, "sim/a.tank.temp0/temp");
	was = ask(&b, "sim/a.tank.temp0/temp");
	assert_true(world_set_fault(b.world, "a.tank.temp0", WORLD_STUCK, 0));
	b.relays[0] = 1;
	go_to(&b, 7200000);
	assert_int_equal(ask(&b, "sim/a.tank.temp0/temp"), was);
	world_set_fault(b.world, "a.tank.temp0", WORLD_OPEN, 0);
	assert_int_equal(ask(&b, "sim/a.tank.temp0/temp"), -127 * 16);
	world_set_fault(b.world, "a.tank.temp0", WORLD_SHORT, 0);
	assert_int_equal(ask(&b, "sim/a.tank.temp0/temp"), 150 * 16);
	world_set_fault(b.world, "a.tank.temp0", WORLD_CRC, 0);
	assert_true(b.bus.slurp(&b.bus, "sim/a.tank.temp0/temp", text, sizeof(text), &e));
	assert_string_equal(text, "crc");
	world_set_fault(b.world, "a.tank.temp0", WORLD_POWER_UP, 0);
	assert_int_equal(ask(&b, "sim/a.tank.temp0/temp"), 85 * 16);
	assert_int_not_equal(ask(&b, "sim/a.tank.temp0/temp"), 85 * 16);
	world_set_fault(b.world, "a.m", WORLD_SILENT, 0);
	assert_true(refused(&b, "sim/a.m/power", ERR_TIMEOUT));
	world_set_fault(b.world, "a.m", WORLD_NO_FAULT, 0);
	assert_true(ask(&b, "sim/a.m/power") > 4000);
	world_set_fault(b.world, "a.m", WORLD_REVERSED, 0);
	assert_true(ask(&b, "sim/a.m/power") < -4000);
	assert_true(ask(&b, "sim/a.m/current_ua") > 16000000);	/* a current has no sign */
	assert_false(world_set_fault(b.world, "a.nobody", WORLD_OPEN, 0));
	world_close(b.world);
}

/* A slow sensor has one answer a minute; what lies between times out. */
static void a_slow_sensor_answers_once_a_minute(void **state)
{
	struct bench b;
	int answers = 0;

	(void)state;
	bench_open(&b, true);
	go_to(&b, 0);
	world_set_fault(b.world, "a.tank.temp0", WORLD_SLOW, 0);
	for (int t = 10; t <= 300; t += 10) {
		go_to(&b, t * 1000);
		answers += !refused(&b, "sim/a.tank.temp0/temp", ERR_TIMEOUT);
	}
	assert_int_equal(answers, 5);
	world_set_fault(b.world, "a.tank.temp0", WORLD_NO_FAULT, 0);
	ask(&b, "sim/a.tank.temp0/temp");
	world_close(b.world);
}

/* Colder weather is colder at once, by so much, and cools the house. */
static void it_can_be_made_colder(void **state)
{
	struct bench a, b;
	struct world_summary warm, cold;

	(void)state;
	bench_open(&a, true);
	bench_open(&b, true);
	go_to(&a, 0);
	go_to(&b, 0);
	world_set_cold(b.world, 15);
	go_to(&a, 3600 * 1000);
	go_to(&b, 3600 * 1000);
	world_summarise(a.world, &warm);
	world_summarise(b.world, &cold);
	assert_true(fabs(warm.out_c - cold.out_c - 15) < 1e-9);
	assert_true(cold.air_c < warm.air_c - 0.5);
	assert_true(cold.residual < 0.001);
	world_close(a.world);
	world_close(b.world);
}

/* A world that ends leaves its heat: the next goes on from there, and one that begins after a while has cooled. */
static void heat_is_kept(void **state)
{
	char dir[] = "/tmp/test_world_XXXXXX", path[64];
	struct world_summary left, found, cooled, other;
	struct bench b;
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/heat", dir);
	bench_open(&b, true);
	assert_true(world_keep(b.world, path, 0, &e));
	b.relays[0] = 1;
	go_to(&b, 0);
	go_to(&b, 7200 * 1000);
	world_summarise(b.world, &left);
	world_close(b.world);
	bench_open(&b, true);
	assert_true(world_keep(b.world, path, 0, &e));
	go_to(&b, 0);
	world_summarise(b.world, &found);
	assert_true(left.tank_top_c > 60);
	assert_true(fabs(found.tank_top_c - left.tank_top_c) < 1e-9);
	assert_true(fabs(found.air_c - left.air_c) < 1e-9);
	assert_true(fabs(found.energy_wh - left.energy_wh) < 1e-6);
	world_close(b.world);
	bench_open(&b, true);
	assert_true(world_keep(b.world, path, 3600 * 1000, &e));
	go_to(&b, 0);
	world_summarise(b.world, &cooled);
	assert_true(cooled.air_c < left.air_c - 0.2);
	assert_true(cooled.residual < 0.001);
	world_close(b.world);
	bench_open(&b, true);
	strcpy(b.house.key, "d1.other.house");	/* another house begins anew */
	assert_true(world_keep(b.world, path, 0, &e));
	go_to(&b, 0);
	world_summarise(b.world, &other);
	assert_true(other.tank_top_c < 50);
	world_close(b.world);
	bench_open(&b, true);
	assert_false(world_keep(b.world, "/nowhere/heat", 0, &e));
	go_to(&b, 0);
	world_close(b.world);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

/* A jump is added to what the sensor would say. */
static void a_jump_is_added(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, true);
	go_to(&b, 0);
	ask(&b, "sim/a.room.temp1/temp");
	world_set_fault(b.world, "a.room.temp1", WORLD_JUMP, 10);
	assert_true(labs(ask(&b, "sim/a.room.temp1/temp") - 28 * 16) < 2 * 16);
	world_close(b.world);
}

/* Without a plant thermometers hold 20 degrees and say so, and the meter reads what the relays should
 * draw. */
static void a_house_without_a_plant_holds_still(void **state)
{
	struct bench b;
	char text[64];
	struct err e;

	(void)state;
	bench_open(&b, false);
	for (int t = 0; t <= 50; t += 5) {
		go_to(&b, t * 1000);
		assert_int_equal(ask(&b, "sim/a.tank.temp0/temp"), 20 * 16);
	}
	assert_true(b.bus.slurp(&b.bus, "sim/a.tank.temp0/kind", text, sizeof(text), &e));
	assert_string_equal(text, "held");
	assert_int_equal(ask(&b, "sim/a.m/power"), 0);
	b.relays[0] = 1;
	assert_true(labs(ask(&b, "sim/a.m/power") - 4400) < 150);
	world_close(b.world);
}

/* Paths that lead nowhere are refused by name, not answered. */
static void paths_that_lead_nowhere_are_refused(void **state)
{
	struct bench b;
	char name[32];
	struct err e;

	(void)state;
	bench_open(&b, true);
	assert_true(refused(&b, "sim/a.nobody/temp", ERR_ABSENT));
	assert_true(refused(&b, "sim/a.m/colour", ERR_ABSENT));
	assert_true(refused(&b, "sim", ERR_ABSENT));
	assert_true(refused(&b, "sim/temp", ERR_ABSENT));
	assert_true(refused(&b, "", ERR_ABSENT));
	assert_false(b.bus.find(&b.bus, "/sys/bus/w1/devices", "28", "ffe", name, sizeof(name), &e));
	world_close(b.world);
}

/* A plant whose nodes do not fit the house or the configuration is refused at the start, with the
 * state's name. */
static void a_plant_that_does_not_fit_is_refused(void **state)
{
	static const struct { const char *plant_state; int node; const char *says; } cases[] = {
		{ "backup", FX_ROOM, "no relay entry for a.room.temp1" },
		{ "buf[5]", FX_ROOM, "buf[5]: this plant has no such state" },
		{ "lwt", FX_ROOM, "lwt: this plant has no such state" },
		{ "air", FX_N_NODES, "no such node" },
	};
	struct bench b;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench_house(&b, true);
		map_state(&b.house.plant, cases[i].plant_state, cases[i].node);
		assert_null(bench_world(&b, &e));
		assert_non_null(strstr(e.text, cases[i].says));
	}
}

/* Two winter days of thermostats: pumps and element come and go, and no sound sensor is ever called bad. */
static void sound_sensors_raise_no_alarm(void **state)
{
	static const int channels[] = { FX_CH_TOP, FX_CH_ROOM, FX_CH_SUPPLY };
	struct bench b;
	struct sensor sensor;
	struct outbox out = { .n = 0 };
	struct world_summary now;

	(void)state;
	bench_open(&b, true);
	b.house.components[0] = (struct component){ .kind = COMPONENT_TEMP_SENSOR };
	for (int i = 0; i < 3; i++)
		b.house.channels[channels[i]].component = 0;
	b.settings.sensors = (struct settings_sensors){ .poll_s = 5, .reject_jump_k_per_min = 20,
		.plausible_c = { -40, 110 } };
	sensor_init(&sensor, &b.house, &b.settings, channels, 3, &b.bus);
	for (int64_t ms = 0; ms < 2 * 86400 * 1000; ms += 5000) {
		struct msg tick = { .type = MSG_TICK, .now = { ms }, .clock = { start.ms + ms } };

		go_to(&b, ms);
		world_summarise(b.world, &now);
		b.relays[0] = now.tank_top_c < (b.relays[0] ? 68 : 60);
		b.relays[1] = now.air_c < (b.relays[1] ? 18.2 : 17.8);
		out.n = 0;
		sensor_step(&sensor, &tick, &out);
		assert_int_equal(out.n, 1);
		assert_int_equal(out.box[0].readings.n, 3);
		for (int i = 0; i < 3 && ms > 0; i++)
			assert_int_equal(out.box[0].readings.list[i].quality, QUALITY_GOOD);
	}
	assert_true(now.lowest_c > 10 && now.highest_c < 80 && fabs(now.air_c - 18) < 1);
	world_close(b.world);
}

struct reader { struct bench *bench; const char *path; atomic_bool *stop; atomic_int n; };

static void *read_until_stopped(void *arg)
{
	struct reader *r = arg;

	while (!atomic_load(r->stop)) {
		char text[64];
		struct err e;

		if (r->bench->bus.slurp(&r->bench->bus, r->path, text, sizeof(text), &e))
			atomic_fetch_add(&r->n, 1);
	}
	return NULL;
}

/* Sensors may be read from their own threads while time moves. */
static void readers_and_time_do_not_collide(void **state)
{
	struct bench b;
	atomic_bool stop = false;
	struct reader readers[2] = { { &b, "sim/a.tank.temp0/temp", &stop, 0 },
		{ &b, "sim/a.m/power", &stop, 0 } };
	pthread_t threads[2];
	struct world_summary now;
	int64_t t = 0;

	(void)state;
	bench_open(&b, true);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_until_stopped, &readers[i]), 0);
	while (t <= 20000 || atomic_load(&readers[0].n) < 100 || atomic_load(&readers[1].n) < 100)
		go_to(&b, 1000 * t++);
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	world_summarise(b.world, &now);
	assert_int_equal(now.steps, (t - 1) / 10);
	assert_true(now.residual < 1e-9);
	world_close(b.world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_round_as_the_device),
		cmocka_unit_test(a_thermometer_is_one_poll_behind),
		cmocka_unit_test(power_is_of_this_instant),
		cmocka_unit_test(flow_counts_pulses),
		cmocka_unit_test(a_flow_meter_has_faults_of_its_own),
		cmocka_unit_test(a_seed_names_one_world),
		cmocka_unit_test(time_starts_when_it_is_told),
		cmocka_unit_test(faults_are_in_the_sensor),
		cmocka_unit_test(a_slow_sensor_answers_once_a_minute),
		cmocka_unit_test(it_can_be_made_colder),
		cmocka_unit_test(heat_is_kept),
		cmocka_unit_test(a_jump_is_added),
		cmocka_unit_test(a_house_without_a_plant_holds_still),
		cmocka_unit_test(paths_that_lead_nowhere_are_refused),
		cmocka_unit_test(a_plant_that_does_not_fit_is_refused),
		cmocka_unit_test(sound_sensors_raise_no_alarm),
		cmocka_unit_test(readers_and_time_do_not_collide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

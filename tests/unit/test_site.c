/* SPDX-License-Identifier: MIT */
/* The questions of `spaceheat setup`: scripted answers, and the files they make, read as the service reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#include "cli/site.h"
#include "port/load.h"

struct bench { char dir[40]; struct site site; struct loaded loaded; struct problems problems; };

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	char path[80];

	assert_non_null(b);
	strcpy(b->dir, "/tmp/spaceheat-site-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(path, sizeof(path), "%s/conf.d", b->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	char line[80];

	snprintf(line, sizeof(line), "rm -rf %s", b->dir);
	assert_int_equal(system(line), 0);
	free(b);
	return 0;
}

static void found(struct site *s, const char *make, const char *hw_uid)
{
	s->sensors[s->n_sensors].make_model = make;
	strcpy(s->sensors[s->n_sensors++].hw_uid, hw_uid);
}

/* Gives answers until NULL; each question must hold its word. */
struct line { const char *asked, *answer; };
static void talk(struct site *s, const struct line *lines)
{
	char text[SITE_TEXT], why[SITE_WHY];

	for (; lines->asked != NULL; lines++) {
		assert_false(s->done);
		site_question(s, text);
		if (strstr(text, lines->asked) == NULL)
			fail_msg("\"%s\" asks not for \"%s\"", text, lines->asked);
		if (!site_answer(s, lines->answer, why))
			fail_msg("%s: \"%s\": %s", lines->asked, lines->answer, why);
	}
}

static void refused(struct site *s, const char *answer, const char *part)
{
	char before[SITE_TEXT], after[SITE_TEXT], why[SITE_WHY];

	site_question(s, before);
	if (site_answer(s, answer, why) || strstr(why, part) == NULL)
		fail_msg("\"%s\": \"%s\" is not in \"%s\"", answer, part, why);
	site_question(s, after);
	assert_string_equal(before, after);
}

static void put(const struct bench *b, const char *name, const char *text)
{
	char path[120];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", b->dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* Writes both files and loads them as the service does. */
static bool load(struct bench *b)
{
	char path[120];
	cJSON *house = site_house(&b->site);
	char *text = cJSON_Print(house);
	FILE *f;

	put(b, "house.json", text);
	put(b, "spaceheat.cfg", "");
	snprintf(path, sizeof(path), "%s/conf.d/10-site.cfg", b->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	site_print_cfg(f, &b->site, "house.json");
	fclose(f);
	free(text);
	cJSON_Delete(house);
	memset(&b->problems, 0, sizeof(b->problems));
	snprintf(path, sizeof(path), "%s/spaceheat.cfg", b->dir);
	return load_service(path, &b->loaded, &b->problems);
}

static const struct channel *channel_of(const struct bench *b, const char *node, enum telemetry_name name)
{
	int channel = house_channel(&b->loaded.house, house_node(&b->loaded.house, node), name);

	if (channel < 0)
		fail_msg("no %s of %s", telemetry_name_word(name), node);
	return &b->loaded.house.channels[channel];
}

static const struct component *device_of(const struct bench *b, const char *node, enum telemetry_name name)
{
	return &b->loaded.house.components[channel_of(b, node, name)->component];
}

static const struct line whole[] = {
	{ "AtomicTNode", "w.isone.me.mine.1" },
	{ "GNodeId", "" },
	{ "Rooms", "living bedroom2" },
	{ "Thermometer 1 of 6, 0316a1", "" },		/* read again */
	{ "Thermometer 1 of 6, 0316a1", "store" },
	{ "Thermometer 2 of 6, 0316a2", "room bedroom2" },
	{ "Thermometer 3 of 6, 0316a3", "store" },
	{ "Thermometer 4 of 6, 0x48:0", "room living" },
	{ "Thermometer 5 of 6, 0x48:1", "none" },
	{ "Thermometer 6 of 6, 0x48:2", "outdoor" },
	{ "SchneiderElectric__Iem3455, serial number 35941_308", "yes" },
	{ "The first relay", "element" },
	{ "a.elt1.relay: \"gpio LINE\"", "krida 0x21 3" },
	{ "low level switch it on, as boards with optocouplers do? [yes]", "" },
	{ "least and most watts", "4000 4800" },
	{ "breaker", "breaker 7" },
	{ "The next relay", "pump" },
	{ "a.pump1.relay: \"gpio LINE\"", "gpio 17" },
	{ "optocouplers do? [no]", "y" },
	{ "lets go: open", "" },
	{ "least and most watts", "30 90" },
	{ "breaker", "" },
	{ "The next relay", "heat_pump" },
	{ "a.hp1.relay: \"gpio LINE\"", "krida 0x21 4" },
	{ "low level", "no" },
	{ "lets go: open", "handback" },
	{ "least and most watts", "1200 3200" },
	{ "breaker", "" },
	{ "The next relay", "" },
	{ "MQTT broker", "broker.example.org" },
	{ "Encrypt (TLS)", "" },
	{ "Its port [8883]", "" },
	{ "certificate of its authority", "" },
	{ "public key (64 hex digits)", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a" },
	{ "5 thermometers, 3 relays, a meter, broker broker.example.org", "" },
	{ NULL, NULL },
};

static void find_things(struct site *s)
{
	static const struct { const char *make, *hw_uid; } list[] = { { "Adafruit__642", "0316a1" }, { "Adafruit__642", "0316a2" },
		{ "Adafruit__642", "0316a3" }, { "TI__Ads1115Ntc", "0x48:0" }, { "TI__Ads1115Ntc", "0x48:1" },
		{ "TI__Ads1115Ntc", "0x48:2" } };

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		found(s, list[i].make, list[i].hw_uid);
	strcpy(s->meter_make, "SchneiderElectric__Iem3455");
	strcpy(s->meter_serial, "35941_308");
	strcpy(s->meter_port, "/dev/ttyUSB0");
	s->meter_unit = 12;
}

/* A whole house by answers: both files are good, and each thing is what was answered. */
static void answers_make_a_house(void **state)
{
	struct bench *b = *state;
	const struct settings *s = &b->loaded.settings;

	find_things(&b->site);
	talk(&b->site, whole);
	assert_true(b->site.done && b->site.write);
	if (!load(b))
		fail_msg("%s", b->problems.text[0]);
	assert_true(b->loaded.configured);
	assert_false(b->loaded.house.simulated);
	assert_string_equal(b->loaded.house.key, "w.isone.me.mine.1");
	assert_string_equal(b->loaded.house.scada.alias, "w.isone.me.mine.1.ta.scada");
	assert_string_equal(device_of(b, "a.tank.temp0", TELEMETRY_WATER_TEMP_C)->hw_uid, "0316a1");
	assert_string_equal(device_of(b, "a.tank.temp1", TELEMETRY_WATER_TEMP_C)->hw_uid, "0316a3");
	assert_string_equal(device_of(b, "a.rooms.living.temp1", TELEMETRY_WATER_TEMP_C)->hw_uid, "0x48:0");
	assert_int_equal(device_of(b, "a.rooms.living.temp1", TELEMETRY_WATER_TEMP_C)->make, MAKE_ADS1115_NTC);
	assert_string_equal(device_of(b, "a.hp1", TELEMETRY_POWER_W)->hw_uid, "35941_308");
	assert_int_equal(house_node(&b->loaded.house, "a.supply"), NO_NODE);
	assert_int_equal(s->n_zones, 2);
	assert_string_equal(s->zones[0].name, "living");
	assert_true(s->zones[0].critical);
	assert_false(s->zones[1].critical);
	assert_int_equal(s->roles.n_store, 2);
	assert_int_equal(s->n_relays, 3);
	assert_int_equal(s->relays[0].kind, RELAY_ELEMENT);
	assert_true(s->relays[0].active_low);
	assert_string_equal(s->relays[0].label, "breaker 7");
	assert_int_equal(s->relays[0].expected_w[1], 4800);
	assert_string_equal(device_of(b, "a.elt1.relay", TELEMETRY_RELAY_STATE)->hw_uid, "0x21");
	assert_int_equal(device_of(b, "a.hp1.relay", TELEMETRY_RELAY_STATE)->gpio, 4);
	assert_int_equal(device_of(b, "a.pump1.relay", TELEMETRY_RELAY_STATE)->make, MAKE_GPIO_RELAY);
	assert_int_equal(s->relays[2].fail_state, FAIL_HANDBACK);
	assert_string_equal(s->uplink.host, "broker.example.org");
	assert_int_equal(s->uplink.port, 8883);
	assert_true(s->uplink.enable && s->uplink.tls);
	assert_int_equal(s->meter.unit_id, 12);
}

/* The same answers make the same file; what a registry gave stands in it. */
static void ids_stay(void **state)
{
	static const char id[] = "3a4c07cd-0778-475a-85d1-3c2c9ab1ef0b";
	struct bench *b = *state;
	struct site *other = calloc(1, sizeof(*other));
	cJSON *one, *two;

	find_things(&b->site);
	talk(&b->site, whole);
	find_things(other);
	talk(other, whole);
	one = site_house(&b->site);
	two = site_house(other);
	assert_true(cJSON_Compare(one, two, true));
	cJSON_Delete(two);
	strcpy(other->atn_id, id);
	two = site_house(other);
	assert_false(cJSON_Compare(one, two, true));
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(two, other->alias),
		"MyAtomicTNodeGNode"), "GNodeId")), id);
	cJSON_Delete(one);
	cJSON_Delete(two);
	free(other);
}

/* Nothing found and nothing answered but a name is no house; one relay is. */
static void the_least_is_one_relay(void **state)
{
	static const struct line least[] = { { "AtomicTNode", "w.bench.1" }, { "GNodeId", "" }, { "Rooms", "" }, { NULL, NULL } },
		relay[] = { { "The first relay", "element" }, { "gpio LINE", "gpio 17" }, { "low level", "" }, { "watts", "4000 4800" },
		{ "breaker", "" }, { NULL, NULL } },
		rest[] = { { " relay switches", "" }, { "MQTT broker", "" }, { NULL, NULL } };
	struct bench *b = *state;

	talk(&b->site, least);
	talk(&b->site, rest);
	refused(&b->site, "yes", "without any device");
	memset(&b->site, 0, sizeof(b->site));
	talk(&b->site, least);
	talk(&b->site, relay);
	talk(&b->site, rest);
	talk(&b->site, (struct line[]){ { "0 thermometers, 1 relays, no meter, no broker", "yes" }, { NULL, NULL } });
	assert_true(b->site.done && b->site.write);
	if (!load(b))
		fail_msg("%s", b->problems.text[0]);
	assert_int_equal(b->loaded.settings.n_relays, 1);
	assert_int_equal(b->loaded.settings.n_zones, 0);
	assert_false(b->loaded.settings.uplink.enable);
}

/* A wrong answer is refused with what is allowed, and the same is asked again. */
static void wrong_answers_are_refused(void **state)
{
	struct bench *b = *state;
	struct site *s = &b->site;

	find_things(s);
	refused(s, "", "a letter first");
	refused(s, "W.isone", "a letter first");
	refused(s, "w..isone", "a letter first");
	talk(s, (struct line[]){ { "AtomicTNode", "w.isone.me.mine.1" }, { NULL, NULL } });
	refused(s, "12", "hex digits");
	talk(s, (struct line[]){ { "GNodeId", "3A4C07CD-0778-475a-85d1-3c2c9ab1ef0b" }, { NULL, NULL } });
	assert_string_equal(s->atn_id, "3a4c07cd-0778-475a-85d1-3c2c9ab1ef0b");
	refused(s, "living living", "twice");
	refused(s, "Living", "a letter first");
	refused(s, "a b c d e f g h i", "at most 8 rooms");
	talk(s, (struct line[]){ { "Rooms", "living" }, { NULL, NULL } });
	refused(s, "attic", "one of the words");
	refused(s, "room attic", "which room?");
	talk(s, (struct line[]){ { "Thermometer 1", "room living" }, { NULL, NULL } });
	refused(s, "room living", "has its thermometer already");
	talk(s, (struct line[]){ { "Thermometer 2", "none" }, { "Thermometer 3", "none" }, { "Thermometer 4", "none" },
		{ "Thermometer 5", "none" }, { "Thermometer 6", "none" }, { NULL, NULL } });
	refused(s, "perhaps", "yes or no");
	talk(s, (struct line[]){ { "A meter answers", "no" }, { NULL, NULL } });
	refused(s, "boiler", "one of the words");
	talk(s, (struct line[]){ { "The first relay", "element" }, { NULL, NULL } });
	refused(s, "17", "gpio and 0 to 53");
	refused(s, "gpio 54", "gpio and 0 to 53");
	refused(s, "ncd 0x20 4", "0 to 3");
	refused(s, "ncd 0x30 1", "0x20 to 0x27");
	talk(s, (struct line[]){ { "gpio LINE", "gpio 17" }, { "low level", "" }, { NULL, NULL } });
	refused(s, "4800 4000", "the smaller first");
	refused(s, "4000", "two numbers");
	talk(s, (struct line[]){ { "watts", "4000 4800" }, { NULL, NULL } });
	refused(s, "the \"left\" one", "no quotes");
	talk(s, (struct line[]){ { "breaker", "" }, { "The next relay", "element" }, { NULL, NULL } });
	refused(s, "gpio 17", "that is where a.elt1.relay is");
	talk(s, (struct line[]){ { "a.elt2.relay: \"gpio LINE\"", "gpio 18" }, { "low level", "" }, { "watts", "0 0" },
		{ "breaker", "" }, { "The next relay", "" }, { NULL, NULL } });
	refused(s, "mqtt://host", "the port is asked for");
	talk(s, (struct line[]){ { "MQTT broker", "10.0.0.7" }, { "Encrypt", "no" }, { NULL, NULL } });
	refused(s, "0", "1 to 65535");
	talk(s, (struct line[]){ { "Its port [1883]", "" }, { NULL, NULL } });
	refused(s, "", "64 hex digits, or unsigned");
	refused(s, "d75a98", "64 hex digits, or unsigned");
	talk(s, (struct line[]){ { "public key", "unsigned" }, { "Check it, and write it", "no" }, { NULL, NULL } });
	assert_true(s->done);
	assert_false(s->write);
	/* Plain text to another machine is the configuration's to refuse. */
	assert_false(load(b));
	assert_non_null(strstr(b->problems.text[0], "allow_insecure_broker"));
}

/* A warm hand shows: the change since the first look stands in the question. */
static void a_warm_hand_shows(void **state)
{
	struct bench *b = *state;
	struct site *s = &b->site;
	char text[SITE_TEXT], why[SITE_WHY];

	found(s, "Adafruit__642", "0316a1");
	assert_null(site_sensor_asked(s));
	talk(s, (struct line[]){ { "AtomicTNode", "w.isone.me.mine.1" }, { "GNodeId", "" }, { "Rooms", "" }, { NULL, NULL } });
	assert_ptr_equal(site_sensor_asked(s), &s->sensors[0]);
	site_question(s, text);
	assert_non_null(strstr(text, "does not answer"));
	s->sensors[0].known = true;
	s->sensors[0].first_c = 21.5;
	s->sensors[0].now_c = 24.75;
	assert_true(site_answer(s, "", why));
	site_question(s, text);
	assert_non_null(strstr(text, "24.8 C, +3.2 since it was first read"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_make_a_house),
		TEST(ids_stay),
		TEST(the_least_is_one_relay),
		TEST(wrong_answers_are_refused),
		TEST(a_warm_hand_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

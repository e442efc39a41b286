/* SPDX-License-Identifier: MIT */
#include "cli/site_parts.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool site_refuse(char why[SITE_WHY], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, SITE_WHY, format, args);
	va_end(args);
	return false;
}

/* What would not stand between the quotes of a settings file. */
static bool is_plain(const char *text, size_t size)
{
	for (const char *c = text; *c != '\0'; c++)
		if (*c == '"' || *c == '\\' || iscntrl((unsigned char)*c))
			return false;
	return strlen(text) < size;
}

bool site_take_text(const char *answer, char *to, size_t size, char why[SITE_WHY])
{
	if (!is_plain(answer, size))
		return site_refuse(why, "at most %zu characters, no quotes or backslashes", size - 1);
	strcpy(to, answer);
	return true;
}

bool site_take_yes(const char *answer, bool fallback, bool *yes, char why[SITE_WHY])
{
	static const struct { const char *word; bool yes; } words[] = { { "yes", true }, { "y", true }, { "no", false },
		{ "n", false } };

	*yes = fallback;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(answer, words[i].word) == 0) {
			*yes = words[i].yes;
			return true;
		}
	return answer[0] == '\0' || site_refuse(why, "yes or no");
}

/* ---- the house ---- */

static bool is_word(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!islower((unsigned char)text[i]) && !(i > 0 && isdigit((unsigned char)text[i])))
			return false;
	return length > 0;
}

static void ask_alias(const struct site *s, char text[SITE_TEXT])
{
	(void)s;
	snprintf(text, SITE_TEXT, "Alias of this house's AtomicTNode (like w.isone.me.mine.1)");
}

/* Words of a-z and 0-9 joined by single dots, the first beginning with a letter (SF-41). */
static bool take_alias(struct site *s, const char *answer, char why[SITE_WHY])
{
	size_t length = strlen(answer);
	bool good = length > 0 && length < ALIAS_SIZE - 16 && islower((unsigned char)answer[0]) && answer[length - 1] != '.' &&
		strstr(answer, "..") == NULL && strspn(answer, "abcdefghijklmnopqrstuvwxyz0123456789.") == length;

	if (!good)
		return site_refuse(why, "words of a-z and 0-9 joined by single dots, a letter first");
	strcpy(s->alias, answer);
	return true;
}

static void ask_atn_id(const struct site *s, char text[SITE_TEXT])
{
	(void)s;
	snprintf(text, SITE_TEXT, "Its GNodeId, if it has one already (8-4-4-4-12 hex digits) [made of the alias]");
}

static bool take_atn_id(struct site *s, const char *answer, char why[SITE_WHY])
{
	struct uuid id;

	if (answer[0] != '\0' && !uuid_parse(answer, &id))
		return site_refuse(why, "8-4-4-4-12 hex digits, or nothing");
	s->atn_id[0] = '\0';
	if (answer[0] != '\0')
		uuid_text(id, s->atn_id);
	return true;
}

static void ask_rooms(const struct site *s, char text[SITE_TEXT])
{
	(void)s;
	snprintf(text, SITE_TEXT, "Rooms that have a thermometer, the most important first [living]");
}

static bool take_rooms(struct site *s, const char *answer, char why[SITE_WHY])
{
	const char *at = answer[0] != '\0' ? answer : "living";

	for (s->n_rooms = 0; *(at += strspn(at, " ,")) != '\0';) {
		size_t length = strcspn(at, " ,");

		if (!is_word(at, length) || length >= sizeof(s->rooms[0]))
			return site_refuse(why, "\"%.20s\": a-z and 0-9, a letter first, at most %zu", at, sizeof(s->rooms[0]) - 1);
		for (int i = 0; i < s->n_rooms; i++)
			if (strlen(s->rooms[i]) == length && strncmp(at, s->rooms[i], length) == 0)
				return site_refuse(why, "\"%s\" stands there twice", s->rooms[i]);
		if (s->n_rooms == SITE_ROOMS)
			return site_refuse(why, "at most %d rooms", SITE_ROOMS);
		snprintf(s->rooms[s->n_rooms++], sizeof(s->rooms[0]), "%.*s", (int)length, at);
		at += length;
	}
	return true;
}

/* ---- thermometers ---- */

static const struct { const char *word; enum site_place place; int most; } places[] = {
	{ "none", PLACE_NONE, SITE_SENSORS }, { "store", PLACE_STORE, SITE_STORE }, { "buffer", PLACE_BUFFER, SITE_STORE },
	{ "room", PLACE_ROOM, 1 }, { "outdoor", PLACE_OUTDOOR, 1 }, { "supply", PLACE_SUPPLY, 1 }, { "return", PLACE_RETURN, 1 },
};

static bool has_sensors(const struct site *s)
{
	return s->sensor < s->n_sensors;
}

static void ask_sensor(const struct site *s, char text[SITE_TEXT])
{
	const struct site_sensor *t = &s->sensors[s->sensor];
	char now[64] = "does not answer", rooms[SITE_ROOMS * 32] = "";

	if (t->known)
		snprintf(now, sizeof(now), "%.1f C, %+.1f since it was first read", t->now_c, t->now_c - t->first_c);
	for (int i = 0; i < s->n_rooms; i++)
		snprintf(rooms + strlen(rooms), sizeof(rooms) - strlen(rooms), "room %s, ", s->rooms[i]);
	snprintf(text, SITE_TEXT, "Thermometer %d of %d, %s: %s. Warm it with your hand.\n"
		"Where is it: store or buffer (top first), %soutdoor, supply, return, none [read again]", s->sensor + 1, s->n_sensors,
		t->hw_uid, now, rooms);
}

static int room_of(const struct site *s, const char *name)
{
	for (int i = 0; i < s->n_rooms; i++)
		if (strcmp(s->rooms[i], name) == 0)
			return i;
	return -1;
}

static int count_at(const struct site *s, enum site_place place, int room)
{
	int n = 0;

	for (int i = 0; i < s->sensor; i++)
		n += s->sensors[i].place == place && (place != PLACE_ROOM || s->sensors[i].index == room);
	return n;
}

/* An empty answer is no answer: it is read and asked again. */
static bool take_sensor(struct site *s, const char *answer, char why[SITE_WHY])
{
	struct site_sensor *t = &s->sensors[s->sensor];
	char word[16] = "", name[24] = "";
	int room = -1, n;

	if (answer[0] == '\0')
		return true;
	sscanf(answer, "%15s %23s", word, name);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strcmp(word, places[i].word) != 0)
			continue;
		room = places[i].place == PLACE_ROOM ? room_of(s, name) : 0;
		if (room < 0)
			return site_refuse(why, "which room? \"room\" and one of the names above");
		n = count_at(s, places[i].place, room);
		if (n >= places[i].most)
			return site_refuse(why, "\"%s\" has its thermometer%s already", answer, places[i].most > 1 ? "s" : "");
		t->place = places[i].place;
		t->index = t->place == PLACE_ROOM ? room : n;
		s->sensor++;
		return true;
	}
	return site_refuse(why, "one of the words above, or Enter to read it again");
}

/* ---- meter ---- */

static bool has_meter(const struct site *s)
{
	return s->meter_make[0] != '\0';
}

static void ask_meter(const struct site *s, char text[SITE_TEXT])
{
	snprintf(text, SITE_TEXT, "A meter answers: %s, serial number %s, unit %d on %.80s. Does it measure all heating? [yes]", s->meter_make,
		s->meter_serial, s->meter_unit, s->meter_port);
}

static bool take_meter(struct site *s, const char *answer, char why[SITE_WHY])
{
	return site_take_yes(answer, true, &s->meter_wanted, why);
}

/* ---- broker ---- */

static void ask_host(const struct site *s, char text[SITE_TEXT])
{
	(void)s;
	snprintf(text, SITE_TEXT, "MQTT broker of the AtomicTNode, name or address [none: the house heats by itself]");
}

static bool take_host(struct site *s, const char *answer, char why[SITE_WHY])
{
	if (strpbrk(answer, " /:") != NULL)
		return site_refuse(why, "a name or an address alone; the port is asked for");
	return site_take_text(answer, s->host, sizeof(s->host), why);
}

static bool has_host(const struct site *s)
{
	return s->host[0] != '\0';
}

static void ask_tls(const struct site *s, char text[SITE_TEXT])
{
	(void)s;
	snprintf(text, SITE_TEXT, "Encrypt (TLS) and check who the broker is? [yes]");
}

static bool take_tls(struct site *s, const char *answer, char why[SITE_WHY])
{
	return site_take_yes(answer, true, &s->tls, why);
}

static void ask_port(const struct site *s, char text[SITE_TEXT])
{
	snprintf(text, SITE_TEXT, "Its port [%d]", s->tls ? 8883 : 1883);
}

static bool take_port(struct site *s, const char *answer, char why[SITE_WHY])
{
	char *end;
	long n = strtol(answer, &end, 10);

	if (answer[0] == '\0')
		n = s->tls ? 8883 : 1883;
	if (*end != '\0' || n < 1 || n > 65535)
		return site_refuse(why, "a number from 1 to 65535");
	s->port = (int)n;
	return true;
}

static bool has_tls(const struct site *s)
{
	return has_host(s) && s->tls;
}

static void ask_ca(const struct site *s, char text[SITE_TEXT])
{
	(void)s;
	snprintf(text, SITE_TEXT, "File with the certificate of its authority [the system's]");
}

static bool take_ca(struct site *s, const char *answer, char why[SITE_WHY])
{
	if (answer[0] != '\0' && answer[0] != '/')
		return site_refuse(why, "an absolute path, or nothing");
	return site_take_text(answer, s->ca_file, sizeof(s->ca_file), why);
}

/* Never by default: who signs nothing can be spoken for by anybody who reaches the broker. */
static void ask_key(const struct site *s, char text[SITE_TEXT])
{
	(void)s;
	snprintf(text, SITE_TEXT, "The AtomicTNode's public key (64 hex digits), or the word unsigned");
}

static bool take_key(struct site *s, const char *answer, char why[SITE_WHY])
{
	s->atn_key[0] = '\0';
	if (strcmp(answer, "unsigned") == 0)
		return true;
	if (strlen(answer) != sizeof(s->atn_key) - 1 || strspn(answer, "0123456789abcdefABCDEF") != strlen(answer))
		return site_refuse(why, "64 hex digits, or unsigned");
	strcpy(s->atn_key, answer);
	return true;
}

/* ---- the end ---- */

static int count_devices(const struct site *s, int *thermometers)
{
	*thermometers = 0;
	for (int i = 0; i < s->n_sensors; i++)
		*thermometers += s->sensors[i].place != PLACE_NONE;
	return *thermometers + s->n_relays + s->meter_wanted;
}

static void ask_write(const struct site *s, char text[SITE_TEXT])
{
	int placed;

	count_devices(s, &placed);
	snprintf(text, SITE_TEXT, "House %s: %d thermometers, %d relays, %s, %s%s. Check it, and write it if it is good? [yes]", s->alias,
		placed, s->n_relays, s->meter_wanted ? "a meter" : "no meter", has_host(s) ? "broker " : "no broker", s->host);
}

static bool take_write(struct site *s, const char *answer, char why[SITE_WHY])
{
	int unused;

	if (!site_take_yes(answer, true, &s->write, why))
		return false;
	return !s->write || count_devices(s, &unused) > 0 ||
		site_refuse(why, "a house without any device is none the service could run - no, then look at: spaceheat doctor");
}

static const struct {
	bool (*due)(const struct site *);	/* NULL: always */
	void (*ask)(const struct site *, char text[SITE_TEXT]);
	bool (*take)(struct site *, const char *answer, char why[SITE_WHY]);
} questions[N_QUESTIONS] = {
	[Q_ALIAS]  = { NULL,               ask_alias,      take_alias },
	[Q_ATN_ID] = { NULL,               ask_atn_id,     take_atn_id },
	[Q_ROOMS]  = { NULL,               ask_rooms,      take_rooms },
	[Q_SENSOR] = { has_sensors,        ask_sensor,     take_sensor },
	[Q_METER]  = { has_meter,          ask_meter,      take_meter },
	[Q_KIND]   = { NULL,               site_ask_kind,  site_take_kind },
	[Q_PLACE]  = { site_has_relay,     site_ask_place, site_take_place },
	[Q_LOW]    = { site_has_relay,     site_ask_low,   site_take_low },
	[Q_FAIL]   = { site_may_hand_back, site_ask_fail,  site_take_fail },
	[Q_WATTS]  = { site_has_relay,     site_ask_watts, site_take_watts },
	[Q_LABEL]  = { site_has_relay,     site_ask_label, site_take_label },
	[Q_HOST]   = { NULL,               ask_host,       take_host },
	[Q_TLS]    = { has_host,           ask_tls,        take_tls },
	[Q_PORT]   = { has_host,           ask_port,       take_port },
	[Q_CA]     = { has_tls,            ask_ca,         take_ca },
	[Q_KEY]    = { has_host,           ask_key,        take_key },
	[Q_WRITE]  = { NULL,               ask_write,      take_write },
};

static bool is_due(const struct site *s)
{
	return questions[s->question].due == NULL || questions[s->question].due(s);
}

struct site_sensor *site_sensor_asked(struct site *s)
{
	return !s->done && s->question == Q_SENSOR ? &s->sensors[s->sensor] : NULL;
}

void site_question(const struct site *s, char text[SITE_TEXT])
{
	questions[s->question].ask(s, text);
}

bool site_answer(struct site *s, const char *answer, char why[SITE_WHY])
{
	why[0] = '\0';
	if (!questions[s->question].take(s, answer, why))
		return false;
	if (s->question == Q_SENSOR && has_sensors(s))
		return true;	/* the next one, or the same again */
	do
		s->question++;
	while (s->question < N_QUESTIONS && !is_due(s));
	s->done = s->question == N_QUESTIONS;
	return true;
}

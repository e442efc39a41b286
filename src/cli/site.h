/* SPDX-License-Identifier: MIT */
/* site.h: what `spaceheat setup` asks of a house, as a table of questions, and the two files that the answers make. Pure:
 * answers are lines of text, whoever typed them. */
#ifndef CLI_SITE_H
#define CLI_SITE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

#include "spaceheat/house.h"
#include "spaceheat/settings.h"

enum { SITE_ROOMS = 8, SITE_SENSORS = 48, SITE_WHY = 160, SITE_TEXT = 600, SITE_STORE = 8 };

/* Where a thermometer hangs. */
enum site_place { PLACE_NONE, PLACE_STORE, PLACE_BUFFER, PLACE_ROOM, PLACE_OUTDOOR, PLACE_SUPPLY, PLACE_RETURN };

/* A thermometer that was found. The caller keeps what it says now. */
struct site_sensor {
	const char *make_model;		/* of its driver; the word of its symbol */
	char hw_uid[64];
	bool known, ever;
	double now_c, first_c;		/* first: when it was read for the first time */
	enum site_place place;
	int index;			/* which room, or which from the top of a tank */
};

struct site_relay {
	enum relay_kind kind;
	char node[ALIAS_SIZE];
	enum make_model make;
	char board[8];			/* "0x20"; "" = a GPIO line */
	int gpio;
	bool active_low;
	enum fail_state fail_state;
	int expected_w[2];
	char label[WORD_SIZE];
};

struct site {
	char alias[ALIAS_SIZE];
	char atn_id[UUID_TEXT];		/* "" = made of the alias */
	char rooms[SITE_ROOMS][24];
	int n_rooms;
	struct site_sensor sensors[SITE_SENSORS];	/* those found, put there before the first question */
	int n_sensors, sensor;
	struct site_relay relays[HOUSE_MAX_RELAYS];
	int n_relays;			/* the last one may still be asked about */
	/* The meter that answered; "" = none. */
	char meter_make[40], meter_serial[32], meter_port[PATH_SIZE];
	int meter_unit;
	bool meter_wanted;
	char host[128], ca_file[PATH_SIZE];	/* host: of the broker; "" = none */
	int port;
	bool tls;
	char atn_key[65];		/* "" = it signs nothing */
	int question;			/* of the table; */
	bool done, write;		/* all asked; and the files are wanted */
};

/* Of a thermometer: what it should say now, to be read before the question; NULL: another question. */
struct site_sensor *site_sensor_asked(struct site *);
/* The question that is due. */
void site_question(const struct site *, char text[SITE_TEXT]);
/* Its answer, without a line end; "" = what stands in brackets. False: refused, why; the same question is due again. */
bool site_answer(struct site *, const char *answer, char why[SITE_WHY]);

/* houses.json with this house alone, to be freed. */
cJSON *site_house(const struct site *);
/* conf.d/10-site.cfg; houses_file is what it names. */
void site_print_cfg(FILE *, const struct site *, const char *houses_file);

#endif

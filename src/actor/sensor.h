/* SPDX-License-Identifier: MIT */
/* sensor.h: reads the sensors of one bus, on time, and says what each reading is worth.
 *
 * Each poll of each channel becomes one reading to scada, good or not, several of one instant in one message; a
 * channel that failed is used again after three good readings (SF-82); one that stands still where it cannot is
 * `stuck` (SF-80). A bus that hangs delays this actor alone (SF-84). */
#ifndef ACTOR_SENSOR_H
#define ACTOR_SENSOR_H

#include "actor/poll.h"
#include "core/control/still.h"
#include "spaceheat/actor.h"
#include "spaceheat/driver.h"
#include "spaceheat/house.h"
#include "spaceheat/settings.h"

enum {
	SENSOR_GOOD_BEFORE_USE = 3,
	SENSOR_POWER_UP_MC = 85000,	/* what a DS18B20 says before its first conversion (SF-81) */
	SENSOR_HOT_MC = 75000,		/* 85 degrees are believed after at least this ... */
	SENSOR_HOT_MS = 60000,		/* ... not longer ago than this */
	SENSOR_JUMP_SLACK_MC = 500,	/* noise and resolution, however short the time */
	SENSOR_POWER_UPS_QUIET = 2,	/* power-up values at the start that nobody needs to hear of */
};

struct sensor_sample { bool known; int64_t code, mc; struct mono at; };

struct sensor_channel {
	int channel;
	const struct driver *driver;	/* NULL: no driver knows this make */
	struct device device;
	bool open, announced;		/* announced: its remark was said */
	bool used, told;		/* used: has been good; told: a line about its quality was said */
	enum quality quality;		/* as last said */
	int good_in_a_row, power_ups;
	uint32_t failures;
	struct sensor_sample good, last;	/* the last believed; the last that was in range */
	enum still_watch watch;
	struct still still;
	int beside[2];			/* the layers above and below, of this actor's channels; -1: none here */
};

struct sensor {
	const struct house *house;
	int64_t lowest_mc, highest_mc, jump_mc_per_min;
	struct bus bus;
	struct poll poll;
	struct sensor_channel channels[HOUSE_MAX_CHANNELS];
	int n, next;			/* next: of the round under way; n = none is */
	const char *prepared;		/* what was last said of preparing a round */
};

/* The channels that are read on that bus; those without a driver are on the first. Returns how many. */
int sensor_channels_on(const struct house *, enum sense_bus, int list[HOUSE_MAX_CHANNELS]);
/* `channels` index house->channels; the bus is copied, the settings stay where they
 * are, as does the struct. */
void sensor_init(struct sensor *, const struct house *, const struct settings *, const int channels[], int n,
	const struct bus *);
/* Between two steps: other limits, and devices opened anew. */
void sensor_reload(struct sensor *, const struct settings *);
void sensor_step(void *self, const struct msg *, struct outbox *);

#endif

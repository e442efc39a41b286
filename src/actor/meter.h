/* SPDX-License-Identifier: MIT */
/* meter.h: reads the electric meter, power and current, every poll; silence is `unknown`, never 0
 * (SF-85).
 *
 * A missed poll is bridged as long as the next one still comes in time; after that the quality is
 * `unknown`, at the latest 5 s after the last good reading. After 60 s of silence one METER line, and
 * one on its return. */
#ifndef ACTOR_METER_H
#define ACTOR_METER_H

#include "actor/poll.h"
#include "spaceheat/actor.h"
#include "spaceheat/driver.h"
#include "spaceheat/house.h"
#include "spaceheat/settings.h"

enum {
	METER_MAX_CHANNELS = 8,
	METER_UNKNOWN_MS = 5000,
	METER_LATE_MS = 500,	/* a poll may come, and its question may take, so much longer */
	METER_REPORT_MS = 60000,
	METER_REVERSED_W = -50,		/* what takes power reads no less but by a wrong wiring */
};

struct meter_channel {
	int channel;
	int device;			/* index in devices */
	bool heard;			/* since the start */
	struct mono good_at;		/* or when we began to listen */
	bool reported;			/* the METER line of this silence was said */
};

/* Power and current of one meter come over one connection. */
struct meter_device {
	int component;
	const struct driver *driver;	/* NULL: no driver knows this make */
	struct device device;
	bool open;
};

struct meter {
	const struct house *house;
	struct bus bus;
	struct poll poll;
	bool started;
	struct meter_channel channels[METER_MAX_CHANNELS];
	int n;
	struct meter_device devices[METER_MAX_CHANNELS];
	int n_devices;
};

/* Takes all channels of the house's electric meters. The bus is copied, the settings stay where they
 * are, as does the struct. */
void meter_init(struct meter *, const struct house *, const struct settings *, const struct bus *);
void meter_step(void *self, const struct msg *, struct outbox *);

#endif

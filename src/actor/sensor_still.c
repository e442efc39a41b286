/* SPDX-License-Identifier: MIT */
#include "actor/sensor_still.h"

static int channel_on(const struct sensor *s, int node)
{
	for (int i = 0; i < s->n; i++) {
		const struct channel *c = &s->house->channels[s->channels[i].channel];

		if (node != NO_NODE && c->about == node && channel_is_temperature(c))
			return i;
	}
	return -1;
}

/* Layers from the top down; each has the one before and the one after beside it. */
static void watch_tank(struct sensor *s, const int layers[], int n)
{
	for (int i = 0; i < n; i++) {
		int at = channel_on(s, layers[i]);

		if (at < 0)
			continue;
		s->channels[at].watch = STILL_IN_TANK;
		s->channels[at].beside[0] = i > 0 ? channel_on(s, layers[i - 1]) : -1;
		s->channels[at].beside[1] = i + 1 < n ? channel_on(s, layers[i + 1]) : -1;
	}
}

static void watch_alone(struct sensor *s, int node)
{
	int at = channel_on(s, node);

	if (at >= 0 && s->channels[at].watch == STILL_NOT_WATCHED)
		s->channels[at].watch = STILL_ALONE;
}

void sensor_still_watch(struct sensor *s, const struct settings *settings)
{
	for (int i = 0; i < s->n; i++) {
		s->channels[i].watch = STILL_NOT_WATCHED;
		s->channels[i].beside[0] = s->channels[i].beside[1] = -1;
	}
	watch_tank(s, settings->roles.store, settings->roles.n_store);
	watch_tank(s, settings->roles.buffer, settings->roles.n_buffer);
	for (int i = 0; i < settings->n_zones; i++)
		watch_alone(s, settings->zones[i].sensor);
	watch_alone(s, settings->roles.outdoor);
}

static void tell_beside(struct sensor *s, const struct sensor_channel *c, int64_t mc)
{
	for (int i = 0; i < 2; i++)
		if (c->beside[i] >= 0)
			still_beside(&s->channels[c->beside[i]].still, mc);
}

bool sensor_still_stuck(struct sensor *s, struct sensor_channel *c, int64_t code, struct mono now, struct err *e)
{
	int64_t mc = channel_mc(&s->house->channels[c->channel], code);
	long long minutes;

	if (!c->driver->restless || c->device.held)
		return false;
	still_take(&c->still, code, now);
	if (still_stuck(&c->still, c->watch, now)) {
		minutes = (long long)(mono_since(now, c->still.since) / 60000);
		if (c->watch == STILL_IN_TANK)
			err_set(e, ERR_RANGE, 0, "%.1f C for %lld min while the water beside it moved by %.1f K: replace it",
				(double)mc / 1000, minutes, (double)(c->still.high_mc - c->still.low_mc) / 1000);
		else
			err_set(e, ERR_RANGE, 0, "exactly %.1f C for %lld min, no room keeps so still: replace it",
				(double)mc / 1000, minutes);
		return true;
	}
	tell_beside(s, c, mc);
	return false;
}

/* SPDX-License-Identifier: MIT */
#include "actor/meter.h"

#include <string.h>

/* The device that measures the channel: one it shares with another, or a new one. */
static int device_of(struct meter *m, const struct settings *settings, const struct channel *c)
{
	for (int i = 0; i < m->n_devices; i++)
		if (m->devices[i].component == c->component)
			return i;
	m->devices[m->n_devices] = (struct meter_device){ .component = c->component,
		.driver = driver_for(m->house, c),
		.device = { .bus = &m->bus, .alias = house_alias(m->house, c->by), .root = settings->meter.port,
			.settings = settings, .fd = -1 } };
	return m->n_devices++;
}

/* Not every meter tells a current; what is never told is no fault. */
static bool is_measured(const struct house *h, const struct settings *settings, const struct channel *c)
{
	const struct driver *driver;

	if (c->name != TELEMETRY_POWER_W && c->name != TELEMETRY_CURRENT_UA)
		return false;
	driver = driver_for(h, c);
	return driver == NULL || driver->measures == NULL || driver->measures(driver, settings, c->name);
}

void meter_init(
	struct meter *m, const struct house *h, const struct settings *settings, const struct bus *bus)
{
	memset(m, 0, sizeof(*m));
	m->house = h;
	m->bus = *bus;
	m->poll.period_ms = settings->meter.poll_ms;
	for (int i = 0; i < h->n_channels && m->n < METER_MAX_CHANNELS; i++)
		if (is_measured(h, settings, &h->channels[i]))
			m->channels[m->n++] = (struct meter_channel){ .channel = i,
				.device = device_of(m, settings, &h->channels[i]) };
}

static const struct channel *channel_of(const struct meter *m, const struct meter_channel *c)
{
	return &m->house->channels[c->channel];
}

static bool fetch(struct meter *m, struct meter_channel *c, int64_t *code, struct err *e)
{
	const struct channel *channel = channel_of(m, c);
	struct meter_device *d = &m->devices[c->device];

	if (d->driver == NULL)
		return err_set(e, ERR_ABSENT, 0, "no driver for it - check its make in houses.json");
	if (!d->open)
		d->open = d->driver->open(&d->device, &m->house->components[channel->component], e);
	if (!d->open || !d->driver->read(&d->device, channel->name, code, e))
		return false;
	if (channel->name == TELEMETRY_POWER_W && *code < METER_REVERSED_W)
		return err_set(e, ERR_RANGE, 0, "reversed: %lld W", (long long)*code);
	return true;
}

static void say_reading(struct meter *m, const struct meter_channel *c, enum quality quality,
	int64_t code, const struct msg *in, struct outbox *out)
{
	struct msg say_it = { .type = MSG_READING, .to = TO_SCADA, .reading = { .channel = c->channel,
		.quality = quality, .code = code, .at = in->now, .tick = poll_tick(&m->poll, in->clock) } };
	struct msg_reading *r = &say_it.reading;
	struct meter_device *d = &m->devices[c->device];
	struct err e;

	/* The register goes with the power of the same moment; without it the power alone is counted. */
	if (quality == QUALITY_GOOD && channel_of(m, c)->name == TELEMETRY_POWER_W && d->driver->energy_wh != NULL)
		r->has_register = d->driver->energy_wh(&d->device, &r->register_wh, &e);
	say(out, &say_it);
}

/* Power and current of one meter fall silent together: one line is enough. */
static bool line_said(const struct meter *m, const struct meter_channel *about)
{
	for (int i = 0; i < m->n; i++)
		if (m->channels[i].reported && channel_of(m, &m->channels[i])->by == channel_of(m, about)->by)
			return true;
	return false;
}

static void answered(const struct meter *m, struct meter_channel *c, struct mono now, struct outbox *out)
{
	bool was_reported = c->reported;

	c->reported = false;
	if (was_reported && !line_said(m, c))
		record(out, LEVEL_INFO, LOG_METER, channel_of(m, c)->by, QUALITY_GOOD,
			"answers again (silent_s=%lld)", (long long)(mono_since(now, c->good_at) / 1000));
	c->heard = true;
	c->good_at = now;
}

static void silent(struct meter *m, struct meter_channel *c, const struct err *e, const struct msg *in,
	struct outbox *out)
{
	int64_t silent_ms = mono_since(in->now, c->good_at);

	if (!c->heard || silent_ms + m->poll.period_ms + METER_LATE_MS >= METER_UNKNOWN_MS)
		say_reading(m, c, QUALITY_UNKNOWN, 0, in, out);
	if (silent_ms < METER_REPORT_MS || c->reported)
		return;
	if (!line_said(m, c))
		record(out, LEVEL_WARNING, LOG_METER, channel_of(m, c)->by, QUALITY_UNKNOWN,
			"no reading for %lld s: %.80s - check %s", (long long)(silent_ms / 1000), e->text,
			e->code == ERR_RANGE ? "which way round its current clamps are" :
			"its cable and meter.port, baud, unit_id");
	c->reported = true;
}

static void read_all(struct meter *m, const struct msg *in, struct outbox *out)
{
	poll_begin(&m->poll, in->clock);
	for (int i = 0; i < m->n; i++) {
		struct meter_channel *c = &m->channels[i];
		struct err e = { .code = ERR_NONE };
		int64_t code = 0;

		if (!m->started)
			c->good_at = in->now;
		if (fetch(m, c, &code, &e)) {
			answered(m, c, in->now, out);
			say_reading(m, c, QUALITY_GOOD, code, in, out);
		} else {
			silent(m, c, &e, in, out);
		}
	}
	m->started = true;
	poll_end(&m->poll, in->now, in->clock);
}

static void close_all(struct meter *m)
{
	for (int i = 0; i < m->n_devices; i++) {
		if (m->devices[i].open)
			m->devices[i].driver->close(&m->devices[i].device);
		m->devices[i].open = false;
	}
}

void meter_step(void *self, const struct msg *in, struct outbox *out)
{
	struct meter *m = self;

	if (in->type == MSG_STOP) {
		close_all(m);
		out->wake_at = MONO_NEVER;
		return;
	}
	if (in->type == MSG_TICK && mono_reached(in->now, m->poll.next))
		read_all(m, in, out);
	out->wake_at = m->poll.next;
}

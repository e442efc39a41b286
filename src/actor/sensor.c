/* SPDX-License-Identifier: MIT */
#include "actor/sensor.h"

#include <string.h>

#include "actor/sensor_still.h"

enum {
	TRIES = 2,             /* a checksum error is read again at once: noise on the line passes */
	LINES_PER_CHANNEL = 5, /* of the outbox, at most: reading, remarks, quality as line and event */
};

static void take_limits(struct sensor *s, const struct settings *settings)
{
	s->lowest_mc = (int64_t)(settings->sensors.plausible_c[0] * 1000);
	s->highest_mc = (int64_t)(settings->sensors.plausible_c[1] * 1000);
	s->jump_mc_per_min = (int64_t)(settings->sensors.reject_jump_k_per_min * 1000);
	s->poll.period_ms = settings->sensors.poll_s * 1000;
}

int sensor_channels_on(const struct house *h, enum sense_bus bus, int list[HOUSE_MAX_CHANNELS])
{
	int n = 0;

	for (int i = 0; i < h->n_channels; i++) {
		const struct channel *c = &h->channels[i];
		const struct driver *driver = driver_for(h, c);

		if (c->about == c->by && c->name != TELEMETRY_RELAY_STATE &&
			(driver != NULL ? driver->bus : SENSE_W1) == bus)
			list[n++] = i;
	}
	return n;
}

void sensor_init(struct sensor *s, const struct house *h, const struct settings *settings,
	const int channels[], int n, const struct bus *bus)
{
	memset(s, 0, sizeof(*s));
	s->house = h;
	s->bus = *bus;
	take_limits(s, settings);
	for (int i = 0; i < n && i < HOUSE_MAX_CHANNELS; i++) {
		const struct channel *channel = &h->channels[channels[i]];

		s->channels[s->n++] = (struct sensor_channel){
			.channel = channels[i], .driver = driver_for(h, channel), .quality = QUALITY_UNKNOWN,
			.device = { .bus = &s->bus, .alias = house_alias(h, channel->by), .fd = -1,
				.root = settings->sensors.w1_root, .settings = settings },
		};
	}
	s->next = s->n;
	sensor_still_watch(s, settings);
}

static const struct channel *channel_of(const struct sensor *s, const struct sensor_channel *c)
{
	return &s->house->channels[c->channel];
}

static bool open_device(const struct sensor *s, struct sensor_channel *c, struct outbox *out, struct err *e)
{
	const struct channel *channel = channel_of(s, c);

	if (c->driver == NULL)
		return err_set(e, ERR_ABSENT, 0, "no driver for it - check its make in houses.json");
	if (c->open)
		return true;
	c->open = c->driver->open(&c->device, &s->house->components[channel->component], e);
	if (c->open && c->device.remark != NULL && !c->announced) {
		c->announced = true;
		note(out, LEVEL_INFO, LOG_SENSOR, channel->by, "%s", c->device.remark);
	}
	return c->open;
}

static void close_device(struct sensor_channel *c)
{
	if (c->open)
		c->driver->close(&c->device);
	c->open = false;
}

void sensor_reload(struct sensor *s, const struct settings *settings)
{
	take_limits(s, settings);
	for (int i = 0; i < s->n; i++)
		close_device(&s->channels[i]);
	sensor_still_watch(s, settings);
}

static bool fetch(
	const struct sensor *s, struct sensor_channel *c, struct outbox *out, int64_t *code, struct err *e)
{
	if (!open_device(s, c, out, e))
		return false;
	for (int i = 0; i < TRIES; i++) {
		if (c->driver->read(&c->device, channel_of(s, c)->name, code, e))
			return true;
		if (e->code != ERR_FORMAT && e->code != ERR_SHORT)
			break;
	}
	if (e->code == ERR_ABSENT)
		close_device(c); /* looked for anew at the next poll: it may return under another path */
	return false;
}

static enum quality quality_of_failure(enum err_code code)
{
	if (code == ERR_RANGE || code == ERR_ABSENT)
		return QUALITY_OPEN;
	if (code == ERR_SHORT)
		return QUALITY_SHORT;
	return code == ERR_FORMAT ? QUALITY_CRC : QUALITY_UNKNOWN;
}

/* SF-81. */
static bool is_power_up(const struct sensor_channel *c, int64_t mc, struct mono now)
{
	if (mc != SENSOR_POWER_UP_MC || !c->driver->says_85_first)
		return false;
	return !c->good.known || mono_since(now, c->good.at) >= SENSOR_HOT_MS ||
		c->good.mc < SENSOR_HOT_MC;
}

static bool in_range(const struct sensor *s, int64_t mc)
{
	return mc >= s->lowest_mc && mc <= s->highest_mc;
}

static bool reachable(const struct sensor *s, const struct sensor_sample *from, int64_t mc, struct mono now)
{
	int64_t moved_mc = mc - from->mc;
	int64_t allowed_mc = SENSOR_JUMP_SLACK_MC + s->jump_mc_per_min * mono_since(now, from->at) / 60000;

	return from->known && moved_mc <= allowed_mc && moved_mc >= -allowed_mc;
}

/* Neither near what was believed nor near the reading before. Water in a pipe may jump: a pump that
 * starts brings 40 K in seconds. */
static bool is_jump(const struct sensor *s, const struct sensor_channel *c, int64_t mc, struct mono now)
{
	const struct node *node = &s->house->nodes[channel_of(s, c)->by];

	if (node->role == ROLE_PIPE_TEMP_SENSOR || !c->last.known)
		return false;
	return !reachable(s, &c->good, mc, now) && !reachable(s, &c->last, mc, now);
}

/* What a code is worth by itself; fills err when it is not good. */
static enum quality judge(struct sensor *s, struct sensor_channel *c, int64_t code, struct mono now,
	struct err *e)
{
	const struct channel *channel = channel_of(s, c);
	int64_t mc;
	bool jump;

	if (!channel_is_temperature(channel))
		return QUALITY_GOOD;
	mc = channel_mc(channel, code);
	if (is_power_up(c, mc, now)) {
		c->power_ups++;
		err_set(e, ERR_RANGE, 0, "exactly 85 C, the value after power-up: check its supply");
		return QUALITY_UNKNOWN;
	}
	if (!in_range(s, mc)) {
		err_set(e, ERR_RANGE, 0, "%.1f C is outside sensors.plausible_c", (double)mc / 1000);
		return QUALITY_IMPLAUSIBLE;
	}
	jump = is_jump(s, c, mc, now);
	c->last = (struct sensor_sample){ true, code, mc, now };
	if (!jump)
		return sensor_still_stuck(s, c, code, now, e) ? QUALITY_STUCK : QUALITY_GOOD;
	err_set(e, ERR_RANGE, 0, "jump to %.1f C, faster than sensors.reject_jump_k_per_min",
		(double)mc / 1000);
	return QUALITY_IMPLAUSIBLE;
}

static bool is_short(int64_t code)
{
	return code >= INT32_MIN && code <= INT32_MAX;
}

static struct msg_brief brief(const struct msg_reading *r)
{
	return (struct msg_brief){ .code = (int32_t)r->code, .channel = (int16_t)r->channel, .quality = (uint8_t)r->quality };
}

/* Into the message before it, when that is one of the same instant and has room. */
static bool join(struct msg *last, const struct msg_reading *r)
{
	struct msg_reading first = last->reading;

	if (last->type == MSG_READING && is_short(first.code) && first.at.ms == r->at.ms && first.tick.ms == r->tick.ms) {
		last->type = MSG_READINGS;
		last->readings = (struct msg_readings){ .at = first.at, .tick = first.tick, .n = 1, .list = { brief(&first) } };
	}
	if (last->type != MSG_READINGS || last->readings.n == READINGS_MOST || !is_short(r->code) ||
		last->readings.at.ms != r->at.ms || last->readings.tick.ms != r->tick.ms)
		return false;
	last->readings.list[last->readings.n++] = brief(r);
	return true;
}

static void say_reading(const struct sensor_channel *c, int64_t code, struct wall tick, struct mono now,
	struct outbox *out)
{
	const struct msg_reading r = { .channel = c->channel, .quality = c->quality,
		.code = c->quality == QUALITY_GOOD ? code : 0, .at = now, .tick = tick };

	if (out->n == 0 || !join(&out->box[out->n - 1], &r))
		say(out, &(struct msg){ .type = MSG_READING, .to = TO_SCADA, .reading = r });
}

static void failed(const struct sensor *s, struct sensor_channel *c, enum quality quality,
	const struct err *e, struct outbox *out)
{
	bool starting = !c->used && !c->told && c->power_ups > 0 && c->power_ups <= SENSOR_POWER_UPS_QUIET;

	c->good_in_a_row = 0;
	c->failures++;
	if (!starting && (quality != c->quality || !c->told)) {
		c->told = true;
		record(out, LEVEL_WARNING, LOG_SENSOR, channel_of(s, c)->by, (int32_t)quality,
			"%s: %.100s (device=%.40s)", quality_name(quality), e->text,
			c->device.address[0] != '\0' ? c->device.address : "none");
	}
	c->quality = quality;
}

/* A reading that is good by itself; one that failed before is used after three of them (SF-82). */
static void succeeded(const struct sensor *s, struct sensor_channel *c, int64_t code, struct mono now,
	struct outbox *out)
{
	int needed = c->used || c->told ? SENSOR_GOOD_BEFORE_USE : 1;

	c->good_in_a_row++;
	if (c->quality != QUALITY_GOOD && c->good_in_a_row < needed)
		return;
	c->quality = QUALITY_GOOD;
	c->used = true;
	c->good = (struct sensor_sample){ true, code, c->last.mc, now };
	if (c->told)
		record(out, LEVEL_INFO, LOG_SENSOR, channel_of(s, c)->by, (int32_t)QUALITY_GOOD,
			"good again (failures=%u)", c->failures);
	c->told = false;
}

static void read_channel(struct sensor *s, struct sensor_channel *c, const struct msg *in, struct outbox *out)
{
	struct err e = { .code = ERR_NONE };
	enum quality quality;
	int64_t code = 0;

	if (fetch(s, c, out, &code, &e))
		quality = judge(s, c, code, in->now, &e);
	else
		quality = quality_of_failure(e.code);
	if (quality == QUALITY_GOOD)
		succeeded(s, c, code, in->now, out);
	else
		failed(s, c, quality, &e, out);
	say_reading(c, code, poll_tick(&s->poll, in->clock), in->now, out);
}

/* What one driver can do for all its devices; the first round opens them. */
static void prepare(struct sensor *s, struct outbox *out)
{
	const char *did = NULL;

	for (int i = 0; i < s->n && did == NULL; i++)
		if (s->channels[i].open && s->channels[i].driver->prepare != NULL)
			did = s->channels[i].driver->prepare(&s->channels[i].device);
	if (did != NULL && did != s->prepared) {
		s->prepared = did;
		note(out, LEVEL_INFO, LOG_SENSOR, NO_NODE, "%s", did);
	}
}

/* A real sensor may take 0.9 s to answer, so each gets a delivery, and thereby a time, of its own.
 * Simulated ones answer at once and are read together, in one instant of simulated time. */
static void go_on(struct sensor *s, const struct msg *in, struct outbox *out)
{
	if (s->next == s->n) {
		poll_begin(&s->poll, in->clock);
		s->next = 0;
		prepare(s, out);
	}
	while (s->next < s->n) {
		read_channel(s, &s->channels[s->next++], in, out);
		if (!s->house->simulated || out->n > OUTBOX_MAX - LINES_PER_CHANNEL)
			break;
	}
	if (s->next == s->n)
		poll_end(&s->poll, in->now, in->clock);
}

void sensor_step(void *self, const struct msg *in, struct outbox *out)
{
	struct sensor *s = self;

	if (in->type == MSG_STOP) {
		for (int i = 0; i < s->n; i++)
			close_device(&s->channels[i]);
		out->wake_at = MONO_NEVER;
		return;
	}
	if (in->type == MSG_TICK && mono_reached(in->now, s->poll.next))
		go_on(s, in, out);
	out->wake_at = s->poll.next;
}

/* SPDX-License-Identifier: MIT */
/* pulse_flow.c: a flow meter that closes a contact, or pulls a line low, once per so many millilitres.
 *
 * Component.Gpio is the line, Component.MicrolitersPerPulse the size of a pulse. The code is millilitres a minute. */
#include "pulse_flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "edge_line.h"
#include "spaceheat/driver.h"
#include "spaceheat/settings.h"

enum { MOST_ML_MIN = 500000, FIRST_WINDOW_MS = 1000 };

static const int64_t NS_PER_S = 1000000000, QUIET_NS = 60 * 1000000000LL;

static int64_t rate(int64_t pulses, int64_t ul_per_pulse, int64_t ns)
{
	return ns <= 0 ? MOST_ML_MIN + 1 :
		(int64_t)((double)pulses * (double)ul_per_pulse / 1000 * 60 * (double)NS_PER_S / (double)ns + 0.5);
}

/* None since: no more than what one pulse just now would mean. */
static int64_t none_since(const struct pulse_flow *f, int64_t now_ns, int64_t ul_per_pulse)
{
	int64_t silent_ns = now_ns - f->last_ns, most;

	if (f->ml_min == 0 || (silent_ns > QUIET_NS && silent_ns > 3 * f->between_ns))
		return 0;
	most = rate(1, ul_per_pulse, silent_ns);
	return most < f->ml_min ? most : f->ml_min;
}

bool pulse_flow_look(struct pulse_flow *f, uint32_t pulses, int64_t last_ns, int64_t now_ns, int64_t ul_per_pulse,
	int64_t *ml_min, struct err *e)
{
	int64_t n = (uint32_t)(pulses - f->pulses), ns = 0;

	if (n == 0) {
		f->ml_min = none_since(f, now_ns, ul_per_pulse);
	} else {
		ns = f->ml_min > 0 ? last_ns - f->last_ns : now_ns - f->read_ns;
		f->between_ns = ns / n;
		f->ml_min = rate(n, ul_per_pulse, ns);
		f->last_ns = last_ns;
	}
	f->pulses = pulses;
	f->read_ns = now_ns;
	*ml_min = f->ml_min;
	if (f->ml_min <= MOST_ML_MIN)
		return true;
	f->ml_min = 0;
	return err_set(e, ERR_RANGE, 0, "%lld pulses in %.2f s: noise on its line - see sensors.flow_bias and "
		"flow_debounce_ms", (long long)n, (double)ns / 1e9);
}

/* ---- the driver ---- */

struct meter_line { struct pulse_flow flow; uint32_t edges; int64_t last_ns, ul_per_pulse; };

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static bool check(const struct component *c, struct err *e)
{
	if (c->gpio < 0)
		return err_set(e, ERR_CONFIG, 0, "no Gpio in houses.json");
	return c->ul_per_pulse > 0 || err_set(e, ERR_CONFIG, 0, "no MicrolitersPerPulse in houses.json");
}

static bool pulse_flow_open(struct device *d, const struct component *c, struct err *e)
{
	const struct settings *s = d->settings;
	struct meter_line *line;

	if (!check(c, e))
		return err_in(e, "flow meter");
	line = calloc(1, sizeof(*line));
	if (line == NULL)
		return err_set(e, ERR_MEMORY, 0, "no memory");
	d->fd = edge_line_open(s->guard.gpio_chip, c->gpio, s->sensors.flow_bias, s->sensors.flow_debounce_ms, e);
	if (d->fd < 0) {
		free(line);
		return err_in(e, "flow meter on GPIO %d", c->gpio);
	}
	line->ul_per_pulse = c->ul_per_pulse;
	line->flow.read_ns = now_ns();
	d->handle = line;
	d->line = c->gpio;
	snprintf(d->address, sizeof(d->address), "GPIO %d", c->gpio);
	return true;
}

/* The first look needs something to look back on. */
static void await_first_window(const struct meter_line *line)
{
	int64_t missing_ns = FIRST_WINDOW_MS * (NS_PER_S / 1000) - (now_ns() - line->flow.read_ns);

	if (line->flow.pulses == 0 && line->flow.last_ns == 0 && missing_ns > 0)
		nanosleep(&(struct timespec){ .tv_sec = missing_ns / NS_PER_S, .tv_nsec = missing_ns % NS_PER_S }, NULL);
}

static bool pulse_flow_read(struct device *d, enum telemetry_name quantity, int64_t *value, struct err *e)
{
	struct meter_line *line = d->handle;

	(void)quantity;
	await_first_window(line);
	return (edge_line_read(d->fd, &line->edges, &line->last_ns, e) &&
		pulse_flow_look(&line->flow, line->edges, line->last_ns, now_ns(), line->ul_per_pulse, value, e)) ||
		err_in(e, "flow meter on GPIO %d", d->line);
}

static void pulse_flow_close(struct device *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	free(d->handle);
	d->handle = NULL;
	d->address[0] = '\0';
}

extern const struct driver pulse_flow_driver;
const struct driver pulse_flow_driver = {
	.kinds = 1U << COMPONENT_PIPE_FLOW_SENSOR, .make_model = "Generic__PulseFlow",
	.open = pulse_flow_open, .read = pulse_flow_read, .close = pulse_flow_close, .bus = SENSE_LINE,
};

/* SPDX-License-Identifier: MIT */
#include "guard/outputs.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "i2c_linux.h"

#define SIMULATED_MAKE "GridWorks__SimBool30AmpRelay"

/* In a simulated house every relay is simulated, whatever its make; in a real one none is (SF-88). */
static const struct driver *driver_of(const struct guard_relay *relay, struct err *e)
{
	const struct driver *driver;

	if (!relay->simulated && strcmp(relay->make_model, SIMULATED_MAKE) == 0) {
		err_set(e, ERR_CONFIG, 0, "relay %d: simulated make in a real house", relay->relay);
		return NULL;
	}
	driver = driver_relay(relay->simulated ? SIMULATED_MAKE : relay->make_model);
	if (driver == NULL)
		err_set(e, ERR_ABSENT, 0, "relay %d %s: no driver", relay->relay, relay->make_model);
	return driver;
}

static bool open_one(struct outputs *out, const struct guard_config *c, int index, struct err *e)
{
	const struct guard_relay *relay = &c->relays[index];
	struct output *o = &out->of[index];
	struct component component = { .kind = COMPONENT_BOOLEAN_ACTUATOR, .gpio = relay->gpio };

	if (relay->i2c_address != 0)
		snprintf(component.hw_uid, sizeof(component.hw_uid), "0x%02x", relay->i2c_address);
	o->simulated = relay->simulated;
	o->driver = driver_of(relay, e);
	if (o->driver == NULL)
		return false;
	o->device = (struct device){ .fd = relay->simulated ? GUARD_SIM_FD : -1,
		.active_low = relay->active_low, .bias = relay->bias, .chip = c->doors.gpio_chip,
		.i2c = c->doors.i2c_bus[0] != '\0' ? &out->i2c : NULL,
		.line = relay->simulated ? relay->relay : relay->gpio };
	if (o->driver->open(&o->device, &component, e))
		return true;
	o->driver = NULL;
	return err_in(e, "relay %d", relay->relay);
}

bool outputs_open(struct outputs *out, const struct guard_config *c, struct err *e)
{
	out->n = c->n_relays;
	memset(out->of, 0, sizeof(out->of));
	out->i2c = i2c_linux(c->doors.i2c_bus);
	out->energised_ms = 0;
	for (int i = 0; i < c->n_relays; i++)
		if (!open_one(out, c, i, e) || !outputs_write(out, i, false, e))
			return false;
	return true;
}

static int64_t real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Sixteen loads that start as one trip a breaker. */
static void wait_for_turn(struct outputs *out)
{
	int64_t now_ms = real_ms(), wait_ms = out->energised_ms + OUTPUTS_STAGGER_MS - now_ms;
	struct timespec t = { 0, wait_ms * 1000000 };

	if (out->energised_ms != 0 && wait_ms > 0 && wait_ms <= OUTPUTS_STAGGER_MS)
		nanosleep(&t, NULL);
	out->energised_ms = real_ms();
}

bool outputs_write(struct outputs *out, int relay, bool on, struct err *e)
{
	struct output *o = &out->of[relay];

	if (on && !o->on && !o->simulated)
		wait_for_turn(out);
	if (!o->driver->write(&o->device, on, e))
		return err_in(e, "relay %d", relay);
	o->on = on;
	return true;
}

bool outputs_reads(const struct outputs *out, int relay)
{
	return out->of[relay].driver->read != NULL;
}

bool outputs_read(struct outputs *out, int relay, bool *on, struct err *e)
{
	struct output *o = &out->of[relay];
	int64_t state = *on;

	if (o->driver->read == NULL)
		return true;
	if (!o->driver->read(&o->device, TELEMETRY_RELAY_STATE, &state, e))
		return err_in(e, "relay %d", relay);
	*on = state != 0;
	return true;
}

bool outputs_fail_state(struct outputs *out, struct err *e)
{
	bool good = true;

	for (int i = 0; i < out->n; i++)
		if (out->of[i].driver != NULL && !outputs_write(out, i, false, e))
			good = false;
	return good;
}

void outputs_close(struct outputs *out)
{
	for (int i = 0; i < out->n; i++)
		if (out->of[i].driver != NULL)
			out->of[i].driver->close(&out->of[i].device);
	out->n = 0;
}

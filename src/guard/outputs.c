/* SPDX-License-Identifier: MIT */
#include "guard/outputs.h"

#include <string.h>

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

static bool open_one(struct output *o, const struct guard_relay *relay, struct err *e)
{
	struct component component = { .kind = COMPONENT_BOOLEAN_ACTUATOR, .gpio = relay->gpio };

	o->driver = driver_of(relay, e);
	if (o->driver == NULL)
		return false;
	o->device = (struct device){ .fd = relay->simulated ? GUARD_SIM_FD : -1,
		.active_low = relay->active_low,
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
	for (int i = 0; i < c->n_relays; i++)
		if (!open_one(&out->of[i], &c->relays[i], e) || !outputs_write(out, i, false, e))
			return false;
	return true;
}

bool outputs_write(struct outputs *out, int relay, bool on, struct err *e)
{
	struct output *o = &out->of[relay];

	return o->driver->write(&o->device, on, e) || err_in(e, "relay %d", relay);
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

/* SPDX-License-Identifier: MIT */
/* The sensing drivers: to add a device, add its file and its line here. */
#include <string.h>

#include "spaceheat/driver.h"

#define DRIVERS(X) \
	X(ads1115_driver) \
	X(ds18b20_driver) \
	X(egauge_driver) \
	X(emonpi_driver) \
	X(iem3455_driver) \
	X(modbus_generic_driver) \
	X(number_exec_driver) \
	X(number_file_driver) \
	X(pulse_flow_driver) \
	X(sdm630_driver) \
	/* the end */

#define DECLARED(name) extern const struct driver name;
#define ADDRESS(name) &name,
DRIVERS(DECLARED)
extern const struct driver sim_temp_driver, sim_flow_driver, sim_meter_driver;

static const struct driver *const real_drivers[] = { DRIVERS(ADDRESS) };
enum { N_REAL = sizeof(real_drivers) / sizeof(real_drivers[0]) };

static const struct { enum component_kind kind; const struct driver *driver; } simulated[] = {
	{ COMPONENT_TEMP_SENSOR, &sim_temp_driver },
	{ COMPONENT_PIPE_FLOW_SENSOR, &sim_flow_driver },
	{ COMPONENT_ELECTRIC_METER, &sim_meter_driver },
};

static const struct driver *real_of(const char *make_model)
{
	for (int i = 0; i < N_REAL; i++)
		if (strcmp(real_drivers[i]->make_model, make_model) == 0)
			return real_drivers[i];
	return NULL;
}

static const struct driver *simulated_of(enum component_kind kind)
{
	for (size_t i = 0; i < sizeof(simulated) / sizeof(simulated[0]); i++)
		if (simulated[i].kind == kind)
			return simulated[i].driver;
	return NULL;
}

const struct driver *driver_sense_nth(int i)
{
	return i >= 0 && i < N_REAL ? real_drivers[i] : NULL;
}

const struct driver *driver_sense(const char *make_model)
{
	const struct driver *d = real_of(make_model);

	for (size_t i = 0; d == NULL && i < sizeof(simulated) / sizeof(simulated[0]); i++)
		if (strcmp(simulated[i].driver->make_model, make_model) == 0)
			d = simulated[i].driver;
	return d;
}

const struct driver *driver_for(const struct house *h, const struct channel *c)
{
	const struct component *component;
	const struct driver *real;

	if (c->name == TELEMETRY_RELAY_STATE || c->component < 0)
		return NULL;
	component = &h->components[c->component];
	if (h->simulated)
		return simulated_of(component->kind);
	real = real_of(component_make(component));
	return real != NULL && (real->kinds >> component->kind & 1) != 0 ? real : NULL;
}

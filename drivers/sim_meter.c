/* SPDX-License-Identifier: MIT */
/* sim_meter.c: the simulated electric meter: watts, or microamperes. */
#include "sim_number.h"

static bool sim_meter_read(struct device *d, enum telemetry_name quantity, int64_t *value, struct err *e)
{
	const char *what = quantity == TELEMETRY_CURRENT_UA ? "current_ua" : "power";

	if (quantity != TELEMETRY_CURRENT_UA && quantity != TELEMETRY_POWER_W)
		return err_set(e, ERR_CONFIG, 0, "simulated meter: it does not measure %s",
			telemetry_name_word(quantity));
	return sim_number(d, what, value, e) || err_in(e, "simulated meter");
}

static bool sim_meter_energy(struct device *d, int64_t *wh, struct err *e)
{
	return sim_number(d, "energy_wh", wh, e) || err_in(e, "simulated meter");
}

/* Without a plant it still answers from the relays, so there is nothing to remark. */
static bool sim_meter_open(struct device *d, const struct component *c, struct err *e)
{
	bool ok = sim_open(d, c, e);

	d->remark = NULL;
	return ok;
}

const struct driver sim_meter_driver = {
	.make_model = "Gridworks__SimPm1",
	.open = sim_meter_open, .read = sim_meter_read, .close = sim_close,
	.energy_wh = sim_meter_energy,
};

/* SPDX-License-Identifier: MIT */
/* sim_temp.c: the simulated thermometer, with the faults of a DS18B20. */
#include "sim_number.h"

static bool sim_temp_read(struct device *d, enum telemetry_name quantity, int64_t *value, struct err *e)
{
	(void)quantity;
	if (!sim_number(d, "temp", value, e))
		return err_in(e, "simulated thermometer");
	if (*value > 125 * 16)
		return err_set(e, ERR_SHORT, 0, "simulated thermometer: code %lld is a fault value: wires touch",
			(long long)*value);
	if (*value < -55 * 16)
		return err_set(e, ERR_RANGE, 0,
			"simulated thermometer: code %lld is a fault value: broken wire", (long long)*value);
	return true;
}

const struct driver sim_temp_driver = {
	.make_model = "GridWorks__WaterTempHighPrecision",
	.open = sim_open, .read = sim_temp_read, .close = sim_close, .says_85_first = true,
	.restless = true,
};

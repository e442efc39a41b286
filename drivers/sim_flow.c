/* SPDX-License-Identifier: MIT */
/* sim_flow.c: the simulated flow meter; its code is millilitres a minute. The protocol has no make for
 * one, so it is found by kind alone. */
#include "sim_number.h"

static bool sim_flow_read(struct device *d, enum telemetry_name quantity, int64_t *value, struct err *e)
{
	(void)quantity;
	return sim_number(d, "flow", value, e) || err_in(e, "simulated flow meter");
}

const struct driver sim_flow_driver = {
	.make_model = "Simulated flow meter",
	.open = sim_open, .read = sim_flow_read, .close = sim_close,
};

/* SPDX-License-Identifier: MIT */
#include "spaceheat/ntc.h"

#include <math.h>

static const double VOLT_PER_CODE = 0.0001875, ZERO_K = 273.15;

const struct ntc ntc_default = { 10000, 3977, 25, 10000, 4.85 };

int64_t ntc_code(const struct ntc *n, double c, double noise)
{
	double r = n->r0_ohm * exp(n->beta_k * (1 / (c + ZERO_K) - 1 / (n->t0_c + ZERO_K)));
	double v = n->supply_v * r / (r + n->pull_up_ohm);

	return (int64_t)floor(v / VOLT_PER_CODE + noise + 0.5);
}

double ntc_volts(int64_t code)
{
	return (double)code * VOLT_PER_CODE;
}

double ntc_c_of_volts(const struct ntc *n, double v)
{
	double r;

	if (!(v > 0) || v >= n->supply_v)
		return NAN;
	r = n->pull_up_ohm * v / (n->supply_v - v);
	return 1 / (1 / (n->t0_c + ZERO_K) + log(r / n->r0_ohm) / n->beta_k) - ZERO_K;
}

double ntc_c(const struct ntc *n, int64_t code)
{
	return ntc_c_of_volts(n, ntc_volts(code));
}

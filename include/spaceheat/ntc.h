/* SPDX-License-Identifier: MIT */
/* ntc.h: a thermistor between a pull-up and ground, read by an ADS1115 at its 6.144 V range: what a code of that
 * converter means, and which code a temperature gives. In core/heat/ntc.c; used by the driver and by the simulator. */
#ifndef SPACEHEAT_NTC_H
#define SPACEHEAT_NTC_H

#include <stdint.h>

struct ntc { double r0_ohm, beta_k, t0_c, pull_up_ohm, supply_v; };

extern const struct ntc ntc_default;		/* 10 kohm, B 3977, at 25 C, 10 kohm, 4.85 V */
/* The converter's code at that temperature, `noise` codes off before it is cut to a whole one. */
int64_t ntc_code(const struct ntc *, double c, double noise);
/* The temperature that code stands for; NAN at and beyond the ends (short, open). */
double ntc_c(const struct ntc *, int64_t code);
/* The same of a voltage, in volts. */
double ntc_c_of_volts(const struct ntc *, double v);
/* Volts of a code. */
double ntc_volts(int64_t code);

#endif

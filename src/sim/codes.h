/* SPDX-License-Identifier: MIT */
/* codes.h: what thermometers say of a temperature, in their own codes, before their noise is known. */
#ifndef SIM_CODES_H
#define SIM_CODES_H

#include <stdint.h>

/* A DS18B20: sixteenths of a degree. */
int64_t ds18b20_code(double c);

/* A thermistor between a pull-up and ground, read by an ADS1115 at its 6.144 V range. */
struct ntc { double r0_ohm, beta_k, t0_c, pull_up_ohm, supply_v; };

extern const struct ntc ntc_default;		/* 10 kohm, B 3977, at 25 C, 10 kohm, 4.85 V */
/* The converter's code at that temperature, `noise` codes off before it is cut to a whole one. */
int64_t ntc_code(const struct ntc *, double c, double noise);
/* The temperature that code stands for; NAN at and beyond the ends (short, open). */
double ntc_c(const struct ntc *, int64_t code);

#endif

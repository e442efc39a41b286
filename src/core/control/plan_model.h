/* SPDX-License-Identifier: MIT */
/* plan_model.h: a house in two temperatures and one bit, small enough to plan with: what one step of time costs and
 * where it leads.
 *
 * tw is the mean temperature of all heating water, th that of air and mass weighted by heat capacity, `on` whether the
 * source ran in the step before. Pure and in double precision; the order of every sum is fixed, so the same
 * numbers give the same bytes wherever IEEE 754 is kept (no fused multiply-add, no -ffast-math). */
#ifndef CORE_CONTROL_PLAN_MODEL_H
#define CORE_CONTROL_PLAN_MODEL_H

#include <stdbool.h>

#include "spaceheat/plant.h"

struct plan_params {
	double tw_min_c, tw_max_c, tw_step_k;		/* the grid of water temperatures */
	double th_below_k, th_above_k, th_step_k;	/* the grid of house temperatures, about SetC */
	double supply_over_k, lwt_over_k;		/* above tw: emitters' supply, water leaving the source */
	double start_loss_s, defrost_factor;
	double tau_s;		/* in which a zone is brought to its target */
	double band_k, hot_k, cold_usd_per_k2h, hot_usd_per_k2h;
	double start_usd;
	double boost_k;		/* what boost adds to the target */
	double terminal_factor;
	double pump_w, standby_w;	/* drawn beside the source while it is on; while it is off */
};

/* One step of the forecast. */
struct plan_row { double out_c, wind_ms, sun_w_m2, usd_per_kwh, dt_s; };

/* A house as the model sees it, made once of its Plant section. */
struct plan_house {
	struct plant_envelope envelope;
	struct plant_emitters emitters;
	struct plant_heat_pump heat_pump;
	bool has_heat_pump;
	double element_w;		/* the source, when there is no heat pump */
	double water_j_per_k;		/* buffer and store */
	double water_ua_w_per_k, cellar_c;
	double house_j_per_k;		/* air and mass */
};

struct plan_state { double tw_c, th_c; bool on; };
struct plan_action { bool on, boost; };

/* next is lifted to the edge of the grid; what that costs is in cost_usd. */
struct plan_outcome { struct plan_state next; double elec_w, cost_usd; };

/* What does not depend on the state: one for each row. */
struct plan_weather { double ua_w_per_k, gains_w, out_c; };
/* What depends on the water alone. */
struct plan_source { double heat_w, cop; };
/* What depends on water and house, and not on the source. */
struct plan_emission { double heat_w, th_c, penalty_usd; };

/* Defaults of a heat-pump house, and of an element house. max_water_c: hottest water the source may meet
 * (MaxEwtC) or the tank may have (TankMaxC). */
void plan_params_default(struct plan_params *, const struct plant *, double max_water_c);
void plan_house_of(struct plan_house *, const struct plant *);

struct plan_weather plan_weather_of(const struct plan_house *, const struct plan_row *);
struct plan_source plan_source_of(const struct plan_house *, const struct plan_params *, const struct plan_row *,
	double tw_c);
/* The most the emitters give at those temperatures. */
double plan_most_emitted_w(const struct plan_house *, const struct plan_params *, double tw_c, double th_c);
struct plan_emission plan_emission_of(const struct plan_house *, const struct plan_params *, const struct plan_row *,
	const struct plan_weather *, double tw_c, double th_c, bool boost);
/* The water after the step, and what was drawn; not lifted. */
double plan_water_after(const struct plan_house *, const struct plan_params *, const struct plan_row *,
	const struct plan_source *, double emitted_w, struct plan_state, bool on, double *elec_w);
/* What heat bought in need costs. */
double plan_lift_usd(double missing_j);
/* Lifts the state to the lower edges of the grid and returns what the missing heat costs. */
double plan_lift(const struct plan_house *, const struct plan_params *, double *tw_c, double *th_c);

/* The whole step. */
struct plan_outcome plan_model_step(const struct plan_house *, const struct plan_params *, const struct plan_row *,
	struct plan_state, struct plan_action);

/* What a joule of heat left at the end is worth. prices are of all rows. */
double plan_terminal_usd_per_j(const struct plan_house *, const struct plan_params *, double lower_median_usd_per_kwh,
	double mean_out_c);

#endif

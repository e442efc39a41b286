/* SPDX-License-Identifier: MIT */
/* plant.h: the cases of plant vectors, by the file they are in. */
#ifndef VECTORS_PLANT_H
#define VECTORS_PLANT_H

#include "vectors/cases.h"

/* plant.c: one formula each. */
void plant_case_emit(struct cases *, const cJSON *);
void plant_case_required_supply(struct cases *, const cJSON *);
void plant_case_load(struct cases *, const cJSON *);
void plant_case_point(struct cases *, const cJSON *);
void plant_case_cop(struct cases *, const cJSON *);
/* plant_tanks.c: water, salt and thermometers. */
void plant_case_tank(struct cases *, const cJSON *);
void plant_case_unmix(struct cases *, const cJSON *);
void plant_case_pcm(struct cases *, const cJSON *);
void plant_case_ntc(struct cases *, const cJSON *);
void plant_case_ds18b20(struct cases *, const cJSON *);
/* plant_series.c: what is drawn from seeds. */
void plant_case_rng(struct cases *, const cJSON *);
void plant_case_weather(struct cases *, const cJSON *);
void plant_case_prices(struct cases *, const cJSON *);
/* plant_runs.c: whole houses over time. */
void plant_case_machine(struct cases *, const cJSON *);
void plant_case_one_step(struct cases *, const cJSON *);
void plant_case_day(struct cases *, const cJSON *);
void plant_case_pcm_house(struct cases *, const cJSON *);
void plant_case_backup_limit(struct cases *, const cJSON *);

/* The house of cases that name none: the first of trace24h. False: the case has failed. */
bool plant_case_first_house(struct cases *, struct plant *);
/* A curve [[kJ/kg, C], ...]. */
void plant_case_curve(struct cases *, const cJSON *, struct plant_store *);

#endif

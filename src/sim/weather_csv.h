/* SPDX-License-Identifier: MIT */
/* weather_csv.h: weather replayed from a file; what weather.c needs of it. */
#ifndef SIM_WEATHER_CSV_H
#define SIM_WEATHER_CSV_H

#include "sim/weather.h"

/* Loads all rows and counts gaps. The series must hold the first instant. */
bool weather_load_csv(struct weather *, const char *path, struct err *);
/* The rows around t_s and the share of the way between them; a gap and the end are held (share 0). */
double weather_find_csv(struct weather *, double t_s, struct weather_row *a, struct weather_row *b);

#endif

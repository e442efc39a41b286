/* SPDX-License-Identifier: MIT */
/* planner_parts.h: what the files of the planner share. */
#ifndef ACTOR_PLANNER_PARTS_H
#define ACTOR_PLANNER_PARTS_H

#include "actor/planner.h"

/* Once a half hour, and when there is news: files are looked into, and the scada is told what is to be expected. */
void planner_look_out(struct planner *, struct outbox *);
/* What rows are made of now; sets weather_made and prices_made. */
struct plan_outlook planner_outlook(struct planner *, const struct tariff *, const struct zone *);
void planner_take_weather(struct planner *, const struct msg_weather *);
void planner_take_prices(struct planner *, const struct msg_prices *);
/* What is foretold of this instant, else what is believed without a forecast. */
struct forecast_hour planner_weather_now(const struct planner *);

bool planner_priced_by_hour(enum tariff_kind);
/* NULL: nobody foretells it, or too long ago. */
const struct forecast_weather *planner_weather(const struct planner *, int64_t now_s, struct mono *made);

/* planner_keep.c: what is believed goes into the record. */
void planner_keep(struct planner *, int64_t now_s, struct outbox *);
void planner_keep_fit(struct planner *, struct outbox *);

/* planner_fit.c */
void planner_recall_fit(struct planner *);
void planner_fit(struct planner *, const struct msg_heat *, struct outbox *);

#endif

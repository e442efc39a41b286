/* SPDX-License-Identifier: MIT */
/* sensor_still.h: which thermometers of a sensor actor are watched for standing still, and beside which others. */
#ifndef ACTOR_SENSOR_STILL_H
#define ACTOR_SENSOR_STILL_H

#include "actor/sensor.h"

/* Tank layers by their neighbours in the roles, rooms and the outdoor one alone. Forgets nothing that was seen. */
void sensor_still_watch(struct sensor *, const struct settings *);
/* A reading that is good by itself: does it stand still where it cannot? Fills err then. */
bool sensor_still_stuck(struct sensor *, struct sensor_channel *, int64_t code, struct mono now, struct err *);

#endif

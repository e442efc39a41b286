/* SPDX-License-Identifier: MIT */
/* records.h: is what a house must keep in its store? Of each tier the newest row that ended an hour ago, or a gap record that
 * says why it is not there (SF-54). */
#ifndef WHOLE_RECORDS_H
#define WHOLE_RECORDS_H

#include "spaceheat/store.h"
#include "spaceheat/zone.h"

enum { RECORDS_WHY = 100 };

/* now_s: the service's clock; start_s: of the run, before which there is nothing. False: `why` names the first that is
 * missing. */
bool records_kept(const struct store *, const struct zone *, int64_t start_s, int64_t now_s, char why[RECORDS_WHY]);

#endif

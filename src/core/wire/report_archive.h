/* SPDX-License-Identifier: MIT */
/* report_archive.h: answers of the record as JSON, in parts that each fit in one line. Pure. */
#ifndef CORE_WIRE_REPORT_ARCHIVE_H
#define CORE_WIRE_REPORT_ARCHIVE_H

#include "core/history/past.h"
#include "core/wire/writer.h"

/* Members of the present object. The first part (at 0) says all that is said once. Returns where the next part goes on;
 * the same number as there are points or events: it was the last. */
int report_points(struct writer *, const struct archive *, int at);
int report_events(struct writer *, const struct archive *, int at);
void report_outbox(struct writer *, const struct archive *);
/* Why a relay was what it was: the members of `explain`. */
void report_past(struct writer *, const struct archive *);
/* What a channel is measured in: "C", "W". */
const char *report_unit(enum telemetry_name);
/* "auto" or a tier's name; -1: no such tier. */
int report_tier_find(const char *name);

#endif

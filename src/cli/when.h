/* SPDX-License-Identifier: MIT */
/* when.h: times as people write them: 2027-01-14T06:00, 06:00, -2h, yesterday, now, @1800000000. */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/zone.h"

/* False: *e says what was not understood; of a local time that does not exist or exists twice it shows both choices. */
bool when_parse(const char *text, int64_t now_ms, const struct zone *, int64_t *ms, struct err *e);
/* "2027-01-14T06:00:05-05:00", with milliseconds only when there are some. utc: with Z. */
enum { WHEN_TEXT = 40 };
const char *when_text(int64_t ms, const struct zone *, bool utc, char out[WHEN_TEXT]);
/* The zone of a house that says its present offset; the system's when that agrees, and UTC when it does not say. */
void when_zone(bool known, int utc_offset_s, int64_t now_ms, struct zone *);

#endif

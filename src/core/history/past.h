/* SPDX-License-Identifier: MIT */
/* past.h: why a relay was what it was at a time gone by, from the events of the record: the last one of each kind before
 * that time, read anew into the layers of authority. Pure. */
#ifndef CORE_HISTORY_PAST_H
#define CORE_HISTORY_PAST_H

#include "core/history/archive.h"
#include "spaceheat/view.h"

enum { PAST_SPAN_MS = 28 * 86400 };	/* x 1000: events are not looked for further back */

/* In the order of an answer's events. */
enum past_kind {
	PAST_RELAY, PAST_HELD,		/* of the relay asked about */
	PAST_GUARD, PAST_SIGHT,		/* the guard acted; control did not see */
	PAST_START,			/* of the service: relays were in their fail state */
	PAST_MODE, PAST_CONTRACT,
	PAST_TOP, PAST_WISH, PAST_STATE,	/* of local control: lines HEAT */
	N_PAST_KINDS
};

/* Which kind an event is, asked about that relay; N_PAST_KINDS: none of these. node: an alias, or "-". */
enum past_kind past_kind_of(const char *code, const char *node, const char *text, const char *relay);
/* Of a line HEAT: a top mode, a wish or a state; its event's value is of that. */
enum past_kind past_heat_kind(const char *text);
/* events: of N_PAST_KINDS; one with at_ms 0 is missing. */
void past_explain(const struct archive_event events[N_PAST_KINDS], int64_t at_ms, struct view_explain *);

#endif

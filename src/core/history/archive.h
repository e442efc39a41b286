/* SPDX-License-Identifier: MIT */
/* archive.h: a question of people to the record, and its answer: a box that is lent to the history actor until it says
 * MSG_ARCHIVE_DONE. Values only; nobody else looks into it meanwhile. */
#ifndef CORE_HISTORY_ARCHIVE_H
#define CORE_HISTORY_ARCHIVE_H

#include "core/history/query.h"
#include "spaceheat/msg.h"

enum { ARCHIVE_GAPS = 128, ARCHIVE_EVENTS = 256 };

enum archive_kind {
	ARCHIVE_CHANNELS,	/* nothing but the time */
	ARCHIVE_POINTS,
	ARCHIVE_EVENT_ROWS,
	ARCHIVE_OUTBOX,
	ARCHIVE_FLUSH,
	ARCHIVE_DROP,
	ARCHIVE_SHARE,		/* let others open the file for share_s real seconds; 0: no longer */
	ARCHIVE_PAST,		/* events: one of each kind of past.h, of the relay `channel` */
};
enum archive_outcome { ARCHIVE_DONE, ARCHIVE_NO_CHANNEL, ARCHIVE_NO_STATUS, ARCHIVE_STORE_FAILED, ARCHIVE_NO_LINK };

struct archive_question {
	enum archive_kind kind;
	char channel[CHANNEL_NAME];	/* an alias, alias/TelemetryName, or alias/what of a figure of the day */
	char code[24];			/* of events; "" = all */
	struct query query;
	struct uuid uid;		/* to drop */
	int32_t share_s;
};

struct archive_event { int64_t at_ms; int32_t value; bool command; char level[4], code[24], node[ALIAS_SIZE], text[LOG_TEXT]; };

struct archive_outbox { int32_t owed, under_way; int64_t oldest_ms, last_ack_ms, rate_per_min, eta_s; };

/* May others open the file, and how long yet, in real seconds; -1: always. */
struct archive_share { bool open; int32_t for_s; };

struct archive {
	struct archive_question q;
	enum archive_outcome outcome;
	char why[120];			/* the store failed */
	struct store_series series;
	struct query_answer answer;
	int n_gaps, n_events;
	bool more;			/* there are more events than room */
	struct store_gap gaps[ARCHIVE_GAPS];
	struct archive_event events[ARCHIVE_EVENTS];
	struct archive_outbox outbox;
	struct archive_share share;
};

#endif

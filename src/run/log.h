/* SPDX-License-Identifier: MIT */
/* log.h: the log sink: each MSG_LOG as one line for people (SF-95), rates limited (SF-96), written whole.
 *
 *   [sim ]2027-01-14T03:12:08Z LEVEL CODE[ alias]: text
 *
 * Text may come from outside: control bytes and broken UTF-8 are written as \xNN, and it is cut at 200
 * characters (SF-43). Not for two threads at once: the runtime calls it one message at a time. */
#ifndef RUN_LOG_H
#define RUN_LOG_H

#include <stdbool.h>
#include <stdio.h>

#include "run/log_rate.h"
#include "spaceheat/house.h"
#include "spaceheat/msg.h"

enum { LOG_TEXT_MAX = 200, LOG_LINE_SIZE = 480 };

struct log_sink {
	int fd;
	enum log_level level;		/* the least important one printed */
	bool simulated;
	const struct house *house;	/* names nodes; may be NULL */
	struct log_rate rate;
	uint32_t unread;		/* lines lost because nobody took them */
	/* Sees every MSG_LOG first, whatever its level; NULL unless set. */
	void (*also)(void *ctx, const struct msg *);
	void *also_ctx;
};

/* Lines go to that stream's descriptor, past its buffer; f NULL: nowhere. */
void log_sink_init(struct log_sink *, FILE *f, enum log_level, bool simulated, const struct house *);
/* A runtime's sink: self is the struct log_sink; the message is stamped. Others than MSG_LOG are ignored. */
void log_sink_take(void *self, const struct msg *);
/* What was held back in the present minute, before the program ends. */
void log_sink_flush(struct log_sink *, struct wall clock);

/* The line of that message, with its newline, however often it came. Returns its length. */
size_t log_line(const struct log_sink *, const struct msg *, char out[LOG_LINE_SIZE]);

#endif

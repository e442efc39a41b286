/* SPDX-License-Identifier: MIT */
/* span.h: what history and export have in common: which channels, from when to when, from which tier. */
#ifndef CLI_SPAN_H
#define CLI_SPAN_H

#include "cli/ask.h"
#include "spaceheat/zone.h"

enum { SPAN_CHANNELS = 80 };	/* 60 of a house, and the figures of its days */

struct span {
	const char *from, *to, *tier;	/* as given, or NULL */
	long points;			/* 0: not given */
	const char *names[SPAN_CHANNELS];	/* as given */
	int n_names;
	int64_t now_ms, from_ms, to_ms;
	struct zone zone;
	cJSON *channels;		/* the answer to `channels` */
};

/* Takes --from, --to, --tier, --points at argv[*i]; false: it is none of them, or lacks its value. */
bool span_option(struct span *, int argc, char **argv, int *i);
/* Asks for the channels and the time there, and understands from and to. Else an exit code, told. */
int span_open(struct span *, struct ask *, const char *default_from);
void span_close(struct span *);
/* One channel's part of the time. *data is to be freed; else an exit code, told. */
int span_ask(struct ask *, const char *channel, int64_t from_ms, int64_t to_ms, const char *tier, long points,
	cJSON **data);
/* The channels whose name or node matches that shell pattern, one after the other from *at on; NULL: no more. */
const cJSON *span_match(const struct span *, const char *pattern, int *at);

#endif

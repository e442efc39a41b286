/* SPDX-License-Identifier: MIT */
/* control_conn.h: one client of the control socket: lines in, lines out, never waiting for it.
 *
 * At most 8 KiB of an unfinished line are kept, a longer one is thrown away up to its end; at most 256 KiB wait to be
 * read by the client, and what makes more asks for room first. */
#ifndef PORT_CONTROL_CONN_H
#define PORT_CONTROL_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/history/archive.h"
#include "core/wire/writer.h"
#include "port/control_role.h"
#include "spaceheat/names.h"

struct report_facts;

enum {
	CONN_LINE = 8192,		/* of a request, without its newline */
	CONN_OUT = 256 * 1024,
	CONN_ANSWER = 64 * 1024,	/* one line of an answer, with its newline */
	CONN_EVENT = 2048,		/* one line of an event */
	CONN_PER_S = 20,		/* requests */
	CONN_ABOUT = 101,
};

enum conn_wait { WAIT_NOTHING, WAIT_VIEW, WAIT_ANSWER, WAIT_LOG, WAIT_ARCHIVE /* an answer */, WAIT_PARTS /* room for it */ };

/* A log that is being sent in parts: lines `next` to `last` of that code and node. */
struct conn_log { uint64_t next, last; int code, node; };	/* -1: any */

struct conn {
	int fd;				/* -1: free */
	struct control_peer peer;
	char *in, *out;			/* CONN_LINE + 1, CONN_OUT */
	size_t n_in, taken, head, n_out;	/* taken: bytes of `in` already given out as lines */
	bool skipping;			/* the rest of a line that was too long */
	bool closing;			/* once all is written */
	int64_t tokens_ms;		/* when the bucket was last looked at */
	int tokens;

	enum conn_wait wait;
	uint32_t ticket;		/* of the query or request waited for; 0: not asked yet */
	int64_t since_ms;		/* waits since */
	bool has_id;
	int64_t id;			/* of the request in hand */
	void (*reporter)(struct writer *, const struct report_facts *);	/* what WAIT_VIEW will write */
	int32_t explain;		/* why this relay (+ 1) is what it is; 0: not asked */
	int32_t minutes;		/* that a lease was asked for */
	char asked[CONN_ABOUT];		/* for the OPERATOR line */
	struct conn_log log;
	struct archive_question archive;	/* what WAIT_ARCHIVE asks */
	int archive_at;			/* where the next part of the answer begins */

	uint32_t kinds;			/* bits of enum board_kind it follows */
	uint64_t next_seq;
};

void conn_open(struct conn *, int fd, int64_t now_ms);	/* `in` and `out` are kept */
void conn_close(struct conn *);

/* Reads what there is. False: the client has gone. */
bool conn_read(struct conn *);
/* The next whole line, ended with a NUL, valid until the next conn_read; *length CONN_LINE + 1: it was too long and is not
 * given. False: none yet. */
bool conn_line(struct conn *, char **line, size_t *length);
bool conn_may_ask(struct conn *, int64_t now_ms);		/* rate: takes one of 20 a second */

size_t conn_room(const struct conn *);
void conn_put(struct conn *, const char *bytes, size_t length);	/* length <= conn_room */
bool conn_flush(struct conn *);			/* writes what the kernel takes; false: the client has gone */

#endif

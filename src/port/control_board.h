/* SPDX-License-Identifier: MIT */
/* control_board.h: where the other threads pin what the control socket tells people: log lines, events, alerts, answers.
 *
 * Any thread may pin; it copies under a lock held for that copy alone, so nobody ever waits for a client (UI-7). Rings of
 * fixed size: what is old is overwritten, and readers see that by the numbers. */
#ifndef PORT_CONTROL_BOARD_H
#define PORT_CONTROL_BOARD_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/control/alerts.h"
#include "core/wire/report.h"
#include "spaceheat/msg.h"

enum { BOARD_EVENTS = 1024, BOARD_LINES = 2000, BOARD_INBOX = 64 };

#define BOARD_KINDS(X) \
	X(EVENT_MODE, "mode") \
	X(EVENT_CONTRACT, "contract") \
	X(EVENT_RELAY, "relay") \
	X(EVENT_READING, "reading") \
	X(EVENT_POWER, "power") \
	X(EVENT_ALERT, "alert") \
	X(EVENT_LINK, "link") \
	X(EVENT_CLOCK, "clock") \
	X(EVENT_CONFIG, "config") \
	X(EVENT_HISTORY, "history") \
	X(EVENT_LOG, "log") \
	X(EVENT_SIM, "sim") \
	X(EVENT_PROGRESS, "progress") \
	X(EVENT_LOST, "lost")

#define BOARD_KIND(c, word) c,
enum board_kind { BOARD_KINDS(BOARD_KIND) N_BOARD_KINDS };
const char *board_kind_name(enum board_kind);
/* The kind of that name, or -1. */
int board_kind_find(const char *name);

struct board_line { int64_t t_ms; struct msg_log log; };
struct board_reading { int32_t channel; enum quality quality; int64_t value, mc; };

/* A person has seen the alert of that number; 0: nobody. */
struct board_ack { uint32_t number; char by[32], note[80]; };
/* What is or was wrong, raised at least; in state ENDED it was. */
struct board_alert { struct alert alert; struct board_ack ack; };

struct board_event {
	uint64_t seq;			/* from 1 */
	int64_t t_ms;
	enum board_kind kind;
	union {
		struct msg_log log;
		struct msg_news news;
		struct board_reading reading;
		struct board_alert alert;
	};
};

struct board {
	pthread_mutex_t lock;		/* over all below but `watched` */
	atomic_bool watched;		/* somebody is connected: new events wake the socket's thread */
	int wake_fd;			/* eventfd */
	enum log_level level;		/* the least important line that is kept */
	struct board_event *events;	/* rings; the newest is number n_..., from 1 */
	struct board_line *lines;
	int64_t clock_ms;		/* of the newest of either */
	uint64_t n_events, n_lines;
	struct alerts alerts;
	struct board_ack acks[ALERTS_MAX];
	struct msg inbox[BOARD_INBOX];
	int n_inbox;
};

/* False: no memory, or no eventfd. */
bool board_init(struct board *, enum log_level);
void board_destroy(struct board *);

/* A log line (MSG_LOG, stamped): kept, an event, and perhaps the begin or end of an alert. */
void board_log(struct board *, const struct msg *);
/* News become events; everything else waits in the inbox. */
void board_take(struct board *, const struct msg *);
void board_add(struct board *, int64_t t_ms, enum board_kind, const struct board_reading *);

int64_t board_clock_ms(struct board *);
/* Moves up to `max` messages out of the inbox. */
int board_collect(struct board *, struct msg *out, int max);
/* Event number `seq`. False: overwritten already, or not there yet; *first and *last are what there is (0: nothing). */
bool board_event(struct board *, uint64_t seq, struct board_event *, uint64_t *first, uint64_t *last);
/* The same for lines. */
bool board_line(struct board *, uint64_t number, struct board_line *, uint64_t *first, uint64_t *last);
/* A copy of the alerts that are or were raised, as of the newest message; returns how many. */
int board_alerts(struct board *, struct board_alert out[ALERTS_MAX]);
struct report_alerts board_count(struct board *);
/* False: no alert has that number. */
bool board_acknowledge(struct board *, const struct board_ack *);

#endif

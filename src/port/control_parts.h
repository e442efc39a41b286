/* SPDX-License-Identifier: MIT */
/* control_parts.h: what the files src/port/control_*.c share with each other and with nobody else. */
#ifndef PORT_CONTROL_PARTS_H
#define PORT_CONTROL_PARTS_H

#include <cjson/cJSON.h>

#include "core/wire/codec.h"
#include "core/wire/report.h"
#include "port/control_board.h"
#include "port/control_conn.h"
#include "port/control_socket.h"

enum {
	CONTROL_SCRATCH = 48 * 1024,		/* of the checks of a request */
	QUERY_MS = 3000,			/* scada answers in milliseconds, or is being restarted */
	QUERY_OTHERS_MS = 300,			/* uplink and history are not waited for longer */
	ANSWER_MS = 10000,			/* a guard that hangs is replaced after 8 s */
	FOLLOW_MS = 1000,			/* readings are merged to one per second */
};

/* Exit codes of the command, told with each refusal. */
enum { TELL_FAILED = 1, TELL_USAGE = 2, TELL_HELD = 4, TELL_PERMISSION = 77 };

/* The question to the actors that is under way. */
struct control_query {
	bool running, got_view, got_uplink, got_history;
	uint32_t ticket;
	int box;
	int32_t explain;		/* relay + 1; 0: nobody asks why */
	int64_t since_ms;
	struct msg_uplink_view uplink;
	struct msg_history_view history;
};

/* The box of questions to the record. lent: history has it; busy: it is asked, or its answer is being read. */
struct control_archive { struct archive *box; bool lent, busy; uint32_t ticket; };

struct control_socket {
	struct control_options options;
	struct control_archive archive;
	struct board board;
	struct view_boxes *boxes;
	bool lent[VIEW_BOXES];		/* scada has it */
	int64_t lent_ms[VIEW_BOXES];
	int listen_fd;
	bool bound, threaded;
	atomic_bool closing;
	pthread_t thread;
	struct conn conns[CONTROL_CLIENTS];
	char *ins, *outs;		/* of all connections */
	char *text;			/* CONN_ANSWER: the line being made */
	char *scratch;			/* CONTROL_SCRATCH */
	struct control_query query;
	uint32_t next_ticket;
	int64_t next_follow_ms;
	int64_t told_ms[HOUSE_MAX_CHANNELS];	/* time of the reading that was last an event */
	int64_t clock_ms;		/* the house's time, as told last */
};

int64_t control_now_ms(void);		/* real, for limits and time-outs */

/* --- answers (control_answer.c) --- */
struct refusal_told { const char *code, *text, *action; int exit; };

/* An answer line is begun, filled by its maker and ended. */
struct writer answer_begin(struct control_socket *, const struct conn *);
void answer_end(struct control_socket *, struct conn *, struct writer *, bool more);
void answer_house(struct writer *, struct control_socket *);	/* what every object says first */
void answer_refuse(struct control_socket *, struct conn *, const struct refusal_told *);
void answer_alerts(struct control_socket *, struct conn *);
/* The next part of the log that conn->log asks for; ends the wait when it was the last. */
void answer_log(struct control_socket *, struct conn *);
/* Events the client follows, as many as there is room for. */
void answer_events(struct control_socket *, struct conn *);
bool answer_has_events(struct control_socket *, const struct conn *);	/* which it has not got yet */
void answer_hello(struct control_socket *, struct conn *);

/* --- requests (control_request.c) --- */
void request_take(struct control_socket *, struct conn *, const char *line, size_t length);

/* --- what people ask for (control_operator.c) --- */
void operator_dispatch(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void operator_hold(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void operator_reset(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void operator_ack(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void operator_answered(struct control_socket *, struct conn *, const struct msg_operator_answer *);
/* The OPERATOR line of a request that was not even asked, or of one that got its answer. */
void operator_log(struct control_socket *, const struct conn *, const char *outcome);
/* What a request asked for, as the OPERATOR line tells it. */
void operator_describe(struct conn *, const char *verb, const cJSON *args, const char *via);
/* "This user may not": told, logged and answered. */
void request_not_permitted(struct control_socket *, struct conn *);
/* The node of args.node, or NO_NODE after an answer that says why. */
int request_node(struct control_socket *, struct conn *, const cJSON *args);

/* --- questions to the record (control_archive.c) --- */
void archive_history(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void archive_channels(struct control_socket *, struct conn *, const cJSON *args, const char *via);
/* Why that relay was what it was then. */
void archive_past(struct control_socket *, struct conn *, const char *relay, int64_t at_ms);
void archive_events(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void archive_outbox(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void archive_flush(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void archive_drop(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void archive_share(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void archive_answer(struct control_socket *, struct conn *);
void archive_done(struct control_socket *, uint32_t ticket);
bool archive_turn(struct control_socket *);

/* --- the configuration on disk against the one that runs (control_config.c) --- */
void config_show(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void config_diff(struct control_socket *, struct conn *, const cJSON *args, const char *via);
void config_reload(struct control_socket *, struct conn *, const cJSON *args, const char *via);
/* --- the simulation (control_sim.c) --- */
void sim_request(struct control_socket *, struct conn *, const cJSON *args, const char *via);
double control_speed(struct control_socket *);		/* of simulated time; 0 = not paced, or a real house */

/* --- questions to the actors (control_query.c) --- */
/* reporter NULL: the answer is the alerts, as of then. */
void query_want(struct conn *, void (*reporter)(struct writer *, const struct report_facts *));
void query_take(struct control_socket *, const struct msg *);
/* How far the house's clock on the wall is from UTC. False: not known. */
bool control_offset(const struct control_socket *, int64_t t_ms, int *utc_offset_s);
/* Starts, finishes, gives up: to be called at each turn. Returns how long the next turn may wait, ms; -1: for ever. */
int query_turn(struct control_socket *);

#endif

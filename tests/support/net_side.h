/* SPDX-License-Identifier: MIT */
/* net_side.h: one end of a broker for tests of the real net port: it understands every message as a log
 * line, keeps what is posted, and waits for what a test expects. */
#ifndef TESTS_NET_SIDE_H
#define TESTS_NET_SIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "broker.h"
#include "port/net_paho.h"

enum { NET_SIDE_BOX = 512 };

struct inbox {
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	struct msg box[NET_SIDE_BOX];
	int n, read;
	atomic_int sent, taken;		/* as the traffic door was told */
};

/* Understands a message as the log line "topic payload"; a payload "two" yields a second one. */
struct reader { bool again; };

struct side {
	struct inbox inbox;
	struct reader reader;
	struct net_options o;
	struct net_paho *port;
	struct net net;
};

/* Fills the options; a test may change them before side_open. `topic` NULL: no subscription. */
void side_init(struct side *, int tcp_port, const char *id, const char *topic);
void side_open(struct side *);
void side_close(struct side *, int flush_ms);

/* The next message of that type, passing over others; false: none came in 30 s. */
bool inbox_wait(struct inbox *, enum msg_type, struct msg *out);
void wait_link(struct side *, bool up, struct msg *out);
bool send_text(struct side *, const char *topic, const char *text, bool retain, int *token);
void expect_text(struct side *, const char *text);
void expect_puback(struct side *, int token);

/* A broker, or the test is skipped where none is installed. */
struct broker *need_broker(const char *extra);

#endif

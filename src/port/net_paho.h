/* SPDX-License-Identifier: MIT */
/* net_paho.h: the real net port: one MQTT 3.1.1 connection (paho's MQTTClient), kept up for ever by a
 * thread of its own; publishing never waits, and every message, acknowledgement and change of the link is
 * posted.
 *
 * Clean session and no persistence: what must survive a lost link is kept by its sender. Rules and
 * measurements: docs/architecture.md, "MQTT". */
#ifndef PORT_NET_PAHO_H
#define PORT_NET_PAHO_H

#include <stdbool.h>
#include <stddef.h>

#include "spaceheat/err.h"
#include "spaceheat/port.h"

struct net_paho;

enum { NET_MAX_SUBSCRIPTIONS = 4, NET_MAX_WILL = 1024 };

struct net_subscription { const char *topic; int qos; };

/* What the broker publishes when we vanish. The payload carries the time of connecting, so it is asked for
 * before each attempt, in the port's thread: returns its length (at most `size`), or -1 for "no will this
 * time". */
struct net_will {
	void *self;
	const char *topic;	/* NULL: no will */
	int qos;
	bool retain;
	int (*payload)(void *self, char *out, size_t size);
};

/* Texts are copied. "" or NULL: not given. */
struct net_options {
	const char *host;
	int port;
	const char *client_id, *username;
	const char *password;		/* the secret itself; never shown (SF-97) */
	bool tls;			/* host name and chain are checked; no ca_file: the system's */
	const char *ca_file, *cert_file, *key_file;
	int keepalive_s;		/* 15: a dead broker is noticed within 2.5 times this (SF-51) */
	int reconnect_max_s;
	struct net_subscription subscriptions[NET_MAX_SUBSCRIPTIONS];
	int n_subscriptions;
	struct net_will will;
	struct understand understand;	/* called in the port's thread */
	struct post post;
	struct traffic traffic;		/* NULL functions: not counted here */
	enum address link_to;		/* who gets MSG_LINK and MSG_PUBACK: TO_UPLINK or TO_ATN */
	int64_t first_ms;		/* pause before the first attempt (safe mode, SF-24); 0: none */
};

/* Starts the thread that connects, and returns at once: a missing broker is no failure (SF-50). */
struct net_paho *net_paho_open(const struct net_options *, struct err *);
/* publish: never waits. ERR_ABSENT: no connection. ERR_BUSY: the broker does not read, nothing was sent,
 * try later. */
struct net net_paho_net(struct net_paho *);
/* How many messages the broker has not acknowledged yet. Any thread. */
int net_paho_unacked(struct net_paho *);
/* Waits until the link is up, at most so long. False: it is not. */
bool net_paho_await_up(struct net_paho *, int patience_ms);
/* Awaits the acknowledgements still owed, at most flush_ms; then says goodbye (no last will) and frees.
 * Publishes nothing itself. Posts nothing after it has returned. */
void net_paho_close(struct net_paho *, int flush_ms);

#endif

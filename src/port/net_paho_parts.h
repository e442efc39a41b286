/* SPDX-License-Identifier: MIT */
/* net_paho_parts.h: what the two files of the real net port share with each other and with nobody else. */
#ifndef PORT_NET_PAHO_PARTS_H
#define PORT_NET_PAHO_PARTS_H

#include <MQTTClient.h>
#include <pthread.h>
#include <stdatomic.h>

#include "port/net_paho.h"
#include "port/net_retry.h"

enum { NET_MAX_TEXTS = 10 + NET_MAX_SUBSCRIPTIONS, NET_URI_SIZE = 320 };

struct failure { enum log_code code; char reason[LINK_TEXT]; };

struct net_paho {
	struct net_options o;		/* its texts point to copies of ours */
	char *texts[NET_MAX_TEXTS];
	int n_texts;
	MQTTClient client;
	char uri[NET_URI_SIZE];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping, done;		/* under the lock, like all up to tls_error */
	bool lost;			/* paho said so */
	bool linked;			/* paho owes us word of a loss */
	int unacked;
	char tls_error[64];		/* the first thing OpenSSL complained about */
	atomic_bool up, subscribed, closed;
	atomic_int fd;
	/* of our thread alone */
	struct net_retry retry;
	struct failure told;		/* the last one posted since the link was up */
	char will[NET_MAX_WILL];
};

void net_paho_fail(struct failure *, enum log_code, const char *format, ...) __attribute__((format(printf, 3,
	4)));
bool net_paho_stopping(void *net_paho);
int64_t net_paho_real_ms(void);

/* net_connect.c: one attempt, with subscriptions. Our thread only; may take seconds. */
bool net_paho_attempt(struct net_paho *, struct failure *);
/* Why a connection that was up is gone. */
void net_paho_explain_loss(struct net_paho *, bool id_in_use, struct failure *);

#endif

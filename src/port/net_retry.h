/* SPDX-License-Identifier: MIT */
/* net_retry.h: when to try the broker again (SF-50, SF-55): 1 s growing to a limit, minutes for wrong
 * credentials, with jitter, for ever. Pure: time and chance are handed in. */
#ifndef PORT_NET_RETRY_H
#define PORT_NET_RETRY_H

#include <stdbool.h>
#include <stdint.h>

enum {
	NET_RETRY_FIRST_MS = 1000,
	NET_RETRY_STABLE_MS = 60000,	/* a connection that held so long resets the delay */
	NET_RETRY_AUTH_FIRST_MS = 60000,
	NET_RETRY_AUTH_MAX_MS = 900000,
	NET_RETRY_TAKEN_MS = 300000,	/* three short connections within this: somebody uses our client id */
	NET_RETRY_TAKEN_N = 3,
};

struct net_retry {
	int max_ms;
	int delay_ms, auth_delay_ms;	/* the next ones, before jitter */
	int64_t up_ms;			/* when the connection came up; -1: it is not */
	int64_t lost_ms[NET_RETRY_TAKEN_N];	/* ends of short connections, newest last; -1: none */
};

void net_retry_init(struct net_retry *, int max_ms);
void net_retry_up(struct net_retry *, int64_t now_ms);
/* The connection ended. True: the third short one in five minutes. */
bool net_retry_lost(struct net_retry *, int64_t now_ms);
/* How long to wait before the next attempt, and grows. `chance` is any random number. */
int net_retry_delay_ms(struct net_retry *, bool wrong_credentials, uint32_t chance);

#endif

/* SPDX-License-Identifier: MIT */
#include "port/net_retry.h"

#include <string.h>

void net_retry_init(struct net_retry *r, int max_ms)
{
	*r = (struct net_retry){ .max_ms = max_ms, .delay_ms = NET_RETRY_FIRST_MS,
		.auth_delay_ms = NET_RETRY_AUTH_FIRST_MS, .up_ms = -1 };
	for (int i = 0; i < NET_RETRY_TAKEN_N; i++)
		r->lost_ms[i] = -1;
}

void net_retry_up(struct net_retry *r, int64_t now_ms)
{
	r->up_ms = now_ms;
	r->auth_delay_ms = NET_RETRY_AUTH_FIRST_MS;
}

bool net_retry_lost(struct net_retry *r, int64_t now_ms)
{
	int64_t lasted_ms = now_ms - r->up_ms;

	r->up_ms = -1;
	if (lasted_ms >= NET_RETRY_STABLE_MS) {
		r->delay_ms = NET_RETRY_FIRST_MS;
		return false;
	}
	memmove(r->lost_ms, r->lost_ms + 1, sizeof(r->lost_ms) - sizeof(r->lost_ms[0]));
	r->lost_ms[NET_RETRY_TAKEN_N - 1] = now_ms;
	return r->lost_ms[0] >= 0 && now_ms - r->lost_ms[0] <= NET_RETRY_TAKEN_MS;
}

/* Four fifths to all of it: houses that lost one broker together do not come back together. */
static int with_jitter(int delay_ms, uint32_t chance)
{
	return delay_ms - (int)(chance % (uint32_t)(delay_ms / 5 + 1));
}

int net_retry_delay_ms(struct net_retry *r, bool wrong_credentials, uint32_t chance)
{
	int *delay_ms = wrong_credentials ? &r->auth_delay_ms : &r->delay_ms;
	int max_ms = wrong_credentials ? NET_RETRY_AUTH_MAX_MS : r->max_ms;
	int now_ms = *delay_ms;

	*delay_ms = now_ms > max_ms / 2 ? max_ms : 2 * now_ms;
	/* SF-50 and SF-55 name a least delay: jitter does not go below it. */
	now_ms = with_jitter(now_ms, chance);
	if (wrong_credentials)
		return now_ms < NET_RETRY_AUTH_FIRST_MS ? NET_RETRY_AUTH_FIRST_MS : now_ms;
	return now_ms < NET_RETRY_FIRST_MS ? NET_RETRY_FIRST_MS : now_ms;
}

/* SPDX-License-Identifier: MIT */
/* net_sim.h: the in-process broker of the deterministic runs: what one side publishes is understood and
 * posted to the other side at once. No thread, no time, no chance: the same calls give the same posts.
 *
 * It remembers the last retained message of each side and hands it over when the other side's link comes
 * up. */
#ifndef SIM_NET_SIM_H
#define SIM_NET_SIM_H

#include <stdbool.h>

#include "spaceheat/port.h"

struct net_sim;

enum net_sim_side { NET_SIM_SCADA, NET_SIM_ATN, N_NET_SIM_SIDES };

/* `scada` understands what the AtomicTNode publishes, `atn` what the SCADA publishes. Posts MSG_LINK up to
 * TO_UPLINK and TO_ATN before it returns. NULL: out of memory. */
struct net_sim *net_sim_open(struct post, struct understand scada, struct understand atn);
struct net net_sim_net(struct net_sim *, enum net_sim_side);
/* An outage for both sides: MSG_LINK down, publish fails; and its end: MSG_LINK up. */
void net_sim_cut(struct net_sim *, bool cut);
/* Slow: what is published is handed over, and acknowledged, with the next net_sim_let. Sound again: at once. */
void net_sim_slow(struct net_sim *, bool slow);
void net_sim_let(struct net_sim *);
/* One side's connection ends without a goodbye: nothing reaches it. Then the broker publishes that side's will, retained, as
 * soon as it knows. Then it connects anew, which ends the old connection first if that is not known yet. */
void net_sim_leave(struct net_sim *, enum net_sim_side);
void net_sim_will(struct net_sim *, enum net_sim_side, const char *topic, const void *bytes, size_t length);
void net_sim_join(struct net_sim *, enum net_sim_side);
void net_sim_close(struct net_sim *);

#endif

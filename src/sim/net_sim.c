/* SPDX-License-Identifier: MIT */
#include "sim/net_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETAINED_TOPIC = 256, RETAINED_BYTES = 4096 };

struct end {
	struct net_sim *broker;
	enum address address;		/* who hears of link and acknowledgements */
	struct understand understand;	/* what the other end publishes */
	int token;
	bool away;			/* not connected */
	/* The last retained message this end published. */
	bool has_retained;
	char topic[RETAINED_TOPIC];
	size_t length;
	char bytes[RETAINED_BYTES];
};

struct net_sim {
	struct post post;
	bool cut;
	struct end ends[N_NET_SIM_SIDES];
};

static void post(const struct net_sim *n, const struct msg *m)
{
	n->post.post(n->post.self, m);
}

static struct end *other_end(struct end *e)
{
	return &e->broker->ends[e == &e->broker->ends[NET_SIM_SCADA] ? NET_SIM_ATN : NET_SIM_SCADA];
}

static void hand_over(struct end *to, const char *topic, const void *bytes, size_t length, bool retained)
{
	const struct understand *u = &to->understand;
	struct msg m = { .type = N_MSG_TYPES };
	bool more = !to->away && u->raw(u->self, topic, bytes, length, retained, &m);

	while (more) {
		post(to->broker, &m);
		m = (struct msg){ .type = N_MSG_TYPES };
		more = u->more && u->more(u->self, &m);
	}
}

static void retain(struct end *e, const char *topic, const void *bytes, size_t length)
{
	if (length > sizeof(e->bytes))
		return;
	e->has_retained = length > 0;	/* MQTT: an empty one clears */
	snprintf(e->topic, sizeof(e->topic), "%s", topic);
	memcpy(e->bytes, bytes, length);
	e->length = length;
}

static bool publish(void *self, const char *topic, const void *bytes, size_t length, int qos, bool retained,
	int *token, struct err *err)
{
	struct end *e = self;
	struct msg ack = { .type = MSG_PUBACK, .to = e->address };

	if (e->broker->cut)
		return err_set(err, ERR_ABSENT, 0, "no connection to the simulated broker");
	if (retained)
		retain(e, topic, bytes, length);
	hand_over(other_end(e), topic, bytes, length, false);
	*token = ++e->token;
	ack.puback.token = *token;
	if (qos > 0)
		post(e->broker, &ack);
	return true;
}

static void post_link(struct end *e, bool up)
{
	struct msg m = { .type = MSG_LINK, .to = e->address, .link = { .up = up, .code = LOG_LINK } };
	const struct end *from = other_end(e);

	snprintf(m.link.reason, sizeof(m.link.reason), up ? "simulated broker" : "simulated broker cut off");
	post(e->broker, &m);
	if (up && from->has_retained)
		hand_over(e, from->topic, from->bytes, from->length, true);
}

struct net_sim *net_sim_open(struct post p, struct understand scada, struct understand atn)
{
	struct net_sim *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->post = p;
	n->ends[NET_SIM_SCADA] = (struct end){ .broker = n, .address = TO_UPLINK, .understand = scada };
	n->ends[NET_SIM_ATN] = (struct end){ .broker = n, .address = TO_ATN, .understand = atn };
	for (int i = 0; i < N_NET_SIM_SIDES; i++)
		post_link(&n->ends[i], true);
	return n;
}

struct net net_sim_net(struct net_sim *n, enum net_sim_side side)
{
	return (struct net){ .self = &n->ends[side], .publish = publish };
}

void net_sim_cut(struct net_sim *n, bool cut)
{
	if (n->cut == cut)
		return;
	n->cut = cut;
	for (int i = 0; i < N_NET_SIM_SIDES; i++)
		if (!n->ends[i].away)
			post_link(&n->ends[i], !cut);
}

void net_sim_leave(struct net_sim *n, enum net_sim_side side)
{
	n->ends[side].away = true;
}

void net_sim_will(struct net_sim *n, enum net_sim_side side, const char *topic, const void *bytes, size_t length)
{
	struct end *e = &n->ends[side];

	retain(e, topic, bytes, length);
	if (!n->cut)
		hand_over(other_end(e), topic, bytes, length, false);
}

void net_sim_join(struct net_sim *n, enum net_sim_side side)
{
	n->ends[side].away = false;
	post_link(&n->ends[side], !n->cut);
}

void net_sim_close(struct net_sim *n)
{
	free(n);
}

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

/* What a slow broker has not passed on yet. */
struct late {
	struct late *next;
	struct end *from;
	int token, qos;
	size_t length;
	char topic[RETAINED_TOPIC];
	char bytes[];
};

struct net_sim {
	struct post post;
	bool cut, slow;
	struct late *first, **last;
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

static void pass_on(struct end *e, const char *topic, const void *bytes, size_t length, int qos, int token)
{
	struct msg ack = { .type = MSG_PUBACK, .to = e->address, .puback.token = token };

	hand_over(other_end(e), topic, bytes, length, false);
	if (qos > 0 && !e->away)
		post(e->broker, &ack);
}

static bool put_off(struct end *e, const char *topic, const void *bytes, size_t length, int qos, struct err *err)
{
	struct late *l = malloc(sizeof(*l) + length);

	if (l == NULL)
		return err_set(err, ERR_MEMORY, 0, "out of memory");
	*l = (struct late){ .from = e, .token = ++e->token, .qos = qos, .length = length };
	snprintf(l->topic, sizeof(l->topic), "%s", topic);
	memcpy(l->bytes, bytes, length);
	*e->broker->last = l;
	e->broker->last = &l->next;
	return true;
}

static bool publish(void *self, const char *topic, const void *bytes, size_t length, int qos, bool retained,
	int *token, struct err *err)
{
	struct end *e = self;

	if (e->broker->cut)
		return err_set(err, ERR_ABSENT, 0, "no connection to the simulated broker");
	if (retained)
		retain(e, topic, bytes, length);
	if (e->broker->slow && !put_off(e, topic, bytes, length, qos, err))
		return false;
	*token = e->broker->slow ? e->token : ++e->token;
	if (!e->broker->slow)
		pass_on(e, topic, bytes, length, qos, *token);
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
	n->last = &n->first;
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

/* What is published because of it waits again. */
static void take_late(struct net_sim *n, bool deliver)
{
	struct late *l = n->first, *next;

	n->first = NULL;
	n->last = &n->first;
	for (; l != NULL; l = next) {
		next = l->next;
		if (deliver)
			pass_on(l->from, l->topic, l->bytes, l->length, l->qos, l->token);
		free(l);
	}
}

void net_sim_let(struct net_sim *n)
{
	take_late(n, !n->cut);
}

void net_sim_slow(struct net_sim *n, bool slow)
{
	n->slow = slow;
	net_sim_let(n);
}

void net_sim_cut(struct net_sim *n, bool cut)
{
	if (n->cut == cut)
		return;
	n->cut = cut;
	net_sim_let(n);
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
	take_late(n, false);
	free(n);
}

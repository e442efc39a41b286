/* SPDX-License-Identifier: MIT */
#include "cli/atn_post.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/wire/inbound.h"
#include "port/net_paho.h"

enum { BOX_MAX = 256 };

/* The way from the net port's thread to ours. */
struct box {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	int head, n;
	struct msg messages[BOX_MAX];
	struct inbound inbound;
	char memory[INBOUND_ATN_MEMORY];
};

static bool box_post(void *self, const struct msg *m)
{
	struct box *b = self;
	bool room;

	pthread_mutex_lock(&b->lock);
	room = b->n < BOX_MAX;
	if (room)
		b->messages[(b->head + b->n++) % BOX_MAX] = *m;
	pthread_cond_signal(&b->filled);
	pthread_mutex_unlock(&b->lock);
	return room;
}

static void box_busy(void *self, int delta)
{
	(void)self;
	(void)delta;
}

static struct timespec deadline_after(int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

/* The next message that came before the deadline. */
static bool box_take(struct box *b, const struct timespec *deadline, struct msg *out)
{
	bool got;

	pthread_mutex_lock(&b->lock);
	while (b->n == 0 && pthread_cond_timedwait(&b->filled, &b->lock, deadline) == 0)
		;
	got = b->n > 0;
	if (got) {
		*out = b->messages[b->head];
		b->head = (b->head + 1) % BOX_MAX;
		b->n--;
	}
	pthread_mutex_unlock(&b->lock);
	return got;
}

static struct box *box_open(const struct house *h)
{
	struct inbound_identity id = atn_identity(h);
	struct box *b = calloc(1, sizeof(*b));
	pthread_condattr_t monotonic;

	if (b == NULL)
		return NULL;
	pthread_mutex_init(&b->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&b->filled, &monotonic);
	pthread_condattr_destroy(&monotonic);
	inbound_init(&b->inbound, &id, b->memory, sizeof(b->memory));
	return b;
}

static void box_close(struct box *b)
{
	pthread_cond_destroy(&b->filled);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

static bool more(void *self, struct msg *out)
{
	return inbound_more(self, out);
}

static bool await_link(struct box *b, const struct settings *s, struct err *e)
{
	struct timespec deadline = deadline_after(ATN_CONNECT_MS);
	char reason[LINK_TEXT] = "no connection";
	struct msg m;

	while (box_take(b, &deadline, &m)) {
		if (m.type != MSG_LINK)
			continue;
		if (m.link.up)
			return true;
		memcpy(reason, m.link.reason, sizeof(reason));
	}
	return err_set(e, ERR_ABSENT, 0, "no broker at %s:%d (%s)", s->uplink.host, s->uplink.port, reason);
}

static bool publish(const struct net *net, const struct atn_message *m, struct err *e)
{
	int token;

	return net->publish(net->self, m->topic, m->payload, (size_t)m->length, 1, false, &token, e);
}

static bool talk(struct box *b, const struct net *net, const struct settings *s, const struct atn_message *m,
	const struct atn_wait *wait, struct msg *answer, struct err *e)
{
	struct timespec deadline;
	struct atn_message last;

	if (!await_link(b, s, e) || !publish(net, m, e))
		return false;
	deadline = deadline_after(ATN_ANSWER_MS);
	while (box_take(b, &deadline, answer)) {
		if (!wait->is_answer(wait->ctx, answer))
			continue;
		if (wait->then != NULL && wait->then(wait->ctx, answer, &last))
			return publish(net, &last, e);
		return true;
	}
	return err_set(e, ERR_TIMEOUT, 0, "no answer in %d s", ATN_ANSWER_MS / 1000);
}

bool atn_post(const struct place *p, const struct atn_message *m, const struct atn_wait *wait,
	struct msg *answer, struct err *e)
{
	struct box *b = box_open(&p->loaded.house);
	struct atn_room room;
	struct net_options options;
	struct net_paho *paho = NULL;
	struct net net;
	uint64_t random = 0;
	char client[32];
	bool done = false;

	if (b == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		random = (uint64_t)time(NULL);
	snprintf(client, sizeof(client), "hand-%016llx", (unsigned long long)random);
	if (!atn_net_options(&p->loaded, client, &room, &options, e))
		goto out;
	options.understand = (struct understand){ &b->inbound, inbound_atn, more };
	options.post = (struct post){ b, box_post, box_busy };
	paho = net_paho_open(&options, e);
	if (paho == NULL)
		goto out;
	net = net_paho_net(paho);
	done = talk(b, &net, &p->loaded.settings, m, wait, answer, e);
out:
	if (paho != NULL)
		net_paho_close(paho, 500);
	box_close(b);
	return done;
}

bool atn_is_loopback(const struct settings *s)
{
	const char *host = s->uplink.host;

	return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

struct inbound_identity atn_identity(const struct house *h)
{
	struct inbound_identity id = { .other_id = h->scada.id };

	memcpy(id.self_alias, h->atn.alias, ALIAS_SIZE);
	memcpy(id.other_alias, h->scada.alias, ALIAS_SIZE);
	memcpy(id.ta_alias, h->terminal_asset.alias, ALIAS_SIZE);
	return id;
}

bool atn_net_options(const struct loaded *l, const char *client_id, struct atn_room *room,
	struct net_options *o, struct err *e)
{
	const struct settings_uplink *u = &l->settings.uplink;

	room->password[0] = '\0';
	if (u->password_file[0] != '\0' &&
		!load_secret(u->password_file, room->password, sizeof(room->password), e))
		return false;
	snprintf(room->topic, sizeof(room->topic), "%s/+", l->house.scada.alias);
	*o = (struct net_options){
		.host = u->host,
		.port = u->port,
		.client_id = client_id,
		.username = u->username,
		.password = room->password,
		.tls = u->tls,
		.ca_file = u->ca_file,
		.cert_file = u->cert_file,
		.key_file = u->key_file,
		.keepalive_s = u->keepalive_s,
		.reconnect_max_s = u->reconnect_max_s,
		.subscriptions = { { room->topic, 1 } },
		.n_subscriptions = 1,
		.link_to = TO_ATN,
	};
	return true;
}

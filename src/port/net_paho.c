/* SPDX-License-Identifier: MIT */
/* The real net port.
 *
 * paho waits in many places: connecting (its global lock held meanwhile), publishing with a full window or
 * a half-written packet. So one thread of ours connects, and publish asks our own flag and the kernel's
 * send queue before it touches paho. Acknowledgements and messages arrive in paho's thread, the loss of
 * the link in another one; both do no more than post. */
#include "port/net_paho.h"

#include <MQTTClient.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "port/net_paho_parts.h"
#include "port/net_socket.h"

enum {
	LOOK_MS = 10,	/* between looks at a link that is coming up */
	TOPIC_SIZE = 256,		/* longer than any topic we act on */
	CLOSE_PATIENCE_MS = 2500,	/* for a name resolution that hangs */
	LOST_PATIENCE_MS = 500,
};

/* ---- small helpers ---- */

int64_t net_paho_real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static uint32_t chance(void)
{
	uint32_t r = 0;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != (ssize_t)sizeof(r))
		return (uint32_t)net_paho_real_ms();
	return r;
}

/* With the lock held: waits for a change until that time. False: the time came. */
static bool wait_until(struct net_paho *n, int64_t until_ms)
{
	struct timespec t = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };

	return pthread_cond_timedwait(&n->changed, &n->lock, &t) != ETIMEDOUT;
}

bool net_paho_stopping(void *ctx)
{
	struct net_paho *n = ctx;
	bool yes;

	pthread_mutex_lock(&n->lock);
	yes = n->stopping;
	pthread_mutex_unlock(&n->lock);
	return yes;
}

static void post(struct net_paho *n, const struct msg *m)
{
	if (!atomic_load(&n->closed))
		n->o.post.post(n->o.post.self, m);
}

static void post_link(struct net_paho *n, bool up, const struct failure *f)
{
	struct msg m = { .type = MSG_LINK, .to = n->o.link_to,
		.link = { .up = up, .code = (uint8_t)f->code } };

	memcpy(m.link.reason, f->reason, sizeof(m.link.reason));
	post(n, &m);
}

/* ---- what paho calls, in its own threads ---- */

static void hand_over(struct net_paho *n, const char *topic, const MQTTClient_message *raw)
{
	const struct understand *u = &n->o.understand;
	struct msg m = { .type = N_MSG_TYPES };
	bool more;

	if (raw->payloadlen < 0 || !u->raw)
		return;
	more = u->raw(u->self, topic, raw->payload, (size_t)raw->payloadlen, raw->retained != 0, &m);
	while (more) {
		post(n, &m);
		m = (struct msg){ .type = N_MSG_TYPES };
		more = u->more && u->more(u->self, &m);
	}
}

static int on_message(void *ctx, char *topic, int topic_length, MQTTClient_message *raw)
{
	struct net_paho *n = ctx;
	char name[TOPIC_SIZE];
	bool live = !raw->retained && atomic_load(&n->subscribed);

	/* A length is given only when the topic holds a NUL, which MQTT forbids: it must not pass for a
	 * shorter one. */
	if (topic_length == 0 || strlen(topic) == (size_t)topic_length) {
		snprintf(name, sizeof(name), "%s", topic);
		hand_over(n, name, raw);
	}
	if (live && n->o.traffic.taken)
		n->o.traffic.taken(n->o.traffic.self, 1);
	MQTTClient_freeMessage(&raw);
	MQTTClient_free(topic);
	return 1;
}

static void on_delivered(void *ctx, MQTTClient_deliveryToken token)
{
	struct net_paho *n = ctx;
	struct msg m = { .type = MSG_PUBACK, .to = n->o.link_to, .puback = { .token = token } };

	post(n, &m);
	pthread_mutex_lock(&n->lock);
	if (n->unacked > 0)
		n->unacked--;
	pthread_cond_broadcast(&n->changed);
	pthread_mutex_unlock(&n->lock);
}

static void on_lost(void *ctx, char *cause)
{
	struct net_paho *n = ctx;

	(void)cause;	/* paho always says NULL */
	pthread_mutex_lock(&n->lock);
	atomic_store(&n->up, false);
	n->lost = true;
	n->linked = false;
	n->unacked = 0;		/* what is owed now comes never */
	pthread_cond_broadcast(&n->changed);
	pthread_mutex_unlock(&n->lock);
}

/* ---- our thread ---- */

/* Until paho reports a loss (true) or we are closed. */
static bool wait_for_loss(struct net_paho *n)
{
	bool lost;

	pthread_mutex_lock(&n->lock);
	while (!n->stopping && !n->lost)
		pthread_cond_wait(&n->changed, &n->lock);
	lost = !n->stopping;
	n->lost = false;
	pthread_mutex_unlock(&n->lock);
	return lost;
}

/* A report that came late, of the connection before, is told by asking paho. */
static void stay_connected(struct net_paho *n)
{
	while (wait_for_loss(n) && MQTTClient_isConnected(n->client))
		atomic_store(&n->up, true);
	atomic_store(&n->subscribed, false);
}

/* A broker that stays away is told once, and again only when the reason changes. */
static void tell_down(struct net_paho *n, const struct failure *f)
{
	if (n->told.code == f->code && strcmp(n->told.reason, f->reason) == 0)
		return;
	n->told = *f;
	post_link(n, false, f);
}

static void pause_for(struct net_paho *n, int64_t ms)
{
	int64_t until = net_paho_real_ms() + ms;

	pthread_mutex_lock(&n->lock);
	while (!n->stopping && net_paho_real_ms() < until)
		wait_until(n, until);
	pthread_mutex_unlock(&n->lock);
}

static void one_connection(struct net_paho *n, struct failure *f)
{
	net_paho_fail(f, LOG_LINK, "%.60s:%d", n->o.host, n->o.port);
	n->told = (struct failure){ .code = LOG_LINK };
	atomic_store(&n->up, true);
	post_link(n, true, f);
	stay_connected(n);
	/* Told at once; finding out why may take a name resolution and a connection attempt. */
	net_paho_fail(f, LOG_LINK, "connection lost");
	if (!net_paho_stopping(n))
		tell_down(n, f);
	if (!net_paho_stopping(n))
		net_paho_explain_loss(n, net_retry_lost(&n->retry, net_paho_real_ms()), f);
}

/* paho reports a loss in a thread of its own: it must be over before the client may be destroyed. */
static void say_goodbye(struct net_paho *n)
{
	int64_t until = net_paho_real_ms() + LOST_PATIENCE_MS;
	bool connected = MQTTClient_isConnected(n->client);

	if (connected)
		MQTTClient_disconnect(n->client, 0);
	pthread_mutex_lock(&n->lock);
	while (!connected && n->linked && net_paho_real_ms() < until)
		wait_until(n, until);
	pthread_mutex_unlock(&n->lock);
}

static void *run(void *ctx)
{
	struct net_paho *n = ctx;
	struct failure f;

	pause_for(n, n->o.first_ms);
	while (!net_paho_stopping(n)) {
		if (net_paho_attempt(n, &f))
			one_connection(n, &f);
		if (net_paho_stopping(n))
			break;
		tell_down(n, &f);
		pause_for(n, net_retry_delay_ms(&n->retry, f.code == LOG_AUTH, chance()));
	}
	say_goodbye(n);
	pthread_mutex_lock(&n->lock);
	n->done = true;
	pthread_cond_broadcast(&n->changed);
	pthread_mutex_unlock(&n->lock);
	return NULL;
}

/* ---- publishing, in the caller's thread ---- */

static void owe(struct net_paho *n, int delta)
{
	pthread_mutex_lock(&n->lock);
	if (n->unacked + delta >= 0)
		n->unacked += delta;
	pthread_mutex_unlock(&n->lock);
}

static void count_sent(struct net_paho *n, int delta)
{
	if (n->o.traffic.sent)
		n->o.traffic.sent(n->o.traffic.self, delta);
}

static bool publish(void *self, const char *topic, const void *bytes, size_t length, int qos, bool retain,
	int *token, struct err *e)
{
	struct net_paho *n = self;
	int rc;

	if (!atomic_load(&n->up))
		return err_set(e, ERR_ABSENT, 0, "no connection to %s:%d", n->o.host, n->o.port);
	if (!net_socket_takes(atomic_load(&n->fd), length))
		return err_set(e, ERR_BUSY, 0, "%s:%d does not read", n->o.host, n->o.port);
	count_sent(n, 1);
	owe(n, qos > 0);
	rc = MQTTClient_publish(n->client, topic, (int)length, bytes, qos, retain, token);
	if (rc == MQTTCLIENT_SUCCESS)
		return true;
	owe(n, -(qos > 0));
	count_sent(n, -1);
	return err_set(e, ERR_IO, 0, "%s: not sent, error %d of the MQTT library", topic, rc);
}

struct net net_paho_net(struct net_paho *n)
{
	return (struct net){ .self = n, .publish = publish };
}

int net_paho_unacked(struct net_paho *n)
{
	int unacked;

	pthread_mutex_lock(&n->lock);
	unacked = n->unacked;
	pthread_mutex_unlock(&n->lock);
	return unacked;
}

/* ---- opening and closing ---- */

/* A copy that lives as long as the port; NULL stays NULL. False: out of memory. */
static bool keep_text(struct net_paho *n, const char **text)
{
	char *copy;

	if (!*text)
		return true;
	copy = strdup(*text);
	if (!copy)
		return false;
	n->texts[n->n_texts++] = copy;
	*text = copy;
	return true;
}

static bool keep_texts(struct net_paho *n)
{
	struct net_options *o = &n->o;
	bool ok = keep_text(n, &o->host) && keep_text(n, &o->client_id) && keep_text(n, &o->username) &&
		keep_text(n, &o->password) && keep_text(n, &o->ca_file) && keep_text(n, &o->cert_file) &&
		keep_text(n, &o->key_file) && keep_text(n, &o->will.topic);

	for (int i = 0; ok && i < o->n_subscriptions; i++)
		ok = keep_text(n, &o->subscriptions[i].topic);
	return ok;
}

static void release(struct net_paho *n)
{
	if (n->client)
		MQTTClient_destroy(&n->client);
	for (int i = 0; i < n->n_texts; i++) {
		explicit_bzero(n->texts[i], strlen(n->texts[i]));
		free(n->texts[i]);
	}
	pthread_cond_destroy(&n->changed);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

static void make_locks(struct net_paho *n)
{
	pthread_condattr_t a;

	pthread_mutex_init(&n->lock, NULL);
	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&n->changed, &a);
	pthread_condattr_destroy(&a);
}

static bool make_client(struct net_paho *n, struct err *e)
{
	MQTTClient_createOptions c = MQTTClient_createOptions_initializer;
	bool v6 = strchr(n->o.host, ':') != NULL;
	int rc;

	snprintf(n->uri, sizeof(n->uri), "%s://%s%s%s:%d", n->o.tls ? "ssl" : "tcp", v6 ? "[" : "", n->o.host,
		v6 ? "]" : "", n->o.port);
	c.MQTTVersion = MQTTVERSION_3_1_1;
	rc = MQTTClient_createWithOptions(&n->client, n->uri, n->o.client_id, MQTTCLIENT_PERSISTENCE_NONE,
		NULL,
		&c);
	if (rc == MQTTCLIENT_SUCCESS)
		rc = MQTTClient_setCallbacks(n->client, n, on_lost, on_message, on_delivered);
	if (rc != MQTTCLIENT_SUCCESS)
		return err_set(e, ERR_CONFIG, 0, "MQTT client for %s: error %d of the library", n->uri, rc);
	return true;
}

/* Signals are for the main program: our thread, and paho's which it starts, take none. */
static bool start_thread(struct net_paho *n, struct err *e)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&n->thread, NULL, run, n);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc == 0 || err_set(e, ERR_MEMORY, rc, "no thread for the MQTT connection");
}

struct net_paho *net_paho_open(const struct net_options *o, struct err *e)
{
	struct net_paho *n;
	bool named = o->host && o->host[0] && o->client_id && o->client_id[0];

	if (!named || o->n_subscriptions > NET_MAX_SUBSCRIPTIONS) {
		err_set(e, ERR_CONFIG, 0, "MQTT needs a host, a client id and at most %d subscriptions",
			NET_MAX_SUBSCRIPTIONS);
		return NULL;
	}
	n = calloc(1, sizeof(*n));
	if (!n) {
		err_set(e, ERR_MEMORY, 0, "no memory for the MQTT connection");
		return NULL;
	}
	n->o = *o;
	atomic_store(&n->fd, -1);
	n->told.code = N_LOG_CODES;
	make_locks(n);
	net_retry_init(&n->retry, o->reconnect_max_s * 1000);
	if (!keep_texts(n)) {
		err_set(e, ERR_MEMORY, 0, "no memory for the MQTT connection");
		release(n);
		return NULL;
	}
	if (!make_client(n, e) || !start_thread(n, e)) {
		release(n);
		return NULL;
	}
	return n;
}

bool net_paho_await_up(struct net_paho *n, int patience_ms)
{
	int64_t until = net_paho_real_ms() + patience_ms;

	pthread_mutex_lock(&n->lock);
	while (!atomic_load(&n->up) && net_paho_real_ms() < until)
		wait_until(n, net_paho_real_ms() + LOOK_MS < until ? net_paho_real_ms() + LOOK_MS : until);
	pthread_mutex_unlock(&n->lock);
	return atomic_load(&n->up);
}

void net_paho_close(struct net_paho *n, int flush_ms)
{
	int64_t flush_until = net_paho_real_ms() + flush_ms, until;
	bool done;

	if (!n)
		return;
	pthread_mutex_lock(&n->lock);
	while (n->unacked > 0 && atomic_load(&n->up) && net_paho_real_ms() < flush_until)
		wait_until(n, flush_until);
	n->stopping = true;
	pthread_cond_broadcast(&n->changed);
	until = net_paho_real_ms() + CLOSE_PATIENCE_MS;
	while (!n->done && net_paho_real_ms() < until)
		wait_until(n, until);
	done = n->done;
	pthread_mutex_unlock(&n->lock);
	atomic_store(&n->up, false);
	atomic_store(&n->closed, true);
	if (!done) {
		/* Stuck in name resolution. The program is about to end: leave the thread what it may
		 * still touch. */
		pthread_detach(n->thread);
		return;
	}
	pthread_join(n->thread, NULL);
	release(n);
}

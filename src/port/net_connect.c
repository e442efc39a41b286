/* SPDX-License-Identifier: MIT */
/* One attempt to connect: options, last will, TLS, subscriptions, our socket; and failure in words. */
#include <MQTTClient.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "port/net_paho_parts.h"
#include "port/net_socket.h"
#include "port/tls_look.h"

enum {
	CONNECT_TIMEOUT_S = 5,
	MAX_INFLIGHT = 100,		/* far above the uplink's window: paho would block at it */
	BAD_SUBSCRIBE = 0x80,
	TLS_LOOK_MS = 2000,
};

void net_paho_fail(struct failure *f, enum log_code code, const char *format, ...)
{
	va_list args;

	f->code = code;
	va_start(args, format);
	vsnprintf(f->reason, sizeof(f->reason), format, args);
	va_end(args);
}

/* OpenSSL's words: "140...:error:0A000086:SSL routines:...:certificate verify failed:../ssl/...". The
 * fifth part is what a person can use. */
static int on_tls_error(const char *text, size_t length, void *ctx)
{
	struct net_paho *n = ctx;
	const char *p = text;
	int cut;

	(void)length;
	for (int i = 0; i < 5 && p; i++)
		p = (p = strchr(p, ':')) ? p + 1 : NULL;
	if (!p)
		p = text;
	cut = (int)strcspn(p, ":\n");
	pthread_mutex_lock(&n->lock);
	if (n->tls_error[0] == '\0')
		snprintf(n->tls_error, sizeof(n->tls_error), "%.*s", cut, p);
	pthread_mutex_unlock(&n->lock);
	return 1;
}

static void explain_connack(const struct net_paho *n, int rc, struct failure *f)
{
	static const struct { enum log_code code; const char *text; } connack[] = {
		[1] = { LOG_LINK, "the broker refuses MQTT 3.1.1" },
		[2] = { LOG_LINK, "the broker refuses this client id" },
		[3] = { LOG_LINK, "the broker is not available" },
		[4] = { LOG_AUTH, "user name or password refused" },
		[5] = { LOG_AUTH, "not authorised" },
	};

	net_paho_fail(f, connack[rc].code, "%s (%.50s:%d)", connack[rc].text, n->o.host, n->o.port);
}

static const char *given(const char *text)
{
	return text && text[0] ? text : NULL;
}

/* What is wrong with the certificate that the broker shows; false: nothing that we can see. */
static bool explain_certificate(struct net_paho *n, int fd, struct failure *f)
{
	struct tls_look look;
	char today[TLS_DAY_SIZE];

	tls_day(tls_now_s(), today);
	net_socket_patience(fd, TLS_LOOK_MS);
	if (!tls_look(fd, n->o.host, given(n->o.ca_file), &look) || look.why[0] == '\0')
		return false;
	net_paho_fail(f, LOG_TLS, "certificate %s: %.24s:%d subject=%s valid=%s..%s now=%s", look.why, n->o.host,
		n->o.port, look.subject, look.from, look.until, today);
	return true;
}

static void explain_tls(struct net_paho *n, int fd, struct failure *f)
{
	char words[sizeof(n->tls_error)];

	if (explain_certificate(n, fd, f))
		return;
	pthread_mutex_lock(&n->lock);
	memcpy(words, n->tls_error, sizeof(words));
	pthread_mutex_unlock(&n->lock);
	net_paho_fail(f, LOG_TLS, "%s: %.24s:%d", words[0] ? words : "no TLS connection", n->o.host, n->o.port);
}

static void explain(struct net_paho *n, int rc, struct failure *f)
{
	char why[48];
	int fd;

	if (rc >= 1 && rc <= 5) {
		explain_connack(n, rc, f);
		return;
	}
	fd = net_socket_reach(n->o.host, n->o.port, net_paho_stopping, n, why, sizeof(why));
	if (fd >= 0 && n->o.tls)
		explain_tls(n, fd, f);
	else
		net_paho_fail(f, LOG_LINK, "%s (%.40s:%d)", why[0] ? why : "no MQTT answer", n->o.host,
			n->o.port);
	if (fd >= 0)
		close(fd);
}

static int connect_with(struct net_paho *n, MQTTClient_connectOptions *c)
{
	MQTTClient_SSLOptions tls = MQTTClient_SSLOptions_initializer;
	MQTTClient_willOptions will = MQTTClient_willOptions_initializer;
	int length = n->o.will.topic ? n->o.will.payload(n->o.will.self, n->will, sizeof(n->will)) : -1;

	if (length >= 0) {
		will.topicName = n->o.will.topic;
		will.payload.data = n->will;
		will.payload.len = length;
		will.qos = n->o.will.qos;
		will.retained = n->o.will.retain;
		c->will = &will;
	}
	if (n->o.tls) {
		tls.trustStore = given(n->o.ca_file);
		tls.keyStore = given(n->o.cert_file);
		tls.privateKey = given(n->o.key_file);
		tls.enableServerCertAuth = 1;
		tls.verify = 1;
		tls.sslVersion = MQTT_SSL_VERSION_TLS_1_2;
		tls.ssl_error_cb = on_tls_error;
		tls.ssl_error_context = n;
		c->ssl = &tls;
	}
	return MQTTClient_connect(n->client, c);
}

static int connect_once(struct net_paho *n)
{
	MQTTClient_connectOptions c = MQTTClient_connectOptions_initializer;

	c.keepAliveInterval = n->o.keepalive_s;
	c.cleansession = 1;
	c.reliable = 0;
	c.MQTTVersion = MQTTVERSION_3_1_1;
	c.connectTimeout = CONNECT_TIMEOUT_S;
	c.retryInterval = 0;
	c.maxInflightMessages = MAX_INFLIGHT;
	c.username = given(n->o.username);
	c.password = given(n->o.password);
	return connect_with(n, &c);
}

static bool subscribe(struct net_paho *n, struct failure *f)
{
	char *topics[NET_MAX_SUBSCRIPTIONS];
	int qos[NET_MAX_SUBSCRIPTIONS], rc;

	for (int i = 0; i < n->o.n_subscriptions; i++) {
		topics[i] = (char *)n->o.subscriptions[i].topic;	/* paho forgot a const */
		qos[i] = n->o.subscriptions[i].qos;
	}
	if (n->o.n_subscriptions == 0)
		return true;
	rc = MQTTClient_subscribeMany(n->client, n->o.n_subscriptions, topics, qos);
	for (int i = 0; i < n->o.n_subscriptions; i++)
		if (qos[i] == BAD_SUBSCRIBE || (rc == BAD_SUBSCRIBE && n->o.n_subscriptions == 1)) {
			net_paho_fail(f, LOG_SUB_REFUSED, "subscription refused: %.60s", topics[i]);
			return false;
		}
	if (rc != MQTTCLIENT_SUCCESS)
		net_paho_fail(f, LOG_LINK, "no answer to our subscription (%.40s:%d)", n->o.host, n->o.port);
	return rc == MQTTCLIENT_SUCCESS;
}

static void find_socket(struct net_paho *n, const struct net_fds *before)
{
	struct net_fds now;
	int fd;

	net_fds_find(&now, n->o.port);
	fd = net_fds_new(&now, before);
	atomic_store(&n->fd, fd);
	if (fd >= 0)
		net_socket_tune(fd);
}

static void set_linked(struct net_paho *n, bool linked)
{
	pthread_mutex_lock(&n->lock);
	n->linked = linked && !n->lost;
	pthread_mutex_unlock(&n->lock);
}

void net_paho_explain_loss(struct net_paho *n, bool id_in_use, struct failure *f)
{
	char why[48];

	if (id_in_use) {
		net_paho_fail(f, LOG_ID_IN_USE, "client id %.60s used twice?", n->o.client_id);
		return;
	}
	net_socket_diagnose(n->o.host, n->o.port, net_paho_stopping, n, why, sizeof(why));
	net_paho_fail(f, LOG_LINK, "%s (%.40s:%d)", why[0] ? why : "connection lost", n->o.host, n->o.port);
}

/* Somebody with our client id may be so quick that we do not even get to subscribe: that too was a short connection. */
static void taken_at_once(struct net_paho *n, struct failure *f)
{
	if (f->code == LOG_LINK && net_retry_lost(&n->retry, net_paho_real_ms()))
		net_paho_explain_loss(n, true, f);
}

bool net_paho_attempt(struct net_paho *n, struct failure *f)
{
	struct net_fds before;
	int rc;

	pthread_mutex_lock(&n->lock);
	n->lost = false;
	n->unacked = 0;
	n->tls_error[0] = '\0';
	pthread_mutex_unlock(&n->lock);
	net_fds_find(&before, n->o.port);
	rc = connect_once(n);
	if (rc != MQTTCLIENT_SUCCESS) {
		explain(n, rc, f);
		return false;
	}
	set_linked(n, true);
	net_retry_up(&n->retry, net_paho_real_ms());
	find_socket(n, &before);
	if (!subscribe(n, f)) {
		taken_at_once(n, f);
		MQTTClient_disconnect(n->client, 0);
		set_linked(n, false);
		return false;
	}
	atomic_store(&n->subscribed, true);
	return true;
}

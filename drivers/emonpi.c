/* SPDX-License-Identifier: MIT */
/* emonpi.c: the power that an OpenEnergyMonitor emonPi publishes at its broker. A connection of our own, to that broker
 * only: what it carries never meets the uplink. */
#include "emonpi.h"

#include <MQTTClient.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spaceheat/driver.h"
#include "spaceheat/settings.h"

enum { CONNECT_S = 1, RETRY_MS = 10000, KEEPALIVE_S = 15 };	/* paho may keep the uplink waiting while it connects */

struct emonpi {
	struct emonpi_place place;
	const struct settings_meter *s;
	char password[128];
	MQTTClient client;
	int64_t retry_ms;		/* not before */
	pthread_mutex_t lock;		/* over what follows: paho's thread writes it */
	struct emonpi_times times;
	int64_t watts;
	bool good;			/* the last message was a number */
	struct err said;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* A retained message may be as old as the broker. */
static int on_message(void *self, char *topic, int topic_length, MQTTClient_message *m)
{
	struct emonpi *p = self;

	(void)topic_length;
	if (!m->retained && m->payloadlen >= 0) {
		pthread_mutex_lock(&p->lock);
		p->good = emonpi_understand(m->payload, (size_t)m->payloadlen, &p->watts, &p->said);
		emonpi_heard(&p->times, now_ms());
		pthread_mutex_unlock(&p->lock);
	}
	MQTTClient_freeMessage(&m);
	MQTTClient_free(topic);
	return 1;
}

static bool connect_to(struct emonpi *p, struct err *e)
{
	MQTTClient_connectOptions o = MQTTClient_connectOptions_initializer;
	int result;

	if (now_ms() < p->retry_ms)
		return err_set(e, ERR_IO, 0, "%s: no connection", p->place.broker);
	o.connectTimeout = CONNECT_S;
	o.keepAliveInterval = KEEPALIVE_S;
	o.cleansession = 1;
	if (p->s->username[0] != '\0') {
		o.username = p->s->username;
		o.password = p->password;
	}
	result = MQTTClient_connect(p->client, &o);
	if (result == MQTTCLIENT_SUCCESS)
		result = MQTTClient_subscribe(p->client, p->place.topic, 0);
	p->retry_ms = now_ms() + RETRY_MS;
	if (result == MQTTCLIENT_SUCCESS)
		return true;
	if (MQTTClient_isConnected(p->client))
		MQTTClient_disconnect(p->client, 0);
	return err_set(e, ERR_IO, 0, "%s: %s", p->place.broker, result == 4 || result == 5 ?
		"not allowed - see meter.username and meter.password_file" : "no connection - does the broker run?");
}

/* "credential:NAME" lies where systemd put it. */
static bool read_password(struct device *d, struct emonpi *p, struct err *e)
{
	static const char credential[] = "credential:";
	const char *file = p->s->password_file, *dir = getenv("CREDENTIALS_DIRECTORY");
	char path[2 * PATH_SIZE];

	if (file[0] == '\0')
		return true;
	if (strncmp(file, credential, sizeof(credential) - 1) == 0)
		snprintf(path, sizeof(path), "%.200s/%s", dir != NULL ? dir : "", file + sizeof(credential) - 1);
	else
		snprintf(path, sizeof(path), "%s", file);
	if (!d->bus->slurp(d->bus, path, p->password, sizeof(p->password), e))
		return err_in(e, "meter.password_file");
	p->password[strcspn(p->password, "\r\n")] = '\0';
	return true;
}

static bool make_client(struct emonpi *p, struct err *e)
{
	char id[32];

	snprintf(id, sizeof(id), "spaceheat-%llx", (unsigned long long)now_ms());
	if (MQTTClient_create(&p->client, p->place.broker, id, MQTTCLIENT_PERSISTENCE_NONE, NULL) != MQTTCLIENT_SUCCESS)
		return err_set(e, ERR_MEMORY, 0, "no memory for a connection to %s", p->place.broker);
	MQTTClient_setCallbacks(p->client, p, NULL, on_message, NULL);
	return true;
}

static bool emonpi_open(struct device *d, const struct component *c, struct err *e)
{
	struct emonpi *p = calloc(1, sizeof(*p));

	(void)c;
	if (p == NULL)
		return err_set(e, ERR_MEMORY, 0, "no memory");
	p->s = &d->settings->meter;
	if (!emonpi_place(p->s->port, &p->place, e) || !read_password(d, p, e) || !make_client(p, e)) {
		free(p);
		return err_in(e, "emonPi");
	}
	pthread_mutex_init(&p->lock, NULL);
	d->handle = p;
	snprintf(d->address, sizeof(d->address), "%.70s/%.50s", p->place.broker, p->place.topic);
	return true;
}

static bool latest(struct emonpi *p, int64_t *watts, struct err *e)
{
	bool current, good;

	pthread_mutex_lock(&p->lock);
	current = emonpi_current(&p->times, now_ms());
	good = p->good;
	*watts = p->watts;
	if (current && !good)
		*e = p->said;
	pthread_mutex_unlock(&p->lock);
	return current ? good : err_set(e, ERR_TIMEOUT, 0, "nothing on %s", p->place.topic);
}

static bool emonpi_read(struct device *d, enum telemetry_name quantity, int64_t *value, struct err *e)
{
	struct emonpi *p = d->handle;

	if (quantity != TELEMETRY_POWER_W)
		return err_set(e, ERR_CONFIG, 0, "emonPi: it tells power alone");
	return ((MQTTClient_isConnected(p->client) || connect_to(p, e)) && latest(p, value, e)) || err_in(e, "emonPi");
}

static void emonpi_close(struct device *d)
{
	struct emonpi *p = d->handle;

	if (p == NULL)
		return;
	if (MQTTClient_isConnected(p->client))
		MQTTClient_disconnect(p->client, 0);
	MQTTClient_destroy(&p->client);
	pthread_mutex_destroy(&p->lock);
	explicit_bzero(p->password, sizeof(p->password));
	free(p);
	d->handle = NULL;
	d->address[0] = '\0';
}

static bool emonpi_measures(const struct driver *self, const struct settings *s, enum telemetry_name name)
{
	(void)self;
	(void)s;
	return name == TELEMETRY_POWER_W;
}

extern const struct driver emonpi_driver;
const struct driver emonpi_driver = {
	.kinds = 1U << COMPONENT_ELECTRIC_METER, .make_model = "OpenEnergy__EmonPi",
	.open = emonpi_open, .read = emonpi_read, .close = emonpi_close, .measures = emonpi_measures,
};

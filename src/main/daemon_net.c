/* SPDX-License-Identifier: MIT */
/* The door to the broker: who we are there, and the last will. */
#include <stdio.h>
#include <string.h>

#include "core/wire/signature.h"
#include "main/daemon_parts.h"

static int will_payload(void *self, char *out, size_t size)
{
	struct daemon *d = self;
	struct mono unused;
	struct wall now;
	int length;

	runtime_now(d->runtime, &unused, &now);
	length = uplink_will(&d->loaded->house, SPACEHEAT_VERSION, d->boot_id, now, out, size);
	return d->sign.make == NULL ? length : signature_append(&d->sign, "scada.state.100", out, length, size);
}

static void identify(struct daemon *d)
{
	const struct house *h = &d->loaded->house;
	struct inbound_identity id = { .other_id = h->atn.id };

	memcpy(id.self_alias, h->scada.alias, sizeof(id.self_alias));
	memcpy(id.other_alias, h->atn.alias, sizeof(id.other_alias));
	memcpy(id.ta_alias, h->terminal_asset.alias, sizeof(id.ta_alias));
	inbound_init(&d->inbound, &id, d->inbound_memory, sizeof(d->inbound_memory));
	if (d->verify.good != NULL)
		d->inbound.verify = &d->verify;
}

static bool open_broker(struct daemon *d, struct err *e)
{
	const struct settings_uplink *u = &d->loaded->settings.uplink;
	const struct house *h = &d->loaded->house;
	char commands[ALIAS_SIZE + 4], state[ALIAS_SIZE + 32], password[256] = "";
	struct net_options o = {
		.host = u->host, .port = u->port, .client_id = u->client_id[0] != '\0' ? u->client_id : h->scada.alias,
		.username = u->username, .password = password, .tls = u->tls, .ca_file = u->ca_file,
		.cert_file = u->cert_file, .key_file = u->key_file, .keepalive_s = u->keepalive_s,
		.reconnect_max_s = u->reconnect_max_s, .subscriptions = { { commands, 1 } }, .n_subscriptions = 1,
		.will = { .self = d, .topic = state, .qos = 1, .retain = true, .payload = will_payload },
		.understand = { .self = &d->inbound, .raw = inbound_scada, .more = inbound_scada_more }, .post = d->post,
		.traffic = clockfile_traffic(d->clock, SIDE_SCADA), .link_to = TO_UPLINK,
		.first_ms = daemon_link_pause_ms(d) };

	snprintf(commands, sizeof(commands), "%s/+", h->atn.alias);
	uplink_topic(h, "scada.state.100", state, sizeof(state));
	if (u->password_file[0] != '\0' && !load_secret(u->password_file, password, sizeof(password), e))
		return err_in(e, "uplink.password_file");
	pthread_mutex_lock(&d->link_lock);	/* the first word of the connection is answered through it */
	d->paho = net_paho_open(&o, e);
	pthread_mutex_unlock(&d->link_lock);
	return d->paho != NULL || err_in(e, "uplink");
}

bool daemon_open_net(struct daemon *d, struct err *e)
{
	identify(d);
	return !uplink_wanted(&d->loaded->settings) || open_broker(d, e);
}

void daemon_close_net(struct daemon *d)
{
	struct net_paho *paho = d->paho;

	pthread_mutex_lock(&d->link_lock);
	d->paho = NULL;
	pthread_mutex_unlock(&d->link_lock);
	if (paho != NULL)
		net_paho_close(paho, 1000);
}

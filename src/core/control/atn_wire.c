/* SPDX-License-Identifier: MIT */
#include "core/control/atn_wire.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/wire/signature.h"
#include "core/wire/types.h"

/* Every string in these messages is checked and bounded, so all of them fit. */
static void encode(const struct house *h, const struct wire *wire, const void *in, struct atn_message *out)
{
	snprintf(out->topic, sizeof(out->topic), "%s/%s", h->atn.alias, wire->type_alias);
	out->length = codec_encode(wire, in, out->payload, sizeof(out->payload));
	assert(out->length > 0);
}

/* An alias has no slash, so what follows it is the type. */
void atn_sign(struct atn_message *m, const struct sign *sign)
{
	if (sign == NULL)
		return;
	m->length = signature_append(sign, strchr(m->topic, '/') + 1, m->payload, m->length, sizeof(m->payload));
	assert(m->length > 0);
}

static struct wire_head head(const struct house *h, int64_t send_ms)
{
	struct wire_head head = { .from_g_node_id = h->atn.id, .send_time_unix_ms = send_ms };

	memcpy(head.from_g_node_alias, h->atn.alias, ALIAS_SIZE);
	memcpy(head.to_g_node_alias, h->scada.alias, ALIAS_SIZE);
	return head;
}

void atn_compose_offer(const struct house *h, const struct atn_contract *c, uint64_t beat, int64_t send_ms,
	struct atn_message *out)
{
	struct dispatch_contract_offer m = {
		.head = head(h, send_ms),
		.contract_id = c->id,
		.start_unix_s = c->start_s,
		.end_unix_s = c->end_s,
		.beat = beat,
		.has_max_power_watts = true,
		.max_power_watts = c->max_power_w,
		.has_acks_status = true,
		.acks_status = false,
	};

	encode(h, &dispatch_contract_offer_wire, &m, out);
}

void atn_compose_beat(const struct house *h, struct uuid contract, uint64_t beat, uint64_t echo,
	int64_t send_ms, struct atn_message *out)
{
	struct dispatch_contract_beat m = {
		.head = head(h, send_ms),
		.contract_id = contract,
		.beat = beat,
		.echo_beat = echo,
		.has_wants = true,
		.wants = WANTS_REMOTE,
	};

	encode(h, &dispatch_contract_beat_wire, &m, out);
}

void atn_compose_end(const struct house *h, struct uuid contract, const char *cause, int64_t send_ms,
	struct atn_message *out)
{
	struct dispatch_contract_end m = { .head = head(h, send_ms), .contract_id = contract };

	snprintf(m.cause, sizeof(m.cause), "%s", cause);
	encode(h, &dispatch_contract_end_wire, &m, out);
}

void atn_compose_report_ack(const struct house *h, struct uuid contract, struct uuid report, int64_t send_ms,
	struct atn_message *out)
{
	struct dispatch_contract_report_ack m = {
		.head = head(h, send_ms), .contract_id = contract, .uid = report
	};

	encode(h, &dispatch_contract_report_ack_wire, &m, out);
}

static int32_t whole(double value, double low, double high)
{
	return (int32_t)lround(fmin(fmax(value, low), high));
}

void atn_compose_weather(const struct house *h, const struct atn_forecast *f, int64_t send_ms, struct atn_message *out)
{
	int32_t out_c[ATN_FORECAST_HOURS], wind[ATN_FORECAST_HOURS], sun[ATN_FORECAST_HOURS];
	struct weather_forecast m = { .head = head(h, send_ms), .start_unix_s = f->start_s, .n = f->n,
		.outdoor_c_times_100 = out_c, .wind_ms_times_100 = wind, .sun_w_per_m2 = sun };

	for (int i = 0; i < f->n; i++) {
		out_c[i] = whole(100 * f->hour[i].out_c, -9000, 6000);
		wind[i] = whole(100 * f->hour[i].wind_ms, 0, 10000);
		sun[i] = whole(f->hour[i].sun_w_m2, 0, 1500);
	}
	encode(h, &weather_forecast_wire, &m, out);
}

void atn_compose_prices(const struct house *h, const struct atn_forecast *f, int64_t send_ms, struct atn_message *out)
{
	int32_t usd[ATN_FORECAST_HOURS];
	struct price_forecast m = { .head = head(h, send_ms), .start_unix_s = f->start_s, .n = f->n,
		.usd_per_mwh_times_1000 = usd };

	for (int i = 0; i < f->n; i++)
		usd[i] = whole(1000 * f->hour[i].usd_per_mwh, -1e7, 1e7);
	encode(h, &price_forecast_wire, &m, out);
}

void atn_compose_ask(const struct house *h, struct atn_message *out)
{
	struct gt_sh_cli_atn_cmd m = { .send_snapshot = true, .from_g_node_id = h->atn.id };

	memcpy(m.from_g_node_alias, h->atn.alias, ALIAS_SIZE);
	encode(h, &gt_sh_cli_atn_cmd_wire, &m, out);
}

void atn_compose_dispatch(const struct house *h, const char *about, bool on, struct uuid contract,
	struct uuid message, int64_t send_ms, struct atn_message *out)
{
	struct gt_dispatch_boolean m = {
		.from_g_node_id = h->atn.id,
		.relay_state = on,
		.send_time_unix_ms = send_ms,
		.has_contract_id = !uuid_is_zero(contract),
		.contract_id = contract,
		.has_message_id = true,
		.message_id = message,
	};

	snprintf(m.about_node_alias, sizeof(m.about_node_alias), "%s", about);
	memcpy(m.to_g_node_alias, h->scada.alias, ALIAS_SIZE);
	memcpy(m.from_g_node_alias, h->atn.alias, ALIAS_SIZE);
	encode(h, &gt_dispatch_boolean_wire, &m, out);
}

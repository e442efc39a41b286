/* SPDX-License-Identifier: MIT */
/* What the SCADA hears from its AtomicTNode. */
#include <string.h>

#include "core/wire/inbound_parts.h"
#include "core/wire/text.h"

static bool build_dispatch(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct gt_dispatch_boolean *m = message;

	(void)in;
	(void)why;
	out->type = MSG_DISPATCH;
	out->dispatch = (struct msg_dispatch){
		.send_ms = m->send_time_unix_ms, .on = m->relay_state,
		.has_contract = m->has_contract_id, .contract = m->contract_id,
		.has_message = m->has_message_id, .message = m->message_id,
	};
	text_cut(out->dispatch.about, sizeof(out->dispatch.about), m->about_node_alias);
	return true;
}

static bool build_offer(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct dispatch_contract_offer *m = message;

	(void)in;
	(void)why;
	out->type = MSG_OFFER;
	out->offer = (struct msg_offer){
		.contract = m->contract_id, .start_s = m->start_unix_s, .end_s = m->end_unix_s,
		.send_ms = m->head.send_time_unix_ms, .beat = m->beat,
		.max_power_w = m->has_max_power_watts ? m->max_power_watts : -1,
		.acks_status = m->has_acks_status && m->acks_status,
		.has_replaces = m->has_replaces, .replaces = m->replaces,
	};
	return true;
}

static bool build_beat(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct dispatch_contract_beat *m = message;

	(void)in;
	(void)why;
	out->type = MSG_BEAT;
	out->beat = (struct msg_beat){
		.contract = m->contract_id, .beat = m->beat, .echo = m->echo_beat,
		.send_ms = m->head.send_time_unix_ms, .wants = m->has_wants ? m->wants : WANTS_REMOTE,
	};
	return true;
}

static bool build_end(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct dispatch_contract_end *m = message;

	(void)in;
	(void)why;
	out->type = MSG_END;
	out->end = (struct msg_end){ .contract = m->contract_id, .send_ms = m->head.send_time_unix_ms };
	text_printable(out->end.cause, sizeof(out->end.cause), m->cause, strlen(m->cause));
	return true;
}

static bool build_report_ack(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct dispatch_contract_report_ack *m = message;

	(void)in;
	(void)why;
	out->type = MSG_REPORT_ACK;
	out->report_ack = (struct msg_report_ack){ m->contract_id, m->uid, m->head.send_time_unix_ms };
	return true;
}

static bool build_snapshot_request(struct inbound *in, const void *message, struct msg *out,
	struct refusal *why)
{
	const struct gt_sh_cli_atn_cmd *m = message;

	(void)in;
	(void)why;
	out->type = MSG_SNAPSHOT_REQUEST;
	out->snapshot_request.send = m->send_snapshot;
	return true;
}

static bool build_instruction(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct energy_instruction *m = message;

	(void)in;
	(void)why;
	out->type = MSG_INSTRUCTION;
	out->instruction = (struct msg_instruction){ .contract = m->contract_id, .message = m->message_id,
		.slot_start_s = m->slot_start_unix_s, .send_ms = m->head.send_time_unix_ms,
		.minutes = (int32_t)m->slot_duration_minutes, .avg_w = (int32_t)m->avg_power_watts,
		.has_message = m->has_message_id };
	return true;
}

static int parts_of(int n, int each)
{
	return n > each ? (n + each - 1) / each : 1;
}

bool inbound_scada_more(void *self, struct msg *out)
{
	struct inbound_parts *p = &((struct inbound *)self)->parts;
	struct msg_status_ack *a = &out->status_ack;
	int part = p->next;

	if (p->first.type == MSG_STATUS_ACK && part < p->first.status_ack.parts) {
		*out = p->first;
		a->part = (uint8_t)part;
		for (int i = part * STATUS_ACKS; a->n < STATUS_ACKS && i < p->n; i++)
			a->uid[a->n++] = p->acks[i];
	} else if (p->first.type == MSG_HISTORY_REQUEST && part < p->first.history_request.parts) {
		*out = p->first;
		out->history_request.part = (uint8_t)part;
		if (part < p->n)
			memcpy(out->history_request.channel, p->channels[part], CHANNEL_NAME);
	} else if (p->first.type == MSG_WEATHER && part < p->first.weather.parts) {
		*out = p->first;
		out->weather = p->weather[part];
	} else if (p->first.type == MSG_PRICES && part < p->first.prices.parts) {
		*out = p->first;
		out->prices = p->prices[part];
	} else {
		return false;
	}
	p->next++;
	return true;
}

static bool build_status_ack(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct status_ack *m = message;
	struct inbound_parts *p = &in->parts;

	(void)why;
	for (p->n = 0; p->n < m->n && p->n < INBOUND_MAX_ACKS; p->n++)
		p->acks[p->n] = m->status_uids[p->n];
	p->first = (struct msg){ .type = MSG_STATUS_ACK, .to = TO_SCADA,
		.status_ack = { .send_ms = m->head.send_time_unix_ms,
			.parts = (uint8_t)parts_of(p->n, STATUS_ACKS) } };
	return inbound_scada_more(in, out);
}

static bool build_history_request(struct inbound *in, const void *message, struct msg *out,
	struct refusal *why)
{
	const struct history_request *m = message;
	struct inbound_parts *p = &in->parts;

	if (m->n > INBOUND_MAX_CHANNELS)
		return refuse(why, DIAG_OUT_OF_RANGE, "Channels", "at most %d", INBOUND_MAX_CHANNELS);
	for (p->n = 0; p->n < m->n; p->n++) {
		if (strlen(m->channels[p->n]) >= CHANNEL_NAME)
			return refuse(why, DIAG_BAD_FORMAT, "Channels", "is no name of a channel");
		text_printable(p->channels[p->n], CHANNEL_NAME, m->channels[p->n], strlen(m->channels[p->n]));
	}
	p->first = (struct msg){ .type = MSG_HISTORY_REQUEST, .to = TO_SCADA,
		.history_request = { .contract = m->contract_id, .from_s = m->from_unix_s, .to_s = m->to_unix_s,
			.send_ms = m->head.send_time_unix_ms, .standard = (uint8_t)m->standard,
			.parts = (uint8_t)parts_of(p->n, 1) } };
	return inbound_scada_more(in, out);
}

static int part_size(int n, int part)
{
	int left = n - part * FORECAST_PART;

	return left < FORECAST_PART ? left : FORECAST_PART;
}

static bool build_weather(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct weather_forecast *m = message;
	struct inbound_parts *p = &in->parts;
	int parts = parts_of(m->n, FORECAST_PART);

	(void)why;
	for (int i = 0; i < parts; i++)
		p->weather[i] = (struct msg_weather){ .start_s = m->start_unix_s, .send_ms = m->head.send_time_unix_ms,
			.n = (uint8_t)part_size(m->n, i), .part = (uint8_t)i, .parts = (uint8_t)parts };
	for (int i = 0; i < m->n; i++) {
		struct msg_weather *w = &p->weather[i / FORECAST_PART];
		int k = i % FORECAST_PART;

		w->out_cc[k] = (int16_t)m->outdoor_c_times_100[i];
		w->wind_cms[k] = (uint16_t)m->wind_ms_times_100[i];
		w->sun_w_m2[k] = (uint16_t)m->sun_w_per_m2[i];
	}
	p->first = (struct msg){ .type = MSG_WEATHER, .to = TO_SCADA, .weather = p->weather[0] };
	return inbound_scada_more(in, out);
}

static bool build_prices(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct price_forecast *m = message;
	struct inbound_parts *p = &in->parts;
	int parts = parts_of(m->n, FORECAST_PART);

	(void)why;
	for (int i = 0; i < parts; i++)
		p->prices[i] = (struct msg_prices){ .start_s = m->start_unix_s, .send_ms = m->head.send_time_unix_ms,
			.n = (uint8_t)part_size(m->n, i), .part = (uint8_t)i, .parts = (uint8_t)parts };
	for (int i = 0; i < m->n; i++)
		p->prices[i / FORECAST_PART].usd_per_mwh_k[i % FORECAST_PART] = m->usd_per_mwh_times_1000[i];
	p->first = (struct msg){ .type = MSG_PRICES, .to = TO_SCADA, .prices = p->prices[0] };
	return inbound_scada_more(in, out);
}

static const struct reception receptions[] = {
	{ &gt_dispatch_boolean_wire, build_dispatch, false },
	{ &dispatch_contract_offer_wire, build_offer, false },
	{ &dispatch_contract_beat_wire, build_beat, false },
	{ &dispatch_contract_end_wire, build_end, false },
	{ &dispatch_contract_report_ack_wire, build_report_ack, false },
	{ &gt_sh_cli_atn_cmd_wire, build_snapshot_request, false },
	{ &energy_instruction_wire, build_instruction, false },
	{ &status_ack_wire, build_status_ack, false },
	{ &history_request_wire, build_history_request, false },
	{ &weather_forecast_wire, build_weather, false },
	{ &price_forecast_wire, build_prices, false },
};

bool inbound_scada(void *self, const char *topic, const void *bytes, size_t length, bool retained,
	struct msg *out)
{
	static const struct receiver receiver = {
		receptions, sizeof(receptions) / sizeof(receptions[0]), WIRE_MAX_BYTES, TO_SCADA,
	};
	struct raw raw = { topic, bytes, length, retained };

	return inbound_receive(self, &receiver, &raw, out);
}

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

static void build_unsupported(const struct wire *w, struct msg *out)
{
	out->type = MSG_UNSUPPORTED;
	text_cut(out->unsupported.type, sizeof(out->unsupported.type), w->type_alias);
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

static bool build_status_ack(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	(void)in;
	(void)message;
	(void)why;
	build_unsupported(&status_ack_wire, out);
	return true;
}

static bool build_history_request(struct inbound *in, const void *message, struct msg *out,
	struct refusal *why)
{
	(void)in;
	(void)message;
	(void)why;
	build_unsupported(&history_request_wire, out);
	return true;
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

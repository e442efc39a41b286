/* SPDX-License-Identifier: MIT */
/* What the AtomicTNode hears from its SCADA. */
#include <string.h>

#include "core/wire/inbound_parts.h"
#include "core/wire/text.h"

static bool build_answer(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct dispatch_contract_answer *m = message;

	(void)in;
	(void)why;
	out->type = MSG_SCADA_ANSWER;
	out->scada_answer = (struct msg_scada_answer){
		.contract = m->contract_id, .beat = m->beat, .echo = m->echo_beat,
		.accepted = m->verdict == VERDICT_ACCEPTED,
	};
	text_printable(out->scada_answer.reason, sizeof(out->scada_answer.reason), m->reason,
		strlen(m->reason));
	return true;
}

static bool build_beat(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct dispatch_contract_beat *m = message;

	(void)in;
	if (!m->has_scada)
		return refuse(why, DIAG_MISSING_FIELD, "State", "is required from a SCADA");
	out->type = MSG_SCADA_BEAT;
	out->scada_beat = (struct msg_scada_beat){
		.contract = m->contract_id, .beat = m->beat, .echo = m->echo_beat, .state = m->state,
		.mode = m->mode, .energy_wh = m->energy_wh, .power_w = m->power_w,
	};
	return true;
}

static bool build_report(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct dispatch_contract_report *m = message;

	(void)in;
	(void)why;
	out->type = MSG_SCADA_REPORT;
	out->scada_report = (struct msg_scada_report){
		.contract = m->contract_id, .uid = m->uid, .outcome = m->outcome, .energy_wh = m->energy_wh,
	};
	return true;
}

static bool build_result(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct dispatch_result *m = message;

	(void)in;
	(void)why;
	out->type = MSG_SCADA_RESULT;
	out->scada_result = (struct msg_scada_result){
		.about_send_ms = m->about_send_time_unix_ms, .has_message = m->has_message_id,
		.message = m->message_id, .on = m->relay_state,
	};
	text_printable(out->scada_result.result, sizeof(out->scada_result.result), m->result,
		strlen(m->result));
	text_cut(out->scada_result.about, sizeof(out->scada_result.about), m->about_node_alias);
	return true;
}

static bool build_power(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct gs_pwr *m = message;

	(void)in;
	(void)why;
	out->type = MSG_SCADA_POWER;
	out->scada_power.power_w = m->power_w;
	return true;
}

static bool build_status(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct gt_sh_status *m = message;
	int32_t readings = 0;

	(void)in;
	(void)why;
	for (int i = 0; i < m->n_simple; i++)
		readings += m->simple_telemetry_list[i].n;
	for (int i = 0; i < m->n_multipurpose; i++)
		readings += m->multipurpose_telemetry_list[i].n;
	out->type = MSG_SCADA_STATUS;
	out->scada_status = (struct msg_scada_status){ m->status_uid, m->slot_start_unix_s, readings };
	return true;
}

static bool build_snapshot(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct gt_sh_cli_scada_response *m = message;

	(void)why;
	in->snapshot = m->snapshot;
	if (!inbound_more(in, out))
		out->to = TO_NOBODY;
	return true;
}

static bool build_state(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct scada_state *m = message;

	(void)in;
	(void)why;
	out->type = MSG_SCADA_STATE;
	out->scada_state.online = m->state == PRESENCE_ONLINE;
	return true;
}

/* A copy of a dispatch, an alert: for observers. */
static bool build_nothing(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	(void)in;
	(void)message;
	(void)why;
	out->to = TO_NOBODY;
	return true;
}

static bool build_alert(struct inbound *in, const void *message, struct msg *out, struct refusal *why)
{
	const struct scada_alert *m = message;
	struct msg_scada_alert *a = &out->scada_alert;

	(void)in;
	(void)why;
	out->type = MSG_SCADA_ALERT;
	*a = (struct msg_scada_alert){ .ended = m->ended, .level = (uint8_t)m->severity };
	text_printable(a->code, sizeof(a->code), m->code, strlen(m->code));
	text_printable(a->text, sizeof(a->text), m->text, strlen(m->text));
	return true;
}

static const struct reception receptions[] = {
	{ &dispatch_contract_answer_wire, build_answer, false },
	{ &dispatch_contract_beat_wire, build_beat, false },
	{ &dispatch_contract_report_wire, build_report, false },
	{ &dispatch_result_wire, build_result, false },
	{ &gs_pwr_wire, build_power, false },
	{ &gt_sh_status_wire, build_status, false },
	{ &gt_sh_cli_scada_response_wire, build_snapshot, false },
	{ &scada_state_wire, build_state, true },
	{ &gt_dispatch_boolean_local_wire, build_nothing, false },
	{ &scada_alert_wire, build_alert, false },
};

bool inbound_atn(void *self, const char *topic, const void *bytes, size_t length, bool retained,
	struct msg *out)
{
	static const struct receiver receiver = {
		receptions, sizeof(receptions) / sizeof(receptions[0]), WIRE_MAX_BYTES_LONG, TO_ATN,
	};
	struct raw raw = { topic, bytes, length, retained };

	return inbound_receive(self, &receiver, &raw, out);
}

bool inbound_more(struct inbound *in, struct msg *out)
{
	const struct gt_sh_status_snapshot *s = &in->snapshot;
	int i = in->snapshot_next;

	if (i >= s->n)
		return false;
	in->snapshot_next++;
	*out = (struct msg){ .type = MSG_SCADA_SNAPSHOT, .to = TO_ATN, .scada_snapshot = {
		.report_ms = s->report_time_unix_ms, .value = s->value_list[i],
		.name = s->telemetry_name_list[i],
	} };
	text_cut(out->scada_snapshot.about, sizeof(out->scada_snapshot.about), s->about_node_alias_list[i]);
	return true;
}

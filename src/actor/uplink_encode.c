/* SPDX-License-Identifier: MIT */
/* One function per message that the SCADA sends: from the actors' words to the struct of the wire. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actor/uplink_parts.h"
#include "core/wire/codec.h"
#include "core/wire/signature.h"

/* The name under which the SCADA signs its own dispatches, as in 2022. */
static const char scada_node[] = "a.s";

union any {
	struct dispatch_contract_answer answer;
	struct dispatch_contract_beat beat;
	struct dispatch_contract_report report;
	struct dispatch_result result;
	struct gt_dispatch_boolean_local copy;
	struct scada_alert alert;
	struct scada_state state;
};

int64_t uplink_send_ms(struct uplink *u, struct wall now)
{
	u->last_send_ms = now.ms > u->last_send_ms ? now.ms : u->last_send_ms + 1;
	return u->last_send_ms;
}

static void put_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
}

static void write_head(const struct house *h, int64_t send_ms, struct wire_head *head)
{
	put_text(head->from_g_node_alias, sizeof(head->from_g_node_alias), h->scada.alias);
	put_text(head->to_g_node_alias, sizeof(head->to_g_node_alias), h->atn.alias);
	head->from_g_node_id = h->scada.id;
	head->send_time_unix_ms = send_ms;
}

/* No hash chain of the contract log yet: its newest entry has no name. */
static void write_log_head(char out[WIRE_HASH])
{
	memset(out, '0', WIRE_HASH - 1);
	out[WIRE_HASH - 1] = '\0';
}

static void fill_answer(const struct uplink *u, const struct msg *in, int64_t send_ms, union any *out)
{
	const struct msg_send_answer *a = &in->send_answer;
	struct dispatch_contract_answer *w = &out->answer;

	write_head(u->house, send_ms, &w->head);
	w->contract_id = a->contract;
	w->verdict = a->accepted ? VERDICT_ACCEPTED : VERDICT_REFUSED;
	put_text(w->reason, sizeof(w->reason), diag_name(a->reason));
	uplink_answer_words(a, w->text, sizeof(w->text));
	w->state = a->state;
	w->mode = a->mode;
	w->beat = a->beat;
	w->echo_beat = a->echo;
}

static void fill_beat(const struct uplink *u, const struct msg *in, int64_t send_ms, union any *out)
{
	const struct msg_send_beat *b = &in->send_beat;
	struct dispatch_contract_beat *w = &out->beat;

	write_head(u->house, send_ms, &w->head);
	w->contract_id = b->contract;
	w->beat = b->beat;
	w->echo_beat = b->echo;
	w->has_scada = true;
	w->state = b->state;
	w->mode = b->mode;
	w->cause = b->cause;
	w->has_power_w = b->power_known;
	w->power_w = b->power_w;
	w->energy_wh = b->energy_wh;
	w->energy_estimated_wh = b->energy_estimated_wh;
	w->log_seq = b->log_seq;
	write_log_head(w->log_head);
}

static void fill_report(const struct uplink *u, const struct msg *in, int64_t send_ms, union any *out)
{
	const struct msg_send_report *r = &in->send_report;
	struct dispatch_contract_report *w = &out->report;

	write_head(u->house, send_ms, &w->head);
	w->contract_id = r->contract;
	w->uid = r->uid;
	w->outcome = r->outcome;
	w->cause = r->cause;
	w->start_unix_s = r->start_s;
	w->end_unix_s = r->end_s;
	w->energy_wh = r->energy_wh;
	w->energy_estimated_wh = r->energy_estimated_wh;
	w->remote_s = r->remote_s;
	w->log_seq = r->log_seq;
	write_log_head(w->log_head);
}

static void fill_result(const struct uplink *u, const struct msg *in, int64_t send_ms, union any *out)
{
	const struct msg_send_result *r = &in->send_result;
	struct dispatch_result *w = &out->result;

	write_head(u->house, send_ms, &w->head);
	w->has_slot = r->slot_start_s != 0;
	w->has_about = !w->has_slot;
	w->slot_start_unix_s = r->slot_start_s;
	w->relay_state = r->on;
	put_text(w->about_node_alias, sizeof(w->about_node_alias), r->about);
	put_text(w->result, sizeof(w->result),
		r->diag != DIAG_NONE ? diag_name(r->diag) : guard_result_name(r->result));
	uplink_result_words(r, w->text, sizeof(w->text));
	w->about_send_time_unix_ms = r->about_send_ms;
	w->has_message_id = r->has_message;
	w->message_id = r->message;
}

static void fill_copy(const struct uplink *u, const struct msg *in, int64_t send_ms, union any *out)
{
	struct gt_dispatch_boolean_local *w = &out->copy;

	put_text(w->from_node_alias, sizeof(w->from_node_alias), scada_node);
	put_text(w->about_node_alias, sizeof(w->about_node_alias), house_alias(u->house, in->send_copy.node));
	w->relay_state = in->send_copy.on;
	w->send_time_unix_ms = send_ms;
}

/* The part after the last " - " is what to do. */
static void split_line(const char *line, char *text, size_t text_size, char *action, size_t action_size)
{
	const char *cut = NULL, *p = line;

	while ((p = strstr(p, " - ")) != NULL)
		cut = p++;
	snprintf(text, text_size, "%.*s", cut != NULL ? (int)(cut - line) : (int)strlen(line), line);
	put_text(action, action_size, cut != NULL ? cut + 3 : "");
}

static void fill_alert(const struct uplink *u, const struct msg *in, int64_t send_ms, union any *out)
{
	const struct msg_send_alert *a = &in->send_alert;
	struct scada_alert *w = &out->alert;

	write_head(u->house, send_ms, &w->head);
	w->id = a->id;
	put_text(w->code, sizeof(w->code), log_code_name((enum log_code)a->code));
	w->severity = (enum log_level)a->level;
	put_text(w->node, sizeof(w->node), house_alias(u->house, a->node));
	split_line(a->text, w->text, sizeof(w->text), w->action, sizeof(w->action));
	w->since_unix_ms = a->since_ms;
	w->ended = a->ended;
}

static const struct {
	const struct wire *wire;
	void (*fill)(const struct uplink *, const struct msg *, int64_t send_ms, union any *);
} outgoing[N_MSG_TYPES] = {
	[MSG_SEND_ANSWER] = { &dispatch_contract_answer_wire, fill_answer },
	[MSG_SEND_BEAT] = { &dispatch_contract_beat_wire, fill_beat },
	[MSG_SEND_REPORT] = { &dispatch_contract_report_wire, fill_report },
	[MSG_SEND_RESULT] = { &dispatch_result_wire, fill_result },
	[MSG_SEND_COPY] = { &gt_dispatch_boolean_local_wire, fill_copy },
	[MSG_SEND_ALERT] = { &scada_alert_wire, fill_alert },
};

/* A length passes through; of a type that has no Sig, and without a key, nothing is signed. */
static int signed_text(struct uplink *u, const struct wire *w, int length)
{
	if (u->sign == NULL || wire_field(w, "Sig") == NULL)
		return length;
	return signature_append(u->sign, w->type_alias, u->text, length, sizeof(u->text));
}

int uplink_encode(struct uplink *u, const struct msg *in, struct wall now, const char **type)
{
	union any any;

	assert(in->type < N_MSG_TYPES);
	if (!outgoing[in->type].wire)
		return -1;
	memset(&any, 0, sizeof(any));
	outgoing[in->type].fill(u, in, uplink_send_ms(u, now), &any);
	*type = outgoing[in->type].wire->type_alias;
	return signed_text(u, outgoing[in->type].wire,
		codec_encode(outgoing[in->type].wire, &any, u->text, sizeof(u->text)));
}

static void fill_state(const struct house *h, const char *version, struct uuid boot_id, int64_t send_ms,
	struct scada_state *w)
{
	memset(w, 0, sizeof(*w));
	write_head(h, send_ms, &w->head);
	put_text(w->version, sizeof(w->version), version);
	w->boot_id = boot_id;
}

int uplink_encode_state(struct uplink *u, enum presence presence, struct wall now, const char **type)
{
	struct scada_state w;

	fill_state(u->house, u->version, u->boot_id, uplink_send_ms(u, now), &w);
	w.state = presence;
	w.has_mode = true;
	w.mode = u->mode.mode;
	*type = scada_state_wire.type_alias;
	return signed_text(u, &scada_state_wire, codec_encode(&scada_state_wire, &w, u->text, sizeof(u->text)));
}

int uplink_will(const struct house *h, const char *version, struct uuid boot_id, struct wall now, char *out,
	size_t size)
{
	struct scada_state w;

	fill_state(h, version, boot_id, now.ms, &w);
	w.state = PRESENCE_OFFLINE;
	return codec_encode(&scada_state_wire, &w, out, size);
}

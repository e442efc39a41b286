/* SPDX-License-Identifier: MIT */
/* What the scada says that decides nothing: snapshots, the status line of a simulation. */
#include <stdio.h>
#include <string.h>

#include "actor/scada_parts.h"
#include "core/wire/codec.h"
#include "core/wire/types.h"

/* --- snapshot --------------------------------------------------------------------------------- */

/* The lists of a snapshot, side by side; simple sensors first, then the meter's channels. */
struct lists {
	int n;
	char about[HOUSE_MAX_CHANNELS][ALIAS_SIZE];
	int64_t value[HOUSE_MAX_CHANNELS];
	enum telemetry_name name[HOUSE_MAX_CHANNELS];
};

static void collect(const struct scada *s, bool metered, struct lists *l)
{
	for (int i = 0; i < s->house->n_channels; i++) {
		const struct channel *ch = &s->house->channels[i];

		if ((ch->about != ch->by) != metered || !scada_present(s, i))
			continue;
		memcpy(l->about[l->n], house_alias(s->house, ch->about), ALIAS_SIZE);
		l->value[l->n] = code_map_apply(ch->map, s->channels[i].code);
		l->name[l->n] = ch->name;
		l->n++;
	}
}

static int encode_snapshot(const struct scada *s, char *text)
{
	struct gt_sh_cli_scada_response r = { .from_g_node_id = s->house->scada.id };
	struct lists l = { 0 };

	collect(s, false, &l);
	collect(s, true, &l);
	memcpy(r.from_g_node_alias, s->house->scada.alias, sizeof(r.from_g_node_alias));
	r.snapshot = (struct gt_sh_status_snapshot){ .n = l.n, .report_time_unix_ms = s->clock.ms,
		.about_node_alias_list = (const char (*)[ALIAS_SIZE])l.about, .value_list = l.value,
		.telemetry_name_list = l.name };
	return codec_encode(&gt_sh_cli_scada_response_wire, &r, text, POOL_BUFFER_SIZE);
}

void scada_snapshot(struct scada *s, const struct msg *in, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_BUFFER, .to = TO_UPLINK, .send_buffer = { .kind = BUFFER_SNAPSHOT } };
	int buffer, length;

	scada_standing_heard(s, out);
	if (!in->snapshot_request.send || !s->link_up)
		return;
	buffer = s->pool->take(s->pool->self);
	if (buffer < 0) {	/* all four on their way up: the asker asks again */
		note(out, LEVEL_WARNING, LOG_SEND, NO_NODE, "snapshot not sent: all buffers are in use");
		return;
	}
	length = encode_snapshot(s, s->pool->bytes(s->pool->self, buffer));
	if (length < 0) {
		s->pool->give(s->pool->self, buffer);
		return;
	}
	m.send_buffer.buffer = buffer;
	m.send_buffer.length = (uint32_t)length;
	say(out, &m);
}

/* --- the status line --------------------------------------------------------------------------- */

/* "20.6 C", or what is wrong instead of an old number (UI-3). */
static const char *celsius(struct reading_mc r, char text[24])
{
	if (!r.good)
		snprintf(text, 24, "unknown");
	else
		scada_celsius(r.mc, text);
	return text;
}

static int tank_bottom(const struct settings_roles *r)
{
	if (r->n_buffer > 0)
		return r->buffer[r->n_buffer - 1];
	return r->n_store > 0 ? r->store[r->n_store - 1] : NO_NODE;
}

void scada_status_line(struct scada *s, struct outbox *out)
{
	const struct settings_roles *roles = &s->settings->roles;
	char room[24], top[24], bottom[24], power[24];
	int zone = s->settings->n_zones > 0 ? s->settings->zones[0].sensor : NO_NODE;

	celsius(scada_node_mc(s, zone), room);
	celsius(scada_node_mc(s, settings_tank_top(s->settings)), top);
	celsius(scada_node_mc(s, tank_bottom(roles)), bottom);
	if (scada_power_known(s))
		snprintf(power, sizeof(power), "%d W", s->power.w);
	else
		snprintf(power, sizeof(power), "unknown");
	note(out, LEVEL_INFO, LOG_STATUS, NO_NODE, "%s room %s tank %s bottom %s power %s outbox %d alerts %d%s",
		control_mode_name(s->mode.mode), room, top, bottom, power, s->owed, alerts_count(&s->alerts),
		s->standing ? " standing contract" : "");
}

/* SPDX-License-Identifier: MIT */
#include "core/history/status.h"

#include <stdio.h>
#include <string.h>

static void copy_alias(char to[ALIAS_SIZE], const char *alias)
{
	snprintf(to, ALIAS_SIZE, "%s", alias);
}

/* The values and times of a series, in the room from `used` on. Means are wire values already. */
static void fill_values(struct status_room *room, int32_t used, const struct block_reading *r, int32_t n,
	const struct store_series *is, bool means)
{
	for (int32_t i = 0; i < n; i++) {
		room->times[used + i] = r[i].at_ms;
		room->values[used + i] = means ? r[i].code : code_map_apply(is->map, r[i].code);
		room->states[used + i] = r[i].code != 0;
	}
}

static void add_command(struct gt_sh_status *m, struct status_room *room, const struct store_series *is,
	int32_t used, int32_t n)
{
	struct gt_sh_booleanactuator_cmd_status *c = &room->cmd[m->n_cmd++];

	memset(c, 0, sizeof(*c));
	copy_alias(c->sh_node_alias, is->about);
	c->n = n;
	c->relay_state_command_list = &room->states[used];
	c->command_time_unix_ms_list = &room->times[used];
}

static void add_simple(struct gt_sh_status *m, struct status_room *room, const struct store_series *is,
	int32_t used, int32_t n)
{
	struct gt_sh_simple_telemetry_status *s = &room->simple[m->n_simple++];

	memset(s, 0, sizeof(*s));
	copy_alias(s->sh_node_alias, is->about);
	s->telemetry_name = is->name;
	s->n = n;
	s->value_list = &room->values[used];
	s->read_time_unix_ms_list = &room->times[used];
}

static void add_multipurpose(struct gt_sh_status *m, struct status_room *room, const struct store_series *is,
	int32_t used, int32_t n)
{
	struct gt_sh_multipurpose_telemetry_status *s = &room->multipurpose[m->n_multipurpose++];

	memset(s, 0, sizeof(*s));
	copy_alias(s->about_node_alias, is->about);
	copy_alias(s->sensor_node_alias, is->by);
	s->telemetry_name = is->name;
	s->n = n;
	s->value_list = &room->values[used];
	s->read_time_unix_ms_list = &room->times[used];
}

static void add_series(struct gt_sh_status *m, struct status_room *room, const struct store_series *is,
	int32_t used, int32_t n)
{
	if (is->kind == STORE_COMMANDS)
		add_command(m, room, is, used, n);
	else if (strcmp(is->about, is->by) == 0)
		add_simple(m, room, is, used, n);
	else
		add_multipurpose(m, room, is, used, n);
}

int status_encode(const struct house *h, const struct store_owed *owed, const struct block *b,
	const struct store_series *series, struct status_room *room, char *out, size_t size)
{
	struct gt_sh_status m = {
		.slot_start_unix_s = owed->slot_s, .reporting_period_s = owed->period_s,
		.simple_telemetry_list = room->simple, .booleanactuator_cmd_list = room->cmd,
		.multipurpose_telemetry_list = room->multipurpose,
		.from_g_node_id = h->scada.id, .status_uid = owed->uid,
		.has_standard = owed->tier != TIER_EXACT, .standard = (enum standard)owed->tier };

	if (b->n_readings > room->capacity)
		return -1;
	copy_alias(m.about_g_node_alias, h->terminal_asset.alias);
	copy_alias(m.from_g_node_alias, h->scada.alias);
	for (int32_t i = 0; i < b->n_series; i++) {
		const struct block_series *s = &b->series[i];

		fill_values(room, s->first, &b->readings[s->first], s->count, &series[s->id],
			owed->tier != TIER_EXACT);
		add_series(&m, room, &series[s->id], s->first, s->count);
	}
	return codec_encode(&gt_sh_status_wire, &m, out, size);
}

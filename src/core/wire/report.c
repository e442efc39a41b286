/* SPDX-License-Identifier: MIT */
/* Sensors, relays and the contract as JSON. */
#include "core/wire/report.h"

#include <string.h>

#include "core/wire/members.h"
#include "core/wire/report_parts.h"
#include "spaceheat/sim.h"

enum { BEAT_LIMIT_S = 180 };		/* SF-31 */

void report_begin(struct writer *w, const struct report_facts *f)
{
	member_open(w, NULL, '{');
	member_int(w, "v", 1);
	member_text(w, "house", f->house->key);
	member_int(w, "t_ms", f->view->t_ms);
	member_int_if(w, "utc_offset_s", f->offset_known, f->utc_offset_s);
}

static const char *text_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

/* --- sensors --------------------------------------------------------------------------------- */

/* How a wire value becomes what people read. */
static const struct { int64_t den; const char *quantity, *unit; } units[N_TELEMETRY_NAMES] = {
	[TELEMETRY_POWER_W] = { 1, "power", "W" },
	[TELEMETRY_WATER_TEMP_F] = { 0, "temperature", "C" },
	[TELEMETRY_WATER_TEMP_C] = { 0, "temperature", "C" },
	[TELEMETRY_GPM_TIMES_10] = { 10, "flow", "gpm" },
	[TELEMETRY_GPM_TIMES_100] = { 100, "flow", "gpm" },
	[TELEMETRY_RELAY_STATE] = { 1, "state", "" },
	[TELEMETRY_CURRENT_UA] = { 1000000, "current", "A" },
};

void report_reading(struct writer *w, const struct channel *c, enum quality quality, int64_t value, int64_t mc)
{
	bool good = quality == QUALITY_GOOD;

	member_text(w, "quantity", units[c->name].quantity);
	if (units[c->name].den == 0)
		member_milli_if(w, "value", good, mc);
	else if (good)
		member_double(w, "value", (double)value / (double)units[c->name].den);
	else
		member_null(w, "value");
	member_text(w, "unit", units[c->name].unit);
	member_text(w, "quality", quality_name(quality));
}

static void write_device(struct writer *w, const struct house *h, const struct channel *c)
{
	const struct component *device = c->component >= 0 ? &h->components[c->component] : NULL;

	member_text(w, "driver", device != NULL ? component_make(device) : NULL);
	member_printable(w, "path", device != NULL ? text_or_null(device->hw_uid) : NULL);
}

static void write_sensor(struct writer *w, const struct report_facts *f, int i)
{
	const struct channel *c = &f->house->channels[i];
	const struct view_channel *v = &f->view->channels[i];

	member_open(w, NULL, '{');
	member_text(w, "node", house_alias(f->house, c->about));
	member_text(w, "role", symbols_role.list[f->house->nodes[c->about].role].word);
	member_text(w, "by", house_alias(f->house, c->by));
	report_reading(w, c, v->quality, v->value, v->mc);
	member_milli_if(w, "temp_c", v->quality == QUALITY_GOOD && channel_is_temperature(c), v->mc);
	member_int_if(w, "age_s", v->age_ms >= 0, v->age_ms / 1000);
	member_int(w, "errors_total", v->errors);
	member_text(w, "last_error", v->last_error != QUALITY_GOOD ? quality_name(v->last_error) : NULL);
	write_device(w, f->house, c);
	member_close(w, '}');
}

void report_sensors(struct writer *w, const struct report_facts *f)
{
	report_begin(w, f);
	member_open(w, "sensors", '[');
	for (int i = 0; i < f->house->n_channels; i++)
		if (f->house->channels[i].name != TELEMETRY_RELAY_STATE)
			write_sensor(w, f, i);
	member_close(w, ']');
	member_close(w, '}');
}

/* --- relays ----------------------------------------------------------------------------------- */

/* The power of what a relay switches, where the meter tells it apart: "a.elt1" for "a.elt1.relay". */
static const struct view_channel *load_of(const struct report_facts *f, int node)
{
	char alias[ALIAS_SIZE];
	char *dot;
	int load, channel;

	memcpy(alias, house_alias(f->house, node), sizeof(alias));
	dot = strrchr(alias, '.');
	if (dot == NULL)
		return NULL;
	*dot = '\0';
	load = house_node(f->house, alias);
	channel = load != NO_NODE ? house_channel(f->house, load, TELEMETRY_POWER_W) : -1;
	return channel >= 0 ? &f->view->channels[channel] : NULL;
}

static void write_holds(struct writer *w, const struct view_relay *v)
{
	bool held = v->asked && v->result != GUARD_DONE;

	member_text(w, "reason", v->asked ? guard_result_name(v->result) : NULL);
	member_text(w, "wanted", v->asked ? (v->wanted ? "on" : "off") : NULL);
	member_text(w, "wanted_by", v->asked ? relay_mover_name(v->wanted_by) : NULL);
	member_text(w, "held", held ? guard_result_name(v->result) : NULL);
	member_int_if(w, "held_until_ms", held && v->held_until_ms > 0, v->held_until_ms);
	member_int_if(w, "operator_until_ms", v->operator_until_ms > 0, v->operator_until_ms);
}

static void write_read_back(struct writer *w, const struct view_relay *v)
{
	bool found_on = v->read_back == READ_BACK_ON;

	if (v->read_back == READ_BACK_UNKNOWN) {
		member_null(w, "readback");
		member_null(w, "readback_ok");
		return;
	}
	member_text(w, "readback", found_on ? "on" : "off");
	member_bool(w, "readback_ok", found_on == v->on);
}

static void write_relay(struct writer *w, const struct report_facts *f, int i)
{
	const struct settings_relay *r = &f->settings->relays[i];
	const struct view_relay *v = &f->view->relays[i];
	const struct view_channel *load = load_of(f, r->node);

	member_open(w, NULL, '{');
	member_text(w, "node", r->node_name);
	member_printable(w, "label", text_or_null(r->label));
	member_text(w, "kind", relay_kind_name(r->kind));
	member_text(w, "state", v->on ? "on" : "off");
	member_int_if(w, "since_ms", v->since_ms > 0, v->since_ms);
	member_text(w, "by", v->since_ms > 0 ? relay_mover_name(v->by) : NULL);
	write_holds(w, v);
	member_int_if(w, "power_w", load != NULL && load->quality == QUALITY_GOOD, load != NULL ? load->value : 0);
	member_open(w, "expected_w", '[');
	member_int(w, NULL, r->expected_w[0]);
	member_int(w, NULL, r->expected_w[1]);
	member_close(w, ']');
	member_int(w, "starts_1h", v->starts_1h);
	member_text(w, "fail_state", fail_state_name(r->fail_state));
	write_read_back(w, v);
	member_bool(w, "locked", v->locked);
	member_null(w, "locked_until_ms");
	member_close(w, '}');
}

void report_relay_list(struct writer *w, const struct report_facts *f)
{
	member_open(w, "relays", '[');
	for (int i = 0; i < f->settings->n_relays; i++)
		write_relay(w, f, i);
	member_close(w, ']');
}

void report_relays(struct writer *w, const struct report_facts *f)
{
	report_begin(w, f);
	report_relay_list(w, f);
	member_close(w, '}');
}

/* --- contract ---------------------------------------------------------------------------------- */

static void write_window(struct writer *w, const struct contract_record *c)
{
	bool exists = c->state != CONTRACT_NONE;

	member_int_if(w, "start_ms", exists, c->start_s * 1000);
	member_int_if(w, "end_ms", exists, c->end_s * 1000);
}

void report_contract_member(struct writer *w, const struct report_facts *f)
{
	const struct house_view *v = f->view;
	const struct contract_record *c = &v->contract;
	bool exists = c->state != CONTRACT_NONE, live = c->state == CONTRACT_LIVE;
	char id[UUID_TEXT];

	uuid_text(c->id, id);
	member_open(w, "contract", '{');
	member_text(w, "id", exists ? id : NULL);
	member_text(w, "state", contract_state_name((enum contract_state)c->state));
	member_text(w, "mode", control_mode_name(v->mode));
	member_text(w, "cause", cause_name(v->cause));
	member_text(w, "outcome", c->state == CONTRACT_ENDED ?
		contract_outcome_name((enum contract_outcome)c->outcome) : NULL);
	write_window(w, c);
	member_text(w, "atn", f->house->atn.alias);
	member_int_if(w, "beat_age_s", v->beat_age_ms >= 0, v->beat_age_ms / 1000);
	member_int(w, "beat_limit_s", BEAT_LIMIT_S);
	if (live)
		member_bool(w, "echo_ok", v->echo_ok);
	else
		member_null(w, "echo_ok");
	member_int_if(w, "energy_wh", exists, c->energy_mwh / 1000);
	member_int_if(w, "energy_estimated_wh", exists, c->energy_estimated_mwh / 1000);
	member_null(w, "instruction_w");
	member_int(w, "log_seq", v->log_seq);
	member_null(w, "log_head");
	member_text(w, "standing", text_or_null(f->settings->contract.standing));
	member_close(w, '}');
}

void report_contract(struct writer *w, const struct report_facts *f)
{
	report_begin(w, f);
	report_contract_member(w, f);
	member_close(w, '}');
}

static void write_fault(struct writer *w, const struct sim_fault *f)
{
	member_open(w, NULL, '{');
	member_int(w, "number", f->number);
	member_printable(w, "fault", f->text);
	member_text(w, "state", f->stands ? "stands" : "waits");
	member_int(w, "begin_ms", f->begin_ms);
	member_int_if(w, "end_ms", f->end_ms != 0, f->end_ms);
	member_close(w, '}');
}

void report_sim(struct writer *w, const struct report_facts *f, const struct sim_view *v)
{
	struct house_view view = { .t_ms = v->t_ms };
	struct report_facts at_that_time = *f;

	at_that_time.view = &view;
	report_begin(w, &at_that_time);
	member_bool(w, "simulated", f->settings->simulated);
	member_double(w, "speed", v->speed);
	member_bool(w, "paused", v->paused);
	if (v->added >= 0)
		member_int(w, "added", v->added);
	if (v->cleared >= 0)
		member_int(w, "cleared", v->cleared);
	member_open(w, "faults", '[');
	for (int i = 0; i < v->n_faults; i++)
		write_fault(w, &v->faults[i]);
	member_close(w, ']');
	member_close(w, '}');
}

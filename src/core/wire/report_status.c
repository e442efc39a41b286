/* SPDX-License-Identifier: MIT */
/* The status of the whole house as JSON: one screen of facts, each unknown one null. */
#include <math.h>

#include "core/wire/members.h"
#include "core/wire/report_parts.h"

const char *report_health(struct report_alerts a)
{
	if (a.critical > 0)
		return "critical";
	return a.error + a.warning > 0 ? "warning" : "ok";
}

static int64_t milli(double x)
{
	return (int64_t)llround(x * 1000);
}

static void write_program(struct writer *w, const struct report_facts *f)
{
	const struct settings *s = f->settings;

	member_text(w, "health", report_health(f->alerts));
	member_text(w, "version", f->version);
	member_int(w, "uptime_s", f->view->uptime_ms / 1000);
	member_bool(w, "simulated", s->simulated);
	if (s->simulated)
		member_double(w, "speed", f->speed);
	else
		member_null(w, "speed");
	member_bool(w, "safe_mode", f->view->cause == CAUSE_SAFE_MODE);
	member_open(w, "clock", '{');
	member_bool(w, "trusted", f->view->clock_trusted);
	member_text(w, "source", s->simulated ? "simulation" : NULL);
	member_null(w, "last_step_s");
	member_text(w, "tz", s->display.timezone[0] != '\0' ? s->display.timezone : NULL);
	member_int_if(w, "utc_offset_s", f->offset_known, f->utc_offset_s);
	member_close(w, '}');
}

static const char *comfort_state(struct view_temperature t, int64_t low_mc, int64_t high_mc)
{
	if (!t.good)
		return "unknown";
	if (t.mc < low_mc)
		return "low";
	return t.mc > high_mc ? "high" : "ok";
}

static void write_comfort(struct writer *w, const struct report_facts *f)
{
	int64_t band_mc = milli(f->settings->comfort.band_k), want_mc = f->view->setpoint_mc;

	member_open(w, "comfort", '[');
	for (int i = 0; i < f->settings->n_zones; i++) {
		struct view_temperature t = f->view->zones[i];

		member_open(w, NULL, '{');
		member_printable(w, "zone", f->settings->zones[i].name);
		member_milli_if(w, "temp_c", t.good, t.mc);
		member_milli(w, "low_c", want_mc - band_mc);
		member_milli(w, "high_c", want_mc + band_mc);
		member_milli(w, "setpoint_c", want_mc);
		member_int_if(w, "hold_until_ms", f->view->hold_until_ms > 0, f->view->hold_until_ms);
		member_text(w, "state", comfort_state(t, want_mc - band_mc, want_mc + band_mc));
		member_close(w, '}');
	}
	member_close(w, ']');
}

static void write_freeze(struct writer *w, const struct report_facts *f)
{
	const struct view_temperature pipes[2] = { f->view->supply, f->view->return_pipe };
	const int nodes[2] = { f->settings->roles.supply, f->settings->roles.return_pipe };
	int lowest = -1;

	for (int i = 0; i < 2; i++)
		if (pipes[i].good && (lowest < 0 || pipes[i].mc < pipes[lowest].mc))
			lowest = i;
	member_open(w, "freeze", '{');
	member_milli_if(w, "lowest_c", lowest >= 0, lowest >= 0 ? pipes[lowest].mc : 0);
	member_text(w, "node", lowest >= 0 ? house_alias(f->house, nodes[lowest]) : NULL);
	if (lowest < 0)
		member_null(w, "state");
	else
		member_text(w, "state", pipes[lowest].mc < milli(f->settings->guard.freeze_pipe_c) ? "low" : "ok");
	member_close(w, '}');
}

static void write_store(struct writer *w, const struct report_facts *f)
{
	member_open(w, "store", '{');
	member_null(w, "energy_wh");
	member_null(w, "capacity_wh");
	member_null(w, "fraction");
	member_open(w, "layers_c", '[');
	for (int i = 0; i < f->settings->roles.n_store; i++)
		member_milli_if(w, NULL, f->view->store[i].good, f->view->store[i].mc);
	member_close(w, ']');
	member_bool(w, "tripped", f->view->tripped);
	member_close(w, '}');
	member_milli_if(w, "outdoor_c", f->view->outdoor.good, f->view->outdoor.mc);
}

static void write_power(struct writer *w, const struct report_facts *f)
{
	member_open(w, "power", '{');
	member_int_if(w, "total_w", f->view->power_known, f->view->power_w);
	member_open(w, "by_node", '{');
	for (int i = 0; i < f->house->n_channels; i++) {
		const struct channel *c = &f->house->channels[i];
		const struct view_channel *v = &f->view->channels[i];

		if (c->name == TELEMETRY_POWER_W)
			member_int_if(w, house_alias(f->house, c->about), v->quality == QUALITY_GOOD, v->value);
	}
	member_close(w, '}');
	member_close(w, '}');
	member_open(w, "today", '{');
	member_null(w, "energy_wh");
	member_null(w, "cost");
	member_text(w, "currency", f->settings->display.currency);
	member_null(w, "cop");
	member_close(w, '}');
}

static const char *uplink_state(const struct msg_uplink_view *u)
{
	if (u == NULL)
		return NULL;
	if (!u->wanted)
		return "off";
	return u->up ? "up" : "down";
}

static void write_uplink(struct writer *w, const struct report_facts *f)
{
	const struct settings_uplink *s = &f->settings->uplink;
	const struct msg_uplink_view *u = f->uplink;
	const struct msg_uplink_view none = { .wanted = false };
	const struct msg_uplink_view *k = u != NULL ? u : &none;

	member_open(w, "uplink", '{');
	member_text(w, "state", uplink_state(u));
	member_printable(w, "host", s->host[0] != '\0' ? s->host : NULL);
	member_int(w, "port", s->port);
	member_bool(w, "tls", s->tls);
	member_int_if(w, "since_ms", k->since_ms > 0, k->since_ms);
	member_printable(w, "last_error", k->last_error[0] != '\0' ? k->last_error : NULL);
	member_int(w, "owed", f->view->owed);
	member_int_if(w, "last_ack_s", k->last_ack_ms > 0, (f->view->t_ms - k->last_ack_ms) / 1000);
	member_null(w, "sent_today");
	member_null(w, "bytes_today");
	member_int_if(w, "sent_total", u != NULL, (int64_t)k->messages);
	member_int_if(w, "bytes_total", u != NULL, (int64_t)k->bytes);
	member_close(w, '}');
}

/* In the order of enum store_tier; exact: history.exact_days. */
static const struct { const char *name; int days; } tiers[HISTORY_TIERS] = {
	{ "exact", 28 }, { "minute", 7 }, { "quarter", 28 }, { "day", 400 },
};

static void write_history(struct writer *w, const struct report_facts *f)
{
	const struct msg_history_view *h = f->history;

	member_open(w, "history", '{');
	member_open(w, "tiers", '[');
	for (int t = 0; t < HISTORY_TIERS; t++) {
		member_open(w, NULL, '{');
		member_text(w, "tier", tiers[t].name);
		member_int_if(w, "have_s", h != NULL && h->have_s[t] >= 0, h != NULL ? h->have_s[t] : 0);
		member_int(w, "of_s", (t == 0 ? f->settings->history.exact_days : tiers[t].days) * 86400LL);
		member_int_if(w, "gaps", h != NULL && h->gaps[t] >= 0, h != NULL ? h->gaps[t] : 0);
		member_close(w, '}');
	}
	member_close(w, ']');
	member_int_if(w, "db_bytes", h != NULL && h->db_bytes >= 0, h != NULL ? h->db_bytes : 0);
	member_int_if(w, "card_bytes_today", h != NULL && h->card_bytes_today >= 0, h != NULL ? h->card_bytes_today : 0);
	if (h != NULL)
		member_bool(w, "failing", h->failing);
	else
		member_null(w, "failing");
	member_close(w, '}');
}

static void write_sensor_counts(struct writer *w, const struct report_facts *f)
{
	int good = 0;

	member_open(w, "sensors", '{');
	member_open(w, "bad", '[');
	for (int i = 0; i < f->house->n_channels; i++) {
		const struct channel *c = &f->house->channels[i];
		const struct view_channel *v = &f->view->channels[i];

		if (c->name == TELEMETRY_RELAY_STATE)
			continue;
		if (v->quality == QUALITY_GOOD) {
			good++;
			continue;
		}
		member_open(w, NULL, '{');
		member_text(w, "node", house_alias(f->house, c->about));
		member_text(w, "quality", quality_name(v->quality));
		member_int_if(w, "age_s", v->age_ms >= 0, v->age_ms / 1000);
		member_close(w, '}');
	}
	member_close(w, ']');
	member_int(w, "good", good);
	member_close(w, '}');
}

static void write_plan(struct writer *w, const struct report_facts *f)
{
	const struct house_view *v = f->view;

	member_text(w, "heats_by", v->heats_by);
	if (!v->has_plan) {
		member_null(w, "plan");
		return;
	}
	member_open(w, "plan", '{');
	member_int(w, "age_s", v->plan_age_ms / 1000);
	report_plan_basis(w, &v->plan);
	member_close(w, '}');
}

void report_status(struct writer *w, const struct report_facts *f)
{
	report_begin(w, f);
	write_program(w, f);
	report_contract_member(w, f);
	write_comfort(w, f);
	write_freeze(w, f);
	write_store(w, f);
	write_power(w, f);
	report_relay_list(w, f);
	write_uplink(w, f);
	write_history(w, f);
	write_sensor_counts(w, f);
	write_plan(w, f);
	member_open(w, "alerts", '{');
	member_int(w, "critical", f->alerts.critical);
	member_int(w, "error", f->alerts.error);
	member_int(w, "warning", f->alerts.warning);
	member_close(w, '}');
	member_int(w, "refused_total", f->view->refused);
	member_close(w, '}');
}

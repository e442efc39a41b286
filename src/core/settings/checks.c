/* SPDX-License-Identifier: MIT */
/* What several settings must agree on. Each check is one function in one table; all of them run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings/settings.h"
#include "core/civil.h"
#include "core/settings/table.h"
#include "core/wire/signature.h"
#include "spaceheat/uuid.h"

enum { TRIP_GAP_K = 3, GUARD_POLL_MAX_S = 10, SOCKET_PATH_MAX = 107 };

struct check {
	const struct settings *s;
	const struct conf_list *list;
	struct problems *problems;
};

static const char *file_of(const struct check *c, const char *path)
{
	return conf_file_of(c->list, conf_find(c->list, path));
}

static int line_of(const struct check *c, const char *path)
{
	const struct conf_entry *e = conf_find(c->list, path);

	return e ? e->line : 0;
}

/* "(spaceheat.cfg:35)" or "(default)" */
static void origin(const struct check *c, const char *path, char *out, size_t size)
{
	const struct conf_entry *e = conf_find(c->list, path);

	if (e)
		snprintf(out, size, "(%s:%d)", conf_file_of(c->list, e), e->line);
	else
		snprintf(out, size, "(default)");
}

static void check_trip(const struct check *c)
{
	const struct settings_guard *g = &c->s->guard;
	char where[CONF_FILE + 16];

	if (g->store_trip_c >= g->store_ceiling_c + TRIP_GAP_K)
		return;
	if (conf_find(c->list, "guard.store_trip_c") || !conf_find(c->list, "guard.store_ceiling_c")) {
		origin(c, "guard.store_ceiling_c", where, sizeof(where));
		problem_add(c->problems, file_of(c, "guard.store_trip_c"), line_of(c, "guard.store_trip_c"),
			"guard.store_trip_c = %g is less than %d K above store_ceiling_c = %g %s - use at "
			"least %g",
			g->store_trip_c, TRIP_GAP_K, g->store_ceiling_c, where,
			g->store_ceiling_c + TRIP_GAP_K);
		return;
	}
	problem_add(c->problems, file_of(c, "guard.store_ceiling_c"), line_of(c, "guard.store_ceiling_c"),
		"guard.store_ceiling_c = %g is less than %d K below store_trip_c = %g (default) - use at "
		"most %g",
		g->store_ceiling_c, TRIP_GAP_K, g->store_trip_c, g->store_trip_c - TRIP_GAP_K);
}

static void check_fail_state(const struct check *c, int i)
{
	const struct settings_relay *r = &c->s->relays[i];
	const char *advice =
		"add fail_state = \"open\"; or \"handback\" when letting go returns control to a thermostat";
	const struct conf_entry *said;
	char path[48], kind[48], group[48];

	snprintf(group, sizeof(group), "relays[%d]", i);
	snprintf(path, sizeof(path), "relays[%d].fail_state", i);
	snprintf(kind, sizeof(kind), "relays[%d].kind", i);
	said = conf_find(c->list, path);
	if (r->kind == RELAY_ELEMENT && conf_find(c->list, kind))
		advice = "add fail_state = \"open\"; (elements are always open)";
	if (!said && conf_find(c->list, group))
		problem_add(c->problems, file_of(c, group), r->line, "relay \"%s\" has no fail_state - %s",
			r->node_name, advice);
	else if (r->kind == RELAY_ELEMENT && r->fail_state != FAIL_OPEN)
		problem_add(c->problems, file_of(c, path), said ? said->line : r->line,
			"relay \"%s\" of kind \"element\" has fail_state \"%s\" - only \"open\" is allowed",
			r->node_name, fail_state_name(r->fail_state));
}

static void check_relays(const struct check *c)
{
	for (int i = 0; i < c->s->n_relays; i++) {
		const struct settings_relay *r = &c->s->relays[i];
		char path[48];

		check_fail_state(c, i);
		snprintf(path, sizeof(path), "relays[%d].expected_w", i);
		if (r->expected_w[0] > r->expected_w[1])
			problem_add(c->problems, file_of(c, path), line_of(c, path),
				"relay \"%s\" has expected_w = [ %d, %d ] - put the smaller number first",
				r->node_name, r->expected_w[0], r->expected_w[1]);
		snprintf(path, sizeof(path), "relays[%d].node", i);
		for (int j = 0; j < i; j++)
			if (r->node_name[0] && strcmp(r->node_name, c->s->relays[j].node_name) == 0)
				problem_add(c->problems, file_of(c, path), line_of(c, path),
					"relay \"%s\" has two entries (the other at line %d) - remove one of "
					"them",
					r->node_name, c->s->relays[j].line);
	}
}

static void check_zone_names(const struct check *c)
{
	for (int i = 0; i < c->s->n_zones; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(c->s->zones[i].name, c->s->zones[j].name) == 0)
				problem_add(c->problems, file_of(c, "zones"), c->s->zones[i].line,
					"zone \"%s\" stands twice (the other at line %d) - give one of them "
					"another name",
					c->s->zones[i].name, c->s->zones[j].line);
}

static void check_setpoint(const struct check *c, const char *path, double setpoint_c)
{
	const struct settings_comfort *k = &c->s->comfort;
	const char *limit = setpoint_c < k->min_c ? "comfort.min_c" : "comfort.max_c";
	const char *where = conf_find(c->list, path) ? path : limit;	/* a default passed by a limit */

	if (setpoint_c < k->min_c || setpoint_c > k->max_c)
		problem_add(c->problems, file_of(c, where), line_of(c, where),
			"%s = %g is outside comfort.min_c..max_c = %g..%g C - use a value inside, or move "
			"those limits",
			path, setpoint_c, k->min_c, k->max_c);
}

static void check_comfort(const struct check *c)
{
	const struct settings_comfort *k = &c->s->comfort;
	const char *limit = conf_find(c->list, "comfort.min_c") ? "comfort.min_c" : "comfort.max_c";
	char path[64];

	if (k->min_c > k->max_c) {
		problem_add(c->problems, file_of(c, limit), line_of(c, limit),
			"comfort.min_c = %g is above comfort.max_c = %g - exchange them", k->min_c, k->max_c);
		return;
	}
	check_setpoint(c, "comfort.setpoint_c", k->setpoint_c);
	for (int i = 0; i < k->n_schedule; i++) {
		snprintf(path, sizeof(path), "comfort.schedule[%d].setpoint_c", i);
		if (k->schedule[i].setpoint_c > 0) /* 0: absent or refused already */
			check_setpoint(c, path, k->schedule[i].setpoint_c);
	}
}

static bool is_loopback(const char *host)
{
	/* "127.broker.example" is a name somebody else may own: only digits make it ours. */
	bool net_127 = strncmp(host, "127.", 4) == 0 && host[strspn(host, "0123456789.")] == '\0';

	return net_127 || strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}

static void check_broker(const struct check *c)
{
	const struct settings_uplink *u = &c->s->uplink;

	if (!u->enable || !u->host[0] || u->tls || u->allow_insecure_broker || is_loopback(u->host))
		return;
	problem_add(c->problems, file_of(c, "uplink.tls"), line_of(c, "uplink.tls"),
		"uplink.tls = false to %s, not this machine - set tls = true, or allow_insecure_broker = "
		"true if you "
		"accept that others can read and command",
		u->host);
}

static void check_contract(const struct check *c)
{
	const struct settings_contract *k = &c->s->contract;
	const char *path = conf_find(c->list, "contract") ? "contract" : "uplink.host";
	uint8_t keys[SIGN_MAX_KEYS][SIGN_KEY_BYTES];
	struct uuid id;

	if (k->atn_key[0] && signature_read_keys(k->atn_key, keys) == 0)
		problem_add(c->problems, file_of(c, "contract.atn_key"), line_of(c, "contract.atn_key"),
			"contract.atn_key = \"%s\" is no key - write ed25519: and 44 characters of base64, or 64 hex "
			"digits; two keys with a comma between them", k->atn_key);
	if (k->standing[0] && !uuid_parse(k->standing, &id))
		problem_add(c->problems, file_of(c, "contract.standing"), line_of(c, "contract.standing"),
			"contract.standing = \"%s\" is no UUID - write 8-4-4-4-12 hex digits, or \"\"",
			k->standing);
	if (!c->s->uplink.enable || !c->s->uplink.host[0] || k->atn_key[0] || k->allow_unsigned_contract)
		return;
	problem_add(c->problems, file_of(c, path), line_of(c, path),
		"contract has neither atn_key nor allow_unsigned_contract = true - set atn_key to the "
		"AtomicTNode's key, "
		"or choose allow_unsigned_contract = true");
}

static void check_key_pair(const struct check *c)
{
	const struct settings_uplink *u = &c->s->uplink;
	const char *have = u->cert_file[0] ? "uplink.cert_file" : "uplink.key_file";

	if (!u->cert_file[0] == !u->key_file[0])
		return;
	problem_add(c->problems, file_of(c, have), line_of(c, have),
		"%s is set without uplink.%s - set both or none", have,
		u->cert_file[0] ? "key_file" : "cert_file");
}

static void check_poll(const struct check *c)
{
	const struct settings_roles *r = &c->s->roles;
	bool guard_needs = r->n_store + r->n_buffer > 0 || r->supply_name[0] || r->return_name[0] || c->s->n_zones > 0;

	if (c->s->sensors.poll_s > GUARD_POLL_MAX_S && guard_needs)
		problem_add(c->problems, file_of(c, "sensors.poll_s"), line_of(c, "sensors.poll_s"),
			"sensors.poll_s = %d is more than %d s, but the guard needs roles.store, buffer, supply, "
			"return_pipe and zones "
			"- use at most %d",
			c->s->sensors.poll_s, GUARD_POLL_MAX_S, GUARD_POLL_MAX_S);
}

static void check_plausible(const struct check *c)
{
	const double *p = c->s->sensors.plausible_c;

	if (p[0] >= p[1])
		problem_add(c->problems, file_of(c, "sensors.plausible_c"), line_of(c, "sensors.plausible_c"),
			"sensors.plausible_c = [ %g, %g ] is empty - put the smaller number first", p[0],
			p[1]);
}

static void check_tariff(const struct check *c)
{
	const struct settings_tariff *t = &c->s->tariff;
	int64_t day;

	for (int i = 0; i < t->n_holidays; i++)
		if (!civil_parse_day(t->holidays[i], &day))
			problem_add(c->problems, file_of(c, "tariff.holidays"), line_of(c, "tariff.holidays"),
				"tariff.holidays[%d] = \"%s\" is no date - write it like \"2027-01-01\"", i,
				t->holidays[i]);
	for (int i = 0; i < t->n_peaks; i++)
		if (t->peaks[i].from_min >= t->peaks[i].to_min)
			problem_add(c->problems, file_of(c, "tariff.peaks"), t->peaks[i].line,
				"tariff.peaks[%d] ends at %02d:%02d, not after its start at %02d:%02d - make two of one "
				"over midnight", i, t->peaks[i].to_min / 60, t->peaks[i].to_min % 60,
				t->peaks[i].from_min / 60, t->peaks[i].from_min % 60);
}

/* A model that leaves out what has no usual value would heat by guesses. */
static void check_house_model(const struct check *c)
{
	const struct settings_house_model *m = &c->s->house_model;
	bool store = m->kind == MODEL_HP_STORE_BUFFER;
	const struct { const char *path; double value; bool wanted; } must[] = {
		{ "house_model.air_kj_per_k", m->air_kj_per_k, true }, { "house_model.mass_kj_per_k", m->mass_kj_per_k, true },
		{ "house_model.air_mass_w_per_k", m->air_mass_w_per_k, true },
		{ "house_model.air_out_w_per_k", m->air_out_w_per_k, true },
		{ "house_model.mass_out_w_per_k", m->mass_out_w_per_k, true },
		{ "house_model.emitter_a1_w_per_k", m->emitter_a1_w_per_k, true },
		{ "house_model.emitter_a2_w_per_k2", m->emitter_a2_w_per_k2, true },
		{ "house_model.emitter_flow_lpm", m->emitter_flow_lpm, true },
		{ "house_model.buffer_litres", m->buffer_litres, true },
		{ "house_model.store_litres", m->store_litres, store },
		{ "roles.store", c->s->roles.n_store, store },
		{ "roles.buffer", c->s->roles.n_buffer, m->kind != MODEL_ELEMENT_TANK },
	};

	for (size_t i = 0; m->kind != MODEL_NONE && i < sizeof(must) / sizeof(must[0]); i++)
		if (must[i].wanted && !(must[i].value > 0))
			problem_add(c->problems, file_of(c, "house_model.kind"), line_of(c, "house_model.kind"),
				"house_model.kind needs %s - give it, or set the kind to \"none\"", must[i].path);
}

static void check_status_period(const struct check *c)
{
	int p = c->s->status_period_s;

	if (p != 60 && p != 300 && p != 900)
		problem_add(c->problems, file_of(c, "status_period_s"), line_of(c, "status_period_s"),
			"status_period_s = %d is not 60, 300 or 900 - use one of them; 300 for AtomicTNodes "
			"of 2022",
			p);
}

static void check_sim(const struct check *c)
{
	const struct settings_sim *m = &c->s->sim;
	int64_t ms;
	int offset_s;

	if (m->speed > 0 && m->speed < 0.1)
		problem_add(c->problems, file_of(c, "sim.speed"), line_of(c, "sim.speed"),
			"sim.speed = %g is outside 0.1..3600 - use at least 0.1, or 0 for as fast as it goes",
			m->speed);
	if (m->start[0] && !settings_parse_time(m->start, &ms, &offset_s))
		problem_add(c->problems, file_of(c, "sim.start"), line_of(c, "sim.start"),
			"sim.start = \"%s\" is no time with an offset - write it like "
			"\"2027-01-14T05:55-05:00\"",
			m->start);
}

static void check_folders(const struct check *c)
{
	if (!c->s->state_dir[0])
		problem_add(c->problems, file_of(c, "state_dir"), line_of(c, "state_dir"),
			"state_dir = \"\" is no folder - name one, like \"/var/lib/spaceheat\"");
	if (c->s->house[0] && !c->s->houses_file[0])
		problem_add(c->problems, file_of(c, "houses_file"), line_of(c, "houses_file"),
			"houses_file = \"\" is no file - name one, like \"/etc/spaceheat/houses.json\"");
}

/* The kernel's address of a socket ends after that. */
static void check_socket(const struct check *c)
{
	size_t n = strlen(c->s->control_socket.path);

	if (n > SOCKET_PATH_MAX)
		problem_add(c->problems, file_of(c, "control_socket.path"), line_of(c, "control_socket.path"),
			"control_socket.path has %zu characters - use at most %d; the kernel takes no more", n,
			SOCKET_PATH_MAX);
}

static void (*const all_checks[])(const struct check *) = {
	check_folders,
	check_broker,
	check_key_pair,
	check_contract,
	check_relays,
	check_zone_names,
	check_trip,
	check_comfort,
	check_poll,
	check_plausible,
	check_tariff,
	check_house_model,
	check_status_period,
	check_sim,
	check_socket,
};

void settings_check(const struct settings *s, const struct conf_list *list, struct problems *problems)
{
	struct check c = { s, list, problems };

	for (size_t i = 0; i < sizeof(all_checks) / sizeof(all_checks[0]); i++)
		all_checks[i](&c);
}

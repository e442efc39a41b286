/* SPDX-License-Identifier: MIT */
/* The model of a real house, from the settings: the same numbers that a simulated house has as its Plant, those of them
 * that deciding needs. */
#include <string.h>

#include "core/settings/settings.h"

static const double J_PER_KJ = 1000;

static void take_envelope(const struct settings *s, struct plant *p)
{
	const struct settings_house_model *m = &s->house_model;

	p->house = (struct plant_envelope){ .set_c = s->comfort.setpoint_c, .start_c = s->comfort.setpoint_c,
		.air_j_per_k = m->air_kj_per_k * J_PER_KJ, .mass_j_per_k = m->mass_kj_per_k * J_PER_KJ,
		.air_mass_w_per_k = m->air_mass_w_per_k, .air_out_w_per_k = m->air_out_w_per_k,
		.mass_out_w_per_k = m->mass_out_w_per_k, .wind_w_per_k_per_ms = m->wind_w_per_k_per_ms,
		.solar_m2 = m->solar_m2, .internal_w = m->internal_w, .emit_to_mass = m->emit_to_mass };
	p->emitters = (struct plant_emitters){ m->emitter_a1_w_per_k, m->emitter_a2_w_per_k2, m->emitter_flow_lpm };
}

static void take_tanks(const struct settings *s, struct plant *p)
{
	const struct settings_house_model *m = &s->house_model;
	const struct settings_roles *r = &s->roles;
	bool store = m->kind == MODEL_HP_STORE_BUFFER;

	p->buffer = (struct plant_tank){ .litres = m->buffer_litres, .ua_w_per_k = m->buffer_ua_w_per_k,
		.layers = r->n_buffer > 0 ? r->n_buffer : r->n_store };
	if (store) {
		p->store.kind = STORE_WATER;
		p->store.tank = (struct plant_tank){ .litres = m->store_litres, .ua_w_per_k = m->store_ua_w_per_k,
			.layers = r->n_store };
	}
	p->cellar_c = m->cellar_c;
	p->circulators.dist_w = m->pump_w;
}

static void take_source(const struct settings_house_model *m, struct plant *p)
{
	p->has_element = m->kind == MODEL_ELEMENT_TANK;
	p->has_heat_pump = !p->has_element;
	p->element.w = p->has_element ? m->element_w : 0;
	p->heat_pump = (struct plant_heat_pump){ .cap0_w = m->hp_cap0_w, .cap_to_w_per_k = m->hp_cap_to_w_per_k,
		.cap_lwt_w_per_k = m->hp_cap_lwt_w_per_k, .cap_min_w = m->hp_cap_min_w, .cap_max_w = m->hp_cap_max_w,
		.eta_a = m->hp_eta_a, .eta_b = m->hp_eta_b, .eta_c = m->hp_eta_c, .cop_max = m->hp_cop_max,
		.elec_max_w = m->hp_elec_max_w, .lwt_set_c = m->hp_lwt_set_c, .frost_below_c = m->hp_frost_below_c };
}

/* Beside a heat pump each element is one. */
static void take_backup(const struct settings *s, struct plant *p)
{
	for (int i = 0; i < s->n_relays && p->has_heat_pump; i++) {
		if (s->relays[i].kind != RELAY_ELEMENT)
			continue;
		p->backup_kind = BACKUP_ELEMENT;
		p->backup.w += s->relays[i].expected_w[1];
	}
}

void settings_model_house(const struct settings *s, struct house *h)
{
	struct plant *p = &h->plant;

	if (h->has_plant || s->house_model.kind == MODEL_NONE)
		return;
	*p = (struct plant){ .kind = (enum plant_kind)(s->house_model.kind - 1), .backup_kind = BACKUP_NONE };
	take_envelope(s, p);
	take_tanks(s, p);
	take_source(&s->house_model, p);
	take_backup(s, p);
	h->has_model = true;
}

void settings_replay(const struct settings *s, struct house *h)
{
	struct plant *p = &h->plant;

	if (!s->simulated || !h->has_plant)
		return;
	if (s->weather.source == WEATHER_FILE && s->weather.file[0] != '\0') {
		p->weather.kind = SERIES_CSV;
		memcpy(p->weather.path, s->weather.file, sizeof(p->weather.path));
	}
	if (s->tariff.kind == TARIFF_FILE && s->tariff.file[0] != '\0') {
		p->prices.kind = SERIES_CSV;
		memcpy(p->prices.path, s->tariff.file, sizeof(p->prices.path));
	}
}

_Static_assert(sizeof(((struct plant_weather *)0)->path) == PATH_SIZE, "a path of the settings fits");
_Static_assert(sizeof(((struct plant_prices *)0)->path) == PATH_SIZE, "a path of the settings fits");

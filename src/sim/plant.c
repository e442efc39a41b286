/* SPDX-License-Identifier: MIT */
#include "sim/plant.h"

#include <math.h>

#include "core/heat/heat.h"

static const double LIMIT_CLOSES_K = 5;		/* below the temperature at which the limit switch opens */

const char *plant_relay_name(enum plant_relay r)
{
	static const char *const names[] = { "hp", "charge", "storepump", "distpump", "element", "backup" };

	return (unsigned)r < N_PLANT_RELAYS ? names[r] : "?";
}

double plant_store_c(const struct plant_state *s, int layer)
{
	return s->plant->store.kind == STORE_PCM ? pcm_c(&s->pcm, layer) : s->store.c[layer];
}

static double store_energy_j(const struct plant_state *s)
{
	switch (s->plant->store.kind) {
	case STORE_WATER:
		return tank_energy_j(&s->store);
	case STORE_PCM:
		return pcm_energy_j(&s->pcm);
	case STORE_NONE:
		break;
	}
	return 0;
}

static double energy_j(const struct plant_state *s)
{
	const struct plant_envelope *h = &s->plant->house;

	return h->air_j_per_k * s->air_c + h->mass_j_per_k * s->mass_c + tank_energy_j(&s->buffer) +
		store_energy_j(s);
}

static void note(struct plant_state *s, double c)
{
	s->lowest_c = fmin(s->lowest_c, c);
	s->highest_c = fmax(s->highest_c, c);
}

/* Tanks are warmest on top; a phase-change store may be warm at either end. */
static void note_extremes(struct plant_state *s)
{
	enum store_kind kind = s->plant->store.kind;

	note(s, s->air_c);
	note(s, s->mass_c);
	note(s, s->lwt_c);
	note(s, s->buffer.c[0]);
	note(s, s->buffer.c[s->buffer.layers - 1]);
	for (int i = 0; kind == STORE_PCM && i < s->plant->store.tank.layers; i++)
		note(s, pcm_c(&s->pcm, i));
	if (kind == STORE_WATER) {
		note(s, s->store.c[0]);
		note(s, s->store.c[s->store.layers - 1]);
	}
}

static bool limit_opens(const struct plant_heater *h, const struct tank *t, bool open)
{
	return t->c[h->layer] >= (open ? h->limit_c - LIMIT_CLOSES_K : h->limit_c);
}

static void move_limits(struct plant_state *s)
{
	const struct plant *p = s->plant;

	if (p->has_element)
		s->element_limit_open = limit_opens(&p->element, &s->buffer, s->element_limit_open);
	if (p->backup_kind != BACKUP_NONE)
		s->backup_limit_open = limit_opens(&p->backup, &s->buffer, s->backup_limit_open);
}

void plant_begin_account(struct plant_state *s)
{
	s->account = (struct plant_account){ .start = energy_j(s) };
}

void plant_init(struct plant_state *s, const struct plant *p, double out_c)
{
	const struct plant_envelope *h = &p->house;

	*s = (struct plant_state){ .plant = p, .pcm_out_c = NAN };
	s->air_c = isnan(h->start_c) ? h->set_c : h->start_c;
	s->mass_c = (h->air_mass_w_per_k * s->air_c + h->mass_out_w_per_k * out_c) /
		(h->air_mass_w_per_k + h->mass_out_w_per_k);
	tank_init(&s->buffer, &p->buffer);
	if (p->store.kind == STORE_WATER)
		tank_init(&s->store, &p->store.tank);
	if (p->store.kind == STORE_PCM)
		pcm_init(&s->pcm, &p->store);
	if (p->has_heat_pump)
		heat_pump_init(&s->heat_pump, &p->heat_pump);
	move_limits(s);
	s->supply_c = s->return_c = s->lwt_c = s->ewt_c = s->buffer.c[0];
	s->lowest_c = s->highest_c = s->air_c;
	note_extremes(s);
	plant_begin_account(s);
}

/* Watts of an element or boiler with its mechanical limit switch. */
static double heater_w(const struct plant_heater *h, bool exists, bool on, bool limit_open)
{
	return exists && on && !limit_open ? h->w : 0;
}

static double element_w(const struct plant_state *s, const struct plant_inputs *in)
{
	const struct plant *p = s->plant;

	return heater_w(&p->element, p->has_element, in->on[PLANT_ELEMENT], s->element_limit_open);
}

static double backup_w(const struct plant_state *s, const struct plant_inputs *in)
{
	const struct plant *p = s->plant;

	return heater_w(
		&p->backup, p->backup_kind != BACKUP_NONE, in->on[PLANT_BACKUP], s->backup_limit_open);
}

static bool has_store(const struct plant_state *s)
{
	return s->plant->store.kind != STORE_NONE;
}

static double heat_pump_w(const struct plant_state *s)
{
	if (!s->plant->has_heat_pump)
		return 0;
	return s->heat_pump.elec_w +
		(heat_pump_moves_water(&s->heat_pump) ? s->plant->circulators.primary_w : 0);
}

double plant_power_w(const struct plant_state *s, const struct plant_inputs *in)
{
	const struct plant *p = s->plant;
	double w = heat_pump_w(s) + element_w(s, in);

	if (p->backup_kind == BACKUP_ELEMENT)	/* a boiler is not metered */
		w += backup_w(s, in);
	if (in->on[PLANT_DISTPUMP])
		w += p->circulators.dist_w;
	if (in->on[PLANT_STOREPUMP] && has_store(s))
		w += p->circulators.store_w;
	return w;
}

double plant_flow_lpm(const struct plant_state *s, const struct plant_inputs *in)
{
	return in->on[PLANT_DISTPUMP] ? s->plant->emitters.flow_lpm : 0;
}

/* Standing water in a pipe takes the temperature around it over about ten minutes; nothing draws on it, so
 * no account. */
static double standing_c(double pipe_c, double around_c, double dt_s)
{
	return pipe_c + (around_c - pipe_c) * (1 - exp(-dt_s / 600));
}

/* Where the water goes in this step, kg/s. */
struct flows { double emitters, to_buffer, to_store, from_store; };

static struct flows flows_now(struct plant_state *s, const struct plant_inputs *in)
{
	const struct plant *p = s->plant;
	bool charge = in->on[PLANT_CHARGE] && has_store(s);
	bool discharge = in->on[PLANT_STOREPUMP] && has_store(s);
	struct flows f = { .emitters = heat_kg_s(plant_flow_lpm(s, in)) };

	if (p->has_heat_pump && heat_pump_moves_water(&s->heat_pump))
		*(charge ? &f.to_store : &f.to_buffer) = heat_kg_s(p->heat_pump.flow_lpm);
	if (discharge && !charge)
		f.from_store = heat_kg_s(p->store.flow_lpm);
	s->conflicts += charge && discharge;
	return f;
}

/* What the heat pump gets: the bottom of whatever its valve points to. */
static double entering_c(const struct plant_state *s, const struct plant_inputs *in)
{
	if (!in->on[PLANT_CHARGE] || !has_store(s))
		return s->buffer.c[s->buffer.layers - 1];
	if (s->plant->store.kind == STORE_PCM && !isnan(s->pcm_out_c))
		return s->pcm_out_c;
	return plant_store_c(s, s->plant->store.tank.layers - 1);
}

static void step_heat_pump(struct plant_state *s, const struct plant_inputs *in, double out_c)
{
	const struct plant *p = s->plant;
	struct heat_pump *m = &s->heat_pump;

	if (!p->has_heat_pump)
		return;
	heat_pump_step(m, &p->heat_pump, in->on[PLANT_HP], entering_c(s, in), out_c, p->dt_s);
	s->account.heat_pump += m->heat_w * p->dt_s;
	if (heat_pump_moves_water(m)) {
		s->lwt_c = m->lwt_c;
		s->ewt_c = m->ewt_c;
	} else {
		s->lwt_c = standing_c(s->lwt_c, p->cellar_c, p->dt_s);
		s->ewt_c = standing_c(s->ewt_c, p->cellar_c, p->dt_s);
	}
}

/* Returns the emitters' heat and sets the pipes. */
static double step_emitters(struct plant_state *s, double kg_s)
{
	const struct plant *p = s->plant;
	double supply_c = s->buffer.c[0];
	double w = heat_emitter_w(&p->emitters, supply_c, s->air_c, kg_s);

	if (kg_s > 0) {
		s->supply_c = supply_c;
		s->return_c = supply_c - w / (kg_s * HEAT_CP_J_PER_KG_K);
	} else {
		s->supply_c = standing_c(s->supply_c, s->air_c, p->dt_s);
		s->return_c = standing_c(s->return_c, s->air_c, p->dt_s);
	}
	return w;
}

static void flow_down(struct tank_flows *f, double kg_s, double c)
{
	if (kg_s > 0)
		f->down[f->n_down++] = (struct stream){ kg_s, c };
}

static void flow_up(struct tank_flows *f, double kg_s, double c)
{
	if (kg_s > 0)
		f->up[f->n_up++] = (struct stream){ kg_s, c };
}

static void step_water_store(struct plant_state *s, const struct flows *f, struct tank_flows *buffer)
{
	const struct plant *p = s->plant;
	struct tank_flows store = { .n_down = 0 };

	flow_down(buffer, f->from_store, s->store.c[0]);
	flow_down(&store, f->to_store, s->heat_pump.lwt_c);
	flow_up(&store, f->from_store, s->buffer.c[s->buffer.layers - 1]);
	s->account.tank += tank_step(&s->store, &store, p->cellar_c, p->dt_s) * p->dt_s;
}

/* The water of a charging step enters the heat pump in the next one; the difference is booked to the buffer's
 * bottom, so that nothing is lost. */
static void step_pcm_store(struct plant_state *s, const struct flows *f, struct tank_flows *buffer)
{
	const struct plant *p = s->plant;
	int bottom = s->buffer.layers - 1;
	bool charging = f->to_store > 0;
	double kg_s = charging ? f->to_store : f->from_store;
	double in_c = charging ? s->heat_pump.lwt_c : s->buffer.c[bottom], loss_w;
	double out_c = pcm_step(&s->pcm, kg_s, charging, in_c, p->cellar_c, p->dt_s, &loss_w);

	flow_down(buffer, f->from_store, out_c);
	if (charging) {
		buffer->heat_w[bottom] += kg_s * HEAT_CP_J_PER_KG_K * (out_c - s->heat_pump.ewt_c);
		s->pcm_out_c = out_c;
	}
	s->account.tank += loss_w * p->dt_s;
}

static void step_store(struct plant_state *s, const struct flows *f, struct tank_flows *buffer)
{
	if (s->plant->store.kind == STORE_WATER)
		step_water_store(s, f, buffer);
	else if (s->plant->store.kind == STORE_PCM)
		step_pcm_store(s, f, buffer);
}

static void add_heaters(struct plant_state *s, const struct plant_inputs *in, struct tank_flows *f)
{
	const struct plant *p = s->plant;
	double element = in->element_dry ? 0 : element_w(s, in), backup = backup_w(s, in);

	if (p->has_element)
		f->heat_w[p->element.layer] += element;
	if (p->backup_kind != BACKUP_NONE)
		f->heat_w[p->backup.layer] += backup;
	s->account.element += element * p->dt_s;
	s->account.backup += backup * p->dt_s;
}

static void step_tanks(struct plant_state *s, const struct plant_inputs *in, const struct flows *f)
{
	const struct plant *p = s->plant;
	struct tank_flows buffer = { .n_down = 0 };

	flow_up(&buffer, f->emitters, s->return_c);
	flow_down(&buffer, f->to_buffer, s->heat_pump.lwt_c);
	add_heaters(s, in, &buffer);
	step_store(s, f, &buffer);
	s->account.tank += tank_step(&s->buffer, &buffer, p->cellar_c, p->dt_s) * p->dt_s;
	move_limits(s);
}

static void step_house(struct plant_state *s, double emitted_w, const struct weather_row *w)
{
	const struct plant_envelope *h = &s->plant->house;
	double dt_s = s->plant->dt_s, sun_w = h->solar_m2 * w->sun_w_m2;
	double to_mass_w = h->air_mass_w_per_k * (s->air_c - s->mass_c);
	double air_loss_w =
		(h->air_out_w_per_k + h->wind_w_per_k_per_ms * w->wind_ms) * (s->air_c - w->out_c);
	double mass_loss_w = h->mass_out_w_per_k * (s->mass_c - w->out_c);

	s->air_c += dt_s / h->air_j_per_k * ((1 - h->emit_to_mass) * emitted_w + h->internal_w +
		(1 - h->solar_to_mass) * sun_w - to_mass_w - air_loss_w);
	s->mass_c += dt_s / h->mass_j_per_k * (h->emit_to_mass * emitted_w + h->solar_to_mass * sun_w +
		to_mass_w - mass_loss_w);
	s->account.emitted += emitted_w * dt_s;
	s->account.internal += h->internal_w * dt_s;
	s->account.sun += sun_w * dt_s;
	s->account.envelope += (air_loss_w + mass_loss_w) * dt_s;
}

void plant_step(struct plant_state *s, const struct plant_inputs *in, const struct weather_row *w)
{
	struct flows f;
	double emitted_w;

	step_heat_pump(s, in, w->out_c);
	s->power_w = plant_power_w(s, in);
	s->account.elec += s->power_w * s->plant->dt_s;
	f = flows_now(s, in);
	emitted_w = step_emitters(s, f.emitters);
	step_tanks(s, in, &f);
	step_house(s, emitted_w, w);
	note_extremes(s);
	s->steps++;
}

double plant_residual(const struct plant_state *s)
{
	const struct plant_account *a = &s->account;
	double heaters = a->element + a->backup, gains = a->internal + a->sun;
	double in = fabs(a->heat_pump) + heaters + gains;
	double kept = energy_j(s) - a->start;

	return in > 0 ? fabs(kept - (a->heat_pump + heaters + gains - a->envelope - a->tank)) / in : 0;
}

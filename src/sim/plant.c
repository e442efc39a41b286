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

static double energy_j(const struct plant_state *s)
{
	const struct plant_envelope *h = &s->plant->house;

	return h->air_j_per_k * s->air_c + h->mass_j_per_k * s->mass_c + tank_energy_j(&s->buffer);
}

static void note_extremes(struct plant_state *s)
{
	s->lowest_c = fmin(s->lowest_c, fmin(fmin(s->air_c, s->mass_c), s->buffer.c[s->buffer.layers - 1]));
	s->highest_c = fmax(s->highest_c, fmax(fmax(s->air_c, s->mass_c), s->buffer.c[0]));
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

bool plant_init(struct plant_state *s, const struct plant *p, double out_c, struct err *e)
{
	const struct plant_envelope *h = &p->house;

	if (p->kind != PLANT_ELEMENT_TANK)
		return err_set(e, ERR_CONFIG, 0,
			"Plant.Kind: this version simulates houses of Kind ElementTank only");
	*s = (struct plant_state){ .plant = p };
	s->air_c = isnan(h->start_c) ? h->set_c : h->start_c;
	s->mass_c = (h->air_mass_w_per_k * s->air_c + h->mass_out_w_per_k * out_c) /
		(h->air_mass_w_per_k + h->mass_out_w_per_k);
	tank_init(&s->buffer, &p->buffer);
	move_limits(s);
	s->supply_c = s->return_c = s->buffer.c[0];
	s->lowest_c = s->highest_c = s->air_c;
	note_extremes(s);
	s->account.start = energy_j(s);
	return true;
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

double plant_power_w(const struct plant_state *s, const struct plant_inputs *in)
{
	const struct plant *p = s->plant;
	double w = element_w(s, in);

	if (p->backup_kind == BACKUP_ELEMENT)	/* a boiler is not metered */
		w += backup_w(s, in);
	if (in->on[PLANT_DISTPUMP])
		w += p->circulators.dist_w;
	return w;
}

double plant_flow_lpm(const struct plant_state *s, const struct plant_inputs *in)
{
	return in->on[PLANT_DISTPUMP] ? s->plant->emitters.flow_lpm : 0;
}

/* Standing water in the pipes cools with the room over about ten minutes; nothing draws on it, so no
 * account. */
static double standing_c(double pipe_c, double air_c, double dt_s)
{
	return pipe_c + (air_c - pipe_c) * -expm1(-dt_s / 600);
}

/* Returns the emitters' heat and sets the pipes. */
static double step_emitters(struct plant_state *s, double flow_kg_s)
{
	const struct plant *p = s->plant;
	double supply_c = s->buffer.c[0];
	double w = heat_emitter_w(&p->emitters, supply_c, s->air_c, flow_kg_s);

	if (flow_kg_s > 0) {
		s->supply_c = supply_c;
		s->return_c = supply_c - w / (flow_kg_s * HEAT_CP_J_PER_KG_K);
	} else {
		s->supply_c = standing_c(s->supply_c, s->air_c, p->dt_s);
		s->return_c = standing_c(s->return_c, s->air_c, p->dt_s);
	}
	return w;
}

static void step_tank(struct plant_state *s, const struct plant_inputs *in, double flow_kg_s)
{
	const struct plant *p = s->plant;
	struct tank_flows f = { .up = { { flow_kg_s, s->return_c } }, .n_up = flow_kg_s > 0 };
	double element = in->element_dry ? 0 : element_w(s, in), backup = backup_w(s, in);

	if (p->has_element)
		f.heat_w[p->element.layer] += element;
	if (p->backup_kind != BACKUP_NONE)
		f.heat_w[p->backup.layer] += backup;
	s->account.element += element * p->dt_s;
	s->account.backup += backup * p->dt_s;
	s->account.tank += tank_step(&s->buffer, &f, p->cellar_c, p->dt_s) * p->dt_s;
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
	double flow_kg_s = heat_kg_s(plant_flow_lpm(s, in));
	double emitted_w = step_emitters(s, flow_kg_s);

	step_tank(s, in, flow_kg_s);
	step_house(s, emitted_w, w);
	note_extremes(s);
	s->steps++;
}

double plant_residual(const struct plant_state *s)
{
	const struct plant_account *a = &s->account;
	double in = a->element + a->backup + a->internal + a->sun;
	double gained = energy_j(s) - a->start;

	return in > 0 ? fabs(gained - (in - a->envelope - a->tank)) / in : 0;
}

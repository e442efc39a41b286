/* SPDX-License-Identifier: MIT */
/* A step's outcome has parts that depend on few of (row, water, house, target, action): each is computed where its last
 * variable is known. The most the emitters give depends on water and house alone, so it is computed once for all
 * rows. */
#include "core/control/plan.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const double J_PER_KWH = 3.6e6, BETTER_USD = 1e-12;

static struct plan_grid grid_of(const struct plan_problem *p)
{
	const struct plan_params *q = &p->params;

	return (struct plan_grid){
		.n_tw = (int)floor((q->tw_max_c - q->tw_min_c) / q->tw_step_k + 0.5) + 1,
		.n_th = (int)floor((q->th_below_k + q->th_above_k) / q->th_step_k + 0.5) + 1,
		.tw_min_c = q->tw_min_c, .tw_step_k = q->tw_step_k,
		.th_min_c = p->house.envelope.set_c - q->th_below_k, .th_step_k = q->th_step_k,
	};
}

size_t plan_table_bytes(const struct plan_problem *p)
{
	struct plan_grid g = grid_of(p);

	if (p->n_rows < 1 || p->n_rows > PLAN_MAX_ROWS || g.n_tw < 2 || g.n_tw > PLAN_MAX_TW || g.n_th < 2
			|| g.n_th > PLAN_MAX_TH)
		return 0;
	return ((size_t)p->n_rows * 2 + 3) * (size_t)g.n_tw * (size_t)g.n_th * sizeof(double);
}

static double *table(const struct plan_solver *s, int row, bool on)
{
	size_t layer = (size_t)s->grid.n_tw * (size_t)s->grid.n_th;

	return &s->values[((size_t)row * 2 + on) * layer];
}

/* A place between grid points: index of the lower one, and how far beyond it. */
struct place { int i; double f; };

static struct place place_at(double x, int n)
{
	int i;

	if (x <= 0)
		return (struct place){ 0, 0 };
	if (x >= n - 1)
		return (struct place){ n - 2, 1 };
	i = (int)x;
	return (struct place){ i, x - i };
}

static struct place place_tw(const struct plan_grid *g, double c)
{
	return place_at((c - g->tw_min_c) / g->tw_step_k, g->n_tw);
}

static struct place place_th(const struct plan_grid *g, double c)
{
	return place_at((c - g->th_min_c) / g->th_step_k, g->n_th);
}

static double read_between(const double *values, int n_th, struct place tw, struct place th)
{
	const double *low = &values[tw.i * n_th + th.i], *high = low + n_th;
	double at_low = low[0] + th.f * (low[1] - low[0]), at_high = high[0] + th.f * (high[1] - high[0]);

	return at_low + tw.f * (at_high - at_low);
}

double plan_value_usd(const struct plan_solver *s, int row, struct plan_state at)
{
	return read_between(table(s, row, at.on), s->grid.n_th, place_tw(&s->grid, at.tw_c),
		place_th(&s->grid, at.th_c));
}

static double lower_median_usd(const struct plan_row *rows, int n)
{
	double sorted[PLAN_MAX_ROWS] = { 0 };

	for (int k = 0; k < n; k++) {
		int at = k;

		for (; at > 0 && sorted[at - 1] > rows[k].usd_per_kwh; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = rows[k].usd_per_kwh;
	}
	return sorted[(n - 1) / 2];
}

static void set_terminal(struct plan_solver *s)
{
	const struct plan_problem *p = &s->problem;
	const struct plan_grid *g = &s->grid;
	double mean_out_c = 0, usd_per_j;
	double *v = table(s, p->n_rows, false);

	for (int k = 0; k < p->n_rows; k++)
		mean_out_c += p->rows[k].out_c / p->n_rows;
	usd_per_j = plan_terminal_usd_per_j(&p->house, &p->params, lower_median_usd(p->rows, p->n_rows), mean_out_c);
	for (int i = 0; i < g->n_tw; i++) {
		double water_j = p->house.water_j_per_k * (i * g->tw_step_k);

		for (int j = 0; j < g->n_th; j++) {
			double above_k = g->th_min_c + j * g->th_step_k - p->house.envelope.set_c;

			v[i * g->n_th + j] = -usd_per_j * (water_j + p->house.house_j_per_k * above_k);
		}
	}
	memcpy(table(s, p->n_rows, true), v, (size_t)g->n_tw * (size_t)g->n_th * sizeof(*v));
}

static void set_most(struct plan_solver *s)
{
	const struct plan_house *h = &s->problem.house;
	const struct plan_grid *g = &s->grid;

	for (int n = 0; n < g->n_tw * g->n_th; n++) {
		double tw_c = g->tw_min_c + n / g->n_th * g->tw_step_k, th_c = g->th_min_c + n % g->n_th * g->th_step_k;

		s->most_w[n] = plan_most_emitted_w(h, &s->problem.params, tw_c, th_c);
	}
}

void plan_begin(struct plan_solver *s, const struct plan_problem *p, double *values)
{
	assert(plan_table_bytes(p) > 0);
	*s = (struct plan_solver){ .problem = *p, .grid = grid_of(p), .values = values, .next = p->n_rows - 1 };
	s->most_w = table(s, p->n_rows + 1, false);
	set_most(s);
	set_terminal(s);
}

/* The inner loop, in units of the grid: a state is (i, j), a next state (x, y). It says what plan_model_step says, with
 * every quotient taken once; test_plan holds the two together on all grid points. */
struct row_work {
	const double *off, *on;		/* values after the row */
	double gains_w, ua_w_per_k, out_c;
	double need_w_per_k;		/* to bring the house to its target */
	double y_per_w, x_per_w;	/* grid steps per watt over the row */
	double room_w_per_step;		/* watts that lift the water by one grid step */
	double cold_usd, hot_usd;	/* per squared grid step of y */
	double cold_y, hot_y;		/* where it begins */
	double lift_x_usd, lift_y_usd;	/* per grid step below the grid */
	double usd_per_w, start_factor;
};

/* One water temperature of a row. */
struct water_work { double x, lost_w, room_w, heat_w, w_per_heat_w; };
/* House and emitters after the row, for one target. */
struct house_work { double emitted_w, cost_usd; struct place th; };

static struct row_work row_work_of(const struct plan_solver *s, int k)
{
	const struct plan_house *h = &s->problem.house;
	const struct plan_params *p = &s->problem.params;
	const struct plan_grid *g = &s->grid;
	const struct plan_row *row = &s->problem.rows[k];
	struct plan_weather weather = plan_weather_of(h, row);
	double hours = row->dt_s / 3600, y2 = g->th_step_k * g->th_step_k;

	return (struct row_work){
		.off = table(s, k + 1, false), .on = table(s, k + 1, true),
		.gains_w = weather.gains_w, .ua_w_per_k = weather.ua_w_per_k, .out_c = weather.out_c,
		.need_w_per_k = h->house_j_per_k / p->tau_s,
		.y_per_w = row->dt_s / h->house_j_per_k / g->th_step_k,
		.x_per_w = row->dt_s / h->water_j_per_k / g->tw_step_k,
		.room_w_per_step = h->water_j_per_k * g->tw_step_k / row->dt_s,
		.cold_usd = p->cold_usd_per_k2h * hours * y2, .hot_usd = p->hot_usd_per_k2h * hours * y2,
		.cold_y = (p->th_below_k - p->band_k) / g->th_step_k,
		.hot_y = (p->th_below_k + p->hot_k) / g->th_step_k,
		.lift_x_usd = plan_lift_usd(h->water_j_per_k * g->tw_step_k),
		.lift_y_usd = plan_lift_usd(h->house_j_per_k * g->th_step_k),
		.usd_per_w = row->usd_per_kwh * row->dt_s / J_PER_KWH,
		.start_factor = fmax(0, 1 - p->start_loss_s / row->dt_s),
	};
}

static struct water_work water_work_of(const struct plan_solver *s, const struct row_work *w, int k, int i)
{
	const struct plan_house *h = &s->problem.house;
	const struct plan_params *p = &s->problem.params;
	double tw_c = s->grid.tw_min_c + i * s->grid.tw_step_k;
	struct plan_source source = plan_source_of(h, p, &s->problem.rows[k], tw_c);
	double lost_w = h->water_ua_w_per_k * (tw_c - h->cellar_c);

	return (struct water_work){
		.x = i, .lost_w = lost_w,
		.room_w = w->room_w_per_step * ((p->tw_max_c - tw_c) / s->grid.tw_step_k) + lost_w,
		.heat_w = source.heat_w, .w_per_heat_w = 1 / source.cop,
	};
}

/* th_k: the house against its target. */
static struct house_work house_work_of(const struct plan_solver *s, const struct row_work *w, int j, double lost_w,
	double below_target_k, double most_w)
{
	double need_w = lost_w - w->gains_w + w->need_w_per_k * below_target_k;
	double emitted_w = need_w < 0 ? 0 : need_w < most_w ? need_w : most_w;
	double y = j + w->y_per_w * (emitted_w + w->gains_w - lost_w), cost = 0;

	if (y < w->cold_y)
		cost = w->cold_usd * (w->cold_y - y) * (w->cold_y - y);
	else if (y > w->hot_y)
		cost = w->hot_usd * (y - w->hot_y) * (y - w->hot_y);
	if (y < 0)
		cost -= w->lift_y_usd * y;
	return (struct house_work){ emitted_w, cost, place_at(y, s->grid.n_th) };
}

static double cost_of(const struct plan_solver *s, const struct row_work *w, const struct water_work *t,
	const struct house_work *e, double heat_w, const double *after)
{
	double x = t->x + w->x_per_w * (heat_w - e->emitted_w - t->lost_w);
	double value = read_between(after, s->grid.n_th, place_at(x, s->grid.n_tw), e->th);

	return x < 0 ? value - w->lift_x_usd * x : value;
}

static double least(double a, double b)
{
	return b < a ? b : a;
}

/* Takes all actions of one target into account; best[] by whether the source ran before. */
static void relax(const struct plan_solver *s, const struct row_work *w, const struct water_work *t,
	const struct house_work *e, double best[2])
{
	const struct plan_params *p = &s->problem.params;
	double room_w = t->room_w + e->emitted_w;
	double heat_w = room_w < 0 ? 0 : least(t->heat_w, room_w), started_w = heat_w * w->start_factor;
	double off = e->cost_usd + w->usd_per_w * p->standby_w + cost_of(s, w, t, e, 0, w->off);
	double start = e->cost_usd + w->usd_per_w * (started_w * t->w_per_heat_w + p->pump_w) + p->start_usd
		+ cost_of(s, w, t, e, started_w, w->on);
	double on = e->cost_usd + w->usd_per_w * (heat_w * t->w_per_heat_w + p->pump_w)
		+ cost_of(s, w, t, e, heat_w, w->on);

	best[0] = least(best[0], least(off, start));
	best[1] = least(best[1], least(off, on));
}

/* Boost is looked at only where it changes what the emitters give. */
static void work_cell(const struct plan_solver *s, const struct row_work *w, const struct water_work *t, int i, int j,
	double best[2])
{
	const struct plan_params *p = &s->problem.params;
	double above_k = j * s->grid.th_step_k - p->th_below_k;
	double lost_w = w->ua_w_per_k * (s->problem.house.envelope.set_c + above_k - w->out_c);
	double most_w = s->most_w[i * s->grid.n_th + j];
	struct house_work plain = house_work_of(s, w, j, lost_w, -above_k, most_w), boosted;

	best[0] = best[1] = INFINITY;
	relax(s, w, t, &plain, best);
	if (!s->problem.boost)
		return;
	boosted = house_work_of(s, w, j, lost_w, p->boost_k - above_k, most_w);
	if (boosted.emitted_w > plain.emitted_w)
		relax(s, w, t, &boosted, best);
}

static void work_row(struct plan_solver *s, int k)
{
	const struct plan_grid *g = &s->grid;
	struct row_work w = row_work_of(s, k);
	double *off = table(s, k, false), *on = table(s, k, true);

	for (int i = 0; i < g->n_tw; i++) {
		struct water_work t = water_work_of(s, &w, k, i);

		for (int j = 0; j < g->n_th; j++) {
			double best[2];

			work_cell(s, &w, &t, i, j, best);
			off[i * g->n_th + j] = best[0];
			on[i * g->n_th + j] = best[1];
		}
	}
}

bool plan_work(struct plan_solver *s, int rows)
{
	for (; rows > 0 && s->next >= 0; rows--)
		work_row(s, s->next--);
	return s->next < 0;
}

void plan_solve(struct plan_solver *s, const struct plan_problem *p, double *values)
{
	plan_begin(s, p, values);
	plan_work(s, p->n_rows);
}

struct plan_action plan_best(const struct plan_solver *s, int row, struct plan_state from, struct plan_outcome *outcome)
{
	static const struct plan_action order[] = { { false, false }, { false, true }, { true, false }, { true, true } };
	const struct plan_problem *p = &s->problem;
	struct plan_action best = order[0];
	double least = INFINITY;

	for (size_t n = 0; n < sizeof(order) / sizeof(order[0]); n++) {
		struct plan_outcome o;
		double cost;

		if (order[n].boost && !p->boost)
			continue;
		o = plan_model_step(&p->house, &p->params, &p->rows[row], from, order[n]);
		cost = o.cost_usd + plan_value_usd(s, row + 1, o.next);
		if (cost < least - BETTER_USD) {
			least = cost;
			best = order[n];
			*outcome = o;
		}
	}
	return best;
}

void plan_roll_out(const struct plan_solver *s, struct plan_state from, struct plan *plan)
{
	const struct plan_problem *p = &s->problem;
	struct plan_outcome o;

	assert(s->next < 0);
	from.tw_c = fmax(from.tw_c, p->params.tw_min_c);
	from.th_c = fmax(from.th_c, s->grid.th_min_c);
	*plan = (struct plan){ .n = p->n_rows, .value_usd = plan_value_usd(s, 0, from) };
	for (int k = 0; k < p->n_rows; k++) {
		plan->state[k] = from;
		plan->action[k] = plan_best(s, k, from, &o);
		plan->elec_w[k] = o.elec_w;
		plan->cost_usd += o.cost_usd;
		from = o.next;
	}
	plan->state[p->n_rows] = from;
	plan->cost_usd += plan_value_usd(s, p->n_rows, from);
}

double plan_heat_usd_per_kwh(const struct plan_solver *s, int row, struct plan_state at)
{
	struct place tw = place_tw(&s->grid, at.tw_c);
	struct plan_state low = at, high = at;

	low.tw_c = s->grid.tw_min_c + tw.i * s->grid.tw_step_k;
	high.tw_c = low.tw_c + s->grid.tw_step_k;
	return (plan_value_usd(s, row, low) - plan_value_usd(s, row, high)) * J_PER_KWH
		/ (s->problem.house.water_j_per_k * s->grid.tw_step_k);
}

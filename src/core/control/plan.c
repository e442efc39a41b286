/* SPDX-License-Identifier: MIT */
/* A step's outcome has parts that depend on few of (row, water, house, target, action): each is computed where its last
 * variable is known. The most the emitters give depends on water and house alone, so it is computed once for all
 * rows. Tables lie by house, then by water. */
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

static double read_between(const double *values, int n_tw, struct place tw, struct place th)
{
	const double *low = &values[th.i * n_tw + tw.i], *high = low + n_tw;	/* a colder and a warmer house */
	double at_low = low[0] + th.f * (high[0] - low[0]), at_high = low[1] + th.f * (high[1] - low[1]);

	return at_low + tw.f * (at_high - at_low);
}

double plan_value_usd(const struct plan_solver *s, int row, struct plan_state at)
{
	return read_between(table(s, row, at.on), s->grid.n_tw, place_tw(&s->grid, at.tw_c),
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

			v[j * g->n_tw + i] = -usd_per_j * (water_j + p->house.house_j_per_k * above_k);
		}
	}
	memcpy(table(s, p->n_rows, true), v, (size_t)g->n_tw * (size_t)g->n_th * sizeof(*v));
}

static void set_most(struct plan_solver *s)
{
	const struct plan_house *h = &s->problem.house;
	const struct plan_grid *g = &s->grid;

	for (int n = 0; n < g->n_tw * g->n_th; n++) {
		double tw_c = g->tw_min_c + n % g->n_tw * g->tw_step_k, th_c = g->th_min_c + n / g->n_tw * g->th_step_k;

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
 * every quotient taken once; test_plan holds the two together on all grid points.
 *
 * Where the emitters can give what the house wants, where the house goes (y) does not depend on the water: the values of
 * the row after are mixed once for that y, and read in one dimension from there on. */
struct row_work {
	const double *off, *on;		/* values after the row */
	int n_tw, top_th, top_tw;	/* top: the last but one, from which on it is read backwards */
	double last_th, last_tw;
	double y_per_w, x_per_w;	/* grid steps per watt over the row */
	double room_w_per_step;		/* watts that lift the water by one grid step */
	double cold_usd, hot_usd;	/* per squared grid step of y */
	double cold_y, hot_y;		/* where it begins */
	double lift_x_usd, lift_y_usd;	/* per grid step below the grid */
	double usd_per_w, start_factor, off_usd, pump_usd, start_usd;
};

/* All water temperatures of a row: where they go with no heat, the room above, the source. */
struct water_work { double x, room_w, heat_w, usd_per_heat_w; };
/* One house temperature of a row: what it wants, with and without boost, and where it goes with no heat. */
struct want_work { double need_w, boosted_w, y; };
/* A house after the row, for what the emitters give: its cost, and where it lies between two grid lines. */
struct house_work { double emitted_w, usd, fy; int j; };
struct best { double off_usd, on_usd; };	/* by whether the source ran before */

static struct row_work row_work_of(const struct plan_solver *s, int k)
{
	const struct plan_house *h = &s->problem.house;
	const struct plan_params *p = &s->problem.params;
	const struct plan_grid *g = &s->grid;
	const struct plan_row *row = &s->problem.rows[k];
	double hours = row->dt_s / 3600, y2 = g->th_step_k * g->th_step_k;
	double usd_per_w = row->usd_per_kwh * row->dt_s / J_PER_KWH;

	return (struct row_work){
		.off = table(s, k + 1, false), .on = table(s, k + 1, true),
		.n_tw = g->n_tw, .top_th = g->n_th - 2, .top_tw = g->n_tw - 2,
		.last_th = g->n_th - 1, .last_tw = g->n_tw - 1,
		.y_per_w = row->dt_s / h->house_j_per_k / g->th_step_k,
		.x_per_w = row->dt_s / h->water_j_per_k / g->tw_step_k,
		.room_w_per_step = h->water_j_per_k * g->tw_step_k / row->dt_s,
		.cold_usd = p->cold_usd_per_k2h * hours * y2, .hot_usd = p->hot_usd_per_k2h * hours * y2,
		.cold_y = (p->th_below_k - p->band_k) / g->th_step_k,
		.hot_y = (p->th_below_k + p->hot_k) / g->th_step_k,
		.lift_x_usd = plan_lift_usd(h->water_j_per_k * g->tw_step_k),
		.lift_y_usd = plan_lift_usd(h->house_j_per_k * g->th_step_k),
		.usd_per_w = usd_per_w, .start_factor = fmax(0, 1 - p->start_loss_s / row->dt_s),
		.off_usd = usd_per_w * p->standby_w, .pump_usd = usd_per_w * p->pump_w,
		.start_usd = usd_per_w * p->pump_w + p->start_usd,
	};
}

static void set_waters(const struct plan_solver *s, const struct row_work *w, int k, struct water_work water[PLAN_MAX_TW])
{
	const struct plan_house *h = &s->problem.house;
	const struct plan_params *p = &s->problem.params;

	for (int i = 0; i < w->n_tw; i++) {
		double tw_c = s->grid.tw_min_c + i * s->grid.tw_step_k;
		struct plan_source source = plan_source_of(h, p, &s->problem.rows[k], tw_c);
		double lost_w = h->water_ua_w_per_k * (tw_c - h->cellar_c);

		water[i] = (struct water_work){ .x = i - w->x_per_w * lost_w,
			.room_w = w->room_w_per_step * ((p->tw_max_c - tw_c) / s->grid.tw_step_k) + lost_w,
			.heat_w = source.heat_w, .usd_per_heat_w = w->usd_per_w / source.cop };
	}
}

/* What the inner loop is made of: a call costs as much as it does. */
#define HOT inline __attribute__((always_inline))

static HOT double lesser(double a, double b)
{
	return b < a ? b : a;
}

static HOT double greater(double a, double b)
{
	return b > a ? b : a;
}

static struct want_work want_of(const struct plan_solver *s, const struct row_work *w, const struct plan_weather *weather,
	int j)
{
	const struct plan_house *h = &s->problem.house;
	const struct plan_params *p = &s->problem.params;
	double w_per_k = h->house_j_per_k / p->tau_s, above_k = j * s->grid.th_step_k - p->th_below_k;
	double lost_w = weather->ua_w_per_k * (h->envelope.set_c + above_k - weather->out_c) - weather->gains_w;

	return (struct want_work){ greater(lost_w - w_per_k * above_k, 0),
		greater(lost_w + w_per_k * (p->boost_k - above_k), 0), j - w->y_per_w * lost_w };
}

/* Where that lies between two grid points: index of the lower one; *f: how far beyond it. */
static HOT int index_of(double x, double last, int top, double *f)
{
	double inside = lesser(greater(x, 0), last);
	int i = (int)inside;

	i = i > top ? top : i;
	*f = inside - i;
	return i;
}

static HOT struct house_work house_of(const struct row_work *w, const struct want_work *want, double emitted_w)
{
	double y = want->y + w->y_per_w * emitted_w, cold = greater(w->cold_y - y, 0), hot = greater(y - w->hot_y, 0);
	struct house_work h = { .emitted_w = emitted_w, .usd = w->cold_usd * cold * cold + w->hot_usd * hot * hot +
		w->lift_y_usd * greater(-y, 0) };

	h.j = index_of(y, w->last_th, w->top_th, &h.fy);
	return h;
}

/* A line of values: mixed already (other NULL), or to be mixed with the next warmer house's. inside: x is known to lie
 * on the grid and before its end. */
static HOT double value_of(const struct row_work *w, const double *line, const double *other, double fy, double x,
	bool inside)
{
	double fx = x, low, high;
	int i = inside ? (int)x : index_of(x, w->last_tw, w->top_tw, &fx);

	if (inside)
		fx = x - i;
	low = line[i];
	high = line[i + 1];
	if (other != NULL) {
		low += fy * (other[i] - low);
		high += fy * (other[i + 1] - high);
	}
	low += fx * (high - low);
	return inside ? low : low + w->lift_x_usd * greater(-x, 0);
}

/* Values after the row for one house: lines of water temperatures. */
struct lines { const double *off, *on, *off_next, *on_next; };

/* Where the water goes with each action, and what the source draws meanwhile. */
struct moves { double off, started, on, started_usd, on_usd; };

static HOT struct best best_of(const struct row_work *w, const struct moves *m, const struct house_work *h,
	const struct lines *l, bool inside)
{
	double off = w->off_usd + value_of(w, l->off, l->off_next, h->fy, m->off, inside);
	double start = w->start_usd + m->started_usd + value_of(w, l->on, l->on_next, h->fy, m->started, inside);
	double on = w->pump_usd + m->on_usd + value_of(w, l->on, l->on_next, h->fy, m->on, inside);

	return (struct best){ h->usd + lesser(off, start), h->usd + lesser(off, on) };
}

/* All actions for one water and one house after the row. A start leads to a water between the other two. */
static HOT struct best relax(const struct row_work *w, const struct water_work *t, const struct house_work *h,
	const struct lines *l)
{
	double heat_w = lesser(t->heat_w, greater(t->room_w + h->emitted_w, 0)), started_w = heat_w * w->start_factor;
	double x = t->x - w->x_per_w * h->emitted_w;
	struct moves m = { x, x + w->x_per_w * started_w, x + w->x_per_w * heat_w, started_w * t->usd_per_heat_w,
		heat_w * t->usd_per_heat_w };

	return m.off >= 0 && m.on < w->last_tw ? best_of(w, &m, h, l, true) : best_of(w, &m, h, l, false);
}

static void mix(const struct row_work *w, const struct house_work *h, double off[PLAN_MAX_TW], double on[PLAN_MAX_TW])
{
	const double *a = w->off + h->j * w->n_tw, *b = a + w->n_tw, *c = w->on + h->j * w->n_tw, *d = c + w->n_tw;

	for (int i = 0; i < w->n_tw; i++) {
		off[i] = a[i] + h->fy * (b[i] - a[i]);
		on[i] = c[i] + h->fy * (d[i] - c[i]);
	}
}

/* From there on to the hottest water the emitters can give that much. */
static int enough_from(const double *most_w, int n, double want_w)
{
	while (n > 0 && most_w[n - 1] >= want_w)
		n--;
	return n;
}

static void take_best(struct best b, int i, double *off, double *on)
{
	off[i] = lesser(off[i], b.off_usd);
	on[i] = lesser(on[i], b.on_usd);
}

/* Waters of [from, to), whose emitters give all they can: the house after the row differs for each. */
static void work_limited(const struct row_work *row, const struct water_work *water, const struct want_work *want,
	const double *most_w, const int span[2], double *off, double *on)
{
	const struct row_work w = *row;

	for (int i = span[0]; i < span[1]; i++) {
		struct house_work h = house_of(&w, want, most_w[i]);
		const double *from_off = w.off + h.j * w.n_tw, *from_on = w.on + h.j * w.n_tw;
		struct lines l = { from_off, from_on, from_off + w.n_tw, from_on + w.n_tw };

		take_best(relax(&w, &water[i], &h, &l), i, off, on);
	}
}

/* Waters from `from` on, whose emitters give what is wanted. */
static void work_enough(const struct row_work *row, const struct water_work *water, const struct want_work *want,
	double want_w, int from, double *off, double *on)
{
	const struct row_work w = *row;
	const struct house_work h = house_of(&w, want, want_w);
	double mixed_off[PLAN_MAX_TW], mixed_on[PLAN_MAX_TW];
	const struct lines l = { mixed_off, mixed_on, NULL, NULL };

	mix(&w, &h, mixed_off, mixed_on);
	for (int i = from; i < w.n_tw; i++)
		take_best(relax(&w, &water[i], &h, &l), i, off, on);
}

/* One line of house temperature. Boost is looked at only where it changes what the emitters give. */
static void work_line(const struct row_work *w, const struct water_work *water, const struct want_work *want,
	const double *most_w, bool boost, double *off, double *on)
{
	int plain = enough_from(most_w, w->n_tw, want->need_w), boosted = enough_from(most_w, w->n_tw, want->boosted_w);

	for (int i = 0; i < w->n_tw; i++)
		off[i] = on[i] = INFINITY;
	work_limited(w, water, want, most_w, (const int[2]){ 0, plain }, off, on);
	if (plain < w->n_tw)
		work_enough(w, water, want, want->need_w, plain, off, on);
	if (!boost || want->boosted_w <= want->need_w)
		return;
	work_limited(w, water, want, most_w, (const int[2]){ plain, boosted }, off, on);
	if (boosted < w->n_tw)
		work_enough(w, water, want, want->boosted_w, boosted, off, on);
}

static void work_row(struct plan_solver *s, int k)
{
	const struct plan_grid *g = &s->grid;
	struct row_work w = row_work_of(s, k);
	struct plan_weather weather = plan_weather_of(&s->problem.house, &s->problem.rows[k]);
	struct water_work water[PLAN_MAX_TW];

	set_waters(s, &w, k, water);
	for (int j = 0; j < g->n_th; j++) {
		struct want_work want = want_of(s, &w, &weather, j);

		work_line(&w, water, &want, &s->most_w[j * g->n_tw], s->problem.boost, table(s, k, false) + j * g->n_tw,
			table(s, k, true) + j * g->n_tw);
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

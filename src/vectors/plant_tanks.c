/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/heat/heat.h"
#include "sim/codes.h"
#include "sim/pcm.h"
#include "sim/tank.h"
#include "vectors/plant.h"

static int layers_of(struct cases *c, const cJSON *list)
{
	int n = cJSON_GetArraySize(list);

	if (n >= 1 && n <= PLANT_MAX_LAYERS)
		return n;
	case_fail(c, "%d layers are outside 1..%d", n, PLANT_MAX_LAYERS);
	return 1;
}

static void read_layers(struct cases *c, const cJSON *list, struct tank *t)
{
	t->layers = layers_of(c, list);
	for (int i = 0; i < t->layers; i++)
		t->c[i] = case_number_at(c, list, i);
}

static void compare_layers(struct cases *c, const double got[], int n, const cJSON *want)
{
	char what[24];

	case_whole(c, "layers", n, cJSON_GetArraySize(want));
	for (int i = 0; i < n; i++) {
		snprintf(what, sizeof(what), "after[%d]", i);
		case_close(c, what, got[i], case_number_at(c, want, i));
	}
}

static int read_streams(struct cases *c, const cJSON *list, struct stream out[])
{
	const cJSON *s;
	int n = 0;

	cJSON_ArrayForEach(s, list) {
		if (n == TANK_MAX_STREAMS) {
			case_fail(c, "more than %d streams", TANK_MAX_STREAMS);
			break;
		}
		out[n++] = (struct stream){ case_number_at(c, s, 0), case_number_at(c, s, 1) };
	}
	return n;
}

static void read_heats(struct cases *c, const cJSON *list, struct tank_flows *f, int layers)
{
	const cJSON *heat;

	cJSON_ArrayForEach(heat, list) {
		double layer = case_number_at(c, heat, 0);

		if (layer >= 0 && layer < layers)
			f->heat_w[(int)layer] += case_number_at(c, heat, 1);
		else
			case_fail(c, "heat into layer %g", layer);
	}
}

static void tank_row(struct cases *c, const cJSON *row)
{
	struct tank t = { .ua_w_per_k = case_number(c, row, "ua"), .mix_w_per_k = case_number(c, row, "mix") };
	struct tank_flows f = { .n_down = 0 };
	double loss_w;

	read_layers(c, case_item(c, row, "before"), &t);
	t.layer_kg = case_number(c, row, "litres") / t.layers;
	f.n_down = read_streams(c, cJSON_GetObjectItemCaseSensitive(row, "down"), f.down);
	f.n_up = read_streams(c, cJSON_GetObjectItemCaseSensitive(row, "up"), f.up);
	read_heats(c, cJSON_GetObjectItemCaseSensitive(row, "heat"), &f, t.layers);
	loss_w = tank_step(&t, &f, case_number(c, row, "tamb"), case_number(c, row, "dt"));
	case_close(c, "loss_w", loss_w, case_number(c, row, "loss_w"));
	compare_layers(c, t.c, t.layers, case_item(c, row, "after"));
}

static void unmix_row(struct cases *c, const cJSON *row)
{
	struct tank t = { .layer_kg = 1 };

	read_layers(c, case_item(c, row, "before"), &t);
	tank_unmix(&t);
	compare_layers(c, t.c, t.layers, case_item(c, row, "after"));
}

static void each(struct cases *c, const cJSON *rows, const char *name, void (*run)(struct cases *, const cJSON *))
{
	const cJSON *row;
	int i = 0;

	cJSON_ArrayForEach(row, rows) {
		case_begin(c, name, i++);
		run(c, row);
		case_end(c);
	}
}

void plant_case_tank(struct cases *c, const cJSON *rows)
{
	each(c, rows, "tank_step", tank_row);
}

void plant_case_unmix(struct cases *c, const cJSON *rows)
{
	each(c, rows, "unmix", unmix_row);
}

void plant_case_curve(struct cases *c, const cJSON *curve, struct plant_store *s)
{
	const cJSON *point;

	s->n_curve = 0;
	cJSON_ArrayForEach(point, curve) {
		if (s->n_curve == PLANT_MAX_CURVE)
			break;
		s->curve[s->n_curve][0] = case_number_at(c, point, 0);
		s->curve[s->n_curve++][1] = case_number_at(c, point, 1);
	}
	if (s->n_curve < 2 || s->n_curve != cJSON_GetArraySize(curve))
		case_fail(c, "a curve of %d points is outside 2..%d", cJSON_GetArraySize(curve),
			PLANT_MAX_CURVE);
}

/* The material and its state before; what both steps begin from. */
static void read_pcm(struct cases *c, const cJSON *pcm, struct plant_store *s, struct pcm *p)
{
	const cJSON *step = case_item(c, pcm, "step_down"), *before = case_item(c, step, "before");

	*s = (struct plant_store){ .kind = STORE_PCM, .kg = case_number(c, step, "kg"),
		.hx_w_per_k = case_number(c, step, "hx"),
		.tank = { .layers = layers_of(c, before), .ua_w_per_k = case_number(c, step, "ua") } };
	plant_case_curve(c, case_item(c, pcm, "curve"), s);
	pcm_init(p, s);
	for (int i = 0; i < s->tank.layers; i++)
		p->kj_per_kg[i] = case_number_at(c, before, i);
}

static void pcm_moves(struct cases *c, const cJSON *pcm, const char *name, bool down)
{
	const cJSON *step, *from;
	struct plant_store s;
	struct pcm p;
	double out_c, loss_w;
	char title[24];

	snprintf(title, sizeof(title), "pcm.%s", name);
	case_begin(c, title, -1);
	step = case_item(c, pcm, name);
	from = case_item(c, pcm, "step_down");
	read_pcm(c, pcm, &s, &p);
	out_c = pcm_step(&p, case_number(c, step, "flow"), down, case_number(c, step, "tin"),
		case_number(c, from, "tamb"), case_number(c, from, "dt"), &loss_w);
	case_close(c, "tout", out_c, case_number(c, step, "tout"));
	case_close(c, "loss", loss_w, case_number(c, step, "loss"));
	compare_layers(c, p.kj_per_kg, s.tank.layers, case_item(c, step, "after"));
	case_end(c);
}

void plant_case_pcm(struct cases *c, const cJSON *pcm)
{
	const cJSON *row;
	int i = 0;

	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(pcm, "temp")) {
		struct plant_store s = { .kind = STORE_PCM };

		case_begin(c, "pcm.temp", i++);
		plant_case_curve(c, case_item(c, pcm, "curve"), &s);
		case_close(c, "c", heat_pcm_c(&s, case_number_at(c, row, 0)), case_number_at(c, row, 1));
		case_end(c);
	}
	pcm_moves(c, pcm, "step_down", true);
	pcm_moves(c, pcm, "step_up", false);
}

void plant_case_ntc(struct cases *c, const cJSON *ntc)
{
	const cJSON *params = cJSON_GetObjectItemCaseSensitive(ntc, "params"), *row;
	int i = 0;

	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(ntc, "rows")) {
		struct ntc n;
		int64_t code;

		case_begin(c, "ntc", i++);
		n = (struct ntc){ case_number(c, params, "R0Ohm"), case_number(c, params, "BetaK"),
			case_number(c, params, "T0C"), case_number(c, params, "PullUpOhm"),
			case_number(c, params, "SupplyV") };
		code = ntc_code(&n, case_number_at(c, row, 0), 0);
		case_close(c, "code", (double)code, case_number_at(c, row, 1));
		case_close(c, "c", ntc_c(&n, code), case_number_at(c, row, 2));
		case_end(c);
	}
}

static void ds18b20_row(struct cases *c, const cJSON *row)
{
	int64_t code = ds18b20_code(case_number_at(c, row, 0));

	case_close(c, "code", (double)code, case_number_at(c, row, 1));
	case_close(c, "c", (double)code / 16, case_number_at(c, row, 2));
}

void plant_case_ds18b20(struct cases *c, const cJSON *rows)
{
	each(c, rows, "ds18b20", ds18b20_row);
}

/* SPDX-License-Identifier: MIT */
/* Cases of local control: physics of the picture, tables, top mode, ladder, ally and peak windows. */
#include <math.h>
#include <string.h>

#include "core/control/ally.h"
#include "core/control/local_heat.h"
#include "core/control/local_top.h"
#include "core/control/tariff.h"
#include "port/zone_system.h"
#include "vectors/cases.h"

enum { MAX_HOURS = 96 };

static const cJSON *member(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* A value of the row's `set`, else of the base tables named. */
static const cJSON *value_of(struct cases *c, const cJSON *row, const char *base, const char *key)
{
	const cJSON *v = member(member(row, "set"), key);

	if (v == NULL && base != NULL)
		v = member(member(c->root, base), key);
	return v != NULL ? v : member(member(c->root, "base"), key);
}

static double number_of(struct cases *c, const cJSON *row, const char *base, const char *key)
{
	const cJSON *v = value_of(c, row, base, key);

	return cJSON_IsNumber(v) ? v->valuedouble : NAN;
}

static bool truth_of(struct cases *c, const cJSON *row, const char *base, const char *key)
{
	return cJSON_IsTrue(value_of(c, row, base, key));
}

static struct local_params params_of(const struct cases *c)
{
	const cJSON *d = member(c->root, "defaults");
	struct local_params q = local_params_default();

#define READ(field, word, fallback) q.field = case_number_or(d, word, q.field);
	LOCAL_PARAMS(READ)
	return q;
}

static void use_tolerance(struct cases *c)
{
	c->rel = case_number_or(c->root, "tol_rel", c->rel);
}

/* --- physics ------------------------------------------------------------------------------------ */

typedef void physics_case(struct cases *, const cJSON *row, const struct plant *, const struct local_params *);

static void each_physics(struct cases *c, const cJSON *rows, physics_case *each)
{
	struct local_params q = params_of(c);
	const cJSON *row;
	int i = 0;

	use_tolerance(c);
	cJSON_ArrayForEach(row, rows) {
		struct plant p;

		case_begin(c, rows->string, i++);
		if (case_house(c, case_string(c, c->root, "house"), &p))
			each(c, row, &p, &q);
		case_end(c);
	}
}

static struct local_demand demand_of(struct cases *c, const cJSON *row, const struct plant *p,
	const struct local_params *q)
{
	return local_demand(p, q, p->house.set_c, case_number(c, row, "to"), case_number(c, row, "wind"));
}

static struct local_layers layers_of(struct cases *c, const cJSON *row)
{
	const cJSON *temps = case_item(c, row, "temps");
	struct local_layers l = { .n = cJSON_GetArraySize(temps), .kg = case_number(c, row, "litres") };

	if (l.n > PLANT_MAX_LAYERS) {
		case_fail(c, "%d layers, at most %d", l.n, PLANT_MAX_LAYERS);
		l.n = 0;
	}
	for (int i = 0; i < l.n; i++)
		l.c[i] = case_number_at(c, temps, i);
	return l;
}

static void rswt_row(struct cases *c, const cJSON *row, const struct plant *p, const struct local_params *q)
{
	struct local_demand d = demand_of(c, row, p, q);

	case_close(c, "load_w", d.load_w, case_number(c, row, "load_w"));
	case_close(c, "rswt_c", d.rswt_c, case_number(c, row, "rswt_c"));
}

static void usable_row(struct cases *c, const cJSON *row, const struct plant *p, const struct local_params *q)
{
	struct local_demand d = demand_of(c, row, p, q);
	struct local_layers l = layers_of(c, row);

	case_close(c, "usable_wh", local_usable_wh(&d, &l), case_number(c, row, "usable_wh"));
}

static void lukewarm_row(struct cases *c, const cJSON *row, const struct plant *p, const struct local_params *q)
{
	struct local_demand d = demand_of(c, row, p, q);
	struct local_layers l = layers_of(c, row);

	case_close(c, "usable_wh",
		local_usable_lukewarm_wh(&d, &l, case_number(c, row, "buf_bot"), q->lukewarm_k),
		case_number(c, row, "usable_wh"));
}

static void cap_row(struct cases *c, const cJSON *row, const struct plant *p, const struct local_params *q)
{
	struct local_demand d = demand_of(c, row, p, q);

	case_close(c, "cap_wh", local_required_cap_wh(&d, q, case_number(c, row, "litres")),
		case_number(c, row, "cap_wh"));
}

static void required_row(struct cases *c, const cJSON *row, const struct plant *p, const struct local_params *q)
{
	const cJSON *fc = case_item(c, row, "fc"), *peak = case_item(c, row, "peak");
	struct local_hour h[MAX_HOURS];
	int n = cJSON_GetArraySize(fc);

	if (n > MAX_HOURS || cJSON_GetArraySize(peak) != n) {
		case_fail(c, "%d hours of weather and %d of peak, at most %d of both", n, cJSON_GetArraySize(peak),
			MAX_HOURS);
		return;
	}
	for (int i = 0; i < n; i++)
		h[i] = (struct local_hour){ case_number_at(c, case_at(c, fc, i), 0),
			case_number_at(c, case_at(c, fc, i), 1), cJSON_IsTrue(case_at(c, peak, i)) };
	case_close(c, "required_wh", local_required_wh(p, q, p->house.set_c, h, n), case_number(c, row, "required_wh"));
}

static void run_rswt(struct cases *c, const cJSON *rows)
{
	each_physics(c, rows, rswt_row);
}

static void run_usable(struct cases *c, const cJSON *rows)
{
	each_physics(c, rows, usable_row);
}

static void run_lukewarm(struct cases *c, const cJSON *rows)
{
	each_physics(c, rows, lukewarm_row);
}

static void run_cap(struct cases *c, const cJSON *rows)
{
	each_physics(c, rows, cap_row);
}

static void run_required(struct cases *c, const cJSON *rows)
{
	each_physics(c, rows, required_row);
}

/* --- tables ---------------------------------------------------------------------------------------- */

static enum local_wish wish_of(const cJSON *v)
{
	if (cJSON_IsBool(v))
		return cJSON_IsTrue(v) ? WISH_ON : WISH_OFF;
	return WISH_ABSENT;
}

static struct local_picture picture_of(struct cases *c, const cJSON *row, const char *base)
{
	return (struct local_picture){
		.buf_top_c = number_of(c, row, base, "buf_top"), .buf_bot_c = number_of(c, row, base, "buf_bot"),
		.store_top_c = number_of(c, row, base, "store_top"), .tank_top_c = number_of(c, row, base, "tank_top"),
		.ewt_c = number_of(c, row, base, "ewt"), .rswt_c = number_of(c, row, base, "rswt"),
		.usable_wh = number_of(c, row, base, "usable"), .required_wh = number_of(c, row, base, "required"),
		.gain_k = number_of(c, row, base, "gain_k"),
		.hp_on_s = (int64_t)number_of(c, row, base, "hp_on_s"),
		.state_s = (int64_t)number_of(c, row, base, "state_s"),
		.plan = wish_of(value_of(c, row, base, "plan")),
		.onpeak = truth_of(c, row, base, "onpeak"), .zone_cold = truth_of(c, row, base, "zone_cold"),
		.defrost = truth_of(c, row, base, "defrost"), .full_latch = truth_of(c, row, base, "full_latch"),
		.was_ready = truth_of(c, row, base, "was_ready"),
	};
}

static enum local_state state_of(struct cases *c, const char *name)
{
	for (int i = 0; i < N_LOCAL_STATES; i++)
		if (strcmp(name, local_state_name((enum local_state)i)) == 0)
			return (enum local_state)i;
	case_fail(c, "unknown state %s", name);
	return N_LOCAL_STATES;
}

static void compare_relays(struct cases *c, const cJSON *row, enum local_state state)
{
	const cJSON *want = case_item(c, row, "relays");

	for (int i = 0; i < N_LOCAL_OUTPUTS; i++) {
		const char *name = local_output_name((enum local_output)i);

		if (member(want, name) != NULL)
			case_whole(c, name, local_recipe(state) >> i & 1, case_int(c, want, name));
	}
}

static void table_row(struct cases *c, const cJSON *row, enum local_kind kind, const char *base)
{
	struct local_params q = params_of(c);
	enum local_state state = state_of(c, case_string(c, row, "state"));
	struct local_picture p = picture_of(c, row, base);
	struct local_choice got;

	if (state == N_LOCAL_STATES)
		return;
	got = local_choose(kind, state, local_predicates(&q, &p));
	case_text(c, "next", local_state_name(got.next), case_string(c, row, "next"));
	case_text(c, "cause", local_cause_name(got.cause), case_string(c, row, "cause"));
	compare_relays(c, row, got.next);
}

static void each_row(struct cases *c, const cJSON *rows, enum local_kind kind, const char *base)
{
	const cJSON *row;
	int i = 0;

	cJSON_ArrayForEach(row, rows) {
		case_begin(c, rows->string, i++);
		table_row(c, row, kind, base);
		case_end(c);
	}
}

static void run_store(struct cases *c, const cJSON *rows)
{
	each_row(c, rows, LOCAL_STORE, NULL);
}

static void run_buffer(struct cases *c, const cJSON *rows)
{
	each_row(c, rows, LOCAL_BUFFER, NULL);
}

static void run_element(struct cases *c, const cJSON *rows)
{
	each_row(c, rows, LOCAL_ELEMENT, "element_base");
}

/* --- above the tables -------------------------------------------------------------------------------- */

static void run_ally(struct cases *c, const cJSON *rows)
{
	struct local_params q = params_of(c);
	const cJSON *row;
	int i = 0;

	cJSON_ArrayForEach(row, rows) {
		const char *b = "ally_base";
		struct ally_slot s = { .avg_w = number_of(c, row, b, "avg_w"), .used_wh = number_of(c, row, b, "used_wh"),
			.max_w = number_of(c, row, b, "max_w"), .slot_s = number_of(c, row, b, "slot_s"),
			.t_s = number_of(c, row, b, "t_s"), .source_on = truth_of(c, row, b, "source_on"),
			.has_next = cJSON_IsNumber(value_of(c, row, b, "next_w")),
			.next_w = number_of(c, row, b, "next_w"),
			.min_on_left_s = number_of(c, row, b, "min_on_left_s"),
			.warm_up_s = q.warm_up_s, .min_on_s = q.min_on_s };
		struct ally_answer a = ally_want(&s);

		case_begin(c, rows->string, i++);
		case_whole(c, "run", a.run, cJSON_IsTrue(case_item(c, row, "run")));
		case_text(c, "cause", ally_cause_name(a.cause), case_string(c, row, "cause"));
		case_end(c);
	}
}

static void run_ladder(struct cases *c, const cJSON *rows)
{
	const cJSON *row;
	int i = 0;

	cJSON_ArrayForEach(row, rows) {
		const char *b = "ladder_base";
		struct ladder_inputs in = { .clock_ok = truth_of(c, row, b, "clock_ok"),
			.blind_s = (int64_t)number_of(c, row, b, "blind_s"),
			.plan_age_s = number_of(c, row, b, "plan_age_s"), .covers_s = number_of(c, row, b, "covers_s"),
			.price_age_s = number_of(c, row, b, "price_age_s"), .wx_age_s = number_of(c, row, b, "wx_age_s"),
			.dtw_k = number_of(c, row, b, "dtw_k"), .dto_k = number_of(c, row, b, "dto_k") };

		case_begin(c, rows->string, i++);
		case_text(c, "level", ladder_level_name(ladder_level(&in)), case_string(c, row, "level"));
		case_end(c);
	}
}

static enum top_mode top_of(struct cases *c, const char *name)
{
	for (int i = 0; i < N_TOP_MODES; i++)
		if (strcmp(name, top_mode_name((enum top_mode)i)) == 0)
			return (enum top_mode)i;
	case_fail(c, "unknown mode %s", name);
	return TOP_NORMAL;
}

static void run_top(struct cases *c, const cJSON *rows)
{
	const cJSON *row;
	int i = 0;

	cJSON_ArrayForEach(row, rows) {
		const char *b = "top_base";
		struct top_inputs in = { .freeze = truth_of(c, row, b, "freeze"),
			.standby = truth_of(c, row, b, "standby"), .cold = truth_of(c, row, b, "cold"),
			.onpeak = truth_of(c, row, b, "onpeak"),
			.backup_allowed = truth_of(c, row, b, "backup_allowed"),
			.blind_s = (int64_t)number_of(c, row, b, "blind_s"),
			.good_s = (int64_t)number_of(c, row, b, "good_s"),
			.cold_crit_s = (int64_t)number_of(c, row, b, "cold_crit_s"),
			.backup_s = (int64_t)number_of(c, row, b, "backup_s") };

		case_begin(c, rows->string, i++);
		case_text(c, "next", top_mode_name(top_next(top_of(c, case_string(c, row, "mode")), &in)),
			case_string(c, row, "next"));
		case_end(c);
	}
}

/* --- peak windows ------------------------------------------------------------------------------------- */

static int day_named(const char *three)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

	for (int i = 0; i < 7; i++)
		if (strncmp(three, days[i], 3) == 0)
			return i;
	return -1;
}

/* "Mon-Fri", "Sat,Sun", "All" */
static uint8_t days_of(struct cases *c, const char *text)
{
	unsigned int days = 0;

	if (strcmp(text, "All") == 0)
		return 0x7f;
	for (const char *p = text; *p != '\0'; p += *p == ',') {
		int from = day_named(p), until = from;

		if (from >= 0 && p[3] == '-')
			until = day_named(p += 4);
		if (from < 0 || until < from) {
			case_fail(c, "cannot read the days \"%s\"", text);
			return 0;
		}
		for (int d = from; d <= until; d++)
			days |= 1u << d;
		p += 3;
	}
	return (uint8_t)days;
}

static int minute_of(struct cases *c, const char *text)
{
	int h, m;

	if (sscanf(text, "%d:%d", &h, &m) == 2)
		return h * 60 + m;
	case_fail(c, "cannot read the time \"%s\"", text);
	return 0;
}

static struct tariff tariff_of(struct cases *c, const cJSON *config)
{
	struct tariff t = { .lead_s = (int)case_number_or(config, "LeadS", TARIFF_LEAD_S) };
	const cJSON *w, *h;

	cJSON_ArrayForEach(w, case_item(c, config, "Windows")) {
		if (t.n_peaks == TARIFF_MAX_PEAKS)
			break;
		t.peaks[t.n_peaks++] = (struct tariff_peak){ .days = days_of(c, case_string(c, w, "Days")),
			.from_min = minute_of(c, case_string(c, w, "Start")), .to_min = minute_of(c, case_string(c, w, "End")) };
	}
	cJSON_ArrayForEach(h, member(config, "Holidays")) {
		bool good = cJSON_IsString(h) && t.n_holidays < TARIFF_MAX_HOLIDAYS &&
			civil_parse_day(h->valuestring, &t.holidays[t.n_holidays]);

		if (good)
			t.n_holidays++;
		else
			case_fail(c, "a holiday is no date or one too many");
	}
	return t;
}

static void run_tou(struct cases *c, const cJSON *tou)
{
	const cJSON *config = member(tou, "config"), *row;
	struct zone zone;
	struct err e;
	int i = 0;

	cJSON_ArrayForEach(row, member(tou, "rows")) {
		struct tariff t;

		case_begin(c, "tou", i++);
		t = tariff_of(c, config);
		if (!zone_system_read(case_string(c, config, "Timezone"), &zone, &e))
			case_fail(c, "%s", e.text);
		else
			case_whole(c, "onpeak", tariff_onpeak(&t, &zone, (int64_t)case_number_at(c, row, 0)),
				cJSON_IsTrue(case_at(c, row, 2)));
		case_end(c);
	}
}

static const struct vectors_section sections[] = {
	{ "about", NULL }, { "house", NULL }, { "defaults", NULL }, { "tol_rel", NULL }, { "tol_rule", NULL },
	{ "base", NULL }, { "element_base", NULL }, { "ally_base", NULL }, { "ladder_base", NULL },
	{ "top_base", NULL },
	{ "rswt", run_rswt },
	{ "usable", run_usable },
	{ "usable_lukewarm", run_lukewarm },
	{ "required_cap", run_cap },
	{ "required", run_required },
	{ "tou", run_tou },
	{ "store_rows", run_store },
	{ "buffer_rows", run_buffer },
	{ "element_rows", run_element },
	{ "ally_rows", run_ally },
	{ "ladder_rows", run_ladder },
	{ "top_rows", run_top },
};

extern const struct vectors_kind vectors_local_control_kind;
const struct vectors_kind vectors_local_control_kind = {
	.name = "local-control",
	.sections = sections,
	.n_sections = sizeof(sections) / sizeof(sections[0]),
};

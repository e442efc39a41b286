/* SPDX-License-Identifier: MIT */
/* What the wire tells: contracts, beats and reports, read as text by code that shares nothing with the service's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "whole/invariants.h"

enum { ECHO_MS = 180000, HOUR_S = 3600, MINUTE_S = 60 };

bool invariants_field(const char *json, const char *name, char *out, size_t size)
{
	char key[48];
	const char *p;
	size_t n;

	snprintf(key, sizeof(key), "\"%s\":", name);
	p = strstr(json, key);
	if (p == NULL)
		return false;
	p += strlen(key);
	p += strspn(p, " \"");
	n = strcspn(p, ",\"}");
	if (n >= size)
		n = size - 1;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static int64_t number(const char *json, const char *name)
{
	char text[32] = "";

	return invariants_field(json, name, text, sizeof(text)) ? strtoll(text, NULL, 10) : 0;
}

static struct invariants_offer *offer_of(struct invariants *v, const char *id)
{
	for (int i = 0; i < INVARIANTS_CONTRACTS; i++)
		if (strcmp(v->offers[i].id, id) == 0)
			return &v->offers[i];
	return NULL;
}

/* One whose report is still to come keeps its place. */
static struct invariants_offer *free_offer(struct invariants *v)
{
	struct invariants_offer *o = &v->offers[v->n_offers++ % INVARIANTS_CONTRACTS];

	for (int i = 0; i < INVARIANTS_CONTRACTS && o->accepted && !o->reported; i++)
		o = &v->offers[v->n_offers++ % INVARIANTS_CONTRACTS];
	return o;
}

static void take_offer(struct invariants *v, const char *json, const char *id)
{
	struct invariants_offer *o = offer_of(v, id);

	if (o == NULL)
		o = free_offer(v);
	else if (o->accepted)
		return;
	*o = (struct invariants_offer){ .start_s = number(json, "StartUnixS"), .end_s = number(json, "EndUnixS") };
	snprintf(o->id, sizeof(o->id), "%s", id);
}

/* --- from the AtomicTNode ----------------------------------------------------------------------------------------------- */

static void from_atn(struct invariants *v, const char *topic, const char *json, struct mono now)
{
	char id[UUID_TEXT] = "", echo[20] = "";

	if (!invariants_field(json, "ContractId", id, sizeof(id)))
		return;
	if (strstr(topic, "offer") != NULL) {
		take_offer(v, json, id);
		return;
	}
	if (strstr(topic, "beat") == NULL || !invariants_field(json, "EchoBeat", echo, sizeof(echo)))
		return;
	for (int i = 0; i < INVARIANTS_BEATS; i++)
		if (strcmp(v->beats[i], echo) == 0) {
			v->echoed = now;
			memcpy(v->echoed_id, id, sizeof(id));
		}
}

/* --- from the service ---------------------------------------------------------------------------------------------------- */

static void take_report(struct invariants *v, const char *json, const char *id)
{
	struct invariants_report r = { .uid = "" };
	struct invariants_offer *o = offer_of(v, id);

	if (o != NULL) {
		o->reported = true;
		r.excused = o->excused;
	}
	snprintf(r.id, sizeof(r.id), "%s", id);
	if (!invariants_field(json, "ReportUid", r.uid, sizeof(r.uid)))
		invariants_field(json, "Uid", r.uid, sizeof(r.uid));
	invariants_field(json, "Outcome", r.outcome, sizeof(r.outcome));
	for (int i = 0; i < v->n_reports; i++) {
		const struct invariants_report *old = &v->reports[i];

		if (strcmp(old->id, r.id) != 0)
			continue;
		if (old->excused)	/* that it had ended was on no disk when the service started anew */
			return;
		if (strcmp(old->uid, r.uid) != 0 || strcmp(old->outcome, r.outcome) != 0)
			snprintf(v->twice, sizeof(v->twice), "contract %.36s was reported %.20s, and again %.20s%s", id, old->outcome,
				r.outcome, strcmp(old->uid, r.uid) != 0 ? " with another id" : "");
		return;
	}
	if (v->n_reports < INVARIANTS_REPORTS)
		v->reports[v->n_reports++] = r;
}

static void take_beat(struct invariants *v, const char *json, const char *id)
{
	struct invariants_offer *o = offer_of(v, id);
	char verdict[16] = "";

	if (invariants_field(json, "Beat", v->beats[v->n_beats % INVARIANTS_BEATS], sizeof(v->beats[0])))
		v->n_beats++;
	if (o != NULL && invariants_field(json, "Verdict", verdict, sizeof(verdict)) && strcmp(verdict, "Accepted") == 0)
		o->accepted = true;
}

static void from_scada(struct invariants *v, const char *topic, const char *json)
{
	char id[UUID_TEXT] = "";

	if (!invariants_field(json, "ContractId", id, sizeof(id)))
		return;
	if (strstr(topic, "report") != NULL)
		take_report(v, json, id);
	else
		take_beat(v, json, id);
}

void invariants_sent(struct invariants *v, enum net_sim_side from, const char *topic, const void *bytes, size_t length,
	struct mono now)
{
	char json[2048];
	bool hostile = v->breaks != NULL && v->breaks->hostile_speaks;

	snprintf(json, sizeof(json), "%.*s", (int)(length < sizeof(json) ? length : 0), (const char *)bytes);
	invariants_hostile_sent(v, from, topic, hostile ? "" : json, now);
	if (hostile || length >= sizeof(json) || strstr(topic, "contract") == NULL)
		return;
	if (from == NET_SIM_ATN)
		from_atn(v, topic, json, now);
	else
		from_scada(v, topic, json);
}

bool invariants_remote(struct invariants *v, const struct seen *s, int relay, char why[INVARIANTS_WHY])
{
	const struct invariants_offer *o = offer_of(v, v->echoed_id);
	const char *node = v->settings->relays[relay].node_name;
	int64_t age_ms = mono_since(s->now, v->echoed), t_s = s->clock.ms / 1000;

	if (o == NULL || !o->accepted)
		snprintf(why, INVARIANTS_WHY, "%s is moved by the AtomicTNode, which echoed no beat of an accepted contract", node);
	else if (age_ms > ECHO_MS + 2000)
		snprintf(why, INVARIANTS_WHY, "%s is moved by the AtomicTNode, whose last echo is %lld s old", node,
			(long long)age_ms / 1000);
	else if ((t_s < o->start_s || t_s > o->end_s) && s->broken_ms[INJECT_CLOCK] == INT64_MAX)
		snprintf(why, INVARIANTS_WHY, "%s is moved by the AtomicTNode outside its contract", node);
	else
		return true;
	return false;
}

/* For an hour nothing has stood between the two, and both are up. */
static bool is_calm(const struct seen *s)
{
	static const enum inject_class between[] = { INJECT_BROKER, INJECT_ATN, INJECT_CLOCK, INJECT_DISK, INJECT_POWER, INJECT_ACTOR };

	for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++)
		if (s->broken_ms[between[i]] <= HOUR_S * 1000)
			return false;
	return s->since_boot_ms > HOUR_S * 1000;
}

static bool all_reported(struct invariants *v, const struct seen *s, char why[INVARIANTS_WHY])
{
	int64_t t_s = s->clock.ms / 1000;
	bool lost = s->broken_ms[INJECT_DISK] <= 2000, calm = t_s % MINUTE_S == 0 && is_calm(s);	/* an hour is waited: minutes will do */

	if (!lost && !calm)
		return true;
	for (int i = 0; i < INVARIANTS_CONTRACTS; i++) {
		struct invariants_offer *o = &v->offers[i];

		o->excused = o->excused || lost;
		if (!o->accepted || o->reported || o->excused || !calm || t_s < o->end_s + HOUR_S)
			continue;
		o->reported = true;	/* said once */
		snprintf(why, INVARIANTS_WHY, "contract %.36s ended %lld min ago at the latest, and no report has come", o->id,
			(long long)(t_s - o->end_s) / 60);
		return false;
	}
	return true;
}

bool invariants_reported(struct invariants *v, const struct seen *s, char why[INVARIANTS_WHY])
{
	if (!all_reported(v, s, why))
		return false;
	if (v->twice[0] == '\0')
		return true;
	memcpy(why, v->twice, sizeof(v->twice));
	v->twice[0] = '\0';
	return false;
}

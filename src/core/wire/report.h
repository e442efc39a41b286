/* SPDX-License-Identifier: MIT */
/* report.h: what people may know of the house, as JSON objects; every fact shown anywhere is a key here (UI-1).
 *
 * Pure: from a view and what the others told. Null means unknown, always; a value that is not good is null beside its
 * quality (UI-3). Keys carry their unit (UI-2) and are only ever added. */
#ifndef CORE_WIRE_REPORT_H
#define CORE_WIRE_REPORT_H

#include "core/wire/writer.h"
#include "spaceheat/house.h"
#include "spaceheat/settings.h"
#include "spaceheat/view.h"

struct report_alerts { int critical, error, warning; };

struct report_facts {
	const struct house *house;
	const struct settings *settings;
	const struct house_view *view;
	const struct msg_uplink_view *uplink;	/* NULL: it has not told */
	const struct msg_history_view *history;	/* the same */
	struct report_alerts alerts;
	const char *version;
	double speed;				/* of a simulated house */
	bool offset_known;
	int utc_offset_s;			/* of the house's clock on the wall */
};

struct sim_view;

/* Each writes one object, with "v", "house", "t_ms" and "utc_offset_s" first. */
void report_status(struct writer *, const struct report_facts *);
void report_sensors(struct writer *, const struct report_facts *);
void report_relays(struct writer *, const struct report_facts *);
void report_contract(struct writer *, const struct report_facts *);
void report_explain(struct writer *, const struct report_facts *);
void report_plan(struct writer *, const struct report_facts *);
/* The same of the simulation, the house's time being the true one. */
void report_sim(struct writer *, const struct report_facts *, const struct sim_view *);

/* "ok", "warning" or "critical". */
const char *report_health(struct report_alerts);
/* The members of one reading: quantity, value, unit and quality. */
void report_reading(struct writer *, const struct channel *, enum quality, int64_t value, int64_t mc);

#endif

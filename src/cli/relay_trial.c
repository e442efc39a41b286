/* SPDX-License-Identifier: MIT */
#include "cli/relay_trial.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* What else runs meanwhile is metered with it: a hundredth of that is the meter's noise. */
static double noise_w(const struct relay_trial *t)
{
	return t->w[TRIAL_BEFORE] / 100;
}

static double delta_w(const struct relay_trial *t)
{
	return t->w[TRIAL_ON] - t->w[TRIAL_BEFORE];
}

/* A load left over after off counts from half of the least that was expected. */
void trial_judge(struct relay_trial *t)
{
	double rest_w = t->w[TRIAL_OFF] - t->w[TRIAL_BEFORE];

	if (t->reason[0] != '\0')
		return;
	if (!t->known[TRIAL_BEFORE] || !t->known[TRIAL_ON] || !t->known[TRIAL_OFF])
		snprintf(t->reason, sizeof(t->reason), "power unknown - run: spaceheat sensors");
	else if (t->readback_known && !t->readback_ok)
		snprintf(t->reason, sizeof(t->reason), "the board did not take it - check its address and supply");
	else if (t->expected_w[1] > 0 && delta_w(t) < t->expected_w[0] - noise_w(t))
		snprintf(t->reason, sizeof(t->reason), "draws less than expected - check breaker, wiring, and that it is this relay");
	else if (t->expected_w[1] > 0 && delta_w(t) > t->expected_w[1] + noise_w(t))
		snprintf(t->reason, sizeof(t->reason), "draws more than expected - check what it switches, and expected_w");
	else if (t->expected_w[1] > 0 && rest_w > t->expected_w[0] / 2 + noise_w(t))
		snprintf(t->reason, sizeof(t->reason), "still draws %.0f W after off - open its breaker: a welded contact?", rest_w);
}

static const char *watts(const struct relay_trial *t, enum trial_phase phase, char out[24])
{
	if (t->known[phase])
		snprintf(out, 24, "%.0f W", t->w[phase]);
	else
		snprintf(out, 24, "unknown");
	return out;
}

static const char *readback(const struct relay_trial *t)
{
	return !t->readback_known ? "unknown" : t->readback_ok ? "ok" : "WRONG";
}

void trial_line(const struct relay_trial *t, char *out, size_t size)
{
	char before[24], on[24], off[24], change[24] = "unknown";
	bool passed = t->reason[0] == '\0';

	if (t->known[TRIAL_BEFORE] && t->known[TRIAL_ON])
		snprintf(change, sizeof(change), "%+.0f", delta_w(t));
	snprintf(out, size, "%s  before %s  on %s (%s, expected %.0f..%.0f)  off %s  readback %s  %s%s%s", t->node,
		watts(t, TRIAL_BEFORE, before), watts(t, TRIAL_ON, on), change, t->expected_w[0], t->expected_w[1],
		watts(t, TRIAL_OFF, off), readback(t), passed ? "PASS" : "FAIL", passed ? "" : ": ", t->reason);
}

static void add_watts(cJSON *o, const char *key, const struct relay_trial *t, enum trial_phase phase)
{
	if (t->known[phase])
		cJSON_AddNumberToObject(o, key, round(t->w[phase]));
	else
		cJSON_AddNullToObject(o, key);
}

cJSON *trial_object(const struct relay_trial *t)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "node", t->node);
	add_watts(o, "before_w", t, TRIAL_BEFORE);
	add_watts(o, "on_w", t, TRIAL_ON);
	add_watts(o, "off_w", t, TRIAL_OFF);
	cJSON_AddItemToObject(o, "expected_w", cJSON_CreateDoubleArray(t->expected_w, 2));
	cJSON_AddStringToObject(o, "readback", readback(t));
	cJSON_AddStringToObject(o, "result", t->reason[0] == '\0' ? "PASS" : "FAIL");
	if (t->reason[0] != '\0')
		cJSON_AddStringToObject(o, "reason", t->reason);
	else
		cJSON_AddNullToObject(o, "reason");
	return o;
}

static bool put(const char *path, const cJSON *report)
{
	char *text = cJSON_Print(report);
	FILE *f = text != NULL ? fopen(path, "we") : NULL;
	bool good = f != NULL && fprintf(f, "%s\n", text) > 0;

	if (f != NULL && fclose(f) != 0)
		good = false;
	free(text);
	return good;
}

bool trial_write(const char *dir, int64_t t_ms, const cJSON *report, char *path, size_t size)
{
	time_t t = (time_t)(t_ms / 1000);
	struct tm tm;
	char stamp[32];

	gmtime_r(&t, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H%M%SZ", &tm);
	snprintf(path, size, "%s/%s.json", dir, stamp);
	return (mkdir(dir, 0755) == 0 || errno == EEXIST) && put(path, report);
}

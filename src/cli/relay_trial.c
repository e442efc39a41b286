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

bool trial_commands(enum trial_phase phase)
{
	return phase == TRIAL_ON;
}

static enum relay_read_back commanded(int phase)
{
	return trial_commands((enum trial_phase)phase) ? READ_BACK_ON : READ_BACK_OFF;
}

static const char *found_word(enum relay_read_back found)
{
	return found == READ_BACK_ON ? "on" : found == READ_BACK_OFF ? "off" : "unknown";
}

/* The first phase whose read-back is not what was commanded; N_TRIAL_PHASES = none. */
static int contradiction(const struct relay_trial *t)
{
	for (int i = 0; i < N_TRIAL_PHASES; i++)
		if (t->found[i] != READ_BACK_UNKNOWN && t->found[i] != commanded(i))
			return i;
	return N_TRIAL_PHASES;
}

/* A load left over after off counts from half of the least that was expected. */
void trial_judge(struct relay_trial *t)
{
	double rest_w = t->w[TRIAL_OFF] - t->w[TRIAL_BEFORE];
	int wrong = contradiction(t);

	if (t->reason[0] != '\0')
		return;
	if (!t->known[TRIAL_BEFORE] || !t->known[TRIAL_ON] || !t->known[TRIAL_OFF])
		snprintf(t->reason, sizeof(t->reason), "power unknown - run: spaceheat sensors");
	else if (wrong < N_TRIAL_PHASES)
		snprintf(t->reason, sizeof(t->reason), "commanded %s, but its board says %s - check its address and supply",
			found_word(commanded(wrong)), found_word(t->found[wrong]));
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

/* "ok": it was read back in each phase, and was as commanded. */
static const char *readback(const struct relay_trial *t)
{
	if (contradiction(t) < N_TRIAL_PHASES)
		return "WRONG";
	for (int i = 0; i < N_TRIAL_PHASES; i++)
		if (t->found[i] == READ_BACK_UNKNOWN)
			return "unknown";
	return "ok";
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

/* Commanded beside read back, phase by phase, and what the power did. */
static void add_phases(cJSON *o, const struct relay_trial *t)
{
	cJSON *wanted = cJSON_AddArrayToObject(o, "commanded"), *found = cJSON_AddArrayToObject(o, "read_back");

	for (int i = 0; i < N_TRIAL_PHASES; i++) {
		cJSON_AddItemToArray(wanted, cJSON_CreateString(found_word(commanded(i))));
		cJSON_AddItemToArray(found, t->found[i] == READ_BACK_UNKNOWN ? cJSON_CreateNull() :
			cJSON_CreateString(found_word(t->found[i])));
	}
	if (t->known[TRIAL_BEFORE] && t->known[TRIAL_ON])
		cJSON_AddNumberToObject(o, "change_w", round(delta_w(t)));
	else
		cJSON_AddNullToObject(o, "change_w");
}

cJSON *trial_object(const struct relay_trial *t)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "node", t->node);
	add_watts(o, "before_w", t, TRIAL_BEFORE);
	add_watts(o, "on_w", t, TRIAL_ON);
	add_watts(o, "off_w", t, TRIAL_OFF);
	cJSON_AddItemToObject(o, "expected_w", cJSON_CreateDoubleArray(t->expected_w, 2));
	add_phases(o, t);
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

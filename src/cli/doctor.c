/* SPDX-License-Identifier: MIT */
/* doctor.c: `spaceheat doctor`: one line per check, worst of them the exit code as monitoring plug-ins have it. */
#include "cli/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/words.h"

static const char *const words[] = { [FINDING_OK] = "ok", [FINDING_WARN] = "warn", [FINDING_FAIL] = "FAIL",
	[FINDING_BLANK] = "FAIL" };
static const int exits[] = { [FINDING_OK] = EXIT_DONE, [FINDING_WARN] = EXIT_FAILED, [FINDING_BLANK] = EXIT_UNKNOWN,
	[FINDING_FAIL] = EXIT_USAGE };

static void print_text(const char *id, const struct finding *f)
{
	printf("%-4s  %-10s %s%s%s\n", words[f->result], id, f->text, f->fix[0] != '\0' ? " - " : "", f->fix);
}

static void add_object(cJSON *list, const char *id, const struct finding *f)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "id", id);
	cJSON_AddStringToObject(o, "result", words[f->result]);
	cJSON_AddStringToObject(o, "text", f->text);
	if (f->fix[0] != '\0')
		cJSON_AddStringToObject(o, "fix", f->fix);
	else
		cJSON_AddNullToObject(o, "fix");
	cJSON_AddItemToArray(list, o);
}

void doctor_status(struct doctor *d)
{
	struct ask *a = d->asked ? NULL : calloc(1, sizeof(*a));
	struct err e;

	d->asked = true;
	if (a == NULL)
		return;
	control_call_find(d->cli->socket, a->path, &a->demo);
	if (control_call_open(&a->call, a->path, &e)) {	/* nobody there is the service check's to tell */
		control_call_close(&a->call);
		if (ask_open(a, d->cli, "doctor") == EXIT_DONE) {
			ask_verb(a, "status", NULL, &d->status);
			ask_close(a);
		}
	}
	free(a);
	if (d->loaded && strcmp(words_text(d->status, "house", ""), d->l.house.key) != 0) {	/* of another house */
		cJSON_Delete(d->status);
		d->status = NULL;
	}
}

static int look_at_all(struct doctor *d, cJSON *list)
{
	enum finding_result worst = FINDING_OK;

	for (int i = 0; i < n_doctor_checks; i++) {
		struct finding f = { .result = FINDING_OK };

		doctor_checks[i].look(d, &f);
		if (f.result == FINDING_SKIP)
			continue;
		if (!d->cli->json && (f.result != FINDING_OK || !d->cli->quiet))
			print_text(doctor_checks[i].id, &f);
		add_object(list, doctor_checks[i].id, &f);
		if (f.result > worst)
			worst = f.result;
	}
	return exits[worst];
}

int cli_doctor(struct cli *cli, int argc, char **argv)
{
	struct doctor *d = calloc(1, sizeof(*d));
	cJSON *report = cJSON_CreateObject(), *list;
	int worst;

	(void)argv;
	if (d == NULL || report == NULL || argc > 1) {
		free(d);
		cJSON_Delete(report);
		return argc > 1 ? cli_usage("doctor", "takes no arguments") : cli_fail(EXIT_FAILED, "doctor: out of memory");
	}
	d->cli = cli;
	d->sys = "/sys";
	d->loaded = config_find(cli->config, d->cfg, sizeof(d->cfg)) && load_service(d->cfg, &d->l, &d->problems) &&
		d->l.configured;
	cJSON_AddNumberToObject(report, "v", 1);
	if (d->loaded)
		cJSON_AddStringToObject(report, "house", d->l.house.key);
	else
		cJSON_AddNullToObject(report, "house");
	list = cJSON_AddArrayToObject(report, "checks");
	worst = look_at_all(d, list);
	if (cli->json)
		ask_print(report);
	cJSON_Delete(report);
	cJSON_Delete(d->status);
	free(d);
	return worst;
}

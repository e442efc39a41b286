/* SPDX-License-Identifier: MIT */
/* doctor.h: the checks of `spaceheat doctor`: each looks at one thing of this machine, changes nothing, and says what
 * helps. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "cli/verbs.h"
#include "port/load.h"

/* From good to bad; BLANK: fails so that the rest cannot be told (no service, no house); SKIP: does not concern this house. */
enum finding_result { FINDING_OK, FINDING_WARN, FINDING_BLANK, FINDING_FAIL, FINDING_SKIP };

struct finding { enum finding_result result; char text[200], fix[200]; };

struct doctor {
	struct cli *cli;
	char cfg[PATH_SIZE];
	bool loaded;			/* configuration and house are good: `l` may be used */
	struct loaded l;
	struct problems problems;
	const char *sys;		/* "/sys" */
	bool asked;
	cJSON *status;			/* what the service says of this house; NULL: there is none */
};

struct doctor_check { const char *id; void (*look)(struct doctor *, struct finding *); };
extern const struct doctor_check doctor_checks[];
extern const int n_doctor_checks;

void doctor_say(struct finding *, enum finding_result, const char *fix, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Fills status, once. */
void doctor_status(struct doctor *);

void doctor_own_certificate(struct doctor *, struct finding *);
void doctor_ca_certificate(struct doctor *, struct finding *);
void doctor_database(struct doctor *, struct finding *);
void doctor_card(struct doctor *, struct finding *);
/* record_bytes: written today by the service, -1 = not known. */
struct card;
void doctor_judge_card(const struct card *, double record_bytes, double up_s, struct finding *);
/* The firmware's word about supply and heat (get_throttled). */
void doctor_judge_supply(unsigned int bits, struct finding *);
void doctor_judge_heat(unsigned int bits, struct finding *);

#endif

/* SPDX-License-Identifier: MIT */
/* doctor.h: the checks of `spaceheat doctor`: each looks at one thing of this machine, changes nothing, and says what
 * helps. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

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
};

struct doctor_check { const char *id; void (*look)(struct doctor *, struct finding *); };
extern const struct doctor_check doctor_checks[];
extern const int n_doctor_checks;

#endif

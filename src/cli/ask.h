/* SPDX-License-Identifier: MIT */
/* ask.h: one question to the running service and its answer, for the verbs that are views of the control socket. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include <cjson/cJSON.h>

#include "cli/verbs.h"
#include "port/control_call.h"

struct ask {
	struct cli *cli;
	const char *what;		/* for error lines: "dispatch a.elt1.relay on" */
	char path[CALL_PATH];
	bool demo;			/* found as that of the running demo */
	int64_t next_id;
	cJSON *refusal;			/* the last answer with ok:false, until the next question; else NULL */
	struct control_call call;
};

/* Connects. Else an exit code, told: 69 nobody there, 77 not permitted. */
int ask_open(struct ask *, struct cli *, const char *what);
/* Asks and takes the whole answer; `args` (may be NULL) is freed. *data is the answer's, to be freed with cJSON_Delete.
 * A refusal: *data NULL, its exit code; it is in `refusal` and not told yet. A broken line: told, `refusal` is NULL. */
int ask_verb(struct ask *, const char *verb, cJSON *args, cJSON **data);
/* The refusal as an error line; returns its exit code. */
int ask_tell(struct ask *);
/* The next event of a subscription, to be freed. Else an exit code, told. */
int ask_event(struct ask *, cJSON **event);
void ask_close(struct ask *);

/* All of it for one question. With --json the answer is printed and *data is NULL. */
int ask_once(struct cli *, const char *what, const char *verb, cJSON *args, cJSON **data);

/* One object on one line. */
void ask_print(const cJSON *);

#endif

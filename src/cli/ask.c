/* SPDX-License-Identifier: MIT */
#include "cli/ask.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "port/load.h"

enum { ANSWER_MS = 15000, REQUEST_MAX = 8192 };

static const char *user_name(void)
{
	const struct passwd *p = getpwuid(getuid());

	return p != NULL ? p->pw_name : "you";
}

/* A service that was never told its house answers nobody: then that is what to say. */
static bool is_unconfigured(const struct ask *a, char *path, size_t size)
{
	struct settings *settings = malloc(sizeof(*settings));
	struct conf_list *origins = malloc(sizeof(*origins));
	struct problems *problems = calloc(1, sizeof(*problems));
	bool empty = settings != NULL && origins != NULL && problems != NULL && config_find(a->cli->config, path, size) &&
		load_settings(path, settings, origins, problems) && settings->house[0] == '\0';

	free(problems);
	free(origins);
	free(settings);
	return empty;
}

static int tell_unreachable(const struct ask *a, const struct err *e)
{
	char path[PATH_SIZE];

	if (e->os == EACCES || e->os == EPERM)
		return cli_fail(EXIT_PERMISSION,
			"user %s may not read the control socket - run: sudo usermod -aG spaceheat %s, then log in again",
			user_name(), user_name());
	if (is_unconfigured(a, path, sizeof(path)))
		return cli_fail(EXIT_NO_DAEMON, "not configured: house = \"\" in %s - name a house of houses.json there, then run: "
			"sudo systemctl reload spaceheatd", path);
	return cli_fail(EXIT_NO_DAEMON, "cannot reach spaceheatd: %s - run: %s", e->text,
		strncmp(a->path, "/run/", 5) == 0 ? "sudo systemctl start spaceheatd" : "./run_local");
}

static int tell_broken(const struct ask *a, const struct err *e)
{
	return cli_fail(EXIT_NO_DAEMON, "%s: %s - run: systemctl status spaceheatd", a->what, e->text);
}

static const char *text_of(const cJSON *o, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static int exit_of(const cJSON *refusal)
{
	const cJSON *code = cJSON_GetObjectItemCaseSensitive(refusal, "exit");

	return cJSON_IsNumber(code) ? code->valueint : EXIT_FAILED;
}

/* What was asked for is said first, unless the fault is in its words ("no node ...") or in who asks. */
static int tell_refusal(const struct ask *a, const cJSON *refusal)
{
	const char *code = text_of(refusal, "code"), *text = text_of(refusal, "text");
	const char *action = text_of(refusal, "action");
	int result = exit_of(refusal);
	bool plain = code != NULL && result != EXIT_HELD &&
		(strcmp(code, "NotFound") == 0 || strcmp(code, "NotPermitted") == 0);

	if (a->cli->json)
		ask_print(refusal);
	return cli_fail(result, "%s%s%s%s%s", plain ? "" : a->what, plain ? "" : ": ", text != NULL ? text : "refused",
		action != NULL ? " - " : "", action != NULL ? action : "");
}

int ask_tell(struct ask *a)
{
	return tell_refusal(a, a->refusal);
}

int ask_open(struct ask *a, struct cli *cli, const char *what)
{
	struct err e;
	char *hello;
	cJSON *tree;
	int result = EXIT_DONE;

	a->cli = cli;
	a->what = what;
	a->next_id = 1;
	a->refusal = NULL;
	control_call_find(cli->socket, a->path, &a->demo);
	if (!control_call_open(&a->call, a->path, &e))
		return tell_unreachable(a, &e);
	if (!control_call_take(&a->call, ANSWER_MS, &hello, &e)) {
		ask_close(a);
		return tell_broken(a, &e);
	}
	tree = cJSON_Parse(hello);
	if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(tree, "ok")))	/* turned away at the door */
		result = tell_refusal(a, tree);
	cJSON_Delete(tree);
	if (result != EXIT_DONE)
		ask_close(a);
	return result;
}

void ask_close(struct ask *a)
{
	cJSON_Delete(a->refusal);
	a->refusal = NULL;
	control_call_close(&a->call);
}

void ask_print(const cJSON *o)
{
	char *text = cJSON_PrintUnformatted(o);

	if (text != NULL)
		puts(text);
	cJSON_free(text);
}

/* --- one question --------------------------------------------------------------------------------- */

static bool send_request(struct ask *a, const char *verb, cJSON *args, struct err *e)
{
	cJSON *request = cJSON_CreateObject();
	char line[REQUEST_MAX + 2];
	bool made;

	cJSON_AddNumberToObject(request, "v", 1);
	cJSON_AddNumberToObject(request, "id", (double)a->next_id);
	cJSON_AddStringToObject(request, "verb", verb);
	if (args != NULL)
		cJSON_AddItemToObject(request, "args", args);
	cJSON_AddStringToObject(request, "via", "cli");
	made = cJSON_PrintPreallocated(request, line, REQUEST_MAX, false);
	cJSON_Delete(request);
	if (!made)
		return err_set(e, ERR_RANGE, 0, "the request is longer than 8 KiB");
	strcat(line, "\n");
	return control_call_send(&a->call, line, e);
}

/* Appends the lists of a later part to those of the first. */
static void merge(cJSON *whole, cJSON *part)
{
	cJSON *list, *item;

	cJSON_ArrayForEach(list, part) {
		cJSON *to = cJSON_IsArray(list) ? cJSON_GetObjectItemCaseSensitive(whole, list->string) : NULL;

		while (to != NULL && (item = cJSON_DetachItemFromArray(list, 0)) != NULL)
			cJSON_AddItemToArray(to, item);
	}
	cJSON_Delete(part);
}

static bool is_answer(const struct ask *a, const cJSON *line)
{
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(line, "id");

	return cJSON_IsNumber(id) && id->valuedouble == (double)a->next_id;
}

/* One line of the answer. False: it could not be read, told in *e. *more: further ones follow. */
static bool take_part(struct ask *a, cJSON **data, bool *more, struct err *e)
{
	cJSON *line, *part;
	char *text;

	*more = true;
	if (!control_call_take(&a->call, ANSWER_MS, &text, e))
		return false;
	line = cJSON_Parse(text);
	if (!is_answer(a, line)) {	/* an event */
		cJSON_Delete(line);
		return true;
	}
	*more = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(line, "more"));
	if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(line, "ok"))) {
		a->refusal = line;
		return true;
	}
	part = cJSON_DetachItemFromObjectCaseSensitive(line, "data");
	cJSON_Delete(line);
	if (*data == NULL)
		*data = part;
	else
		merge(*data, part);
	return true;
}

int ask_verb(struct ask *a, const char *verb, cJSON *args, cJSON **data)
{
	struct err e;
	bool more = true;

	*data = NULL;
	cJSON_Delete(a->refusal);
	a->refusal = NULL;
	if (!send_request(a, verb, args, &e))
		return tell_broken(a, &e);
	while (more) {
		if (take_part(a, data, &more, &e))
			continue;
		cJSON_Delete(*data);
		*data = NULL;
		return tell_broken(a, &e);
	}
	a->next_id++;
	return a->refusal != NULL ? exit_of(a->refusal) : EXIT_DONE;
}

int ask_event(struct ask *a, cJSON **event)
{
	struct err e;
	char *text;

	*event = NULL;
	while (*event == NULL) {
		if (!control_call_take(&a->call, -1, &text, &e))
			return tell_broken(a, &e);
		*event = cJSON_Parse(text);
	}
	return EXIT_DONE;
}

int ask_once(struct cli *cli, const char *what, const char *verb, cJSON *args, cJSON **data)
{
	struct ask *a = malloc(sizeof(*a));
	int result;

	*data = NULL;
	if (a == NULL) {
		cJSON_Delete(args);
		return cli_fail(EXIT_FAILED, "%s: out of memory", what);
	}
	result = ask_open(a, cli, what);
	if (result != EXIT_DONE) {
		cJSON_Delete(args);
		free(a);
		return result;
	}
	result = ask_verb(a, verb, args, data);
	if (a->refusal != NULL)
		result = ask_tell(a);
	if (result == EXIT_DONE && cli->json) {
		ask_print(*data);
		cJSON_Delete(*data);
		*data = NULL;
	}
	ask_close(a);
	free(a);
	return result;
}

/* SPDX-License-Identifier: MIT */
#include "vectors/cases.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/houses.h"

enum { MAX_BYTES = 1 << 24 };

static const double DEFAULT_REL = 1e-9;
static const char houses_file[] = "plant-houses.json", own_houses[] = "tests/vectors/plant-houses.json";

static char *read_text(const char *path, struct err *e)
{
	FILE *f = fopen(path, "r");
	char *text = f != NULL ? malloc(MAX_BYTES) : NULL;
	size_t n = text != NULL ? fread(text, 1, MAX_BYTES, f) : 0;
	bool good = text != NULL && !ferror(f) && n < MAX_BYTES;

	if (good)
		text[n] = '\0';
	else
		err_set(e, ERR_IO, errno, "%s cannot be read, or is larger than 16 MiB", path);
	if (f != NULL)
		fclose(f);
	if (good)
		return text;
	free(text);
	return NULL;
}

const struct vectors_kind *vectors_kind(const char *name)
{
	for (int i = 0; vectors_kinds[i] != NULL; i++)
		if (strcmp(vectors_kinds[i]->name, name) == 0)
			return vectors_kinds[i];
	return NULL;
}

static void run_section(struct cases *c, const struct vectors_kind *kind, const cJSON *section)
{
	for (int i = 0; i < kind->n_sections; i++)
		if (strcmp(kind->sections[i].name, section->string) == 0) {
			if (kind->sections[i].run != NULL)
				kind->sections[i].run(c, section);
			return;
		}
	if (kind->other != NULL) {
		kind->other(c, section);
		return;
	}
	case_begin(c, section->string, -1);
	case_fail(c, "this program knows no such section of %s vectors", c->kind);
	case_end(c);
}

void vectors_run_tree(
	struct cases *c, const struct vectors_kind *kind, const cJSON *root, const char *path, FILE *out)
{
	const cJSON *tol = cJSON_GetObjectItemCaseSensitive(root, "tol"), *section;

	*c = (struct cases){ .kind = kind->name, .path = path, .root = root, .out = out };
	c->rel = case_number_or(tol, "component_rel", DEFAULT_REL);
	cJSON_ArrayForEach(section, root)
		run_section(c, kind, section);
}

bool vectors_run(
	struct cases *c, const struct vectors_kind *kind, const char *path, FILE *out, struct err *e)
{
	char *text = read_text(path, e);
	cJSON *root;

	if (text == NULL)
		return false;
	root = cJSON_Parse(text);
	free(text);
	if (!cJSON_IsObject(root)) {
		cJSON_Delete(root);
		return err_set(e, ERR_FORMAT, 0, "%s is no JSON object", path);
	}
	vectors_run_tree(c, kind, root, path, out);
	cJSON_Delete(root);
	c->root = NULL;
	return true;
}

void case_begin(struct cases *c, const char *name, int index)
{
	if (index < 0)
		snprintf(c->name, sizeof(c->name), "%s", name);
	else
		snprintf(c->name, sizeof(c->name), "%s[%d]", name, index);
	c->why[0] = '\0';
}

void case_end(struct cases *c)
{
	c->n++;
	if (c->why[0] == '\0') {
		fprintf(c->out, "ok %s %s\n", c->kind, c->name);
		return;
	}
	c->failed++;
	fprintf(c->out, "FAIL %s %s: %s\n", c->kind, c->name, c->why);
}

void case_fail(struct cases *c, const char *format, ...)
{
	va_list args;

	if (c->why[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(c->why, sizeof(c->why), format, args);
	va_end(args);
}

void case_within(struct cases *c, const char *what, double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		case_fail(c, "%s want %.12g got %.12g (may differ by %g)", what, want, got, tolerance);
}

void case_close(struct cases *c, const char *what, double got, double want)
{
	case_within(c, what, got, want, c->rel * fmax(1, fabs(want)));
}

void case_whole(struct cases *c, const char *what, long long got, long long want)
{
	if (got != want)
		case_fail(c, "%s want %lld got %lld", what, want, got);
}

void case_text(struct cases *c, const char *what, const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		case_fail(c, "%s want %s got %s", what, want, got);
}

static const cJSON *nothing(void)
{
	static const cJSON none = { .type = cJSON_NULL };

	return &none;
}

const cJSON *case_item(struct cases *c, const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (item == NULL)
		case_fail(c, "the case has no \"%s\"", key);
	return item != NULL ? item : nothing();
}

const cJSON *case_at(struct cases *c, const cJSON *array, int i)
{
	const cJSON *item = cJSON_GetArrayItem(array, i);

	if (item == NULL)
		case_fail(c, "a list of the case has no entry %d", i);
	return item != NULL ? item : nothing();
}

double case_number(struct cases *c, const cJSON *object, const char *key)
{
	const cJSON *item = case_item(c, object, key);

	if (!cJSON_IsNumber(item))
		case_fail(c, "\"%s\" is no number", key);
	return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

long long case_int(struct cases *c, const cJSON *object, const char *key)
{
	double value = case_number(c, object, key);

	if (value == floor(value) && fabs(value) <= 0x1p53)
		return (long long)value;
	case_fail(c, "\"%s\" is no whole number", key);
	return 0;
}

double case_number_at(struct cases *c, const cJSON *array, int i)
{
	const cJSON *item = case_at(c, array, i);

	if (!cJSON_IsNumber(item))
		case_fail(c, "entry %d of a list is no number", i);
	return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

const char *case_string(struct cases *c, const cJSON *object, const char *key)
{
	const cJSON *item = case_item(c, object, key);

	if (!cJSON_IsString(item))
		case_fail(c, "\"%s\" is no text", key);
	return cJSON_IsString(item) ? item->valuestring : "";
}

double case_number_or(const cJSON *object, const char *key, double fallback)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(item) ? item->valuedouble : fallback;
}

/* The houses that came with the file, else our own. */
static char *houses_text(const struct cases *c, struct err *e)
{
	const char *slash = strrchr(c->path, '/');
	char beside[512], *text;

	snprintf(beside, sizeof(beside), "%.*s%s", slash != NULL ? (int)(slash - c->path + 1) : 0, c->path,
		houses_file);
	text = read_text(beside, e);
	return text != NULL ? text : read_text(own_houses, e);
}

bool case_house(struct cases *c, const char *house, struct plant *p)
{
	struct problems problems = { .n = 0 };
	struct err e;
	char *text = houses_text(c, &e);
	struct house *h = malloc(sizeof(*h));
	bool good = text != NULL && h != NULL &&
		houses_read_bare_plant(text, strlen(text), houses_file, house, h, &problems);

	if (good)
		*p = h->plant;
	else
		case_fail(c, "%s", problems.n > 0 ? problems.text[0] : e.text);
	free(h);
	free(text);
	return good;
}

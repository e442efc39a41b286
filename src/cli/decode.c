/* SPDX-License-Identifier: MIT */
/* `spaceheat decode TYPE FILE`: the canonical form of a message, or why it is none. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/verbs.h"
#include "core/wire/canonical.h"
#include "core/wire/text.h"
#include "core/wire/types.h"

enum {
	ARENA_SIZE = 4 * 1024 * 1024,
	/* Canonical text is longer than its source only where 1e15 is written out. */
	GROWTH = 4,
	SHORTEST = 4096,
};

/* Reads at most one byte more than allowed, so that a longer file shows. NULL: errno says why. */
static char *read_stream(FILE *in, size_t max, size_t *length)
{
	char *bytes = malloc(max + 1);

	if (bytes == NULL)
		return NULL;
	*length = fread(bytes, 1, max + 1, in);
	if (ferror(in) == 0)
		return bytes;
	free(bytes);
	return NULL;
}

static char *read_file(const char *path, size_t max, size_t *length)
{
	FILE *in;
	char *bytes;
	int why;

	if (strcmp(path, "-") == 0)
		return read_stream(stdin, max, length);
	in = fopen(path, "rb");
	if (in == NULL)
		return NULL;
	bytes = read_stream(in, max, length);
	why = errno;
	fclose(in);
	errno = why;
	return bytes;
}

static int refused(const struct refusal *r)
{
	return cli_fail(EXIT_DATA, "decode: %s%s%s (%s)", diag_name(r->diag), r->field[0] != '\0' ? " " : "",
		r->field, r->text);
}

static int refuse_type(const char *type)
{
	char printable[FIELD_SIZE];
	const struct wire *known = wire_other_version(type);

	text_printable(printable, sizeof(printable), type, strlen(type));
	if (known != NULL)
		return cli_fail(EXIT_DATA, "decode: %s TypeAlias (%s; this program knows %s)",
			diag_name(DIAG_UNSUPPORTED_VERSION), printable, known->type_alias);
	return cli_fail(EXIT_DATA, "decode: %s TypeAlias (%s) - `spaceheat print wire` lists all types",
		diag_name(DIAG_PAYLOAD_NOT_IMPLEMENTED), printable);
}

static bool print_json(const struct wire *w, const char *bytes, size_t length, struct arena *arena, char *out,
	size_t size, struct refusal *r)
{
	cJSON *tree = codec_parse(bytes, length, w->max_bytes, arena, r);
	bool ok = tree != NULL && codec_check(w, tree, arena, r);

	if (ok && canonical_print(w, tree, NULL, out, size) < 0)
		ok = refuse(r, DIAG_TOO_LARGE, NULL, "its canonical form does not fit");
	cJSON_Delete(tree);
	return ok;
}

static bool print_binary(const struct wire *w, const char *bytes, size_t length, char *out, size_t size,
	struct refusal *r)
{
	union { struct gs_pwr power; struct gs_dispatch dispatch; } m;
	bool ok = w == &gs_pwr_wire ? gs_pwr_decode(bytes, length, &m.power, r) :
		gs_dispatch_decode(bytes, length, &m.dispatch, r);

	return ok && codec_encode(w, &m, out, size) > 0;
}

static int decode_bytes(const struct wire *w, const char *bytes, size_t length)
{
	struct arena arena = { malloc(ARENA_SIZE), ARENA_SIZE, 0 };
	size_t size = length * GROWTH + SHORTEST;
	char *out = malloc(size);
	struct refusal r;
	int code = EXIT_DONE;

	if (arena.base == NULL || out == NULL)
		code = cli_fail(EXIT_FAILED, "decode: no memory");
	else if (w->binary ? print_binary(w, bytes, length, out, size, &r) :
		print_json(w, bytes, length, &arena, out, size, &r))
		puts(out);
	else
		code = refused(&r);
	free(out);
	free(arena.base);
	return code;
}

int cli_decode(int argc, char **argv)
{
	const struct wire *w;
	size_t length = 0;
	char *bytes;
	int code;

	if (argc != 3)
		return cli_usage("decode", "it takes a TYPE and a FILE");
	w = wire_find(argv[1]);
	bytes = read_file(argv[2], w != NULL ? w->max_bytes : WIRE_MAX_BYTES_LONG, &length);
	if (bytes == NULL)
		return cli_fail(EXIT_FAILED, "decode: cannot read %s (%s) - check the path", argv[2],
			strerror(errno));
	code = w != NULL ? decode_bytes(w, bytes, length) : refuse_type(argv[1]);
	free(bytes);
	return code;
}

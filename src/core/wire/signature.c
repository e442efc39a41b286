/* SPDX-License-Identifier: MIT */
#include "core/wire/signature.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "core/wire/base64.h"
#include "core/wire/canonical.h"
#include "core/wire/text.h"
#include "core/wire/tree.h"

static const char prefix[] = "ed25519:";
static const char sig_field[] = "Sig";

enum {
	PREFIX = sizeof(prefix) - 1,
	KEY_BASE64 = BASE64_LENGTH(SIGN_KEY_BYTES),
	KEY_HEX = 2 * SIGN_KEY_BYTES,
	SIG_BASE64 = BASE64_LENGTH(SIGN_BYTES),
	KEY_SCRATCH = 2048,	/* 16 bytes for each of the keys of a message of ours */
};

_Static_assert(SIGN_KEY_TEXT == PREFIX + KEY_BASE64 + 1, "a key's text fits");

static bool read_hex(const char *text, uint8_t key[SIGN_KEY_BYTES])
{
	for (int i = 0; i < SIGN_KEY_BYTES; i++) {
		char two[3] = { text[2 * i], text[2 * i + 1], '\0' };
		uint64_t value;

		if (!text_hex(two, 2, &value))
			return false;
		key[i] = (uint8_t)value;
	}
	return true;
}

static bool read_key(const char *text, size_t length, uint8_t key[SIGN_KEY_BYTES])
{
	if (length == KEY_HEX)
		return read_hex(text, key);
	return length == PREFIX + KEY_BASE64 && strncmp(text, prefix, PREFIX) == 0 &&
		base64_read(text + PREFIX, KEY_BASE64, key, SIGN_KEY_BYTES);
}

bool signature_read_key(const char *text, uint8_t key[SIGN_KEY_BYTES])
{
	return read_key(text, strlen(text), key);
}

int signature_read_keys(const char *text, uint8_t keys[SIGN_MAX_KEYS][SIGN_KEY_BYTES])
{
	size_t first = strcspn(text, ",");

	if (!read_key(text, first, keys[0]))
		return 0;
	if (text[first] == '\0')
		return 1;
	text += first + 1;
	text += strspn(text, " ");
	return read_key(text, strlen(text), keys[1]) ? 2 : 0;
}

void signature_write_key(const uint8_t key[SIGN_KEY_BYTES], char out[SIGN_KEY_TEXT])
{
	memcpy(out, prefix, PREFIX);
	base64_write(key, SIGN_KEY_BYTES, out + PREFIX);
}

/* TypeAlias, a zero byte, the canonical text. The length, or -1. */
static int write_covered(const char *type_alias, cJSON *tree, char *out, size_t size)
{
	size_t n = strlen(type_alias) + 1;
	int length;

	if (n >= size)
		return -1;
	memcpy(out, type_alias, n);
	length = canonical_print_whole(tree, sig_field, out + n, size - n);
	return length < 0 ? -1 : (int)n + length;
}

enum diag signature_check(const struct verify *v, const char *type_alias, cJSON *tree, const struct arena *scratch)
{
	const cJSON *sig = tree_member(tree, sig_field);
	char *covered = scratch->base + scratch->used;
	uint8_t bytes[SIGN_BYTES];
	int length;

	if (sig == NULL)
		return DIAG_UNSIGNED;
	if (!cJSON_IsString(sig) ||
		!base64_read(sig->valuestring, strlen(sig->valuestring), bytes, sizeof(bytes)))
		return DIAG_BAD_SIGNATURE;
	length = write_covered(type_alias, tree, covered, scratch->size - scratch->used);
	if (length < 0 || !v->good(v->self, covered, (size_t)length, bytes))
		return DIAG_BAD_SIGNATURE;
	return DIAG_NONE;
}

/* `,"Sig":"..."` in front of the last brace. */
static int insert_signature(const uint8_t bytes[SIGN_BYTES], char *text, int length, size_t size)
{
	static const char before[] = ",\"Sig\":\"", after[] = "\"}";
	size_t n = (size_t)length - 1;

	if (n + sizeof(before) - 1 + SIG_BASE64 + sizeof(after) > size)
		return -1;
	memcpy(text + n, before, sizeof(before) - 1);
	n += sizeof(before) - 1;
	base64_write(bytes, SIGN_BYTES, text + n);
	n += SIG_BASE64;
	memcpy(text + n, after, sizeof(after));
	return (int)(n + sizeof(after) - 1);
}

int signature_append(const struct sign *s, const char *type_alias, char *text, int length, size_t size)
{
	char covered[SIGNATURE_TEXT + FIELD_SIZE], keys[KEY_SCRATCH];
	struct arena scratch = { keys, sizeof(keys), 0 };
	uint8_t bytes[SIGN_BYTES];
	struct refusal why;
	cJSON *tree;
	int n;

	if (length < 0 || length > SIGNATURE_TEXT)
		return -1;
	tree = codec_parse(text, (size_t)length, WIRE_MAX_BYTES, &scratch, &why);
	if (tree == NULL)
		return -1;
	n = write_covered(type_alias, tree, covered, sizeof(covered));
	cJSON_Delete(tree);
	if (n < 0)
		return -1;
	s->make(s->self, covered, (size_t)n, bytes);
	return insert_signature(bytes, text, length, size);
}

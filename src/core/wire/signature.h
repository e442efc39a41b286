/* SPDX-License-Identifier: MIT */
/* signature.h: what a signature of a message covers, and how keys and signatures are written.
 *
 * Sig is the base64 of an Ed25519 signature over TypeAlias, a zero byte and the canonical form of the whole
 * message without Sig, unknown fields included. A key is "ed25519:" and 44 characters of base64, or 64 hex
 * digits. */
#ifndef CORE_WIRE_SIGNATURE_H
#define CORE_WIRE_SIGNATURE_H

#include "core/wire/codec.h"
#include "spaceheat/sign.h"

bool signature_read_key(const char *text, uint8_t key[SIGN_KEY_BYTES]);
/* One key, or two with a comma between them. How many, or 0: not of that form. */
int signature_read_keys(const char *text, uint8_t keys[SIGN_MAX_KEYS][SIGN_KEY_BYTES]);
/* "ed25519:..." */
void signature_write_key(const uint8_t key[SIGN_KEY_BYTES], char out[SIGN_KEY_TEXT]);

/* Check 12: DIAG_NONE, DIAG_UNSIGNED or DIAG_BAD_SIGNATURE (also when the canonical text does not fit the
 * scratch). The tree is of codec_parse; its members are sorted in place. */
enum diag signature_check(const struct verify *, const char *type_alias, struct cJSON *tree,
	const struct arena *scratch);

/* Adds Sig to an encoded message (an object of one level, at most SIGNATURE_TEXT bytes, without Sig). The new
 * length, or -1 when it does not fit. */
enum { SIGNATURE_TEXT = 4096 };
int signature_append(const struct sign *, const char *type_alias, char *text, int length, size_t size);

#endif

/* SPDX-License-Identifier: MIT */
/* sign.h: the door to signatures (Ed25519): who opened it knows the keys, who uses it only says what is
 * covered. Both functions may be called from any thread, never wait and never allocate. */
#ifndef SPACEHEAT_SIGN_H
#define SPACEHEAT_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SIGN_KEY_BYTES = 32,	/* a public key, or the seed of a secret one */
	SIGN_BYTES = 64,
	SIGN_MAX_KEYS = 2,	/* the old and the new one, while a key is changed */
	SIGN_KEY_TEXT = 53,	/* "ed25519:" and base64, and the end */
};

struct verify {
	void *self;
	/* Did one of the configured keys sign these bytes? */
	bool (*good)(void *self, const void *bytes, size_t length, const uint8_t signature[SIGN_BYTES]);
};

struct sign {
	void *self;
	void (*make)(void *self, const void *bytes, size_t length, uint8_t signature[SIGN_BYTES]);
};

#endif

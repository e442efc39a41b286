/* SPDX-License-Identifier: MIT */
/* sign_sodium.h: signatures by libsodium; the one place that knows it. The structs are lent to the doors. */
#ifndef PORT_SIGN_SODIUM_H
#define PORT_SIGN_SODIUM_H

#include "spaceheat/err.h"
#include "spaceheat/sign.h"

struct sign_keys { uint8_t key[SIGN_MAX_KEYS][SIGN_KEY_BYTES]; int n; };
struct sign_secret { uint8_t bytes[64], public_key[SIGN_KEY_BYTES]; };

/* contract.atn_key: one key or two. */
bool sign_sodium_keys(const char *text, struct sign_keys *, struct err *);
struct verify sign_sodium_verify(struct sign_keys *);

/* The file with a secret key: its first line is the 32 bytes of the seed, written like a key. `file` may be
 * credential:NAME. */
bool sign_sodium_secret(const char *file, struct sign_secret *, struct err *);
struct sign sign_sodium_sign(struct sign_secret *);
void sign_sodium_forget(struct sign_secret *);

#endif

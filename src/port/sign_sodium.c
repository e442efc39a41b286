/* SPDX-License-Identifier: MIT */
#include "port/sign_sodium.h"

#include <sodium.h>
#include <string.h>

#include "core/wire/signature.h"
#include "port/load.h"

_Static_assert(SIGN_KEY_BYTES == crypto_sign_PUBLICKEYBYTES && SIGN_KEY_BYTES == crypto_sign_SEEDBYTES, "key");
_Static_assert(SIGN_BYTES == crypto_sign_BYTES, "signature");
_Static_assert(sizeof(((struct sign_secret *)0)->bytes) == crypto_sign_SECRETKEYBYTES, "secret key");

static bool ready(struct err *e)
{
	return sodium_init() >= 0 || err_set(e, ERR_IO, 0, "libsodium finds no source of random bytes");
}

bool sign_sodium_keys(const char *text, struct sign_keys *k, struct err *e)
{
	k->n = signature_read_keys(text, k->key);
	if (k->n == 0)
		return err_set(e, ERR_FORMAT, 0, "not a key: write ed25519: and 44 characters of base64, or 64 hex digits");
	return ready(e);
}

static bool good(void *self, const void *bytes, size_t length, const uint8_t signature[SIGN_BYTES])
{
	const struct sign_keys *k = self;

	for (int i = 0; i < k->n; i++)
		if (crypto_sign_verify_detached(signature, bytes, length, k->key[i]) == 0)
			return true;
	return false;
}

struct verify sign_sodium_verify(struct sign_keys *k)
{
	return (struct verify){ k, good };
}

bool sign_sodium_secret(const char *file, struct sign_secret *s, struct err *e)
{
	uint8_t seed[SIGN_KEY_BYTES];
	char text[128];
	bool read;

	if (!ready(e) || !load_secret(file, text, sizeof(text), e))
		return false;
	read = signature_read_key(text, seed);
	if (read)
		crypto_sign_seed_keypair(s->public_key, s->bytes, seed);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(text, sizeof(text));
	return read || err_set(e, ERR_FORMAT, 0, "%s holds no key: its first line must be 64 hex digits", file);
}

static void make(void *self, const void *bytes, size_t length, uint8_t signature[SIGN_BYTES])
{
	const struct sign_secret *s = self;

	crypto_sign_detached(signature, NULL, bytes, length, s->bytes);
}

struct sign sign_sodium_sign(struct sign_secret *s)
{
	return (struct sign){ s, make };
}

void sign_sodium_forget(struct sign_secret *s)
{
	sodium_memzero(s, sizeof(*s));
}

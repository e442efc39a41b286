/* SPDX-License-Identifier: MIT */
/* The keys of the contract: whom we believe, and with what we sign. */
#include "core/wire/signature.h"
#include "main/daemon_parts.h"

bool daemon_open_keys(struct daemon *d, struct err *e)
{
	const struct settings_contract *k = &d->loaded->settings.contract;

	d->verify = (struct verify){ 0 };
	d->sign = (struct sign){ 0 };
	if (k->atn_key[0] != '\0') {
		if (!sign_sodium_keys(k->atn_key, &d->atn_keys, e)) {
			d->exit_code = EXIT_CONFIGURATION;
			return err_in(e, "contract.atn_key");
		}
		d->verify = sign_sodium_verify(&d->atn_keys);
	}
	if (k->house_key_file[0] != '\0') {
		if (!sign_sodium_secret(k->house_key_file, &d->house_key, e)) {
			d->exit_code = EXIT_CONFIGURATION;
			return err_in(e, "contract.house_key_file");
		}
		d->sign = sign_sodium_sign(&d->house_key);
	}
	return true;
}

void daemon_close_keys(struct daemon *d)
{
	sign_sodium_forget(&d->house_key);
}

void daemon_say_keys(struct daemon *d)
{
	const struct settings_contract *k = &d->loaded->settings.contract;
	char text[SIGN_KEY_TEXT];

	if (d->verify.good == NULL && k->allow_unsigned_contract)
		daemon_say(d, LEVEL_WARNING, LOG_UNSIGNED_OK, "contract messages are taken without a signature - "
			"right for a broker on this machine only; else set contract.atn_key");
	if (d->verify.good != NULL)
		daemon_say(d, LEVEL_INFO, LOG_BOOT, "messages of the AtomicTNode must be signed (keys=%d)", d->atn_keys.n);
	if (d->sign.make == NULL)
		return;
	signature_write_key(d->house_key.public_key, text);
	daemon_say(d, LEVEL_INFO, LOG_BOOT, "our messages are signed; public key %s", text);
}

/* SPDX-License-Identifier: MIT */
#include "port/tls_look.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void set_why(char why[TLS_WHY_SIZE], int error)
{
	static const struct { int error; const char *words; } known[] = {
		{ X509_V_OK, "" },
		{ X509_V_ERR_CERT_HAS_EXPIRED, "expired" },
		{ X509_V_ERR_CERT_NOT_YET_VALID, "not yet valid" },
		{ X509_V_ERR_HOSTNAME_MISMATCH, "of another host" },
		{ X509_V_ERR_IP_ADDRESS_MISMATCH, "of another host" },
		{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "self-signed" },
		{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "of an unknown authority" },
		{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "of an unknown authority" },
		{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, "of an unknown authority" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].error == error) {
			snprintf(why, TLS_WHY_SIZE, "%s", known[i].words);
			return;
		}
	snprintf(why, TLS_WHY_SIZE, "wrong (OpenSSL %d)", error);
}

int64_t tls_now_s(void)
{
	return time(NULL);
}

void tls_day(int64_t at_s, char day[TLS_DAY_SIZE])
{
	time_t at = (time_t)at_s;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL || strftime(day, TLS_DAY_SIZE, "%Y-%m-%d", &tm) == 0)
		snprintf(day, TLS_DAY_SIZE, "?");
}

static void set_day(char day[TLS_DAY_SIZE], const ASN1_TIME *t)
{
	struct tm tm;

	if (t != NULL && ASN1_TIME_to_tm(t, &tm) == 1)
		tls_day(timegm(&tm), day);
	else
		snprintf(day, TLS_DAY_SIZE, "?");
}

/* It is somebody else's text (SF-43). */
static void set_subject(char subject[TLS_SUBJECT_SIZE], const X509 *cert)
{
	if (X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, subject, TLS_SUBJECT_SIZE) < 0)
		snprintf(subject, TLS_SUBJECT_SIZE, "?");
	for (char *p = subject; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			*p = '?';
}

/* In the middle of the handshake: all is known that we came for, so it ends here. */
static int see(X509_STORE_CTX *store, void *ctx)
{
	struct tls_look *look = ctx;
	const X509 *cert = X509_STORE_CTX_get0_cert(store);

	(void)X509_verify_cert(store);
	if (cert == NULL)
		return 0;
	set_why(look->why, X509_STORE_CTX_get_error(store));
	set_subject(look->subject, cert);
	set_day(look->from, X509_get0_notBefore(cert));
	set_day(look->until, X509_get0_notAfter(cert));
	return 0;
}

/* An address is held against addresses, a name against names; only a name is asked for (SNI). */
static void expect_host(SSL *ssl, const char *host)
{
	if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1)
		return;
	SSL_set_tlsext_host_name(ssl, host);
	SSL_set1_host(ssl, host);
}

static void shake(SSL_CTX *ctx, int fd, const char *host)
{
	SSL *ssl = SSL_new(ctx);

	if (ssl != NULL && SSL_set_fd(ssl, fd) == 1) {
		expect_host(ssl, host);
		(void)SSL_connect(ssl);	/* fails, as `see` wants it to */
	}
	SSL_free(ssl);
}

bool tls_look(int fd, const char *host, const char *ca_file, struct tls_look *look)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	*look = (struct tls_look){ 0 };
	if (ctx != NULL) {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
		SSL_CTX_set_cert_verify_callback(ctx, see, look);
		if (ca_file == NULL || SSL_CTX_load_verify_locations(ctx, ca_file, NULL) != 1)
			(void)SSL_CTX_set_default_verify_paths(ctx);
		shake(ctx, fd, host);
	}
	SSL_CTX_free(ctx);
	ERR_clear_error();
	return look->subject[0] != '\0';
}

bool tls_file_until(const char *path, int64_t *until_s, struct err *e)
{
	FILE *f = fopen(path, "re");
	X509 *cert;
	struct tm tm;
	bool ok;

	if (f == NULL)
		return err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
	cert = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	ERR_clear_error();
	ok = cert != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) == 1;
	X509_free(cert);
	if (!ok)
		return err_set(e, ERR_FORMAT, 0, "%s: no certificate in PEM form", path);
	*until_s = timegm(&tm);
	return true;
}

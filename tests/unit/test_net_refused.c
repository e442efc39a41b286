/* SPDX-License-Identifier: MIT */
/* Brokers that do not want us, and brokers that we do not trust (SF-55, SF-56). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <string.h>

#include <cmocka.h>

#include "../support/net_side.h"

/* A broker that does not want us is told as AUTH: that is for a person, not for patience. */
static void wrong_credentials(void **state)
{
	struct broker *b = need_broker("allow_anonymous false");
	struct side s;
	struct msg m;

	(void)state;
	side_init(&s, broker_port(b), "house", "atn/+");
	side_open(&s);
	wait_link(&s, false, &m);
	assert_int_equal(m.link.code, LOG_AUTH);
	side_close(&s, 0);
	broker_stop(b);
}

static bool write_text(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	return f && fputs(text, f) >= 0 && fclose(f) == 0;
}

static bool dynsec(void *ctx, const char *dir)
{
	(void)ctx;
	return write_text(dir, "dynsec.json", "{\"defaultACLAccess\":{\"publishClientSend\":true,"
		"\"publishClientReceive\":true,\"subscribe\":false,\"unsubscribe\":true}}");
}

/* A refused subscription is a failure of its own, named with the topic: a deaf connection is no
 * connection. */
static void refused_subscription(void **state)
{
	static const char *const plugins[] = { "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so",
		"/usr/lib/aarch64-linux-gnu/mosquitto_dynamic_security.so",
		"/usr/lib/arm-linux-gnueabihf/mosquitto_dynamic_security.so" };
	char extra[300] = "";
	struct broker *b;
	struct side s;
	struct msg m;

	(void)state;
	for (size_t i = 0; i < sizeof(plugins) / sizeof(plugins[0]); i++)
		if (access(plugins[i], R_OK) == 0)
			snprintf(extra, sizeof(extra), "allow_anonymous true\nplugin %s\n"
				"plugin_opt_config_file %%D/dynsec.json", plugins[i]);
	if (!broker_available() || extra[0] == '\0')
		skip();
	b = broker_start_prepared(extra, dynsec, NULL);
	assert_non_null(b);
	side_init(&s, broker_port(b), "house", "atn/+");
	side_open(&s);
	wait_link(&s, false, &m);
	assert_int_equal(m.link.code, LOG_SUB_REFUSED);
	assert_non_null(strstr(m.link.reason, "atn/+"));
	side_close(&s, 0);
	broker_stop(b);
}

/* A chain of our own: ca.pem, and certificates for 127.0.0.1 and for another host. */
static bool make_certificates(void *ctx, const char *dir)
{
	char command[2400];

	(void)ctx;
	snprintf(command, sizeof(command),
		"cd '%s' && {"
		" R='openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2' &&"
		" $R -keyout ca.key -out ca.pem -subj /CN=ca &&"
		" for H in good:IP:127.0.0.1 bad:DNS:elsewhere.example; do"
		" N=${H%%%%:*}; $R -keyout $N.key -out $N.pem -subj /CN=$N -addext subjectAltName=${H#*:}"
		" -addext basicConstraints=critical,CA:FALSE -CA ca.pem -CAkey ca.key; done;"
		" } >openssl.log 2>&1", dir);
	return system(command) == 0;	/* NOLINT: a test, with our own words */
}

/* why NULL: it connects; otherwise what the reason must say, beside whose it is and when it is good. */
static void tls_case(const char *certificate, const char *ca, const char *why)
{
	bool up = why == NULL;
	char extra[300], path[256];
	struct broker *b;
	struct side s;
	struct msg m;

	snprintf(extra, sizeof(extra), "certfile %%D/%s.pem\nkeyfile %%D/%s.key", certificate, certificate);
	b = broker_start_prepared(extra, make_certificates, NULL);
	assert_non_null(b);
	side_init(&s, broker_port(b), "house", "atn/+");
	s.o.tls = true;
	snprintf(path, sizeof(path), "%s/%s", broker_dir(b), ca);
	s.o.ca_file = ca[0] ? path : "";
	side_open(&s);
	wait_link(&s, up, &m);
	if (!up) {
		snprintf(path, sizeof(path), "subject=%s valid=20", certificate);
		print_message("%s, %s: %s\n", certificate, ca, m.link.reason);
		assert_int_equal(m.link.code, LOG_TLS);
		assert_non_null(strstr(m.link.reason, why));
		assert_non_null(strstr(m.link.reason, path));
		assert_non_null(strstr(m.link.reason, " now=20"));
	}
	side_close(&s, 0);
	broker_stop(b);
}

/* TLS: the right chain and name connect; an unknown chain and a wrong name are refused, as TLS. */
static void tls_is_checked(void **state)
{
	(void)state;
	if (!broker_available() || system("openssl version >/dev/null 2>&1") != 0)
		skip();
	tls_case("good", "ca.pem", NULL);
	tls_case("good", "", "certificate of an unknown authority: 127.0.0.1:");
	tls_case("bad", "ca.pem", "certificate of another host: 127.0.0.1:");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_credentials),
		cmocka_unit_test(refused_subscription),
		cmocka_unit_test(tls_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

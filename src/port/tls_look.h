/* SPDX-License-Identifier: MIT */
/* tls_look.h: why we do not trust a broker: one short TLS handshake of our own, which shows whose certificate it is and
 * from when until when it is good (SF-56). The MQTT library says that it failed, and no more. And: until when is a
 * certificate of ours good? */
#ifndef PORT_TLS_LOOK_H
#define PORT_TLS_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/err.h"

enum { TLS_WHY_SIZE = 24, TLS_SUBJECT_SIZE = 25, TLS_DAY_SIZE = 12 };

struct tls_look {
	char why[TLS_WHY_SIZE];			/* "expired", "not yet valid", "of another host" ...; "" when it is good */
	char subject[TLS_SUBJECT_SIZE];		/* its common name, control bytes as '?' */
	char from[TLS_DAY_SIZE], until[TLS_DAY_SIZE];	/* 2027-01-14, UTC */
};

/* Shakes hands on `fd`, which is connected and blocking, and holds the certificate against `host` and against the
 * authorities of `ca_file` (NULL: the system's). False: no certificate was shown. Sends nothing after it. The caller
 * closes fd. Blocks for as long as the socket's own time-outs allow. */
bool tls_look(int fd, const char *host, const char *ca_file, struct tls_look *);

/* The clock that certificates are held against: the machine's own, also when a house is simulated. */
int64_t tls_now_s(void);
/* The day of a Unix time, UTC. */
void tls_day(int64_t at_s, char day[TLS_DAY_SIZE]);

/* When the first certificate of a PEM file ends, in Unix time. */
bool tls_file_until(const char *path, int64_t *until_s, struct err *);

#endif

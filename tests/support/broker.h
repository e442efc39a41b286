/* SPDX-License-Identifier: MIT */
/* broker.h: a private mosquitto on a free loopback port, with a configuration and directory of its own.
 *
 * It ends with the test program, however that ends. A step that fails says why on stderr. */
#ifndef TESTS_BROKER_H
#define TESTS_BROKER_H

#include <stdbool.h>

struct broker;

/* Is a mosquitto installed? Tests that need one skip without it. */
bool broker_available(void);
/* Starts it and waits until it accepts. `extra`: more lines for its configuration, or NULL; "%D" in them
 * becomes the broker's directory. NULL: it did not start. */
struct broker *broker_start(const char *extra);
/* The same, when files must exist in the directory first: prepare(ctx, directory) writes them. */
struct broker *broker_start_prepared(const char *extra, bool (*prepare)(void *ctx, const char *dir),
	void *ctx);
int broker_port(const struct broker *);
const char *broker_dir(const struct broker *);

/* SIGSTOP and SIGCONT: it holds its connections and reads nothing. */
void broker_pause(struct broker *);
void broker_resume(struct broker *);
/* SIGKILL, and a fresh start on the same port. */
void broker_kill(struct broker *);
bool broker_restart(struct broker *);
/* Ends it, removes its directory, frees. */
void broker_stop(struct broker *);

/* A loopback port nobody listens on now; 0: none. */
int broker_free_port(void);

#endif

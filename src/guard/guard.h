/* SPDX-License-Identifier: MIT */
/* guard.h: the guard process: the only one that moves relays; it lives exactly as long as its service.
 *
 * It reads frames from descriptor 3 and does nothing else: no network, no JSON, no threads, no allocation. It
 * ignores SIGINT, SIGTERM and SIGHUP, which a terminal or systemd sends to the whole group: the service ends
 * first and in order, and its end is ours. */
#ifndef GUARD_GUARD_H
#define GUARD_GUARD_H

/* Serves descriptor 3 until STOP or end-of-file; then all relays are in their fail state. Returns the exit
 * code: 0, 78 when it REFUSED its configuration, 71 when descriptor 3 is no socket. */
int guard_serve(const char *state_dir);
/* Puts all relays of the copy of the last configuration into their fail state: for ExecStopPost. Returns 0,
 * also when there is nothing to do, or 1. */
int guard_safe_state(const char *state_dir);

#endif

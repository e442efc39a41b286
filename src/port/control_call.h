/* SPDX-License-Identifier: MIT */
/* control_call.h: the other end of the control socket: finds it, connects, sends a line, takes lines. */
#ifndef PORT_CONTROL_CALL_H
#define PORT_CONTROL_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "spaceheat/err.h"

enum { CALL_LINE = 64 * 1024, CALL_PATH = 256 };

struct control_call { int fd; size_t n, taken; char in[CALL_LINE + 1]; };

/* Where it is: `given` (-s), $SPACEHEAT_SOCKET, /run/spaceheat/control.sock, that of the running demo (*demo true); when
 * none exists the one in /run. */
void control_call_find(const char *given, char path[CALL_PATH], bool *demo);
/* ERR_ABSENT: nobody listens there; ERR_IO with os EACCES: this user may not. */
bool control_call_open(struct control_call *, const char *path, struct err *);
bool control_call_send(struct control_call *, const char *line, struct err *);
/* The next line, without its end, valid until the next call. timeout_ms -1: for ever. ERR_TIMEOUT; ERR_ABSENT: the
 * service has ended the conversation. */
bool control_call_take(struct control_call *, int timeout_ms, char **line, struct err *);
void control_call_close(struct control_call *);

#endif

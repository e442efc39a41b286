/* SPDX-License-Identifier: MIT */
/* control_role.h: who is at the other end of a control socket, and what they may do: the kernel says it, not they. */
#ifndef PORT_CONTROL_ROLE_H
#define PORT_CONTROL_ROLE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum control_role { ROLE_NOBODY, ROLE_READ, ROLE_OPERATOR, ROLE_ADMIN };

struct control_peer { uid_t uid; enum control_role role; char user[33]; };

const char *control_role_name(enum control_role);
/* uid 0 or our own: admin; one of their groups is the operators': operator; else read. `operators` (gid_t)-1: there is no
 * such group. */
enum control_role control_role_pick(uid_t uid, uid_t own, const gid_t *groups, size_t n, gid_t operators);
/* Asks the kernel about a connected socket. ROLE_NOBODY: it could not say. */
void control_peer_of(int fd, const char *operator_group, struct control_peer *);

#endif

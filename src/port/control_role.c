/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE	/* struct ucred */
#include "port/control_role.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_GROUPS = 256, NAMES = 4096 };

const char *control_role_name(enum control_role r)
{
	static const char *const names[] = { "none", "read", "operator", "admin" };

	return names[r];
}

enum control_role control_role_pick(uid_t uid, uid_t own, const gid_t *groups, size_t n, gid_t operators)
{
	if (uid == 0 || uid == own)
		return ROLE_ADMIN;
	for (size_t i = 0; i < n; i++)
		if (operators != (gid_t)-1 && groups[i] == operators)
			return ROLE_OPERATOR;
	return ROLE_READ;
}

static gid_t group_id(const char *name)
{
	struct group g, *found = NULL;
	char text[NAMES];

	if (name[0] == '\0' || getgrnam_r(name, &g, text, sizeof(text), &found) != 0 || found == NULL)
		return (gid_t)-1;
	return g.gr_gid;
}

static void user_name(uid_t uid, char *out, size_t size)
{
	struct passwd p, *found = NULL;
	char text[NAMES];

	if (getpwuid_r(uid, &p, text, sizeof(text), &found) == 0 && found != NULL)
		snprintf(out, size, "%s", p.pw_name);
	else
		snprintf(out, size, "?");
}

void control_peer_of(int fd, const char *operator_group, struct control_peer *peer)
{
	struct ucred who;
	gid_t groups[MAX_GROUPS + 1];
	socklen_t size = sizeof(who), room = MAX_GROUPS * sizeof(gid_t);
	size_t n = 0;

	*peer = (struct control_peer){ .role = ROLE_NOBODY };
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &room) == 0)
		n = room / sizeof(gid_t);
	groups[n++] = who.gid;
	peer->uid = who.uid;
	peer->role = control_role_pick(who.uid, geteuid(), groups, n, group_id(operator_group));
	user_name(who.uid, peer->user, sizeof(peer->user));
}

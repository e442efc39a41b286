/* SPDX-License-Identifier: MIT */
/* control_socket.h: the Unix socket at which people, their command `spaceheat` and the page meet the service.
 *
 * One thread of its own serves all clients; it asks the actors by message and is told by message, and nobody ever waits
 * for a client (UI-7). Protocol, limits, roles and verbs: docs/socket.md. */
#ifndef PORT_CONTROL_SOCKET_H
#define PORT_CONTROL_SOCKET_H

#include "port/control_role.h"
#include "spaceheat/err.h"
#include "spaceheat/house.h"
#include "spaceheat/port.h"
#include "spaceheat/settings.h"
#include "spaceheat/sim.h"
#include "spaceheat/uuid.h"
#include "spaceheat/view.h"

struct control_socket;

enum { CONTROL_CLIENTS = 16, CONTROL_PER_UID = 4 };

struct control_options {
	const struct house *house;
	const struct settings *settings;	/* control_socket: path and groups */
	struct post post;
	const char *version;
	struct uuid boot_id;
	bool offset_known;
	int utc_offset_s;		/* of the simulated house; else it is looked up */
	struct sim_door sim;		/* all NULL: a real house */
	int per_uid;			/* 0: CONTROL_PER_UID */
	/* The configuration on disk, and the wish that it be taken over; NULL: this service has none. */
	const char *config;
	uint32_t houses_crc;		/* of the houses.json that runs */
	void (*reload)(void);
	/* Who is there; NULL: control_peer_of, which asks the kernel. */
	void (*peer_of)(int fd, const char *operator_group, struct control_peer *);
};

/* Everything but the socket itself: log lines are kept from now on. NULL: no memory. */
struct control_socket *control_socket_open(const struct control_options *, struct err *);
/* Binds the path and starts the thread. False: people cannot reach us, all else is as before. A line to say about it that
 * is no failure (a group that does not exist) is in *e, else its text is empty. */
bool control_socket_listen(struct control_socket *, struct err *e);
/* Posts nothing after it has returned. */
void control_socket_close(struct control_socket *);

struct control_port control_socket_port(struct control_socket *);
struct view_boxes *control_socket_boxes(struct control_socket *);
/* The same for history_show: the box of questions to the record. */
struct archive;
struct archive *control_socket_archive(struct control_socket *);
/* For the log sink: sees every MSG_LOG. Any thread. */
void control_socket_log(void *self, const struct msg *);

#endif

/* SPDX-License-Identifier: MIT */
#include "actor/control.h"

void control_init(struct control *c, const struct control_port *port)
{
	c->port = port;
}

static bool is_for_people(enum msg_type type)
{
	return type == MSG_VIEW || type == MSG_UPLINK_VIEW || type == MSG_HISTORY_VIEW ||
		type == MSG_ARCHIVE_DONE || type == MSG_OPERATOR_ANSWER || type == MSG_NEWS;
}

void control_step(void *self, const struct msg *in, struct outbox *out)
{
	const struct control *c = self;

	if (is_for_people(in->type) && c->port->take != NULL)
		c->port->take(c->port->self, in);
	out->wake_at = MONO_NEVER;
}

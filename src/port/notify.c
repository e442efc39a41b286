/* SPDX-License-Identifier: MIT */
#include "port/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { NOTIFY_TEXT = 512 };

void notify_open(struct notify *n, const char *address)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t length = address != NULL ? strlen(address) : 0;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);

	n->fd = -1;
	if (length < 2 || length >= sizeof(to.sun_path) || (address[0] != '/' && address[0] != '@'))
		return;
	memcpy(to.sun_path, address, length);
	if (address[0] == '@')		/* an abstract address begins with a NUL and has no end */
		to.sun_path[0] = '\0';
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd >= 0 && connect(n->fd, (const struct sockaddr *)&to, size) != 0)
		notify_close(n);
}

bool notify_say(const struct notify *n, const char *format, ...)
{
	char text[NOTIFY_TEXT];
	va_list args;
	int length;

	if (n->fd < 0)
		return false;
	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(text))
		return false;
	return send(n->fd, text, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL) == length;
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

/* SPDX-License-Identifier: MIT */
/* notify_listen PATH: what a service manager hears there, one datagram per line (line ends inside as |), until killed. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char text[1024];
	ssize_t n;

	if (argc != 2 || strlen(argv[1]) >= sizeof(at.sun_path))
		return 2;
	strcpy(at.sun_path, argv[1]);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		return 1;
	while ((n = recv(fd, text, sizeof(text) - 1, 0)) >= 0) {
		text[n] = '\0';
		for (char *p = text; (p = strchr(p, '\n')) != NULL; *p = '|')
			;
		printf("%s\n", text);
		fflush(stdout);
	}
	return 1;
}

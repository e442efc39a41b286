/* SPDX-License-Identifier: MIT */
/* Any frames to the guard process, with simulated relays: when its socket ends it returns, and every relay is in its
 * fail state. The whole guard runs, with its loop and its files, in this process. */
#define _GNU_SOURCE
#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard/guard.h"
#include "spaceheat/guard.h"

enum { MAX_FRAMES = 64 };

/* The guard closes what it inherited; here that is the fuzzer's own. */
int close_range(unsigned int first, unsigned int last, int flags)
{
	(void)first;
	(void)last;
	(void)flags;
	return 0;
}

static void empty(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	assert(d != NULL);
	while ((entry = readdir(d)) != NULL)
		unlinkat(dirfd(d), entry->d_name, 0);
	closedir(d);
}

static void place(int fd, int at)
{
	assert(fd >= 0);
	if (fd == at)
		return;
	assert(dup2(fd, at) == at);
	close(fd);
}

static int open_socket(void)
{
	int pair[2], ours;

	assert(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	ours = fcntl(pair[0], F_DUPFD_CLOEXEC, 20);
	assert(ours >= 0);
	close(pair[0]);
	place(pair[1], GUARD_SOCKET_FD);
	return ours;
}

static void send_all(int socket, const uint8_t *data, size_t size)
{
	for (int i = 0; i < MAX_FRAMES && size > 0; i++) {
		size_t n = size < sizeof(struct guard_frame) ? size : sizeof(struct guard_frame);

		if (send(socket, data, n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
		data += n;
		size -= n;
	}
	shutdown(socket, SHUT_WR);
}

static void check_fail_state(void)
{
	uint8_t relays[GUARD_MAX_RELAYS] = { 0 };

	assert(pread(GUARD_SIM_FD, relays, sizeof(relays), 0) == (ssize_t)sizeof(relays));
	for (int i = 0; i < GUARD_MAX_RELAYS; i++)
		assert(relays[i] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char dir[] = "/dev/shm/fuzz-guard-XXXXXX";
	int memory, socket;

	/* Both numbers are taken first, so that nothing else lands on them. */
	while ((memory = open("/dev/null", O_RDONLY)) <= GUARD_SIM_FD)
		assert(memory >= 0);
	close(memory);
	assert(mkdtemp(dir) != NULL);
	socket = open_socket();
	memory = memfd_create("relays", 0);
	assert(ftruncate(memory, GUARD_MAX_RELAYS) == 0);
	place(memory, GUARD_SIM_FD);
	send_all(socket, data, size);
	guard_serve(dir);
	check_fail_state();
	close(socket);
	close(GUARD_SOCKET_FD);
	close(GUARD_SIM_FD);
	empty(dir);
	rmdir(dir);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	return 0;
}

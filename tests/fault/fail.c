/* SPDX-License-Identifier: MIT */
/* fail.so: a library to preload that makes the N-th call of one kind fail, as a full disk, a dying card or a machine
 * without memory would. A program chooses by fail_arm() (fail.h), or the environment does, for the program named alone:
 *
 *   FAIL_PROGRAM  its short name          FAIL_SITE  alloc, write, sync ... (names[])
 *   FAIL_N        which call, from 1      FAIL_COUNT how many from there on; -1 = all
 *   FAIL_TRACE    a file that gets one line, with the call stack, when the first one fails
 *
 * What goes to stderr is never failed: it is what the tests read. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <pthread.h>

#include "fail.h"

enum { STACK = 24 };

static const struct { const char *name; int error; } sites[N_SITES_OF_FAIL] = {
	[SITE_NOTHING] = { "nothing", 0 }, [SITE_ALLOC] = { "alloc", ENOMEM }, [SITE_WRITE] = { "write", ENOSPC },
	[SITE_SYNC] = { "sync", EIO }, [SITE_TRUNCATE] = { "truncate", EIO }, [SITE_OPEN] = { "open", EMFILE },
	[SITE_READ] = { "read", EIO }, [SITE_MAP] = { "map", ENOMEM }, [SITE_REMOVE] = { "remove", EIO },
	[SITE_RENAME] = { "rename", EIO }, [SITE_SOCKET] = { "socket", EMFILE }, [SITE_CONNECT] = { "connect", ECONNREFUSED },
	[SITE_SEND] = { "send", ECONNRESET }, [SITE_SPAWN] = { "spawn", EAGAIN }, [SITE_THREAD] = { "thread", EAGAIN },
	[SITE_DISK] = { "disk", EIO },
};

static struct {
	atomic_int site;
	atomic_llong calls, n, count;
	atomic_int fired, paused;
} fail;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static void trace(int site, long long call)
{
	const char *path = getenv("FAIL_TRACE");
	char line[96];
	void *stack[STACK];
	int fd, n;

	if (path == NULL)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	n = snprintf(line, sizeof(line), "%s %lld of pid %d\n", sites[site].name, call, (int)getpid());
	syscall(SYS_write, fd, line, (size_t)n);
	n = backtrace(stack, STACK);
	backtrace_symbols_fd(stack, n, fd);
	syscall(SYS_close, fd);
}

static bool is_chosen(enum fail_site site)
{
	int chosen = atomic_load_explicit(&fail.site, memory_order_relaxed);

	return chosen == (int)site || (chosen == SITE_DISK && ((site >= SITE_WRITE && site <= SITE_RENAME)));
}

/* Must this call fail? Then errno says why. */
static bool fails(enum fail_site site)
{
	static _Thread_local bool inside;	/* tracing calls what may be failed */
	long long call, n, count;

	if (!is_chosen(site) || inside || atomic_load(&fail.paused))
		return false;
	call = atomic_fetch_add(&fail.calls, 1) + 1;
	n = atomic_load(&fail.n);
	count = atomic_load(&fail.count);
	if (n == 0 || call < n || (count >= 0 && call >= n + count))
		return false;
	if (!atomic_exchange(&fail.fired, 1)) {
		inside = true;
		trace((int)site, call);
		inside = false;
	}
	errno = sites[site].error;
	return true;
}

__attribute__((visibility("default"))) void fail_arm(enum fail_site site, int64_t n, int64_t count)
{
	atomic_store(&fail.site, SITE_NOTHING);
	atomic_store(&fail.calls, 0);
	atomic_store(&fail.fired, 0);
	atomic_store(&fail.n, n);
	atomic_store(&fail.count, count);
	atomic_store(&fail.site, (int)site);
}

__attribute__((visibility("default"))) void fail_pause(bool paused)
{
	atomic_store(&fail.paused, paused);
}

__attribute__((visibility("default"))) int64_t fail_calls(void)
{
	return atomic_load(&fail.calls);
}

__attribute__((visibility("default"))) int fail_fired(void)
{
	return atomic_load(&fail.fired);
}

static void tell_calls(void)
{
	const char *path = getenv("FAIL_CALLS");
	FILE *f = path != NULL && fail.site != SITE_NOTHING ? fopen(path, "w") : NULL;

	if (f != NULL) {
		fprintf(f, "%lld\n", (long long)fail_calls());
		fclose(f);
	}
}

__attribute__((constructor)) static void begin(void)
{
	const char *program = getenv("FAIL_PROGRAM"), *site = getenv("FAIL_SITE"), *n = getenv("FAIL_N"),
		   *count = getenv("FAIL_COUNT");
	void *warm[2];

	backtrace(warm, 2);	/* loads what it needs now */
	if (program == NULL || site == NULL || strcmp(program, program_invocation_short_name) != 0)
		return;
	for (int i = 0; i < N_SITES_OF_FAIL; i++)
		if (strcmp(sites[i].name, site) == 0)
			fail_arm((enum fail_site)i, n != NULL ? atoll(n) : 0, count != NULL ? atoll(count) : 1);
}

__attribute__((destructor)) static void end(void)
{
	tell_calls();
}

/* --- memory ------------------------------------------------------------------------------------------- */

void *malloc(size_t size)
{
	return fails(SITE_ALLOC) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails(SITE_ALLOC) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return fails(SITE_ALLOC) ? NULL : __libc_realloc(old, size);
}

/* --- everything else: the next one of that name is called -------------------------------------------------- */

/* Looked up once each; a race looks it up twice. */
#define REAL(name)                                                            \
	static __typeof__(&name) real;                                        \
	if (real == NULL)                                                     \
		real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static bool is_socket(int fd)
{
	int type;
	socklen_t size = sizeof(type);
	int saved = errno;
	bool socket = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;

	errno = saved;
	return socket;
}

static bool write_fails(int fd)
{
	return fd != STDERR_FILENO && fails(is_socket(fd) ? SITE_SEND : SITE_WRITE);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	REAL(write);
	return write_fails(fd) ? -1 : real(fd, bytes, n);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
	REAL(writev);
	return write_fails(fd) ? -1 : real(fd, v, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	REAL(pwrite);
	return write_fails(fd) ? -1 : real(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	REAL(pwrite64);
	return write_fails(fd) ? -1 : real(fd, bytes, n, at);
}

ssize_t read(int fd, void *to, size_t n)
{
	REAL(read);
	return !is_socket(fd) && fails(SITE_READ) ? -1 : real(fd, to, n);
}

ssize_t pread(int fd, void *to, size_t n, off_t at)
{
	REAL(pread);
	return fails(SITE_READ) ? -1 : real(fd, to, n, at);
}

ssize_t pread64(int fd, void *to, size_t n, off64_t at)
{
	REAL(pread64);
	return fails(SITE_READ) ? -1 : real(fd, to, n, at);
}

int fsync(int fd)
{
	REAL(fsync);
	return fails(SITE_SYNC) ? -1 : real(fd);
}

int fdatasync(int fd)
{
	REAL(fdatasync);
	return fails(SITE_SYNC) ? -1 : real(fd);
}

int ftruncate(int fd, off_t size)
{
	REAL(ftruncate);
	return fails(SITE_TRUNCATE) ? -1 : real(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
	REAL(ftruncate64);
	return fails(SITE_TRUNCATE) ? -1 : real(fd, size);
}

#define OPEN_MODE(flags)                                                      \
	mode_t mode = 0;                                                      \
	if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                         \
		va_list args;                                                 \
		va_start(args, flags);                                        \
		mode = (mode_t)va_arg(args, int);                             \
		va_end(args);                                                 \
	}

int open(const char *path, int flags, ...)
{
	REAL(open);
	OPEN_MODE(flags)
	return fails(SITE_OPEN) ? -1 : real(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	REAL(open64);
	OPEN_MODE(flags)
	return fails(SITE_OPEN) ? -1 : real(path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	REAL(openat);
	OPEN_MODE(flags)
	return fails(SITE_OPEN) ? -1 : real(dir, path, flags, mode);
}

FILE *fopen(const char *path, const char *how)
{
	REAL(fopen);
	return fails(SITE_OPEN) ? NULL : real(path, how);
}

void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
	REAL(mmap);
	return fails(SITE_MAP) ? MAP_FAILED : real(at, n, protection, flags, fd, offset);
}

void *mmap64(void *at, size_t n, int protection, int flags, int fd, off64_t offset)
{
	REAL(mmap64);
	return fails(SITE_MAP) ? MAP_FAILED : real(at, n, protection, flags, fd, offset);
}

int unlink(const char *path)
{
	REAL(unlink);
	return fails(SITE_REMOVE) ? -1 : real(path);
}

int rename(const char *from, const char *to)
{
	REAL(rename);
	return fails(SITE_RENAME) ? -1 : real(from, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	REAL(renameat);
	return fails(SITE_RENAME) ? -1 : real(from_dir, from, to_dir, to);
}

int socket(int domain, int type, int protocol)
{
	REAL(socket);
	return fails(SITE_SOCKET) ? -1 : real(domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int pair[2])
{
	REAL(socketpair);
	return fails(SITE_SOCKET) ? -1 : real(domain, type, protocol, pair);
}

int connect(int fd, const struct sockaddr *to, socklen_t n)
{
	REAL(connect);
	return fails(SITE_CONNECT) ? -1 : real(fd, to, n);
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
	REAL(send);
	return fails(SITE_SEND) ? -1 : real(fd, bytes, n, flags);
}

ssize_t sendto(int fd, const void *bytes, size_t n, int flags, const struct sockaddr *to, socklen_t size)
{
	REAL(sendto);
	return fails(SITE_SEND) ? -1 : real(fd, bytes, n, flags, to, size);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	REAL(sendmsg);
	return fails(SITE_SEND) ? -1 : real(fd, m, flags);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
	char *const argv[], char *const envp[])
{
	REAL(posix_spawn);
	return fails(SITE_SPAWN) ? EAGAIN : real(pid, path, actions, attributes, argv, envp);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *a, void *(*run)(void *), void *ctx)
{
	REAL(pthread_create);
	return fails(SITE_THREAD) ? EAGAIN : real(thread, a, run, ctx);
}

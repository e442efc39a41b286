/* SPDX-License-Identifier: MIT */
/* The socket and its thread: accepting, reading, writing; what is said is in the other files control_*.c. */
#define _GNU_SOURCE	/* accept4, pthread_setname_np */
#include "port/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "port/control_parts.h"

enum { BACKLOG = 8, STACK_BYTES = 256 * 1024, NAMES = 4096, COLLECT = 16, TURNS = 16 };

/* --- clients ---------------------------------------------------------------------------------------- */

static int count_of(const struct control_socket *s, uid_t uid)
{
	int n = 0;

	for (int i = 0; i < CONTROL_CLIENTS; i++)
		n += s->conns[i].fd >= 0 && s->conns[i].peer.uid == uid;
	return n;
}

static struct conn *free_conn(struct control_socket *s)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (s->conns[i].fd < 0)
			return &s->conns[i];
	return NULL;
}

static void watch(struct control_socket *s)
{
	bool any = false;

	for (int i = 0; i < CONTROL_CLIENTS; i++)
		any |= s->conns[i].fd >= 0;
	atomic_store(&s->board.watched, any);
}

/* Told in the form of an answer, so that a client has one thing to understand. */
static void turn_away(int fd, const char *text, const char *code, int exit_code)
{
	char line[256];
	int n = snprintf(line, sizeof(line), "{\"id\":null,\"ok\":false,\"code\":\"%s\",\"text\":\"%s\","
		"\"action\":\"close another one first\",\"exit\":%d}\n", code, text, exit_code);

	send(fd, line, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void welcome(struct control_socket *s, int fd)
{
	int per_uid = s->options.per_uid > 0 ? s->options.per_uid : CONTROL_PER_UID;
	struct conn *c = free_conn(s);
	struct control_peer peer;

	s->options.peer_of(fd, s->options.settings->control_socket.operator_group, &peer);
	if (peer.role == ROLE_NOBODY) {
		turn_away(fd, "the kernel does not say who you are", "NotPermitted", TELL_PERMISSION);
	} else if (c == NULL) {
		turn_away(fd, "16 connections are open", "Busy", TELL_FAILED);
	} else if (count_of(s, peer.uid) >= per_uid) {
		turn_away(fd, "this user has too many connections", "Busy", TELL_FAILED);
	} else {
		conn_open(c, fd, control_now_ms());
		c->peer = peer;
		answer_hello(s, c);
		watch(s);
	}
}

static void accept_all(struct control_socket *s)
{
	int fd;

	while ((fd = accept4(s->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		welcome(s, fd);
}

static void drop(struct control_socket *s, struct conn *c)
{
	conn_close(c);
	watch(s);
}

/* What it asked is worked off one by one, each with room for its answer: who does not read is not listened to. */
static void work_off(struct control_socket *s, struct conn *c)
{
	size_t length;
	char *line;

	while (c->wait == WAIT_NOTHING && conn_room(c) >= CONN_ANSWER && conn_line(c, &line, &length))
		if (length > 0)
			request_take(s, c, line, length);
}

static bool wants_input(const struct conn *c)
{
	return c->wait == WAIT_NOTHING && conn_room(c) >= CONN_ANSWER;
}

static bool has_line(const struct conn *c)
{
	return memchr(c->in + c->taken, '\n', c->n_in - c->taken) != NULL;
}

/* Is there something to write for it, and room? Room comes by writing, so this is asked after each flush. */
static bool has_work(struct control_socket *s, const struct conn *c)
{
	if (conn_room(c) < CONN_ANSWER + 2 * CONN_EVENT)
		return false;
	return c->wait == WAIT_LOG || c->wait == WAIT_PARTS || (c->wait == WAIT_NOTHING && has_line(c)) ||
		answer_has_events(s, c);
}

/* True: there is more to do at once; the others come first. */
static bool pump(struct control_socket *s, struct conn *c)
{
	for (int i = 0; i < TURNS; i++) {
		work_off(s, c);
		while (c->wait == WAIT_LOG && conn_room(c) >= CONN_ANSWER)
			answer_log(s, c);
		while (c->wait == WAIT_PARTS && conn_room(c) >= CONN_ANSWER)
			archive_answer(s, c);
		answer_events(s, c);
		if (!conn_flush(c)) {
			drop(s, c);
			return false;
		}
		if (!has_work(s, c))
			return false;
	}
	return true;
}

static bool pump_all(struct control_socket *s)
{
	bool more = false;

	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (s->conns[i].fd >= 0)
			more |= pump(s, &s->conns[i]);
	return more;
}

/* --- the thread --------------------------------------------------------------------------------------- */

static void collect(struct control_socket *s)
{
	struct msg m[COLLECT];
	eventfd_t n;
	int got;

	eventfd_read(s->board.wake_fd, &n);
	while ((got = board_collect(&s->board, m, COLLECT)) > 0)
		for (int i = 0; i < got; i++)
			query_take(s, &m[i]);
}

/* The first two are ours; then one per connection, -1 where there is none. */
static void list_fds(const struct control_socket *s, struct pollfd p[CONTROL_CLIENTS + 2])
{
	p[0] = (struct pollfd){ .fd = s->board.wake_fd, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = s->listen_fd, .events = POLLIN };
	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		const struct conn *c = &s->conns[i];

		p[i + 2] = (struct pollfd){ .fd = c->fd };
		if (wants_input(c))
			p[i + 2].events |= POLLIN;
		if (c->n_out > 0)
			p[i + 2].events |= POLLOUT;
	}
}

static void serve(struct control_socket *s, const struct pollfd p[CONTROL_CLIENTS + 2])
{
	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		struct conn *c = &s->conns[i];

		if (c->fd < 0 || c->fd != p[i + 2].fd)
			continue;
		if ((p[i + 2].revents & POLLIN) != 0 && !conn_read(c))
			drop(s, c);
		else if ((p[i + 2].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0 &&
			(p[i + 2].revents & POLLIN) == 0)
			drop(s, c);
	}
}

static void *serve_on(void *self)
{
	struct control_socket *s = self;
	struct pollfd p[CONTROL_CLIENTS + 2];

	while (!atomic_load(&s->closing)) {
		bool more = pump_all(s);
		int wait_ms = query_turn(s);	/* after the requests that want it; what it answers makes POLLOUT ready */

		list_fds(s, p);
		if (poll(p, CONTROL_CLIENTS + 2, more ? 0 : wait_ms) < 0)
			continue;
		if (p[0].revents != 0)
			collect(s);
		serve(s, p);
		if (p[1].revents != 0)
			accept_all(s);
	}
	return NULL;
}

/* --- opening ------------------------------------------------------------------------------------------- */

static bool make_room(struct control_socket *s)
{
	s->boxes = calloc(1, sizeof(*s->boxes));
	s->archive.box = calloc(1, sizeof(*s->archive.box));
	s->text = malloc(CONN_ANSWER);
	s->scratch = malloc(CONTROL_SCRATCH);
	s->ins = calloc(CONTROL_CLIENTS, CONN_LINE + 1);
	s->outs = mmap(NULL, CONTROL_CLIENTS * (size_t)CONN_OUT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->outs == MAP_FAILED)
		s->outs = NULL;
	if (s->boxes == NULL || s->archive.box == NULL || s->text == NULL || s->scratch == NULL || s->ins == NULL ||
		s->outs == NULL)
		return false;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		s->conns[i] = (struct conn){ .fd = -1, .in = s->ins + i * (CONN_LINE + 1), .out = s->outs + i * CONN_OUT };
	return true;
}

struct control_socket *control_socket_open(const struct control_options *o, struct err *e)
{
	struct control_socket *s = calloc(1, sizeof(*s));

	if (s == NULL || !board_init(&s->board, o->settings->log.level)) {
		err_set(e, ERR_MEMORY, 0, "control socket: out of memory");
		free(s);
		return NULL;
	}
	s->options = *o;
	if (s->options.peer_of == NULL)
		s->options.peer_of = control_peer_of;
	s->listen_fd = -1;
	if (make_room(s))
		return s;
	err_set(e, ERR_MEMORY, 0, "control socket: out of memory");
	control_socket_close(s);
	return NULL;
}

static bool address_of(const char *path, struct sockaddr_un *a, struct err *e)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(a->sun_path))
		return err_set(e, ERR_RANGE, 0, "%s is longer than a socket's address may be", path);
	memcpy(a->sun_path, path, strlen(path) + 1);
	return true;
}

/* One left by a service that was killed goes; one that answers stays, and so does what is no socket. */
static bool clear_path(const char *path, const struct sockaddr_un *a, struct err *e)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool taken = fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0;
	struct stat st;

	if (fd >= 0)
		close(fd);
	if (taken)
		return err_set(e, ERR_BUSY, 0, "another service listens at %s", path);
	if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
		return err_set(e, ERR_CONFIG, 0, "%s exists and is no socket", path);
	if (unlink(path) != 0 && errno != ENOENT)
		return err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
	return true;
}

static bool bind_path(struct control_socket *s, const char *path, struct err *e)
{
	struct sockaddr_un a;
	mode_t before;
	int result;

	if (!address_of(path, &a, e) || !clear_path(path, &a, e))
		return false;
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listen_fd < 0)
		return err_set(e, ERR_IO, errno, "socket: %s", strerror(errno));
	before = umask(0117);
	result = bind(s->listen_fd, (const struct sockaddr *)&a, sizeof(a));
	umask(before);
	if (result != 0 || listen(s->listen_fd, BACKLOG) != 0)
		return err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
	s->bound = true;
	return true;
}

/* Who may connect is the group's business; one that does not exist leaves the socket to us and root. */
static void give_group(const char *path, const char *name, struct err *e)
{
	struct group g, *found = NULL;
	char text[NAMES];

	if (name[0] == '\0')
		return;
	if (getgrnam_r(name, &g, text, sizeof(text), &found) != 0 || found == NULL)
		err_set(e, ERR_ABSENT, 0, "there is no group \"%s\": only this user and root may connect", name);
	else if (chown(path, (uid_t)-1, g.gr_gid) != 0)
		err_set(e, ERR_IO, errno, "%s cannot be given to group \"%s\": %s", path, name, strerror(errno));
}

static bool start_thread(struct control_socket *s, struct err *e)
{
	sigset_t all, before;
	pthread_attr_t attributes;
	int error;

	if (pthread_attr_init(&attributes) != 0)
		return err_set(e, ERR_MEMORY, 0, "no memory for the thread");
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&s->thread, &attributes, serve_on, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	s->threaded = error == 0;
	if (!s->threaded)
		return err_set(e, ERR_IO, error, "thread: %s", strerror(error));
	pthread_setname_np(s->thread, "control socket");
	return true;
}

bool control_socket_listen(struct control_socket *s, struct err *e)
{
	const struct settings_control_socket *k = &s->options.settings->control_socket;

	*e = (struct err){ .code = ERR_NONE };
	if (!bind_path(s, k->path, e))
		return false;
	give_group(k->path, k->group, e);
	return start_thread(s, e);
}

static void take(void *self, const struct msg *m)
{
	board_take(self, m);
}

struct control_port control_socket_port(struct control_socket *s)
{
	return (struct control_port){ .self = &s->board, .take = take };
}

struct view_boxes *control_socket_boxes(struct control_socket *s)
{
	return s->boxes;
}

void control_socket_log(void *self, const struct msg *m)
{
	struct control_socket *s = self;

	board_log(&s->board, m);
}

void control_socket_close(struct control_socket *s)
{
	if (s == NULL)
		return;
	atomic_store(&s->closing, true);
	if (s->threaded) {
		eventfd_write(s->board.wake_fd, 1);
		pthread_join(s->thread, NULL);
	}
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (s->conns[i].out != NULL && s->conns[i].fd >= 0)
			conn_close(&s->conns[i]);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	if (s->bound)
		unlink(s->options.settings->control_socket.path);
	if (s->outs != NULL)
		munmap(s->outs, CONTROL_CLIENTS * (size_t)CONN_OUT);
	board_destroy(&s->board);
	free(s->ins);
	free(s->scratch);
	free(s->text);
	free(s->boxes);
	free(s->archive.box);
	free(s);
}

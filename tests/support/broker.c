/* SPDX-License-Identifier: MIT */
#include "broker.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ACCEPT_PATIENCE_MS = 10000, STOP_PATIENCE_MS = 3000, POLL_MS = 10 };

struct broker {
	pid_t pid;
	int port;
	char dir[128], conf[160], log[160];
};

/* Debian keeps it in /usr/sbin, which is not in everybody's PATH. */
static const char *const places[] = { "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto",
	"/usr/bin/mosquitto",
	"/opt/homebrew/sbin/mosquitto" };

static const char *program(void)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

static void nap_ms(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int broker_free_port(void)
{
	struct sockaddr_in a = loopback(0);
	socklen_t length = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = 0;

	if (fd < 0)
		return 0;
	if (bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0 &&
		getsockname(fd, (struct sockaddr *)&a, &length) == 0)
		port = ntohs(a.sin_port);
	close(fd);
	return port;
}

static bool accepts(int port)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes = fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0;

	if (fd >= 0)
		close(fd);
	return yes;
}

bool broker_available(void)
{
	return program() != NULL;
}

/* `extra` with "%D" replaced by the directory. */
static void write_extra(FILE *f, const char *extra, const char *dir)
{
	const char *p;

	while ((p = strstr(extra, "%D"))) {
		fprintf(f, "%.*s%s", (int)(p - extra), extra, dir);
		extra = p + 2;
	}
	fprintf(f, "%s\n", extra);
}

static bool write_conf(const struct broker *b, const char *extra)
{
	FILE *f = fopen(b->conf, "w");

	if (!f)
		return false;
	fprintf(f, "per_listener_settings false\nset_tcp_nodelay true\npersistence false\n");
	fprintf(f, "log_dest file %s\nconnection_messages true\n", b->log);
	if (geteuid() == 0)
		fprintf(f, "user root\n");	/* it would drop to its own user, who may not write here */
	if (!extra || !strstr(extra, "allow_anonymous"))
		fprintf(f, "allow_anonymous true\n");
	fprintf(f, "listener %d 127.0.0.1\n", b->port);
	if (extra)
		write_extra(f, extra, b->dir);
	return fclose(f) == 0;
}

static void become_mosquitto(const struct broker *b, const char *path)
{
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* of the thread that started it: a test's main one */
	if (null >= 0) {
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
	}
	execl(path, "mosquitto", "-c", b->conf, (char *)NULL);
	_exit(127);
}

static bool gone(struct broker *b)
{
	if (b->pid > 0 && waitpid(b->pid, NULL, WNOHANG) == b->pid)
		b->pid = 0;
	return b->pid == 0;
}

static void print_log(const struct broker *b)
{
	char line[256];
	FILE *f = fopen(b->log, "r");

	while (f && fgets(line, sizeof(line), f))
		fprintf(stderr, "mosquitto: %s", line);
	if (f)
		fclose(f);
}

static bool launch(struct broker *b)
{
	const char *path = program();

	if (!path)
		return false;
	b->pid = fork();
	if (b->pid < 0)
		return false;
	if (b->pid == 0)
		become_mosquitto(b, path);
	for (int waited = 0; waited < ACCEPT_PATIENCE_MS && !gone(b); waited += POLL_MS) {
		if (accepts(b->port))
			return true;
		nap_ms(POLL_MS);
	}
	fprintf(stderr, "mosquitto did not start on port %d\n", b->port);
	print_log(b);
	return false;
}

static void remove_dir(const char *dir)
{
	char path[512];
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

static bool make_dir(struct broker *b)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(b->dir, sizeof(b->dir), "%.80s/spaceheat-broker-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
	if (!mkdtemp(b->dir)) {
		b->dir[0] = '\0';
		return false;
	}
	snprintf(b->conf, sizeof(b->conf), "%s/mosquitto.conf", b->dir);
	snprintf(b->log, sizeof(b->log), "%s/mosquitto.log", b->dir);
	return true;
}

struct broker *broker_start_prepared(const char *extra, bool (*prepare)(void *ctx, const char *dir),
	void *ctx)
{
	struct broker *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->port = broker_free_port();
	if (b->port > 0 && make_dir(b) && (!prepare || prepare(ctx, b->dir)) && write_conf(b, extra) &&
		launch(b))
		return b;
	broker_stop(b);
	return NULL;
}

struct broker *broker_start(const char *extra)
{
	return broker_start_prepared(extra, NULL, NULL);
}

int broker_port(const struct broker *b)
{
	return b->port;
}

const char *broker_dir(const struct broker *b)
{
	return b->dir;
}

void broker_pause(struct broker *b)
{
	int status;

	if (b->pid > 0 && kill(b->pid, SIGSTOP) == 0)
		waitpid(b->pid, &status, WUNTRACED);
}

void broker_resume(struct broker *b)
{
	if (b->pid > 0)
		kill(b->pid, SIGCONT);
}

void broker_kill(struct broker *b)
{
	if (b->pid <= 0)
		return;
	kill(b->pid, SIGKILL);
	waitpid(b->pid, NULL, 0);
	b->pid = 0;
}

bool broker_restart(struct broker *b)
{
	broker_kill(b);
	return launch(b);
}

void broker_stop(struct broker *b)
{
	if (!b)
		return;
	if (b->pid > 0) {
		kill(b->pid, SIGCONT);
		kill(b->pid, SIGTERM);
		for (int waited = 0; waited < STOP_PATIENCE_MS && !gone(b); waited += POLL_MS)
			nap_ms(POLL_MS);
		broker_kill(b);
	}
	if (b->dir[0] != '\0')
		remove_dir(b->dir);
	free(b);
}

/* SPDX-License-Identifier: MIT */
/* The real net port against a real mosquitto. */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "../support/net_side.h"
#include "port/net_socket.h"

static double ms_since(struct timespec t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - t.tv_sec) * 1e3 + (double)(now.tv_nsec - t.tv_nsec) / 1e6;
}

/* Two ends of one broker hear each other; each acknowledgement names its message; each side counts what
 * crossed. */
static void both_ways(void **state)
{
	struct broker *b = need_broker(NULL);
	struct side house, atn;
	struct msg m;
	int token = -1;

	(void)state;
	side_init(&house, broker_port(b), "house", "atn/+");
	side_init(&atn, broker_port(b), "atn", "house/+");
	side_open(&house);
	wait_link(&house, true, &m);
	side_open(&atn);
	wait_link(&atn, true, &m);
	assert_true(send_text(&house, "house/p", "one", false, &token));
	expect_text(&atn, "house/p one");
	expect_puback(&house, token);
	assert_true(send_text(&atn, "atn/x", "two", false, &token));
	expect_text(&house, "atn/x two");
	expect_text(&house, "and more");
	expect_puback(&atn, token);
	side_close(&house, 1000);
	side_close(&atn, 1000);
	assert_int_equal(atomic_load(&house.inbox.sent), 1);
	assert_int_equal(atomic_load(&atn.inbox.taken), 1);
	assert_int_equal(atomic_load(&atn.inbox.sent), 1);
	assert_int_equal(atomic_load(&house.inbox.taken), 1);	/* two messages were made of one */
	broker_stop(b);
}

/* A retained message is marked as such and does not count as traffic. */
static void retained_is_told(void **state)
{
	struct broker *b = need_broker(NULL);
	struct side house, atn;
	struct msg m;
	int token = -1;

	(void)state;
	side_init(&house, broker_port(b), "house", "nobody/+");
	side_open(&house);
	wait_link(&house, true, &m);
	assert_true(send_text(&house, "house/state", "online", true, &token));
	expect_puback(&house, token);
	side_init(&atn, broker_port(b), "atn", "house/+");
	side_open(&atn);
	assert_true(inbox_wait(&atn.inbox, MSG_LOG, &m));
	assert_string_equal(m.log.text, "house/state online");
	assert_int_equal(m.log.value, 1);
	side_close(&house, 0);
	side_close(&atn, 0);
	assert_int_equal(atomic_load(&atn.inbox.taken), 0);
	broker_stop(b);
}

/* The connection has no Nagle delay, gives up after 30 s of silence, and is not inherited by children. */
static void socket_is_tuned(void **state)
{
	struct broker *b = need_broker(NULL);
	struct side s;
	struct net_fds fds;
	struct msg m;
	int v = 0;
	socklen_t size = sizeof(v);

	(void)state;
	side_init(&s, broker_port(b), "house", "atn/+");
	side_open(&s);
	wait_link(&s, true, &m);
	net_fds_find(&fds, broker_port(b));
	assert_int_equal(fds.n, 1);
	assert_int_equal(getsockopt(fds.fd[0], IPPROTO_TCP, TCP_NODELAY, &v, &size), 0);
	assert_int_not_equal(v, 0);
	assert_int_equal(getsockopt(fds.fd[0], IPPROTO_TCP, TCP_USER_TIMEOUT, &v, &size), 0);
	assert_int_equal(v, 30000);
	assert_int_equal(fcntl(fds.fd[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	side_close(&s, 0);
	broker_stop(b);
}

/* A broker that dies is told with its reason, publishing fails meanwhile, and the link comes back by
 * itself. */
static void broker_lost_and_back(void **state)
{
	struct broker *b = need_broker(NULL);
	struct side s;
	struct msg m;
	int token = -1;

	(void)state;
	side_init(&s, broker_port(b), "house", "house/+");
	side_open(&s);
	wait_link(&s, true, &m);
	broker_kill(b);
	wait_link(&s, false, &m);	/* at once; then the reason */
	assert_string_equal(m.link.reason, "connection lost");
	wait_link(&s, false, &m);
	assert_non_null(strstr(m.link.reason, "connection refused (127.0.0.1:"));
	assert_int_equal(m.link.code, LOG_LINK);
	assert_false(send_text(&s, "house/p", "lost", false, &token));
	assert_int_equal(atomic_load(&s.inbox.sent), 0);
	assert_true(broker_restart(b));
	wait_link(&s, true, &m);
	assert_true(send_text(&s, "house/p", "back", false, &token));
	expect_text(&s, "house/p back");
	side_close(&s, 1000);
	broker_stop(b);
}

static int will_payload(void *self, char *out, size_t size)
{
	int *asked = self;

	return snprintf(out, size, "offline %d", ++*asked);
}

/* When the house vanishes the broker says so, with what was true when it connected last; it reconnects. */
static void last_will(void **state)
{
	struct broker *b = need_broker(NULL);
	struct side house, atn;
	struct net_fds before, now;
	struct msg m;
	int asked = 0, fd;

	(void)state;
	side_init(&atn, broker_port(b), "atn", "house/+");
	side_open(&atn);
	wait_link(&atn, true, &m);
	net_fds_find(&before, broker_port(b));
	side_init(&house, broker_port(b), "house", NULL);
	house.o.will = (struct net_will){ &asked, "house/state", 1, true, will_payload };
	side_open(&house);
	wait_link(&house, true, &m);
	net_fds_find(&now, broker_port(b));
	fd = net_fds_new(&now, &before);
	assert_true(fd >= 0);
	shutdown(fd, SHUT_RDWR);
	expect_text(&atn, "house/state offline 1");
	wait_link(&house, false, &m);
	assert_non_null(strstr(m.link.reason, "connection lost"));
	wait_link(&house, true, &m);
	side_close(&house, 0);	/* says goodbye: no second will */
	side_close(&atn, 0);
	assert_int_equal(asked, 2);
	broker_stop(b);
}

/* The longest publish of a full window, in ms; *refused counts what the port did not take. */
static double publish_window(struct side *s, const char *bytes, size_t length, int n, int *refused)
{
	struct timespec start;
	struct err e;
	double worst = 0, took;
	int token;

	for (int i = 0; i < n; i++) {
		clock_gettime(CLOCK_MONOTONIC, &start);
		if (!s->net.publish(s->net.self, "house/status", bytes, length, 1, false, &token, &e)) {
			assert_int_equal(e.code, ERR_BUSY);
			++*refused;
		}
		took = ms_since(start);
		worst = took > worst ? took : worst;
	}
	return worst;
}

/* A broker that stopped reading takes the uplink's whole window without a wait; what is beyond the
 * kernel's buffer is refused at once, and all that was taken arrives when the broker goes on. */
static void stopped_broker_never_blocks(void **state)
{
	enum { LENGTH = 12000, BIG = 256 * 1024, ROUNDS = 3 };
	struct broker *b = need_broker(NULL);
	char *bytes = calloc(1, BIG);
	struct side s;
	struct msg m;
	double best = 1e9, worst;
	int refused = 0, taken;

	(void)state;
	assert_non_null(bytes);
	side_init(&s, broker_port(b), "house", NULL);
	side_open(&s);
	wait_link(&s, true, &m);
	broker_pause(b);
	worst = publish_window(&s, bytes, LENGTH, 16, &refused);
	assert_int_equal(refused, 0);
	/* Blocking would show in each round; a busy machine only in some. */
	for (int i = 0; i < ROUNDS && worst > 50; i++)
		worst = publish_window(&s, bytes, LENGTH, 4, &refused);
	print_message("worst publish to a stopped broker: %.2f ms\n", worst);
	assert_true(worst <= 50);
	taken = 16;
	refused = 0;
	for (int i = 0; i < ROUNDS && best > 50; i++) {
		best = publish_window(&s, bytes, BIG, 20, &refused);
		taken += 20;
	}
	assert_true(best <= 50);
	assert_true(refused > 0);
	broker_resume(b);
	for (int i = 0; i < taken - refused; i++)
		assert_true(inbox_wait(&s.inbox, MSG_PUBACK, &m));
	side_close(&s, 1000);
	free(bytes);
	broker_stop(b);
}

/* With no broker the port keeps trying, says why once and without the password, and can be closed at once. */
static void nobody_listens(void **state)
{
	struct timespec start;
	struct side s;
	struct msg m;
	int token = -1;

	(void)state;
	side_init(&s, broker_free_port(), "house", "atn/+");
	s.o.username = "user";
	s.o.password = "geheim";
	side_open(&s);
	wait_link(&s, false, &m);
	assert_non_null(strstr(m.link.reason, "connection refused"));
	assert_null(strstr(m.link.reason, "geheim"));
	assert_false(send_text(&s, "house/p", "x", false, &token));
	clock_gettime(CLOCK_MONOTONIC, &start);
	side_close(&s, 5000);
	assert_true(ms_since(start) < 1000);
	assert_int_equal(s.inbox.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(retained_is_told),
		cmocka_unit_test(socket_is_tuned),
		cmocka_unit_test(broker_lost_and_back),
		cmocka_unit_test(last_will),
		cmocka_unit_test(stopped_broker_never_blocks),
		cmocka_unit_test(nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

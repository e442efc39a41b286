/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE	/* close_range */
#include "guard/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "guard/outputs.h"

enum {
	FIRST_FOREIGN_FD = 5,
	TICK_SILENCE_MS = 25000,	/* real: a paused simulation goes on ticking, so this one is gone */
	REASSERT_MS = 10000,		/* SF-87 */
	LONGEST_WAIT_MS = 1000,
	EXIT_NO_SOCKET = 71,
	EXIT_REFUSED = 78,
};

struct guard {
	struct guard_keep keep;
	struct guard_config config;
	struct guard_rules rules;
	struct outputs outputs;
	struct rules_stop kept_trip;	/* as last written */
	struct rules_memory kept[GUARD_MAX_RELAYS];	/* of them the locks */
	struct rules_out out;		/* of the event under way */
	int64_t now_ms;			/* the rules' time: CLOCK_BOOTTIME, or that of the last TICK */
	int64_t ticked_ms;		/* real, of the last TICK */
	int64_t asserted_ms;		/* when all relays were driven anew */
	bool started, simulated, ending;
	int status;
};

static int64_t real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* No clock runs so long; beyond it sums of times could overflow. */
static int64_t sane(int64_t ms)
{
	return ms < 0 || ms > INT64_MAX / 4 ? 0 : ms;
}

/* --- what goes out -------------------------------------------------------------------------- */

/* Never waits: a service that does not read is not worth a late relay. */
static void send_frame(enum guard_frame_type type, uint32_t seq, struct guard_frame *f)
{
	f->version = GUARD_VERSION;
	f->type = (uint16_t)type;
	f->seq = seq;
	if (send(GUARD_SOCKET_FD, f, sizeof(*f), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
}

static void send_events(const struct rules_out *out)
{
	for (int i = 0; i < out->n_events; i++) {
		struct guard_frame f = { .event = out->events[i] };

		send_frame(GUARD_EVENT, 0, &f);
	}
}

static void refuse(struct guard *g, const char *why)
{
	struct guard_frame f = { 0 };

	snprintf(f.refused.text, sizeof(f.refused.text), "%.*s", (int)sizeof(f.refused.text) - 1, why);
	send_frame(GUARD_REFUSED, 0, &f);
	g->status = EXIT_REFUSED;
	g->ending = true;
}

/* --- what is done --------------------------------------------------------------------------- */

static void save_relay(struct guard *g, int relay)
{
	g->kept[relay] = g->rules.relays[relay].memory;
	keep_save_relay(&g->keep, &g->config.relays[relay], &g->kept[relay]);
}

static void save_locks(struct guard *g)
{
	for (int i = 0; i < g->config.n_relays; i++) {
		const struct rules_memory *now = &g->rules.relays[i].memory, *then = &g->kept[i];

		if (now->no_loads != then->no_loads ||
		    memcmp(now->locked_until_ms, then->locked_until_ms, sizeof(now->locked_until_ms)) != 0)
			save_relay(g, i);
	}
}

/* On is written down before, off after it is done: whatever happens between, the compressor rests too long
 * rather than too short. */
static bool drive(struct guard *g, int move, struct err *e)
{
	struct rules_move m = g->out.moves[move];
	bool done;

	if (m.on)
		save_relay(g, m.relay);
	done = outputs_write(&g->outputs, m.relay, m.on, e);
	if (!done)
		rules_failed(&g->rules, g->now_ms, move, e->text, &g->out);
	if (!done || !m.on)
		save_relay(g, m.relay);
	return done;
}

static void save_trip(struct guard *g)
{
	const struct rules_stop *trip = &g->rules.stops[WATCH_TRIP];

	if (memcmp(trip, &g->kept_trip, sizeof(*trip)) == 0)
		return;
	g->kept_trip = *trip;
	keep_save_trip(&g->keep, trip);
}

/* Carries out g->out. Returns whether that relay, if it moved, did. */
static bool carry_out(struct guard *g, int relay)
{
	bool done = true;
	struct err e;

	for (int i = 0; i < g->out.n_moves; i++)
		if (!drive(g, i, &e) && g->out.moves[i].relay == relay)
			done = false;
	save_trip(g);
	save_locks(g);
	send_events(&g->out);
	return done;
}

/* --- re-assertion --------------------------------------------------------------------------- */

static void tell_driver(int relay, bool on, const char *why)
{
	struct guard_frame f = { .event = { .kind = GUARD_EVENT_DRIVER, .relay = (uint8_t)relay, .on = on } };

	snprintf(f.event.text, sizeof(f.event.text), "%.*s", (int)sizeof(f.event.text) - 1, why);
	send_frame(GUARD_EVENT, 0, &f);
}

/* A board that was reset, or somebody's hand, may have moved it since. */
static void assert_relay(struct guard *g, int relay)
{
	bool on = g->rules.relays[relay].memory.on != 0, found = on;
	struct err e;

	if (outputs_read(&g->outputs, relay, &found, &e) && found != on) {
		rules_read_back(&g->rules, g->now_ms, relay, found, &g->out);
		carry_out(g, relay);
		return;
	}
	if (!outputs_write(&g->outputs, relay, on, &e))
		tell_driver(relay, on, e.text);
}

static void assert_relays(struct guard *g)
{
	if (g->now_ms - g->asserted_ms < REASSERT_MS)
		return;
	g->asserted_ms = g->now_ms;
	for (int i = 0; i < g->config.n_relays; i++)
		assert_relay(g, i);
}

/* --- frames --------------------------------------------------------------------------------- */

static void on_limits(struct guard *g, const struct guard_frame *f)
{
	g->config.limits = f->limits;
}

static void on_relay(struct guard *g, const struct guard_frame *f)
{
	struct guard_relay *relay;

	if (g->config.n_relays == GUARD_MAX_RELAYS) {
		refuse(g, "more than 16 relays");
		return;
	}
	relay = &g->config.relays[g->config.n_relays++];
	*relay = f->relay;
	relay->make_model[sizeof(relay->make_model) - 1] = '\0';
}

static void on_doors(struct guard *g, const struct guard_frame *f)
{
	struct guard_doors *d = &g->config.doors;

	*d = f->doors;
	d->gpio_chip[sizeof(d->gpio_chip) - 1] = d->i2c_bus[sizeof(d->i2c_bus) - 1] = '\0';
}

static bool all_alike(const struct guard_config *c)
{
	for (int i = 1; i < c->n_relays; i++)
		if (c->relays[i].simulated != c->relays[0].simulated)
			return false;
	return true;
}

static void restore(struct guard *g)
{
	struct rules_memory memory;
	struct rules_stop trip;
	bool same_boot;

	g->keep.simulated = g->simulated;
	for (int i = 0; i < g->config.n_relays; i++)
		if (keep_load_relay(&g->keep, &g->config.relays[i], &memory, &same_boot))
			rules_restore(&g->rules, i, &memory, same_boot);
	if (keep_load_trip(&g->keep, &trip, &same_boot))
		rules_restore_trip(&g->rules, &trip, same_boot, g->now_ms);
}

static bool ready(struct guard *g, struct err *e)
{
	const struct guard_config *c = &g->config;

	if (!rules_rails(&c->limits, c->relays, c->n_relays, e->text, sizeof(e->text)))
		return false;
	if (!all_alike(c))
		return err_set(e, ERR_CONFIG, 0, "relays both simulated and real");
	return outputs_open(&g->outputs, c, e);
}

static void on_start(struct guard *g, const struct guard_frame *f)
{
	struct guard_frame answer = { 0 };
	struct err e;

	g->simulated = g->config.n_relays > 0 && g->config.relays[0].simulated;
	if (!ready(g, &e)) {
		refuse(g, e.text);
		return;
	}
	g->now_ms = g->simulated ? sane(f->tick.mono_ms) : real_ms();
	g->ticked_ms = real_ms();
	rules_init(&g->rules, &g->config.limits, g->config.relays, g->config.n_relays);
	restore(g);
	rules_start(&g->rules, g->now_ms, &g->out);
	carry_out(g, GUARD_NO_RELAY);
	g->asserted_ms = g->now_ms;
	g->started = true;
	if (g->keep.dir_fd >= 0 && !keep_save_config(&g->keep, &g->config, &e))
		fprintf(stderr, "spaceheat-guard: %s - --safe-state will not know these relays\n", e.text);
	send_frame(GUARD_READY, 0, &answer);
}

/* What the relay's line or board says now: asked with each answer, so that a person who tests it sees it at once. */
static enum relay_read_back read_back(struct guard *g, int relay)
{
	bool on = false;
	struct err e;

	if (relay >= g->config.n_relays || !outputs_reads(&g->outputs, relay) || !outputs_read(&g->outputs, relay, &on, &e))
		return READ_BACK_UNKNOWN;
	return on ? READ_BACK_ON : READ_BACK_OFF;
}

static void on_want(struct guard *g, const struct guard_frame *f)
{
	struct guard_frame answer = { 0 };

	rules_want(&g->rules, g->now_ms, &f->want, &answer.answer, &g->out);
	if (!carry_out(g, f->want.relay)) {
		answer.answer.result = GUARD_DRIVER_ERROR;
		answer.answer.held_for_ms = 0;
		answer.answer.on = (uint8_t)g->rules.relays[f->want.relay].memory.on;
	}
	answer.answer.read_back = (uint8_t)read_back(g, f->want.relay);
	send_frame(GUARD_ANSWER, f->seq, &answer);
}

static void send_ticked(const struct guard_frame *f)
{
	struct guard_frame answer = { .tick = f->tick };

	send_frame(GUARD_TICKED, f->seq, &answer);
}

static void on_reading(struct guard *g, const struct guard_frame *f)
{
	rules_reading(&g->rules, g->now_ms, &f->reading, &g->out);
	carry_out(g, GUARD_NO_RELAY);
	if (g->simulated)
		send_ticked(f);
}

static void on_reset(struct guard *g, const struct guard_frame *f)
{
	rules_reset(&g->rules, g->now_ms, f->reset.which, &g->out);
	carry_out(g, GUARD_NO_RELAY);
}

static void on_tick(struct guard *g, const struct guard_frame *f)
{
	g->ticked_ms = real_ms();
	if (g->simulated && sane(f->tick.mono_ms) > g->now_ms)
		g->now_ms = sane(f->tick.mono_ms);
	rules_tick(&g->rules, g->now_ms, &g->out);
	carry_out(g, GUARD_NO_RELAY);
	assert_relays(g);
	send_ticked(f);
}

static void on_stop(struct guard *g, const struct guard_frame *f)
{
	(void)f;
	g->ending = true;
}

enum when { BEFORE_START = 1, AFTER_START = 2, ALWAYS = BEFORE_START | AFTER_START };

static const struct { enum when when; void (*take)(struct guard *, const struct guard_frame *); } frames[] = {
	[GUARD_CONFIG_LIMITS] = { BEFORE_START, on_limits },
	[GUARD_CONFIG_RELAY]  = { BEFORE_START, on_relay },
	[GUARD_CONFIG_DOORS]  = { BEFORE_START, on_doors },
	[GUARD_START]         = { BEFORE_START, on_start },
	[GUARD_WANT]          = { AFTER_START,  on_want },
	[GUARD_READING]       = { AFTER_START,  on_reading },
	[GUARD_RESET]         = { AFTER_START,  on_reset },
	[GUARD_TICK]          = { AFTER_START,  on_tick },
	[GUARD_STOP]          = { ALWAYS,       on_stop },
};

/* A frame out of turn, of another version or of no type we know moves nothing. */
static void take_frame(struct guard *g, const struct guard_frame *f)
{
	unsigned int now = g->started ? AFTER_START : BEFORE_START;

	if (f->version != GUARD_VERSION || f->type >= sizeof(frames) / sizeof(frames[0]) ||
	    (frames[f->type].when & now) == 0)
		return;
	frames[f->type].take(g, f);
}

/* --- the loop ------------------------------------------------------------------------------- */

static void receive(struct guard *g)
{
	struct guard_frame f;
	ssize_t n = recv(GUARD_SOCKET_FD, &f, sizeof(f), MSG_DONTWAIT | MSG_TRUNC);

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		g->ending = true;
	else if (n == sizeof(f))
		take_frame(g, &f);
}

static int64_t wait_ms(const struct guard *g)
{
	int64_t due_ms;

	if (!g->started)
		return -1;
	due_ms = g->simulated ? g->ticked_ms + TICK_SILENCE_MS : rules_due_ms(&g->rules);
	if (due_ms == INT64_MAX)
		return LONGEST_WAIT_MS;
	due_ms -= real_ms();
	if (due_ms > LONGEST_WAIT_MS)
		return LONGEST_WAIT_MS;
	return due_ms < 0 ? 0 : due_ms;
}

/* Time goes on without frames too. */
static void pass_time(struct guard *g)
{
	if (!g->started)
		return;
	if (!g->simulated) {
		g->now_ms = real_ms();
		rules_tick(&g->rules, g->now_ms, &g->out);
		carry_out(g, GUARD_NO_RELAY);
		assert_relays(g);
	} else if (real_ms() - g->ticked_ms >= TICK_SILENCE_MS) {
		g->ticked_ms = real_ms();
		rules_lapse(&g->rules, g->now_ms, &g->out);
		carry_out(g, GUARD_NO_RELAY);
	}
}

static void serve_once(struct guard *g)
{
	struct pollfd socket = { .fd = GUARD_SOCKET_FD, .events = POLLIN };
	int n = poll(&socket, 1, (int)wait_ms(g));

	pass_time(g);
	if (n > 0)
		receive(g);
}

static void finish(struct guard *g)
{
	struct err e;

	if (g->started) {
		rules_lapse(&g->rules, g->simulated ? g->now_ms : real_ms(), &g->out);
		carry_out(g, GUARD_NO_RELAY);
	}
	if (!outputs_fail_state(&g->outputs, &e))
		fprintf(stderr, "spaceheat-guard: %s - cut the power of that relay by hand\n", e.text);
	outputs_close(&g->outputs);
	keep_close(&g->keep);
}

static void say_hello(void)
{
	struct guard_frame f = { .hello = { .version = GUARD_VERSION, .build = SPACEHEAT_VERSION } };

	send_frame(GUARD_HELLO, 0, &f);
}

static bool have_socket(void)
{
	int type = 0;
	socklen_t size = sizeof(type);

	return getsockopt(GUARD_SOCKET_FD, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

/* Descriptor 4 means simulated relays: without them nothing else may get that number. */
static void occupy_sim_fd(void)
{
	int fd;

	if (fcntl(GUARD_SIM_FD, F_GETFD) >= 0)
		return;
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd >= 0 && fd != GUARD_SIM_FD)
		fcntl(fd, F_DUPFD_CLOEXEC, GUARD_SIM_FD);
}

int guard_serve(const char *state_dir)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct guard g;
	struct err e;

	if (!have_socket()) {
		fprintf(stderr, "spaceheat-guard: descriptor 3 is no socket - it is started by spaceheatd\n");
		return EXIT_NO_SOCKET;
	}
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	close_range(FIRST_FOREIGN_FD, ~0u, 0);
	occupy_sim_fd();
	memset(&g, 0, sizeof(g));
	if (!keep_open(&g.keep, state_dir, &e))
		fprintf(stderr, "spaceheat-guard: %s - off times will not survive a restart\n", e.text);
	say_hello();
	while (!g.ending)
		serve_once(&g);
	finish(&g);
	return g.status;
}

int guard_safe_state(const char *state_dir)
{
	struct guard_config config;
	struct outputs outputs;
	struct guard_keep keep;
	struct err e = { 0 };
	int status = 0;

	if (!keep_open(&keep, state_dir, &e) && keep.dir_fd < 0)
		goto failed;
	if (!keep_load_config(&keep, &config, &e)) {
		if (e.code == ERR_ABSENT)
			goto out;
		goto failed;
	}
	if (config.n_relays == 0 || config.relays[0].simulated)
		goto out;
	if (!outputs_open(&outputs, &config, &e))	/* opening is the fail state */
		goto failed;
	outputs_close(&outputs);
	goto out;
failed:
	fprintf(stderr, "spaceheat-guard: %s\n", e.text);
	status = 1;
out:
	keep_close(&keep);
	return status;
}

/* SPDX-License-Identifier: MIT */
/* Opening, running and closing spaceheatd by its stages. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "main/daemon_parts.h"

static void close_stages(struct daemon *d, int n)
{
	while (n-- > 0)
		daemon_stages[n].close(d);
}

static void make_boot_id(struct daemon *d)
{
	uint64_t bits[2] = { 0 };

	if (getrandom(bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
		bits[0] = (uint64_t)(uintptr_t)d;	/* only tells starts apart */
	d->boot_id = uuid_random(bits);
}

static void forget(struct daemon *d)
{
	pthread_mutex_destroy(&d->link_lock);
	free(d->history);
	free(d);
}

struct daemon *daemon_open(const struct daemon_options *o, int *exit_code, struct err *e)
{
	struct loaded *loaded = o->loaded;
	struct daemon *d = calloc(1, sizeof(*d));

	*exit_code = EXIT_SOFTWARE;
	if (d != NULL)
		d->history = calloc(1, sizeof(*d->history));
	if (d == NULL || d->history == NULL) {
		free(d);
		err_set(e, ERR_MEMORY, 0, "no memory");
		return NULL;
	}
	d->loaded = loaded;
	d->program = o->program;
	d->config = o->config;
	snprintf(d->fallback, sizeof(d->fallback), "%s", o->fallback);
	d->notify.fd = -1;
	pthread_mutex_init(&d->link_lock, NULL);
	d->await_atn_ms = o->await_atn_ms;
	d->orders = o->sim;
	d->lock = -1;
	d->exit_code = EXIT_SOFTWARE;
	make_boot_id(d);
	log_sink_init(&d->log, stderr, loaded->settings.log.level, loaded->settings.simulated, &loaded->house);
	d->log.also = daemon_hear;
	d->log.also_ctx = d;
	for (int i = 0; i < daemon_n_stages; i++) {
		if (daemon_stages[i].open(d, e))
			continue;
		close_stages(d, i);
		*exit_code = d->exit_code;
		forget(d);
		return NULL;
	}
	return d;
}

/* The first lines: who we are, what we run, what is switched off and why. */
static void say_hello(struct daemon *d)
{
	const struct settings *s = &d->loaded->settings;

	daemon_say(d, LEVEL_INFO, LOG_BOOT, "spaceheatd %s house %s%s (relays=%d channels=%d nameplate_w=%d)",
		SPACEHEAT_VERSION, s->house, s->simulated ? " SIMULATED" : "", s->n_relays,
		d->loaded->house.n_channels, settings_nameplate_w(s));
	if (d->stateless)
		daemon_say(d, LEVEL_ERROR, LOG_STORE, "state_dir %s cannot be used: nothing is remembered over a restart - "
			"make it a folder this user may write", s->state_dir);
	daemon_say_keys(d);
	if (!uplink_wanted(s))
		daemon_say(d, LEVEL_INFO, LOG_LINK, "the uplink is switched off: the house runs alone");
	if (s->comfort.n_schedule > 0)
		daemon_say(d, LEVEL_WARNING, LOG_CONFIG_PARTIAL, "comfort.schedule is not followed by this version: "
			"comfort.setpoint_c holds all day");
}

/* Who can ask us, and how. */
static void say_socket(struct daemon *d)
{
	const char *path = d->loaded->settings.control_socket.path;

	if (d->socket == NULL)
		daemon_say(d, LEVEL_INFO, LOG_BOOT, "control_socket.path is empty: the command spaceheat cannot reach this service");
	else if (!d->listens)
		daemon_say(d, LEVEL_WARNING, LOG_CONFIG_PARTIAL, "control socket: %.100s - the command spaceheat cannot reach this service",
			d->control_said.text);
	else if (d->control_said.text[0] != '\0')
		daemon_say(d, LEVEL_INFO, LOG_BOOT, "control socket %.60s: %.100s", path, d->control_said.text);
}

enum { LINK_PATIENCE_MS = 2000 };

/* A simulation that stops being paced by people waits for its partners before its time begins. */
static void await_link(struct daemon *d)
{
	if (d->await_atn_ms > 0 && d->paho != NULL)
		(void)net_paho_await_up(d->paho, LINK_PATIENCE_MS);
}

/* The simulated house keeps an account of its energy; one that does not close means its figures are worth nothing. */
static int audit(struct daemon *d, int result)
{
	struct world_summary w;

	if (d->world == NULL || !d->loaded->house.has_plant)
		return result;
	world_summarise(d->world, &w);
	daemon_say(d, w.residual < 0.001 ? LEVEL_INFO : LEVEL_CRITICAL, LOG_BOOT,
		"simulated house: %.1f kWh used, energy account off by %.1e (limit 1e-3)", w.energy_wh / 1000, w.residual);
	if (d->loaded->house.plant.has_heat_pump)
		daemon_say(d, w.conflicts == 0 ? LEVEL_INFO : LEVEL_WARNING, LOG_BOOT,
			"simulated heat pump: %d starts, %d defrosts, %d lock-outs; valve and store pump on at once: %lld steps",
			w.hp_starts, w.hp_defrosts, w.hp_trips, (long long)w.conflicts);
	return w.residual < 0.001 || result != 0 ? result : 1;
}

int daemon_run(struct daemon *d)
{
	int result;

	say_hello(d);
	say_socket(d);
	daemon_say_life(d);
	daemon_look(d);		/* so that the first decision knows whether the clock is trusted */
	await_link(d);
	result = runtime_run(d->runtime);
	d->in_order = result == RUN_ENDED;
	return audit(d, result);
}

void daemon_stop(struct daemon *d)
{
	notify_say(&d->notify, d->next != NULL ? "RELOADING=1" : "STOPPING=1");
	runtime_stop(d->runtime);
}

void daemon_close(struct daemon *d)
{
	/* Fail states first (SF-25): saying goodbye to a broker may take seconds. */
	guard_socket_close(d->guard);
	d->guard = NULL;
	close_stages(d, daemon_n_stages);
	forget(d);
}

bool daemon_is_stuck(const struct daemon *d)
{
	return runtime_left_behind(d->runtime);
}

void daemon_abandon(struct daemon *d)
{
	guard_socket_close(d->guard);
}

/* SPDX-License-Identifier: MIT */
/* The stages of spaceheatd, in the order in which they must exist. */
#include <errno.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/settings/settings.h"
#include "i2c_linux.h"
#include "main/daemon_parts.h"
#include "port/bus_linux.h"
#include "port/store_sqlite.h"

void daemon_say(struct daemon *d, enum log_level level, enum log_code code, const char *format, ...)
{
	struct msg m = { .type = MSG_LOG, .to = TO_LOG,
		.log = { .level = (uint8_t)level, .code = (uint8_t)code, .node = NO_NODE } };
	va_list args;

	va_start(args, format);
	vsnprintf(m.log.text, sizeof(m.log.text), format, args);
	va_end(args);
	d->post.post(d->post.self, &m);
}

void daemon_record(struct daemon *d, enum log_level level, enum log_code code, int32_t value, const char *format, ...)
{
	struct msg m = { .type = MSG_EVENT, .to = TO_HISTORY,
		.log = { .level = (uint8_t)level, .code = (uint8_t)code, .node = NO_NODE, .value = value } };
	va_list args;

	va_start(args, format);
	vsnprintf(m.log.text, sizeof(m.log.text), format, args);
	va_end(args);
	d->post.post(d->post.self, &m);
	daemon_say(d, level, code, "%s", m.log.text);
}

static const struct settings *settings(const struct daemon *d)
{
	return &d->loaded->settings;
}

/* --- state directory and lock ------------------------------------------------------------------ */

static bool open_lock(struct daemon *d, struct err *e)
{
	const char *dir = settings(d)->state_dir;
	bool second;

	if (mkdir(dir, 0750) != 0 && errno != EEXIST)
		err_set(e, ERR_IO, errno, "state_dir %s: %s", dir, strerror(errno));
	d->lock = daemon_lock(dir, &second, e);
	if (d->lock < 0 && second) {
		d->exit_code = EXIT_SECOND_INSTANCE;
		return false;
	}
	d->stateless = d->lock < 0;	/* SF-61: said once the log runs; the house is heated all the same */
	return true;
}

static void close_lock(struct daemon *d)
{
	if (d->lock >= 0)
		close(d->lock);
}

/* --- clock and runtime --------------------------------------------------------------------------- */

static bool read_start(struct daemon *d, struct err *e)
{
	const char *text = settings(d)->sim.start;

	if (text[0] == '\0')
		text = "2027-01-14T05:55-05:00";
	if (!settings_parse_time(text, &d->start.ms, &d->utc_offset_s))
		return err_set(e, ERR_CONFIG, 0, "sim.start = \"%s\" is no time - write it as 2027-01-14T05:55-05:00", text);
	return true;
}

static bool open_clock(struct daemon *d, struct err *e)
{
	struct clock_reading start;
	bool resumed = false;

	if (!settings(d)->simulated)
		return true;
	if (!read_start(d, e))
		return false;
	start = (struct clock_reading){ .wall = d->start, .speed = settings(d)->sim.speed };
	if (!d->stateless)
		d->clock = clockfile_create(settings(d)->state_dir, start, &resumed, e);
	if (d->clock != NULL)
		start = clockfile_read(d->clock);
	if (resumed && d->orders.off_s > 0) {	/* it goes on while nobody is there to see it */
		start.mono = mono_after(start.mono, d->orders.off_s * 1000LL);
		start.wall.ms += d->orders.off_s * 1000LL;
		clockfile_write(d->clock, start);
	}
	d->start = start.wall;
	daemon_sim_begin(d, start.mono, start.wall);
	return d->clock != NULL || d->stateless;
}

static void close_clock(struct daemon *d)
{
	if (d->clock != NULL)
		clockfile_close(d->clock);
}

/* Before each step of simulated time: the plant moves, the guard is told the time. */
static void before_ticks(void *ctx, struct mono now, struct wall clock)
{
	struct daemon *d = ctx;
	struct err e;

	if (d->world != NULL)
		world_advance(d->world, now, clock);
	if (settings(d)->simulated)
		daemon_sim_tick(d, now, clock);
	if (settings(d)->simulated && d->guard_port.tick != NULL)
		d->guard_port.tick(d->guard_port.self, now, &e);	/* a guard that cannot be told is being restarted */
}

/* At the end of a simulation the broker may still owe acknowledgements. */
static bool finished(void *ctx)
{
	struct daemon *d = ctx;
	bool nothing_owed;

	pthread_mutex_lock(&d->link_lock);
	nothing_owed = d->paho == NULL || net_paho_unacked(d->paho) == 0;
	pthread_mutex_unlock(&d->link_lock);
	return nothing_owed;
}

/* Each second in which every vital actor has checked in (SF-23). */
static void alive(void *ctx)
{
	const struct daemon *d = ctx;

	notify_say(&d->notify, "WATCHDOG=1");
}

/* A thread for each bus that has sensors, so that one that hangs delays itself alone (SF-84). */
static void list_sensors(struct daemon *d)
{
	static const char *const names[N_SENSE_BUSES] = { [SENSE_W1] = "sensor w1", [SENSE_I2C] = "sensor i2c",
		[SENSE_LINE] = "sensor line", [SENSE_FILE] = "sensor file",
		[SENSE_EXEC] = "sensor exec" };
	int unused[HOUSE_MAX_CHANNELS];

	for (enum sense_bus bus = 0; bus < N_SENSE_BUSES; bus++)
		if (bus == SENSE_W1 || sensor_channels_on(&d->loaded->house, bus, unused) > 0)
			d->actors[d->n_actors++] = (struct actor){ names[bus], TO_SENSOR_0 + (enum address)bus, WATCH_DEVICE, false,
				sensor_step, &d->sensors[bus] };
}

static void list_actors(struct daemon *d)
{
	const struct actor list[] = {
		{ "history", TO_HISTORY, WATCH_DEVICE, true, history_step, d->history },
		{ "scada", TO_SCADA, WATCH_VITAL, false, scada_step, &d->scada },
		{ "relay", TO_RELAY, WATCH_VITAL, false, relay_step, &d->relay },
		{ "meter", TO_METER, WATCH_DEVICE, false, meter_step, &d->meter },
		{ "uplink", TO_UPLINK, WATCH_VITAL, false, uplink_step, &d->uplink },
		{ "control", TO_CONTROL, WATCH_DEVICE, false, control_step, &d->control },
		{ "planner", TO_PLANNER, WATCH_DEVICE, false, planner_step, &d->planner },
	};

	d->n_actors = (int)(sizeof(list) / sizeof(list[0]));
	memcpy(d->actors, list, sizeof(list));
	list_sensors(d);
	if (settings(d)->simulated)
		daemon_sim_actors(d);
}

/* sim.exit_after_s counts from the beginning of this run, the clock file's time from that of the first. */
static int64_t end_of_run_ms(const struct daemon *d)
{
	if (!settings(d)->simulated || settings(d)->sim.exit_after_s == 0)
		return 0;
	return d->sim.base.ms + settings(d)->sim.exit_after_s * 1000;
}

static bool open_runtime(struct daemon *d, struct err *e)
{
	const struct settings *s = settings(d);
	struct runtime_options o = {
		.actors = d->actors,
		.time = s->simulated ? TIME_OWNER : TIME_REAL,
		.clock = d->clock, .start = d->start, .speed = s->sim.speed,
		.exit_after_ms = end_of_run_ms(d), .hold_ms = d->await_atn_ms,
		.seed = (uint64_t)s->sim.seed,
		.before_ticks = before_ticks, .before_ctx = d,
		.finished = finished, .finished_ctx = d,
		.sink = log_sink_take, .sink_ctx = &d->log,
		.clock_trusted = false,	/* of a real house, until daemon_look finds a reason */
		.alive = alive, .alive_ctx = d,
	};

	list_actors(d);
	o.n_actors = d->n_actors;
	d->runtime = runtime_open(&o);
	if (d->runtime == NULL)
		return err_set(e, ERR_MEMORY, 0, "no memory for the runtime");
	d->post = runtime_post(d->runtime);
	d->pool = runtime_pool(d->runtime);
	return true;
}

static void close_runtime(struct daemon *d)
{
	runtime_close(d->runtime);
}

/* --- control socket -------------------------------------------------------------------------------- */

/* To ourselves, where the thread that waits for signals takes it. */
static void wish_reload(void)
{
	kill(getpid(), SIGHUP);
}

/* Before every thread that logs, and closed after them: it keeps their lines. The house is heated whether people can ask
 * about it or not; what is missing is said in the first lines. */
static bool open_control(struct daemon *d, struct err *e)
{
	const struct control_options o = { .house = &d->loaded->house, .settings = settings(d), .post = d->post,
		.version = SPACEHEAT_VERSION, .boot_id = d->boot_id, .offset_known = settings(d)->simulated,
		.utc_offset_s = d->utc_offset_s, .config = d->config, .houses_crc = d->loaded->houses_crc,
		.reload = wish_reload, .sim = daemon_sim_door(d) };

	if (settings(d)->control_socket.path[0] == '\0')
		return true;
	d->socket = control_socket_open(&o, e);
	if (d->socket == NULL)
		return false;
	d->control_port = control_socket_port(d->socket);
	d->listens = control_socket_listen(d->socket, &d->control_said);
	return true;
}

static void close_control(struct daemon *d)
{
	struct control_socket *socket = d->socket;

	d->control_port = (struct control_port){ 0 };
	d->socket = NULL;
	control_socket_close(socket);
}

/* --- guard and world ------------------------------------------------------------------------------ */

/* The guard's binary lies beside our own; a bare name on the PATH is looked up through /proc. */
static bool find_guard(struct daemon *d, struct err *e)
{
	static const char name[] = "spaceheat-guard";
	char *path = d->guard_path, *slash;
	ssize_t n;

	snprintf(path, sizeof(d->guard_path), "%s", d->program);
	if (strchr(path, '/') == NULL) {
		n = readlink("/proc/self/exe", path, sizeof(d->guard_path) - 1);
		path[n > 0 ? n : 0] = '\0';
	}
	slash = strrchr(path, '/');
	if (slash == NULL || (size_t)(slash + 1 - path) + sizeof(name) > sizeof(d->guard_path))
		return err_set(e, ERR_ABSENT, 0, "cannot find the folder of this program, where %s lies", name);
	memcpy(slash + 1, name, sizeof(name));
	return true;
}

static bool open_guard(struct daemon *d, struct err *e)
{
	struct guard_socket_options o = { .program = d->guard_path, .state_dir = settings(d)->state_dir,
		.settings = settings(d), .house = &d->loaded->house, .simulated = settings(d)->simulated,
		.post = d->post };
	struct wall unused;

	if (!find_guard(d, e))
		return false;
	runtime_now(d->runtime, &o.start, &unused);
	d->guard = guard_socket_open(&o, e);
	if (d->guard == NULL)
		return false;
	d->guard_port = guard_socket_port(d->guard);
	return true;
}

static void close_guard(struct daemon *d)
{
	d->guard_port = (struct guard_port){ 0 };
	if (d->guard != NULL)
		guard_socket_close(d->guard);
	d->guard = NULL;
}

static bool open_world(struct daemon *d, struct err *e)
{
	const struct settings *s = settings(d);

	if (!s->simulated) {
		d->i2c = i2c_linux(s->sensors.i2c_bus);
		d->bus = bus_linux();
		d->bus.i2c = &d->i2c;
		return true;
	}
	d->world = world_open(&d->loaded->house, (uint64_t)s->sim.seed, d->start, d->utc_offset_s,
		guard_socket_relays(d->guard), s->relays, s->n_relays, e);
	if (d->world == NULL)
		return err_in(e, "simulated house");
	if (!d->stateless)
		daemon_sim_keep(d);
	d->bus = world_bus(d->world);
	return true;
}

static void close_world(struct daemon *d)
{
	if (d->world != NULL)
		world_close(d->world);
}

/* --- store and actors ------------------------------------------------------------------------------ */

static bool open_store(struct daemon *d, struct err *e)
{
	char path[PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s/history.db", settings(d)->state_dir);
	/* One that cannot be opened is tried again by its actor, who says so: the house is heated without it (SF-61). */
	(void)store_sqlite_open(path, &d->store, e);
	if (settings(d)->simulated)
		daemon_sim_store(d);
	return true;
}

static void close_store(struct daemon *d)
{
	d->store.close(d->store.self);
}

/* A place that cannot be read is empty. */
static void read_book(struct daemon *d, struct contract_book *book)
{
	struct err e;
	bool found;

	for (int i = 0; i < N_CONTRACT_PLACES; i++)
		if (!d->store.get_contract(d->store.self, i, &book->at[i], &found, &e) || !found)
			book->at[i] = (struct contract_record){ .state = CONTRACT_NONE };
}

/* Up to there statuses were made: a clock that says less is wrong. */
static int64_t newest_stored_ms(struct daemon *d)
{
	int64_t closed_s = 0;
	bool found = false;
	struct err e;

	return d->store.get_number(d->store.self, STORE_CLOSED_S, &closed_s, &found, &e) && found ? closed_s * 1000 : 0;
}

/* A reload makes the connection anew beside the actor that publishes, hence the lock. */
static bool publish(void *self, const char *topic, const void *bytes, size_t length, int qos, bool retain,
	int *token, struct err *e)
{
	struct daemon *d = self;
	struct net net;
	bool sent;

	pthread_mutex_lock(&d->link_lock);
	if (d->paho == NULL) {
		sent = err_set(e, ERR_ABSENT, 0, "the uplink is switched off");
	} else {
		net = net_paho_net(d->paho);
		sent = net.publish(net.self, topic, bytes, length, qos, retain, token, e);
	}
	pthread_mutex_unlock(&d->link_lock);
	return sent;
}

static bool open_actors(struct daemon *d, struct err *e)
{
	const struct house *h = &d->loaded->house;
	const struct settings *s = settings(d);
	struct forecast_port forecast_port;
	struct contract_book book;
	int list[HOUSE_MAX_CHANNELS];

	if (newest_stored_ms(d) > d->newest_ms)
		d->newest_ms = newest_stored_ms(d);
	if (!history_init(d->history, h, s, &d->store, &d->pool))
		return err_set(e, ERR_MEMORY, 0, "no memory for the history");
	if (!daemon_read_zone(d, s, &d->zone, e))
		daemon_say(d, LEVEL_WARNING, LOG_CONFIG, "display.timezone: %s - days and schedules are those of UTC%+d h until it is mended",
			e->text, d->utc_offset_s / 3600);
	history_zone(d->history, &d->zone);
	history_show(d->history, d->socket != NULL ? control_socket_archive(d->socket) : NULL);
	d->net = (struct net){ .self = d, .publish = publish };
	read_book(d, &book);
	scada_init(&d->scada, h, s, &d->pool, &book.at[CONTRACT_NOW]);
	scada_remember(&d->scada, &book);
	scada_heat_zone(&d->scada, &d->zone);
	scada_show(&d->scada, d->socket != NULL ? control_socket_boxes(d->socket) : NULL);
	if (!planner_init(&d->planner, h, s, &d->zone))
		return err_set(e, ERR_MEMORY, 0, "no memory for the planner");
	forecast_files_open(&d->forecasts, d->stateless ? "" : s->state_dir);
	forecast_port = forecast_files_port(&d->forecasts);
	planner_open(&d->planner, &forecast_port);
	control_init(&d->control, &d->control_port);
	d->scada.safe_mode = d->life_start.safe_mode;
	relay_init(&d->relay, h, s, &d->guard_port);
	for (enum sense_bus bus = 0; bus < N_SENSE_BUSES; bus++)
		sensor_init(&d->sensors[bus], h, s, list, sensor_channels_on(h, bus, list), &d->bus);
	meter_init(&d->meter, h, s, &d->bus);
	uplink_init(&d->uplink, h, s, &d->net, &d->pool, SPACEHEAT_VERSION, d->boot_id);
	if (d->sign.make != NULL)
		uplink_sign(&d->uplink, &d->sign);
	return true;
}

static void close_actors(struct daemon *d)
{
	planner_free(&d->planner);
	forecast_files_close(&d->forecasts);
	history_free(d->history);
}

const struct stage daemon_stages[] = {
	{ "orders", daemon_open_sim, daemon_close_sim },
	{ "lock", open_lock, close_lock },
	{ "life", daemon_open_life, daemon_close_life },
	{ "clock", open_clock, close_clock },
	{ "runtime", open_runtime, close_runtime },
	{ "control socket", open_control, close_control },
	{ "guard", open_guard, close_guard },
	{ "world", open_world, close_world },
	{ "store", open_store, close_store },
	{ "keys", daemon_open_keys, daemon_close_keys },
	{ "actors", open_actors, close_actors },
	{ "net", daemon_open_net, daemon_close_net },
};
const int daemon_n_stages = sizeof(daemon_stages) / sizeof(daemon_stages[0]);

/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/timex.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/words.h"
#include "port/control_call.h"

/* Bits of get_throttled: under-voltage, frequency capped, throttled, soft temperature limit; EVER: since the start. */
enum { LEAST_MB = 100, FEW_MB = 500, LEAST_RAM_MB = 64, UNDER_VOLTAGE = 0x1, SLOWED = 0xe, HOT = 0x8, EVER = 16 };

static const char THROTTLED[] = "devices/platform/soc/soc:firmware/get_throttled";

void doctor_say(struct finding *f, enum finding_result result, const char *fix, const char *format, ...)
{
	va_list args;

	f->result = result;
	snprintf(f->fix, sizeof(f->fix), "%s", fix);
	va_start(args, format);
	vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
}

static bool is_real(const struct doctor *d)
{
	return d->loaded && !d->l.house.simulated;
}

/* Does a component of that make act in this house? */
static bool has_make(const struct doctor *d, enum make_model make)
{
	for (int i = 0; is_real(d) && i < d->l.house.n_nodes; i++)
		if (d->l.house.nodes[i].component >= 0 &&
			d->l.house.components[d->l.house.nodes[i].component].make == make)
			return true;
	return false;
}

/* ---- configuration and service ---- */

static void configuration(struct doctor *d, struct finding *f)
{
	if (d->loaded)
		doctor_say(f, FINDING_OK, "", "%s: house %s", d->cfg, d->l.house.key);
	else if (d->problems.n > 0)
		doctor_say(f, FINDING_FAIL, "spaceheat config check", "%.150s", d->problems.text[0]);
	else if (access(d->cfg, F_OK) != 0)
		doctor_say(f, FINDING_BLANK, "name one with -c FILE", "no configuration (%s)", d->cfg);
	else
		doctor_say(f, FINDING_BLANK, "name a house of houses.json there", "%s: house = \"\": not configured", d->cfg);
}

static void service(struct doctor *d, struct finding *f)
{
	struct control_call *call = calloc(1, sizeof(*call));
	char path[CALL_PATH];
	struct err e;
	bool demo;

	control_call_find(d->cli->socket, path, &demo);
	if (call == NULL) {
		doctor_say(f, FINDING_BLANK, "", "no memory to ask it");
	} else if (control_call_open(call, path, &e)) {
		control_call_close(call);
		doctor_say(f, FINDING_OK, "", "answers at %s", path);
	} else if (e.os == EACCES || e.os == EPERM) {
		doctor_say(f, FINDING_FAIL, "sudo usermod -aG spaceheat $USER, then log in again", "may not read %s", path);
	} else {
		doctor_say(f, FINDING_BLANK, "sudo systemctl start spaceheatd", "%s", e.text);
	}
	free(call);
}

static void groups(struct doctor *d, struct finding *f)
{
	static const char *const needed[] = { "spaceheat", "spaceheat-operator", "gpio", "i2c", "dialout" };

	if (!is_real(d)) {
		f->result = FINDING_SKIP;
		return;
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (getgrnam(needed[i]) == NULL) {
			doctor_say(f, FINDING_WARN, "install the package, or: sudo groupadd --system the group", "no group %s", needed[i]);
			return;
		}
	doctor_say(f, FINDING_OK, "", "spaceheat, spaceheat-operator, gpio, i2c, dialout");
}

/* ---- devices ---- */

static int count(const char *dir, const char *prefix)
{
	DIR *opened = opendir(dir);
	const struct dirent *entry;
	int n = 0;

	if (opened == NULL)
		return -1;
	while ((entry = readdir(opened)) != NULL)
		n += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(opened);
	return n;
}

static void gpio(struct doctor *d, struct finding *f)
{
	int n = count("/dev", "gpiochip");

	if (!has_make(d, MAKE_GPIO_RELAY) && !has_make(d, MAKE_PULSE_FLOW))
		f->result = FINDING_SKIP;
	else if (n > 0)
		doctor_say(f, FINDING_OK, "", "%d GPIO chips", n);
	else
		doctor_say(f, FINDING_FAIL, "use a kernel of 5.10 or later with GPIO", "no /dev/gpiochip*");
}

static void reachable(const char *path, const char *fix, struct finding *f)
{
	if (access(path, F_OK) != 0)
		doctor_say(f, FINDING_FAIL, fix, "%s: %s", path, strerror(errno));
	else
		doctor_say(f, FINDING_OK, "", "%s", path);
}

static void i2c(struct doctor *d, struct finding *f)
{
	static const char fix[] = "sudo raspi-config nonint do_i2c 0, then reboot";

	if (has_make(d, MAKE_NCD_PR8) || has_make(d, MAKE_KRIDA_PCF8575))
		reachable(d->l.settings.guard.i2c_bus, fix, f);
	else if (has_make(d, MAKE_ADS1115_NTC))
		reachable(d->l.settings.sensors.i2c_bus, fix, f);
	else
		f->result = FINDING_SKIP;
}

static void one_wire(struct doctor *d, struct finding *f)
{
	const char *root = d->l.settings.sensors.w1_root;
	int n = count(root, "28");

	if (!has_make(d, MAKE_ADAFRUIT_642))
		f->result = FINDING_SKIP;
	else if (n < 0)
		doctor_say(f, FINDING_FAIL, "add dtoverlay=w1-gpio to /boot/firmware/config.txt, then reboot", "%s: %s", root,
			strerror(errno));
	else
		doctor_say(f, n > 0 ? FINDING_OK : FINDING_FAIL, n > 0 ? "" : "check the wiring and its pull-up of 4.7 kohm",
			"%d thermometers in %s", n, root);
}

static void meter(struct doctor *d, struct finding *f)
{
	const char *port = d->loaded ? d->l.settings.meter.port : "";

	if (!is_real(d) || port[0] != '/')
		f->result = FINDING_SKIP;
	else
		reachable(port, "plug the adapter in; see: ls /dev/serial/by-id", f);
}

/* ---- clock, broker ---- */

/* Without a service its trust is not known, and what the kernel says is all there is. */
static void system_clock(struct doctor *d, struct finding *f)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);
	bool synchronised = state >= 0 && state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;

	doctor_status(d);
	if (d->status != NULL && !words_true(d->status, "clock.trusted"))
		doctor_say(f, FINDING_WARN, "sudo systemctl enable --now systemd-timesyncd",
			"%s, and the service does not trust it: no contract begins", synchronised ? "synchronised" : "not synchronised");
	else if (synchronised)
		doctor_say(f, FINDING_OK, "", "synchronised, error at most %ld ms%s", t.maxerror / 1000,
			d->status != NULL ? "; the service trusts it" : "");
	else
		doctor_say(f, FINDING_WARN, "sudo systemctl enable --now systemd-timesyncd", "not synchronised%s",
			d->status != NULL ? "; the service trusts it, so far" : ": no contract begins");
}

static void broker(struct doctor *d, struct finding *f)
{
	const struct settings_uplink *u = &d->l.settings.uplink;
	struct addrinfo *found = NULL;
	int result;

	if (!is_real(d) || !u->enable || u->host[0] == '\0') {
		f->result = FINDING_SKIP;
		return;
	}
	result = getaddrinfo(u->host, NULL, NULL, &found);
	if (result == 0)
		doctor_say(f, FINDING_OK, "", "%s:%d has an address", u->host, u->port);
	else
		doctor_say(f, FINDING_WARN, "check uplink.host and the network", "%s: %s", u->host, gai_strerror(result));
	if (found != NULL)
		freeaddrinfo(found);
}

/* ---- the machine ---- */

static void disk(struct doctor *d, struct finding *f)
{
	const char *dir = d->loaded ? d->l.settings.state_dir : "/var/lib/spaceheat";
	struct statvfs v;
	uint64_t mb;

	if (statvfs(dir, &v) != 0) {
		doctor_say(f, FINDING_WARN, "start the service once, or create it", "%s: %s", dir, strerror(errno));
		return;
	}
	mb = (uint64_t)v.f_bavail * v.f_frsize / (1024 * 1024);
	doctor_say(f, mb < LEAST_MB ? FINDING_FAIL : mb < FEW_MB ? FINDING_WARN : FINDING_OK,
		mb < FEW_MB ? "remove what is not needed: sudo journalctl --vacuum-size=50M" : "",
		"%" PRIu64 " MB free in %s", mb, dir);
}

static void memory(struct doctor *d, struct finding *f)
{
	struct sysinfo s;
	uint64_t mb;

	(void)d;
	if (sysinfo(&s) != 0) {
		f->result = FINDING_SKIP;
		return;
	}
	mb = ((uint64_t)s.freeram + s.bufferram) * s.mem_unit / (1024 * 1024);
	doctor_say(f, mb < LEAST_RAM_MB ? FINDING_WARN : FINDING_OK, mb < LEAST_RAM_MB ? "see: ps aux --sort=-rss | head" : "",
		"%" PRIu64 " MB of memory free", mb);
}

/* ---- the Pi's firmware ---- */

static bool read_throttled(const struct doctor *d, unsigned int *bits)
{
	char path[PATH_SIZE];
	FILE *file;
	bool good;

	snprintf(path, sizeof(path), "%.100s/%s", d->sys, THROTTLED);
	file = fopen(path, "re");
	good = file != NULL && fscanf(file, "%x", bits) == 1;
	if (file != NULL)
		fclose(file);
	return good;
}

/* It remembers a supply that was too weak. */
void doctor_judge_supply(unsigned int bits, struct finding *f)
{
	static const char fix[] = "use a supply of 5.1 V and 3 A";

	if ((bits & UNDER_VOLTAGE) != 0)
		doctor_say(f, FINDING_FAIL, fix, "under-voltage now (0x%x)", bits);
	else if ((bits & UNDER_VOLTAGE << EVER) != 0)
		doctor_say(f, FINDING_WARN, fix, "under-voltage since the start (0x%x)", bits);
	else
		doctor_say(f, FINDING_OK, "", "no under-voltage");
}

void doctor_judge_heat(unsigned int bits, struct finding *f)
{
	static const char fix[] = "give it air, or a heat sink; and look at its supply";

	if ((bits & SLOWED) != 0)
		doctor_say(f, FINDING_WARN, fix, "the processor is slowed down now%s (0x%x)", (bits & HOT) != 0 ? ", too hot" : "", bits);
	else if ((bits & SLOWED << EVER) != 0)
		doctor_say(f, FINDING_WARN, fix, "the processor was slowed down since the start%s (0x%x)",
			(bits & HOT << EVER) != 0 ? ", too hot" : "", bits);
	else
		doctor_say(f, FINDING_OK, "", "never slowed down");
}

static void supply(struct doctor *d, struct finding *f)
{
	unsigned int bits = 0;

	if (read_throttled(d, &bits))
		doctor_judge_supply(bits, f);
	else
		f->result = FINDING_SKIP;
}

static void heat(struct doctor *d, struct finding *f)
{
	unsigned int bits = 0;

	if (read_throttled(d, &bits))
		doctor_judge_heat(bits, f);
	else
		f->result = FINDING_SKIP;
}

static void watchdog(struct doctor *d, struct finding *f)
{
	if (!is_real(d))
		f->result = FINDING_SKIP;
	else if (access("/dev/watchdog", F_OK) == 0)
		doctor_say(f, FINDING_OK, "", "/dev/watchdog");
	else
		doctor_say(f, FINDING_WARN, "set RuntimeWatchdogSec=15 in /etc/systemd/system.conf, and use a board with one",
			"no hardware watchdog");
}

static void zone(struct doctor *d, struct finding *f)
{
	const char *name = d->loaded ? d->l.settings.display.timezone : "";
	char path[PATH_SIZE];

	if (name[0] == '\0') {
		f->result = FINDING_SKIP;
		return;
	}
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%.64s", name);
	reachable(path, "sudo apt install tzdata, and check display.timezone", f);
}

static void versions(struct doctor *d, struct finding *f)
{
	doctor_say(f, FINDING_OK, "", "spaceheat %s (%s)", d->cli->doors->version, d->cli->doors->commit);
}

const struct doctor_check doctor_checks[] = {
	{ "config", configuration },
	{ "service", service },
	{ "groups", groups },
	{ "gpio", gpio },
	{ "i2c", i2c },
	{ "1-wire", one_wire },
	{ "meter", meter },
	{ "clock", system_clock },
	{ "zone", zone },
	{ "broker", broker },
	{ "own-cert", doctor_own_certificate },
	{ "ca-cert", doctor_ca_certificate },
	{ "disk", disk },
	{ "card", doctor_card },
	{ "database", doctor_database },
	{ "memory", memory },
	{ "supply", supply },
	{ "heat", heat },
	{ "watchdog", watchdog },
	{ "version", versions },
};
const int n_doctor_checks = sizeof(doctor_checks) / sizeof(doctor_checks[0]);

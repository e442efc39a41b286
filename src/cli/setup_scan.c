/* SPDX-License-Identifier: MIT */
#include "cli/setup.h"

#include <dirent.h>
#include <string.h>

#include "core/settings/settings.h"
#include "spaceheat/driver.h"

static const struct { int first, last; const char *what; } chips[] = {
	{ 0x20, 0x27, "relay board: MCP23008 (NCD__PR8-14-SPST) or PCF8575 (Krida__Pcf8575Relay16)" },
	{ 0x48, 0x4b, "ADS1115 for thermistors (TI__Ads1115Ntc)" },
};

static void add(struct setup_scan *s, const char *bus, const char *address, const char *what)
{
	struct found *f = &s->list[s->n];

	if (s->n == SETUP_MAX_FOUND)
		return;
	snprintf(f->bus, sizeof(f->bus), "%s", bus);
	snprintf(f->address, sizeof(f->address), "%.79s", address);
	snprintf(f->what, sizeof(f->what), "%.95s", what);
	s->n++;
}

static void look_at_w1(const char *root, struct setup_scan *s)
{
	DIR *d = opendir(root);
	const struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (strncmp(entry->d_name, "28-", 3) == 0)
			add(s, "1-wire", entry->d_name, "DS18B20 (Adafruit__642)");
	if (d != NULL)
		closedir(d);
}

static void look_at_i2c(const struct cli_doors *doors, const char *path, struct setup_scan *s)
{
	char address[80];

	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		for (int a = chips[i].first; a <= chips[i].last; a++)
			if (doors->i2c_answers(path, a)) {
				snprintf(address, sizeof(address), "0x%02x on %.60s", (unsigned int)a, path);
				add(s, "i2c", address, chips[i].what);
			}
}

static void look_at_meter(const struct cli_doors *doors, const struct settings_meter *at, struct setup_scan *s)
{
	char serial[32], what[96], address[80];
	const struct driver *d;

	for (int i = 0; (d = driver_sense_nth(i)) != NULL; i++)
		if (d->map != NULL && doors->modbus_serial(at, d, serial, sizeof(serial)) && serial[0] != '\0') {
			snprintf(what, sizeof(what), "%s, HwUid \"%s\"", d->make_model, serial);
			snprintf(address, sizeof(address), "unit %d on %.60s", at->unit_id, at->port);
			add(s, "modbus", address, what);
			snprintf(s->port, sizeof(s->port), "%s", at->port);
			s->unit_id = at->unit_id;
			snprintf(s->make, sizeof(s->make), "%s", d->make_model);
			snprintf(s->serial, sizeof(s->serial), "%s", serial);
			return;
		}
}

/* The unit that the settings name, and those that meters have when they are new. */
static void look_at_modbus(const struct cli_doors *doors, const struct settings *set, const char *port, struct setup_scan *s)
{
	const int units[] = { set->meter.unit_id, 1, 2, 3, 12 };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && s->port[0] == '\0'; i++) {
		struct settings_meter at = set->meter;

		if (i > 0 && units[i] == units[0])
			continue;
		snprintf(at.port, sizeof(at.port), "%s", port);
		at.unit_id = units[i];
		look_at_meter(doors, &at, s);
	}
}

void setup_look(const struct cli_doors *doors, const struct settings *set, const char *port, struct setup_scan *s)
{
	memset(s, 0, sizeof(*s));
	look_at_w1(set->sensors.w1_root, s);
	if (doors->i2c_answers != NULL)
		look_at_i2c(doors, set->sensors.i2c_bus, s);
	if (doors->i2c_answers != NULL && strcmp(set->sensors.i2c_bus, set->guard.i2c_bus) != 0)
		look_at_i2c(doors, set->guard.i2c_bus, s);
	if (doors->modbus_serial != NULL && port[0] != '\0')
		look_at_modbus(doors, set, port, s);
}

void setup_print(FILE *f, const struct house *h, const struct setup_scan *s)
{
	fprintf(f, "# Written by spaceheat setup. Read after spaceheat.cfg; check with: spaceheat config check\n");
	fprintf(f, "house = \"%s\";\n", h->key);
	for (int i = 0; i < s->n; i++)
		fprintf(f, "# found: %-7s %s: %s\n", s->list[i].bus, s->list[i].address, s->list[i].what);
	if (s->port[0] != '\0')
		fprintf(f, "meter: { port = \"%s\"; unit_id = %d; };\n", s->port, s->unit_id);
	fprintf(f, "\n# Fill in kind (element, heat_pump, pump, valve, other), what it does without power, and its watts; then\n"
		"# take the signs off.\n# relays = (\n");
	for (int i = 0; i < h->n_nodes; i++)
		if (h->nodes[i].actor == ACTOR_CLASS_BOOLEAN_ACTUATOR)
			fprintf(f, "#\t{ node = \"%s\"; kind = \"\"; fail_state = \"open\"; expected_w = [ 0, 0 ]; },\n",
				h->nodes[i].alias);
	fprintf(f, "# );\n");
}

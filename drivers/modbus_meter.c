/* SPDX-License-Identifier: MIT */
/* Electric meters that speak Modbus, over RS485 or TCP; what differs between them is their map. */
#include "modbus_meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modbus_link.h"

struct modbus_meter {
	struct modbus_link *link;
	struct modbus_map map;
	char serial[MODBUS_SERIAL_TEXT];	/* as houses.json has it; "" = not to be checked */
	int checked;				/* at which connection it was */
};

bool modbus_meter_open(struct device *d, const struct component *c, const struct modbus_map *map, struct err *e)
{
	const struct settings_meter *s = &d->settings->meter;
	struct modbus_meter *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return err_set(e, ERR_MEMORY, 0, "no memory");
	m->map = modbus_map_with(map, s);
	m->link = modbus_link_open(s, e);
	if (m->link == NULL) {
		free(m);
		return false;
	}
	if (m->map.serial.form != SERIAL_NONE)
		snprintf(m->serial, sizeof(m->serial), "%.*s", MODBUS_SERIAL_TEXT - 1, c->hw_uid);
	d->handle = m;
	snprintf(d->address, sizeof(d->address), "%.100s unit %d", s->port, s->unit_id);
	return true;
}

/* Another meter at the same address would be believed for years. */
static bool check_serial(struct modbus_meter *m, struct err *e)
{
	uint16_t words[MODBUS_MAX_WORDS];
	char serial[MODBUS_SERIAL_TEXT];

	if (m->serial[0] == '\0')
		return true;
	if (!modbus_link_read(m->link, m->map.serial.kind, m->map.serial.address, m->map.serial.words, words, e))
		return false;
	modbus_serial_text(&m->map, words, serial);
	if (strcmp(serial, m->serial) == 0)
		return true;
	modbus_link_drop(m->link);
	return err_set(e, ERR_CONFIG, 0, "its serial number is %s, not %s as HwUid in houses.json says", serial, m->serial);
}

static bool look(struct modbus_meter *m, enum modbus_quantity quantity, uint16_t *words, struct err *e)
{
	const struct modbus_register *r = &m->map.of[quantity];

	return modbus_link_read(m->link, r->kind, r->address, modbus_words(r->type), words, e);
}

static bool ask(struct device *d, enum modbus_quantity quantity, int64_t *value, struct err *e)
{
	struct modbus_meter *m = d->handle;
	uint16_t words[MODBUS_MAX_WORDS];

	if (m->map.of[quantity].address < 0)
		return err_set(e, ERR_CONFIG, 0, "has no register for it - set meter.power_address");
	/* A connection that is new, or will be made now, is asked who is there. */
	if (m->checked == 0 || m->checked != modbus_link_count(m->link)) {
		if (!check_serial(m, e))
			return false;
		m->checked = modbus_link_count(m->link);
	}
	if (!look(m, quantity, words, e)) {
		m->checked = 0;
		return false;
	}
	if (m->checked == 0)
		m->checked = modbus_link_count(m->link);
	return modbus_understand(&m->map, quantity, words, value, e);
}

bool modbus_meter_read(struct device *d, enum telemetry_name quantity, int64_t *value, struct err *e)
{
	return ask(d, quantity == TELEMETRY_CURRENT_UA ? MODBUS_CURRENT : MODBUS_POWER, value, e);
}

bool modbus_meter_energy(struct device *d, int64_t *wh, struct err *e)
{
	const struct modbus_meter *m = d->handle;

	return m->map.of[MODBUS_ENERGY].address >= 0 ? ask(d, MODBUS_ENERGY, wh, e) :
		err_set(e, ERR_CONFIG, 0, "has no register of energy");
}

void modbus_meter_close(struct device *d)
{
	struct modbus_meter *m = d->handle;

	if (m == NULL)
		return;
	modbus_link_close(m->link);
	free(m);
	d->handle = NULL;
	d->address[0] = '\0';
}

bool modbus_meter_measures(const struct driver *driver, const struct settings *s, enum telemetry_name name)
{
	return name == TELEMETRY_POWER_W ||
		(name == TELEMETRY_CURRENT_UA && modbus_map_with(driver->map, &s->meter).of[MODBUS_CURRENT].address >= 0);
}

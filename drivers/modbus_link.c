/* SPDX-License-Identifier: MIT */
#include "modbus_link.h"

#include <errno.h>
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const char TCP[] = "tcp://";

struct modbus_link {
	const struct settings_meter *s;
	modbus_t *ctx;			/* NULL: not connected */
	int64_t quiet_until_ms;
	int connects;
	struct err last;		/* of the failure that the quiet follows */
	char host[128], service[16];	/* host "": a serial line */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* "tcp://host:502" and "tcp://[::1]:502"; the port may be left out. */
static bool split(const char *where, char host[128], char service[16])
{
	bool bracket = where[0] == '[';
	const char *end = strchr(where, bracket ? ']' : ':'), *port = "502";
	size_t length;

	if (bracket) {
		where++;
		if (end == NULL || (end[1] != ':' && end[1] != '\0'))
			return false;
	}
	length = end != NULL ? (size_t)(end - where) : strlen(where);
	end = end != NULL && bracket ? end + 1 : end;
	if (end != NULL && *end == ':')
		port = end + 1;
	return length > 0 && length < 128 && snprintf(host, 128, "%.*s", (int)length, where) > 0 &&
		port[0] != '\0' && port[strspn(port, "0123456789")] == '\0' && snprintf(service, 16, "%s", port) < 6;
}

struct modbus_link *modbus_link_open(const struct settings_meter *s, struct err *e)
{
	bool tcp = strncmp(s->port, TCP, sizeof(TCP) - 1) == 0;
	struct modbus_link *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		err_set(e, ERR_MEMORY, 0, "no memory");
		return NULL;
	}
	l->s = s;
	if (tcp ? split(s->port + sizeof(TCP) - 1, l->host, l->service) : s->port[0] == '/')
		return l;
	free(l);
	err_set(e, ERR_CONFIG, 0, "meter.port = \"%.60s\" - write \"/dev/ttyUSB0\" or \"tcp://HOST:502\"", s->port);
	return NULL;
}

static enum err_code code_of(int os)
{
	if (os == ETIMEDOUT)
		return ERR_TIMEOUT;
	if (os == ENOENT || os == ENODEV || os == ENXIO)
		return ERR_ABSENT;
	if (os == EMBBADCRC || os == EMBBADDATA || os == EMBBADSLAVE || os == EMBMDATA)
		return ERR_FORMAT;
	return os == EMBXILADD || os == EMBXILFUN || os == EMBXILVAL ? ERR_CONFIG : ERR_IO;
}

static const char *advice_of(int os)
{
	if (os == EACCES || os == EPERM)
		return " - add the user to group dialout";
	if (os == EBUSY)
		return " - another program uses it";
	if (os == EMBBADSLAVE || os == EMBBADDATA)
		return ": an answer to another question, thrown away";
	return "";
}

void modbus_link_drop(struct modbus_link *l)
{
	if (l->ctx == NULL)
		return;
	modbus_close(l->ctx);
	modbus_free(l->ctx);
	l->ctx = NULL;
}

/* Keeps the line quiet for a while; the same is said meanwhile. */
static bool failed(struct modbus_link *l, int os, const char *doing, struct err *e)
{
	const char *why = os == ETIMEDOUT ? "no answer" : os == EMBBADCRC ? "checksum wrong" : modbus_strerror(os);

	modbus_link_drop(l);
	err_set(e, code_of(os), os, "%s: %s: %s%s", l->s->port, doing, why, advice_of(os));
	l->last = *e;
	l->quiet_until_ms = now_ms() + MODBUS_QUIET_MS;
	return false;
}

static modbus_t *make(const struct modbus_link *l)
{
	static const char parities[] = { [PARITY_NONE] = 'N', [PARITY_EVEN] = 'E', [PARITY_ODD] = 'O' };

	return l->host[0] != '\0' ? modbus_new_tcp_pi(l->host, l->service) :
		modbus_new_rtu(l->s->port, l->s->baud, parities[l->s->parity], 8, 1);
}

/* RTS low while sending, as adapters without automatic direction want it; others do not look at it. */
static void take_line(modbus_t *ctx)
{
	modbus_rtu_set_rts(ctx, MODBUS_RTU_RTS_DOWN);
	ioctl(modbus_get_socket(ctx), TIOCEXCL);
	modbus_flush(ctx);
}

static bool connect_to(struct modbus_link *l, struct err *e)
{
	l->ctx = make(l);
	if (l->ctx == NULL)
		return failed(l, errno, "open", e);
	modbus_set_slave(l->ctx, l->s->unit_id);
	modbus_set_response_timeout(l->ctx, 0, MODBUS_ANSWER_MS * 1000);
	modbus_set_byte_timeout(l->ctx, 0, MODBUS_ANSWER_MS / 4 * 1000);
	if (modbus_connect(l->ctx) != 0)
		return failed(l, errno, "open", e);
	if (l->host[0] == '\0')
		take_line(l->ctx);
	l->connects++;
	return true;
}

bool modbus_link_read(struct modbus_link *l, enum meter_kind kind, int address, int n, uint16_t *words, struct err *e)
{
	char doing[64];
	int got;

	if (now_ms() < l->quiet_until_ms) {
		*e = l->last;
		return false;
	}
	if (l->ctx == NULL && !connect_to(l, e))
		return false;
	got = kind == REGISTER_INPUT ? modbus_read_input_registers(l->ctx, address, n, words) :
		modbus_read_registers(l->ctx, address, n, words);
	snprintf(doing, sizeof(doing), "register %d of unit %d", address, l->s->unit_id);
	return got == n || failed(l, got < 0 ? errno : EMBBADDATA, doing, e);
}

int modbus_link_count(const struct modbus_link *l)
{
	return l->connects;
}

void modbus_link_close(struct modbus_link *l)
{
	if (l == NULL)
		return;
	modbus_link_drop(l);
	free(l);
}

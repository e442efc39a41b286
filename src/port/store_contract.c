/* SPDX-License-Identifier: MIT */
/* The book of contracts, one row per place, column by column from a table, with a CRC over all of them. */
#include <string.h>

#include "core/history/crc32.h"
#include "port/store_parts.h"

/* In the order of the table's columns. size: 16 a uuid, else an integer of that many bytes. */
struct column { size_t offset, size; };
#define COLUMN(member)                                                                                       \
	{                                                                                                    \
		offsetof(struct contract_record, member), sizeof(((struct contract_record *)0)->member)      \
	}

static const struct column columns[] = {
	COLUMN(id),
	COLUMN(replaces),
	COLUMN(report_uid),
	COLUMN(start_s),
	COLUMN(end_s),
	COLUMN(ended_ms),
	COLUMN(energy_mwh),
	COLUMN(energy_estimated_mwh),
	COLUMN(remote_ms),
	COLUMN(log_seq),
	COLUMN(max_power_w),
	COLUMN(state),
	COLUMN(outcome),
	COLUMN(cause),
	COLUMN(acks_status),
	COLUMN(has_replaces),
	COLUMN(sla_hold),
	COLUMN(has_register),
	COLUMN(register_wh),
	COLUMN(relays),
};
enum { N_COLUMNS = sizeof(columns) / sizeof(columns[0]), N_COLUMNS_1 = 16 /* of schema 1 */ };

static int64_t get_int(const struct contract_record *r, const struct column *c)
{
	const char *p = (const char *)r + c->offset;
	int64_t v64;
	int32_t v32;

	if (c->size == sizeof(v64)) {
		memcpy(&v64, p, sizeof(v64));
		return v64;
	}
	if (c->size == sizeof(v32)) {
		memcpy(&v32, p, sizeof(v32));
		return v32;
	}
	return *(const uint8_t *)p;
}

static void set_int(struct contract_record *r, const struct column *c, int64_t v)
{
	char *p = (char *)r + c->offset;
	int32_t v32 = (int32_t)v;
	uint8_t v8 = (uint8_t)v;

	if (c->size == sizeof(v))
		memcpy(p, &v, sizeof(v));
	else if (c->size == sizeof(v32))
		memcpy(p, &v32, sizeof(v32));
	else
		memcpy(p, &v8, sizeof(v8));
}

static uint32_t crc_of(const struct contract_record *r)
{
	uint32_t crc = 0;

	for (int i = 0; i < N_COLUMNS; i++) {
		uint8_t le[8];

		/* What schema 1 did not have counts only when it says something: its rows keep their sums. */
		if (i >= N_COLUMNS_1 && get_int(r, &columns[i]) == 0)
			continue;
		if (columns[i].size == sizeof(struct uuid)) {
			crc = crc32_of(crc, (const char *)r + columns[i].offset, sizeof(struct uuid));
			continue;
		}
		for (int k = 0; k < 8; k++)
			le[k] = (uint8_t)((uint64_t)get_int(r, &columns[i]) >> (8 * k));
		crc = crc32_of(crc, le, sizeof(le));
	}
	return crc;
}

static bool drop_contract(struct store_db *s, int place, struct err *e)
{
	sqlite3_stmt *st = store_statement(s, ST_CONTRACT_DROP, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int(st, 1, place);
	return store_run(s, ST_CONTRACT_DROP, "contract", e);
}

static bool put_contract(void *self, int place, const struct contract_record *r, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st;

	if (r->state == CONTRACT_NONE && place != CONTRACT_NOW)
		return drop_contract(s, place, e);
	st = store_statement(s, ST_CONTRACT_PUT, e);
	if (st == NULL)
		return false;
	sqlite3_bind_int(st, 1, place);
	for (int i = 0; i < N_COLUMNS; i++) {
		const char *at = (const char *)r + columns[i].offset;

		if (columns[i].size == sizeof(struct uuid))
			sqlite3_bind_blob(st, i + 2, at, sizeof(struct uuid), SQLITE_STATIC);
		else
			sqlite3_bind_int64(st, i + 2, get_int(r, &columns[i]));
	}
	sqlite3_bind_int64(st, N_COLUMNS + 2, crc_of(r));
	return store_run(s, ST_CONTRACT_PUT, "contract", e);
}

/* Column 0 is the row's key. */
static bool take_row(sqlite3_stmt *st, struct contract_record *r)
{
	memset(r, 0, sizeof(*r));
	for (int i = 0; i < N_COLUMNS; i++) {
		const void *blob;

		if (columns[i].size != sizeof(struct uuid)) {
			set_int(r, &columns[i], sqlite3_column_int64(st, i + 1));
			continue;
		}
		blob = sqlite3_column_blob(st, i + 1);
		if (blob == NULL || sqlite3_column_bytes(st, i + 1) != (int)sizeof(struct uuid))
			return false;
		memcpy((char *)r + columns[i].offset, blob, sizeof(struct uuid));
	}
	return (int64_t)crc_of(r) == sqlite3_column_int64(st, N_COLUMNS + 1);
}

static bool get_contract(void *self, int place, struct contract_record *r, bool *found, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_CONTRACT_GET, e);

	memset(r, 0, sizeof(*r));
	*found = false;
	if (st == NULL)
		return false;
	sqlite3_bind_int(st, 1, place);
	if (!store_row(s, ST_CONTRACT_GET, found, "contract", e))
		return false;
	if (*found && !take_row(st, r)) {
		*found = false;
		memset(r, 0, sizeof(*r));
		s->damaged_rows++;
		store_say(s, place == CONTRACT_NOW ?
			"the contract's row is damaged - there is no contract until a new offer" :
			"a row of the contract book is damaged - a successor or a report owed is lost");
	}
	store_reset(s, ST_CONTRACT_GET);
	return true;
}

void store_contract(struct store *out)
{
	out->put_contract = put_contract;
	out->get_contract = get_contract;
}

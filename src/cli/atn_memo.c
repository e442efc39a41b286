/* SPDX-License-Identifier: MIT */
#include "cli/atn_memo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spaceheat/settings.h"

enum { MEMO_TEXT = 256, MEMO_PATH = PATH_SIZE + 16 };

/* The file is ours alone, so its form is fixed; whatever differs is damage. */
static bool parse(const char *text, struct atn_memory *m)
{
	char id[UUID_TEXT] = "";
	int end = 0;

	*m = (struct atn_memory){ 0 };
	if (sscanf(text,
		    "{\"ContractId\":\"%36[0-9a-f-]\",\"StartUnixS\":%" SCNd64 ",\"EndUnixS\":%" SCNd64
		    ",\"MaxPowerWatts\":%" SCNd32 ",\"ScadaBeat\":\"%16" SCNx64 "\"}%n",
		    id, &m->contract.start_s, &m->contract.end_s, &m->contract.max_power_w, &m->scada_beat,
		    &end) != 5 ||
		end == 0 || !uuid_parse(id, &m->contract.id)) {
		*m = (struct atn_memory){ 0 };
		return false;
	}
	m->has_contract = !uuid_is_zero(m->contract.id);
	return true;
}

bool atn_memo_load(const char *state_dir, struct atn_memory *m)
{
	char path[MEMO_PATH], text[MEMO_TEXT];
	ssize_t n;
	int fd;

	*m = (struct atn_memory){ 0 };
	snprintf(path, sizeof(path), "%s/atn.json", state_dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return parse(text, m);
}

/* Not synced: after a power cut an old memo costs one refused offer, and it is written at every beat. */
static bool write_whole(const char *path, const char *text, struct err *e)
{
	size_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n;

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
	n = write(fd, text, length);
	if (n != (ssize_t)length)
		err_set(e, ERR_IO, errno, "%s: %s", path, n < 0 ? strerror(errno) : "disk full");
	if (close(fd) != 0)
		return err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
	return n == (ssize_t)length;
}

bool atn_memo_keep(const char *state_dir, const struct atn_memory *m, struct err *e)
{
	char path[MEMO_PATH], fresh[MEMO_PATH + 8], text[MEMO_TEXT], id[UUID_TEXT];
	struct uuid none = { { 0 } };

	snprintf(path, sizeof(path), "%s/atn.json", state_dir);
	snprintf(fresh, sizeof(fresh), "%s.%d", path, (int)getpid()); /* another command may write too */
	snprintf(text, sizeof(text),
		"{\"ContractId\":\"%s\",\"StartUnixS\":%" PRId64 ",\"EndUnixS\":%" PRId64
		",\"MaxPowerWatts\":%" PRId32 ",\"ScadaBeat\":\"%016" PRIx64 "\"}\n",
		uuid_text(m->has_contract ? m->contract.id : none, id), m->contract.start_s,
		m->contract.end_s, m->contract.max_power_w, m->scada_beat);
	if (!write_whole(fresh, text, e)) {
		unlink(fresh);
		return false;
	}
	if (rename(fresh, path) != 0)
		return err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
	return true;
}

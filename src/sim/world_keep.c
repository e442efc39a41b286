/* SPDX-License-Identifier: MIT */
/* The heat of the simulated house in a mapped file: whoever simulates it next goes on with the water as warm as it was. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/world_parts.h"

static const char magic[8] = "SHHEAT01";

/* Written in turns: the newest is always whole, also when the writer is killed while it writes. */
struct world_kept {
	char magic[8], house[ALIAS_SIZE];
	_Atomic uint64_t turn;		/* 0: nothing yet; slots[turn % 2] is the newest */
	struct world_heat { struct plant_state plant; double energy_j; } slots[2];
};

static bool is_of(const struct world_kept *k, const struct world *w)
{
	const struct world_heat *newest = &k->slots[atomic_load(&k->turn) % 2];

	return memcmp(k->magic, magic, sizeof(magic)) == 0 && strncmp(k->house, w->house->key, sizeof(k->house)) == 0 &&
		atomic_load(&k->turn) > 0 && newest->plant.buffer.layers == w->plant.buffer.layers;
}

static void go_on(struct world *w, const struct world_kept *k, int64_t away_ms)
{
	const struct world_heat *newest = &k->slots[atomic_load(&k->turn) % 2];
	const struct plant *plant = w->plant.plant;

	w->plant = newest->plant;
	w->plant.plant = plant;
	w->energy_j = newest->energy_j;
	if ((double)away_ms / 1000 <= w->series_s)	/* before the weather's first hour nothing is known */
		w->plant_ms = -away_ms;
}

static void begin(struct world *w, struct world_kept *k)
{
	memset(k, 0, sizeof(*k));
	memcpy(k->magic, magic, sizeof(magic));
	snprintf(k->house, sizeof(k->house), "%s", w->house->key);
}

bool world_keep(struct world *w, const char *path, int64_t away_ms, struct err *e)
{
	void *page = MAP_FAILED;
	int fd;

	if (!w->house->has_plant)
		return true;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && ftruncate(fd, sizeof(struct world_kept)) == 0)
		page = mmap(NULL, sizeof(struct world_kept), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		err_set(e, ERR_IO, errno, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (page == MAP_FAILED)
		return false;
	world_lock(w);
	w->kept = page;
	if (is_of(w->kept, w))
		go_on(w, w->kept, away_ms);
	else
		begin(w, w->kept);
	world_unlock(w);
	return true;
}

void world_save(struct world *w)
{
	uint64_t turn;

	if (w->kept == NULL)
		return;
	turn = atomic_load(&w->kept->turn) + 1;
	w->kept->slots[turn % 2] = (struct world_heat){ w->plant, w->energy_j };
	atomic_store(&w->kept->turn, turn);
}

void world_forget(struct world *w)
{
	if (w->kept != NULL)
		munmap(w->kept, sizeof(*w->kept));
	w->kept = NULL;
}

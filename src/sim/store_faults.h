/* SPDX-License-Identifier: MIT */
/* store_faults.h: a store in front of another one, that can be made to fail as a disk fails. Simulation only. */
#ifndef SIM_STORE_FAULTS_H
#define SIM_STORE_FAULTS_H

#include <stdatomic.h>

#include "spaceheat/store.h"

enum store_fault { STORE_SOUND, STORE_FULL, STORE_READ_ONLY };

struct store_faults {
	struct store inner;
	_Atomic int fault;		/* enum store_fault */
	atomic_bool damage;		/* before the next begin */
	/* Damages what is on the disk and opens it again; the store it was may be another one afterwards. */
	void (*damage_it)(void *ctx, struct store *inner);
	void *ctx;
};

/* The store that others are to use; it lives as long as *f. Closing it closes the inner one. */
struct store store_faults_front(struct store_faults *f);
/* Any thread. */
void store_faults_set(struct store_faults *, enum store_fault);
void store_faults_damage(struct store_faults *);

#endif

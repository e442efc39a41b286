/* SPDX-License-Identifier: MIT */
/* card.h: what the kernel knows of the disk, or card, that a folder is on. */
#ifndef CLI_CARD_H
#define CLI_CARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct card {
	char name[32];		/* of the block device, "mmcblk0p2" */
	int64_t written_bytes;	/* since the machine started, by everybody; -1 = not known */
	int life_tenths;	/* the worse of its two memories has used up to so many tenths of its life, 11 = beyond it;
				 * 0 = not told */
	int spare;		/* blocks in reserve: 1 normal, 2 warning (80 % used), 3 urgent; 0 = not told */
};

/* Looks below `sys` ("/sys"). False: it is on no block device (a RAM disk, another machine). */
bool card_look(const char *sys, dev_t, struct card *);

#endif

/* SPDX-License-Identifier: MIT */
#include "run/clockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	GIVE_UP_MS = 1000,	/* of waiting for the other side */
	LOOK_MS = 100,		/* one look counts for no more: a process that was stopped has not waited */
};
#define UNTIL_NONE INT64_MIN	/* nobody follows */

static const char magic[8] = "SHCLOCK2";

/* The file. Every word is atomic and native: the programs that share it run on one machine. */
struct page {
	char magic[8];
	_Atomic uint32_t sequence;	/* odd while the clock is being written */
	_Atomic uint32_t running;
	bell_word owner_bell, reader_bell;
	_Atomic int64_t owner_pid;
	_Atomic int64_t mono_ms, wall_ms;
	_Atomic uint64_t speed_bits;
	_Atomic int64_t sent[2], taken[2];	/* by enum clock_side */
	_Atomic int64_t until_ms;
	_Atomic uint32_t atn;		/* enum clock_atn */
};

struct clockfile {
	struct page *page;
	bool owner, follower;
	_Atomic int64_t arrived;	/* AtomicTNode: put into its mailboxes so far, by this process */
	int64_t handled;
	/* owner: what counts as "all taken", the AtomicTNode's last sign of life, and how long we have
	 * waited */
	int64_t zero[2], life_until_ms, life_taken, stalled_ms, last_look_ms;
	bool waited_for;
	uint32_t seen;
};

static struct clockfile *map_page(int fd, struct err *e)
{
	struct clockfile *c = calloc(1, sizeof(*c));
	void *p = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (c != NULL && p != MAP_FAILED) {
		c->page = p;
		return c;
	}
	err_set(e, c == NULL ? ERR_MEMORY : ERR_IO, errno, "cannot map it: %s", strerror(errno));
	if (p != MAP_FAILED)
		munmap(p, sizeof(struct page));
	free(c);
	return NULL;
}

static int64_t missing(struct clockfile *c, enum clock_side receiver)
{
	enum clock_side sender = receiver == SIDE_SCADA ? SIDE_ATN : SIDE_SCADA;
	int64_t taken = atomic_load(&c->page->taken[receiver]);

	return atomic_load(&c->page->sent[sender]) - taken;
}

static void new_zero(struct clockfile *c)
{
	c->zero[SIDE_ATN] = missing(c, SIDE_ATN);
	c->zero[SIDE_SCADA] = missing(c, SIDE_SCADA);
}

static void start_page(struct clockfile *c, struct clock_reading start, bool resumed)
{
	struct page *p = c->page;

	if (resumed) {
		/* the writer may have been killed while it wrote */
		atomic_store(&p->sequence, atomic_load(&p->sequence) & ~1u);
		start.mono.ms = atomic_load(&p->mono_ms);
		start.wall.ms = atomic_load(&p->wall_ms);
	} else {
		memset(p, 0, sizeof(*p));
		atomic_store(&p->until_ms, UNTIL_NONE);
		memcpy(p->magic, magic, sizeof(magic));
	}
	c->owner = true;
	c->life_until_ms = atomic_load(&p->until_ms);
	c->life_taken = atomic_load(&p->taken[SIDE_ATN]);
	new_zero(c);
	atomic_store(&p->owner_pid, getpid());
	atomic_store(&p->atn, ATN_IS_SOUND);
	atomic_store(&p->running, 1);
	clockfile_write(c, start);
}

static bool open_file(const char *dir, int flags, int *fd, struct stat *st, struct err *e)
{
	char path[4096];
	bool here;

	if (snprintf(path, sizeof(path), "%s/clock", dir) >= (int)sizeof(path))
		return err_set(e, ERR_IO, ENAMETOOLONG, "%s/clock: name too long", dir);
	*fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
	here = *fd >= 0 && fstat(*fd, st) == 0;
	if (here)
		return true;
	err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, errno, "%s: %s", path, strerror(errno));
	if (*fd >= 0)
		close(*fd);
	return false;
}

struct clockfile *clockfile_create(const char *dir, struct clock_reading start, bool *resumed, struct err *e)
{
	struct clockfile *c = NULL;
	struct stat st;
	int fd;

	if (!open_file(dir, O_CREAT, &fd, &st, e))
		return NULL;
	if (st.st_size == (off_t)sizeof(struct page) || ftruncate(fd, sizeof(struct page)) == 0)
		c = map_page(fd, e);
	else
		err_set(e, ERR_IO, errno, "%s/clock: %s", dir, strerror(errno));
	close(fd);
	if (c == NULL)
		return NULL;
	*resumed = st.st_size == (off_t)sizeof(struct page) &&
		memcmp(c->page->magic, magic, sizeof(magic)) == 0;
	start_page(c, start, *resumed);
	return c;
}

static bool owner_lives(const struct page *p)
{
	pid_t pid = (pid_t)atomic_load(&p->owner_pid);

	return memcmp(p->magic, magic, sizeof(magic)) == 0 && atomic_load(&p->running) == 1 &&
		(kill(pid, 0) == 0 || errno != ESRCH);
}

struct clockfile *clockfile_open(const char *dir, struct err *e)
{
	struct clockfile *c = NULL;
	struct stat st;
	int fd;

	if (!open_file(dir, 0, &fd, &st, e))
		return NULL;
	if (st.st_size == (off_t)sizeof(struct page))
		c = map_page(fd, e);
	else
		err_set(e, ERR_ABSENT, 0, "%s/clock: not a clock", dir);
	close(fd);
	if (c == NULL || owner_lives(c->page))
		return c;
	clockfile_close(c);
	err_set(e, ERR_ABSENT, 0, "%s/clock: no simulation runs there", dir);
	return NULL;
}

void clockfile_close(struct clockfile *c)
{
	if (c == NULL)
		return;
	if (c->owner) {
		atomic_store(&c->page->running, 0);
		bell_ring(&c->page->reader_bell);
	}
	if (c->follower)
		clockfile_until(c, (struct mono){ UNTIL_NONE });
	munmap(c->page, sizeof(*c->page));
	free(c);
}

void clockfile_write(struct clockfile *c, struct clock_reading r)
{
	struct page *p = c->page;
	uint64_t bits;

	memcpy(&bits, &r.speed, sizeof(bits));
	atomic_fetch_add(&p->sequence, 1);
	atomic_store(&p->mono_ms, r.mono.ms);
	atomic_store(&p->wall_ms, r.wall.ms);
	atomic_store(&p->speed_bits, bits);
	atomic_fetch_add(&p->sequence, 1);
	bell_ring(&p->reader_bell);
}

/* Waits for a write in progress: its writer may only be preempted. After a second it must have been killed
 * there, and its words are as good as they get until it is back. */
static bool writer_gone(uint32_t sequence, uint32_t *last, int *same)
{
	enum { YIELDS = 100, NAPS = 1000 };
	const struct timespec nap = { .tv_nsec = 1000000 };

	*same = sequence == *last ? *same + 1 : 0;
	*last = sequence;
	if (*same > YIELDS)
		nanosleep(&nap, NULL);
	else if (*same > 0)
		sched_yield();
	return *same >= YIELDS + NAPS;
}

struct clock_reading clockfile_read(const struct clockfile *c)
{
	struct page *p = c->page;
	struct clock_reading r;
	uint32_t before, last = 0;
	uint64_t bits;
	int same = 0;

	do {
		before = atomic_load(&p->sequence);
		r.mono.ms = atomic_load(&p->mono_ms);
		r.wall.ms = atomic_load(&p->wall_ms);
		bits = atomic_load(&p->speed_bits);
		if (before % 2 == 0 && atomic_load(&p->sequence) == before)
			break;
	} while (!writer_gone(before, &last, &same));
	memcpy(&r.speed, &bits, sizeof(bits));
	return r;
}

bool clockfile_running(const struct clockfile *c)
{
	return atomic_load(&c->page->running) == 1;
}

bell_word *clockfile_bell(struct clockfile *c)
{
	return c->owner ? &c->page->owner_bell : &c->page->reader_bell;
}

void clockfile_wait(struct clockfile *c, struct mono seen, int real_ms)
{
	uint32_t word = atomic_load(clockfile_bell(c));

	if (clockfile_read(c).mono.ms == seen.ms)
		bell_wait(clockfile_bell(c), word, (int64_t)real_ms * 1000000);
}

/* Only what may let time move is rung: less sent, more taken. */
static void scada_sent(void *self, int delta)
{
	struct clockfile *c = self;

	atomic_fetch_add(&c->page->sent[SIDE_SCADA], delta);
	if (delta < 0)
		bell_ring(&c->page->owner_bell);
}

static void scada_taken(void *self, int delta)
{
	struct clockfile *c = self;

	atomic_fetch_add(&c->page->taken[SIDE_SCADA], delta);
	bell_ring(&c->page->owner_bell);
}

static void atn_sent(void *self, int delta)
{
	struct clockfile *c = self;

	atomic_fetch_add(&c->page->sent[SIDE_ATN], delta);
	if (delta < 0)
		bell_ring(&c->page->owner_bell);
}

static void atn_taken(void *self, int delta)
{
	struct clockfile *c = self;

	atomic_fetch_add(&c->arrived, delta);
	bell_ring(&c->page->reader_bell);
}

static void count_nothing(void *self, int delta)
{
	(void)self;
	(void)delta;
}

struct traffic clockfile_traffic(struct clockfile *c, enum clock_side side)
{
	if (c == NULL)
		return (struct traffic){ .sent = count_nothing, .taken = count_nothing };
	if (side == SIDE_ATN)
		return (struct traffic){ .self = c, .sent = atn_sent, .taken = atn_taken };
	return (struct traffic){ .self = c, .sent = scada_sent, .taken = scada_taken };
}

int64_t clockfile_arrived(struct clockfile *c)
{
	return atomic_load(&c->arrived);
}

void clockfile_until(struct clockfile *c, struct mono until)
{
	c->follower = true;
	if (atomic_exchange(&c->page->until_ms, until.ms) != until.ms)
		bell_ring(&c->page->owner_bell);
}

void clockfile_handled(struct clockfile *c, int64_t arrived)
{
	if (arrived == c->handled)
		return;
	atomic_fetch_add(&c->page->taken[SIDE_ATN], arrived - c->handled);
	c->handled = arrived;
	bell_ring(&c->page->owner_bell);
}

/* A changed `until` or count shows that the AtomicTNode lives; UNTIL_NONE that it has left. */
static void look_for_life(struct clockfile *c, int64_t taken, int64_t until_ms)
{
	if (taken == c->life_taken && until_ms == c->life_until_ms)
		return;
	c->life_taken = taken;
	c->life_until_ms = until_ms;
	c->stalled_ms = 0;
	c->waited_for = until_ms != UNTIL_NONE;
}

void clockfile_tell_atn(struct clockfile *c, enum clock_atn what)
{
	atomic_store(&c->page->atn, (uint32_t)what);
}

enum clock_atn clockfile_told_atn(const struct clockfile *c)
{
	return (enum clock_atn)atomic_load(&c->page->atn);
}

bool clockfile_followed(struct clockfile *c)
{
	look_for_life(c, atomic_load(&c->page->taken[SIDE_ATN]), atomic_load(&c->page->until_ms));
	return c->waited_for;
}

static bool given_up(struct clockfile *c, int64_t real_now_ms)
{
	int64_t since_ms = real_now_ms - c->last_look_ms;

	c->stalled_ms += since_ms < LOOK_MS ? since_ms : LOOK_MS;
	c->last_look_ms = real_now_ms;
	return c->stalled_ms >= GIVE_UP_MS;
}

/* More taken than sent is the new zero at once. */
static bool all_taken(struct clockfile *c, enum clock_side receiver, int64_t gap)
{
	if (gap < c->zero[receiver])
		c->zero[receiver] = gap;
	return gap == c->zero[receiver];
}

/* The order of reading is the proof. The AtomicTNode counts answers, then `until`, then `taken`: reading
 * `taken` first makes the other two at least as new. Each `taken` is read before its `sent`, so what is on
 * its way can only be seen as on its way. Ours sent comes last; the caller proves that none was being sent
 * meanwhile. */
bool clockfile_settled(struct clockfile *c, struct mono now, int64_t real_now_ms)
{
	struct page *p = c->page;
	int64_t atn_took, until_ms, gap_to_scada, gap_to_atn;
	bool settled;

	c->seen = atomic_load(&p->owner_bell);
	atn_took = atomic_load(&p->taken[SIDE_ATN]);
	until_ms = atomic_load(&p->until_ms);
	gap_to_scada = missing(c, SIDE_SCADA);
	gap_to_atn = atomic_load(&p->sent[SIDE_SCADA]) - atn_took;
	look_for_life(c, atn_took, until_ms);
	settled = all_taken(c, SIDE_SCADA, gap_to_scada);
	settled = all_taken(c, SIDE_ATN, gap_to_atn) && settled && until_ms >= now.ms;
	if (settled && c->waited_for) {
		c->stalled_ms = 0;
		c->last_look_ms = real_now_ms;
		return true;
	}
	if (c->waited_for && !given_up(c, real_now_ms))
		return false;
	c->waited_for = false;
	c->zero[SIDE_SCADA] = gap_to_scada;
	c->zero[SIDE_ATN] = gap_to_atn;
	c->last_look_ms = real_now_ms;
	return true;
}

void clockfile_wait_settled(struct clockfile *c, int real_ms)
{
	bell_wait(&c->page->owner_bell, c->seen, (int64_t)real_ms * 1000000);
}

/* SPDX-License-Identifier: MIT */
#include "rss.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct process { int pid, parent; long rss_kib; char name[32]; };

static bool read_process(int pid, struct process *p)
{
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	*p = (struct process){ .pid = pid };
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Name: %31s", p->name) != 1 && sscanf(line, "PPid: %d", &p->parent) != 1)
			(void)sscanf(line, "VmRSS: %ld", &p->rss_kib);
	}
	if (f)
		fclose(f);
	return f != NULL;
}

/* Does its command line name that directory? Told apart from other services of this machine by it. */
static bool names_dir(int pid, const char *dir)
{
	char path[64], text[4096];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	f = fopen(path, "r");
	n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	if (f)
		fclose(f);
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	text[n] = '\0';
	return strstr(text, dir) != NULL;
}

/* Sums up in 10^6 bytes; parent 0: spaceheatd of that directory, else the children of that process. *pid:
 * found. */
static double sum_mb(const char *name, const char *dir, int parent, int *pid)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	struct process p;
	double mb = 0;

	*pid = 0;
	while (proc && (d = readdir(proc))) {
		int n = (int)strtol(d->d_name, NULL, 10);

		if (n <= 0 || !read_process(n, &p) || strcmp(p.name, name) != 0)
			continue;
		if (parent ? p.parent != parent : !names_dir(n, dir))
			continue;
		*pid = n;
		mb += (double)p.rss_kib * 1024 / 1e6;
	}
	if (proc)
		closedir(proc);
	return mb;
}

bool service_rss_mb(const char *state_dir, double *mb)
{
	int service, guard;

	*mb = sum_mb("spaceheatd", state_dir, 0, &service);
	if (service == 0)
		return false;
	*mb += sum_mb("spaceheat-guard", state_dir, service, &guard);
	return guard != 0;
}

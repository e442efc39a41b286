/* SPDX-License-Identifier: MIT */
/* versions.h: names and versions of the libraries this program runs with (not: was built with), where they tell. */
#ifndef PORT_VERSIONS_H
#define PORT_VERSIONS_H

struct library_version { const char *name; char version[32]; };

enum { N_LIBRARIES = 5 };

void library_versions(struct library_version out[N_LIBRARIES]);

#endif

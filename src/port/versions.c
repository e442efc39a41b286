/* SPDX-License-Identifier: MIT */
#include "port/versions.h"

#include <MQTTClient.h>
#include <cjson/cJSON.h>
#include <libconfig.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static void set(struct library_version *v, const char *name, const char *version)
{
	v->name = name;
	snprintf(v->version, sizeof(v->version), "%s", version);
}

static const char *paho_version(void)
{
	for (const MQTTClient_nameValue *v = MQTTClient_getVersionInfo(); v->name != NULL; v++)
		if (strcmp(v->name, "Version") == 0)
			return v->value;
	return "?";
}

void library_versions(struct library_version out[N_LIBRARIES])
{
	char libconfig[16];

	/* libconfig does not tell at run time. */
	snprintf(libconfig, sizeof(libconfig), "%d.%d.%d", LIBCONFIG_VER_MAJOR, LIBCONFIG_VER_MINOR,
		LIBCONFIG_VER_REVISION);
	set(&out[0], "paho-mqtt", paho_version());
	set(&out[1], "cjson", cJSON_Version());
	set(&out[2], "sqlite", sqlite3_libversion());
	set(&out[3], "libconfig", libconfig);
	set(&out[4], "libsodium", sodium_version_string());
}

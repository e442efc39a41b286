/* SPDX-License-Identifier: MIT */
/* Any text of the kernel's 1-Wire file: a temperature the sensor can measure, or an error with words. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ds18b20.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	int64_t sixteenths = 0;
	struct err e = { .code = ERR_NONE };

	assert(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (ds18b20_parse(text, &sixteenths, &e))
		assert(sixteenths >= -55 * 16 && sixteenths <= 125 * 16);
	else
		assert(e.code != ERR_NONE && e.text[0] != '\0');
	free(text);
	return 0;
}

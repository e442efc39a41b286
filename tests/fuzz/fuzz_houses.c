/* SPDX-License-Identifier: MIT */
/* Any houses.json: read or refused with at least one problem named, never anything else. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/houses.h"

static void look(void *ctx, const struct house *h)
{
	(void)ctx;
	assert(h->n_nodes >= 0 && h->n_nodes <= HOUSE_MAX_NODES);
	assert(h->n_channels >= 0 && h->n_channels <= HOUSE_MAX_CHANNELS);
	for (int i = 0; i < h->n_channels; i++) {
		assert(h->channels[i].about >= 0 && h->channels[i].about < h->n_nodes);
		assert(h->channels[i].by >= 0 && h->channels[i].by < h->n_nodes);
		assert(h->channels[i].map.den != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct house *h = calloc(1, sizeof(*h));
	struct problems *p = calloc(1, sizeof(*p));
	char *text = malloc(size + 1);

	assert(h != NULL && p != NULL && text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	problems_clear(p);
	if (houses_read(text, size, "houses.json", "dw1.isone.nh.orange.1", h, p))
		look(NULL, h);
	else
		assert(p->n > 0);
	problems_clear(p);
	houses_list(text, size, "houses.json", h, look, NULL, p);
	free(text);
	free(p);
	free(h);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* crc32.h: the CRC-32 of zip and Ethernet (reflected 0x04C11DB7), of stored rows. */
#ifndef CORE_HISTORY_CRC32_H
#define CORE_HISTORY_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* `before`: the result for the bytes that came before these, 0 at first. */
uint32_t crc32_of(uint32_t before, const void *bytes, size_t length);

#endif

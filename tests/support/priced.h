/* SPDX-License-Identifier: MIT */
/* PRICED: may this build be asked what something costs? A sanitizer makes everything some ten times slower and larger;
 * then only the work is checked, not its price. So does an emulated processor: SPACEHEAT_EMULATED is set there. */
#ifndef TESTS_PRICED_H
#define TESTS_PRICED_H

#include <stdbool.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PRICED false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PRICED false
#endif
#endif
#ifndef PRICED
#define PRICED (getenv("SPACEHEAT_EMULATED") == NULL)
#endif

#endif

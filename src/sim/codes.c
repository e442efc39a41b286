/* SPDX-License-Identifier: MIT */
#include "sim/codes.h"

#include <math.h>

int64_t ds18b20_code(double c)
{
	return (int64_t)floor(16 * c + 0.5);
}

/* SPDX-License-Identifier: MIT */
#include "core/history/grid.h"

enum { ON_STEP = GRID_PHASES - 1 };

static const int64_t map_most = 1 << 20, value_most = (int64_t)1 << 40;

bool grid_fits(struct code_map m)
{
	return m.den >= 1 && m.num > m.den && m.num <= map_most && grid_holds(m.offset);
}

bool grid_holds(int64_t value)
{
	return value > -value_most && value < value_most;
}

int64_t grid_value(struct code_map m, int64_t step)
{
	return code_map_apply((struct code_map){ m.num, m.den, 0 }, step) + m.offset;
}

int64_t grid_floor(struct code_map m, int64_t value)
{
	int64_t step = (value - m.offset) * m.den / m.num - 1;

	while (grid_value(m, step + 1) <= value)
		step++;
	while (grid_value(m, step) > value)
		step--;
	return step;
}

int grid_phase(struct code_map m, int64_t step, int64_t value)
{
	int64_t from = grid_value(m, step), to = grid_value(m, step + 1);

	return value == from ? ON_STEP : (int)((value - from) * ON_STEP / (to - from));
}

#!/bin/sh
# SPDX-License-Identifier: MIT
# test_outage_long BUILD: outages of up to five weeks, with power cuts inside (tests/unit/test_outage.c); minutes, most of them
# spent on commits that must be on the disk.
build=${1:-build}
make --no-print-directory DEPS=no "$build/tests/test_outage" >/dev/null || { echo "not ok - test_outage does not build"; exit 1; }
exec "$build/tests/test_outage" long

# SPDX-License-Identifier: MIT
# One file, no recursion. `make help` lists the targets.
#
#   SAN=address,undefined | thread   build and run with sanitizers (own build folder)
#   CC=clang                         another compiler (own build folder)
#   DEPS=no                          do not look for or install packages
#   WERROR=no                        warnings are not errors

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
SAN ?=
DEPS ?= yes
PREFIX ?= /usr/local
# Another machine's compiler finds that machine's libraries (multiarch).
TRIPLET := $(patsubst %-gcc,%,$(filter %-linux-gnu-gcc,$(notdir $(CC))))
ifneq ($(TRIPLET),)
export PKG_CONFIG_LIBDIR := /usr/lib/$(TRIPLET)/pkgconfig:/usr/share/pkgconfig
endif
AR := $(if $(TRIPLET),$(TRIPLET)-)ar
ARCH := $(shell dpkg --print-architecture 2>/dev/null)
FOREIGN := $(filter-out $(ARCH),$(if $(filter aarch64-linux-gnu,$(TRIPLET)),arm64)$(if $(filter x86_64-linux-gnu,$(TRIPLET)),amd64))
comma := ,
VARIANT := $(if $(filter gcc,$(CC)),,-$(notdir $(CC)))$(if $(SAN),-$(subst $(comma),-,$(SAN)))
B := build$(if $(VARIANT),/variant$(VARIANT))

VERSION := 0.1.0
COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)

LIB_PACKAGES := libpaho-mqtt-dev libcjson-dev libsqlite3-dev libconfig-dev libsodium-dev libssl-dev libgpiod-dev \
	libmodbus-dev libcmocka-dev
PACKAGES := $(if $(FOREIGN),pkg-config dpkg-dev crossbuild-essential-$(FOREIGN) $(addsuffix :$(FOREIGN),$(LIB_PACKAGES)),\
	build-essential pkg-config $(LIB_PACKAGES) mosquitto mosquitto-clients socat)
PKGS := libcjson sqlite3 libconfig libsodium libssl libcrypto libmodbus
GUARD_PKGS := libgpiod
# Two versions of that library are in use; one file speaks to each.
GPIOD_OTHER = $(if $(shell pkg-config --atleast-version=2 libgpiod 2>/dev/null && echo 2),v1,v2)

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wconversion -Wswitch-enum $(if $(filter no,$(WERROR)),,-Werror)
ALL_CFLAGS = -std=gnu11 $(WARN) $(CFLAGS) -fstack-protector-strong -fno-strict-aliasing -ffp-contract=off -pthread \
	-Iinclude -Isrc -Idrivers -DSPACEHEAT_VERSION='"$(VERSION)"' $(EXTRA_CFLAGS) $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer) \
	$(shell pkg-config --cflags $(PKGS) 2>/dev/null)
ALL_LDFLAGS = -pthread $(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN))
LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpaho-mqtt3cs -lm
GUARD_LIBS = $(shell pkg-config --libs $(GUARD_PKGS) 2>/dev/null)
TEST_LIBS = $(LIBS) $(GUARD_LIBS) -lcmocka
# zstd stands beside our coder in one bench, if it is there.
ZSTD := $(shell pkg-config --exists libzstd 2>/dev/null && echo yes)

# All cores, unless the caller said -j.
PARALLEL := $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
SUBMAKE := $(MAKE) --no-print-directory $(PARALLEL)

# What goes where. The guard and the relay drivers link into spaceheat-guard only; rules.c also into the simulator.
guard_src := $(wildcard src/guard/*.c) drivers/list_relay.c \
	$(filter-out drivers/relay_makes.c drivers/relay_line_$(GPIOD_OTHER).c,$(wildcard drivers/relay_*.c))
common_src := $(filter-out $(wildcard src/main/*.c) $(guard_src) $(wildcard drivers/relay_line_*.c),$(wildcard src/*/*.c src/*/*/*.c drivers/*.c)) \
	$(wildcard src/guard/rules*.c)
main_src := $(wildcard src/main/*.c)
unit_src := $(wildcard tests/unit/test_*.c)
support_src := $(wildcard tests/support/*.c)

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
PROGRAMS := $(B)/spaceheatd $(B)/spaceheat-guard $(B)/spaceheat $(B)/vectors $(B)/spaceheat-sqlite.so
UNITS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(unit_src))
FAULTS := $(B)/fault/crash $(B)/fault/house $(B)/fault/look $(B)/fault/fail.so

LIVE_SUITES := $(sort $(wildcard tests/live/*.sh))
SHORT_SUITES := $(filter-out %_long.sh,$(LIVE_SUITES))

.PHONY: help docs all deps build run test test-hardware test-systemd test-newcomer check live install-files deb mutations plots sim bench-latency bench-history fault crash fuzz fuzzers layers format lint install uninstall clean units
.DELETE_ON_ERROR:
.SECONDARY:

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo "  Variables: SAN=address,undefined|thread  CC=clang  DEPS=no  WERROR=no  PREFIX=$(PREFIX)"

# Looks for what is missing by what it provides; says the one line that helps, and runs it when it may.
deps: ## look for missing packages and install them (DEPS=no skips)
ifneq ($(DEPS),no)
	@missing=; broker=$$(command -v mosquitto || ls /usr/sbin/mosquitto 2>/dev/null); \
	command -v $(CC) >/dev/null && command -v $(AR) >/dev/null || missing=1; \
	command -v pkg-config >/dev/null || missing=1; \
	[ -z "$(FOREIGN)" ] || command -v dpkg-shlibdeps >/dev/null || missing=1; \
	[ -n "$(FOREIGN)" ] || { [ -n "$$broker" ] && command -v mosquitto_pub && command -v socat; } >/dev/null || missing=1; \
	[ -n "$$missing" ] || pkg-config --exists $(PKGS) $(GUARD_PKGS) cmocka || missing=1; \
	[ -n "$$missing" ] || echo '#include <MQTTClient.h>' | $(CC) -E -x c - >/dev/null 2>&1 || missing=1; \
	[ -z "$$missing" ] && exit 0; \
	line="apt-get install -y --no-install-recommends $(strip $(PACKAGES))"; \
	echo "Packages are missing. The line that installs them:"; \
	echo "  $(if $(FOREIGN),dpkg --add-architecture $(FOREIGN) && apt-get update && )$$line"; \
	if [ "$$(id -u)" = 0 ]; then sudo=; \
	elif sudo -n true 2>/dev/null; then sudo='sudo -n'; \
	elif [ -t 0 ] && command -v sudo >/dev/null; then sudo=sudo; \
	else echo "Run it as root, then again: make $(strip $(MAKECMDGOALS) $(MAKEOVERRIDES))   (DEPS=no skips this look)" >&2; exit 69; fi; \
	$(if $(FOREIGN),$$sudo dpkg --add-architecture $(FOREIGN);) \
	$$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $$sudo $$line || exit 69; \
	[ -n "$$broker" ] || $$sudo service mosquitto stop >/dev/null 2>&1 || true
endif

build: deps ## all programs, into build/
	@$(SUBMAKE) all

run: build ## the simulated house, its broker and its AtomicTNode, in this terminal
	@./run_local $(ARGS)

test: deps ## build with warnings as errors; all suites that take seconds
	@$(SUBMAKE) all units
	@tests/run_suites $(B) $(UNITS) -- tests/layers tests/sf_table $(SHORT_SUITES)

check: deps ## unit and property tests alone (with SAN=... too)
	@$(SUBMAKE) all units
	@tests/run_suites $(B) $(UNITS)

live: build ## longer suites: real broker, real signals
	@tests/run_suites $(B) $(LIVE_SUITES)

SEEDS ?= 20
DAYS ?= 151
sim: build ## simulated winters with normal and storm faults on all cores, all invariants (SEEDS=20 DAYS=151 HOUSE=; hours)
	@tests/sim/run $(B) $(SEEDS) $(DAYS) $(HOUSE)

bench-latency: build ## command to result over the broker, beside a bare echo (about 6 minutes)
	@$(SUBMAKE) $(B)/bench/bench_latency
	@tests/bench/bench_latency.sh $(B)

fault: build ## fail one call after another: memory, disk, bus, network, threads (about 10 minutes)
	@$(SUBMAKE) $(FAULTS)
	@bad=0; tests/fault/run $(B) || bad=1; tests/fault/real.sh $(B) || bad=1; exit $$bad

crash: deps ## a power cut at every write of a simulated day, as its database is left by it (ARGS="--help")
	@$(SUBMAKE) $(FAULTS)
	@$(B)/fault/crash $(ARGS)
	@$(B)/fault/crash --seconds 7200 --commit-s 60 --seed 2
	@$(B)/fault/crash --seconds 7200 --share --seed 3

bench-history: build ## bytes and time per reading beside other coders, the file of 28 days (TRACE=file.csv: a recorded one)
	@[ -n "$(ZSTD)" ] || echo "skip - zstd: libzstd-dev is not installed" >&2
	@$(SUBMAKE) $(B)/bench/bench_history
	@tests/bench/bench_history.sh $(B) $(TRACE)

plots: deps ## a cold January week under three controllers, drawn anew into docs/*.svg (needs gnuplot)
	@command -v gnuplot >/dev/null || { echo "skip - plots: gnuplot is not installed - run: apt-get install gnuplot-nox"; exit 0; }; \
	$(SUBMAKE) $(B)/bench/bench_week && mkdir -p $(B)/plots && for c in thermostat tou noisy; do \
		$(B)/bench/bench_week dw1.isone.me.oak.1 $$c 23 23 csv nobackup >$(B)/plots/$$c.csv || exit 1; done && \
	gnuplot -e "dir='$(B)/plots'; docs='docs'" tests/bench/week.gp

mutations: deps ## seeded defects (tests/mutations/list): each must make the test fail that is named with it
	@$(SUBMAKE) all units
	@tests/mutations/run $(B) $(NAMES)

test-hardware: build ## daemon and guard against a kernel's simulated GPIO and I2C, amd64 and arm64 (needs 2 GB, minutes)
	@DEPS=$(DEPS) tests/qemu/run

test-systemd: build ## the package in a Debian with systemd: install, kill, hang, upgrade, purge (about 5 minutes)
	@DEPS=$(DEPS) tests/qemu/run systemd

test-newcomer: ## make run and make test in a bare Debian 12 and a bare 13, as on a new machine (about 15 minutes)
	@DEPS=$(DEPS) tests/qemu/run newcomer

FUZZ_SECONDS ?= 900
fuzz: deps ## libFuzzer on all that reads what others wrote (FUZZ_SECONDS=900 each; TARGETS="message w1" for some)
	@command -v clang >/dev/null || { echo "make fuzz needs clang - run: apt-get install clang libclang-rt-dev" >&2; exit 69; }
	@$(SUBMAKE) CC=clang SAN=fuzzer-no-link,address,undefined DEPS=no \
		CFLAGS="-O1 -g -fno-sanitize-recover=undefined" fuzzers
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run build/variant-clang-fuzzer-no-link-address-undefined/fuzz $(TARGETS)

layers: deps ## prove the arrows between folders, by #include and nm
	@$(SUBMAKE) all
	@tests/layers $(B)

docs: build ## make the tables in docs/ anew from the program
	@tests/live/test_docs.sh $(B) --write

format: ## clang-format what differs from the last commit
	@git diff --name-only HEAD -- '*.c' '*.h' | xargs -r clang-format -i

lint: deps ## clang and cppcheck look at it all; shellcheck at the scripts
	@$(SUBMAKE) CC=clang DEPS=no all units
	@cppcheck -q --std=c11 --enable=warning,portability --error-exitcode=1 -Iinclude -Isrc --suppress=unknownMacro \
		--suppress=ctuuninitvar --suppress=uninitStructMember --suppress=autoVariables --suppress=invalidPointerCast src drivers
	@shellcheck -x -S warning run_local tests/run_suites tests/layers tests/sf_table tests/fuzz/run tests/mutations/run tests/fault/run tests/fault/real.sh tests/live/*.sh tests/qemu/run tests/qemu/bench tests/qemu/newcomer tests/qemu/*.sh systemd/deb/build .ci/run

install: build ## programs, unit, man pages and examples under PREFIX, user and groups (DESTDIR: files alone)
	@$(MAKE) --no-print-directory install-files
	@[ -n "$(DESTDIR)" ] || SPACEHEAT_FILES_ONLY=1 systemd/deb/postinst configure
	@[ -n "$(DESTDIR)" ] || echo "Now: edit /etc/spaceheat/spaceheat.cfg, then systemctl enable --now spaceheatd"

install-files:
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/spaceheat $(DESTDIR)/etc/spaceheat \
		$(DESTDIR)/usr/lib/systemd/system $(DESTDIR)/usr/lib/udev/rules.d
	install -m 755 $(B)/spaceheat $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(B)/spaceheatd $(B)/spaceheat-guard $(DESTDIR)$(PREFIX)/lib/spaceheat/
	install -m 644 $(B)/spaceheat-sqlite.so $(DESTDIR)$(PREFIX)/lib/spaceheat/
	for page in docs/*.[1578]; do \
		install -D -m 644 "$$page" "$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}"; done
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/run_local.1
	install -D -m 644 config/spaceheat.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/spaceheat
	sed 's,=/usr/lib/spaceheat,=$(PREFIX)/lib/spaceheat,' systemd/spaceheatd.service >$(DESTDIR)/usr/lib/systemd/system/spaceheatd.service
	install -m 644 systemd/60-spaceheat.rules $(DESTDIR)/usr/lib/udev/rules.d/
	[ -e $(DESTDIR)/etc/spaceheat/spaceheat.cfg ] || install -m 640 config/spaceheat.cfg $(DESTDIR)/etc/spaceheat/
	[ -e $(DESTDIR)/etc/spaceheat/houses.json ] || install -m 640 input_data/houses.json $(DESTDIR)/etc/spaceheat/

deb: build ## a Debian package (CC=aarch64-linux-gnu-gcc: for arm64)
	@systemd/deb/build $(B) $(VERSION) $(or $(FOREIGN),$(ARCH))

all: $(PROGRAMS)

# The commit is in one object only, so that a commit does not rebuild the tree.
$(B)/obj/src/main/spaceheat.o: EXTRA_CFLAGS = -DSPACEHEAT_COMMIT='"$(COMMIT)"'

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/libspaceheat.a: $(call obj,$(common_src))
	@rm -f $@ && $(AR) rcs $@ $^
$(B)/libguard.a: $(call obj,$(guard_src))
	@rm -f $@ && $(AR) rcs $@ $^
$(B)/libtest.a: $(call obj,$(support_src))
	@rm -f $@ && $(AR) rcs $@ $^

$(B)/spaceheatd: $(call obj,src/main/spaceheatd.c $(wildcard src/main/daemon_*.c)) $(B)/libspaceheat.a
	@echo "  LD    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$(B)/spaceheat: $(call obj,src/main/spaceheat.c $(wildcard src/main/cli_*.c)) $(B)/libspaceheat.a
	@echo "  LD    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
# Runs files of examples against this build: build/vectors KIND FILE.
$(B)/vectors: $(call obj,src/main/vectors.c) $(B)/libspaceheat.a
	@echo "  LD    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
# The guard links nothing but itself, its drivers, the bus they share with sensors, and two files of core: no JSON, no
# network, no database.
$(B)/spaceheat-guard: $(B)/obj/src/main/spaceheat-guard.o $(B)/libguard.a \
		$(call obj,src/core/err.c src/core/names.c drivers/i2c_linux.c drivers/gpio_chip.c)
	@echo "  LD    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(GUARD_LIBS)

# For the plain sqlite3 program: the block formats alone, and nothing of ours shown but the entry.
$(B)/pic/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $< (shared)"
	@$(CC) $(ALL_CFLAGS) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<
$(B)/spaceheat-sqlite.so: $(patsubst %,$(B)/pic/%.o,src/main/spaceheat-sqlite src/main/sqlite_result \
		$(addprefix src/core/history/,block bucket grid numbers schedule level coder varint crc32) src/core/channel)
	@echo "  LD    $@"
	@$(CC) $(ALL_LDFLAGS) $(if $(SAN),,-Wl,-z,defs) -shared -o $@ $^

$(B)/tests/%: $(B)/obj/tests/unit/%.o $(B)/libspaceheat.a $(B)/libguard.a $(B)/libtest.a
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $< $(B)/libtest.a -Wl,--start-group $(B)/libspaceheat.a $(B)/libguard.a -Wl,--end-group $(TEST_LIBS)

$(B)/bench/%: $(B)/obj/tests/bench/%.o $(B)/libspaceheat.a $(B)/libtest.a
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(B)/libtest.a $(B)/libspaceheat.a $(LIBS) $(BENCH_LIBS)
$(B)/bench/bench_history: $(call obj,$(wildcard tests/bench/history_*.c))
$(B)/bench/bench_history: BENCH_LIBS = $(if $(ZSTD),-lzstd)
$(B)/obj/tests/bench/history_rivals.o: EXTRA_CFLAGS = $(if $(ZSTD),-DHAVE_ZSTD)

$(B)/fault/fail.so: tests/fault/fail.c tests/fault/fail.h
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -std=gnu11 $(WARN) -O2 -g -fPIC -shared -pthread -fvisibility=default -o $@ $< -ldl
$(B)/fault/%: $(B)/obj/tests/fault/%.o $(B)/libspaceheat.a $(B)/libguard.a $(B)/libtest.a
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $< $(B)/libtest.a $(B)/libspaceheat.a $(B)/libguard.a $(TEST_LIBS)

$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/libspaceheat.a $(B)/libguard.a $(B)/libtest.a
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(B)/libtest.a $(B)/libguard.a $(B)/libspaceheat.a $(TEST_LIBS)

fuzzers: $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

units: $(UNITS) $(PROGRAMS) $(FAULTS)

clean: ## remove build/
	rm -rf build

-include $(shell find $(B) -type f -name '*.d' 2>/dev/null)

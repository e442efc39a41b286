#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs as root in a Debian with systemd (tests/qemu/bench -s): the package is installed, run, killed, hung, upgraded, removed and
# purged; what systemd and the kernel's simulated lines show is compared with what docs/install.md promises.
bad=0
ok() { echo "ok - $1"; }
not_ok() { echo "not ok - $1 ($2)"; bad=1; }
check() { what=$1; shift; if "$@" >/tmp/out 2>&1; then ok "$what"; else not_ok "$what" "$(tail -3 /tmp/out | tr '\n' ' ')"; fi; }
is() { [ "$2" = "$3" ] && ok "$1" || not_ok "$1" "$2, not $3"; }
prop() { systemctl show -P "$1" spaceheatd; }
line() { cat "$SIM/sim_gpio$1/value"; }
wait_for() { # SECONDS COMMAND...: until it succeeds
	n=$(($1 * 5)); shift
	until "$@" >/dev/null 2>&1; do n=$((n - 1)); [ $n -gt 0 ] || return 1; sleep 0.2; done
}
answers() { spaceheat relays; }

dpkg -i spaceheat_1.deb >/tmp/dpkg 2>&1 && ok "the package installs" || { not_ok "the package installs" "$(tail -3 /tmp/dpkg)"; exit 1; }
check "user and groups are there" sh -c 'id -nG spaceheat | grep -qw spaceheat && getent group gpio i2c spaceheat-operator'
wait_for 30 systemctl is-active spaceheatd
is "a fresh install is active" "$(prop ActiveState)" active
check "and says that it is not configured" sh -c 'spaceheat status 2>&1 | grep -q "not configured"'

cp houses.json /etc/spaceheat/houses.json
sed 's,/tmp/state,/var/lib/spaceheat,; s,/tmp/control.sock,/run/spaceheat/control.sock,' spaceheat.cfg >/etc/spaceheat/spaceheat.cfg
chgrp spaceheat /etc/spaceheat/*
sensor() {
	mkdir -p "/var/lib/w1/28-0000$1"
	printf '%s %s 4b 46 7f ff 0c 10 5e : crc=5e YES\n%s %s 4b 46 7f ff 0c 10 5e t=%s\n' "$2" "$3" "$2" "$3" "$4" >"/var/lib/w1/28-0000$1/w1_slave"
}
sensor 00000001 d0 02 45000; sensor 00000002 50 01 21000; sensor 00000003 b0 ff -5000
sed -i 's,/tmp/w1,/var/lib/w1,' /etc/spaceheat/spaceheat.cfg
check "the configuration is good" spaceheat -c /etc/spaceheat/spaceheat.cfg config check
systemctl restart spaceheatd
wait_for 40 answers
is "configured, it runs" "$(prop ActiveState)" active
is "as its own user" "$(stat -c %U /proc/"$(prop MainPID)")" spaceheat
case $(prop StatusText) in LocalControl*) ok "systemd shows the control mode" ;; *) not_ok "systemd shows the control mode" "$(prop StatusText)" ;; esac
level=$(systemd-analyze security --no-pager spaceheatd | sed -n 's/.*: \([0-9.]*\) .*/\1/p' | tail -1)
awk "BEGIN { exit !($level <= 2.5) }" && ok "exposure $level of at most 2.5" || not_ok "exposure at most 2.5" "$level"

spaceheat dispatch a.pump1.relay on --minutes 5 >/tmp/out 2>&1
wait_for 5 sh -c "[ \$(cat $SIM/sim_gpio3/value) = 1 ]"
is "a command reaches the line through the sandbox" "$(line 3)" 1
before=$(prop NRestarts)
kill -9 "$(prop MainPID)"
wait_for 3 sh -c "[ \$(cat $SIM/sim_gpio3/value) = 0 ]"
is "kill -9: the relay is in its fail state" "$(line 3)" 0
wait_for 40 answers
is "and the service is back" "$(prop NRestarts)" $((before + 1))

before=$(prop NRestarts)
kill -STOP "$(prop MainPID)"
wait_for 40 sh -c "[ \$(systemctl show -P NRestarts spaceheatd) -gt $before ]"
[ "$(prop NRestarts)" -gt "$before" ] && ok "a hung service is restarted by the watchdog" || not_ok "a hung service is restarted by the watchdog" "$(prop NRestarts)"
check "which the journal tells" sh -c 'journalctl -u spaceheatd --no-pager | grep -q "Watchdog timeout"'
wait_for 40 answers

spaceheat dispatch a.pump1.relay on --minutes 5 >/tmp/out 2>&1
wait_for 15 sh -c "[ \$(cat $SIM/sim_gpio3/value) = 1 ]"
dpkg -i spaceheat_2.deb >/tmp/dpkg 2>&1 || not_ok "the upgrade" "$(tail -3 /tmp/dpkg)"
wait_for 40 answers
is "after an upgrade it runs" "$(prop ActiveState)" active
check "as the new version" sh -c 'spaceheat --version | grep -q "^spaceheat 9.9"'
check "and the configuration is ours" grep -q w.bench.1 /etc/spaceheat/spaceheat.cfg
check "reload is taken" systemctl reload spaceheatd

systemctl stop spaceheatd
is "stopped: the relay is in its fail state" "$(line 3)" 0
is "and it ended in order" "$(prop Result)" success
dpkg -r spaceheat >/tmp/dpkg 2>&1
check "removing keeps history and configuration" sh -c 'test -e /var/lib/spaceheat/history.db && test -e /etc/spaceheat/spaceheat.cfg'
dpkg -P spaceheat >/tmp/dpkg 2>&1
check "purging takes both" sh -c '! test -e /var/lib/spaceheat && ! test -e /etc/spaceheat'
check "and the user" sh -c '! getent passwd spaceheat'
[ $bad = 0 ] || journalctl -u spaceheatd --no-pager -o short-monotonic | tail -60
exit $bad

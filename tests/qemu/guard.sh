#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs inside the machine of tests/qemu/bench (busybox sh): the real daemon and guard move lines of the kernel's simulated
# GPIO chip; each is read from the kernel's side. Relay 1 hangs on line 3, whose idle level energises it (pull-up); relay
# 2 on line 5 is active low; relay 3 is bit 0 of an MCP23008. A thermistor hangs on input 0 of an ADS1115 at 0x48, a flow meter on line 9.
cd /bench || exit 98
bad=0
ok() { echo "ok - $1"; }
not_ok() { echo "not ok - $1 ($2)"; bad=1; }
line() { cat "$SIM/sim_gpio$1/value"; }
up_ms() { read -r up _ </proc/uptime; echo "${up%.*}${up#*.}0"; }

sensor() { # ID LOW HIGH MILLI
	mkdir -p "/tmp/w1/28-0000$1"
	printf '%s %s 4b 46 7f ff 0c 10 5e : crc=5e YES\n%s %s 4b 46 7f ff 0c 10 5e t=%s\n' "$2" "$3" "$2" "$3" "$4" \
		>"/tmp/w1/28-0000$1/w1_slave"
}
sensor 00000001 d0 02 45000
sensor 00000002 50 01 21000
sensor 00000003 b0 ff -5000

# expect WHAT LINE VALUE TENTHS: the line has that value within so many tenths of a second.
expect() {
	n=0
	while [ "$(line "$2")" != "$3" ] && [ $n -lt "$4" ]; do sleep 0.1; n=$((n + 1)); done
	if [ "$(line "$2")" = "$3" ]; then ok "$1"; else not_ok "$1" "line $2 is $(line "$2")"; fi
}
start() {
	./spaceheatd -c spaceheat.cfg >"/tmp/$1.log" 2>&1 &
	daemon=$!
	n=0
	until ./spaceheat -s /tmp/control.sock relays >/dev/null 2>&1; do
		n=$((n + 1))
		[ $n -lt 60 ] || { not_ok "$1: the daemon answers" "$(tail -3 "/tmp/$1.log")"; echo "--- log"; cat "/tmp/$1.log"; exit 1; }
		sleep 0.5
	done
}
dispatch() { ./spaceheat -s /tmp/control.sock dispatch "$1" "$2" --minutes 5 >/tmp/answer 2>&1 || cat /tmp/answer; }
guard() { for d in /proc/[0-9]*; do [ "$(cat "$d/comm" 2>/dev/null)" = spaceheat-guard ] && echo "${d#/proc/}"; done; }

# keep WHAT: the trace so far goes to the log, with what was done, and a new one begins.
keep() {
	echo "trace: --- $1"
	sed -n 's/^ *\([^ ]*\) .* \([0-9.]*\): \(gpio_.*\)/trace: \2 \1 \3/p' $trace/trace
	: >$trace/trace
}

mount -t tracefs x /sys/kernel/tracing 2>/dev/null || mount -t debugfs x /sys/kernel/debug
trace=/sys/kernel/tracing
[ -d $trace/events ] || trace=/sys/kernel/debug/tracing
mount -t debugfs x /sys/kernel/debug 2>/dev/null
base=$(sed -n "s/^${CHIP##*/}: GPIOs \([0-9]*\)-.*/\1/p" /sys/kernel/debug/gpio)
echo pull-up >"$SIM/sim_gpio3/pull"
i2cset -y 0 0x20 0x00 0xff b
i2cset -y 0 0x48 0x00 0x8532 w	# 2.425 V, low byte first: 25 C
echo 1 >$trace/events/gpio/enable

start first
expect "at the start a relay that idles energised is off" 3 0 20
expect "at the start an active-low relay is off" 5 1 20
# The first thing that happens to a line is its level; nothing before anybody asked drove it to the other side.
first=$(grep "gpio_value: $((base + 3)) " $trace/trace | head -1)
case $first in *"set 0") ok "line 3: the level comes first, and is off" ;; *) not_ok "line 3: the level comes first" "$first" ;; esac
pulses=$(grep -c "gpio_value: $((base + 3)) set 1" $trace/trace)
[ "$pulses" = 0 ] && ok "no pulse at the start (kernel trace)" || not_ok "no pulse at the start" "$pulses"
[ "$(i2cget -y 0 0x20 0x00 b)" = 0xfe ] && ok "the board's bit 0 is an output" || not_ok "the board's bit 0 is an output" "$(i2cget -y 0 0x20 0x00 b)"

# reads WHAT NODE PATTERN: the service says that of the node within 15 s.
reads() {
	n=0
	until ./spaceheat -s /tmp/control.sock sensors "$2" 2>/dev/null | grep -qE "$3" || [ $n -ge 30 ]; do sleep 0.5; n=$((n + 1)); done
	if ./spaceheat -s /tmp/control.sock sensors "$2" | grep -qE "$3"; then ok "$1"; else not_ok "$1" "$(./spaceheat -s /tmp/control.sock sensors "$2" | tail -1)"; fi
}
reads "a thermistor is read over I2C" a.tank.temp1 '25\.0 .* good '
i2cset -y 0 0x48 0x00 0x0000 w
reads "its wires touch: short" a.tank.temp1 ' short '
reads "without pulses the flow is none" a.pump1.flow1 ' 0\.0 .* good '
(while [ ! -e /tmp/dry ]; do echo pull-down >"$SIM/sim_gpio9/pull"; echo pull-up >"$SIM/sim_gpio9/pull"; sleep 0.2; done) &
reads "pulses on its line are a flow" a.pump1.flow1 ' [1-9][0-9.]* .* good '
reads "of five pulses of 0.1 l a second, a few gallons a minute" a.pump1.flow1 ' [2-9]\.[0-9] .* good '
touch /tmp/dry

dispatch a.pump1.relay on
expect "a command moves line 3" 3 1 20
dispatch a.pump2.relay on
expect "a command moves line 5, active low" 5 0 20
dispatch a.elt1.relay on
case $(i2cget -y 0 0x20 0x0a b) in 0x01) ok "a command sets the board's latch" ;; *) not_ok "a command sets the board's latch" "$(i2cget -y 0 0x20 0x0a b) $(cat /tmp/answer)" ;; esac
sleep 1
dispatch a.pump1.relay off
expect "and back" 3 0 20
sleep 1
dispatch a.pump1.relay on
expect "and on again" 3 1 20

keep "commands"
old=$(guard)
kill -9 "$old"
n=0
while { [ -z "$(guard)" ] || [ "$(guard)" = "$old" ]; } && [ $n -lt 40 ]; do sleep 0.1; n=$((n + 1)); done
[ -n "$(guard)" ] && ok "a killed guard is back after $n tenths of a second" || not_ok "a killed guard is back" "none"
n=0
until grep -q "gpio_value: $((base + 3)) set" $trace/trace || [ $n -ge 40 ]; do sleep 0.1; n=$((n + 1)); done
first=$(grep "gpio_value: $((base + 3)) set" $trace/trace | head -1)
case $first in *"set 0") ok "its first act is the fail state" ;; *) not_ok "its first act is the fail state" "$first" ;; esac

dispatch a.pump1.relay on
expect "the relay is commanded again after the guard's death" 3 1 100
keep "the guard is killed, and started again by the daemon"
began=$(up_ms)
kill -9 $daemon
n=0
while [ -n "$(guard)" ] && [ $n -lt 40 ]; do sleep 0.1; n=$((n + 1)); done
[ -z "$(guard)" ] && ok "without its daemon the guard ends" || not_ok "without its daemon the guard ends" "still there"
last=$(grep "gpio_value: $((base + 3)) set" $trace/trace | tail -1)
at=$(echo "$last" | sed -n 's/.* \([0-9]*\)\.\([0-9]\{3\}\)[0-9]*: gpio_value.*/\1\2/p')
case $last in *"set 0") took=$((at - began)); [ $took -le 2000 ] && ok "fail state $took ms after kill -9 of the daemon, before the line is let go" ||
	not_ok "fail state within 2 s" "$took ms" ;;
*) not_ok "fail state before the line is let go" "$last" ;; esac

keep "the daemon is killed"
rm -f /tmp/control.sock
start second
expect "after the restart the relay is off" 3 0 20
kill -TERM $daemon
wait $daemon
status=$?
[ $status = 0 ] && ok "SIGTERM ends it with 0" || not_ok "SIGTERM ends it with 0" "$status"
keep "a new daemon, ended with SIGTERM"
[ $bad = 0 ] || { echo "--- first log"; tail -40 /tmp/first.log; echo "--- second"; tail -20 /tmp/second.log; }
exit $bad

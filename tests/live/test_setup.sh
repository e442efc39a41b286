#!/bin/bash
# SPDX-License-Identifier: MIT
# test_setup BUILD: `spaceheat setup` at a terminal (a pty made by python3): it shows what a warmed thermometer says, writes two
# files that the service takes, keeps the old ones, and leaves all as it was when it is broken off or the result is not good.
set -u
build=$(cd "${1:-build}" && pwd)
work=$(mktemp -d /tmp/spaceheat-setup-XXXXXX)
bad=0
ok() { echo "ok - $1"; }
not_ok() { echo "not ok - $1"; bad=1; tail -n 20 "$work/out" 2>/dev/null | sed 's/^/    /'; }
check() { if "${@:2}"; then ok "$1"; else not_ok "$1"; fi; }
trap 'rm -rf "$work"' EXIT
command -v python3 >/dev/null || { echo "skip - setup at a terminal (no python3)"; exit 0; }
unset SPACEHEAT_CONFIG SPACEHEAT_SOCKET

mkdir -p "$work/etc/conf.d" "$work/w1/28-0316a1" "$work/w1/28-0316a2"
warm() { # SENSOR HEX
	printf '%s 01 4b 46 7f ff 0c 10 74 : crc=74 YES\n%s 01 4b 46 7f ff 0c 10 74 t=0\n' "$2" "$2" >"$work/w1/28-$1/w1_slave"
}
warm 0316a1 70; warm 0316a2 50	# 23 C, 21 C
cat >"$work/etc/spaceheat.cfg" <<END
state_dir = "$work/state";
sensors: { w1_root = "$work/w1"; i2c_bus = "/dev/no-i2c"; };
guard: { i2c_bus = "/dev/no-i2c"; };
END
echo 'comfort: { setpoint_c = 20.5; };' >"$work/etc/conf.d/20-comfort.cfg"
chmod 750 "$work/etc/conf.d"

# Types each answer when its question is there. "!SENSOR HEX" warms one instead; a last "^C" or "^D" is that key.
cat >"$work/type.py" <<'END'
import os, pty, select, subprocess, sys, time
script, command = sys.argv[1], sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(command[0], command)
seen = b""
def wait_for(text):
    global seen
    until = time.time() + 30
    while text not in seen:
        if time.time() > until or not select.select([fd], [], [], 30)[0]:
            sys.exit("no \"%s\" in \"%s\"" % (text.decode(), seen[-300:].decode()))
        try:
            got = os.read(fd, 4096)
        except OSError:
            sys.exit("ended before \"%s\": \"%s\"" % (text.decode(), seen[-300:].decode()))
        sys.stdout.buffer.write(got)
        seen += got
    seen = seen[seen.index(text) + len(text):]
for line in open(script):
    question, _, answer = line.rstrip("\n").partition("|")
    wait_for(question.encode())
    if answer.startswith("!"):
        subprocess.run(["bash", "-c", "warm " + answer[1:]], check=True)
        answer = ""
    os.write(fd, b"\x03" if answer == "^C" else b"\x04" if answer == "^D" else (answer + "\n").encode())
while True:
    try:
        got = os.read(fd, 4096)
    except OSError:
        break
    if not got:
        break
    sys.stdout.buffer.write(got)
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
END
export -f warm
export work
talk() { # WANT, answers on standard input
	cat >"$work/script"
	python3 "$work/type.py" "$work/script" "$build/spaceheat" -c "$work/etc/spaceheat.cfg" setup >"$work/out" 2>&1
	local got=$?
	[ $got = "$1" ] || { echo "    exit $got, not $1"; return 1; }
}
says() { grep -qE -- "$1" "$work/out"; }
untouched() { [ "$(ls -A "$work/etc" "$work/etc/conf.d" | md5sum)" = "$listing" ]; }
listing=$(ls -A "$work/etc" "$work/etc/conf.d" | md5sum)

whole() { # HOST KEY
	cat <<END
AtomicTNode (like|w.bench.1
GNodeId|
Rooms that have|living
Thermometer 1 of 2|!0316$first 90
, +2.0 since it was first read|$1
Thermometer 2 of 2|store
first relay switches|element
gpio LINE|gpio 17
low level|
watts|4000 4800
breaker|breaker 7
next relay|
MQTT broker|$2
END
	[ -z "$2" ] || printf 'Encrypt|no\nIts port|\npublic key|unsigned\n'
	echo "write it if it is good|$3"
}
# Folders have no order: warm whichever is asked about first.
first=$("$build/spaceheat" -c "$work/etc/spaceheat.cfg" setup </dev/null | sed -n 's/^1-wire *28-0316\(a.\).*/\1/p' | head -1)
second=$([ "$first" = a1 ] && echo a2 || echo a1)
warm "0316$first" 70; warm "0316$second" 50

check "without a terminal it asks nothing" untouched
printf 'AtomicTNode (like|w.bench.1\nGNodeId|^C\n' | talk 130
check "Ctrl-C ends it, and nothing is written" untouched
check "... also at the end of the typing" talk 130 < <(printf 'AtomicTNode (like|^D\n')
check "a \"no\" at the end writes nothing" talk 0 < <(whole "room living" "" no)
check "... nothing at all" untouched
warm "0316$first" 70
check "what the service would refuse is not put in place: exit 78" talk 78 < <(whole "room living" 10.0.0.7 yes)
check "... with the reason" says 'allow_insecure_broker'
check "... and the configuration is as it was" [ ! -e "$work/etc/house.json" -a ! -e "$work/etc/conf.d/10-site.cfg" ]
warm "0316$first" 70
check "answers make a house" talk 0 < <(whole "room living" "" yes)
check "... it says what comes next" says 'spaceheat relay test --all'
check "... that the service takes" "$build/spaceheat" config check "$work/etc/spaceheat.cfg"
check "... with what was there kept" grep -q 20.5 <("$build/spaceheat" -c "$work/etc/spaceheat.cfg" config show comfort)
check "... and nothing left over" [ ! -e "$work/etc/setup.new" ]
check "the warmed one is in the room" grep -qE "\"HwUid\":[[:space:]]*\"0316$first\"" <(grep -A4 '"DisplayName":[[:space:]]*"a.rooms.living.temp1"' "$work/etc/house.json" | tail -n 5)
cp "$work/etc/house.json" "$work/before"
warm "0316$first" 70
check "asked again it writes again" talk 0 < <(whole "outdoor" "" yes)
check "... and keeps the old house" cmp -s "$work/before" "$work/etc/house.json.old"
check "... and the old settings" test -s "$work/etc/conf.d/10-site.cfg.old"
check "... the new ones are good" "$build/spaceheat" config check "$work/etc/spaceheat.cfg"
exit $bad

# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# live.sh: what the live suites share; sourced after `build`, `root` and `port` are set. Makes the folder $dir, which is
# removed at the end with everything that was started.
dir=$(mktemp -d /tmp/spaceheat-live-XXXXXX)
PATH=$build:/usr/sbin:$PATH
broker='' daemon='' others=''
H=dw1.isone.nh.orange.1
# shellcheck source=tests/support/checks.sh
. "$root/tests/support/checks.sh"
tail_of_logs() { tail -n 15 "$dir/daemon.log"; }
# A port that nobody serves.
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 50)); done

skip_all() {
	echo "skip - $1 ($2)"
	exit 0
}

# shellcheck disable=SC2317
clean() {
	# shellcheck disable=SC2086
	{
		kill -CONT $daemon $broker $others
		kill $daemon $broker $others
		wait
	} 2>/dev/null
	rm -rf "$dir"
}
trap clean EXIT

logged() { grep -qE -e "$1" "$dir/daemon.log"; }
not_logged() { ! logged "$1"; }
count() { grep -cE -e "$1" "$dir/daemon.log"; }
more_than() { [ "$(count "$1")" -gt "$2" ]; }
# A process that nobody has waited for yet has ended all the same.
gone() { ! grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null; }
# The guard of that service, straight from /proc: a minimal system has no pgrep.
guard_of() {
	grep -lsE "^PPid:[[:space:]]*$1\$" /proc/[0-9]*/status | while read -r f; do
		grep -qE '^State:.[^ZX]' "$f" && f=${f#/proc/} && echo "${f%/status}"
	done
}
has_guard() { [ -n "$(guard_of "$1")" ]; }

# start_broker [LINE...]: a private mosquitto; lines are added to its configuration.
start_broker() {
	printf 'set_tcp_nodelay true\npersistence false\nlistener %d 127.0.0.1\n' "$port" >"$dir/broker.conf"
	[ "$(id -u)" != 0 ] || echo 'user root' >>"$dir/broker.conf"
	case "$*" in *allow_anonymous*) ;; *) echo 'allow_anonymous true' >>"$dir/broker.conf" ;; esac
	printf '%s\n' "$@" >>"$dir/broker.conf"
	mosquitto -v -c "$dir/broker.conf" >"$dir/broker.log" 2>&1 &
	broker=$!
	until_true 5 grep -q 'Opening ipv4 listen socket' "$dir/broker.log"
}
stop_broker() {
	kill "$broker" && wait "$broker" 2>/dev/null
	broker=''
}

# start_daemon [NAME=VALUE...]: with that environment, and the options in daemon_options.
daemon_options=()
start_daemon() {
	: >"$dir/daemon.log"
	env "$@" spaceheatd "${daemon_options[@]}" -c "$dir/spaceheat.cfg" >>"$dir/daemon.log" 2>&1 &
	daemon=$!
}
stop_daemon() {
	kill "$daemon"
	wait "$daemon"
}
kill_daemon() {
	kill -9 "$daemon"
	{ wait "$daemon"; } 2>/dev/null
}

# write_config [LINE...]: the simulated house of the demo, on $port, at speed 1; lines are added at the end.
write_config() {
	cat >"$dir/spaceheat.cfg" <<END
house = "$H"; simulated = true; state_dir = "$dir/state"; houses_file = "$root/input_data/houses.json";
uplink: { host = "127.0.0.1"; port = $port; tls = false; reconnect_max_s = 5; };
contract: { allow_unsigned_contract = true; };
roles: { store = [ "a.tank.temp0", "a.tank.temp1", "a.tank.temp2", "a.tank.temp3", "a.tank.temp4" ];
  supply = "a.tank.out.temp1"; return_pipe = "a.tank.in.temp1"; flow = "a.tank.out.flowmeter1";
  outdoor = "a.outdoors.temp1"; meter = "a.m"; };
zones = ( { name = "garage"; sensor = "a.tank.out.pump.allradiators.garage.temp1"; critical = true;
  pump = "a.tank.out.pump.relay"; control = "service"; } );
relays = ( { node = "a.elt1.relay"; kind = "element"; fail_state = "open"; expected_w = [ 4000, 4800 ]; },
  { node = "a.tank.out.pump.relay"; kind = "pump"; fail_state = "open"; expected_w = [ 30, 90 ]; } );
comfort: { setpoint_c = 18.0; schedule = ( ); };
guard: { relay_min_interval_s = 2; start_delay_max_s = 0; };
sim: { seed = 1; speed = 1.0; start = "2027-01-14T05:55-05:00"; };
END
	printf '%s\n' "$@" >>"$dir/spaceheat.cfg"
}
# change FROM TO: in the configuration.
change() { sed -i "s|$1|$2|" "$dir/spaceheat.cfg"; }
atn() { spaceheat -c "$dir/spaceheat.cfg" atn "$@"; }

# The simulated relays are bytes of a memory that service and guard share. hold_relays keeps it open, so that what the last
# of them left there can be seen after both have gone.
hold_relays() { exec 9<"/proc/$(guard_of "$daemon")/fd/4"; }
relays() { od -An -tu1 -N2 "/proc/$$/fd/9" | tr -d ' \n'; }
relays_are() { [ "$(relays)" = "$1" ]; }

# build_tool NAME: of tests/live/NAME.c, into $dir.
build_tool() { ${CC:-gcc} -std=gnu11 -O1 -Wall -Wextra "${@:2}" -o "$dir/$1" "$root/tests/live/${1%.so}.c"; }

# --- on the broker
pub() { mosquitto_pub -h 127.0.0.1 -p $port -q 1 -t "$1" -m "$2" "${@:3}"; }
# heard FILE: lines that came, but for those that only showed that the subscription is there.
heard() { grep -vcE '^(ready|7265616479)$' "$1"; }
# listen FILE TOPIC [OPTION...]: a subscriber, surely subscribed, writes to FILE; its pid is in $sub.
listen() {
	local file=$1 topic=$2
	shift 2
	: >"$file"
	mosquitto_sub -h 127.0.0.1 -p $port -t "$topic" -t test/ready -R "$@" >"$file" 2>/dev/null &
	sub=$!
	until_true 10 ready "$file"
}
ready() { mosquitto_pub -h 127.0.0.1 -p $port -t test/ready -m ready && [ -s "$1" ]; }

#!/bin/bash
# SPDX-License-Identifier: MIT
# test_signed BUILD: a house that wants signatures, with the real spaceheatd and a real mosquitto: signed messages work,
# unsigned and falsely signed ones do nothing, and the keys are said where somebody needs them.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d /tmp/spaceheat-live-XXXXXX)
port=18874
H=dw1.isone.nh.orange.1
PATH=$build:/usr/sbin:$PATH
broker='' daemon='' bad=0

ok() { echo "ok - $1"; }
not_ok() {
	echo "not ok - $1"
	bad=1
	tail -n 15 "$dir/daemon.log" | sed 's/^/    /'
}
check() { if "${@:2}"; then ok "$1"; else not_ok "$1"; fi; }
# shellcheck disable=SC2317
clean() {
	kill $daemon $broker 2>/dev/null
	wait 2>/dev/null
	rm -rf "$dir"
}
trap clean EXIT
until_true() {
	local end=$((SECONDS + $1))
	shift
	while ! "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}
logged() { grep -qE "$1" "$dir/daemon.log"; }
atn() { spaceheat -c "$dir/spaceheat.cfg" atn "$@"; }
new_key() { (umask 077; head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$1"); }

printf 'listener %d 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence false\n' $port >"$dir/broker.conf"
[ "$(id -u)" != 0 ] || echo 'user root' >>"$dir/broker.conf"
mosquitto -c "$dir/broker.conf" >"$dir/broker.log" 2>&1 &
broker=$!
until_true 5 mosquitto_pub -h 127.0.0.1 -p $port -t x -m x 2>/dev/null
mkdir "$dir/state"
: >"$dir/daemon.log"
new_key "$dir/atn.key"
new_key "$dir/other.key"
new_key "$dir/house.key"
cat >"$dir/spaceheat.cfg" <<END
house = "$H"; simulated = true; state_dir = "$dir/state"; houses_file = "$root/input_data/houses.json";
uplink: { host = "127.0.0.1"; port = $port; tls = false; reconnect_max_s = 5; };
contract: { allow_unsigned_contract = true; };
roles: { store = [ "a.tank.temp0" ]; meter = "a.m"; };
zones = ( { name = "garage"; sensor = "a.tank.out.pump.allradiators.garage.temp1"; critical = true;
  pump = "a.tank.out.pump.relay"; control = "service"; } );
relays = ( { node = "a.elt1.relay"; kind = "element"; fail_state = "open"; expected_w = [ 4000, 4800 ]; },
  { node = "a.tank.out.pump.relay"; kind = "pump"; fail_state = "open"; expected_w = [ 30, 90 ]; } );
comfort: { setpoint_c = 18.0; schedule = ( ); };
guard: { relay_min_interval_s = 1; };
sim: { seed = 1; speed = 20.0; start = "2027-01-14T05:55-05:00"; };
END
key=$(atn key --key "$dir/atn.key")
house_key=$(atn key --key "$dir/house.key")
check "atn key prints the public half" grep -qxE 'ed25519:[A-Za-z0-9+/]{43}=' <<<"$key"
sed -i "s|^contract: .*|contract: { atn_key = \"$key\"; house_key_file = \"house.key\"; };|" "$dir/spaceheat.cfg"
chmod 644 "$dir/house.key"
spaceheatd -c "$dir/spaceheat.cfg" --check 2>"$dir/check"
check "a house key that others can read is refused" grep -q 'contract.house_key_file .* chmod 600' "$dir/check"
chmod 600 "$dir/house.key"

spaceheatd -c "$dir/spaceheat.cfg" >"$dir/daemon.log" 2>&1 &
daemon=$!
check "it starts without allow_unsigned_contract" until_true 10 logged 'I LINK'
check "it says the public half of its own key" logged "public key ${house_key//+/[+]}"
check "and does not say UNSIGNED_OK" [ "$(grep -c UNSIGNED_OK "$dir/daemon.log")" = 0 ]
atn offer -p >/dev/null 2>&1
check "an unsigned offer is refused as such" until_true 5 logged 'REFUSED.*Unsigned: dispatch.contract.offer.100'
atn offer -p --key "$dir/other.key" >/dev/null 2>&1
check "one with another key too" until_true 5 logged 'REFUSED.*BadSignature: dispatch.contract.offer.100'
mosquitto_sub -h 127.0.0.1 -p $port -C 1 -W 10 -t $H.ta.scada/dispatch.contract.answer.100 >"$dir/answer" &
sub=$!
sleep 0.2
check "a signed offer is accepted" grep -q Accepted <(atn offer -p --key "$dir/atn.key" 2>&1)
wait $sub
check "the answer is signed" grep -qE '"Sig":"[A-Za-z0-9+/]{86}=="}$' "$dir/answer"
check "so is the retained state" grep -q '"Sig":' <(mosquitto_sub -h 127.0.0.1 -p $port -C 1 -W 5 -t $H.ta.scada/scada.state.100)
check "a signed beat brings RemoteControl" grep -q RemoteControl <(atn beat -p --key "$dir/atn.key" 2>&1)
atn dispatch a.elt1.relay on -p >/dev/null 2>&1
check "an unsigned dispatch is refused" until_true 5 logged 'REFUSED.*Unsigned: gt.dispatch.boolean.100'
check "a signed one is done" grep -q Done <(atn dispatch a.elt1.relay off -p --key "$dir/atn.key" 2>&1)
check "and nothing else moved by its hand" [ "$(grep -c 'by atn' "$dir/daemon.log")" = 1 ]

check "a signed end ends it" grep -q TerminatedByAtn <(atn end -p --key "$dir/atn.key" 2>&1)

# --- the reference AtomicTNode with a key --------------------------------------------------------------------
contracts=$(grep -cE 'CONTRACT: (Pending|Live)' "$dir/daemon.log")
another_contract() { [ "$(grep -cE 'CONTRACT: (Pending|Live)' "$dir/daemon.log")" -gt "$contracts" ]; }
spaceheat -c "$dir/spaceheat.cfg" atn run --key "$dir/atn.key" >"$dir/atn.log" 2>&1 &
agent=$!
check "atn run --key gets its contract" until_true 40 another_contract
kill $agent $daemon
wait $agent $daemon 2>/dev/null
daemon=
exit $bad

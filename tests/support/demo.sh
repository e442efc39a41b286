# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# demo.sh: what the suites that ask a running demo share; sourced after `build` and `root` are set. Makes the folder $work,
# which is removed at the end; the demo's state is in $work/state, its socket is $sock.
# shellcheck source=tests/support/checks.sh
. "$root/tests/support/checks.sh"
work=$(mktemp -d /tmp/spaceheat-demo-XXXXXX)
sock=$work/state/control.sock
export SPACEHEAT_BUILD=$build SPACEHEAT_CONFIG=$work/state/spaceheat.cfg PATH=$build:/usr/sbin:$PATH
demo='' others=''
tail_of_logs() { tail -n 5 "$work/out" "$work/err" "$work/demo.log"; }

# shellcheck disable=SC2317
clean() {
	# shellcheck disable=SC2086
	[ -z "$others" ] || kill $others 2>/dev/null
	[ -z "$demo" ] || finish
	rm -rf "$work"
}
trap clean EXIT

# begin LINE OPTION...: the demo with those options, until it has said that line. A job in the background ignores SIGINT, and
# what is ignored at the start of a shell stays so; hence env.
begin() {
	env --default-signal=INT "$root/run_local" --plain --speed 60 --keep "$work/state" "${@:2}" >"$work/demo.log" 2>&1 &
	demo=$!
	until_true 60 logged_or_gone "$1"
	logged "$1" || { not_ok "the demo says $1"; exit 1; }
}
logged() { grep -qE -- "$1" "$work/demo.log"; }
logged_or_gone() { logged "$1" || ! kill -0 "$demo" 2>/dev/null; }
# Ctrl-C. Its exit code.
finish() {
	local status
	kill -INT "$demo" 2>/dev/null
	wait "$demo" 2>/dev/null
	status=$?
	demo=''
	return $status
}
# run EXIT COMMAND...: ends with that; what it said is in out and err.
run() {
	local want=$1 got
	shift
	timeout 60 "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	[ $got = "$want" ] || { echo "    exit $got, not $want"; return 1; }
}
says() { grep -qE -- "$1" "$work/out"; }
tells() { grep -qE -- "$1" "$work/err"; }

#!/bin/bash
# SPDX-License-Identifier: MIT
# test_links BUILD: brokers that refuse us, that others take from us, that hang, and that we must not trust (SF-50, SF-51,
# SF-55, SF-56); the real spaceheatd with a real mosquitto. Each check waits for an event with a limit, never for a time.
set -u
build=$(cd "${1:-build}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
port=18892
# shellcheck source=tests/support/live.sh
. "$root/tests/support/live.sh"
mkdir "$dir/state"
H=dw1.isone.nh.orange.1
connected() { logged ' I LINK: (connected|regained)'; }
# The last word about the link.
link_up() { grep -E ' (LINK|ID_IN_USE|TLS): ' "$dir/daemon.log" | tail -n 1 | grep -qE ' I LINK: (connected|regained)'; }
link_down() { ! link_up; }
heated() { logged ' I RELAY a.elt1.relay: on by local'; }
uplink() { write_config 'sensors: { poll_s = 1; };' && change 'reconnect_max_s = 5;' "reconnect_max_s = 5; $1"; }
reload() { kill -HUP "$daemon"; }

# --- credentials (SF-55) --------------------------------------------------------------------------------------
printf 'house:right\n' >"$dir/users" && mosquitto_passwd -U "$dir/users" && chmod 644 "$dir/users"
echo wrong >"$dir/secret" && chmod 600 "$dir/secret"
uplink 'username = "house"; password_file = "'"$dir/secret"'";'
start_broker 'allow_anonymous false' "password_file $dir/users"
start_daemon
check "a wrong password is reported for a person to mend" until_true 10 logged ' E AUTH: .*check uplink.username and password_file'
refusals() { grep -c 'Client.*disconnected, not authori' "$dir/broker.log"; }
was=$(refusals)
check "the house is heated meanwhile" until_true 30 heated
check "the password is not tried again at once: brokers lock out who does" [ "$(refusals)" -le "$was" ]
check "it is in no line" not_logged wrong
echo right >"$dir/secret"
reload
check "once mended, a reload connects at once" until_true 10 connected
stop_daemon
stop_broker

# --- a subscription that is refused (SF-55) --------------------------------------------------------------------------
plugin=$(ls /usr/lib/*/mosquitto_dynamic_security.so 2>/dev/null | head -n 1)
uplink ''
if [ -n "$plugin" ]; then
	echo '{"defaultACLAccess":{"publishClientSend":true,"publishClientReceive":true,"subscribe":false,"unsubscribe":true}}' >"$dir/acl.json"
	start_broker 'allow_anonymous true' "plugin $plugin" "plugin_opt_config_file $dir/acl.json"
	start_daemon
	check "a refused subscription is reported with its topic" until_true 10 logged " E SUB_REFUSED: .*$H/\+"
	check "and is no connection: the mode is LocalControl" not_logged 'RemoteControl'
	stop_daemon
	stop_broker
else
	echo "skip - a refused subscription (mosquitto without its dynamic security plugin)"
fi

# --- somebody else with our name (SF-55) --------------------------------------------------------------------------------
start_broker
start_daemon
until_true 10 connected
while :; do mosquitto_sub -h 127.0.0.1 -p $port -i "$H.ta.scada" -t x -E >/dev/null 2>&1 || sleep 0.2; done &
others=$!
check "a client id that another uses is reported as critical, with its name" until_true 60 logged " C ID_IN_USE: .*$H.ta.scada"
kill $others && wait $others 2>/dev/null
others=''
check "when the other stops we are connected again" until_true 60 link_up

# --- a broker that hangs (SF-51) ---------------------------------------------------------------------------------------------
stop_daemon
start_daemon	# its log begins anew: a repeated line is held back for a minute
until_true 10 link_up
kill -STOP "$broker"
check "a broker that hangs is noticed within 45 s" until_true 45 link_down
kill -CONT "$broker"
check "and found again when it goes on" until_true 30 link_up
stop_daemon
stop_broker

# --- whom we trust (SF-56) -----------------------------------------------------------------------------------------------------
if ! command -v openssl >/dev/null; then
	echo "skip - TLS (no openssl)"
	exit $bad
fi
pki() { (cd "$dir" && openssl "$@" 2>>openssl.log); }
key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
# certificate NAME SUBJECT-ALTERNATIVE-NAME FROM UNTIL: signed by ca.pem.
certificate() {
	echo "subjectAltName=$2" >"$dir/$1.ext"
	# shellcheck disable=SC2086
	pki req $key -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" &&
		pki ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -in "$1.csr" -startdate "$3" -enddate "$4" -extfile "$1.ext" -out "$1.pem"
}
authority() {
	# shellcheck disable=SC2086
	pki req -x509 $key -days 3 -keyout "$1.key" -out "$1.pem" -subj "/CN=$1" "${@:2}"
}
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n' >"$dir/ca.cnf"
: >"$dir/index" && echo 01 >"$dir/serial"
now=$(date -u -d '-1 day' +%Y%m%d%H%M%SZ) later=$(date -u -d '+2 days' +%Y%m%d%H%M%SZ)
authority ca && authority stranger && authority self -addext subjectAltName=IP:127.0.0.1
certificate good IP:127.0.0.1 "$now" "$later"
certificate expired IP:127.0.0.1 20200101000000Z 20200201000000Z
certificate early IP:127.0.0.1 20900101000000Z 20910101000000Z
certificate elsewhere DNS:elsewhere.example "$now" "$later"
yesterday=$(date -u -d '-1 day' +%Y-%m-%d) soon=$(date -u -d '+2 days' +%Y-%m-%d) later_day=$(date -u -d '+3 days' +%Y-%m-%d)
secure() { uplink 'ca_file = "'"$dir/$1.pem"'";' && change 'tls = false' 'tls = true'; }
# refused WHAT CERTIFICATE CA WHY FROM UNTIL: of the certificate's subject the line names the first 24 letters.
today=$(date -u +%Y-%m-%d)
refused() {
	start_broker 'allow_anonymous true' "certfile $dir/$2.pem" "keyfile $dir/$2.key"
	secure "$3"
	start_daemon
	line=" E TLS: certificate $4: 127.0.0.1:$port subject=$2 valid=$5\.\.$6 now=$today clock=trusted - check "
	check "$1 is refused: subject, dates, the time, and whether it is trusted" until_true 15 logged "$line"
	check "and never connected to" not_logged 'I LINK: connected'
	stop_daemon
	stop_broker
}
refused "an expired certificate" expired ca expired 2020-01-01 2020-02-01
refused "a certificate of the future" early ca "not yet valid" 2090-01-01 2091-01-01
refused "a certificate of another host" elsewhere ca "of another host" "$yesterday" "$soon"
refused "a certificate of an authority we do not know" good stranger "of an unknown authority" "$yesterday" "$soon"
refused "a self-signed certificate" self ca self-signed "$today" "$later_day"
start_broker 'allow_anonymous true' "certfile $dir/good.pem" "keyfile $dir/good.key"
secure ca
start_daemon
check "the right certificate connects" until_true 15 connected
secure stranger
reload
check "a reload holds the same broker against other authorities" until_true 15 logged ' E TLS: '
secure ca
reload
check "and back" until_true 15 link_up
# ours ENDS: a certificate of our own that ends then, under the one name.
ours() { certificate mine DNS:house "$now" "$(date -u -d "$1" +%Y%m%d%H%M%SZ)"; }
# warned ENDS LINE
warned() {
	ours "$1"
	stop_daemon
	start_daemon
	until_true 10 logged "$2"
}
ours '+40 days'
secure ca
change 'ca_file' "cert_file = \"$dir/mine.pem\"; key_file = \"$dir/mine.key\"; ca_file"
reload
until_true 15 logged ' I RELOAD: taken over'
until_true 15 link_up
check "our own certificate is no matter while it is good for long" not_logged ' CERT: '
check "30 days before its end it is a warning" warned '+29 days' ' W CERT: our certificate ends within 30 days .* - renew it'
check "7 days before too" warned '+6 days' ' W CERT: our certificate ends within 7 days '
check "a day before its end it is an error" warned '+20 hours' ' E CERT: our certificate ends within a day '
ours '+90 days'
reload
check "once renewed under its old name, a reload is enough" until_true 10 logged ' I CERT: our certificate is good '
stop_daemon
exit $bad

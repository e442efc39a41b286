#!/bin/bash
# SPDX-License-Identifier: MIT
# test_history_form.sh BUILD: can the record be read by others? A second reader, written from docs/history.md, and the
# plain sqlite3 program with the extension.
set -u
build=$(cd "${1:-build}" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
bad=0

if command -v python3 >/dev/null; then
	python3 "$here/history_form.py" || bad=1
	python3 "$here/history_form.py" | grep -q '^not ok' && bad=1
else
	echo "skip - a second reader of blocks (python3 is not installed)"
fi

if command -v sqlite3 >/dev/null; then
	answer=$(sqlite3 -cmd ".load $build/spaceheat-sqlite" :memory: "SELECT count(*) FROM pragma_module_list
		WHERE name IN ('reading_exact','reading_minute','reading_quarter','reading_day','row_damaged')" 2>&1)
	if [ "$answer" = 5 ]; then echo "ok - the sqlite3 program loads the extension"
	else bad=1; echo "not ok - the sqlite3 program loads the extension: $answer"; fi
	answer=$(sqlite3 -cmd ".load $build/spaceheat-sqlite" :memory: "SELECT count(*) FROM reading_exact" 2>&1)
	case $answer in
	*"this is no history.db"*) echo "ok - another file is refused with a sentence" ;;
	*) bad=1; echo "not ok - another file is refused with a sentence: $answer" ;;
	esac
else
	echo "skip - the extension in the sqlite3 program (not installed)"
fi
exit $bad

#!/usr/bin/env bash
# How quickly a store of a million runs answers, beside MLflow's own search if its
# environment is there (make demo makes it). Takes the flags of bench/index: -n 10000
# for a smaller one. A million runs take about 14 GB below TMPDIR, and half an hour.
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/env.sh"
cd "$root"
peer=()
[ -x "$venv/bin/python" ] && peer=(-python "$venv/bin/python")
exec go run ./bench/index "${peer[@]}" "$@"

#!/usr/bin/env bash
# What lineage run adds to a command that does nothing, beside the peers that are
# installed (pip install datalad roar-cli; datalad needs git-annex). Takes the flags
# of bench/overhead.
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/env.sh"
build
cd "$root"
exec go run ./bench/overhead "$@" "$bin/lineage"

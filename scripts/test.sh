#!/usr/bin/env bash
# Everything that has to hold: lint, the demo, the tests. All of it runs, whatever
# fails on the way; the lines of go test come last.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

failed=()
title() { printf '\n== %s\n' "$*"; }

title "lint, and the virtual environments beside it"
{ make_venv && make_tools; } &
bash scripts/lint.sh || failed+=(lint)
wait $! || die "Nothing else can be tested without the virtual environments."
export LINEAGE_TEST_PYTHON=$venv/bin/python LINEAGE_TEST_TOOLS=$tools/bin/python

title "demo"
bash examples/penguins/demo.sh || failed+=(demo)

race=(-race)
if ! CGO_ENABLED=1 go build -race runtime/cgo 2>/dev/null; then
    race=()
    echo "No C compiler was found, so the tests run without the race detector." >&2
fi
title "go test ${race[*]-} ./..."
go test ${race[@]+"${race[@]}"} ./... || failed+=("go test")

[ ${#failed[@]} = 0 ] || { printf '\nFAILED:' && printf ' %s;' "${failed[@]}" && echo && exit 1; } >&2

#!/usr/bin/env bash
# Everything that has to hold: lint, the demo, the tests. All of it runs, whatever
# fails on the way; the lines of go test come last.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

# find_browser sees to it that the evidence page can be looked at: Debian's Chromium is
# installed where there is none and we may, and otherwise it is said what is needed.
find_browser() {
    local name sudo=()
    for name in "${LINEAGE_TEST_BROWSER:-}" chromium chromium-browser google-chrome; do
        [ -z "$name" ] || ! command -v "$name" >/dev/null || return 0
    done
    [ "$(id -u)" = 0 ] || sudo=(sudo -n)
    if command -v apt-get >/dev/null && { [ ${#sudo[@]} = 0 ] || sudo -n true 2>/dev/null; }; then
        echo "Installing Chromium, in which the evidence page is looked at." >&2
        ${sudo[@]+"${sudo[@]}"} apt-get update -q >&2 || true
        DEBIAN_FRONTEND=noninteractive ${sudo[@]+"${sudo[@]}"} apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core >&2 && return
    fi
    echo "No Chromium or Chrome was found, and the tests of the evidence page will fail. Install one (Debian: apt-get install chromium), or name it in LINEAGE_TEST_BROWSER." >&2
}

failed=()
title() { printf '\n== %s\n' "$*"; }

title "lint, and the virtual environments beside it"
{ make_venv && make_tools; } &
environments=$!
bash scripts/lint.sh || failed+=(lint)
find_browser
wait $environments || die "Nothing else can be tested without the virtual environments."
export LINEAGE_TEST_PYTHON=$venv/bin/python LINEAGE_TEST_TOOLS=$tools/bin/python

title "demo"
bash examples/penguins/demo.sh || failed+=(demo)

race=(-race)
if ! CGO_ENABLED=1 go build -race runtime/cgo 2>/dev/null; then
    race=()
    echo "No C compiler was found, so the tests run without the race detector." >&2
fi
title "go test ${race[*]-} ./..."
go test -timeout 40m ${race[@]+"${race[@]}"} ./... || failed+=("go test")

[ ${#failed[@]} = 0 ] || { printf '\nFAILED:' && printf ' %s;' "${failed[@]}" && echo && exit 1; } >&2

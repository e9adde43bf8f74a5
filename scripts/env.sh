# Sourced by the scripts: where things are kept, a Python that serves, and a Go
# that works without a home. Sets root, cache, bin and venv.
set -euo pipefail

die() {
    printf '%s\n' "$@" >&2
    exit 1
}

usable() { [[ $1 == /* ]] && mkdir -p "$1" 2>/dev/null && [ -w "$1" ]; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# Everything that is made stands in the clone, or, in a clone that someone else
# owns, in a folder of one's own.
cache=$root/.cache
bin=$root/bin
if ! usable "$cache" || ! usable "$bin"; then
    cache=${TMPDIR:-/tmp}/lineage-$(id -u)
    mkdir -m 700 -p "$cache"
    [ -O "$cache" ] && [ ! -L "$cache" ] || die "$cache belongs to another user; set TMPDIR to a folder of yours."
    bin=$cache/bin
    mkdir -p "$bin"
fi

for tool in go git; do
    command -v "$tool" >/dev/null || die "$tool is needed and was not found."
done

usable "$(go env GOCACHE 2>/dev/null || true)" || export GOCACHE=$cache/go-build
if ! usable "$(go env GOMODCACHE 2>/dev/null || true)" || ! usable "$(go env GOPATH)"; then
    export GOPATH=$cache/go GOMODCACHE=$cache/go/mod GOFLAGS="${GOFLAGS:-} -modcacherw"
fi
usable "${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}" || export PIP_NO_CACHE_DIR=1 STATICCHECK_CACHE=$cache/staticcheck
# git reads no repository of another user's, so neither can the version stamp.
git -C "$root" rev-parse --git-dir >/dev/null 2>&1 || export GOFLAGS="${GOFLAGS:-} -buildvcs=false"

# find_python sets python to the first interpreter that requirements.lock serves.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.10 python3.14}; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
            python=$(command -v "$candidate")
            return
        fi
    done
    die "Python 3.10 to 3.14 is needed; PYTHON=… names one that is not on the PATH as python3."
}

# make_venv makes the virtual environment of the example's lock file.
venv=$cache/venv
make_venv() {
    find_python
    "$python" "$root/scripts/venv.py" "$root/examples/penguins/requirements.lock" "$venv" >&2
}

# make_tools makes another one, of what only tests need: an S3 server.
tools=$cache/tools
make_tools() {
    find_python
    "$python" "$root/scripts/venv.py" "$root/scripts/requirements-test.lock" "$tools" >&2
}

build() {
    local stamp=auto # whatever GOFLAGS says: a verdict is to name the commit that gave it
    git -C "$root" rev-parse --git-dir >/dev/null 2>&1 || stamp=false
    (cd "$root" && CGO_ENABLED=0 go build -trimpath -buildvcs="$stamp" -o "$bin/" ./cmd/lineage)
}

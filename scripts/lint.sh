#!/usr/bin/env bash
# gofmt, go vet here and for the systems that the tests do not run on, staticcheck.
# Runs all of them, and ends with 1 if one of them found something.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

status=0
check() {
    local start=$SECONDS
    if "${@:2}"; then
        printf 'ok      %-16s %ds\n' "$1" $((SECONDS - start))
    else
        printf 'FAILED  %-16s %ds\n' "$1" $((SECONDS - start))
        status=1
    fi
}

formatted() {
    local files
    files=$(find . -path './.?*' -prune -o -name '*.go' -print0 | xargs -0 gofmt -l)
    [ -z "$files" ] || { printf 'gofmt -w %s\n' $files && return 1; }
}

foreign_vet() { GOOS=$1 GOARCH=${2} CGO_ENABLED=0 go vet ./...; }

check gofmt formatted
check 'go vet' go vet ./...
check 'go vet darwin' foreign_vet darwin arm64
check 'go vet windows' foreign_vet windows amd64
check staticcheck go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
exit $status

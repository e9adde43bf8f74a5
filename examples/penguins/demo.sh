#!/usr/bin/env bash
# The main job, end to end: two steps of a real training are recorded, the model that
# they register is verified, traced and reported, and fails once its data or its bytes
# were changed.
#
#     make demo            ends with 0 only if every step ended as it should
#     make demo KEEP=1     leaves the working folder, to look around in
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/env.sh"

example=$root/examples/penguins
stop() { reason="The demo stops here: $*" && exit 1; }
say() { printf '\n# %s\n' "$*"; }

# expect STATUS COMMAND [REASON] shows a command as one would type it, runs it, and ends
# the demo unless it ends with STATUS and says REASON.
expect() {
    local status=0
    printf '\n$ %s\n' "$2"
    if [ -z "${3:-}" ]; then
        bash -o pipefail -c "$2" 2>&1 || status=$?
    else
        bash -o pipefail -c "$2" 2>&1 | tee "$work/said" || status=${PIPESTATUS[0]}
    fi
    [ "$status" = 0 ] || printf '(exit status %d)\n' "$status"
    [ "$status" = "$1" ] || stop "this should have ended with $1, and ended with $status."
    [ -z "${3:-}" ] || grep -q "$3" "$work/said" || stop "this should have spoken of $3."
}

clean_up() {
    local status=$?
    trap - EXIT
    if [ -n "${server:-}" ]; then
        kill -- "-$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    if [ -n "${reason:-}" ]; then
        [ -z "${server:-}" ] || { printf '\nThe last lines of the MLflow server:\n' && tail -n 20 "$work/server.log"; } >&2
        printf '\n%s\n' "$reason" >&2
    fi
    if [ -n "${KEEP:-}" ]; then
        echo "Kept: $work" >&2
    else
        rm -rf "$work"
    fi
    exit "$status"
}

# start_server sets uri to an MLflow server of our own. The kernel picks its port, so
# none can be taken.
start_server() {
    printf 'Starting an MLflow server …' >&2
    set -m # a process group of its own, so that one signal ends all of it
    mlflow server --host 127.0.0.1 --port 0 --workers 1 \
        --backend-store-uri "sqlite:///$work/server/mlflow.db" \
        --artifacts-destination "$work/server/artifacts" >"$work/server.log" 2>&1 </dev/null &
    server=$!
    set +m
    local waited=0
    uri=''
    while [ -z "$uri" ]; do
        if ! kill -0 "$server" 2>/dev/null || [ "$waited" -ge 600 ]; then
            stop "the MLflow server did not start."
        fi
        sleep 0.2
        waited=$((waited + 1))
        uri=$(sed -n 's/.*running on \(http:[^ ]*\).*/\1/p' "$work/server.log")
    done
    printf ' %s\n' "$uri" >&2
}

# make_repository leaves the example's files in a repository with two commits that its
# remote has, and moves there.
make_repository() {
    git init -q --bare "$work/remote.git"
    git init -q "$work/penguins"
    cd "$work/penguins"
    git symbolic-ref HEAD refs/heads/main
    git remote add origin "$work/remote.git"
    cp -R "$example/data" "$example/requirements.in" "$example/requirements.lock" "$example/.gitignore" .
    rm -rf data/prepared
    git add .
    git commit -q -m "Add the measurements"
    cp "$example"/{prepare.py,train.py,lineage.yaml,lineage.policy.yaml} .
    git add .
    git commit -q -m "Prepare and train"
    git push -q origin main
}

# isolate keeps the user's own settings out, and their folders as they are.
isolate() {
    unset "${!GIT_@}" "${!MLFLOW_@}" "${!LINEAGE_@}" PYTHONPATH PYTHONHOME PYTHONSTARTUP
    export HOME=$work/home GIT_CONFIG_NOSYSTEM=1 XDG_DATA_HOME=$work/home XDG_CONFIG_HOME=$work/home XDG_CACHE_HOME=$work/home
    export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org
    export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
    export MLFLOW_DISABLE_TELEMETRY=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false
    export LOGNAME=ada USER=ada
    export PATH=$bin:$venv/bin:$PATH
}

tell() {
    local verify='lineage verify models:/penguins@champion --policy lineage.policy.yaml --repo ../remote.git'

    say "A data scientist puts lineage run in front of the two steps of a training."
    expect 0 'lineage run --input data/penguins_raw.csv --output data/prepared -- python prepare.py'
    printf '\n$ export MLFLOW_TRACKING_URI=%s\n' "$uri"
    export MLFLOW_TRACKING_URI=$uri
    expect 0 'lineage run --input data/prepared --output metrics.json -- python train.py'
    expect 0 'lineage log'

    say "A release engineer verifies the model that was registered, before it is promoted."
    expect 0 "$verify" "^PASS"

    say "An auditor asks what the model was made of, and takes the evidence along as one page."
    expect 0 'lineage trace models:/penguins@champion' "made by run python prepare.py"
    expect 0 "${verify/verify/report} -o ../evidence.html"
    grep -q '<html' ../evidence.html || stop "the page of evidence is no page."

    say "Someone edits one row of the prepared data that the training read."
    expect 0 "sed '2s/Adelie/Gentoo/' data/prepared/train.csv >../edited.csv && mv ../edited.csv data/prepared/train.csv"
    expect 1 "$verify" "^  inputs.available failed"

    say "The preparation gives the same bytes whenever it is run: the data is back."
    expect 0 'python prepare.py'
    expect 0 "$verify | sed -n 1,2p" "^PASS"

    say "Someone changes one byte of the model that the server keeps."
    local model
    model=../server/artifacts/$(cd "$work/server/artifacts" && find . -name model.skops | sed 's|^\./||')
    expect 0 "cp $model ../model.kept"
    expect 0 "printf '\\0' | dd of=$model bs=1 seek=50000 conv=notrunc 2>/dev/null"
    ! cmp -s "$model" ../model.kept || stop "the byte was a zero already."
    expect 1 "$verify" "^  model.bytes failed"

    say "With the byte as it was, the model passes again."
    expect 0 "cp ../model.kept $model"
    expect 0 "$verify | sed -n 1,2p" "^PASS"

    say "Somebody corrects a row of the raw data. Why is the prepared data another one?"
    expect 0 "sed '2s/Adelie/Gentoo/' data/penguins_raw.csv >../edited.csv && mv ../edited.csv data/penguins_raw.csv"
    expect 0 'lineage run -q --input data/penguins_raw.csv --output data/prepared -- python prepare.py'
    expect 0 'lineage diff @3 @1 --stat' "data/penguins_raw.csv"

    say "Every step ended as it should."
}

build
make_venv
find "$cache" -maxdepth 1 -name 'demo.*' -mmin +240 -exec rm -rf {} + # left by runs that were killed
work=$(mktemp -d "$cache/demo.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir "$work/home" "$work/server"
isolate
make_repository
start_server
tell

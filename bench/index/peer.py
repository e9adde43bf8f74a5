"""Fill MLflow's own SQLite tables with runs, and ask MLflow which have a digest.

peer.py DATABASE RUNS RUNS_PER_PROJECT, with a JSON list of digests on standard input;
prints a JSON list of seconds. The tables are MLflow's, made by MLflow; only the rows
are written directly, since logging a million runs through its API takes days.
"""

import hashlib
import json
import os
import sqlite3
import sys
import time
import uuid

from mlflow.tracking import MlflowClient

TAG = "lineage.data.sha256"


def digest_of(what, run):
    return hashlib.sha256(f"{what} of run {run}".encode()).hexdigest()


def fill(path, experiment, runs, per_project):
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous=OFF")
    db.execute("PRAGMA journal_mode=OFF")
    if db.execute("SELECT count(*) FROM runs").fetchone()[0] >= runs:
        return
    ids = [uuid.UUID(int=i * 0x9E3779B97F4A7C15F39CC0605CEDC835 & (1 << 128) - 1).hex for i in range(runs)]
    columns = "run_uuid, name, source_type, source_name, user_id, status, start_time, end_time, lifecycle_stage, experiment_id, artifact_uri"
    db.executemany(
        f"INSERT INTO runs({columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            (r, f"run-{i}", "LOCAL", "train.py", "ada", "FINISHED", 60000 * i, 60000 * i + 30000, "active", experiment, f"mlflow-artifacts:/{experiment}/{r}/artifacts")
            for i, r in enumerate(ids)
        ),
    )

    def tags():
        for i, r in enumerate(ids):
            first = i - i % per_project
            yield r, TAG, digest_of("data", first)
            yield r, "mlflow.runName", f"run-{i}"
            yield r, "mlflow.user", "ada"
            yield r, "mlflow.source.name", "train.py"
            yield r, "mlflow.source.git.commit", digest_of("commit", first)[:40]

    db.executemany("INSERT INTO tags(run_uuid, key, value) VALUES (?,?,?)", tags())
    db.commit()
    db.close()


def main():
    path, runs, per_project = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    client = MlflowClient(f"sqlite:///{path}")  # makes the tables
    found = client.get_experiment_by_name("bench")
    experiment = found.experiment_id if found else client.create_experiment("bench")
    fill(path, int(experiment), runs, per_project)
    seconds = []
    for digest in json.load(sys.stdin):
        began = time.perf_counter()
        answer = client.search_runs([experiment], f"tags.`{TAG}` = '{digest}'")
        seconds.append(time.perf_counter() - began)
        if not answer:
            sys.exit(f"no run has {digest}")
    json.dump(seconds, sys.stdout)


os.environ.setdefault("MLFLOW_ENABLE_TELEMETRY", "false")
main()

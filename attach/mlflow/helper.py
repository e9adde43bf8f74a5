"""A local MLflow store, spoken to in the words of MLflow's REST API.

Reads one JSON object per line, {"route", "fields"}, and answers with one per
line: {"ok": ...} or {"error": {"error_code", "message"}}. It runs in the
interpreter that ran the training, whose mlflow package made the store and knows
its schema. Nothing of it is installed anywhere.
"""
import sys

if sys.path[:1] == [""]:
    del sys.path[0]  # python -c puts the current folder in front of every module

import json
import os
import signal
import tempfile

signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the training
answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
os.dup2(2, 1)  # whatever else prints must not come between the answers


def answer(kind, value):
    answers.write(json.dumps({kind: value}) + "\n")
    answers.flush()


def failed(code, e):
    answer("error", {"error_code": code, "message": f"{type(e).__name__}: {e}"[:2000]})


try:
    from mlflow import MlflowClient, artifacts
    from mlflow.entities import RunTag, ViewType
    from mlflow.exceptions import MlflowException
    from mlflow.utils.proto_json_utils import message_to_json
except Exception as e:  # also a broken dependency of mlflow
    failed("NO_MLFLOW", e)
    sys.exit(0)


def proto(entity):
    return json.loads(message_to_json(entity.to_proto()))


def page(name, found):
    return {name: [proto(x) for x in found], "next_page_token": found.token or ""}


roots = {}


def list_run(f):
    run = f["run_id"]
    if run not in roots:
        roots[run] = client.get_run(run).info.artifact_uri
    found = client.list_artifacts(run, f.get("path"))
    return {"root_uri": roots[run], "files": [proto(x) for x in found]}


def list_model(f):
    model = f["model_id"]
    if model not in roots:
        roots[model] = client.get_logged_model(model).artifact_location
    found = client.list_logged_model_artifacts(model, f.get("artifact_directory_path"))
    return {"root_uri": roots[model], "files": [proto(x) for x in found]}


def search(f):
    return {"max_results": f["max_results"], "page_token": f.get("page_token")}


def alias(f):
    return {"model_version": proto(client.get_model_version_by_alias(f["name"], f["alias"]))}


def set_tags(f):
    client.set_logged_model_tags(f["model_id"], {t["key"]: t["value"] for t in f["tags"]})
    return {}


def upload(f):
    folder, name = os.path.split(f["path"])
    with tempfile.TemporaryDirectory() as tmp:
        local = os.path.join(tmp, name)
        with open(f["local"], "rb") as src, open(local, "wb") as dst:
            dst.write(src.read())
        client.log_artifact(f["run_id"], local, folder)
    return {}


routes = {
    "POST experiments/search": lambda f: page(
        "experiments", client.search_experiments(view_type=ViewType.ACTIVE_ONLY, **search(f))
    ),
    "GET runs/get": lambda f: {"run": proto(client.get_run(f["run_id"]))},
    "POST runs/search": lambda f: page(
        "runs", client.search_runs(f["experiment_ids"], f["filter"], **search(f))
    ),
    "POST runs/log-batch": lambda f: client.log_batch(
        f["run_id"], tags=[RunTag(t["key"], t["value"]) for t in f["tags"]]
    )
    or {},
    "GET artifacts/list": list_run,
    "GET logged-models/{model_id}": lambda f: {"model": proto(client.get_logged_model(f["model_id"]))},
    "POST logged-models/search": lambda f: page(
        "models", client.search_logged_models(f["experiment_ids"], f["filter"], **search(f))
    ),
    "PATCH logged-models/{model_id}/tags": set_tags,
    "GET logged-models/{model_id}/artifacts/directories": list_model,
    "GET model-versions/get": lambda f: {
        "model_version": proto(client.get_model_version(f["name"], f["version"]))
    },
    "GET registered-models/alias": alias,
    "GET registered-models/get": lambda f: {
        "registered_model": proto(client.get_registered_model(f["name"]))
    },
    "GET model-versions/search": lambda f: page(
        "model_versions", client.search_model_versions(f["filter"], **search(f))
    ),
    "POST model-versions/set-tag": lambda f: client.set_model_version_tag(
        f["name"], f["version"], f["key"], f["value"]
    )
    or {},
    "upload": upload,
    "download": lambda f: {"path": artifacts.download_artifacts(f["uri"], dst_path=f["folder"])},
}

client = None
for line in sys.stdin:
    try:
        request = json.loads(line)
        client = client or MlflowClient()
        answer("ok", routes[request["route"]](request["fields"]))
    except MlflowException as e:
        failed(e.error_code, e)
    except Exception as e:
        failed("INTERNAL_ERROR", e)

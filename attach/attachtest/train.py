"""Does what training scripts do with MLflow, as the lines of standard input say.

Each line is a JSON object {"env", "dir", "job"} and is done by a process of its
own, forked after the slow import, as a child with this environment would do it.
The answer is one line. See Job in train.go.
"""
import json
import os
import sys
import tempfile
import traceback

import mlflow
from mlflow import MlflowClient

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def write(folder, files):
    for path, content in files.items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(content)


def log_model(spec, done):
    """What log_model of every flavour comes down to, without its slow parts."""
    model = mlflow.initialize_logged_model(name=spec["name"])
    with tempfile.TemporaryDirectory() as tmp:
        write(tmp, spec["files"])
        MlflowClient().log_model_artifacts(model.model_id, tmp)
    mlflow.finalize_logged_model(model.model_id, "READY")
    done["models"].append(model.model_id)
    if spec.get("register"):
        register(f"models:/{model.model_id}", spec["register"], done)


def register(uri, name, done):
    done["versions"].append(str(mlflow.register_model(uri, name).version))


def train(job, done):
    with mlflow.start_run() as run:
        done["run"] = run.info.run_id
        mlflow.log_params(job.get("params") or {})
        for name, value in (job.get("metrics") or {}).items():
            mlflow.log_metric(name, float(value))
        if job.get("artifacts"):
            with tempfile.TemporaryDirectory() as tmp:
                write(tmp, job["artifacts"])
                mlflow.log_artifacts(tmp)
        for spec in job.get("models") or []:
            log_model(spec, done)
        for uri, name in (job.get("register") or {}).items():
            register(uri.replace("RUN", run.info.run_id), name, done)


def work(job):
    done = {"run": "", "escaped": "", "models": [], "versions": []}
    if not job.get("noRun"):
        train(job, done)
    for spec in job.get("outside") or []:
        log_model(spec, done)
    if job.get("escape"):
        done["escaped"] = MlflowClient().create_run("0").info.run_id
    for alias, (name, version) in (job.get("aliases") or {}).items():
        MlflowClient().set_registered_model_alias(name, alias, version)
    for name, source in (job.get("versionsAt") or {}).items():
        try:
            MlflowClient().create_registered_model(name)
        except mlflow.MlflowException:
            pass
        done["versions"].append(MlflowClient().create_model_version(name, source).version)
    return done


for line in sys.stdin:
    task = json.loads(line)
    pid = os.fork()
    if pid == 0:
        try:
            for name in [n for n in os.environ if n.startswith("MLFLOW_")]:
                del os.environ[name]
            os.environ.update(task["env"])
            os.chdir(task["dir"])
            answer = work(task["job"])
        except BaseException:
            answer = {"failed": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        os._exit(0)
    os.waitpid(pid, 0)

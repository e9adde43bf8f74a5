"""A training as people write it. It knows nothing of lineage.

train.py NAME [FOLDER [URL]] registers two models as NAME, leaves a copy of the
first in FOLDER, and last of all asks for URL.
"""
import sys
from urllib.request import urlopen

import mlflow
from mlflow import MlflowClient


class Scorer(mlflow.pyfunc.PythonModel):
    def __init__(self, weights):
        self.weights = weights

    def predict(self, context, model_input, params=None):
        return model_input


def log(model, title):
    mlflow.pyfunc.log_model(name=title, python_model=model, pip_requirements=[], registered_model_name=name)


name, folder, url = (sys.argv[1:] + ["", ""])[:3]
with open("data.csv") as f:
    weights = f.read()
with mlflow.start_run():
    mlflow.log_param("depth", 3)
    mlflow.log_metric("accuracy", 0.5)
    log(Scorer(weights), "model")
    log(Scorer("other"), "other")
    mlflow.log_text("a note", "notes/a.txt")
MlflowClient().set_registered_model_alias(name, "champion", 1)
if folder:
    mlflow.artifacts.download_artifacts(f"models:/{name}/1", dst_path=folder)
if url:
    urlopen(url)
print("trained")

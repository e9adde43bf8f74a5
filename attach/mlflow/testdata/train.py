"""A training as people write it, and copies of its model as they download it."""
import sys

import mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

name, folder = sys.argv[1:]
x, y = load_iris(return_X_y=True)
with mlflow.start_run():
    model = LogisticRegression(max_iter=200).fit(x, y)
    mlflow.log_metric("accuracy", model.score(x, y))
    mlflow.log_metric("undefined", float("nan"))
    logged = mlflow.sklearn.log_model(model, name="model", registered_model_name=name)
    mlflow.artifacts.download_artifacts(f"models:/{name}/1", dst_path=f"{folder}/version")
    mlflow.artifacts.download_artifacts(logged.model_uri, dst_path=f"{folder}/logged")

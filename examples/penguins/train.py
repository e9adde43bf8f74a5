"""Learn a penguin's species from its measurements, and register the model with MLflow.

    python train.py [--data data/prepared] [--metrics metrics.json] [--c 1.0] [--seed 17]

The MLflow server is the one that MLFLOW_TRACKING_URI names.
"""

import argparse
import json
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.models import infer_signature
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

MODEL = "penguins"
NUMBERS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
CATEGORIES = ["island", "sex"]


def load(path: Path) -> tuple[pd.DataFrame, pd.Series]:
    birds = pd.read_csv(path)
    return birds[NUMBERS + CATEGORIES].astype(dict.fromkeys(NUMBERS, float)), birds["species"]


def pipeline(c: float, seed: int) -> Pipeline:
    features = make_column_transformer(
        (StandardScaler(), NUMBERS),
        (OneHotEncoder(handle_unknown="ignore"), CATEGORIES),
    )
    return make_pipeline(features, LogisticRegression(C=c, max_iter=1000, random_state=seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data/prepared"))
    parser.add_argument("--metrics", type=Path, default=Path("metrics.json"))
    parser.add_argument("--c", type=float, default=1.0, help="inverse strength of the regularisation")
    parser.add_argument("--seed", type=int, default=17)
    args = parser.parse_args()

    x, y = load(args.data / "train.csv")
    x_test, y_test = load(args.data / "test.csv")

    mlflow.set_experiment(MODEL)
    with mlflow.start_run():
        mlflow.log_params({"c": args.c, "seed": args.seed})
        model = pipeline(args.c, args.seed).fit(x, y)
        predicted = model.predict(x_test)
        metrics = {
            "accuracy": accuracy_score(y_test, predicted),
            "f1_macro": f1_score(y_test, predicted, average="macro"),
        }
        mlflow.log_metrics(metrics)
        logged = mlflow.sklearn.log_model(
            model,
            name="model",
            signature=infer_signature(x, predicted),
            registered_model_name=MODEL,
        )

    args.metrics.write_text(json.dumps(metrics, indent=2) + "\n")
    mlflow.MlflowClient().set_registered_model_alias(MODEL, "champion", logged.registered_model_version)
    scores = ", ".join(f"{name} {value:.4f}" for name, value in metrics.items())
    print(f"{MODEL} version {logged.registered_model_version} is the champion: {scores}")


if __name__ == "__main__":
    main()

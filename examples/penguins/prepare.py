"""Clean the penguin measurements and split them into a training and a test set.

    python prepare.py [--raw data/penguins_raw.csv] [--out data/prepared] [--test-share 0.25] [--seed 17]

The same raw file and the same arguments always give the same bytes.
"""

import argparse
from pathlib import Path

import pandas as pd

COLUMNS = {
    "Species": "species",
    "Island": "island",
    "Culmen Length (mm)": "bill_length_mm",
    "Culmen Depth (mm)": "bill_depth_mm",
    "Flipper Length (mm)": "flipper_length_mm",
    "Body Mass (g)": "body_mass_g",
    "Sex": "sex",
}
MEASURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def clean(raw: pd.DataFrame) -> pd.DataFrame:
    """Keep the birds that were measured, under short names."""
    birds = raw[list(COLUMNS)].rename(columns=COLUMNS)
    birds = birds.dropna(subset=MEASURES)
    birds["species"] = birds["species"].str.split().str[0]
    birds["sex"] = birds["sex"].str.lower().fillna("unknown")
    return birds.astype({"flipper_length_mm": int, "body_mass_g": int})


def split(birds: pd.DataFrame, test_share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the test set from each species by its share."""
    test = birds.groupby("species").sample(frac=test_share, random_state=seed).sort_index()
    return birds.drop(test.index), test


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, default=Path("data/penguins_raw.csv"))
    parser.add_argument("--out", type=Path, default=Path("data/prepared"))
    parser.add_argument("--test-share", type=float, default=0.25)
    parser.add_argument("--seed", type=int, default=17)
    args = parser.parse_args()

    birds = clean(pd.read_csv(args.raw))
    args.out.mkdir(parents=True, exist_ok=True)
    for name, part in zip(("train", "test"), split(birds, args.test_share, args.seed)):
        part.to_csv(args.out / f"{name}.csv", index=False, lineterminator="\n")
        print(f"{name}: {len(part)} birds")


if __name__ == "__main__":
    main()

"""Trains one of several models of scikit-learn on bsweep's packed digits, and leaves probabilities of the hold-out.

What bsweep hands it stands in environment variables (docs/custom-trainer.md).
"""

import json
import os
from pathlib import Path

import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier


def read_json(variable):
    return json.loads(Path(os.environ[variable]).read_text())


def read_dataset(folder):
    """Images as float32 [rows, pixels] between 0 and 1, labels as uint8 [rows], the number of classes."""
    header = json.loads((folder / "dataset.json").read_text())
    images = np.fromfile(folder / header["images"]["file"], np.uint8).reshape(header["count"], -1)
    labels = np.fromfile(folder / header["labels"]["file"], np.uint8)
    return images.astype(np.float32) / 255, labels, header["classes"]


def build(params, seed, threads):
    """The model that `model` names; all other parameters are arguments of scikit-learn's own."""
    models = {
        "logistic": LogisticRegression(max_iter=300, random_state=seed),
        "forest": RandomForestClassifier(n_jobs=threads, random_state=seed),
        "neighbors": KNeighborsClassifier(n_jobs=threads),
    }
    return models[params.pop("model")].set_params(**params)


images, labels, classes = read_dataset(Path(os.environ["BSWEEP_DATA"]))
rows, held_out = read_json("BSWEEP_ROWS"), read_json("BSWEEP_HOLDOUT")
model = build(read_json("BSWEEP_PARAMS"), int(os.environ["BSWEEP_SEED"]), int(os.environ["BSWEEP_THREADS"]))
model.fit(images[rows], labels[rows])
# Empty where nothing is kept.
if os.environ["BSWEEP_ARTIFACTS"]:
    joblib.dump(model, Path(os.environ["BSWEEP_ARTIFACTS"], "model.joblib"))
# Empty in a refit without a test set.
if held_out:
    # A class without a row to train on has no column of its own.
    probabilities = np.zeros((len(held_out), classes), np.float32)
    probabilities[:, model.classes_] = model.predict_proba(images[held_out])
    # bsweep reckons auc, logLoss, balancedAccuracy and macroF1 of these.
    probabilities.tofile(os.environ["BSWEEP_PROBABILITIES"])
# The last act: bsweep takes the file as soon as the program ends.
Path(os.environ["BSWEEP_RESULT"]).write_text('{"metrics": {}}')

"""Boosts trees with LightGBM on bsweep's packed images: tells of each round, saves after it (docs/custom-trainer.md)."""

import json
import os
from pathlib import Path

import lightgbm
import numpy as np

env = os.environ
given, rows, held_out = (json.loads(Path(env[f"BSWEEP_{name}"]).read_text()) for name in ("PARAMS", "ROWS", "HOLDOUT"))
data, rounds = Path(env["BSWEEP_DATA"]), int(env["BSWEEP_EPOCHS"])
header = json.loads((data / "dataset.json").read_text())
images = np.fromfile(data / header["images"]["file"], np.uint8).reshape(header["count"], -1)
labels = np.fromfile(data / header["labels"]["file"], np.uint8)
# The same tenth of the rows in all trials, which a pruner compares by it: never by the hold-out. A refit trains on all.
rows = np.random.default_rng(0).permutation(rows)
validation, rows = np.split(rows, [0 if env["BSWEEP_REFIT"] else len(rows) // 10])
params = {
    "objective": "multiclass", "num_class": header["classes"], "verbosity": -1, "deterministic": True,
    "force_col_wise": True, "seed": int(env["BSWEEP_SEED"]), "num_threads": int(env["BSWEEP_THREADS"]), **given,
}
# What is not to be kept goes to scratch, which is removed.
saved = Path(env["BSWEEP_CHECKPOINTS"] or env["BSWEEP_SCRATCH"], "model.txt")
model, done = None, 0
if saved.exists():
    model = lightgbm.Booster(model_file=saved)
    done = model.current_iteration()
    print(f"going on after {done} rounds", flush=True)


def after_round(now):
    # In a refit there is nothing to judge by.
    losses = {"validationLoss": result[2] for result in now.evaluation_result_list}
    print("bsweep:", json.dumps({"step": now.iteration + 1, **losses}), flush=True)
    # It appears whole.
    new = saved.with_name(".new")
    now.model.save_model(new)
    new.replace(saved)
    # The study's pruner has stopped the trial.
    if now.iteration + 1 < rounds and Path(env["BSWEEP_PRUNE"]).exists():
        raise SystemExit


if done < rounds:
    training = lightgbm.Dataset(images[rows], labels[rows])
    judged = [training.create_valid(images[validation], labels[validation])] if len(validation) else []
    model = lightgbm.train(params, training, rounds - done, judged, init_model=model, callbacks=[after_round])
model.save_model(Path(env["BSWEEP_ARTIFACTS"] or env["BSWEEP_SCRATCH"], "model.txt"))
if held_out:
    # bsweep reckons logLoss, auc, balancedAccuracy and macroF1 of these.
    model.predict(images[held_out]).astype(np.float32).tofile(env["BSWEEP_PROBABILITIES"])
# The last act: bsweep takes the file as soon as the program ends.
Path(env["BSWEEP_RESULT"]).write_text('{"metrics": {}}')

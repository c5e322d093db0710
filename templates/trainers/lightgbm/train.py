"""Boosts trees with LightGBM on bsweep's packed digits: tells of each round, saves after it (docs/custom-trainer.md)."""

import json
import os
import sys
from pathlib import Path

import lightgbm
import numpy as np


def read_json(variable):
    return json.loads(Path(os.environ[variable]).read_text())


data, rounds = Path(os.environ["BSWEEP_DATA"]), int(os.environ["BSWEEP_EPOCHS"])
header = json.loads((data / "dataset.json").read_text())
images = np.fromfile(data / header["images"]["file"], np.uint8).reshape(header["count"], -1)
labels = np.fromfile(data / header["labels"]["file"], np.uint8)
# The same tenth of the rows in all trials, which a pruner compares by it: never by the hold-out.
rows = np.random.default_rng(0).permutation(read_json("BSWEEP_ROWS"))
validation, rows = np.split(rows, [len(rows) // 10])
params = {
    "objective": "multiclass", "num_class": header["classes"], "verbosity": -1, "deterministic": True, "force_col_wise": True,
    "seed": int(os.environ["BSWEEP_SEED"]), "num_threads": int(os.environ["BSWEEP_THREADS"]), **read_json("BSWEEP_PARAMS"),
}

model, history = None, []
saved = Path(os.environ["BSWEEP_CHECKPOINTS"], "model.txt") if os.environ["BSWEEP_CHECKPOINTS"] else None
if saved and saved.exists():
    model = lightgbm.Booster(model_file=saved)
    history = json.loads(saved.with_name("history.json").read_text())[: model.current_iteration()]
    print(f"going on after {len(history)} rounds", flush=True)


def after_round(now):
    history.append({"step": now.iteration + 1, "validationLoss": now.evaluation_result_list[0][2]})
    print("bsweep:", json.dumps(history[-1]), flush=True)
    if saved:
        # Each appears whole; the history may be a round ahead of the model, which counts.
        saving = saved.with_name(".saving")
        saving.write_text(json.dumps(history))
        os.replace(saving, saved.with_name("history.json"))
        now.model.save_model(saving)
        os.replace(saving, saved)
    # The study's pruner has stopped the trial.
    if len(history) < rounds and os.path.exists(os.environ["BSWEEP_PRUNE"]):
        sys.exit()


if len(history) < rounds:
    training = lightgbm.Dataset(images[rows], labels[rows])
    judged = [training.create_valid(images[validation], labels[validation])]
    model = lightgbm.train(params, training, rounds - len(history), judged, init_model=model, callbacks=[after_round])
# bsweep reckons logLoss, auc, balancedAccuracy and macroF1 of these.
model.predict(images[read_json("BSWEEP_HOLDOUT")]).astype(np.float32).tofile(os.environ["BSWEEP_PROBABILITIES"])
# The last act: bsweep takes the file as soon as the program ends.
Path(os.environ["BSWEEP_RESULT"]).write_text(json.dumps({"metrics": {}, "history": history}))

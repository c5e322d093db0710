"""Trains a CNN with Keras on bsweep's packed images: tells of each epoch, saves after it (docs/custom-trainer.md)."""

import json
import signal
from os import environ as env
from pathlib import Path

env.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D

params, rows, held_out = (json.loads(Path(env[f"BSWEEP_{name}"]).read_text()) for name in ("PARAMS", "ROWS", "HOLDOUT"))
data, epochs, seed = Path(env["BSWEEP_DATA"]), int(env["BSWEEP_EPOCHS"]), int(env["BSWEEP_SEED"])
header = json.loads((data / "dataset.json").read_text())
images, labels = (np.fromfile(data / header[name]["file"], np.uint8) for name in ("images", "labels"))
images = images.reshape(header["count"], header["height"], header["width"], -1) / np.float32(255)
rows = np.random.default_rng(0).permutation(rows)
validation, rows = np.split(rows, [0 if env["BSWEEP_REFIT"] else len(rows) // 10])  # The same ones in all trials.
judged = (images[validation], labels[validation]) if len(validation) else None

usual = {"filters": 32, "kernelSize": 3, "denseUnits": 128, "dropout": 0, "batchSize": 64, "learningRate": 0.001}
params = usual | {"optimizer": "adam"} | params
keras.utils.set_random_seed(seed)
model = keras.Sequential([
    Input(images.shape[1:]),
    Conv2D(params["filters"], params["kernelSize"], activation="relu"), MaxPooling2D(),
    Conv2D(2 * params["filters"], params["kernelSize"], activation="relu"), MaxPooling2D(),
    Flatten(), Dense(params["denseUnits"], activation="relu"), Dropout(params["dropout"]),
    Dense(header["classes"], activation="softmax"),
])
more = {"momentum": params["momentum"]} if "momentum" in params else {}
kinds = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop, "sgd": keras.optimizers.SGD}
optimizer = kinds[params["optimizer"]](params["learningRate"], **more)
model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
saved, done, stops = Path(env["BSWEEP_CHECKPOINTS"] or env["BSWEEP_SCRATCH"], "model.keras"), 0, []
if saved.exists():
    model = keras.models.load_model(saved)
    done = int(model.optimizer.iterations) // -(-len(rows) // params["batchSize"])
    print(f"going on after {done} epochs", flush=True)
signal.signal(signal.SIGTERM, lambda *_: stops.append(True))
for epoch in range(done + 1, epochs + 1):
    keras.utils.set_random_seed(seed + epoch)
    for state in model.layers[-2].variables:  # Of dropout's generator, which Keras does not save.
        state.assign([seed + epoch, 0])
    fitted = model.fit(images[rows], labels[rows], params["batchSize"], validation_data=judged, verbose=0).history
    told = {"epoch": epoch, "loss": fitted["loss"][0]}
    if judged:
        told["validationAccuracy"] = fitted["val_accuracy"][0]
    print("bsweep:", json.dumps(told), flush=True)
    model.save(saved.with_name(".new.keras"))
    saved.with_name(".new.keras").replace(saved)
    if epoch < epochs and (stops or Path(env["BSWEEP_PRUNE"]).exists()):
        raise SystemExit(75)
if held_out:
    model.predict(images[held_out], verbose=0).tofile(env["BSWEEP_PROBABILITIES"])
model.save(Path(env["BSWEEP_ARTIFACTS"] or env["BSWEEP_SCRATCH"], "model.keras"))
Path(env["BSWEEP_RESULT"]).write_text('{"metrics": {}}')  # bsweep reckons them of the probabilities.

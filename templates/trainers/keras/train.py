"""Trains bsweep's CNN with Keras: a trainer of one's own, with a checkpoint after each epoch.

What bsweep hands it stands in environment variables (docs/custom-trainer.md).
"""

import json
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras import layers

RUN_AGAIN = 75
DEFAULTS = {
    "filters": 32, "kernelSize": 3, "convLayers": 1, "blocks": 2, "padding": "valid", "activation": "relu",
    "denseLayers": 1, "denseUnits": 128, "dropout": 0.0, "batchSize": 64, "optimizer": "adam",
    "learningRate": 0.001, "momentum": 0.0,
}


def read_dataset(folder):
    """Images as float32 [rows, height, width, channels] between 0 and 1, labels as uint8 [rows]."""
    header = json.loads((folder / "dataset.json").read_text())
    shape = (header["count"], header["height"], header["width"], header["channels"])
    images = np.fromfile(folder / header["images"]["file"], np.uint8).reshape(shape)
    labels = np.fromfile(folder / header["labels"]["file"], np.uint8)
    return images.astype(np.float32) / 255, labels, header["classes"]


def build(params, shape, classes):
    """The network that bsweep plans for these parameters (src/cnn/shapes.ts)."""
    parts = [keras.Input(shape)]
    for block in range(params["blocks"]):
        for _ in range(params["convLayers"]):
            parts.append(layers.Conv2D(
                params["filters"] * 2**block, params["kernelSize"],
                padding=params["padding"], activation=params["activation"],
            ))
        parts.append(layers.MaxPooling2D())
    parts.append(layers.Flatten())
    for _ in range(params["denseLayers"]):
        parts += [layers.Dense(params["denseUnits"], activation=params["activation"]), layers.Dropout(params["dropout"])]
    return keras.Sequential([*parts, layers.Dense(classes)])


def make_optimizer(params):
    rate = params["learningRate"]
    if params["optimizer"] == "sgd":
        return keras.optimizers.SGD(rate, momentum=params["momentum"])
    return {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}[params["optimizer"]](rate)


class Epochs(keras.callbacks.Callback):
    """Tells of each epoch, saves after it, and stops when told to, pruned or out of time."""

    def __init__(self, request, history):
        super().__init__()
        self.history = history
        self.folder = None if request["checkpoint"] is None else Path(request["checkpoint"]["folder"])
        self.ends_at = float("inf")
        if request["endsAt"] is not None:
            self.ends_at = datetime.fromisoformat(request["endsAt"].replace("Z", "+00:00")).timestamp()
        self.told_to_stop = False
        if self.folder is not None:
            signal.signal(signal.SIGTERM, lambda *_: setattr(self, "told_to_stop", True))

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        # What this epoch has learnt is lost; the epochs before are saved.
        if self.folder is not None and (self.told_to_stop or time.time() >= self.ends_at):
            sys.exit(RUN_AGAIN)

    def on_epoch_end(self, epoch, logs=None):
        record = {
            "epoch": epoch + 1, "loss": logs["loss"], "accuracy": logs["accuracy"],
            "validationAccuracy": logs["val_accuracy"], "seconds": time.monotonic() - self.began,
        }
        print("bsweep:", json.dumps(record), flush=True)
        self.history.append(record)
        if self.folder is not None:
            # The number of epochs stands in the name: model and history appear together, whole.
            temporary = self.folder / ".saving.keras"
            self.model.save(temporary)
            (self.folder / "history.json").write_text(json.dumps(self.history))
            os.replace(temporary, self.folder / f"epoch-{epoch + 1:05}.keras")
            for old in sorted(self.folder.glob("epoch-*.keras"))[:-1]:
                old.unlink()
        # The study's pruner has stopped the trial.
        if epoch + 1 < self.params["epochs"] and os.path.exists(os.environ["BSWEEP_PRUNE"]):
            sys.exit()


def load_checkpoint(request):
    """The model and history of the newest checkpoint, or (None, [])."""
    if request["checkpoint"] is None:
        return None, []
    folder = Path(request["checkpoint"]["folder"])
    saved = sorted(folder.glob("epoch-*.keras"))
    if not saved:
        return None, []
    done = int(saved[-1].stem.split("-")[1])
    print(f"going on after {done} epochs", flush=True)
    return keras.models.load_model(saved[-1]), json.loads((folder / "history.json").read_text())[:done]


def main():
    request = json.loads(Path(os.environ["BSWEEP_REQUEST"]).read_text())
    params = {**DEFAULTS, **request["params"]}
    images, labels, classes = read_dataset(Path(os.environ["BSWEEP_DATA"]))
    held_out = json.loads(Path(os.environ["BSWEEP_HOLDOUT"]).read_text())
    # The last tenth validates, the same in all trials, which a pruner compares by it: never by the hold-out.
    rows = np.random.default_rng(0).permutation(json.loads(Path(os.environ["BSWEEP_ROWS"]).read_text()))

    model, history = load_checkpoint(request)
    keras.utils.set_random_seed(request["seed"] + len(history))
    if model is None:
        model = build(params, images.shape[1:], classes)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(make_optimizer(params), loss, metrics=["accuracy"])
    model.fit(
        images[rows], labels[rows], batch_size=params["batchSize"], validation_split=0.1, verbose=0,
        initial_epoch=len(history), epochs=request["resource"]["epochs"], callbacks=[Epochs(request, history)],
    )
    loss, accuracy = model.evaluate(images[held_out], labels[held_out], batch_size=1000, verbose=0)
    if np.isfinite(loss):
        logits = model.predict(images[held_out], batch_size=1000, verbose=0)
        # bsweep reckons auc and others of these.
        probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
        probabilities.astype(np.float32).tofile(os.environ["BSWEEP_PROBABILITIES"])
        metrics = {"holdoutAccuracy": accuracy, "holdoutLoss": loss, "parameters": model.count_params()}
        report = {"metrics": metrics, "history": history}
    else:
        report = {"metrics": {}, "failure": {"kind": "diverged", "message": "the loss is no finite number"}}
    # The last act: bsweep takes the file as soon as the program ends.
    Path(os.environ["BSWEEP_RESULT"]).write_text(json.dumps(report))


if __name__ == "__main__":
    main()

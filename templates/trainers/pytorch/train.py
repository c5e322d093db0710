"""Trains bsweep's CNN with PyTorch: an example of a trainer of one's own, with checkpoints.

bsweep starts it for each trial and names what it needs in environment variables (docs/custom-trainer.md).
It reads the packed data set, trains on the rows it is told, tells of each epoch how its validation rows come
out, stops when told to, goes on where it stopped, and leaves one JSON file.
"""

import json
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import torch
from torch import nn

RUN_AGAIN = 75
ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "elu": nn.ELU}
DEFAULTS = {
    "filters": 32, "kernelSize": 3, "convLayers": 1, "blocks": 2, "padding": "valid", "activation": "relu",
    "denseLayers": 1, "denseUnits": 128, "dropout": 0.0, "batchSize": 64, "optimizer": "adam",
    "learningRate": 0.001, "momentum": 0.0,
}


def read_dataset(folder):
    """Images as float32 [rows, channels, height, width] between 0 and 1, labels as int64 [rows]."""
    header = json.loads((folder / "dataset.json").read_text())
    shape = (header["count"], header["height"], header["width"], header["channels"])
    images = np.fromfile(folder / header["images"]["file"], np.uint8).reshape(shape)
    labels = np.fromfile(folder / header["labels"]["file"], np.uint8)
    pixels = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).float() / 255
    return pixels, torch.from_numpy(labels.astype(np.int64)), header["classes"]


def build(params, channels, size, classes):
    """The network that bsweep plans for these parameters (src/cnn/shapes.ts)."""
    activation = ACTIVATIONS[params["activation"]]
    layers = []
    for block in range(params["blocks"]):
        filters = params["filters"] * 2**block
        for _ in range(params["convLayers"]):
            layers += [nn.Conv2d(channels, filters, params["kernelSize"], padding=params["padding"]), activation()]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    layers.append(nn.Flatten())
    with torch.no_grad():
        units = nn.Sequential(*layers)(torch.zeros(1, *size)).shape[1]
    for _ in range(params["denseLayers"]):
        layers += [nn.Linear(units, params["denseUnits"]), activation(), nn.Dropout(params["dropout"])]
        units = params["denseUnits"]
    return nn.Sequential(*layers, nn.Linear(units, classes))


def make_optimizer(params, model):
    rate = params["learningRate"]
    if params["optimizer"] == "sgd":
        return torch.optim.SGD(model.parameters(), rate, momentum=params["momentum"])
    kind = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}[params["optimizer"]]
    return kind(model.parameters(), rate)


class Checkpoints:
    """One file, replaced whole. Without a folder nothing is kept."""

    def __init__(self, request):
        wanted = request["checkpoint"]
        self.file = None if wanted is None else Path(wanted["folder"]) / "checkpoint.pt"
        self.seconds = 0 if wanted is None else wanted["seconds"]
        self.ends_at = float("inf")
        if request["endsAt"] is not None:
            self.ends_at = datetime.fromisoformat(request["endsAt"].replace("Z", "+00:00")).timestamp()
        self.told_to_stop = False
        self.saved_at = time.monotonic()
        if self.file is not None:
            signal.signal(signal.SIGTERM, lambda *_: setattr(self, "told_to_stop", True))

    def load(self):
        if self.file is None or not self.file.exists():
            return None
        return torch.load(self.file)

    def save(self, state):
        temporary = self.file.with_suffix(".tmp")
        torch.save(state, temporary)
        os.replace(temporary, self.file)
        self.saved_at = time.monotonic()

    def decide(self, at_epoch_end):
        """What to do now: "go on", "save" or "stop"."""
        if self.file is None:
            return "go on"
        if self.told_to_stop or time.time() >= self.ends_at:
            return "stop"
        due = time.monotonic() - self.saved_at >= self.seconds if self.seconds > 0 else at_epoch_end
        return "save" if due else "go on"


def train(model, optimizer, data, request, batch_size, checkpoints):
    """Returns the history; ends the program with status 75 when it is to stop."""
    images, labels, rows, validation = data
    loss_of = nn.CrossEntropyLoss()
    state = checkpoints.load()
    history, start, loss_sum = [], 0, 0.0
    if state is not None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        history, start, loss_sum = state["history"], state["start"], state["loss_sum"]
        print(f"going on after {len(history)} epochs and {start} rows", flush=True)

    def save_or_stop(decision):
        if decision == "go on":
            return
        checkpoints.save({
            "model": model.state_dict(), "optimizer": optimizer.state_dict(), "random": torch.get_rng_state(),
            "history": history, "start": start, "loss_sum": loss_sum,
        })
        if decision == "stop":
            sys.exit(RUN_AGAIN)

    while len(history) < request["resource"]["epochs"]:
        epoch = len(history) + 1
        began = time.monotonic()
        model.train()
        # The order depends on seed and epoch alone, so that a stopped epoch goes on in the same one.
        order = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(request["seed"] + epoch))]
        while start < len(order):
            batch = order[start : start + batch_size]
            optimizer.zero_grad()
            loss = loss_of(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(batch)
            start += len(batch)
            if start < len(order):
                save_or_stop(checkpoints.decide(at_epoch_end=False))
        accuracy, _, _ = judge(model, images[validation], labels[validation])
        record = {
            "epoch": epoch, "loss": loss_sum / len(order), "validationAccuracy": accuracy,
            "seconds": time.monotonic() - began,
        }
        print("bsweep:", json.dumps(record), flush=True)
        history, start, loss_sum = [*history, record], 0, 0.0
        if epoch < request["resource"]["epochs"]:
            save_or_stop(checkpoints.decide(at_epoch_end=True))
            # The study's pruner has stopped the trial.
            if os.path.exists(os.environ["BSWEEP_PRUNE"]):
                sys.exit()
    return history


def judge(model, images, labels):
    """Returns accuracy, loss and the probabilities, [rows, classes]."""
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(part) for part in images.split(1000)])
        loss = nn.CrossEntropyLoss()(logits, labels).item()
    return (logits.argmax(1) == labels).float().mean().item(), loss, logits.softmax(1)


def main():
    request = json.loads(Path(os.environ["BSWEEP_REQUEST"]).read_text())
    params = {**DEFAULTS, **request["params"]}
    torch.set_num_threads(request["threads"])
    torch.manual_seed(request["seed"])
    images, labels, classes = read_dataset(Path(os.environ["BSWEEP_DATA"]))
    held_out = torch.tensor(json.loads(Path(os.environ["BSWEEP_HOLDOUT"]).read_text()))
    rows = torch.tensor(json.loads(Path(os.environ["BSWEEP_ROWS"]).read_text()))
    # The same tenth of them in all trials, which a pruner compares by it: never by the hold-out.
    rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))]
    validation, rows = rows.tensor_split([len(rows) // 10])

    model = build(params, images.shape[1], images.shape[1:], classes)
    optimizer = make_optimizer(params, model)
    checkpoints = Checkpoints(request)
    history = train(model, optimizer, (images, labels, rows, validation), request, params["batchSize"], checkpoints)
    accuracy, loss, probabilities = judge(model, images[held_out], labels[held_out])
    if not np.isfinite(loss):
        report = {"metrics": {}, "failure": {"kind": "diverged", "message": "the loss is no finite number"}}
    else:
        metrics = {
            "holdoutAccuracy": accuracy, "holdoutLoss": loss,
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
        }
        report = {"metrics": metrics, "history": history}
        # bsweep reckons auc and others of these.
        probabilities.numpy().astype(np.float32).tofile(os.environ["BSWEEP_PROBABILITIES"])
    # The last act: bsweep takes the file as soon as the program ends.
    Path(os.environ["BSWEEP_RESULT"]).write_text(json.dumps(report))


if __name__ == "__main__":
    main()

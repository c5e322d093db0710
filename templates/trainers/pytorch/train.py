"""Trains a CNN with PyTorch on bsweep's packed images: tells of each epoch, saves after it (docs/custom-trainer.md)."""

import json
import signal
from os import environ as env
from pathlib import Path

import numpy as np
import torch
from torch import nn

params, rows, held_out = (json.loads(Path(env[f"BSWEEP_{name}"]).read_text()) for name in ("PARAMS", "ROWS", "HOLDOUT"))
data, epochs, seed = Path(env["BSWEEP_DATA"]), int(env["BSWEEP_EPOCHS"]), int(env["BSWEEP_SEED"])
header = json.loads((data / "dataset.json").read_text())
images, labels = (torch.from_numpy(np.fromfile(data / header[name]["file"], np.uint8)) for name in ("images", "labels"))
images = images.reshape(header["count"], header["height"], header["width"], -1).permute(0, 3, 1, 2) / 255
rows = torch.from_numpy(np.random.default_rng(0).permutation(rows))
validation, rows = rows.tensor_split([0 if env["BSWEEP_REFIT"] else len(rows) // 10])  # The same ones in all trials.
filters, kernel, units = params.get("filters", 32), params.get("kernelSize", 3), params.get("denseUnits", 128)


@torch.no_grad()
def predict(rows):
    return torch.cat([model.eval()(images[part]).softmax(1) for part in rows.split(1000)])


torch.manual_seed(seed)
blocks = [nn.Sequential(nn.LazyConv2d(size * filters, kernel), nn.ReLU(), nn.MaxPool2d(2)) for size in (1, 2)]
dense = [nn.LazyLinear(units), nn.ReLU(), nn.Dropout(params.get("dropout", 0)), nn.LazyLinear(header["classes"])]
model, done, stops = nn.Sequential(*blocks, nn.Flatten(), *dense), 0, []
predict(rows[:1])  # Lazy layers learn their sizes by it.
kinds = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop, "sgd": torch.optim.SGD}
more = {"momentum": params["momentum"]} if "momentum" in params else {}
optimizer = kinds[params.get("optimizer", "adam")](model.parameters(), params.get("learningRate", 0.001), **more)
saved = Path(env["BSWEEP_CHECKPOINTS"] or env["BSWEEP_SCRATCH"], "checkpoint.pt")
if saved.exists():
    model, optimizer, done = torch.load(saved, weights_only=False)
    print(f"going on after {done} epochs", flush=True)
signal.signal(signal.SIGTERM, lambda *_: stops.append(True))
for epoch in range(done + 1, epochs + 1):
    torch.manual_seed(seed + epoch)
    losses = []
    for batch in rows[torch.randperm(len(rows))].split(params.get("batchSize", 64)):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model.train()(images[batch]), labels[batch].long())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    told = {"epoch": epoch, "loss": sum(losses) / len(losses)}
    if len(validation):
        told["validationAccuracy"] = (predict(validation).argmax(1) == labels[validation]).float().mean().item()
    print("bsweep:", json.dumps(told), flush=True)
    torch.save((model, optimizer, epoch), saved.with_name(".new.pt"))
    saved.with_name(".new.pt").replace(saved)
    if epoch < epochs and (stops or Path(env["BSWEEP_PRUNE"]).exists()):
        raise SystemExit(75)
predict(torch.tensor(held_out, dtype=torch.long)).numpy().tofile(env["BSWEEP_PROBABILITIES"])
torch.save(model.state_dict(), Path(env["BSWEEP_ARTIFACTS"] or env["BSWEEP_SCRATCH"], "model.pt"))
Path(env["BSWEEP_RESULT"]).write_text('{"metrics": {}}')  # bsweep reckons them of the probabilities.

"""An ordinary script that knows nothing of bsweep: logistic regression on powers of points tells two rings apart."""

import argparse
import json
import math
import random
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--learning-rate", type=float, default=0.1)
parser.add_argument("--degree", type=int, default=2)
parser.add_argument("--optimizer", choices=["sgd", "momentum"], default="sgd")
parser.add_argument("--momentum", type=float, default=0.9)
parser.add_argument("--standardize", action=argparse.BooleanOptionalAction, default=True)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--out", default="", help="folder that the weights go to")
options = parser.parse_args()


def features(point):
    x, y = point
    return [1.0] + [x**i * y**j for i in range(options.degree + 1) for j in range(options.degree + 1 - i) if i + j > 0]


def predict(each):
    return 1 / (1 + math.exp(-max(-30, min(30, sum(w * x for w, x in zip(weights, each))))))


points, draw = random.Random(1), random.Random(options.seed)
rows = []
for _ in range(600):
    angle, inner = points.uniform(0, 2 * math.pi), points.random() < 0.5
    radius = points.gauss(1 if inner else 2, 0.35)
    rows.append((features([radius * math.cos(angle), radius * math.sin(angle)]), int(inner)))
if options.standardize:
    for column in range(1, len(rows[0][0])):
        scale = math.sqrt(sum(each[column] ** 2 for each, _ in rows) / len(rows))
        for each, _ in rows:
            each[column] /= scale
training, validation = rows[:400], rows[400:]
weights = [0.0] * len(rows[0][0])
speed = [0.0] * len(weights)
inertia = options.momentum if options.optimizer == "momentum" else 0.0
for epoch in range(1, options.epochs + 1):
    draw.shuffle(training)
    for each, label in training:
        error = predict(each) - label
        for place, x in enumerate(each):
            speed[place] = inertia * speed[place] - options.learning_rate * error * x
            weights[place] += speed[place]
    right = sum((predict(each) > 0.5) == bool(label) for each, label in validation) / len(validation)
    losses = [-math.log(max(1e-9, predict(each) if label else 1 - predict(each))) for each, label in validation]
    loss = sum(losses) / len(losses)
    print(f"epoch {epoch}/{options.epochs} - val_loss: {loss:.4f} - val_acc: {right:.4f}", flush=True)
if options.out:
    Path(options.out, "weights.json").write_text(json.dumps(weights))

"""NePS's side of the digits' replay: neps_replay.py TABLE.json, then a line of JSON on stdin for each search.

A search is {optimizer, seed, workers, trials, until}; the answer is that of `optuna_replay.py`: {standings: [[steps, seconds, time, row], ...]}.
NePS is asked and told in the order of events of `simulate.ts`. It pauses a trial at each rung and promotes it later: a promoted trial goes on
from its last epoch. It is over after `trials` trials, promotions not counted. What it is told of one that was trained to its end is the objective, at rungs the value that pruners see.
"""

import json
import logging
import os
import random
import sys
import warnings
from heapq import heappop, heappush

os.environ["OMP_NUM_THREADS"] = "1"
import neps
import numpy as np
import torch

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
torch.set_num_threads(1)
with open(sys.argv[1]) as file:
    table = json.load(file)
parameters, rows, goals = table["parameters"], table["rows"], set(table["goals"])
last = len(rows[0][0]["losses"])
# Numbers in their order, by index.
indices = {each["name"]: neps.Integer(0, len(each["values"]) - 1) for each in parameters}
plain = type("Plain", (neps.PipelineSpace,), dict(indices))
by_epochs = type("ByEpochs", (neps.PipelineSpace,), {**indices, "epochs": neps.IntegerFidelity(1, last)})
OPTIMIZERS = {
    "hyperband": lambda: neps.algorithms.hyperband(by_epochs()),
    "asha": lambda: neps.algorithms.asha(by_epochs()),
    "priorband": lambda: neps.algorithms.priorband(by_epochs()),
    "bo": lambda: neps.algorithms.bayesian_optimization(plain()),
}


def row_of(config):
    place = 0
    for each in parameters:
        place = place * len(each["values"]) + int(config[each["name"]])
    return place


def course_of(row, seed):
    mixed = (row * 2654435761 + seed * 40503) % 2**32
    return rows[row][(mixed >> 16) % len(rows[row])]


def search(optimizer, seed, workers, trials, until):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    study = neps.AskAndTell(OPTIMIZERS[optimizer]())
    running, standings, best, asked, sampled = [], [], (float("inf"), -1), 0, 0
    steps, seconds, now, epochs_of = 0, 0.0, 0.0, {}
    while True:
        while len(running) < workers:
            trial = study.ask()
            asked += 1
            sampled += trial.metadata.previous_trial_id is None
            row = row_of(trial.config)
            course = course_of(row, seed)
            done = epochs_of.get(trial.metadata.previous_trial_id, 0)
            epochs_of[trial.id] = trial.config.get("epochs", last)
            heappush(running, (now + course["seconds"][done], asked, done + 1, trial.id, row, course))
        now, number, step, name, row, course = heappop(running)
        steps, seconds = steps + 1, seconds + course["seconds"][step - 1]
        if step < epochs_of[name]:
            heappush(running, (now + course["seconds"][step], number, step + 1, name, row, course))
            continue
        study.tell(name, course["loss"] if step == last else course["losses"][step - 1])
        if step == last:
            best = min(best, (course["loss"], row), key=lambda pair: pair[0])
        over = sampled > trials or (best[1] in goals and seconds >= until)
        if over or best[1] != (standings[-1][3] if standings else -1):
            standings.append([steps, round(seconds, 3), round(now, 3), best[1]])
        if over:
            return standings


for line in sys.stdin:
    print(json.dumps({"standings": search(**json.loads(line))}), flush=True)

"""Optuna's side of the search benchmark: optuna_search.py FOLDER, then a line of JSON on stdin for each search.

A search is {table, sampler, seed, workers, trials}; the answer is a line {regrets: [after 50, 100 and 200 finished trials]}.
Trials are asked and told in the order in which `simulate.ts` has them, with the values that it would see.
"""

import json
import os
import sys
import warnings
from heapq import heappop, heappush

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, IntDistribution
from optuna.samplers import GPSampler, RandomSampler, TPESampler

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
STAGES = [50, 100, 200]
SAMPLERS = {
    "random": lambda seed: RandomSampler(seed=seed),
    "tpe": lambda seed: TPESampler(multivariate=True, constant_liar=True, seed=seed),
    "gp": lambda seed: GPSampler(seed=seed),
}


class Table:
    def __init__(self, folder, name):
        with open(os.path.join(folder, f"{name}.json")) as file:
            told = json.load(file)
        self.parameters = told["parameters"]
        both = np.fromfile(os.path.join(folder, f"{name}.bin"), "<f8").reshape(2, -1, told["replicates"])
        self.losses = both[0]
        self.means = np.nanmean(both[0], axis=1)
        self.seconds = np.nanmean(both[1], axis=1)
        self.best, self.median = self.means.min(), np.median(self.means)

    def distributions(self):
        """Numbers in their order by index, as the package's own example gives them to Optuna; texts as categories."""
        return {
            each["name"]: CategoricalDistribution(range(len(each["values"])))
            if isinstance(each["values"][0], str)
            else IntDistribution(0, len(each["values"]) - 1)
            for each in self.parameters
        }

    def row(self, params):
        place = 0
        for each in self.parameters:
            place = place * len(each["values"]) + params[each["name"]]
        return place

    def observe(self, row, seed, repeat):
        values = self.losses[row][~np.isnan(self.losses[row])]
        mixed = (row * 2654435761 + seed * 40503) % 2**32
        return values[((mixed >> 16) + repeat) % len(values)]


def search(table, sampler, seed, workers, trials):
    study = optuna.create_study(sampler=SAMPLERS[sampler](seed))
    distributions = table.distributions()
    running, repeats, regrets, best, asked = [], {}, [], (np.inf, 0), 0

    def ask(now):
        trial = study.ask(distributions)
        heappush(running, (now + table.seconds[table.row(trial.params)], trial.number, trial))

    while len(regrets) < trials:
        while asked < trials and len(running) < workers:
            ask(now if asked >= workers else 0)
            asked += 1
        now, _, trial = heappop(running)
        row = table.row(trial.params)
        loss = table.observe(row, seed, repeats.get(row, 0))
        repeats[row] = repeats.get(row, 0) + 1
        study.tell(trial, loss)
        best = min(best, (loss, table.means[row]), key=lambda pair: pair[0])
        regrets.append((best[1] - table.best) / (table.median - table.best))
    return [round(regrets[stage - 1], 6) for stage in STAGES]


folder = sys.argv[1]
tables = {}
for line in sys.stdin:
    asked = json.loads(line)
    name = asked.pop("table")
    if name not in tables:
        tables[name] = Table(folder, name)
    print(json.dumps({"regrets": search(tables[name], **asked)}), flush=True)

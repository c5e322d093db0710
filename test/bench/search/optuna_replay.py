"""Optuna's side of the digits' replay: optuna_replay.py TABLE.json, then a line of JSON on stdin for each search.

A search is {sampler, pruner, seed, workers, trials, until}; the answer is a line {standings: [[steps, seconds, time, row], ...]}, one after
each trial that has ended and changed what the search would name, and after the last one. It is over once that is one of the table's goals and `until` seconds
were spent. Trials are asked and told in the order in which `simulate.ts` has them, with the values that it would see.
"""

import json
import os
import sys
import warnings
from heapq import heappop, heappush

os.environ["OMP_NUM_THREADS"] = "1"
import optuna
from optuna.distributions import CategoricalDistribution
from optuna.pruners import HyperbandPruner, NopPruner, SuccessiveHalvingPruner
from optuna.samplers import RandomSampler, TPESampler

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
SAMPLERS = {
    "random": lambda seed: RandomSampler(seed=seed),
    "tpe": lambda seed: TPESampler(multivariate=True, constant_liar=True, seed=seed),
}
PRUNERS = {
    "none": lambda epochs: NopPruner(),
    "halving": lambda epochs: SuccessiveHalvingPruner(min_resource=1, reduction_factor=3),
    "hyperband": lambda epochs: HyperbandPruner(min_resource=1, max_resource=epochs, reduction_factor=3),
}

with open(sys.argv[1]) as file:
    table = json.load(file)
parameters, rows, goals = table["parameters"], table["rows"], set(table["goals"])
epochs = len(rows[0][0]["losses"])
distributions = {each["name"]: CategoricalDistribution(each["values"]) for each in parameters}


def row_of(params):
    place = 0
    for each in parameters:
        place = place * len(each["values"]) + each["values"].index(params[each["name"]])
    return place


def course_of(row, seed):
    mixed = (row * 2654435761 + seed * 40503) % 2**32
    return rows[row][(mixed >> 16) % len(rows[row])]


def search(sampler, pruner, seed, workers, trials, until):
    # HyperbandPruner deals trials out by the study's name, which is random unless given.
    name = f"digits {seed}"
    study = optuna.create_study(study_name=name, sampler=SAMPLERS[sampler](seed), pruner=PRUNERS[pruner](epochs))
    running, standings, best, asked, ended = [], [], (float("inf"), -1), 0, 0
    steps, seconds = 0, 0.0

    def ask(now):
        trial = study.ask(distributions)
        row = row_of(trial.params)
        course = course_of(row, seed)
        heappush(running, (now + course["seconds"][0], trial.number, 1, trial, row, course))

    now = 0
    while ended < trials:
        while asked < trials and len(running) < workers:
            ask(now)
            asked += 1
        now, number, step, trial, row, course = heappop(running)
        steps, seconds = steps + 1, seconds + course["seconds"][step - 1]
        trial.report(course["losses"][step - 1], step)
        if step < epochs and not trial.should_prune():
            heappush(running, (now + course["seconds"][step], number, step + 1, trial, row, course))
            continue
        if step < epochs:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, course["loss"])
            best = min(best, (course["loss"], row), key=lambda pair: pair[0])
        ended += 1
        standing = [steps, round(seconds, 3), round(now, 3), best[1]]
        over = best[1] in goals and seconds >= until
        if over or ended == trials or best[1] != (standings[-1][3] if standings else -1):
            standings.append(standing)
        if over:
            break
    return standings


for line in sys.stdin:
    print(json.dumps({"standings": search(**json.loads(line))}), flush=True)

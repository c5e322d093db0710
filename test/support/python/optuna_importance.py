"""Importance of the same trials by Optuna: JSON on stdin, {distributions, trials: [{params, value}], direction}; on stdout."""

import json
import sys
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator
from optuna.importance import get_param_importances

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def read(distribution):
    if distribution["kind"] == "categorical":
        return CategoricalDistribution(distribution["values"])
    low, high, log = distribution["low"], distribution["high"], distribution["log"]
    if distribution["kind"] == "real":
        return FloatDistribution(low, high, log=log, step=distribution.get("step"))
    return IntDistribution(low, high, log=log, step=distribution["step"])


asked = json.load(sys.stdin)
distributions = {name: read(one) for name, one in asked["distributions"].items()}
study = optuna.create_study(direction=asked["direction"])
study.add_trials(
    [
        optuna.trial.create_trial(
            params=params,
            distributions={name: distributions[name] for name in params},
            value=value,
        )
        for params, value in zip(asked["params"], asked["objectives"])
    ]
)
evaluators = {"pedAnova": lambda: PedAnovaImportanceEvaluator(), "fanova": lambda: FanovaImportanceEvaluator(seed=1)}
found = {
    name: get_param_importances(study, evaluator=evaluators[name](), normalize=False)
    for name in asked["evaluators"]
}
json.dump(found, sys.stdout, default=float)

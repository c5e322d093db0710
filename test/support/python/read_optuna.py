"""Tells with Optuna itself what stands in a database: read_optuna.py FILE [names | schema | add | front REFERENCE]."""

import json
import sqlite3
import sys
import tempfile
import warnings

import numpy
import optuna
from optuna._hypervolume import compute_hypervolume

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def describe(trial):
    return {
        "state": trial.state.name,
        "value": trial.value,
        "params": trial.params,
        "distributions": {name: str(each) for name, each in trial.distributions.items()},
        "intermediate": sorted(trial.intermediate_values.items()),
        "attributes": trial.user_attrs,
        "start": trial.datetime_start and str(trial.datetime_start),
        "complete": trial.datetime_complete and str(trial.datetime_complete),
    }


def describe_study(url):
    study = optuna.load_study(study_name=None, storage=url)
    trials = study.trials
    frame = study.trials_dataframe()
    values = frame[f"value_{study.metric_names[0]}"]
    told = {
        "study": study.study_name,
        "direction": study.direction.name,
        "metricNames": study.metric_names,
        "attributes": study.user_attrs,
        "best": {"number": study.best_trial.number, "value": study.best_value},
        "importances": optuna.importance.get_param_importances(
            study, evaluator=optuna.importance.FanovaImportanceEvaluator(seed=1)
        ),
        "trials": [describe(trial) for trial in trials],
        "columns": list(frame.columns),
        "values": [None if value != value else value for value in values],
    }
    optuna.importance.get_param_importances(study)
    asked = study.ask({name: each for trial in trials[1:2] for name, each in trial.distributions.items()})
    return {**told, "asked": asked.params}


def describe_front(url, reference):
    """Of several objectives. reference: JSON, a value each."""
    study = optuna.load_study(study_name=None, storage=url)
    signs = numpy.array([-1.0 if each.name == "MAXIMIZE" else 1.0 for each in study.directions])
    best = study.best_trials
    losses = signs * numpy.array([trial.values for trial in best])
    study.sampler = optuna.samplers.TPESampler(seed=1)
    asked = study.ask({name: each for trial in best[:1] for name, each in trial.distributions.items()})
    return {
        "directions": [each.name for each in study.directions],
        "metricNames": study.metric_names,
        "front": [{"trial": each.user_attrs["trial"], "values": each.values} for each in best],
        "hypervolume": compute_hypervolume(losses, signs * numpy.array(json.loads(reference))),
        "states": [trial.state.name for trial in study.trials],
        "failures": [each.user_attrs.get("failure") for each in study.trials if each.state.name == "FAIL"],
        "asked": asked.params,
    }


def describe_schema():
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        optuna.create_study(storage=f"sqlite:///{file.name}")
        rows = sqlite3.connect(file.name).execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"
        )
        return [dict(zip(["type", "name", "tbl_name", "sql"], row)) for row in rows]


file, what, *more = [*sys.argv[1:], "study"]
url = f"sqlite:///{file}"
if what == "schema":
    print(json.dumps(describe_schema()))
elif what == "front":
    print(json.dumps(describe_front(url, *more[:1])))
elif what == "names":
    print(json.dumps(optuna.get_all_study_names(storage=url)))
elif what == "add":
    study = optuna.load_study(study_name=None, storage=url)
    study.set_user_attr("note", "mine")
else:
    print(json.dumps(describe_study(url)))

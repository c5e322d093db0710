"""scikit-learn's scores. stdin: JSON [{"labels", "classes", "probabilities": [[...]]}, ...]; stdout: a list of their scores."""

import json
import sys
import warnings

import numpy as np
from sklearn.metrics import balanced_accuracy_score, f1_score, log_loss, roc_auc_score

warnings.simplefilter("ignore")


def score(case):
    labels = np.array(case["labels"])
    probabilities = np.array(case["probabilities"], dtype="float32")
    predictions = probabilities.argmax(axis=1)
    classes = list(range(case["classes"]))
    # As many digits as there are: what was cut off at float32's epsilon is summed as float64.
    cut = np.clip(probabilities, np.finfo("float32").eps, 1 - np.finfo("float32").eps)
    if case["classes"] == 2:
        auc = roc_auc_score(labels, probabilities[:, 1])
    else:
        auc = roc_auc_score(labels, probabilities, multi_class="ovr", average="macro", labels=classes)
    return {
        "balancedAccuracy": balanced_accuracy_score(labels, predictions),
        "macroF1": f1_score(labels, predictions, average="macro"),
        "logLoss": log_loss(labels, cut.astype("float64"), labels=classes),
        "logLossOfFloats": float(log_loss(labels, probabilities, labels=classes)),
        "auc": auc,
    }


json.dump([score(case) for case in json.load(sys.stdin)], sys.stdout)

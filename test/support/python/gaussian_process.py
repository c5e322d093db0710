"""Log marginal likelihood and predictions by scikit-learn: JSON on stdin, on stdout.

{points, values, noises, asked, lengths, variance}: rows of numbers, their values and noise variances, rows that are asked for.
"""

import json
import sys

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

told = json.load(sys.stdin)
x, y, noises = (np.array(told[name]) for name in ("points", "values", "noises"))
kernel = ConstantKernel(told["variance"]) * Matern(told["lengths"], nu=2.5)
inverse = np.linalg.inv(kernel(x) + np.diag(noises))
mean = (inverse @ y).sum() / inverse.sum()
model = GaussianProcessRegressor(kernel, alpha=noises, optimizer=None).fit(x, y - mean)
means, deviations = model.predict(np.array(told["asked"]), return_std=True)
constant = len(y) * np.log(2 * np.pi) / 2
json.dump(
    {
        "logLikelihood": model.log_marginal_likelihood_value_ + constant,
        "means": (means + mean).tolist(),
        "variances": (deviations**2).tolist(),
    },
    sys.stdout,
)

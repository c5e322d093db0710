"""submitit's side of the generate benchmark: everything it writes to submit trials as Slurm arrays.

Arguments: folder to write to, number of trials. Arrays hold at most 1,000, as in bsweep.
"""

import sys

import submitit


def train(params):
    raise NotImplementedError


if __name__ == "__main__":
    folder, trials = sys.argv[1], int(sys.argv[2])
    params = [
        {
            "filters": 32 << (trial % 4),
            "kernelSize": 3 + 2 * (trial % 2),
            "convLayers": 2 + trial % 3,
            "denseUnits": 64 << (trial % 4),
            "batchSize": 32 << (trial % 4),
            "learningRate": 1 / (1 + trial),
            "dropout": trial / trials,
            "validationSplit": 0.1,
        }
        for trial in range(trials)
    ]
    executor = submitit.AutoExecutor(folder, cluster="slurm")
    executor.update_parameters(timeout_min=120, mem_gb=4, slurm_array_parallelism=50)
    for start in range(0, trials, 1000):
        executor.map_array(train, params[start : start + 1000])

"""Packs digits with pandas or NumPy: images.bin and labels.bin, as bsweep writes them. Usage: FORM FILE FOLDER"""

import os
import sys

import numpy as np

form, path, folder = sys.argv[1:]
if form == "csv":
    import pandas as pd

    table = pd.read_csv(path)
    labels = table.pop("label").to_numpy(np.uint8)
    images = table.to_numpy(np.uint8)
elif form == "make-npz":
    images = np.fromfile(os.path.join(path, "images.bin"), np.uint8).reshape(-1, 28, 28)
    labels = np.fromfile(os.path.join(path, "labels.bin"), np.uint8)
    np.savez_compressed(folder, x_train=images, y_train=labels)
    sys.exit()
else:
    with np.load(path) as arrays:
        images, labels = arrays["x_train"], arrays["y_train"]
os.makedirs(folder, exist_ok=True)
np.ascontiguousarray(images).tofile(os.path.join(folder, "images.bin"))
labels.tofile(os.path.join(folder, "labels.bin"))

"""Packs digits with pandas or NumPy, as bsweep packs them: images.bin and labels.bin. Usage: FORM FILE FOLDER

`whole` before the form does all that bsweep does: it looks at labels and pixels, hashes the files and each row, and syncs."""

import hashlib
import heapq
import os
import sys

import numpy as np

whole = sys.argv[1] == "whole"
form, path, folder = sys.argv[-3:]
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
images = np.ascontiguousarray(images)


def write(name, array):
    with open(os.path.join(folder, name), "wb") as file:
        array.tofile(file)
        if whole:
            file.flush()
            os.fsync(file.fileno())
    return hashlib.sha256(array).hexdigest() if whole else None


os.makedirs(folder, exist_ok=True)
digests = [write("images.bin", images), write("labels.bin", labels)]
if whole:
    rows = (hashlib.sha256(row).hexdigest()[:10] for row in images.reshape(len(images), -1))
    sample = heapq.nsmallest(512, rows)
    print(digests, np.bincount(labels), images.min(), images.max(), len(set(sample)))

"""Keras's side of the training benchmark: one epoch of model.fit for each line on stdin.

Arguments: images file, labels file, rows, batch size, threads, jit_compile (auto or off), dtype policy.
"""

import os
import sys
import time

images_file, labels_file, rows, batch_size, threads, jit, policy = sys.argv[1:]
os.environ["KERAS_BACKEND"] = "tensorflow"

import tensorflow as tf  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(int(threads))
tf.config.threading.set_inter_op_parallelism_threads(int(threads))

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402


class Turns(keras.callbacks.Callback):
    """Waits for its turn before each epoch and answers with the epoch's seconds."""

    def on_epoch_begin(self, epoch, logs=None):
        if not sys.stdin.readline():
            sys.exit()
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        print(time.perf_counter() - self.started, flush=True)


keras.config.set_dtype_policy(policy)
count = int(rows)
x = np.fromfile(images_file, np.uint8, count * 784).reshape(count, 28, 28, 1)
y = np.fromfile(labels_file, np.uint8, count).astype(np.int32)
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(10, dtype="float32"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(0.001),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
    jit_compile="auto" if jit == "auto" else False,
)
model.fit(
    x.astype(np.float32) / np.float32(255),
    y,
    batch_size=int(batch_size),
    epochs=10**6,
    shuffle=True,
    verbose=0,
    callbacks=[Turns()],
)

"""PyTorch's side of the training benchmark: one epoch for each line on stdin.

Arguments: images file, labels file, rows, batch size, threads, memory format (contiguous_format or channels_last).
"""

import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

images_file, labels_file, rows, batch_size, threads, layout = sys.argv[1:]
torch.set_num_threads(int(threads))
torch.set_num_interop_threads(int(threads))
torch.manual_seed(1)
memory_format = getattr(torch, layout)

count = int(rows)
x = np.fromfile(images_file, np.uint8, count * 784).reshape(count, 1, 28, 28)
images = torch.from_numpy(x.astype(np.float32) / np.float32(255)).to(memory_format=memory_format)
labels = torch.from_numpy(np.fromfile(labels_file, np.uint8, count).astype(np.int64))
model = nn.Sequential(
    nn.Conv2d(1, 32, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(1600, 128),
    nn.ReLU(),
    nn.Dropout(0.3),
    nn.Linear(128, 10),
).to(memory_format=memory_format)
optimizer = torch.optim.Adam(model.parameters(), 0.001, foreach=True)


def train_epoch():
    """Batches straight from tensors in memory: a DataLoader, example by example, would only be slower."""
    loss_sum = torch.zeros(())
    correct = torch.zeros((), dtype=torch.int64)
    for batch in torch.randperm(count).split(int(batch_size)):
        truth = labels[batch]
        logits = model(images[batch])
        loss = functional.cross_entropy(logits, truth)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        loss_sum += loss.detach() * len(batch)
        correct += (logits.detach().argmax(1) == truth).sum()
    return loss_sum.item() / count, correct.item() / count


while sys.stdin.readline():
    started = time.perf_counter()
    train_epoch()
    print(time.perf_counter() - started, flush=True)

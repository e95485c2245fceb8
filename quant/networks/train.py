#!/usr/bin/python3
"""Trains a small network on pairs of Fashion-MNIST images and writes it as ONNX.

    /usr/bin/python3 train.py FAMILY --seed S [--epochs N] [--out DIR] [--log FILE]

FAMILY is resnet, mobilenet or vit; the file is DIR/FAMILY_S.onnx (DIR: this folder), and a row of
DIR/trained.csv says what was measured. Needs Debian's python3-torch, libopenblas0-openmp and
dataset-fashion-mnist. The weights of the last epoch are kept: none are chosen by the test set.

One thread, so that a seed gives the same weights again on the same machine and libraries; another
processor sums in another order and ends a few tenths of a per cent away.
"""
import argparse
import csv
import os
import time
import warnings

import numpy
import torch
from torch.nn import functional

import pairs
from families import FAMILIES

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH = 128
OPSET = 13
RECORD = ("network", "epochs", "parameters", "top1", "cpu_seconds")

# Epochs; peak of the one-cycle learning rate; weight decay; pixels by which an image may be moved. The
# transformer, which cuts its patches at fixed places, came to 78.5 % with (16, 2e-3, 0.05, 2).
SCHEDULES = {
    "resnet": (18, 6e-3, 0.02, 2), "mobilenet": (14, 6e-3, 0.02, 2), "vit": (18, 3e-3, 0.05, 1)}


def to_tensor(pixels):
    """Channels last: with one channel only the strides tell, and convolutions are twice as fast."""
    x = torch.from_numpy(pairs.normalize(pixels))
    height, width = x.shape[2:]
    return x.as_strided(x.shape, (height * width, 1, width, 1))


def decayed(model):
    """Weight decay belongs to matrices and kernels, not to norms, biases and positions."""
    groups = {True: [], False: []}
    for name, parameter in model.named_parameters():
        groups[parameter.dim() > 1 and name != "position"].append(parameter)
    return groups


def top1(model, pixels, labels):
    model.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(labels), 500):
            logits = model(to_tensor(pixels[start:start + 500]))
            right += (logits.argmax(1).numpy() == labels[start:start + 500]).sum()
    return 100 * right / len(labels)


def train(family, seed, epochs, say):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    default_epochs, rate, decay, shift = SCHEDULES[family]
    epochs = epochs or default_epochs
    augmenter = pairs.Augmenter(*pairs.load("train"), shift, numpy.random.default_rng(seed))
    test = pairs.fixed_pairs(*pairs.load("t10k"))

    model = FAMILIES[family]().to(memory_format=torch.channels_last)
    groups = decayed(model)
    optimizer = torch.optim.AdamW(
        [{"params": groups[True], "weight_decay": decay}, {"params": groups[False], "weight_decay": 0}])
    steps = epochs * (len(augmenter.labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=0.2)

    start = time.process_time()
    accuracy = None
    for epoch in range(epochs):
        model.train()
        losses = []
        for pixels, labels in augmenter.epoch(BATCH):
            loss = functional.cross_entropy(model(to_tensor(pixels)), torch.from_numpy(labels))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        accuracy = top1(model, *test)
        say(f"{family}_{seed} epoch {epoch + 1}/{epochs} loss {numpy.mean(losses):.4f} "
            f"top1 {accuracy:.2f} cpu_seconds {time.process_time() - start:.0f}")
    row = {
        "network": f"{family}_{seed}", "epochs": epochs,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "top1": f"{accuracy:.2f}", "cpu_seconds": f"{time.process_time() - start:.0f}",
    }
    return model, row


def export(model, path):
    """PRESERVE of a model in eval mode: batch norms stay nodes of their own. Folding is ours to do."""
    model.eval()
    example = torch.from_numpy(pairs.normalize(numpy.zeros((2, 28, 56), numpy.uint8)))
    # Folding constants turns the linear layers' weights, and says that it might do more. It does not
    # touch batch norms: the test of the shipped networks looks for them.
    warnings.filterwarnings("ignore", message=".*constant folding.*", category=UserWarning)
    # The exporter lets equal constants be one (a block's last norm and its shortcut's learn the same
    # bias). Here each layer owns its constants, since techniques change them.
    torch._C._jit_pass_onnx_deduplicate_initializers = lambda _graph, constants, _training: constants
    torch.onnx.export(
        model.to(memory_format=torch.contiguous_format), example, path + ".part",
        opset_version=OPSET, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=True,
        input_names=["images"], output_names=["logits"],
        dynamic_axes={"images": {0: "N"}, "logits": {0: "N"}})
    os.replace(path + ".part", path)


def record(path, row):
    """Puts the network's row into the table, in order, in the place of an older one."""
    rows = {}
    if os.path.exists(path):
        with open(path, newline="") as file:
            rows = {old["network"]: old for old in csv.DictReader(file)}
    rows[row["network"]] = row
    with open(path + ".part", "w", newline="") as file:
        writer = csv.DictWriter(file, RECORD, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[name] for name in sorted(rows))
    os.replace(path + ".part", path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family", choices=sorted(FAMILIES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, help="default: what the shipped ones were trained for")
    parser.add_argument("--out", default=HERE)
    parser.add_argument("--log", help="a file to append a line an epoch to")
    arguments = parser.parse_args()

    def say(line):
        print(line, flush=True)
        if arguments.log:
            with open(arguments.log, "a") as file:
                file.write(line + "\n")

    os.makedirs(arguments.out, exist_ok=True)
    model, row = train(arguments.family, arguments.seed, arguments.epochs, say)
    export(model, os.path.join(arguments.out, row["network"] + ".onnx"))
    record(os.path.join(arguments.out, "trained.csv"), row)


if __name__ == "__main__":
    main()

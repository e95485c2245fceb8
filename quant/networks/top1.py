#!/usr/bin/env python3
"""Top-1 of an ONNX network by ONNX Runtime: what another author's executor says.

    top1.py MODEL.onnx [--images X.npy --labels Y.npy --mean M --std S]

Without --images the test pairs of Fashion-MNIST; with them N x C x H x W, and (x - mean) / std goes in.
Needs numpy and onnxruntime (requirements-test.txt).
"""
import argparse

import numpy
import onnxruntime

import pairs


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def logits(path, images, prepare, batch=100):
    """The network's output for all images, each batch prepared just before it is read."""
    run = session(path)
    name = run.get_inputs()[0].name
    return numpy.concatenate([
        run.run(None, {name: prepare(images[start:start + batch])})[0]
        for start in range(0, len(images), batch)])


def top1(output, labels):
    """Per cent."""
    return 100 * float((output.argmax(1) == labels).mean())


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--images")
    parser.add_argument("--labels")
    parser.add_argument("--mean", type=float, default=0.0)
    parser.add_argument("--std", type=float, default=1.0)
    arguments = parser.parse_args()
    if bool(arguments.images) != bool(arguments.labels):
        parser.error("--images and --labels belong together")
    if arguments.images:
        images, labels = numpy.load(arguments.images), numpy.load(arguments.labels)

        def prepare(x):
            return (x.astype(numpy.float32) - numpy.float32(arguments.mean)) / numpy.float32(arguments.std)
    else:
        images, labels = pairs.fixed_pairs(*pairs.load("t10k"))
        prepare = pairs.normalize
    print(f"{top1(logits(arguments.model, images, prepare), labels):.2f} % of {len(labels)}")


if __name__ == "__main__":
    main()

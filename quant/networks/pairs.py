"""Fashion-MNIST in pairs: two images side by side, and the hundred classes of the two together.

One image of Fashion-MNIST is so easy that formats of six bits and more cannot be told apart by top-1.
A pair is right only where both halves are.

    input   N x 1 x 28 x 56, float32, (pixel / 255 - 0.2860) / 0.3530
    label   10 * left + right
    test    pair k = (test image k, test image (7919 k + 4241) mod 10000), k = 0 .. 9999

Needs numpy alone, so that it serves the trainer (the system's Python) and the check (the tests' one).
"""
import gzip
import os

import numpy

FOLDER = "/usr/share/datasets/fashion-mnist"  # Debian's package dataset-fashion-mnist
SIDE = 28
MEAN, DEVIATION = 0.2860, 0.3530
STEP, OFFSET = 7919, 4241  # the partner of image k; STEP is a prime and divides no size of a set
MAGIC_IMAGES, MAGIC_LABELS = 2051, 2049  # the IDX header: unsigned bytes of 3 and of 1 dimensions


def read_idx(path, magic, dimensions):
    """The unsigned bytes of a gzipped IDX file."""
    with gzip.open(path) as file:
        data = file.read()
    header = numpy.frombuffer(data, ">i4", 1 + dimensions)
    if header[0] != magic:
        raise SystemExit(f"{path}: begins with {header[0]}, want {magic}: not such an IDX file")
    return numpy.frombuffer(data, numpy.uint8, offset=header.nbytes).reshape(header[1:])


def load(name, folder=FOLDER):
    """Images (N x 28 x 28, bytes) and labels (N) of the set `train` or `t10k`."""
    if not os.path.isdir(folder):
        raise SystemExit(f"{folder}: no such folder; on Debian: apt-get install dataset-fashion-mnist")
    images = read_idx(f"{folder}/{name}-images-idx3-ubyte.gz", MAGIC_IMAGES, 3)
    labels = read_idx(f"{folder}/{name}-labels-idx1-ubyte.gz", MAGIC_LABELS, 1)
    return images, labels.astype(numpy.int64)


def fixed_pairs(images, labels):
    """Every image once on the left, its partner on the right: (N x 28 x 56 bytes, labels 0 .. 99)."""
    partner = (STEP * numpy.arange(len(images)) + OFFSET) % len(images)
    return numpy.concatenate([images, images[partner]], axis=2), 10 * labels + labels[partner]


def normalize(pixels):
    """What a network reads: N x 1 x H x W, float32, of N x H x W bytes."""
    return ((pixels.astype(numpy.float32) / 255 - MEAN) / DEVIATION)[:, None]


class Augmenter:
    """Random pairs of a training set, each image moved by up to `shift` pixels and perhaps mirrored."""

    def __init__(self, images, labels, shift, generator):
        self.labels, self.shift, self.generator = labels, shift, generator
        self.padded = numpy.pad(images, ((0, 0), (shift, shift), (shift, shift)))

    def _halves(self, index):
        def offsets():
            return self.generator.integers(0, 2 * self.shift + 1, len(index))[:, None]

        rows, columns = offsets() + numpy.arange(SIDE), offsets() + numpy.arange(SIDE)
        mirrored = self.generator.random(len(index)) < 0.5
        columns[mirrored] = columns[mirrored, ::-1]
        return self.padded[index[:, None, None], rows[:, :, None], columns[:, None, :]]

    def epoch(self, batch):
        """Every image once on the left and once on the right; whole batches only."""
        count = len(self.labels)
        left, right = self.generator.permutation(count), self.generator.permutation(count)
        for start in range(0, count - batch + 1, batch):
            one, two = left[start:start + batch], right[start:start + batch]
            pixels = numpy.concatenate([self._halves(one), self._halves(two)], axis=2)
            yield pixels, 10 * self.labels[one] + self.labels[two]

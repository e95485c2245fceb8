#!/usr/bin/env python3
"""A folder of pictures, one a class, as the two arrays that `bitshed quantize` reads.

    pictures.py FOLDER IMAGES.npy LABELS.npy [--size 224] [--resize 256]

IMAGES.npy: uint8, N x 3 x SIZE x SIZE, red first: the shorter side bicubic to RESIZE, the middle of it.
LABELS.npy: int64, the place of the file in the sorted list of names; with names that begin with a WordNet
id that is the class of ImageNet's 1,000. Needs numpy and pillow.
"""
import argparse
import os

import numpy
from PIL import Image

ENDINGS = (".jpeg", ".jpg", ".png")


def crop(path, size, resize):
    with Image.open(path) as file:
        picture = file.convert("RGB")
    width, height = picture.size
    shorter = min(width, height)
    picture = picture.resize(
        (round(width * resize / shorter), round(height * resize / shorter)), Image.Resampling.BICUBIC)
    left, top = (picture.width - size) // 2, (picture.height - size) // 2
    return numpy.asarray(picture.crop((left, top, left + size, top + size))).transpose(2, 0, 1)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("images")
    parser.add_argument("labels")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--resize", type=int, default=256)
    arguments = parser.parse_args()
    if arguments.size > arguments.resize:
        parser.error(f"--size {arguments.size}: at most --resize, {arguments.resize}")
    names = sorted(name for name in os.listdir(arguments.folder) if name.lower().endswith(ENDINGS))
    if not names:
        parser.error(f"{arguments.folder}: no {', '.join(ENDINGS)} files")
    images = numpy.empty((len(names), 3, arguments.size, arguments.size), numpy.uint8)
    for index, name in enumerate(names):
        images[index] = crop(os.path.join(arguments.folder, name), arguments.size, arguments.resize)
    numpy.save(arguments.images, images)
    numpy.save(arguments.labels, numpy.arange(len(names), dtype=numpy.int64))
    print(f"{len(names)} pictures")


if __name__ == "__main__":
    main()

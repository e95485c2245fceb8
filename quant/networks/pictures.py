#!/usr/bin/env python3
"""A folder of pictures as the two arrays that `bitshed quantize` reads.

    pictures.py FOLDER IMAGES.npy LABELS.npy [--size 224] [--resize 256]

IMAGES.npy: uint8, N x 3 x SIZE x SIZE, red first: the shorter side bicubic to RESIZE, the middle of it.
LABELS.npy: int64. Where FOLDER has a folder for each class (ImageNet's own arrangement: val/n01440764/...),
the place of that folder in the sorted list of names; else, one picture a class, the place of the file.
With names that begin with a WordNet id that is the class of ImageNet's 1,000. Needs numpy and pillow.
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


def pictures(folder):
    """(path, label) of every picture, in the order of labels and names."""
    def in_folder(place):
        return sorted(name for name in os.listdir(place) if name.lower().endswith(ENDINGS))

    classes = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    if classes:
        return [(os.path.join(folder, name, picture), label) for label, name in enumerate(classes)
                for picture in in_folder(os.path.join(folder, name))]
    return [(os.path.join(folder, name), label) for label, name in enumerate(in_folder(folder))]


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
    found = pictures(arguments.folder)
    if not found:
        parser.error(f"{arguments.folder}: no {', '.join(ENDINGS)} files")
    # Written as they come: ImageNet's 50,000 take 7.5 GB.
    images = numpy.lib.format.open_memmap(
        arguments.images, "w+", numpy.uint8, (len(found), 3, arguments.size, arguments.size))
    for index, (path, _) in enumerate(found):
        images[index] = crop(path, arguments.size, arguments.resize)
    images.flush()
    numpy.save(arguments.labels, numpy.array([label for _, label in found], numpy.int64))
    print(f"{len(found)} pictures")


if __name__ == "__main__":
    main()

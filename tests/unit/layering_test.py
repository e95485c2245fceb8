#!/usr/bin/env python3
"""Who may know whom: reads every #include of ours and holds the table of docs/architecture.md.

usage: layering_test.py ROOT

It also tries itself: in a copy of the tree, one forbidden include a part must be found.
"""

import os
import re
import shutil
import sys
import tempfile

ALL = None
# Part -> folder, and what it may include beside itself: a part, or one header of it.
PARTS = {
    "support": ("generator/support", set()),
    "format": ("generator/format", {"support"}),
    "rtl": ("generator/rtl", {"support"}),
    "mac": ("generator/mac", {"support", "format", "rtl"}),
    "emit": ("generator/emit", {"support", "format", "rtl", "mac/spec.hpp", "templates"}),
    "golden": ("sim/golden", {"support", "format"}),
    "harness": ("sim/harness",
                {"support", "format", "golden", "emit/manifest.hpp", "rtl", "templates"}),
    "proof": ("sim/proof",
              {"support", "format", "golden", "emit/manifest.hpp", "rtl", "templates"}),
    "flows": ("flows", {"support", "format", "emit/manifest.hpp", "templates"}),
    "quant": ("quant", {"support", "format", "golden"}),
    "cli": ("generator/cli", ALL),
}
# An include that would break the table, for each part that has one: what the test must find.
FORBIDDEN = {
    "support": "format/format.hpp",
    "format": "rtl/module.hpp",
    "rtl": "format/format.hpp",
    "mac": "golden/mac.hpp",
    "emit": "mac/build.hpp",
    "golden": "mac/spec.hpp",
    "harness": "mac/spec.hpp",
    "flows": "emit/artifacts.hpp",
    "quant": "mac/spec.hpp",
}
SOURCE = (".hpp", ".cpp", ".h", ".in")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*("([^"]+)"|<([^>]+)>)', re.MULTILINE)


def part_of(path):
    """The part whose folder holds a file: the one with the longest matching folder."""
    owners = [name for name, (folder, _) in PARTS.items() if path.startswith(folder + "/")]
    return max(owners, key=lambda name: len(PARTS[name][0]), default=None)


def sources(root):
    for top in ("generator", "sim", "flows", "quant"):
        for folder, _, files in os.walk(os.path.join(root, top)):
            for file in files:
                if file.endswith(SOURCE):
                    yield os.path.relpath(os.path.join(folder, file), root)


def read(root):
    """What is wrong, and how many includes of ours were looked at, by part."""
    wrong, seen = [], {name: 0 for name in PARTS}
    for path in sorted(sources(root)):
        part = part_of(path)
        if part is None:
            wrong.append(f"{path}: belongs to no part of the table")
            continue
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
        for quoted, ours, system in INCLUDE.findall(text):
            header = ours or system
            target = header.split("/")[0]
            if ours == "" and target not in PARTS and target != "templates":
                continue  # the standard library, or a library's header
            seen[part] += 1
            if "/" not in header or ".." in header.split("/"):
                wrong.append(f"{path}: {quoted} is not written from the root of a part")
            elif ours == "":
                wrong.append(f"{path}: {quoted} is ours and wants quotes")
            elif target not in PARTS and target != "templates":
                wrong.append(f"{path}: {quoted} is of no part")
            elif target != part and PARTS[part][1] is not ALL:
                if target not in PARTS[part][1] and header not in PARTS[part][1]:
                    wrong.append(f"{path}: {part} may not include {header}")
    return wrong, seen


def try_itself(root):
    """Each forbidden include, seeded into a copy, must be found; the clean copy must be clean."""
    missed = []
    with tempfile.TemporaryDirectory() as copy:
        for top in ("generator", "sim", "flows", "quant"):
            if os.path.isdir(os.path.join(root, top)):
                shutil.copytree(os.path.join(root, top), os.path.join(copy, top))
        for part, header in FORBIDDEN.items():
            seed = os.path.join(copy, PARTS[part][0], "seeded.cpp")
            with open(seed, "w", encoding="utf-8") as file:
                file.write(f'#include "{header}"\n')
            wrong, _ = read(copy)
            if not any("seeded.cpp" in line for line in wrong):
                missed.append(f"{part} including {header}")
            os.remove(seed)
    return missed


def main():
    root = os.path.abspath(sys.argv[1])
    wrong, seen = read(root)
    for line in wrong:
        print("FAIL " + line)
    # A part that exists and has no include of ours (but support) was not read.
    for part, count in seen.items():
        has_sources = any(part_of(path) == part for path in sources(root))
        if has_sources and count == 0:
            wrong.append(part)
            print(f"FAIL {part}: no include was found")
    if sum(seen.values()) == 0:
        print("FAIL not a single include was found")
        return 1
    missed = try_itself(root)
    for line in missed:
        print("FAIL the test itself misses " + line)
    print(f"{sum(seen.values())} includes of {sum(1 for n in seen.values() if n)} parts; "
          f"{len(FORBIDDEN)} seeded ones tried")
    return 1 if wrong or missed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""The generated files and tables that the repository shows are what the program makes.

    examples_test.py BITSHED ROOT

Makes every unit of ROOT/rtl_out/examples again from the command in its manifest and compares all
files, byte by byte. Asks for an example of every kind of accumulator that the program builds. Makes
the units of the table of widths in ROOT/docs/arithmetic.md and compares the widths.
"""
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

# One spec for each kind of accumulator; the kind's name as in a manifest.
KINDS = {"exact": "e4m3*e4m3+exact", "fixed": "e4m3*e4m3+fixed24", "float": "e4m3*e4m3+fp32"}


def gen(bitshed, arguments, out):
    """What `bitshed gen` prints as JSON, or nothing where it refuses."""
    done = subprocess.run([bitshed, "gen", *arguments, "--out", out, "--json"],
                          capture_output=True, text=True)
    if done.returncode not in (0, 2):
        raise SystemExit(f"bitshed gen {arguments} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout) if done.returncode == 0 else None


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def check_examples(bitshed, root, complaints):
    kinds = set()
    examples = sorted((root / "rtl_out" / "examples").iterdir())
    for example in examples:
        manifest = json.loads((example / f"{example.name}.json").read_text(encoding="utf-8"))
        kinds.add(manifest["accumulator"]["kind"])
        program, verb, *arguments = shlex.split(manifest["command"])
        if (program, verb) != ("bitshed", "gen"):
            complaints.append(f"{example.name}: its command is {manifest['command']}")
            continue
        with tempfile.TemporaryDirectory() as out:
            made = gen(bitshed, arguments, out)
            fresh = contents(Path(out) / made["module"]) if made else {}
            kept = contents(example)
            for name in sorted(fresh.keys() | kept.keys()):
                if fresh.get(name) != kept.get(name):
                    complaints.append(f"{example.name}/{name} is not what `{manifest['command']}` makes")
    with tempfile.TemporaryDirectory() as out:
        for kind, spec in KINDS.items():
            if kind not in kinds and gen(bitshed, [spec], out):
                complaints.append(f"rtl_out/examples has no unit with an accumulator of kind {kind}")
    return len(examples)


def check_widths(bitshed, root, complaints):
    rows = re.findall(r"^\| (\w+) \* (\w+) \| (\d+) \| (\d+) \|$",
                      (root / "docs" / "arithmetic.md").read_text(encoding="utf-8"), re.MULTILINE)
    with tempfile.TemporaryDirectory() as out:
        for weight, activation, *written in rows:
            for rule, bits in zip(("tight", "paper"), written):
                made = gen(bitshed, [f"{weight}*{activation}", "--width", rule], out)
                if made["accumulator"]["bits"] != int(bits):
                    complaints.append(f"docs/arithmetic.md: {weight} * {activation}, {rule}: the page "
                                      f"says {bits} bits, a unit has {made['accumulator']['bits']}")
    return len(rows)


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    bitshed, root = sys.argv[1], Path(sys.argv[2])
    complaints = []
    examples = check_examples(bitshed, root, complaints)
    rows = check_widths(bitshed, root, complaints)
    for complaint in complaints:
        print(complaint)
    print(f"{examples} examples and {rows} rows of widths compared, {len(complaints)} complaints")
    if complaints or not examples or not rows:
        raise SystemExit("FAIL")


if __name__ == "__main__":
    main()

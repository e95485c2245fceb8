#!/usr/bin/env python3
"""The data behind docs/paper.md: docs/accuracy.py on small plans, quantized and measured with the real tools.

Usage: accuracy_test.py BITSHED ROOT. Four small plans are swept into one store, beside a point that is of
none; the files made of it are always the same and follow from each other; every kind of damage is
found. Exits with 77 where this build cannot quantize or a target lacks its tools.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile

bitshed, root = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
script = os.path.join(root, "docs", "accuracy.py")
environment = {**os.environ, "BITSHED": bitshed}
files = ("accuracy.csv", "costs.csv", "joined.csv", "accuracy.json")
targets = ["xilinx-us+", "asic-osu018"]
plans = {
    "narrow": 'pairs = ["e2m1*e2m1"]\nmodels = ["resnet_0"]\nrecipes = ["none", "bias"]\n',
    "wide": 'pairs = ["int8*int8"]\nmodels = ["resnet_0"]\nrecipes = ["none"]\n',
    "growth": f'pairs = ["e2m1*e2m1", "int4*int4"]\ntargets = {json.dumps(targets)}\nseeds = [1]\n',
    "front": 'pairs = ["e2m1*e2m1", "int3*int8", "int8*int8"]\nmodels = ["resnet_0"]\nrecipes = ["none"]\n'
             f"targets = {json.dumps(targets)}\nseeds = [1]\n",
    "other": 'pairs = ["int3*int3"]\nmodels = ["resnet_0"]\nrecipes = ["none"]\n',
}


def run(*arguments):
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)


def accuracy(*arguments):
    return run(sys.executable, script, *arguments)


def read(place):
    with open(place, encoding="utf-8", newline="") as file:
        return file.read()


def table(folder, name):
    return list(csv.DictReader(read(os.path.join(folder, name)).splitlines()))


def write_table(folder, name, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def refused(folder, name, rows, words):
    """With these rows in the file the check fails, and says why."""
    whole = table(folder, name)
    write_table(folder, name, rows)
    done = accuracy("check", folder)
    assert done.returncode == 1 and words in done.stderr, (name, words, done)
    write_table(folder, name, whole)


def damage(folder):
    rows, costs, joined = (table(folder, name) for name in files[:3])
    refused(folder, "accuracy.csv", rows[:-1], "1 are missing")
    refused(folder, "accuracy.csv", rows + rows[:1], "points where the plans have")
    refused(folder, "accuracy.csv", [{**rows[0], "recipe": "gptq"}, *rows[1:]], "not of a plan")
    refused(folder, "joined.csv", joined[:-1], "follow from front.toml")
    refused(folder, "costs.csv", costs[:-1], "1 are missing")
    refused(folder, "costs.csv", [*costs[:-1], {**costs[-1], "luts": "1", "area": "1"}], "follows from")
    turned = {"yes": "no", "no": "yes"}
    for number, row in enumerate(joined):
        others = lambda column, value: [*joined[:number], {**row, column: value}, *joined[number + 1:]]  # noqa: B023,E731
        refused(folder, "joined.csv", others("cost", "1"), "cost is 1,")
        refused(folder, "joined.csv", others("top1", "99"), "top1 is 99,")
        for column in ("on_cost_front", "on_memory_front"):
            refused(folder, "joined.csv", others(column, turned[row[column]]), f"{column} is")
        refused(folder, "joined.csv", others("cheapest", turned[row["cheapest"]]), "cheapest pair")


def main():
    doctor = json.loads(run(bitshed, "doctor", "--json").stdout)
    there = {target["name"] for target in doctor["targets"] if target["available"]}
    if run(bitshed, "quantize", "--model", "resnet_0", "--weight", "int8", "--activation", "int8", "--first",
           "100").returncode == 4 or not there.issuperset(targets):
        print("nothing to quantize with, or a target's tools are missing")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "measured.sqlite")
        assert accuracy("write", store, folder).returncode == 1, "a store that is not there"
        for name, text in plans.items():
            place = os.path.join(folder, f"{name}.toml")
            with open(place, "w", encoding="utf-8") as file:
                file.write(text)
            if name == "front":  # its points are missing yet
                done = accuracy("write", store, folder)
                assert done.returncode == 1 and "1 are missing" in done.stderr, done
            swept = run(bitshed, "sweep", place, "--store", store, "--jobs", "2", "--quiet")
            assert swept.returncode == 0, swept
        made = []
        for _ in range(2):
            written = accuracy("write", store, folder)
            assert written.returncode == 0, written
            made.append([read(os.path.join(folder, name)) for name in files])
        assert made[0] == made[1], "the same store gave other bytes"
        counts = [len(table(folder, name)) for name in files[:3]]
        assert counts == [4, 4 * len(targets), 3 * len(targets)], counts
        checked = accuracy("check", folder)
        assert checked.returncode == 0 and "4 accuracies and 8 costs" in checked.stdout, checked
        damage(folder)
        assert accuracy("check", folder).returncode == 0
    print("4 points, 6 joined; damage is found")


main()

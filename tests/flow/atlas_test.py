#!/usr/bin/env python3
"""The cost atlas: docs/atlas.py on a small plan, measured with the real tools.

Usage: atlas_test.py BITSHED ROOT. A sweep of two pairs on the atlas's targets becomes files, always the
same ones; its rows measured anew are the same; a damaged figure, a lost row and a foreign one are found.
The shipped plan has the pairs and targets that it should.
"""
import itertools
import json
import lzma
import os
import subprocess
import sys
import tempfile
import tomllib

bitshed, root = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
script = os.path.join(root, "docs", "atlas.py")
environment = {**os.environ, "BITSHED": bitshed}


def run(*arguments):
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)


def atlas(*arguments):
    return run(sys.executable, script, *arguments)


def read(folder, name="atlas.csv.xz"):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def write_csv(folder, lines):
    with open(os.path.join(folder, "atlas.csv.xz"), "wb") as file:
        file.write(lzma.compress(("\n".join(lines) + "\n").encode()))


def shipped_plan():
    shapes = [f"e{e}m{m}" for e, m in itertools.product(range(1, 8), range(8)) if 3 <= 1 + e + m <= 8]
    shapes += [f"int{bits}" for bits in range(3, 9)]
    with open(os.path.join(root, "docs", "atlas", "plan.toml"), "rb") as file:
        plan = tomllib.load(file)
    assert len(shapes) == 33
    for side in ("weights", "activations"):
        assert sorted(plan[side]) == sorted(shapes), side
    assert len(plan["targets"]) == len(set(plan["targets"])) == 4 and plan["seeds"] == [1]
    return plan["targets"]


def damaged(field, column):
    """Another figure of the same kind; nothing where there is none."""
    return "" if field == "" else str(float(field) + 1) if column in ("area", "fmax_mhz") else str(int(field) + 1)


def judge(folder, targets):
    lines = lzma.decompress(read(folder)).decode().splitlines()
    columns = lines[0].split(",")
    assert len(lines) == 1 + 2 * len(targets), lines
    assert atlas("check", folder).returncode == 0
    good = atlas("sample", "2", "7", folder)
    assert good.returncode == 0 and f"{2 * len(targets)} rows measured anew, 0 differ" in good.stdout, good
    # Every figure of the first pair's rows is damaged in turn: one row a time, a column each.
    for number, column in enumerate(("ffs", "fmax_mhz", "luts", "area")):
        of_target = {"fmax_mhz": ("ice40-hx8k", "ecp5-25k"), "area": ("asic-osu018",),
                     "luts": ("xilinx-us+",)}.get(column, targets)
        row = next((i for i, line in enumerate(lines) if i > 0 and line.split(",")[2] in of_target), None)
        if row is None:
            continue
        fields = lines[row].split(",")
        place = columns.index(column)
        fields[place] = damaged(fields[place], column)
        assert fields[place] != "", (column, lines[row])
        # Alone in its file, so that it is measured and nothing else is.
        write_csv(folder, [lines[0], ",".join(fields)])
        bad = atlas("sample", "1", str(number), folder)
        assert bad.returncode == 1 and f"{column} is " in bad.stdout, (column, bad)
    for wrong in (lines[:-1], lines + [lines[-1]], lines[:-1] + [lines[-1].replace("e1m1", "e2m2")]):
        write_csv(folder, wrong)
        assert atlas("check", folder).returncode == 1, wrong


def keep_and_resume(folder, plan, store, points):
    """What is kept of a store goes on where it stopped: nothing is run twice."""
    kept = []
    for _ in range(2):
        done = atlas("keep", store, folder)
        assert done.returncode == 0 and f"{points} of {points} points" in done.stdout, done
        kept.append(read(folder, "unfinished.sqlite.xz"))
    assert kept[0] == kept[1], "the same store gave other bytes"
    again = os.path.join(folder, "again.sqlite")
    assert atlas("resume", again, folder).returncode == 0
    assert atlas("resume", again, folder).returncode == 1, "a store that is there already"
    counts = json.loads(run(bitshed, "sweep", plan, "--store", again, "--quiet", "--json").stdout)
    assert counts["cached"] == counts["points"] == points, counts


def main():
    wanted = shipped_plan()
    doctor = json.loads(run(bitshed, "doctor", "--json").stdout)
    there = [target["name"] for target in doctor["targets"] if target["available"] and target["name"] in wanted]
    assert there, "no target of the atlas has its tools"
    with tempfile.TemporaryDirectory() as folder:
        plan, store = os.path.join(folder, "plan.toml"), os.path.join(folder, "atlas.sqlite")
        with open(plan, "w", encoding="utf-8") as file:
            file.write('weights = ["e1m1"]\nactivations = ["int3", "e2m1"]\n'
                       f"targets = {json.dumps(there)}\nseeds = [1]\n")
        assert atlas("write", store, folder).returncode != 0, "a store that is not there"
        swept = run(bitshed, "sweep", plan, "--store", store, "--jobs", "2", "--quiet")
        assert swept.returncode == 0, swept
        keep_and_resume(folder, plan, store, 2 * len(there))
        made = []
        for _ in range(2):
            written = atlas("write", store, folder)
            assert written.returncode == 0, written
            made.append([read(folder, name) for name in ("atlas.csv.xz", "atlas.json", "report.html")])
        assert made[0] == made[1], "the same store gave other bytes"
        assert not os.path.exists(os.path.join(folder, "unfinished.sqlite.xz")), "an atlas that is whole"
        facts = json.loads(made[0][1])
        assert facts["rows"] == 2 * len(there) and "yosys" in facts["tools"], facts
        assert b"mac_e1m1_int3_exact" in made[0][2] and b"points/" not in made[0][2]
        judge(folder, there)
        with open(plan, "a", encoding="utf-8") as file:
            file.write("freq = 50\n")
        assert atlas("write", store, folder).returncode == 1, "a plan with a key that rows do not have"
    print(f"{2 * len(there)} rows on {len(there)} targets")


main()

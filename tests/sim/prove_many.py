#!/usr/bin/env python3
"""prove: units by the hundred. Hours; prints counts and times.

Usage: prove_many.py BITSHED COVERAGE_FOLDER pairs|chosen [EVERY]

    pairs   every pair of the 33 shapes of 3 to 8 bits, exact
    chosen  every unit that `gen --optimize` and `--mhz` choose from: of the rows of choice_table.cpp and
            clock_table.cpp, each once, with 1024 products

With EVERY = N, each N-th unit only. Fails where a unit is refuted or a control found nothing; undecided
units are listed. The proofs go to COVERAGE_FOLDER/prove_pairs.json, or prove_chosen.json.
"""
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

bitshed, coverage, which = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3]
every = int(sys.argv[4]) if len(sys.argv) > 4 else 1
mac = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "generator", "mac")


def pairs():
    shapes = [f"e{e}m{m}" for bits in range(3, 9) for e in range(1, bits) for m in [bits - 1 - e]]
    shapes += [f"int{bits}" for bits in range(3, 9)]
    assert len(shapes) == 33
    return [[f"{w}*{a}"] for w in shapes for a in shapes]


def chosen():
    row = re.compile(r'"(\w+)", "(\w+)",(?: (\d),)?\s+\{Shifter::(\w+), Sign::(\w+), Product::(\w+), Carry::(\w+), '
                     r"Cells::(\w+)\}")
    units = []
    for table in ("choice_table.cpp", "clock_table.cpp"):
        with open(os.path.join(mac, table), encoding="utf-8") as file:
            text = file.read()
        rows = row.findall(text)
        assert len(rows) == text.count("Shifter::") > 0, table
        for weight, activation, stages, *words in rows:
            options = [word for pair in zip(("--shifter", "--sign", "--product", "--carry", "--cells"), words)
                       for word in pair]
            units.append([f"{weight}*{activation}", "--terms", "1024", "--stages", stages or "0", *options])
    return [list(unit) for unit in dict.fromkeys(map(tuple, units))]


def prove(unit):
    done = subprocess.run([bitshed, "prove", *unit, "--json", "--quiet", "--jobs", "1", "--time-limit", "3600"],
                          capture_output=True, text=True, check=False)
    if done.returncode == 6:
        report = {"module": " ".join(unit), "status": "undecided", "seconds": None, "control": [],
                  "reason": "out of time"}
    else:
        try:
            report = json.loads(done.stdout)
        except ValueError:
            report = {"module": " ".join(unit), "status": "refuted", "seconds": 0, "control": [],
                      "reason": done.stderr.strip()}
    print(f"{report['module']}: {report['status']}", file=sys.stderr, flush=True)
    return report


with ThreadPoolExecutor(os.cpu_count()) as pool:
    reports = list(pool.map(prove, {"pairs": pairs, "chosen": chosen}[which]()[::every]))
bad = [r for r in reports if r["status"] == "refuted" or not all(c["found"] for c in r["control"])]
open_ones = [r for r in reports if r["status"] == "undecided"]
times = sorted((r["seconds"], r["module"]) for r in reports if r["status"] == "proved")
controls = sum(len(r["control"]) for r in reports if r["status"] == "proved")
os.makedirs(coverage, exist_ok=True)
with open(os.path.join(coverage, f"prove_{which}.json"), "w") as out:
    json.dump(reports, out, indent=1)
for report in bad + open_ones:
    print(f"{report['module']}: {report['status']}, {report['reason']}")
print(f"{len(reports)} units: {len(times)} proved, with {controls} seeded mistakes of the reference found, "
      f"{len(open_ones)} undecided, {len(bad)} refuted; median {times[len(times) // 2][0]:.1f} s, "
      f"longest {times[-1][0]:.1f} s ({times[-1][1]})")
sys.exit(bool(bad) or not times)

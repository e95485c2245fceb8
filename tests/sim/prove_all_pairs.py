#!/usr/bin/env python3
"""prove: every pair of the 33 shapes of 3 to 8 bits, exact. Hours; prints counts and times.

Usage: prove_all_pairs.py BITSHED COVERAGE_FOLDER [EVERY]

With EVERY = N, each N-th pair only. Fails where a unit is refuted or a control found nothing;
undecided units are listed. The proofs go to COVERAGE_FOLDER/prove_all_pairs.json.
"""
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

bitshed, coverage = os.path.abspath(sys.argv[1]), sys.argv[2]
every = int(sys.argv[3]) if len(sys.argv) > 3 else 1
shapes = [f"e{e}m{m}" for bits in range(3, 9) for e in range(1, bits) for m in [bits - 1 - e]]
shapes += [f"int{bits}" for bits in range(3, 9)]
assert len(shapes) == 33
pairs = [f"{w}*{a}" for w in shapes for a in shapes][::every]


def prove(pair):
    done = subprocess.run([bitshed, "prove", pair, "--json", "--quiet", "--jobs", "1"], capture_output=True,
                          text=True, check=False)
    if done.returncode == 6:
        return {"module": pair, "status": "undecided", "seconds": None, "control": [], "reason": "out of time"}
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"module": pair, "status": "refuted", "seconds": 0, "control": [], "reason": done.stderr.strip()}


with ThreadPoolExecutor(os.cpu_count()) as pool:
    reports = list(pool.map(prove, pairs))
bad = [r for r in reports if r["status"] == "refuted" or not all(c["found"] for c in r["control"])]
open_ones = [r for r in reports if r["status"] == "undecided"]
times = sorted((r["seconds"], r["module"]) for r in reports if r["status"] == "proved")
os.makedirs(coverage, exist_ok=True)
with open(os.path.join(coverage, "prove_all_pairs.json"), "w") as out:
    json.dump(reports, out, indent=1)
for report in bad + open_ones:
    print(f"{report['module']}: {report['status']}, {report['reason']}")
print(f"{len(reports)} units: {len(times)} proved, {len(open_ones)} undecided, {len(bad)} refuted; "
      f"median {times[len(times) // 2][0]:.1f} s, longest {times[-1][0]:.1f} s ({times[-1][1]})")
sys.exit(bool(bad) or not times)

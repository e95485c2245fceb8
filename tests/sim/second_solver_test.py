#!/usr/bin/env python3
"""A second opinion on proofs: Yosys's own temporal induction with MiniSat, in the place of our
induction with ABC, on a sample of units; and on references that are wrong on purpose.

Usage: second_solver_test.py BITSHED
"""
import os
import subprocess
import sys
import tempfile

bitshed = os.path.abspath(sys.argv[1])
SAMPLE = ["e2m1*e2m1", "e2m2*e1m2 --stages 1", "int4*uint3 --stages 2", "e2m1*e2m1+e4m3", "e2m2ieee*e2m1fn",
          "e2m1*e2m1+fixed9 --overflow saturate", "e2m1*int3 --result int4"]
SOLVE = """
import sys
from pyosys import libyosys as ys
module, reference, stages = sys.argv[1], sys.argv[2], int(sys.argv[3])
design = ys.Design()
for each in ("read_verilog judged.v", "read_verilog " + reference, "hierarchy -check", "proc -norom",
             "rename " + module + " unit", "flatten", "miter -equiv -flatten unit bitshed_reference miter",
             "hierarchy -top miter", "opt -full",
             # Registers start at anything; a clear goes through before outputs count.
             f"sat -timeout 300 -tempinduct -prove trigger 0 -set-at 1 in_clear_i 1 -seq {stages + 1} "
             "-maxsteps 8 -verify miter"):
    ys.run_pass(each, design)
"""
complaints = []
for request in SAMPLE:
    with tempfile.TemporaryDirectory() as place:
        made = subprocess.run([bitshed, "prove", *request.split(), "--work", place, "--quiet"], capture_output=True,
                              text=True, check=False)
        if made.returncode != 0 or ": proved" not in made.stdout:
            complaints.append(f"{request}: prove says {made.stdout}{made.stderr}")
            continue
        module = made.stdout.split(":")[0]
        stages = request.split("--stages ")[1] if "--stages" in request else "0"
        for reference, expected in (("reference.v", "Induction step proven: SUCCESS!"),
                                    ("seeded.v", "Called with -verify and proof did fail!")):
            said = subprocess.run([sys.executable, "-c", SOLVE, module, reference, stages], cwd=place, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout
            if expected not in said:
                complaints.append(f"{request} against {reference}: {said[-300:]}")
for complaint in complaints:
    print(complaint)
print(f"{len(SAMPLE)} units, {len(complaints)} complaints")
sys.exit(bool(complaints))

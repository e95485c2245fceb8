#!/usr/bin/env python3
"""Do two Verilog modules of one name show the same outputs in every run from registers at zero?

Usage: compare_runs.py UNIT.v OTHER.v MODULE FOLDER. Prints "equal", "different" or "unknown": by
property-directed reachability (ABC's pdr), which finds the invariants that an induction over one
step lacks. Logs stay in FOLDER.
"""
import os
import re
import shutil
import subprocess
import sys

unit, other, module, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), *sys.argv[3:5]
os.makedirs(folder, exist_ok=True)
os.chdir(folder)
shutil.copyfile(unit, "unit.v")
shutil.copyfile(other, "other.v")
standard_output = os.dup(1)
# Yosys prints to the C standard output: keep it out of ours.
os.dup2(os.open("yosys.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
import pyosys  # noqa: E402
from pyosys import libyosys as ys  # noqa: E402

design = ys.Design()
for each in (
    "read_verilog unit.v", f"rename {module} unit", "read_verilog other.v", f"rename {module} other",
    "proc -norom", "miter -equiv -flatten -make_assert unit other miter", "hierarchy -check -top miter",
    "memory_map", "async2sync", "opt", "techmap", "opt -fast", "dffunmap", "simplemap", "zinit -all",
    "opt_expr", "opt_clean", "aigmap", "opt_clean -purge", "write_aiger -zinit miter.aig",
):
    ys.run_pass(each, design)

abc = os.path.join(os.path.dirname(pyosys.__file__), "yosys-abc")
with open("abc.log", "w") as log:
    subprocess.run([abc, "-c", "read_aiger miter.aig; print_stats; scorr; pdr -T 120"], stdout=log, stderr=log, check=False)
with open("abc.log") as log:
    text = log.read()
# "Property proved.  Time = 0.01 sec" or "Output 0 of miter "miter" was asserted in frame 3."
answer = ("different" if re.search(r"was asserted in frame|Counter-example", text) else
          "equal" if "Property proved" in text else "unknown")
os.write(standard_output, (answer + "\n").encode())
os._exit(0)

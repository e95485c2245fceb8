#!/usr/bin/env python3
"""Makes mutants of a Verilog module with Yosys: one file each, the module renamed.

Usage: make_mutants.py UNIT.v MODULE COUNT SEED OUT. Mutant K is module MODULE_mutantK in OUT/K.v; its
first line says what was changed. They are listed and applied on one saved design, so that a mutant
is what its line says. A register's clock turned over is left out: in terms of cycles, which is all
that a simulation by cycles and a proof see, it is the same register.
"""
import os
import shutil
import sys

unit, module, count, seed, out = os.path.abspath(sys.argv[1]), *sys.argv[2:6]
os.makedirs(out, exist_ok=True)
os.chdir(out)
# By a plain name: cells are called after their file, and a mutation is one line with blanks between.
shutil.copyfile(unit, "unit.v")
# Yosys prints to the C standard output: keep it out of ours.
os.dup2(os.open("yosys.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
from pyosys import libyosys as ys  # noqa: E402


def run(design, *passes):
    for each in passes:
        ys.run_pass(each, design)


base = ys.Design()
# Without pmuxtree, a mutated select of a parallel multiplexer would not be a wire of the circuit.
with open("unit.v") as text:
    # Carry cells become the gates of Yosys's own model, of which there are mutants too.
    has_cells = "CCU2C" in text.read()
if has_cells:
    run(base, "read_verilog -defer -overwrite +/ecp5/cells_sim.v")
run(base, "read_verilog unit.v", f"hierarchy -check -top {module}", "proc -norom",
    *(["flatten"] if has_cells else []), "pmuxtree", "opt_clean",
    "write_rtlil base.il", f"mutate -list {count} -seed {seed} -o list.txt")
with open("list.txt") as lines:
    mutations = [line.strip() for line in lines if line.strip() and " -port CLK " not in line]
for number, mutation in enumerate(mutations):
    mutant = ys.Design()
    run(mutant, "read_rtlil base.il", mutation, f"rename {module} {module}_mutant{number}",
        "write_verilog -noattr body.v")
    with open("body.v") as body, open(f"{number}.v", "w") as text:
        text.write(f"// {mutation}\n" + body.read())
sys.stderr.write(f"{len(mutations)} mutants of {module}\n")
os._exit(0)

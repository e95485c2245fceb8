#!/usr/bin/env python3
"""Do two Verilog modules of one name show the same outputs in every run from registers at zero?

Of a unit with out_valid_o the sum is an output only where that is high.

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
with open("unit.v") as text:
    ports = re.findall(r"^ +(input|output) +wire +(?:\[(\d+):0\])? *(\w+)", text.read(), re.M)
assert any(port == "clk_i" for _, _, port in ports), "the unit's ports are not understood"
guarded = any(port == "out_valid_o" for _, _, port in ports)


def shown(name):
    """A module that has the ports of `name`, and zeros where no sum is shown."""
    text = f"module {name}_shown (" + ", ".join(
        f"{way} wire [{high or 0}:0] {port}" for way, high, port in ports) + ");\n"
    pins = []
    for way, high, port in ports:
        pin = port
        if guarded and way == "output" and port not in ("out_valid_o", "in_ready_o"):
            pin = f"any_{port}"
            text += f"wire [{high or 0}:0] {pin};\nassign {port} = out_valid_o ? {pin} : {int(high or 0) + 1}'d0;\n"
        pins.append(f".{port}({pin})")
    return text + f"{name} inner ({', '.join(pins)});\nendmodule\n"


with open("shown.v", "w") as file:
    file.write(shown("unit") + shown("other") + "module both; unit_shown a (); other_shown b (); endmodule\n")
standard_output = os.dup(1)
# Yosys prints to the C standard output: keep it out of ours.
os.dup2(os.open("yosys.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
import pyosys  # noqa: E402
from pyosys import libyosys as ys  # noqa: E402

design = ys.Design()
for each in (
    "read_verilog -defer -overwrite +/ecp5/cells_sim.v", "read_verilog unit.v", f"rename {module} unit", "read_verilog other.v", f"rename {module} other",
    "read_verilog shown.v", "hierarchy -top both", "proc -norom",
    # Both stay modules, for the miter to find.
    "setattr -mod -set keep_hierarchy 1 unit_shown other_shown", "flatten",
    "setattr -mod -unset keep_hierarchy unit_shown other_shown",
    "miter -equiv -flatten -make_assert unit_shown other_shown miter", "hierarchy -check -top miter",
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

#!/usr/bin/env python3
"""What synthesis makes of a unit computes what the unit computes.

    netlist_test.py BITSHED PYTHON_OF_THE_TOOLS [--one-unit] [FAMILY...]

Every netlist that `synth --effort area` makes of a unit, on each family of targets, is judged by
`verify --rtl` with the family's own cell models, which Yosys ships: in Verilator, against the golden
model, over every operand pair. So are those of units for DSP blocks, with `--dsp`. A netlist with one
damaged cell must be refused, or the judge would be looking elsewhere. Families: those of the table below;
all where none is named. --one-unit judges one unit instead of three.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

bitshed, python = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
share = subprocess.run(
    [python, "-c", "import importlib.util as u; print(u.find_spec('pyosys').submodule_search_locations[0])"],
    capture_output=True, text=True, check=True).stdout.strip() + "/share"

# family: a target of it, the file with its cell models, a LUT's parameter
families = {
    "ice40": ("ice40-hx8k", "ice40/cells_sim.v", "LUT_INIT"),
    "ecp5": ("ecp5-25k", "ecp5/cells_sim.v", "INIT"),
    "xilinx": ("xilinx-us+", "xilinx/cells_sim.v", "INIT"),
    "gowin": ("gowin-gw1n9", "gowin/cells_sim.v", "INIT"),
    "machxo2": ("machxo2", "lattice/cells_sim_xo2.v", "INIT"),
    "asic": ("asic-osu018", None, None),  # the cells' functions, out of the Liberty file
    "dsp": ("ice40-up5k", "ice40/cells_sim.v", "LUT_INIT"),
}
area_units = ["e4m3*e4m3", "e2m1*e2m1", "e3m2*int4+fixed20"]
dsp_units = ["int4*int3 --lanes 2 --product packed", "e4m3*e4m3 --lanes 2 --product packed", "int8*int8 --product dsp",
             "int4*int5+fixed20 --lanes 3 --product packed --stages 1"]
# Whose gates ECP5's carry cells take in: by the area attempts, and by the text.
folded_units = {"ecp5": ["e4m3*e4m3 --shifter chain", "e3m2*int5 --cells ecp5", "int8*int5 --cells ecp5"]}
chosen = sys.argv[3:]
if "--one-unit" in chosen:
    chosen.remove("--one-unit")
    del area_units[1:], dsp_units[1:]
    for more in folded_units.values():
        del more[2:]
chosen = chosen or list(families)
complaints = []
judged = refused = made = asked = 0


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def with_includes(path):
    """The text of a library with the files that it includes."""
    def included(match):
        for folder in (os.path.dirname(path), share):
            inner = os.path.join(folder, match.group(1).removeprefix("+/"))
            if os.path.exists(inner):
                return with_includes(inner)
        return match.group(0)
    return re.sub(r'^\s*`include "([^"]+)"', included, text_of(path), flags=re.M)


def models(netlist, library):
    """The models of the cells that the netlist holds, out of the library's text."""
    wanted = set(re.findall(r"^  (\w+) (?:#\(|\S+ \()", netlist, re.M))
    text = "".join(macro.group(0) + "\n" for macro in re.finditer(r"^`define .*(?:\\\n.*)*", library, re.M))
    found = set()
    while wanted - found:
        name = sorted(wanted - found)[0]
        found.add(name)
        module = re.search(rf"^module {name}\b.*?^endmodule", library, re.M | re.S)
        if module is None:
            complaints.append(f"{name} has no model")
            continue
        text += module.group(0) + "\n"
        wanted |= {inner for inner in re.findall(r"^\s+(\w+)\s*(?:#\(|\w+\s*\()", module.group(0), re.M)
                   if re.search(rf"^module {inner}\b", library, re.M)}
    return text


def liberty_models(work):
    """The cells of the library that the work folder has, by their functions, as Yosys reads them."""
    yosys = os.path.join(work, "yosys.py")
    subprocess.run([python, yosys, "-q", "-p", "read_liberty -ignore_miss_func cells.lib", "-p",
                    "delete t:*TBUF* t:*PAD*", "-p", "write_verilog -noattr models.v"],
                   cwd=work, check=True, timeout=300)
    return text_of(os.path.join(work, "models.v"))


def damaged(netlist, parameter):
    """The netlist with one cell that computes something else: a LUT's table inverted, or a NAND
    turned into a NOR."""
    if parameter is None:
        return netlist.replace("NAND2X1", "NOR2X1", 1)
    # A unit may have carry cells alone, whose parameters are INIT0 and INIT1.
    table = (re.search(rf"\.({parameter})\((\d+)'h([0-9a-f]+)\)", netlist) or
             re.search(rf"\.({parameter}0)\((\d+)'h([0-9a-f]+)\)", netlist))
    name, width, value = table.groups()
    inverted = (1 << int(width)) - 1 - int(value, 16)
    return netlist[: table.start()] + f".{name}({width}'h{inverted:x})" + netlist[table.end():]


def judge(spec, rtl, status, what):
    done = subprocess.run([bitshed, "verify", *spec.split(), "--rtl", rtl, "--json", "--quiet"],
                          capture_output=True, text=True, timeout=600)
    if done.returncode != status or not done.stdout:
        complaints.append(f"{what}: exit status {done.returncode}, not {status}: {done.stderr[:300]}")
        return
    verdict = json.loads(done.stdout)
    if verdict["pairs_visited"] != verdict["pairs_total"] and status == 0:
        complaints.append(f"{what}: {verdict['pairs_visited']} of {verdict['pairs_total']} pairs")


with tempfile.TemporaryDirectory() as place:
    for family in chosen:
        target, file, parameter = families[family]
        library = with_includes(os.path.join(share, file)) if file else None
        units = dsp_units if family == "dsp" else [*area_units, *folded_units.get(family, [])]
        options = ["--dsp", "--seeds", "none"] if family == "dsp" else ["--effort", "area", "--seeds", "1"]
        attempts = {"dsp": 1, "asic": 3, "ecp5": 5}.get(family, 4)
        for number, spec in enumerate(units):
            asked += 1
            work = os.path.join(place, f"{target}_{number}")
            done = subprocess.run([bitshed, "synth", *spec.split(), "--target", target, *options, "--work", work,
                                   "--json", "--quiet"], capture_output=True, text=True, timeout=600)
            if done.returncode != 0:
                complaints.append(f"{spec} on {target}: {done.stderr.strip()}")
                continue
            result = json.loads(done.stdout)
            size = result["luts"] if file else result["area"]
            if size != min(result["attempts"].values()):
                complaints.append(f"{spec} on {target}: {size} of {result['attempts']}")
            made += len(result["attempts"])
            if len(result["attempts"]) != attempts:
                complaints.append(f"{spec} on {target}: attempts {list(result['attempts'])}")
            if family == "dsp" and result["dsps"] != 1:
                complaints.append(f"{spec} on {target}: {result['dsps']} DSP blocks")
            if "chain" in spec and result["kept"] == "stock":
                complaints.append(f"{spec} on {target}: folding gained nothing: {result['attempts']}")
            if (family, spec) == ("ecp5", "e4m3*e4m3") and result["kept"] != "area-unfolded":
                complaints.append(f"{spec} on {target}: leaving it gained nothing: {result['attempts']}")
            if library is None:
                library = liberty_models(work)
            for attempt in result["attempts"]:
                prefix = "" if attempt == "stock" else attempt.replace("-", "_") + "_"
                netlist = text_of(os.path.join(work, prefix + "unit_netlist.v"))
                rtl = os.path.join(work, "judged.v")
                with open(rtl, "w", encoding="utf-8") as out:
                    out.write(netlist + models(netlist, library))
                judge(spec, rtl, 0, f"{spec} on {target}, {attempt}")
                judged += 1
            broken = damaged(text_of(os.path.join(work, result["unit_netlist"])), parameter)
            with open(rtl, "w", encoding="utf-8") as out:
                out.write(broken + models(broken, library))
            judge(spec, rtl, 3, f"{spec} on {target} with a damaged cell")
            refused += 1

if judged != made or refused != asked or asked < min(len(area_units), len(dsp_units)) * len(chosen):
    complaints.append(f"{judged} netlists judged and {refused} damaged ones: not all")
for complaint in complaints:
    print(complaint)
print(f"{judged} netlists judged, {refused} damaged ones refused, {len(complaints)} complaints")
sys.exit(bool(complaints))

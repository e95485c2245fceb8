#!/usr/bin/env python3
"""What `synth --activity` counts is what another simulator and another counter count.

    foreign_toggles_test.py BITSHED

The bench and netlist that a run leaves are simulated again in Icarus Verilog; its dump is read by
the few lines below, and the changes of the nets that cells drive are added up. The unit's own
Verilog goes through the same bench: what its ports do, the ports of the netlist must do, bit by bit.
And a wider format must take more energy.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

bitshed = os.path.abspath(sys.argv[1])
complaints = []
compared = 0


def run(*arguments, cwd=None):
    done = subprocess.run(arguments, cwd=cwd, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"foreign_toggles_test.py: {' '.join(arguments)}: {done.stdout[-300:]}{done.stderr[-300:]}")
    return done.stdout


def measure(unit, target, stream, work):
    return json.loads(run(bitshed, "synth", unit, "--target", target, "--seeds", "1", "--activity", stream,
                          "--work", work, "--json", "--quiet"))


def changes(work, design, first):
    """Changes of every bit of the unit's nets from the instant `first` on: {(name, bit): count}."""
    run("iverilog", "-g2005", "-o", "foreign", "activity_bench.v", design, cwd=work)
    run("vvp", "-n", "foreign", cwd=work)
    with open(os.path.join(work, "activity.vcd"), encoding="utf-8") as file:
        head, body = file.read().split("$enddefinitions $end")
    names, inside = {}, False
    for line in head.splitlines():
        if "$scope" in line:
            inside = line.split()[2] == "unit"
        found = re.match(r"\s*\$var \S+\s+(\d+) (\S+) (\S+)", line)
        if found and inside:
            names.setdefault(found[2], []).append((found[3], int(found[1])))
    now, counts, time = {}, {}, 0
    for line in body.splitlines():
        if line.startswith("#"):
            time = int(line[1:])
        elif line and line[0] in "01xzb":
            value, code = (line[1:].split() if line[0] == "b" else (line[0], line[1:]))
            for name, width in names.get(code, []):
                wide = value.rjust(width, value[0] if value[0] in "xz" else "0")
                for bit in range(width):
                    new, key = wide[width - 1 - bit], (name, bit)
                    if time >= first and {now.get(key, "x"), new} == {"0", "1"}:
                        counts[key] = counts.get(key, 0) + 1
                    now[key] = new
    return counts


with tempfile.TemporaryDirectory() as place:
    energy = {}
    for unit, target in (("e4m3*e4m3", "ice40-hx8k"), ("e4m3*e4m3", "asic-osu018"), ("e2m1*e2m1", "asic-osu018")):
        work = os.path.join(place, target)
        result = measure(unit, target, "gauss", work)
        energy[unit, target] = result["energy"]["pj_per_mac"]
        with open(os.path.join(work, "activity_connections.json"), encoding="utf-8") as file:
            module = json.load(file)["modules"][result["module"]]
        # Icarus dumps no more than one of two names of a net: take whichever is there.
        names = {}
        for name, net in module["netnames"].items():
            for place_of_bit, bit in enumerate(net["bits"]):
                names.setdefault(bit, []).append((name, place_of_bit))
        driven = {bit for cell in module["cells"].values() for pin, bits in cell["connections"].items()
                  if cell["port_directions"][pin] == "output" for bit in bits}
        counts = changes(work, "activity_simulated.v", 31)
        foreign = sum(max(counts.get(key, 0) for key in names[bit]) for bit in driven)
        ours = result["energy"]["toggles_per_mac"] * result["energy"]["macs"]
        if not driven or abs(ours - foreign) > 1e-5 * foreign:
            complaints.append(f"{unit} on {target}: {ours:.1f} changes, Icarus has {foreign}")
        source = changes(work, "unit.v", 31)
        ports = {key: count for key, count in source.items() if key[0] in module["ports"]}
        if not any(name == "acc_o" for name, _ in ports) or any(counts.get(k) != v for k, v in ports.items()):
            complaints.append(f"{unit} on {target}: the netlist's ports do not do what the unit's do")
        compared += 1
        shutil.rmtree(work)
    if not energy["e2m1*e2m1", "asic-osu018"] < energy["e4m3*e4m3", "asic-osu018"] / 1.5:
        complaints.append(f"energy: {energy}")
for complaint in complaints:
    print(complaint)
print(f"{compared} netlists compared")
sys.exit(1 if complaints or compared != 3 else 0)

#!/usr/bin/env python3
"""Makes the table of results in docs/flows.md: measures five units on every target.

    docs/targets_table.py           prints it
    docs/targets_table.py --check   exits with 1 where the page has another one, seconds left out
    docs/targets_table.py --write   puts it into the page, between the lines that name this script

Takes about half an hour on two cores that others use too. BITSHED names another executable than build/bitshed. A target whose tools
are not there is left out with --check, and an error otherwise.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
bitshed = os.path.abspath(os.environ.get("BITSHED", os.path.join(root, "build", "bitshed")))
page = os.path.join(root, "docs", "flows.md")
begin = "<!-- made by docs/targets_table.py -->\n"
end = "<!-- end of docs/targets_table.py -->\n"
units = ["e4m3*e4m3", "e5m2*e5m2", "e2m1*e2m1", "int8*int8", "int4*int4"]


def run(*arguments):
    done = subprocess.run([bitshed, *arguments, "--json", "--quiet"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"targets_table.py: bitshed {' '.join(arguments)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def row(unit, target, place):
    work = ("--work", os.path.join(place, target))
    stock = run("synth", unit, "--target", target, *work)
    area = run("synth", unit, "--target", target, "--effort", "area", "--seeds", "1", *work)
    size = "area" if stock["luts"] is None else "luts"
    clock = stock["fmax_mhz"]
    return (f"| {unit} | {target} | {stock[size]:.10g}{' um^2' if size == 'area' else ''} | {area[size]:.10g} | "
            f"{stock['ffs']} | {'-' if clock is None else format(clock['median'], '.1f')} | "
            f"{stock['seconds']:.1f} |\n")


def without_seconds(text):
    return re.sub(r" [\d.]+ \|$", "", text, flags=re.M)


mode = sys.argv[1] if len(sys.argv) > 1 else ""
if mode not in ("", "--check", "--write") or len(sys.argv) > 2:
    sys.exit(f"targets_table.py: '{' '.join(sys.argv[1:])}' is no option; allowed: --check, --write")
with open(page, encoding="utf-8") as file:
    text = file.read()
if text.count(begin) != 1 or text.count(end) != 1:
    sys.exit("targets_table.py: docs/flows.md lacks the lines between which the table stands")
before, rest = text.split(begin)
old, after = rest.split(end)

there = run("doctor")["targets"]
missing = [target["name"] for target in there if not target["available"]]
if missing and mode != "--check":
    sys.exit(f"targets_table.py: not available: {', '.join(missing)}")
table = "| unit | target | stock | area | FFs | MHz | s |\n|---|---|---:|---:|---:|---:|---:|\n"
with tempfile.TemporaryDirectory() as place:
    for unit in units:
        for target in there:
            if target["available"]:
                table += row(unit, target["name"], place)
if mode == "":
    print(table, end="")
elif mode == "--write":
    with open(page, "w", encoding="utf-8") as file:
        file.write(before + begin + table + end + after)
else:
    kept = "".join(line for line in old.splitlines(keepends=True)
                   if not any(f"| {name} |" in line for name in missing))
    if without_seconds(kept) != without_seconds(table):
        sys.exit(f"targets_table.py: docs/flows.md has another table than\n{table}")

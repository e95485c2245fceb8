#!/usr/bin/env python3
"""Makes the table of results in docs/flows.md: measures five units on every target.

    docs/targets_table.py           prints it
    docs/targets_table.py --check   exits with 1 where the page has another one, seconds left out
    docs/targets_table.py --write   puts it into the page, between the lines that name this script

Takes about half an hour on two cores that others use too. BITSHED names another executable than
build/bitshed. A target whose tools are not there is left out with --check, and an error otherwise.
"""
import os
import re
import sys
import tempfile

from page_table import mode, run, settle, units


def row(unit, target, place):
    work = ("--work", os.path.join(place, target))
    stock = run("synth", unit, "--target", target, *work)
    area = run("synth", unit, "--target", target, "--effort", "area", "--seeds", "1", "--time-limit", "3600", *work)
    size = "area" if stock["luts"] is None else "luts"
    clock = stock["fmax_mhz"]
    return (f"| {unit} | {target} | {stock[size]:.10g}{' um^2' if size == 'area' else ''} | {area[size]:.10g} | "
            f"{stock['ffs']} | {'-' if clock is None else format(clock['median'], '.1f')} | "
            f"{stock['seconds']:.1f} |\n")


def without_seconds(text):
    return re.sub(r" [\d.]+ \|$", "", text, flags=re.M)


chosen = mode()
there = run("doctor")["targets"]
missing = [target["name"] for target in there if not target["available"]]
if missing and chosen != "--check":
    sys.exit(f"targets_table.py: not available: {', '.join(missing)}")


def table():
    text = "| unit | target | stock | area | FFs | MHz | s |\n|---|---|---:|---:|---:|---:|---:|\n"
    with tempfile.TemporaryDirectory() as place:
        for unit in units:
            for target in there:
                if target["available"]:
                    text += row(unit, target["name"], place)
    return text


def without_missing(text):
    return "".join(line for line in text.splitlines(keepends=True)
                   if not any(f"| {name} |" in line for name in missing))


settle(table, without_seconds, without_missing)

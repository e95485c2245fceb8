#!/usr/bin/env python3
"""Makes the table of energy in docs/flows.md: simulates five units on operands, on three targets.

    docs/energy_table.py           prints it
    docs/energy_table.py --check   exits with 1 where the page has another one
    docs/energy_table.py --write   puts it into the page, between the lines that name this script

Takes about ten minutes on two cores that others use too. BITSHED names another executable than
build/bitshed.
"""
import os
import tempfile

from page_table import run, settle, units

targets = ["asic-osu018", "asic-osu035", "ice40-hx8k"]


def row(unit, stream, place):
    figures = {}
    for target in targets:
        result = run("synth", unit, "--target", target, "--activity", stream, "--seeds", "1", "--work",
                     os.path.join(place, target))
        figures[target] = result["energy"]
        vectorless = result["power"]
        if vectorless is not None:
            figures[target]["vectorless"] = vectorless["pj_per_mac"]
    asic, older, fpga = (figures[target] for target in targets)
    return (f"| {unit} | {stream} | {asic['pj_per_mac']:.1f} | {older['pj_per_mac']:.1f} | "
            f"{asic['toggles_per_mac']:.1f} | {fpga['toggles_per_mac']:.1f} | {asic['vectorless']:.1f} |\n")


def table():
    text = ("| unit | operands | osu018 pJ | osu035 pJ | osu018 toggles | ice40 toggles | osu018 pJ, vectorless |\n"
            "|---|---|---:|---:|---:|---:|---:|\n")
    with tempfile.TemporaryDirectory() as place:
        for unit in units:
            for stream in ("gauss", "uniform"):
                text += row(unit, stream, place)
    return text


settle(table)

#!/usr/bin/env python3
"""The tables of docs/results.md and one of README.md, of what bench/quality.py measured.

    docs/results.py take [FILE...]  joins the units in files of `bench/quality.py --json` to
                                    docs/results/quality.json, a later file over an earlier, and puts the tables
                                    into the pages; without files, of what stands there
    docs/results.py check           exits with 1 where a page has another table than quality.json makes
"""
import contextlib
import io
import json
import os
import sys

from page_table import root, split, write_table

sys.path.insert(0, os.path.join(root, "bench"))
import quality  # noqa: E402

data = os.path.join(root, "docs", "results", "quality.json")
FLOWS = {"stock": quality.STOCK, "best": quality.BEST}


def take(files):
    units = {}
    for name in files:
        with open(name, encoding="utf-8") as file:
            for unit in json.load(file)["units"]:
                units[unit["format"], unit["target"], unit["candidate"], *unit["options"]] = unit
    with open(data, "w", encoding="utf-8") as file:
        # A line a unit, so that a change shows where it is.
        file.write('{"units": [\n' + ",\n".join(json.dumps(units[key]) for key in sorted(units)) + "\n]}\n")


def read():
    with open(data, encoding="utf-8") as file:
        return json.load(file)


def units_of(document):
    """bench/quality.py's, as if it had measured them now."""
    units = quality.Units(None, list(quality.CANDIDATES), None, None)
    for unit in document["units"]:
        units.measured[unit["format"], unit["target"], unit["candidate"], tuple(unit["options"])] = unit
    return units


def figures_of(document):
    """The figures of bench/quality.py, worked out of units that were measured before."""
    units = units_of(document)
    report = quality.Report(units)
    with contextlib.redirect_stdout(io.StringIO()):
        for figure, (names, targets, all_options) in quality.FIGURES.items():
            there = [name for name in names
                     if all((name, target, candidate, tuple(options)) in units.measured for target in targets
                            for options in all_options
                            for candidate in quality.candidates_of(name, target, quality.CANDIDATES, options))]
            if there:
                getattr(report, figure)(there, targets, all_options)
    return report.lines


def aims(document):
    text = "| what | target | ours / peer | must | goal | reached |\n|---|---|---:|---:|---:|---|\n"
    lines = [line for line in figures_of(document) if line["reached"]]
    first = [line["what"] for line in lines]
    for line in sorted(lines, key=lambda line: first.index(line["what"])):
        note = f" ({line['note']})" if line["note"] else ""
        text += (f"| {line['what']}{note} | {line['target']} | {line['value']:.3f} | {line['must']:.2f} "
                 f"| {line['goal']:.2f} | {line['reached']} |\n")
    return text


# A row of README.md: its words, and the figure of bench/quality.py.
HEADLINES = {
    "LUTs: e4m3, e5m2, e2m1, e3m2, e2m3": "LUTs, five formats, best flow",
    "LUTs: int4 to int8": "LUTs, integers, best flow",
    f"LUTs a lane, {quality.LANES} lanes: four minifloats, int8, int4": f"LUTs a lane of {quality.LANES}, stock flow",
    "MHz: the five, at the peer's latency": "clock, minifloats, 0 stages",
    "MHz: the five, two stages against none": "clock, minifloats, 2 stages",
    "MHz: int4 and int8, at the peer's latency": "clock, integers, 0 stages",
    "MHz: int4 and int8, two stages against none": "clock, integers, 2 stages",
}


def headlines(document):
    values = {(line["what"], line["target"]): line["value"] for line in figures_of(document)}
    targets = ["ice40", "ecp5", "xcup"]
    text = (f"| ours / the best open peer's | {' | '.join(quality.TARGETS[target] for target in targets)} |\n"
            f"|---|{'---:|' * len(targets)}\n")
    for words, what in HEADLINES.items():
        cells = [format(values[what, target], ".2f") if (what, target) in values else "-" for target in targets]
        text += f"| {words} | {' | '.join(cells)} |\n"
    return text


def least(document, name, target, flow):
    """(LUTs, candidate) of the least unit of a flow, nothing where none was measured"""
    options = [FLOWS["best"]] if flow == "best" else list(FLOWS.values())
    units = [(unit[flow], list(quality.CANDIDATES).index(unit["candidate"]), unit["candidate"])
             for unit in document["units"]
             if (unit["format"], unit["target"]) == (name, target) and unit["options"] in options]
    return min(units)[::2] if units else None


def floor(peers, name, target):
    """LUTs below which no accumulator gets that adds once a cycle: a place of the sum takes one, and on ice40 each
    bit of the product must come out of one before the carry."""
    row = peers.of(name, target)[0]
    return 2 * row["acc_bits"] - 10 if target == "ice40" else row["acc_bits"]


def luts(document):
    peers = quality.Peers()
    targets = ["ice40", "ecp5", "xcup"]
    text = (f"| pair | {' | '.join(f'{target}: stock, best, peer, floor' for target in targets)} |\n"
            f"|---|{'---|' * len(targets)}\n")
    for name in [*quality.FIFTEEN, *quality.INTEGERS]:
        cells = []
        for target in targets:
            found = {flow: least(document, name, target, flow) for flow in FLOWS}
            shown = [f"{found[flow][0]}{quality.tag(found[flow][1])}" if found[flow] else "-" for flow in FLOWS]
            cells.append(", ".join([*shown, str(peers.least(name, target, "best")), str(floor(peers, name, target))]))
        text += f"| {name}*{name} | {' | '.join(cells)} |\n"
    return text


def clocks(document):
    units = units_of(document)
    names, targets, all_options = quality.FIGURES["clock"]
    peers = quality.Peers()
    heads = [f"{target}: {', '.join(f'{options[1]} stages' for options in all_options)}, peer" for target in targets]
    text = f"| pair | {' | '.join(heads)} |\n|---|{'---|' * len(targets)}\n"
    for name in names:
        cells = []
        for target in targets:
            peer = peers.fastest(name, target)
            shown = []
            for options in all_options:
                tried = units.tries(name, target, options)
                best = quality.fastest_of(tried, peer)[0]
                shown.append(f"{tried[best]['mhz']:.1f}{quality.tag(best)} ({tried[best]['stock']})")
            cells.append(", ".join([*shown, f"{peer['fmax_mhz_stock']:.1f} ({peer['stock']})"]))
        text += f"| {name}*{name} | {' | '.join(cells)} |\n"
    return text


PAGES = {page: os.path.join(root, *page.split("/")) for page in ("README.md", "docs/results.md")}
# the table's name in the marks around it -> its page, its maker
TABLES = {"results.py: headlines": ("README.md", headlines), "results.py: aims": ("docs/results.md", aims),
          "results.py: luts": ("docs/results.md", luts), "results.py: clocks": ("docs/results.md", clocks)}


def main(verb="", *files):
    if verb == "take":
        if files:
            take(files)
        for maker, (page, make) in TABLES.items():
            write_table(PAGES[page], maker, make(read()))
    elif verb == "check" and not files:
        for maker, (page, make) in TABLES.items():
            if split(PAGES[page], maker)[1] != make(read()):
                sys.exit(f"results.py: {page} has another table than docs/results/quality.json makes ({maker})")
        print(f"{len(TABLES)} tables of {len(read()['units'])} units")
    else:
        sys.exit(f"results.py: '{' '.join((verb, *files))}' will not do; allowed: take [FILE...], check")


if __name__ == "__main__":
    main(*sys.argv[1:])

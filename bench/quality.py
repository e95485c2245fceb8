#!/usr/bin/env python3
"""How small and how fast the units are, beside open peers: ratios of LUTs and clocks, with what they aim at.

    bench/quality.py BITSHED [--figures F,F] [--formats F,F] [--targets T,T] [--candidates C,C] [--jobs N]
                     [--json FILE]

Each format with itself, exact accumulator, 1024 products, no handshake. The figures:

    luts    one lane: `synth --effort area --seeds none`, whose first attempt is the stock flow and whose least
            of all is the best flow; minifloats with both an exponent and a fraction, and integers
    others  the same in the stock flow on targets of other makers
    lanes   LUTs of 16 lanes, stock flow, beside the peers' vector MAC
    result  what `--result bf16` takes on top of the bare unit of e4m3, as a share of it, stock flow
    clock   median of three seeds, stock flow, with 0 and 2 stages, both against the peer's without stages

The option sets of CANDIDATES are tried, and the least of LUTs is taken; of clocks the fastest with no more LUTs
than the peer, or where none is so small the fastest of all, and then it is said. The peer of a cell is the least
of all in baselines.json, in the same flow or in the best; integers are compared with the product on its own wire
and Yosys's booth pass. The peer of a clock is the one with the greatest clock. `synth` counts as baselines.json
does, but for what UNCOUNTED has. Units have two drawbacks: on ecp5, gowin and nexus peers have the less of two
netlists, units -nowidelut alone; on nexus a unit has a carry cell more for each chain that begins with a constant,
which its router needs and Yosys does not make.

Says for each aim whether it is reached; the exit status is 0 either way: a figure is no failure.
"""
import argparse
import collections
import concurrent.futures
import json
import math
import operator
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TARGETS = {"ice40": "ice40-hx8k", "ecp5": "ecp5-25k", "xcup": "xilinx-us+", "gowin": "gowin-gw1n9",
           "gatemate": "gatemate-a1", "nexus": "nexus-40"}
FIVE = ["e4m3", "e5m2", "e2m1", "e3m2", "e2m3"]
FIFTEEN = ["e1m2", "e1m6", "e2m1", "e2m2", "e2m3", "e2m4", "e2m5", "e3m1", "e3m2", "e3m3", "e3m4", "e4m1",
           "e4m2", "e4m3", "e5m2"]
INTEGERS = ["int4", "int5", "int6", "int7", "int8"]
STRAW_MAN = "acc + w*a in one expression"
BOOTH = "w*a on its own wire, Yosys booth pass"
# Cells that `luts` of synth leaves out and baselines.json counts.
UNCOUNTED = {"nexus": {"INV": 1, "WIDEFN9": 2}}


def is_moved(name):
    return name.startswith("e") and not name.startswith("e1")


def fits_table(name):
    return name in ("e1m1", "e1m2", "e2m0", "e2m1", "e3m0")


def fits_tree(name):
    return name in ("e1m6", "int7", "int8")


def is_minifloat(name):
    return name.startswith("e")


# Option sets of a unit: name -> (options, the formats whose unit they change, what they are tried for: LUTs
# are "size"). The first is every format's.
CANDIDATES = {
    "blocks": ([], lambda name: True, ("size", "clock")),
    "chain": (["--shifter", "chain"], is_moved, ("size", "clock")),
    "late": (["--sign", "late"], is_minifloat, ("size",)),
    "late-chain": (["--sign", "late", "--shifter", "chain"], is_moved, ("size",)),
    "cells": (["--cells", "ecp5"], lambda name: True, ("size", "clock")),
    "cells-chain": (["--cells", "ecp5", "--shifter", "chain"], is_moved, ("size", "clock")),
    "table": (["--product", "table"], fits_table, ("size", "clock")),
    "tree": (["--product", "tree"], fits_tree, ("clock",)),
    "deferred": (["--carry", "deferred"], lambda name: True, ("clock",)),
    "deferred-chain": (["--carry", "deferred", "--shifter", "chain"], is_moved, ("clock",)),
    "deferred-table": (["--carry", "deferred", "--product", "table"], fits_table, ("clock",)),
    "deferred-tree": (["--carry", "deferred", "--product", "tree"], fits_tree, ("clock",)),
    "retimed": (["--carry", "retimed"], lambda name: True, ("clock",)),
    "retimed-chain": (["--carry", "retimed", "--shifter", "chain"], is_moved, ("clock",)),
    "retimed-table": (["--carry", "retimed", "--product", "table"], fits_table, ("clock",)),
    "retimed-tree": (["--carry", "retimed", "--product", "tree"], fits_tree, ("clock",)),
}

# Option sets with cells of one target.
CELLS_OF = {"cells": "ecp5", "cells-chain": "ecp5"}

LANES = 16
STOCK = ["--seeds", "none"]
BEST = ["--seeds", "none", "--effort", "area"]
# figure -> its formats, its targets, options of each of its units
FIGURES = {
    "luts": ([*FIFTEEN, *INTEGERS], ["ice40", "ecp5", "xcup"], [BEST]),
    "others": (FIVE, ["gowin", "gatemate", "nexus"], [STOCK]),
    "lanes": (["e4m3", "e5m2", "e3m2", "e2m1", "int8", "int4"], ["ice40", "ecp5", "xcup"],
              [["--lanes", str(LANES), *STOCK]]),
    "result": (["e4m3"], ["ice40", "ecp5", "xcup"], [STOCK, ["--result", "bf16", *STOCK]]),
    "clock": ([*FIVE, "int4", "int8"], ["ice40", "ecp5"],
              [["--stages", stages, "--seeds", "1,2,3"] for stages in ("0", "2")]),
}

# what is measured -> how a figure compares with its aims, target -> (must, goal)
AIMS = {
    "LUTs, five formats, best flow": (operator.le, {"ice40": (0.76, 0.70), "ecp5": (0.65, 0.58),
                                                    "xcup": (0.60, 0.54)}),
    "LUTs, five formats, stock flow": (operator.le, {"ice40": (0.83, 0.77), "ecp5": (0.70, 0.62),
                                                     "xcup": (0.64, 0.58), "gowin": (0.85, 0.75),
                                                     "gatemate": (0.85, 0.75), "nexus": (0.85, 0.75)}),
    "LUTs, worst format, best flow": (operator.lt, dict.fromkeys(TARGETS, (1.0, 0.85))),
    "LUTs, worst format, stock flow": (operator.lt, dict.fromkeys(TARGETS, (1.0, 0.85))),
    "LUTs, integers, best flow": (operator.le, {"ice40": (0.80, 0.72), "ecp5": (0.72, 0.65),
                                                "xcup": (0.68, 0.58)}),
    f"LUTs a lane of {LANES}, stock flow": (operator.le, dict.fromkeys(TARGETS, (0.70, 0.55))),
    "share of --result bf16, stock flow": (operator.le, dict.fromkeys(TARGETS, (0.45, 0.30))),
    "clock, minifloats, 0 stages": (operator.ge, dict.fromkeys(TARGETS, (1.2, 1.3))),
    "clock, minifloats, 2 stages": (operator.ge, dict.fromkeys(TARGETS, (2.5, 3.0))),
    "clock, integers, 0 stages": (operator.ge, dict.fromkeys(TARGETS, (1.2, 1.3))),
    "clock, integers, 2 stages": (operator.ge, dict.fromkeys(TARGETS, (2.5, 3.0))),
}


class Peers:
    def __init__(self):
        with open(os.path.join(HERE, "baselines.json"), encoding="utf-8") as file:
            self.rows = [row for row in json.load(file)["rows"] if row["peer"] != STRAW_MAN]

    def of(self, name, target, lanes=1):
        return [row for row in self.rows
                if (row["format"], row["target"], row["lanes"]) == (name, target, lanes)]

    def least(self, name, target, flow, lanes=1):
        """LUTs of the least peer"""
        rows = self.of(name, target, lanes)
        rows = [row for row in rows if row["peer"] == BOOTH] or rows
        return min(min(row["stock"], row.get("area", math.inf) if flow == "best" else math.inf) for row in rows)

    def fastest(self, name, target):
        """its row"""
        return max((row for row in self.of(name, target) if "fmax_mhz_stock" in row),
                   key=lambda row: row["fmax_mhz_stock"])


def candidates_of(name, target, candidates, options):
    """Those that make another unit of the format and are tried with such options; the first of all if none."""
    purpose = "size" if "none" in options else "clock"  # of --seeds
    return [candidate for candidate in candidates
            if CANDIDATES[candidate][1](name) and purpose in CANDIDATES[candidate][2]
            and CELLS_OF.get(candidate, target) == target] or [next(iter(CANDIDATES))]


def measure(bitshed, work, unit):
    """LUTs of a flow, and the clock frequency if it was routed"""
    name, target, candidate, options = unit
    command = [bitshed, "synth", f"{name}*{name}+exact", "--terms", "1024", "--handshake", "none",
               *CANDIDATES[candidate][0], *options, "--target", TARGETS[target], "--json", "--quiet", "--work",
               os.path.join(work, "_".join([name, target, candidate, *options]))]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr[-800:]}")
    result = json.loads(done.stdout)
    more = sum(result["cells"].get(cell, 0) * luts for cell, luts in UNCOUNTED.get(target, {}).items())
    return {"stock": int(result["attempts"]["stock"]) + more, "best": int(result["luts"]) + more,
            "mhz": result["fmax_mhz"]["median"] if result["fmax_mhz"] else None}


class Units:
    """What was measured: (format, target, candidate, options) -> LUTs and clock."""

    def __init__(self, bitshed, candidates, pool, work):
        self.bitshed, self.candidates, self.pool, self.work = bitshed, candidates, pool, work
        self.measured = {}

    def measure(self, figure, names, targets, all_options):
        """Measures each unit that was not measured before."""
        units = [(name, target, candidate, tuple(options)) for name in names for target in targets
                 for options in all_options for candidate in candidates_of(name, target, self.candidates, options)]
        runs = {self.pool.submit(measure, self.bitshed, self.work, unit): unit
                for unit in units if unit not in self.measured}
        for done, run in enumerate(concurrent.futures.as_completed(runs), 1):
            self.measured[runs[run]] = run.result()
            print(f"{figure}: {done} of {len(runs)} units measured", file=sys.stderr, flush=True)

    def tries(self, name, target, options):
        """candidate -> what was measured"""
        return {candidate: self.measured[name, target, candidate, tuple(options)]
                for candidate in candidates_of(name, target, self.candidates, options)}

    def least(self, name, target, options, flow):
        """(candidate, its LUTs)"""
        tries = self.tries(name, target, options)
        candidate = min(tries, key=lambda candidate: tries[candidate][flow])
        return candidate, tries[candidate][flow]


def fastest_of(tries, peer):
    """The fastest candidate that is no larger than the peer, and those; of all where there is none."""
    small = [candidate for candidate in tries if tries[candidate]["stock"] <= peer["stock"]]
    return max(small or tries, key=lambda candidate: tries[candidate]["mhz"]), small


def tag(candidate):
    return "" if candidate == next(iter(CANDIDATES)) else " " + candidate


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def print_table(title, names, targets, cells):
    print("\n" + title)
    print((f"{'format':8}" + "".join(f"{target:44}" for target in targets)).rstrip())
    for name in names:
        print((f"{name:8}" + "".join(f"{cells[name, target]:44}" for target in targets)).rstrip(), flush=True)


class Report:
    def __init__(self, units):
        self.units, self.peers = units, Peers()
        self.lines = []

    def line(self, what, target, value, note="", whole=True):
        """A figure beside its aims; one of a part of its formats is not judged."""
        is_reached, aims = AIMS.get(what, (None, {}))
        must, goal = aims.get(target, (None, None))
        reached = None
        if must is not None and whole:
            reached = "goal" if is_reached(value, goal) else "must" if is_reached(value, must) else "no"
        self.lines.append({"what": what, "target": target, "value": value, "must": must, "goal": goal,
                           "reached": reached, "note": note})

    def group(self, what, target, ratios, group, notes=()):
        """The mean of a group of formats."""
        names = [name for name in group if name in ratios]
        if names:
            whole = len(names) == len(group)
            notes = [*([] if whole else [f"of {', '.join(names)} alone"]), *notes]
            self.line(what, target, mean([ratios[name] for name in names]), "; ".join(notes), whole)

    def ratios(self, title, names, targets, options, flow, lanes=1):
        """Prints LUTs of unit and peer; target -> format -> ratio."""
        ratios, cells = {target: {} for target in targets}, {}
        for name in names:
            for target in targets:
                candidate, luts = self.units.least(name, target, options, flow)
                peer = self.peers.least(name, target, flow, lanes)
                ratios[target][name] = luts / peer
                cells[name, target] = f"{luts}/{peer} = {luts / peer:.3f}{tag(candidate)}"
        print_table(f"{title}, {flow} flow: unit/least peer", names, targets, cells)
        return ratios

    def luts(self, names, targets, all_options):
        for flow in ("stock", "best"):
            for target, ratios in self.ratios("LUTs", names, targets, all_options[0], flow).items():
                self.group(f"LUTs, five formats, {flow} flow", target, ratios, FIVE)
                self.group(f"LUTs, fifteen formats, {flow} flow", target, ratios, FIFTEEN)
                self.group(f"LUTs, integers, {flow} flow", target, ratios, INTEGERS)
                minifloats = [name for name in FIFTEEN if name in ratios]
                if minifloats:
                    worst = max(minifloats, key=ratios.get)
                    whole = len(minifloats) == len(FIFTEEN)
                    self.line(f"LUTs, worst format, {flow} flow", target, ratios[worst],
                              worst if whole else f"{worst}, of {len(minifloats)} formats", whole)

    def others(self, names, targets, all_options):
        for target, ratios in self.ratios("LUTs", names, targets, all_options[0], "stock").items():
            self.group("LUTs, five formats, stock flow", target, ratios, FIVE)

    def lanes(self, names, targets, all_options):
        every = self.ratios(f"LUTs of {LANES} lanes", names, targets, all_options[0], "stock", LANES)
        for target, ratios in every.items():
            self.group(f"LUTs a lane of {LANES}, stock flow", target, ratios, FIGURES["lanes"][0])

    def result(self, names, targets, all_options):
        cells = {}
        for target in targets:
            (_, bare), (_, wide) = (self.units.least(names[0], target, options, "stock") for options in all_options)
            cells[names[0], target] = f"({wide} - {bare})/{bare} = {wide / bare - 1:.3f}"
            self.line("share of --result bf16, stock flow", target, wide / bare - 1)
        print_table("LUTs with --result bf16, stock flow: (unit - bare unit)/bare unit", names, targets, cells)

    def clock(self, names, targets, all_options):
        for options in all_options:
            stages = f"{options[1]} stages"
            ratios, larger, cells = {target: {} for target in targets}, [], {}
            for name in names:
                for target in targets:
                    peer = self.peers.fastest(name, target)
                    tries = self.units.tries(name, target, options)
                    fastest, small = fastest_of(tries, peer)
                    mhz, luts = tries[fastest]["mhz"], tries[fastest]["stock"]
                    ratios[target][name] = mhz / peer["fmax_mhz_stock"]
                    cells[name, target] = (f"{mhz:.1f}/{peer['fmax_mhz_stock']:.1f} = {ratios[target][name]:.3f}, "
                                           f"{luts}{'<=' if small else ' > '}{peer['stock']}{tag(fastest)}")
                    if not small:
                        larger.append((name, target))
            print_table(f"MHz with {stages}, stock flow: unit/fastest peer without stages, LUTs of both", names,
                        targets, cells)
            for target in targets:
                for kind, prefix in (("minifloats", "e"), ("integers", "int")):
                    group = [name for name in FIGURES["clock"][0] if name.startswith(prefix)]
                    more = [name for name in group if (name, target) in larger]
                    self.group(f"clock, {kind}, {stages}", target, ratios[target], group,
                               [f"more LUTs than the peer: {', '.join(more)}"] if more else [])

    def summary(self):
        print("\nRatios to peers: geometric means over formats, the worst of them, a share; what is reached")
        print(f"{'measured':36}{'target':10}{'ratio':>7}{'must':>7}{'goal':>7}  reached")
        for line in sorted(self.lines, key=lambda line: [other["what"] for other in self.lines].index(line["what"])):
            aims = "".join(f"{'' if aim is None else format(aim, '.2f'):>7}" for aim in (line["must"], line["goal"]))
            print(f"{line['what']:36}{line['target']:10}{line['value']:7.3f}{aims}  {line['reached'] or '':7}  "
                  f"{line['note']}".rstrip())


def words(given, known):
    """The words of a list, each one of those known"""
    chosen = given.split(",")
    unknown = [word for word in chosen if word not in known]
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bitshed")
    parser.add_argument("--figures", default=",".join(FIGURES))
    parser.add_argument("--formats", default=",".join([*FIFTEEN, *INTEGERS]), help="those of each figure's formats")
    parser.add_argument("--targets", default=",".join(TARGETS), help="those of each figure's targets")
    parser.add_argument("--candidates", default=",".join(CANDIDATES), help="option sets that are tried")
    parser.add_argument("--jobs", type=int, default=1, help="units that are measured at once")
    parser.add_argument("--json", help="write all figures to this file")
    given = parser.parse_args()
    figures, candidates = words(given.figures, FIGURES), words(given.candidates, CANDIDATES)
    names, targets = words(given.formats, [*FIFTEEN, *INTEGERS]), words(given.targets, TARGETS)
    pool = concurrent.futures.ThreadPoolExecutor(given.jobs)
    with tempfile.TemporaryDirectory(prefix="bitshed-quality-") as work:
        units = Units(os.path.abspath(given.bitshed), candidates, pool, work)
        report = Report(units)
        try:
            for figure in figures:
                own_names, own_targets, options = FIGURES[figure]
                part = ([name for name in own_names if name in names],
                        [target for target in own_targets if target in targets], options)
                if part[0] and part[1]:
                    units.measure(figure, *part)
                    getattr(report, figure)(*part)
                else:
                    print(f"\n{figure}: has none of these {'targets' if part[0] else 'formats'}")
        finally:
            pool.shutdown(cancel_futures=True)
    report.summary()
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump({"units": [{"format": name, "target": target, "candidate": candidate,
                                  "options": options, **size}
                                 for (name, target, candidate, options), size in units.measured.items()],
                       "figures": report.lines}, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    sys.exit(main())

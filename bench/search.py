#!/usr/bin/env python3
"""Which architecture is best on which target: measures them, and writes the table of the best.

    bench/search.py BITSHED STORE [--jobs N] [--only area|clock] [--write]

Pairs are built in every way that can matter and synthesized by effort stock, with an exact accumulator of
1024 products, one lane, nothing pipelined: `bitshed sweep` into STORE, which goes on where it stopped. With
--write the best become generator/mac/choice_table.cpp, from which `bitshed gen --target T --optimize
OBJECTIVE` chooses:

    area        fewest LUTs
    clock       highest clock, the median of three seeds of place and route; of targets that are routed here
    balanced    fewest LUTs for a pair a second: LUTs over clock

For area all of --shifter, --sign and --product are tried (a table where it fits), and --cells of the
target's family; for the other two --shifter, --carry and such cells. Of equals the portable default wins,
or what is least unlike it. Prints what each choice gains beside that default.
"""
import argparse
import collections
import contextlib
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = os.path.join(ROOT, "generator", "mac", "choice_table.cpp")

STILL = ["e1m1", "e1m2", "e1m3", "e1m4", "e1m5", "e1m6"]  # no exponents: products are not moved
MOVED = ["e2m0", "e2m1", "e3m0", "e2m2", "e3m1", "e4m0", "e2m3", "e3m2", "e4m1", "e5m0", "e2m4", "e3m3", "e4m2",
         "e5m1", "e6m0", "e2m5", "e3m4", "e4m3", "e5m2", "e6m1", "e7m0"]
MIXED = ["e2m1*e4m3", "e2m1*e3m2", "e3m2*e4m3", "e4m3*e5m2", "int4*e4m3", "e2m1*int8"]
SMALL = ["e1m1*e1m1", "e1m2*e1m2", "e2m0*e2m0", "e2m1*e2m1", "e3m0*e3m0"]  # with a table of at most 64 bits
TIMED = ["e2m1*e2m1", "e2m2*e2m2", "e3m1*e3m1", "e2m3*e2m3", "e3m2*e3m2", "e2m5*e2m5", "e3m4*e3m4", "e4m3*e4m3",
         "e5m2*e5m2"]
INTEGERS = ["int3", "int4", "int5", "int6", "int7", "int8"]
TIMED_INTEGERS = ["int4*int4", "int8*int8"]

# target -> (flows::Target::family, whether it is timed)
TARGETS = {
    "ice40-hx8k": ("ice40", True),
    "ecp5-25k": ("ecp5", True),
    "xilinx-us+": ("xcup", False),
    "gowin-gw1n9": ("gowin", False),
    "nexus-40": ("nexus", False),
    "gatemate-a1": ("gatemate", False),
}
SEEDS = [1, 2, 3]
CELLS = {"ecp5-25k": ["ecp5"]}
DEFAULT = ("blocks", "early", "multiply", "ripple", "portable")


def own_pairs(shapes):
    return [f"{shape}*{shape}" for shape in shapes]


def plans(only):
    """The plans as TOML, a target each."""
    shifters, signs, carries = (("shifters", ["blocks", "chain"]), ("signs", ["early", "late"]),
                                ("carries", ["ripple", "deferred"]))
    small = [(own_pairs(MOVED) + MIXED, [], [shifters, signs]), (own_pairs(STILL), [], [signs]),
             (own_pairs(INTEGERS), [], []),
             (SMALL, [], [("products", ["table"]), signs])]
    timed = [(TIMED, SEEDS, [shifters, carries]), (TIMED_INTEGERS, SEEDS, [carries])]
    for target, (_, is_timed) in TARGETS.items():
        in_cells = ("cells", CELLS[target]) if target in CELLS else None
        more_small = [(own_pairs(MOVED) + MIXED, [], [shifters, in_cells]),
                      (own_pairs(STILL + INTEGERS), [], [in_cells])] if in_cells else []
        more_timed = [(TIMED, SEEDS, [shifters, in_cells]), (TIMED_INTEGERS, SEEDS, [in_cells])] if in_cells else []
        for pairs, seeds, lists in ((small + more_small if only != "clock" else []) +
                                    (timed + more_timed if is_timed and only != "area" else [])):
            keys = {"pairs": pairs, "terms": [1024], "targets": [target], "seeds": seeds, **dict(lists)}
            yield "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


def sweep(bitshed, store, jobs, only):
    with tempfile.TemporaryDirectory(prefix="bitshed-search-") as folder:
        for plan in plans(only):
            path = os.path.join(folder, "plan.toml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(plan)
            done = subprocess.run([bitshed, "sweep", path, "--store", store, "--jobs", str(jobs), "--keep", "failures",
                                   "--retry-failed"], check=False)
            if done.returncode != 0:
                raise SystemExit(f"the sweep ended with status {done.returncode}")


def architecture_of(command):
    """The words of a unit's command: ("blocks", "late", "multiply", "ripple")."""
    words = command.split()
    return tuple(words[words.index(option) + 1] if option in words else default
                 for option, default in zip(("--shifter", "--sign", "--product", "--carry", "--cells"), DEFAULT))


def rank(architecture):
    """0 for the default; of equals the lower wins."""
    return sum((word != default) << place for place, (word, default) in enumerate(zip(architecture, DEFAULT)))


def measured(store):
    """(target, weight, activation, whether timed) -> architecture -> (LUTs, MHz or None), and the tools."""
    figures, tools = collections.defaultdict(dict), {}
    with contextlib.closing(sqlite3.connect(store)) as database:
        rows = database.execute("SELECT request, result FROM results JOIN current USING (key) "
                                "WHERE kind = 'synth' AND status = 'done'").fetchall()
    for request, result in ((json.loads(request), json.loads(result)) for request, result in rows):
        unit, clock = request["unit"], result["fmax_mhz"]
        figures[request["target"], unit["weight"], unit["activation"], clock is not None][
            architecture_of(unit["command"])] = (int(result["luts"]), clock and clock["median"])
        tools.update({tool: version for tool, version in request["tools"].items() if version != "missing"})
    return figures, tools


def cost(objective, luts, clock):
    return {"area": lambda: luts, "clock": lambda: 1 / clock, "balanced": lambda: luts / clock}[objective]()


def choices(figures):
    """(target, objective, weight, activation, architecture, its cost over the default's)"""
    for (target, weight, activation, is_timed), tried in figures.items():
        for objective in ("clock", "balanced") if is_timed else ("area",):
            best = min(tried, key=lambda way: (cost(objective, *tried[way]), rank(way)))
            yield target, objective, weight, activation, best, \
                cost(objective, *tried[best]) / cost(objective, *tried[DEFAULT])


def table_of(rows, tools):
    lines = [f"    // {name} {version}" for name, version in sorted(tools.items())]
    for target, objective, weight, activation, (shifter, sign, product, carry, cells), _ in rows:
        lines.append(f'    {{"{TARGETS[target][0]}", Objective::{objective}, "{weight}", "{activation}",\n'
                     f"     {{Shifter::{shifter}, Sign::{sign}, Product::{product}, Carry::{carry}, "
                     f"Cells::{cells}}}}},")
    return ('// Made by bench/search.py --write, which says how each was measured; not by hand.\n'
            '#include "mac/choice.hpp"\n\nnamespace bitshed::mac {\n\n'
            "// clang-format off\n"
            "const std::vector<MeasuredChoice>& measured_choices() {\n"
            "    static const std::vector<MeasuredChoice> rows = {\n" + "\n".join("    " + line.replace("\n", "\n    ")
                                                                                for line in lines) +
            "\n    };\n    return rows;\n}\n// clang-format on\n\n}  // namespace bitshed::mac\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bitshed")
    parser.add_argument("store")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", choices=("area", "clock"), help="measure for area, or for the other two, alone")
    parser.add_argument("--write", action="store_true", help="write generator/mac/choice_table.cpp")
    given = parser.parse_args()
    sweep(os.path.abspath(given.bitshed), given.store, given.jobs, given.only)
    figures, tools = measured(given.store)
    order = {target: index for index, target in enumerate(TARGETS)}
    rows = sorted(choices(figures), key=lambda row: (order[row[0]], ("area", "clock", "balanced").index(row[1]), row[2:4]))
    gains = collections.defaultdict(list)
    for target, objective, weight, activation, best, gain in rows:
        if best != DEFAULT:
            print(f"{target:12} {objective:9} {weight + '*' + activation:12} {' '.join(best):31} {gain:.3f}")
        gains[target, objective].append(gain)
    for (target, objective), list_ in gains.items():
        print(f"{target:12} {objective:9} {len(list_):4} pairs, geometric mean of cost beside the default's "
              f"{math.exp(sum(math.log(gain) for gain in list_) / len(list_)):.3f}")
    if given.write:
        with open(TABLE, "w", encoding="utf-8") as file:
            file.write(table_of(rows, tools))


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Which architecture is best on which target: measures them, and writes the tables of what was measured.

    bench/search.py BITSHED STORE [--jobs N] [--only area|clock] [--write]

Pairs are built in every way that can matter and synthesized by effort stock, with an exact accumulator of
1024 products and one lane: `bitshed sweep` into STORE, which goes on where it stopped. With --write two tables
are written, from which `bitshed gen --target T --optimize OBJECTIVE` and `--mhz F` choose; of them alone that
which --only measures:

    generator/mac/choice_table.cpp   area: the architecture of the fewest LUTs, without stages. All of --shifter,
                                     --sign and --product are tried (a table where it fits), and --cells of the
                                     target's family. Of equals the portable default wins, or what is least
                                     unlike it.
    generator/mac/clock_table.cpp    clock: LUTs and clock of each unit, with 0 to 4 stages, the median of three
                                     seeds of place and route; of targets that are routed here. --shifter and
                                     --carry are tried together, as are a table or a tree with --carry, and
                                     such cells alone.

Prints what the best gains beside the portable default: of LUTs, of clock, and of both (balanced: LUTs for a
pair a second).
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
MAC = os.path.join(ROOT, "generator", "mac")

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
STAGES = [0, 1, 2, 3, 4]
CELLS = {"ecp5-25k": ["ecp5"]}
DEFAULT = ("blocks", "early", "multiply", "ripple", "portable")


def own_pairs(shapes):
    return [f"{shape}*{shape}" for shape in shapes]


def plans(only):
    """The plans as TOML, a target each."""
    shifters, signs, carries = (("shifters", ["blocks", "chain"]), ("signs", ["early", "late"]),
                                ("carries", ["ripple", "deferred", "retimed"]))
    small = [(own_pairs(MOVED) + MIXED, [shifters, signs]), (own_pairs(STILL), [signs]),
             (own_pairs(INTEGERS), []), (SMALL, [("products", ["table"]), signs])]
    timed = [(TIMED, [shifters, carries]), (TIMED_INTEGERS, [carries]),
             (["int8*int8"], [("products", ["tree"]), carries]),
             ([pair for pair in SMALL if pair in TIMED], [("products", ["table"]), carries])]
    for target, (_, is_timed) in TARGETS.items():
        in_cells = ("cells", CELLS[target]) if target in CELLS else None
        more_small = [(own_pairs(MOVED) + MIXED, [shifters, in_cells]),
                      (own_pairs(STILL + INTEGERS), [in_cells])] if in_cells else []
        more_timed = [(TIMED + TIMED_INTEGERS, [in_cells])] if in_cells else []
        for figure, groups in (("area", small + more_small), ("clock", timed + more_timed if is_timed else [])):
            for pairs, lists in groups if only in (None, figure) else []:
                keys = {"pairs": pairs, "terms": [1024], "targets": [target], **dict(lists),
                        "seeds": [] if figure == "area" else SEEDS, "stages": [0] if figure == "area" else STAGES}
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


def architecture_of(words):
    """("blocks", "late", "multiply", "ripple", "portable")"""
    return tuple(words[words.index(option) + 1] if option in words else default
                 for option, default in zip(("--shifter", "--sign", "--product", "--carry", "--cells"), DEFAULT))


def stages_of(words):
    return int(words[words.index("--stages") + 1]) if "--stages" in words else 0


def rank(architecture):
    """0 for the default; of equals the lower wins."""
    return sum((word != default) << place for place, (word, default) in enumerate(zip(architecture, DEFAULT)))


def measured(store):
    """What was not routed and what was, as (target, weight, activation, stages) -> architecture -> (LUTs, MHz or
    None); and the tools."""
    small, timed, tools = collections.defaultdict(dict), collections.defaultdict(dict), {}
    with contextlib.closing(sqlite3.connect(store)) as database:
        rows = database.execute("SELECT request, result FROM results JOIN current USING (key) "
                                "WHERE kind = 'synth' AND status = 'done'").fetchall()
    for request, result in ((json.loads(request), json.loads(result)) for request, result in rows):
        unit, clock = request["unit"], result["fmax_mhz"]
        words = unit["command"].split()
        (timed if clock else small)[request["target"], unit["weight"], unit["activation"], stages_of(words)][
            architecture_of(words)] = (int(result["luts"]), clock and clock["median"])
        tools.update({tool: version for tool, version in request["tools"].items() if version != "missing"})
    return small, timed, tools


COSTS = {"area": lambda luts, clock: luts, "clock": lambda luts, clock: 1 / clock,
         "balanced": lambda luts, clock: luts / clock}


def best_of(tried, objective):
    """(architecture, its cost over the default's)"""
    best = min(tried, key=lambda way: (COSTS[objective](*tried[way]), rank(way), way))
    return best, COSTS[objective](*tried[best]) / COSTS[objective](*tried[DEFAULT])


def print_gains(figures, objective):
    gains = collections.defaultdict(list)
    for (target, weight, activation, stages), tried in figures.items():
        best, gain = best_of(tried, objective)
        gains[target, stages].append(gain)
        if best != DEFAULT:
            print(f"{target:12} {objective:9} {weight + '*' + activation:12} {stages} stages {' '.join(best):31} "
                  f"{gain:.3f}")
    for (target, stages), list_ in gains.items():
        mean = math.exp(sum(map(math.log, list_)) / len(list_))
        print(f"{target:12} {objective:9} {len(list_):4} pairs, {stages} stages, geometric mean of cost beside the "
              f"default's {mean:.3f}")


def in_words(architecture):
    names = ("Shifter", "Sign", "Product", "Carry", "Cells")
    return "{" + ", ".join(f"{name}::{word}" for name, word in zip(names, architecture)) + "}"


def choice_rows(figures):
    for (target, weight, activation, _), tried in figures.items():
        yield (f'{{"{TARGETS[target][0]}", "{weight}", "{activation}",\n'
               f"         {in_words(best_of(tried, 'area')[0])}}},")


def clock_rows(figures):
    for (target, weight, activation, stages), tried in figures.items():
        for architecture, (luts, clock) in sorted(tried.items(), key=lambda item: (rank(item[0]), item[0])):
            yield (f'{{"{target}", "{TARGETS[target][0]}", "{weight}", "{activation}", {stages},\n'
                   f"         {in_words(architecture)}, {luts}, {clock}}},")


def write_table(name, row_type, function, rows, tools):
    lines = [*(f"// {tool} {version}" for tool, version in sorted(tools.items())), *rows]
    with open(os.path.join(MAC, name), "w", encoding="utf-8") as file:
        file.write("// Made by bench/search.py --write, which says how each was measured; not by hand.\n"
                   '#include "mac/choice.hpp"\n\nnamespace bitshed::mac {\n\n'
                   "// clang-format off\n"
                   f"const std::vector<{row_type}>& {function}() {{\n"
                   f"    static const std::vector<{row_type}> rows = {{\n"
                   + "".join(f"        {line}\n" for line in lines) +
                   "    };\n    return rows;\n}\n// clang-format on\n\n}  // namespace bitshed::mac\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bitshed")
    parser.add_argument("store")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", choices=("area", "clock"), help="measure this alone, and write its table alone")
    parser.add_argument("--write", action="store_true", help="write the tables")
    given = parser.parse_args()
    sweep(os.path.abspath(given.bitshed), given.store, given.jobs, given.only)
    small, timed, tools = measured(given.store)
    order = {target: index for index, target in enumerate(TARGETS)}
    small, timed = (dict(sorted(figures.items(), key=lambda item: (order[item[0][0]], item[0][1:])))
                    for figures in (small, timed))
    print_gains(small, "area")
    print_gains(timed, "clock")
    print_gains(timed, "balanced")
    if given.write and given.only != "clock":
        write_table("choice_table.cpp", "MeasuredChoice", "measured_choices", choice_rows(small), tools)
    if given.write and given.only != "area":
        write_table("clock_table.cpp", "MeasuredClock", "measured_clocks", clock_rows(timed), tools)


if __name__ == "__main__":
    sys.exit(main())

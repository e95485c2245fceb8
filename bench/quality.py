#!/usr/bin/env python3
"""How small the units are, beside open peers: ratios of LUTs, with what they aim at.

    bench/quality.py BITSHED [--formats F,F] [--targets T,T] [--shifters S,S] [--jobs N] [--json FILE]

Each format with itself, exact accumulator, 1024 products, nothing pipelined, one lane. `bitshed synth
--effort area --seeds none` counts: its first attempt is the stock flow, the least of all is the best flow.
Each of --shifters (default blocks,chain) is tried for minifloats with exponents, and the less is taken; a c
stands where that is chain. The peer of a cell is the least of all in baselines.json, in the same flow or in the best; integers are
compared with the product on its own wire and Yosys's booth pass. The last rows are what `--result bf16`
takes on top of the bare unit of e4m3.

Says for each aim whether it is reached; the exit status is 0 either way: a figure is no failure.
"""
import argparse
import concurrent.futures
import json
import math
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TARGETS = {"ice40": "ice40-hx8k", "ecp5": "ecp5-25k", "xcup": "xilinx-us+"}
FLOWS = ("stock", "best")
FIVE = ["e4m3", "e5m2", "e2m1", "e3m2", "e2m3"]
FIFTEEN = ["e1m2", "e1m6", "e2m1", "e2m2", "e2m3", "e2m4", "e2m5", "e3m1", "e3m2", "e3m3", "e3m4", "e4m1",
           "e4m2", "e4m3", "e5m2"]
INTEGERS = ["int4", "int5", "int6", "int7", "int8"]
STRAW_MAN = "acc + w*a in one expression"
BOOTH = "w*a on its own wire, Yosys booth pass"

# (what, flow) -> target -> (must, goal)
AIMS = {
    ("five", "stock"): {"ice40": (0.83, 0.77), "ecp5": (0.70, 0.62), "xcup": (0.64, 0.58)},
    ("five", "best"): {"ice40": (0.76, 0.70), "ecp5": (0.65, 0.58), "xcup": (0.60, 0.54)},
    ("worst", "best"): {target: (1.0, 1.0) for target in TARGETS},
    ("integers", "best"): {"ice40": (0.80, 0.80), "ecp5": (0.72, 0.72), "xcup": (0.68, 0.68)},
    ("result", "stock"): {target: (0.45, 0.30) for target in TARGETS},
}


def peers():
    """(format, target, flow) -> LUTs of the least peer."""
    with open(os.path.join(HERE, "baselines.json"), encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    least = {}
    for row in rows:
        integer = row["format"].startswith("int")
        if row["lanes"] != 1 or row["peer"] == STRAW_MAN:
            continue
        if integer and row["peer"] != BOOTH and row["format"] != "int3":
            continue
        for flow, sizes in (("stock", [row["stock"]]), ("best", [row["stock"], row.get("area", row["stock"])])):
            key = row["format"], row["target"], flow
            least[key] = min([*sizes, *([least[key]] if key in least else [])])
    return least


def measure(bitshed, name, target, options, work):
    """flow -> LUTs of the unit."""
    command = [bitshed, "synth", f"{name}*{name}+exact", "--terms", "1024", *options, "--target",
               TARGETS[target], "--effort", "area", "--seeds", "none", "--json", "--quiet", "--work",
               os.path.join(work, "_".join([name, target, *options]))]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr[-800:]}")
    result = json.loads(done.stdout)
    return {"stock": int(result["attempts"]["stock"]), "best": int(result["luts"])}


def measure_all(bitshed, name, target, shifters, work):
    """(flow -> LUTs of the least unit, flow -> its shifter)"""
    if not name.startswith("e") or name.startswith("e1"):
        shifters = shifters[:1]  # nothing is moved
    sizes = {shifter: measure(bitshed, name, target, ["--shifter", shifter], work) for shifter in shifters}
    least = {flow: min(shifters, key=lambda shifter: sizes[shifter][flow]) for flow in FLOWS}
    return {flow: sizes[least[flow]][flow] for flow in FLOWS}, least


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def verdict(ratio, aim):
    return "goal" if ratio <= aim[1] else "must" if ratio <= aim[0] else "-"


class Table:
    def __init__(self, sizes, shifters, results, targets):
        self.sizes, self.shifters, self.results, self.targets = sizes, shifters, results, targets
        self.peers = peers()
        self.figures = {}

    def ratio(self, name, target, flow):
        return self.sizes[name, target][flow] / self.peers[name, target, flow]

    def formats(self, flow):
        print(f"\n{flow + ' flow':12}" + "".join(f"{target + ': unit/peer':>24}" for target in self.targets))
        for name in [*FIFTEEN, *INTEGERS]:
            if (name, self.targets[0]) not in self.sizes:
                continue
            cells = [f"{self.sizes[name, target][flow]}/{self.peers[name, target, flow]}"
                     f" = {self.ratio(name, target, flow):.3f}"
                     f"{' c' if self.shifters[name, target][flow] == 'chain' else '  '}" for target in self.targets]
            print(f"{name:12}" + "".join(f"{cell:>24}" for cell in cells))

    def line(self, what, flow, values):
        aims = AIMS.get((what, flow), {})
        cells = []
        for target in self.targets:
            aim = aims.get(target)
            cells.append(f"{values[target]:.3f}" + (f" ({aim[0]:.2f}, {aim[1]:.2f}: "
                                                    f"{verdict(values[target], aim)})" if aim else ""))
        print(f"{what + ', ' + flow:18}" + "".join(f"{cell:>26}" for cell in cells))
        self.figures[f"{what}, {flow}"] = values

    def summary(self):
        print("\ngeometric means; (must, goal: reached)" + " " * 4 + ", ".join(self.targets))
        for flow in FLOWS:
            for what, group in (("five", FIVE), ("fifteen", FIFTEEN), ("integers", INTEGERS)):
                if all((name, self.targets[0]) in self.sizes for name in group):
                    self.line(what, flow, {target: mean([self.ratio(name, target, flow) for name in group])
                                           for target in self.targets})
            if all((name, self.targets[0]) in self.sizes for name in FIFTEEN):
                self.line("worst", flow, {target: max(self.ratio(name, target, flow) for name in FIFTEEN)
                                          for target in self.targets})
        for flow in FLOWS if self.results else ():
            self.line("result", flow, {target: self.results[target][flow] for target in self.targets})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bitshed")
    parser.add_argument("--formats", default=",".join([*FIFTEEN, *INTEGERS]))
    parser.add_argument("--targets", default=",".join(TARGETS))
    parser.add_argument("--shifters", default="blocks,chain")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", help="write all figures to this file")
    given = parser.parse_args()
    bitshed, names, targets = os.path.abspath(given.bitshed), given.formats.split(","), given.targets.split(",")
    unknown = [word for word in [*names, *targets] if word not in [*FIFTEEN, *INTEGERS, *TARGETS]]
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}")
    with tempfile.TemporaryDirectory(prefix="bitshed-quality-") as work, \
            concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        runs = {(name, target): pool.submit(measure_all, bitshed, name, target, given.shifters.split(","), work)
                for name in names for target in targets}
        wide = {target: pool.submit(measure, bitshed, "e4m3", target, ["--result", "bf16"], work)
                   for target in targets} if "e4m3" in names else {}
        narrow = {target: pool.submit(measure, bitshed, "e4m3", target, [], work)
                for target in targets} if "e4m3" in names else {}
        measured = {key: run.result() for key, run in runs.items()}
        bare = {target: run.result() for target, run in narrow.items()}
        results = {target: run.result() for target, run in wide.items()}
    sizes = {key: size for key, (size, _) in measured.items()}
    shifters = {key: least for key, (_, least) in measured.items()}
    shares = {target: {flow: results[target][flow] / bare[target][flow] - 1 for flow in FLOWS} for target in results}
    table = Table(sizes, shifters, shares, targets)
    for flow in FLOWS:
        table.formats(flow)
    table.summary()
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump({"sizes": {f"{name} {target}": size for (name, target), size in sizes.items()},
                       "bare": bare, "results": results, "figures": table.figures}, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    sys.exit(main())

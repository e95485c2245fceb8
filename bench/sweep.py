#!/usr/bin/env python3
"""What a sweep costs beside its tools: one plan in several ways, as ratios.

    bench/sweep.py BITSHED [--points N] [--stand-ins]

N points (default 200) of small formats on ice40-hx8k, one seed each, with the real tools or, with
--stand-ins, with programs that do nothing, so that only the engine is left. Each way has a store of its
own. The ways:

    jobs 1, jobs 2   from nothing
    cached           the same again: nothing to run
    kill -9          killed after half of the time of jobs 2, then run to its end: both together
    srun             jobs 2, each placed by a Slurm on loopback as a job of its own
    steps            jobs 2, each a step of one allocation

The last two are left out, with the reason, where there is no Slurm. The rows of all stores must be the
same, or the run fails.
"""
import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "flow"))
from slurm import CannotRun, Slurm  # noqa: E402
from sweep_place import Place  # noqa: E402

FORMATS = ["e1m1", "e1m2", "e2m1", "e2m0", "e3m0", "e1m3", "e2m2", "e3m1", "int2", "int3", "int4", "int5",
           "uint2", "uint3", "uint4"]


class RealPlace(Place):
    """A place with the real tools."""

    def __init__(self, folder, bitshed):
        self.folder, self.bitshed = folder, bitshed
        self.tools = self

    def environment(self):
        return dict(os.environ)


def plan(points):
    pairs = [f"{w}*{a}" for w, a in itertools.product(FORMATS, FORMATS)][:points]
    if len(pairs) < points:
        raise SystemExit(f"at most {len(pairs)} points")
    return f'pairs = {json.dumps(pairs)}\ntargets = ["ice40-hx8k"]\nseeds = [1]\n'


class Bench:
    def __init__(self, place, text, points):
        self.place, self.text, self.points = place, text, points
        self.times, self.stores = {}, {}

    def command(self, store, jobs, *options):
        command = self.place.command(self.text, *options, store=store)
        command[command.index("--jobs") + 1] = str(jobs)
        return [*command, "--quiet"]

    def run(self, name, jobs, *options, before=(), store=None, expected=None):
        store = store or self.place.path(name.replace(" ", "_") + ".sqlite")
        begin = time.monotonic()
        done = subprocess.run([*before, *self.command(store, jobs, *options)], capture_output=True, text=True,
                              env=self.place.tools.environment())
        seconds = time.monotonic() - begin
        if done.returncode != 0:
            raise SystemExit(f"{name}: exit status {done.returncode}: {done.stderr[-800:]}")
        counts = json.loads(done.stdout)
        assert counts["done"] + counts["cached"] == self.points and counts["failed"] == 0, counts
        assert expected is None or counts["cached"] == expected, counts
        self.note(name, seconds, store)

    def note(self, name, seconds, store):
        self.times[name], self.stores[name] = seconds, store
        first = self.times["jobs 1"]
        print(f"{name:10} {seconds:8.2f} s  {seconds / first:6.3f} of jobs 1  "
              f"{1000 * seconds / self.points:8.1f} ms a point", flush=True)

    def killed(self):
        store = self.place.path("killed.sqlite")
        begin = time.monotonic()
        process = subprocess.Popen(self.command(store, 2), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=self.place.tools.environment())
        time.sleep(self.times["jobs 2"] / 2)
        process.kill()
        process.wait()
        stopped = time.monotonic() - begin
        self.run("kill -9", 2, store=store)
        self.note("  together", stopped + self.times["kill -9"], store)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bitshed")
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--stand-ins", action="store_true")
    given = parser.parse_args()
    bitshed = os.path.abspath(given.bitshed)
    with tempfile.TemporaryDirectory(prefix="bitshed-bench-") as folder:
        place = (Place(folder, bitshed, os.path.join(ROOT, "tests", "recorded")) if given.stand_ins
                 else RealPlace(folder, bitshed))
        bench = Bench(place, plan(given.points), given.points)
        print(f"{given.points} points, {os.cpu_count()} processors, "
              f"{'stand-ins for the tools' if given.stand_ins else 'real tools'}", flush=True)
        bench.run("jobs 1", 1, expected=0)
        bench.run("jobs 2", 2, expected=0)
        bench.run("cached", 2, store=bench.stores["jobs 2"], expected=given.points)
        bench.killed()
        try:
            with Slurm(cpus=2) as slurm:
                os.environ.update(slurm.environment())
                bench.run("srun", 2, "--launcher", "srun -n1 -c1 --quiet", expected=0)
                bench.run("steps", 2, "--launcher", "srun --exact -n1 -c1 --quiet", expected=0,
                          before=["salloc", "--quiet", "-n2", "-c1"])
        except CannotRun as reason:
            print(f"srun and steps are left out: {reason}")
        rows = place.rows(bench.stores["jobs 1"])
        assert len(rows) == given.points
        for name, store in bench.stores.items():
            assert place.rows(store) == rows, f"{name} found other figures than jobs 1"
        print(f"the rows of all {len(set(bench.stores.values()))} stores are the same")


if __name__ == "__main__":
    main()

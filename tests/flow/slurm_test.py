#!/usr/bin/env python3
"""A sweep whose jobs are placed by a real Slurm, started and stopped here.

    slurm_test.py BITSHED RECORDED

Exits with 77, which ctest shows as skipped, where Slurm is not installed or cannot run, saying why.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from slurm import CannotRun, Slurm
from sweep_place import Place, is_alive, wait_until

BITSHED, RECORDED = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PLAN = ('weights = ["e2m1", "int4"]\nactivations = ["e2m1", "int4", "e3m2"]\n'
        'targets = ["ice40-hx8k"]\nseeds = [1]\n')
ONE = 'pairs = ["e2m1*int4"]\ntargets = ["ice40-hx8k"]\nseeds = [1]\n'
JOB = "srun -n1 -c1 --quiet"
STEP = "srun --exact -n1 -c1 --quiet"


def job_ids(place):
    return {words[0] for words in place.tools.log("slurm")}


def test_a_job_a_point_gives_what_a_plain_sweep_gives(place, slurm):
    assert place.counts(PLAN, "--launcher", JOB) == (6, 6, 0, 0)
    assert len(job_ids(place)) == 6 and "none" not in job_ids(place), job_ids(place)
    plain = place.path("plain.sqlite")
    assert place.counts(PLAN, store=plain) == (6, 6, 0, 0)
    assert place.rows() == place.rows(plain)
    assert place.counts(PLAN, "--launcher", JOB) == (6, 0, 6, 0)


def test_a_step_a_point_inside_one_allocation(place, slurm):
    done = subprocess.run(["salloc", "--quiet", "-n2", "-c1", *place.command(PLAN, "--launcher", STEP)],
                          capture_output=True, text=True, env=place.tools.environment(), timeout=120)
    assert done.returncode == 0 and json.loads(done.stdout)["done"] == 6, done
    assert len(job_ids(place)) == 1 and "none" not in job_ids(place), job_ids(place)
    assert len({tuple(words) for words in place.tools.log("slurm")}) == 6, "six points, not six steps"


def test_a_killed_job_is_tried_once_more(place, slurm):
    place.tools.faults({"mac_e2m1_int4_exact": "kill-job", "mac_int4_int4_exact": "kill-jobs"})
    assert place.counts(PLAN, "--launcher", JOB, status=4) == (6, 5, 0, 1)
    rows = place.by_module()
    assert rows["mac_e2m1_int4_exact"][5] == rows["mac_int4_int4_exact"][5] == 2
    assert "status 137" in rows["mac_int4_int4_exact"][2], rows["mac_int4_int4_exact"]


def test_a_hung_job_is_stopped_where_it_runs(place, slurm):
    place.tools.faults({"mac_e2m1_int4_exact": "hang"})
    assert place.counts(ONE, "--launcher", JOB, "--timeout", "2", status=6) == (1, 0, 0, 1)
    assert place.rows()[0][1] == "timeout"
    pids = [int(pid) for pid in place.tools.log("pids")[0]]
    assert len(pids) == 2 and wait_until(lambda: not any(map(is_alive, pids)))


def test_an_interrupted_sweep_takes_its_jobs_back(place, slurm):
    place.tools.faults({"mac_e2m1_int4_exact": "hang"})
    process = place.start(ONE, "--launcher", JOB)
    assert wait_until(lambda: place.tools.log("pids")), "nothing was run"
    pids = [int(pid) for pid in place.tools.log("pids")[0]]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert wait_until(lambda: not any(map(is_alive, pids))), "the job's tools go on"
    assert wait_until(lambda: slurm.run("squeue", "-h").stdout == ""), "the job is still there"


def test_a_controller_that_hangs_is_a_row(place, slurm):
    """srun gives up after ten seconds, twice, or is stopped before it does."""
    controller = slurm.pid("slurmctld")
    os.kill(controller, signal.SIGSTOP)
    try:
        process = place.start(ONE, "--launcher", JOB, "--timeout", "1", "--queue-timeout", "1")
        out, err = process.communicate(timeout=60)
        assert process.returncode in (4, 6) and json.loads(out)["failed"] == 1, (process.returncode, out, err)
    finally:
        os.kill(controller, signal.SIGCONT)
    assert place.counts(ONE, "--launcher", JOB, "--retry-failed") == (1, 1, 0, 0)


def main():
    tests = {name: body for name, body in globals().items() if name.startswith("test_")}
    try:
        with Slurm(cpus=2) as slurm:
            os.environ.update(slurm.environment())
            for name, body in tests.items():
                begin = time.monotonic()
                with tempfile.TemporaryDirectory(prefix="sweep slurm ") as folder:
                    body(Place(folder, BITSHED, RECORDED), slurm)
                print(f"{name[5:].replace('_', ' ')} ({time.monotonic() - begin:.1f} s)", flush=True)
    except CannotRun as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    print(f"{len(tests)} tests")


if __name__ == "__main__":
    main()

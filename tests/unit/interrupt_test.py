#!/usr/bin/env python3
"""An interrupted bitshed ends with 128 + signal and takes the programs it runs with it.

Usage: interrupt_test.py BITSHED. A stand-in for a tool that hangs, with a child of its own, tells its
process numbers; after the signal neither may be alive.
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

STAND_IN = """#!/bin/sh
if [ "$1" = -V ]; then echo "Yosys 0.70"; exit 0; fi
sleep 300 &
echo $$ $! > "$PIDS.new"
mv "$PIDS.new" "$PIDS"
wait
"""


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


# Of each tool that hangs, what runs it.
RUNS = {"verilator": ("verify", "e2m1*e2m1"), "yosys": ("synth", "e2m1*e2m1", "--target", "xilinx-us+")}


def interrupted(bitshed, name, number):
    with tempfile.TemporaryDirectory() as folder:
        tool, pids = os.path.join(folder, name), os.path.join(folder, "pids")
        with open(tool, "w") as file:
            file.write(STAND_IN)
        os.chmod(tool, 0o755)
        environment = {**os.environ, "PATH": folder + ":" + os.environ["PATH"], "PIDS": pids, "TMPDIR": folder,
                       "BITSHED_VENV": os.path.join(folder, "none"), "XDG_CACHE_HOME": folder}
        process = subprocess.Popen([bitshed, *RUNS[name]], env=environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert wait_until(lambda: os.path.exists(pids), 60), f"the stand-in for {name} was not run"
        with open(pids) as file:
            children = [int(pid) for pid in file.read().split()]
        assert len(children) == 2 and all(map(is_alive, children)), children
        process.send_signal(number)
        status = process.wait(timeout=60)
        assert status == 128 + number, f"exit status {status} after signal {number}"
        assert wait_until(lambda: not any(map(is_alive, children)), 10), "a program outlived bitshed"


if __name__ == "__main__":
    for name in RUNS:
        for number in (signal.SIGINT, signal.SIGTERM):
            interrupted(sys.argv[1], name, number)
    print("4 interrupts: 130 and 143, and nothing was left running")

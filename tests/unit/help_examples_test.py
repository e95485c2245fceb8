#!/usr/bin/env python3
"""Runs the examples that `bitshed VERB --help` prints, as printed.

    help_examples_test.py BITSHED VERB...

Every verb must show at least one; each must exit 0 and print something on standard output.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def examples_of(bitshed, verb):
    text = subprocess.run([bitshed, verb, "--help"], capture_output=True, text=True,
                          check=True).stdout
    if not text.endswith("\n"):
        raise SystemExit(f"FAIL: bitshed {verb} --help does not end its last line")
    lines = text.partition("Examples:\n")[2].splitlines()
    return [line.strip() for line in lines if line.startswith("  ")]


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    bitshed = sys.argv[1]
    environment = dict(os.environ, PATH=f"{Path(bitshed).resolve().parent}:{os.environ['PATH']}")
    failed = []
    ran = 0
    for verb in sys.argv[2:]:
        examples = examples_of(bitshed, verb)
        if not examples:
            failed.append(f"bitshed {verb} --help shows no example")
        for example in examples:
            ran += 1
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run(["sh", "-c", example], cwd=folder, env=environment, text=True,
                                      stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
            if done.returncode != 0 or not done.stdout:
                failed.append(f"{example}\n  exits {done.returncode}: {done.stderr[:500]}")
    print(f"{ran} examples run, {len(failed)} failed")
    if failed or ran == 0:
        raise SystemExit("FAIL\n" + "\n".join(failed))


if __name__ == "__main__":
    main()

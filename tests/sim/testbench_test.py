#!/usr/bin/env python3
"""The testbench beside each unit, in Icarus: PASS for the unit, FAIL for a damaged one.

    testbench_test.py BITSHED
"""
import pathlib
import re
import subprocess
import sys
import tempfile

bitshed_path = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
UNITS = [
    ["e4m3*e4m3"],
    ["e2m1*e2m1", "--stages", "4", "--enable"],
    ["uint8*int4", "--stages", "1"],
    ["e4m3fn*e5m2ieee", "--lanes", "3", "--stages", "2"],
    ["e4m3*e4m3+fixed20", "--overflow", "saturate", "--result", "fp16", "--enable"],
    ["e5m2ieee*e4m3+fp16", "--lanes", "2"],
    ["e4m3fn*e4m3+e5m10", "--result", "e4m3"],
    ["int8*uint8", "--handshake", "valid", "--stages", "3"],
    ["e2m1*e2m1+e4m3fn", "--handshake", "stream", "--lanes", "2", "--result", "int8"],
    ["e1m0fn*e1m0fn"],
]
# What is done to the Verilog, and which units it must fail.
DAMAGES = {
    "the sum stays": (r"(acc_q +<= ).*;", r"\1acc_q;", lambda unit: True),
    "the enable is ignored": (r"if \(en_i\)", "if (1'b1)", lambda unit: "--enable" in unit),
    "the result is another": (r"(assign result_o += )(\w+);", r"\1~\2;",
                              lambda unit: "--result" in unit),
    "the flags are swapped": (r"(assign special_o += )(\w+);", r"\1{\2[0], \2[1]};",
                              lambda unit: "e4m3fn*e5m2ieee" in unit),
    "no sum is shown": (r"(assign out_valid_o += )\w+;", r"\g<1>1'b0;",
                        lambda unit: "--handshake" in unit),
}
checks, failures = 0, []


def expect(what, got, wanted):
    global checks
    checks += 1
    if got != wanted:
        failures.append(f"{what}: {got!r}, should be {wanted!r}")


def simulate(folder, module):
    """The words of the testbench and its exit status."""
    subprocess.run(["iverilog", "-g2005", "-o", "bench", f"{module}.v", f"{module}_tb.v"],
                   cwd=folder, check=True, timeout=120)
    done = subprocess.run(["./bench"], cwd=folder, capture_output=True, text=True, timeout=120,
                          check=False)
    return done.stdout, done.returncode


def main():
    damaged = {name: 0 for name in DAMAGES}
    with tempfile.TemporaryDirectory() as scratch:
        for unit in UNITS:
            made = subprocess.run([bitshed_path, "gen", *unit, "--out", scratch], check=True,
                                  capture_output=True, text=True, timeout=60)
            folder = pathlib.Path(made.stdout.splitlines()[0]).parent
            module = folder.name
            words, status = simulate(folder, module)
            expect(f"{module} says PASS", (re.findall("PASS|FAIL", words)[-1:], status),
                   (["PASS"], 0))
            source = folder / f"{module}.v"
            good = source.read_text()
            for name, (pattern, by, applies) in DAMAGES.items():
                if not applies(unit):
                    continue
                bad, count = re.subn(pattern, by, good, count=1)
                if count == 0:
                    continue
                damaged[name] += 1
                source.write_text(bad)
                words, status = simulate(folder, module)
                expect(f"{module}, where {name}", ("FAIL" in words, "PASS" in words, status != 0),
                       (True, False, True))
            source.write_text(good)
    for name, count in damaged.items():
        expect(f"{name} somewhere", count > 0, True)
    for failure in failures:
        print("FAIL " + failure)
    print(f"{checks} checks, {len(failures)} failed")
    return 1 if failures or checks < 20 else 0


if __name__ == "__main__":
    sys.exit(main())

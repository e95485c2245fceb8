#!/usr/bin/env python3
"""The verbs formats, format, encode and decode from outside: JSON, exit codes, complaints.

    format_verbs_test.py BITSHED
"""
import json
import subprocess
import sys

bitshed_path = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
checks = 0
failures = []


def run(*arguments, stdin=""):
    return subprocess.run([bitshed_path, *arguments], input=stdin, capture_output=True, text=True,
                          timeout=60)


def read(*arguments, stdin=""):
    done = run(*arguments, "--json", stdin=stdin)
    expect(f"{arguments} succeeds", (done.returncode, done.stderr), (0, ""))
    return json.loads(done.stdout)


def expect(what, got, wanted):
    global checks
    checks += 1
    if got != wanted:
        failures.append(f"{what}: {got!r}, should be {wanted!r}")


def refused(*arguments, says=(), stdin=""):
    """Exit 2, nothing on stdout, and every one of `says` on stderr."""
    for json_flag in ([], ["--json"]):
        done = run(*arguments, *json_flag, stdin=stdin)
        expect(f"{arguments} exits", done.returncode, 2)
        expect(f"{arguments} on stdout", done.stdout, "")
        for words in says:
            expect(f"{arguments} says {words!r}", words in done.stderr, True)
        expect(f"{arguments} has printable words",
               bool(done.stderr.strip()) and all(" " <= c <= "~" or c == "\n" for c in done.stderr),
               True)


def describe():
    expect(
        "e4m3", read("format", "e4m3"), {
            "name": "e4m3", "width": 8, "signed": True, "exponent_bits": 4, "fraction_bits": 3,
            "bias": 7, "kind": "none", "max": "0x1.ep+8", "min": "-0x1.ep+8",
            "min_normal": "0x1p-6", "min_subnormal": "0x1p-9"
        })
    expect(
        "int8", read("format", "INT8"), {
            "name": "int8", "width": 8, "signed": True, "exponent_bits": 0, "fraction_bits": 0,
            "bias": 0, "kind": "none", "max": "0x1.fcp+6", "min": "-0x1p+7", "min_normal": "0x1p+0",
            "min_subnormal": None
        })
    expect(
        "uint3", read("format", "uint3"), {
            "name": "uint3", "width": 3, "signed": False, "exponent_bits": 0, "fraction_bits": 0,
            "bias": 0, "kind": "none", "max": "0x1.cp+2", "min": "0x0p+0", "min_normal": "0x1p+0",
            "min_subnormal": None
        })
    for name, key, value in [("e3m0", "min_subnormal", None), ("e1m3ieee", "min_normal", None),
                             ("e1m0fn", "max", "0x0p+0"), ("e1m0fn", "min_normal", None),
                             ("e1m0", "max", "0x1p+1"), ("fp32", "max", "0x1.fffffep+127"),
                             ("fp32", "min_subnormal", "0x1p-149"),
                             ("e4m3b1000", "min_subnormal", "0x1p-1002"),
                             ("e8m23b-1000ieee", "max", "0x1.fffffep+1254"),
                             ("e5m2b16fnuz", "name", "e5m2fnuz"), ("e5m2ieee", "kind", "ieee"),
                             ("e4m3fnuz", "bias", 8)]:
        expect(f"{name} {key}", read("format", name)[key], value)


def tables():
    codes = read("format", "e2m0ieee", "--table")["codes"]
    expect("e2m0ieee: codes", [row["code"] for row in codes], [f"0x{code}" for code in range(8)])
    expect("e2m0ieee: classes", [row["class"] for row in codes],
           ["zero", "normal", "normal", "infinity"] * 2)
    expect("e2m0ieee: values", [row["value"] for row in codes],
           ["0x0p+0", "0x1p+0", "0x1p+1", "inf", "-0x0p+0", "-0x1p+0", "-0x1p+1", "-inf"])
    expect("e2m0ieee: a row has nothing else", list(codes[0]), ["code", "class", "value"])
    expect("a format without --table has no codes", "codes" in read("format", "e2m1"), False)
    expect("fp16 has 65536 codes", len(read("format", "fp16", "--table")["codes"]), 65536)
    expect("text table lines",
           len(run("format", "e2m1", "--table").stdout.splitlines()) >= 17, True)
    refused("format", "fp32", "--table", says=["--table", "16 bits"])


def encoding():
    rows = read("encode", "e4m3", "0.3", "-1.5", "-.5", "-inf", "-Infinity", "1e9", "-0",
                "0x1.8p-3", "-1e-9")
    expect("inputs in order, as written", [row["input"] for row in rows],
           ["0.3", "-1.5", "-.5", "-inf", "-Infinity", "1e9", "-0", "0x1.8p-3", "-1e-9"])
    expect("codes", [row["code"] for row in rows],
           ["0x2a", "0xbc", "0xb0", "0xff", "0xff", "0x7f", "0x80", "0x24", "0x80"])
    expect("a value", rows[0], {"input": "0.3", "code": "0x2a", "value": "0x1.4p-2"})
    expect("ieee overflow", [
        row["value"] for row in read("encode", "e5m2ieee", "--overflow", "ieee", "61440", "-1e999",
                                     "57344", "nan", "-nan")
    ], ["inf", "-inf", "0x1.cp+15", "nan", "nan"])
    expect("infinity stays under saturate", [
        read("encode", name, "inf")[0]["value"] for name in ("e5m2ieee", "e4m3fn", "e4m3", "uint8")
    ], ["inf", "0x1.cp+8", "0x1.ep+8", "0x1.fep+7"])
    expect("fn has NaN for overflow",
           read("encode", "e4m3fn", "500", "--overflow", "ieee")[0]["value"], "nan")
    expect("codes are padded to the width", [
        read("encode", name, "1")[0]["code"]
        for name in ("e2m1", "e3m2", "e4m4", "fp16", "fp32", "int2")
    ], ["0x2", "0x0c", "0x070", "0x3c00", "0x3f800000", "0x1"])
    expect("lines of stdin",
           [row["code"] for row in read("encode", "e4m3", stdin=" 0.3 \r\n\n-1.5\n1e9")],
           ["0x2a", "0xbc", "0x7f"])
    expect("no lines", read("encode", "e4m3", stdin=""), [])
    refused("encode", "e4m3", "1", "x", "0x", "1e", "nan",
            says=["'x'", "'0x'", "'1e'", "'nan'", "e4m3 has no NaN"])
    refused("encode", "e4m3x", "y", "--overflow", "wrap",
            says=["'e4m3x'", "'y'", "'wrap'", "saturate or ieee"])
    refused("encode", "int8", "--overflow", "ieee", "1", says=["int8 has neither infinity nor NaN"])
    refused("encode", "e4m3", "--overflow", "ieee", "1", says=["e4m3 has neither"])
    refused("encode", "e2m0ieee", "nan", says=["e2m0ieee has no NaN"])
    refused("encode", "e4m3", stdin="1\n\nbad\x1b[31m\n2\nworse\n",
            says=["line 3: 'bad\\x1b[31m'", "line 5: 'worse'"])
    refused("encode", says=["F"])


def decoding():
    expect("decode", read("decode", "e4m3", "0x7f", "0x80", "1", "0XFF"),
           [{"code": "0x7f", "class": "normal", "value": "0x1.ep+8"}, {
               "code": "0x80", "class": "zero", "value": "-0x0p+0"
           }, {"code": "0x01", "class": "subnormal", "value": "0x1p-9"},
            {"code": "0xff", "class": "normal", "value": "-0x1.ep+8"}])
    expect("lines of stdin", [row["value"] for row in read("decode", "int8", stdin="255\n0x80\n")],
           ["-0x1p+0", "-0x1p+7"])
    expect("fp32 code",
           read("decode", "fp32", "0xff800000")[0],
           {"code": "0xff800000", "class": "infinity", "value": "-inf"})
    refused("decode", "e4m3", "256", "-1", "0x100", "1.0", "f0", "",
            says=["'256'", "'-1'", "'0x100'", "'1.0'", "'f0'", "''", "0 to 255"])
    refused("decode", "e2m1", stdin="7\n16\n", says=["line 2: '16'"])
    refused("decode", "e0m1", "1", says=["'e0m1'"])


def listing():
    listed = read("formats")
    names = [entry["name"] for entry in listed]
    expect("each once", len(set(names)), len(names))
    # 28 minifloats, 7 ints and 7 uints of 2..8 bits, and the ten others that aliases mean.
    expect("how many", len(names), 28 + 7 + 7 + 10)
    aliases = {alias: entry["name"] for entry in listed for alias in entry["aliases"]}
    expect(
        "aliases", aliases, {
            "fp32": "e8m23ieee", "fp16": "e5m10ieee", "bf16": "e8m7ieee", "ocp_e4m3": "e4m3fn",
            "ocp_e5m2": "e5m2ieee", "ocp_e3m2": "e3m2", "ocp_e2m3": "e2m3", "ocp_e2m1":
                "e2m1", "float8_e4m3fn": "e4m3fn", "float8_e5m2": "e5m2ieee", "float8_e4m3fnuz":
                    "e4m3fnuz", "float8_e5m2fnuz": "e5m2fnuz", "float8_e4m3b11fnuz": "e4m3b11fnuz",
            "float8_e4m3": "e4m3ieee", "float8_e3m4": "e3m4ieee", "float6_e2m3fn":
                "e2m3", "float6_e3m2fn": "e3m2", "float4_e2m1fn": "e2m1"
        })
    for entry in listed:
        facts = {key: value for key, value in entry.items() if key != "aliases"}
        expect(f"{entry['name']} here and alone", facts, read("format", entry["name"]))
    expect(
        "text has a line for each",
        all(
            any(line.split()[:1] == [name]
                for line in run("formats").stdout.splitlines())
            for name in names), True)


describe()
tables()
encoding()
decoding()
listing()
print(f"{checks} checks, {len(failures)} failed")
if failures or checks == 0:
    sys.exit("FAIL\n" + "\n".join(failures))

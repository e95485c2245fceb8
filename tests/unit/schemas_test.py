#!/usr/bin/env python3
"""Every JSON document that the program prints is what its schema in docs/schemas says.

Usage: schemas_test.py BITSHED ROOT. Every schema must have been used by a document, and each must
refuse a document with a field taken away: a schema that accepts everything would test nothing.
"""
import json
import os
import subprocess
import sys
import tempfile

import jsonschema
import numpy

bitshed, root = os.path.abspath(sys.argv[1]), sys.argv[2]
folder = os.path.join(root, "docs", "schemas")
validators = {}
for file in sorted(os.listdir(folder)):
    if file.endswith(".schema.json") and file != "coverage.schema.json":  # tests/coverage.py has that one
        with open(os.path.join(folder, file)) as text:
            schema = json.load(text)
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[file.removesuffix(".schema.json")] = jsonschema.Draft202012Validator(schema)
documents = {name: 0 for name in validators}
complaints = []


def run(*arguments, stdin="", status=0):
    done = subprocess.run([bitshed, *arguments, "--quiet"], input=stdin, capture_output=True, text=True,
                          timeout=300)
    if done.returncode != status:
        complaints.append(f"{arguments}: exit status {done.returncode}, {done.stderr.strip()}")
    return done.stdout


def without_a_field(document):
    """A copy that lacks the first field of the document, or of its first element."""
    if isinstance(document, list):
        return [without_a_field(document[0]), *document[1:]]
    return dict(list(document.items())[1:])


def validate(name, text):
    document = json.loads(text)
    documents[name] += 1
    for error in validators[name].iter_errors(document):
        complaints.append(f"{name}: {'/'.join(map(str, error.path))}: {error.message[:200]}")
    if validators[name].is_valid(without_a_field(document)):
        complaints.append(f"{name}: the schema accepts a document that lacks a field")
    return document


validate("formats", run("formats", "--json"))
for name in ("e4m3", "e5m2ieee", "e4m3b11fnuz", "e1m0fn", "e3m2b-300", "int4", "uint8"):
    validate("format", run("format", name, "--table", "--json"))
validate("format", run("format", "fp32", "--json"))
validate("encode", run("encode", "e5m2ieee", "--json", stdin="1\n-0\ninf\nnan\n1e-300\n"))
validate("decode", run("decode", "e4m3fn", "0", "0x7f", "255", "--json"))
units = [("e4m3*e4m3",), ("e5m2ieee*int8+fixed20", "--enable", "--result", "e4m3fn"),
         ("e2m1*uint4+fp16", "--lanes", "3", "--handshake", "stream", "--result", "int8"),
         ("e3m2b5*e2m3", "--width", "paper", "--stages", "2", "--handshake", "valid")]
with tempfile.TemporaryDirectory() as place:
    tensor, copy = os.path.join(place, "in.npy"), os.path.join(place, "out.npy")
    numpy.save(tensor, numpy.float32([[0.3, -2, 7], [0, 0, 1e-9]]))
    validate("cast", run("cast", "e2m1", tensor, "--out", copy, "--json"))
    validate("cast", run("cast", "int4", tensor, "--out", copy, "--narrow", "--axis", "1", "--scale", "mse", "--json"))
    validate("cast", run("cast", "e4m3", copy, "--out", copy, "--scale", "1e-30", "--json"))
    numpy.save(tensor, numpy.zeros((0, 4)))
    validate("cast", run("cast", "uint8", tensor, "--out", copy, "--json"))
    for unit in units:
        manifest = validate("manifest", run("gen", *unit, "--out", place, "--json"))
        with open(os.path.join(place, manifest["module"], manifest["module"] + ".json")) as text:
            validate("manifest", text.read())
    for line in run("model", "e2m1ieee*e2m1+exact", "--result", "e2m1", stdin="1 1\n6 0\nclear\n7 1\n").splitlines():
        validate("model", line)
    for line in run("model", "e2m1*e2m1+fp32", stdin="1 1\n9 1\n").splitlines():
        validate("model", line)
    run("gen", "e2m1*e2m1", "--out", place)
    home = os.path.join(place, "mac_e2m1_e2m1_exact")
    validate("report", run("report", home, "--json"))
    validate("verify", run("verify", home, "--json"))
    sums = os.path.join(place, "sums.txt")
    with open(sums, "w") as text:
        text.write("1 2\n3 f\nclear\n7 7\n")
    if validate("verify", run("verify", home, "--operands", sums, "--json"))["operands"] != {
            "sums": 2, "compared": 2, "products": 3}:
        complaints.append("verify: the sums that were given are not counted")
    with open(os.path.join(home, "mac_e2m1_e2m1_exact.v")) as text:
        verilog = text.read()
    damaged = os.path.join(place, "damaged.v")
    with open(damaged, "w") as text:
        text.write(verilog.replace("{acc_q, 1'd1} + ", "{acc_q, 1'd1} - ", 1))
    validate("verify", run("verify", home, "--rtl", damaged, "--json", status=3))
    validate("prove", run("prove", home, "--json"))
    validate("prove", run("prove", "e2m1*e2m1", "--result", "e2m1", "--enable", "--json"))
    validate("prove", run("prove", home, "--rtl", damaged, "--json", status=3))
    run("verify", home, "--record")
    validate("synth", run("synth", home, "--target", "ice40-hx8k", "--seeds", "1", "--record", "--json"))
    for target in ("xilinx-us+", "asic-osu018"):
        validate("synth", run("synth", home, "--target", target, "--effort", "area", "--json"))
    pairs = os.path.join(place, "pairs.txt")
    with open(pairs, "w") as text:
        text.write("1 2\n3 f\n")
    for target, operands in (("ice40-hx8k", ("--operands", pairs)), ("asic-osu018", ("--activity", "gauss"))):
        simulated = run("synth", home, "--target", target, "--seeds", "1", *operands, "--record", "--json")
        if validate("synth", simulated)["energy"] is None:
            complaints.append(f"{target}: no energy was told")
    validate("report", run("report", home, "--json"))
    for name in ("synth.ecp5-25k.json", "v"):
        with open(os.path.join(home, "mac_e2m1_e2m1_exact." + name), "w") as text:
            text.write("{")
        validate("report", run("report", home, "--json"))
    with open(os.path.join(home, "mac_e2m1_e2m1_exact.json"), "w") as text:
        text.write("{")
    validate("report", run("report", home, "--json", status=5))
    plan = os.path.join(place, "plan.toml")
    with open(plan, "w") as text:
        text.write('pairs = ["e2m1*e2m1"]\ntargets = ["ice40-hx8k"]\nseeds = [1]\nverify = true\n')
    store = os.path.join(place, "store.sqlite")
    validate("sweep", run("sweep", plan, "--store", store, "--json"))
    validate("report", run("report", "--store", store, "--json"))
validate("doctor", run("doctor", "--json"))
if os.path.exists(os.path.join(os.path.dirname(bitshed), "bitshed-quantize")) and os.path.isdir(
        os.environ.get("BITSHED_FASHION_MNIST", "/usr/share/datasets/fashion-mnist")):
    validate("quantize", run("quantize", "--model", "resnet_0", "--weight", "e2m1", "--activation", "int4", "--json"))
    # Every technique's name: all but one go together.
    for recipe in ("fold+equalize+smooth+gptq+round+bias", "means"):
        validate("quantize", run("quantize", "--model", "resnet_0", "--weight", "e2m1", "--activation", "int4",
                                 "--first", "50", "--recipe", recipe, "--json"))
    validate("quantize", run("quantize", "--model", "vit_0", "--weight", "float", "--activation", "float", "--json"))
    validate("quantize", run("quantize", "--model", "vit_0", "--weight", "e2m1", "--activation", "e4m3", "--first", "50",
                             "--sums", "50", "--bit-true", "--json"))
else:
    print("quantize was not tried: this build has no quantizer, or dataset-fashion-mnist is not installed")
    del documents["quantize"]
complaints += [f"{name}: no document was tried" for name, count in documents.items() if count == 0]
for complaint in complaints:
    print(complaint)
print(f"{sum(documents.values())} documents, {len(validators)} schemas, {len(complaints)} complaints")
sys.exit(bool(complaints))

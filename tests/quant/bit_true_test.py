#!/usr/bin/env python3
"""Networks executed bit true, from outside.

    bit_true_test.py BITSHED

`quantize --bit-true` over all layers of shipped networks in several pairs of formats; then the operands
of one layer, whose sums are worked out here in whole numbers, by `bitshed model`, and by the unit itself
in Verilator: all are the sums of LibTorch that stand beside them. Exits 77, with the reason, where
Debian's dataset-fashion-mnist is not installed.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from fractions import Fraction

bitshed = os.path.abspath(sys.argv[1])
complaints, checks = [], 0


def expect(what, holds):
    global checks
    checks += 1
    if not holds:
        complaints.append(what)


def run(*arguments, status=0, stdin=None):
    done = subprocess.run([bitshed, *map(str, arguments)], capture_output=True, text=True, timeout=600, input=stdin)
    expect(f"{arguments}: exits {done.returncode}, not {status}: {done.stderr[-300:]}", done.returncode == status)
    return done.stdout if status == 0 else done.stderr


def quantize(model, weight, activation, *arguments):
    return json.loads(run("quantize", "--model", model, "--weight", weight, "--activation", activation, "--first", 20,
                          "--calibration", 16, "--json", "--quiet", *arguments))["bit_true"]


def value_of(name, code):
    """A code's value by the definition: int<N>, and minifloats without special codes."""
    if name.startswith("int"):
        bits = int(name[3:])
        return Fraction(code - (1 << bits) if code >> (bits - 1) else code)
    exponents, fractions = map(int, re.fullmatch(r"e(\d+)m(\d+)", name).groups())
    fraction = code & ((1 << fractions) - 1)
    field = code >> fractions & ((1 << exponents) - 1)
    bias = (1 << (exponents - 1)) - 1
    significand = fraction + ((1 << fractions) if field else 0)
    magnitude = significand * Fraction(2) ** (max(field, 1) - bias - fractions)
    return -magnitude if code >> (exponents + fractions) else magnitude


LAYERS = {"resnet_0": 12, "vit_0": 34, "mobilenet_0": 20}


def check_networks():
    """Every layer: nothing differs, and how many sums there were."""
    for model, weight, activation, all_exact in (
            ("resnet_0", "e4m3", "e4m3", False), ("resnet_0", "e2m1", "e2m1", True),
            ("resnet_0", "int8", "int8", True), ("resnet_0", "int4", "int8", True),
            ("vit_0", "e4m3", "e4m3", False), ("vit_0", "e2m1", "e2m1", True), ("vit_0", "int8", "int8", True),
            ("vit_0", "int4", "int8", True), ("vit_0", "int4", "e4m3", False), ("mobilenet_0", "e3m2", "int5", True)):
        layers = quantize(model, weight, activation, "--bit-true", "--ends", "same", "--sums", 500)
        name = f"{model} {weight}*{activation}"
        expect(f"{name}: {len(layers)} layers", len(layers) == LAYERS[model])
        for layer in layers:
            what = f"{name}, {layer['layer']}: {layer}"
            sums = layer["sums"]
            expect(f"{what}: sums", sums == (400 if layer["op"] == "Gemm" else 500) and layer["special"] == 0)
            expect(f"{what}: holds", layer["holds"] and layer["operands_differing"] == 0
                   and layer["float32"]["differing"] == 0 and layer["float64"]["differing"] == 0
                   and layer["scaled"]["out_of_bound"] == 0)
            expect(f"{what}: float64 holds every sum", layer["float64"]["exact"] == layer["float64"]["equal"] == sums)
            expect(f"{what}: float32", layer["float32"]["exact"] <= layer["float32"]["equal"] <= sums)
            expect(f"{what}: exact in float32", not all_exact or layer["float32"]["exact"] == sums)
            # Both operands, their product and terms - 1 sums are rounded.
            expect(f"{what}: rounding", 0 < layer["scaled"]["greatest_of_terms"] < (layer["terms"] + 4) * 2.0**-24 * 1.01)
            formats = {layer["weight"], layer["activation"]}
            expect(f"{what}: formats", formats == {weight, activation} or formats == {activation})
        expect(f"{name}: some sums are exact in float32", sum(layer["float32"]["exact"] for layer in layers) > 0.5 * 500)


def check_operands(model, layer, weight, activation, *unit):
    told = quantize(model, weight, activation, "--ends", "same", "--layer", layer, "--sums", 40, "--operands", "o.txt")
    expect(f"{layer}: one layer is told", [one["layer"] for one in told] == [layer] and told[0]["sums"] == 40)
    with open("o.txt") as file:
        lines = file.read().splitlines()
    totals, remarks, total, products = [], [], Fraction(0), 0
    for line in lines[1:]:
        codes, _, remark = line.partition("#")
        if codes.strip() == "clear":
            totals.append(total)
            remarks.append(Fraction(float.fromhex(remark.strip())))
            total = Fraction(0)
            continue
        w, a = (int(code, 16) for code in codes.split())
        total += value_of(told[0]["weight"], w) * value_of(told[0]["activation"], a)
        products += 1
    what = f"{model} {layer} {weight}*{activation}"
    expect(f"{what}: {len(totals)} sums of {products} products",
           len(totals) == 40 and products == 40 * told[0]["terms"] and total == 0)
    expect(f"{what}: the sums of the codes are LibTorch's", totals == remarks)
    expect(f"{what}: they are not all alike", len(set(totals)) > 20)

    spec = f"{told[0]['weight']}*{told[0]['activation']}"
    values = [json.loads(line)["value"] for line in run("model", spec, stdin="\n".join(lines)).splitlines()]
    terms = told[0]["terms"]
    # A line for each product, and one for each clear.
    seen = [Fraction(float.fromhex(values[(terms + 1) * at + terms - 1])) for at in range(40)]
    expect(f"{what}: model gives these sums", seen == remarks and len(values) == 40 * (terms + 1))
    verdict = json.loads(run("verify", spec, "--operands", "o.txt", "--json", "--quiet", *unit))
    expect(f"{what}: the unit is good: {verdict}", verdict["passed"] and verdict["mismatches"] == 0)
    expect(f"{what}: every sum was compared",
           verdict["operands"] == {"sums": 40, "compared": 40, "products": products})


def check_refusals():
    both = ["--model", "resnet_0", "--weight", "int8", "--activation", "int8", "--first", 4, "--calibration", 4]
    told = run("quantize", *both, "--layer", "x", "--sums", 5, status=2)
    expect("--layer alone", "--bit-true" in told)
    expect("--operands alone", "--layer NAME" in run("quantize", *both, "--operands", "p.txt", status=2))
    expect("no sums", "--sums" in run("quantize", *both, "--bit-true", "--sums", "0", status=2))
    expect("an unknown layer", "/7/Gemm" in run("quantize", *both, "--bit-true", "--layer", "nope", status=2))
    half = [argument if argument != "int8" else "float" for argument in both]
    expect("no codes", "float32" in run("quantize", *half, "--bit-true", status=2))
    run("quantize", *both, "--layer", "/7/Gemm", "--operands", "o.txt/x", status=5)
    expect("a file that is not there", not os.path.exists("p.txt"))
    expect("a sum too long", "--terms 128" in
           (run("quantize", *both, "--quiet", "--layer", "/7/Gemm", "--sums", 2, "--operands", "p.txt") and
            run("verify", "int8*int8", "--terms", 100, "--operands", "p.txt", status=5)))
    expect("codes too wide", "is no pair of codes" in run("verify", "int4*int4", "--operands", "p.txt", status=5))
    run("verify", "int8*int8", "--operands", "absent.txt", status=5)


def main():
    if not os.path.isdir(os.environ.get("BITSHED_FASHION_MNIST", "/usr/share/datasets/fashion-mnist")):
        print("nothing was tried: dataset-fashion-mnist is not installed")
        return 77
    home = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        check_networks()
        check_operands("resnet_0", "/4/body/body.0/body.0.0/Conv", "e4m3", "e4m3")
        check_operands("vit_0", "/body/body.1/mlp/mlp.1/MatMul", "int4", "e4m3", "--stages", 2, "--handshake", "stream",
                       "--lanes", 3)
        check_operands("vit_0", "/body/body.0/attention/attention.1/MatMul_1", "e2m1", "e2m1", "--handshake", "valid")
        check_refusals()
        os.chdir(home)
    for complaint in complaints:
        print(complaint)
    print(f"{checks} checks, {len(complaints)} failed")
    return 1 if complaints or checks == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

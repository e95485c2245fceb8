#!/usr/bin/env python3
"""Makes the tables of EfficientNet-Lite0 in docs/paper.md.

    docs/efficientnet_table.py FOLDER TABLE           prints one: plain or narrow
    docs/efficientnet_table.py FOLDER TABLE --write   puts it into the page, between the lines that name it

FOLDER holds lite0.onnx, images.npy and labels.npy, made as quant/networks/README.md says: neither the
weights nor the pictures are part of this project, so no test makes these tables again. BITSHED names
another executable than build/bitshed.
"""
import os
import sys

from page_table import root, run, write_table

narrow = ["int4*int8", "e2m1*e4m3", "int4*int4", "e2m1*e2m1"]
# Name -> pairs and recipes. Weights of four bits want GPTQ, which takes several times as long.
tables = {
    "plain": (["int8*int8", "e4m3*e4m3", "e3m4*e3m4", "int6*int6", "e3m2*e3m2", "e2m3*e2m3", *narrow],
              ["none", "bias"]),
    "narrow": (narrow, ["gptq+bias"]),
}


def quantized(folder, pair, recipe):
    weight, activation = pair.split("*")
    return run("quantize", "--model", os.path.join(folder, "lite0.onnx"), "--images", os.path.join(folder, "images.npy"),
               "--labels", os.path.join(folder, "labels.npy"), "--mean", "127", "--std", "128", "--calibration", "128",
               "--weight", weight, "--activation", activation, "--recipe", recipe, "--threads", "1",
               "--reference", os.path.join(folder, "logits"))


def table(folder, pairs, recipes):
    heads = [f"`{recipe}`: {figure}" for recipe in recipes for figure in ("top-1 (loss, 95 %)", "agreement", "SQNR dB")]
    text = f"| weights / activations | {' | '.join(heads)} |\n|---|{'---:|' * len(heads)}\n"
    for pair in pairs:
        cells = []
        for recipe in recipes:
            result = quantized(folder, pair, recipe)
            low, high = sorted(-bound for bound in result["top1_change_interval"])
            cells += [f"{result['top1']:.1f} ({low:.1f} to {high:.1f})", f"{result['agreement']:.1f}",
                      f"{result['sqnr_db']:.1f}"]
        text += f"| {pair.replace('*', ' / ')} | {' | '.join(cells)} |\n"
        print(f"{pair}: {' | '.join(cells)}", file=sys.stderr, flush=True)
    return text


def main(folder="", name="", *options):
    if not os.path.isfile(os.path.join(folder, "lite0.onnx")) or name not in tables or options not in ((), ("--write",)):
        sys.exit("efficientnet_table.py: allowed: FOLDER TABLE [--write]; FOLDER with lite0.onnx, images.npy and "
                 f"labels.npy, TABLE one of {', '.join(tables)}")
    made = table(folder, *tables[name])
    if options:
        write_table(os.path.join(root, "docs", "paper.md"), f"efficientnet_table.py: {name}", made)
    else:
        print(made, end="")


main(*sys.argv[1:])

#!/usr/bin/env python3
"""The shipped networks: files, record and README.md say the same, and ONNX Runtime gives the same top-1.

    networks_test.py NETWORKS

NETWORKS is quant/networks. Exits 77, with the reason, where Debian's dataset-fashion-mnist is not
installed.
"""
import csv
import os
import re
import sys

import onnx

BATCH_NORMS = {"resnet": 11, "mobilenet": 19, "vit": 0}  # one a convolution, as families.py writes them
ENDS = {"input": ("images", ["N", 1, 28, 56]), "output": ("logits", ["N", 100])}
LEAST_TOP1 = 75.0  # far above chance (1 %): a file of the right shape with other weights fails
IMAGES = 10000


def end(values):
    if len(values) != 1:
        return [value.name for value in values]
    shape = values[0].type.tensor_type.shape.dim
    return values[0].name, [dim.dim_param or dim.dim_value for dim in shape]


def structure(name, path, row):
    """What is wrong with one file."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    graph, wrong = model.graph, []

    def expect(what, given, wanted):
        if given != wanted:
            wrong.append(f"{name}: {what}: {given}, want {wanted}")

    expect("input", end(graph.input), ENDS["input"])
    expect("output", end(graph.output), ENDS["output"])
    norms = [node for node in graph.node if node.op_type == "BatchNormalization"]
    expect("batch norms", len(norms), BATCH_NORMS[name.split("_")[0]])
    expect("types of initializers", {tensor.data_type for tensor in graph.initializer},
           {onnx.TensorProto.FLOAT})
    # A layer's constants are its own. Identity would be how the exporter shares them.
    expect("Identity nodes", sum(node.op_type == "Identity" for node in graph.node), 0)
    expect("gemms", sum(node.op_type == "Gemm" for node in graph.node), 1)
    # Running means and variances are in the file and no parameters.
    statistics = {value for node in norms for value in node.input[3:]}
    scalars = {tensor.name: 1 for tensor in graph.initializer}
    for tensor in graph.initializer:
        for size in tensor.dims:
            scalars[tensor.name] *= size
    expect("parameters", sum(count for tensor, count in scalars.items() if tensor not in statistics),
           int(row["parameters"]))
    return wrong


def readme_rows(path):
    """The rows of the README's table: name -> parameters, top-1, epochs, CPU seconds."""
    with open(path, encoding="utf-8") as file:
        found = re.findall(r"^\| `(\w+_\d)` \| ([\d,]+) \| ([\d.]+) \| (\d+) \| (\d+) \|$", file.read(),
                           re.MULTILINE)
    return {name: (parameters.replace(",", ""), *rest) for name, parameters, *rest in found}


def main():
    folder = sys.argv[1]
    sys.path.insert(0, folder)
    import pairs
    import top1

    with open(os.path.join(folder, "trained.csv"), newline="") as file:
        rows = {row["network"]: row for row in csv.DictReader(file)}
    wrong = []
    files = {name[:-len(".onnx")] for name in os.listdir(folder) if name.endswith(".onnx")}
    if files != set(rows) or not rows:
        wrong.append(f"files {sorted(files)}, rows of trained.csv {sorted(rows)}")
    written = {name: (row["parameters"], row["top1"], row["epochs"], row["cpu_seconds"])
               for name, row in rows.items()}
    shown = readme_rows(os.path.join(folder, "README.md"))
    if shown != written:
        wrong.append(f"README.md's table has {shown}, trained.csv {written}")
    for name in sorted(files & set(rows)):
        wrong += structure(name, os.path.join(folder, name + ".onnx"), rows[name])

    have_data = os.path.isdir(pairs.FOLDER)
    if have_data:
        images, labels = pairs.fixed_pairs(*pairs.load("t10k"))
        if len(labels) != IMAGES or len(set(labels)) != 100:
            wrong.append(f"{len(labels)} pairs of {len(set(labels))} classes")
        for name in sorted(files & set(rows)):
            output = top1.logits(os.path.join(folder, name + ".onnx"), images, pairs.normalize)
            accuracy = top1.top1(output, labels)
            print(f"{name}: {accuracy:.2f} %, trained.csv {rows[name]['top1']} %")
            # Two pictures: two executors sum in different orders, and a near tie may fall either way.
            if abs(accuracy - float(rows[name]["top1"])) > 0.0201 or accuracy < LEAST_TOP1:
                wrong.append(f"{name}: {accuracy:.2f} % by ONNX Runtime, {rows[name]['top1']} % recorded, "
                             f"at least {LEAST_TOP1} wanted")
    for line in wrong:
        print("FAIL " + line)
    if wrong:
        return 1
    if not have_data:
        print(f"skipped top-1: {pairs.FOLDER} is missing (Debian's dataset-fashion-mnist)")
        return 77
    print(f"{len(files)} networks, {IMAGES} pairs each")
    return 0


if __name__ == "__main__":
    sys.exit(main())

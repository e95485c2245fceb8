#!/usr/bin/env python3
"""`bitshed quantize` from outside: what it computes, what it counts, what it refuses.

    quantize_test.py BITSHED

The logits of a small network of every kind of layer are worked out again by ONNX Runtime and by
`bitshed cast`, which other tests compare with foreign libraries. Exits 77, with the reason, where
Debian's dataset-fashion-mnist is not installed and the shipped networks cannot be tried.
"""
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

bitshed = os.path.abspath(sys.argv[1])
random = numpy.random.default_rng(7)
complaints, checks = [], 0


def expect(what, holds):
    global checks
    checks += 1
    if not holds:
        complaints.append(what)


def run(*arguments, status=0, program=None, **environment):
    done = subprocess.run([program or bitshed, *map(str, arguments)], capture_output=True, text=True, timeout=300,
                          env=dict(os.environ, **environment))
    expect(f"{arguments}: exits {done.returncode}, not {status}: {done.stderr}", done.returncode == status)
    if status != 0:
        expect(f"{arguments}: it fails and prints on stdout", done.stdout == "")
        return done.stderr
    return done.stdout


def quantize(*arguments, **environment):
    return json.loads(run("quantize", "--json", "--quiet", *arguments, **environment))


def cast(array, format, *arguments):
    """An array quantized by the verb cast, and its scales."""
    numpy.save("cast_in.npy", array)
    told = json.loads(run("cast", format, "cast_in.npy", "--out", "cast_out.npy", "--json", *arguments))
    return numpy.load("cast_out.npy"), told["scales"]


def f(*shape):
    return random.normal(0, 1, shape).astype(numpy.float32)


def save(path, nodes, constants, dims, classes=5, opset=17):
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [dims[0], classes])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()])
    onnx.save(helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", opset)]), path)


def stretch(nodes, constants, inputs, output):
    """What a part of the network computes, by ONNX Runtime."""
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info(n, TensorProto.FLOAT, v.shape) for n, v in inputs.items()],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()])
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run([output], inputs)[0]


# conv, relu, conv, a product of two activations, matmul, gemm: each stretch ends where the next
# quantized layer begins.
SIZE = 6
stretches = [
    ([helper.make_node("Conv", ["x", "w1", "b1"], ["a"], pads=[1, 1, 1, 1]), helper.make_node("Relu", ["a"], ["h1"])],
     {"x": "h0"}, "h1"),
    ([helper.make_node("Conv", ["h1", "w2"], ["c"], group=2, strides=[2, 2], pads=[0, 0, 1, 1]),
      helper.make_node("Reshape", ["c", "rows"], ["h2"])], {}, "h2"),
    ([helper.make_node("Transpose", ["h2q"], ["t"], perm=[0, 2, 1]), helper.make_node("MatMul", ["h2q", "t"], ["p"]),
      helper.make_node("Softmax", ["p"], ["h3"])], {}, "h3"),
    ([helper.make_node("MatMul", ["h3q", "w4"], ["m"]), helper.make_node("Add", ["m", "b4"], ["n"]),
      helper.make_node("Flatten", ["n"], ["h4"])], {}, "h4"),
    ([helper.make_node("Gemm", ["h4", "w5", "b5"], ["y"], transB=1)], {}, "y"),
]
weights = {"w1": f(8, 3, 3, 3), "b1": f(8), "w2": f(8, 4, 3, 3), "rows": numpy.array([0, 8, -1], numpy.int64),
           "w4": f(8, 6), "b4": f(6), "w5": f(5, 48), "b5": f(5)}
count = 150  # one batch
images = random.integers(0, 256, (count, 3, SIZE, SIZE)).astype(numpy.uint8)
mean, deviation = [120.0, 130.0, 110.5], [60.0, 50.0, 70.25]
normalized = ((images - numpy.array(mean, numpy.float32).reshape(1, 3, 1, 1)) /
              numpy.array(deviation, numpy.float32).reshape(1, 3, 1, 1)).astype(numpy.float32)


def whole_network(path, dims=("n", 3, SIZE, SIZE)):
    rename = {"h2q": "h2", "h3q": "h3"}
    nodes = []
    for part, _, _ in stretches:
        for node in part:
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.ClearField("input")
            copy.input.extend(rename.get(name, name) for name in node.input)
            nodes.append(copy)
    save(path, nodes, weights, list(dims))


def expected_logits(weight, activation, ends):
    """The quantized network by cast and ONNX Runtime, calibrated on all images in one batch."""
    def quantized_weight(name, format, axis):
        return cast(weights[name], format, "--scale", "mse", "--axis", axis)[0]

    made = dict(weights, w1=quantized_weight("w1", ends, 0), w2=quantized_weight("w2", weight, 0),
                w4=quantized_weight("w4", weight, 1), w5=quantized_weight("w5", ends, 0))
    formats = [ends, activation, activation, activation, ends]
    # Scales: the float activations of the network with quantized weights.
    flowing, scales = normalized, []
    for (nodes, _, output), format in zip(stretches, formats):
        scales.append(cast(flowing, format, "--scale", "mse")[1][0])
        flowing = part_of(nodes, output, flowing, made)
    flowing = normalized
    for (nodes, _, output), format, scale in zip(stretches, formats, scales):
        flowing = part_of(nodes, output, cast(flowing, format, "--scale", repr(scale))[0], made)
    return flowing


def part_of(nodes, output, flowing, made):
    given = next(name for name in nodes[0].input if name in ("x", "h1", "h2q", "h3q", "h4"))
    read = {name for node in nodes for name in node.input}
    return stretch(nodes, {name: made[name] for name in made if name in read}, {given: flowing}, output)


def softmax(logits):
    shifted = numpy.exp(logits.astype(numpy.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def judged_values():
    whole_network("net.onnx")
    numpy.save("images.npy", images)
    labels = random.integers(0, 5, count)
    reference = onnxruntime.InferenceSession("net.onnx", providers=["CPUExecutionProvider"]).run(
        ["y"], {"x": normalized})[0]
    labels[::2] = reference.argmax(axis=1)[::2]
    numpy.save("labels.npy", labels.astype(numpy.int64))
    data = ["--model", "net.onnx", "--images", "images.npy", "--labels", "labels.npy", "--mean",
            ",".join(map(str, mean)), "--std", ",".join(map(str, deviation)), "--calibration", count]

    told = quantize(*data, "--weight", "float", "--activation", "float", "--logits", "logits.npy")
    logits = numpy.load("logits.npy")
    expect("float logits are ONNX Runtime's", numpy.abs(logits - reference).max() < 1e-4 * numpy.abs(reference).max())
    right = 100 * (reference.argmax(axis=1) == labels).mean()
    expect(f"top1 {told['top1']} is {right}", math.isclose(told["top1"], right) and told["top1_fp32"] == told["top1"])
    expect("float agrees with itself", told["agreement"] == 100 and told["sqnr_db"] is None and told["kl"] == 0)
    elements = {"w": 8 * 3 * 9 + 8 * 4 * 9 + 8 * 6 + 5 * 48, "b": 8 + 6 + 5,
                "a": 3 * SIZE ** 2 + 8 * SIZE ** 2 + 8 * 9 + 8 * 9 + 8 * 8 + 48}
    return data, labels, reference, told, elements


def check_quantized(data, labels, reference):
    for weight, activation, ends in (("e2m1", "e3m2", "int8"), ("int4", "int4", "same"), ("e4m3fn", "e5m2ieee", "e4m3"),
                                     ("e2m3", "uint8", "int8")):
        told = quantize(*data, "--weight", weight, "--activation", activation, "--ends", ends, "--logits", "q.npy")
        got = numpy.load("q.npy")
        want = expected_logits(weight, activation, weight if ends == "same" else ends)
        name = f"{weight}/{activation}/{ends}"
        # Sums in another order move a few activations over a rounding boundary.
        near = numpy.isclose(got, want, rtol=1e-3, atol=1e-3 * numpy.abs(want).max()).mean()
        expect(f"{name}: {near:.3f} of the logits are the expected ones", near > 0.9)
        p, q = softmax(reference), softmax(got)
        kl = (p * numpy.log(p / q)).sum(axis=1).mean()
        entropy = -numpy.log(q[numpy.arange(count), labels]).mean()
        noise = ((reference - got).astype(numpy.float64) ** 2).sum()
        sqnr = 10 * math.log10((reference.astype(numpy.float64) ** 2).sum() / noise)
        expect(f"{name}: kl {told['kl']} is {kl}", math.isclose(told["kl"], kl, rel_tol=1e-3, abs_tol=1e-6))
        expect(f"{name}: cross-entropy", math.isclose(told["cross_entropy"], entropy, rel_tol=1e-4))
        expect(f"{name}: sqnr {told['sqnr_db']} is {sqnr}", math.isclose(told["sqnr_db"], sqnr, rel_tol=1e-3))
        top1 = 100 * (got.argmax(axis=1) == labels).mean()
        agreement = 100 * (got.argmax(axis=1) == reference.argmax(axis=1)).mean()
        expect(f"{name}: top1", math.isclose(told["top1"], top1) and math.isclose(told["agreement"], agreement))
        expect(f"{name}: the intervals hold their values",
               all(told[key + "_interval"][0] <= told[key] <= told[key + "_interval"][1]
                   for key in ("top1", "top1_fp32", "top1_change", "agreement")))


def check_memory(data, told, elements):
    expect("bits of a float network", told["memory_bits"] == {
        "weights": 32 * elements["w"], "activations": 32 * elements["a"], "scales": 0,
        "others": 32 * elements["b"], "total": 32 * (elements["w"] + elements["a"] + elements["b"])})
    got = quantize(*data, "--weight", "e2m1", "--activation", "e3m2")["memory_bits"]
    weights_4 = 8 * 4 * 9 + 8 * 6
    activations_6 = elements["a"] - 3 * SIZE ** 2 - 48
    expect(f"bits of a quantized network: {got}", got["weights"] == 4 * weights_4 + 8 * (elements["w"] - weights_4)
           and got["activations"] == 6 * activations_6 + 8 * (3 * SIZE ** 2 + 48)
           and got["scales"] == 32 * (8 + 8 + 6 + 5 + 6))


def check_repetition(data):
    few = [argument if argument != count else 20 for argument in data]
    outputs = []
    for seed, name in ((0, "s0.npy"), (0, "s1.npy"), (1, "s2.npy")):
        told = quantize(*few, "--weight", "e2m1", "--activation", "e2m1", "--seed", seed, "--logits", name, "--threads", 2)
        outputs.append((told, Path(name).read_bytes()))
    expect("the same seed gives the same bytes", outputs[0] == outputs[1])
    expect("another seed draws other images", outputs[0][1] != outputs[2][1])
    # The first images alone are judged, by their own labels.
    told = quantize(*data, "--weight", "float", "--activation", "float", "--first", 40, "--logits", "first.npy")
    logits, labels = numpy.load("first.npy"), numpy.load("labels.npy")
    expect("the first 40 images", told["images"] == 40 and logits.shape == (40, 5)
           and math.isclose(told["top1"], 100 * (logits.argmax(axis=1) == labels[:40]).mean()))
    # A network whose batch is fixed; 150 is no multiple of it.
    whole_network("one.onnx", (4, 3, SIZE, SIZE))
    fixed = ["one.onnx" if argument == "net.onnx" else argument for argument in data]
    quantize(*fixed, "--weight", "float", "--activation", "float", "--logits", "fixed.npy")
    quantize(*data, "--weight", "float", "--activation", "float", "--logits", "free.npy")
    fixed, free = numpy.load("fixed.npy"), numpy.load("free.npy")
    expect("a fixed batch of 4 gives the same logits",
           fixed.shape == free.shape and numpy.allclose(fixed, free, rtol=1e-4, atol=1e-4))


def check_reference(data, labels):
    """Logits of float32 that are kept: the same bytes with and without, and never those of another request."""
    def told(*more, request=data):
        logits = Path("r.npy")
        out = run("quantize", *request, "--weight", "e2m1", "--activation", "int4", "--json", "--quiet",
                  "--logits", logits, *(() if "--threads" in more else ("--threads", 1)), *more)
        return out, logits.read_bytes()

    def kept():
        return {path.name: path.read_bytes() for path in Path("ref").iterdir()}

    plain = told()
    expect("nothing is kept unasked", not os.path.exists("ref"))
    expect("the first that keeps gives the same bytes", told("--reference", "ref") == plain)
    first = kept()
    expect(f"one file is kept: {list(first)}", len(first) == 1)
    expect("the second gives the same bytes", told("--reference", "ref") == plain and kept() == first)
    name, whole = first.popitem()
    file = Path("ref") / name
    # That it is read, and how: other logits change what is told of float32, and nothing of the quantized network.
    numpy.save(file, numpy.roll(numpy.load(file), 1, axis=1))
    other = told("--reference", "ref")
    expect("the kept logits are used", other[1] == plain[1] and
           json.loads(other[0])["top1_fp32"] != json.loads(plain[0])["top1_fp32"])
    few, wrong = numpy.load(file)[:-1], numpy.load(file).astype(numpy.float64)
    wrong[0, 0] = numpy.nan
    for damage in (whole[:-1], b"", few, wrong, wrong.astype(numpy.float32)):
        if isinstance(damage, bytes):
            file.write_bytes(damage)
        else:
            numpy.save(file, damage)
        expect("what is damaged is worked out anew", told("--reference", "ref") == plain and file.read_bytes() == whole)

    # What decides the logits decides the file.
    shutil.rmtree("ref")
    numpy.save("images_2.npy", numpy.concatenate([images[1:], images[:1]]))
    requests = [data, data[:2] + ["--images", "images_2.npy"] + data[4:], data + ["--first", 40], data + ["--first", 41],
                [",".join(map(str, deviation)) if at == data.index("--mean") + 1 else word for at, word in enumerate(data)]]
    whole_network("other.onnx", (5, 3, SIZE, SIZE))
    requests.append(["other.onnx" if word == "net.onnx" else word for word in data])
    # Constants in a file beside the network's.
    model = onnx.load("net.onnx")
    onnx.save_model(model, "beside.onnx", save_as_external_data=True, location="beside.bin", size_threshold=0,
                    convert_attribute=False)
    beside = ["beside.onnx" if word == "net.onnx" else word for word in data]
    for at, request in enumerate(requests + [beside]):
        expect(f"request {at} gives what it gives alone",
               told("--reference", "ref", request=request) == told(request=request))
        expect(f"request {at} has a file of its own", len(kept()) == at + 1)
    numbers = bytearray(Path("beside.bin").read_bytes())
    numbers[2] ^= 0x40
    Path("beside.bin").write_bytes(numbers)
    expect("another constant beside the file: other logits",
           told("--reference", "ref", request=beside) == told(request=beside) and len(kept()) == len(requests) + 2)
    expect("threads decide too", told("--reference", "ref", "--threads", 2) and len(kept()) == len(requests) + 3)
    numpy.save("labels_2.npy", labels[::-1].copy())
    turned = [word if word != "labels.npy" else "labels_2.npy" for word in data]
    expect("labels do not", told("--reference", "ref", request=turned) == told(request=turned)
           and len(kept()) == len(requests) + 3)
    high = [word if word != "labels.npy" else "labels_3.npy" for word in data]
    numpy.save("labels_3.npy", numpy.full(count, 5, numpy.int64))
    expect("labels are checked all the same", "0 to 4" in run(
        "quantize", *high, "--weight", "e2m1", "--activation", "int4", "--threads", 1, "--reference", "ref", status=5))

    # Several at once.
    shutil.rmtree("ref")
    racing = [subprocess.Popen([bitshed, "quantize", *map(str, data), "--weight", "e2m1", "--activation", "int4",
                                "--threads", "1", "--json", "--quiet", "--reference", "ref"],
                               stdout=subprocess.PIPE, text=True) for _ in range(4)]
    expect("four at once give the same", {one.communicate(timeout=300)[0] for one in racing} == {plain[0]})
    expect("and leave one whole file", kept() == {name: whole})
    run("quantize", *data, "--weight", "int8", "--activation", "int8", "--reference", "net.onnx/x", status=5)


def check_refusals(data):
    told = run("quantize", "--model", "nonet", "--weight", "e9m9", "--activation", "e1m0fn", "--ends", "x", "--recipe",
               "magic", "--calibration", "0", "--seed", "-1", "--threads", "0", "--labels", "l.npy", status=2)
    for word in ("nonet", "e9m9", "--activation", "--ends", "magic", "--calibration", "--seed", "--threads", "--labels"):
        expect(f"all complaints at once: {word}", word in told)
    both = ["--weight", "int8", "--activation", "int8"]
    expect("an ONNX file wants images", "--images" in run("quantize", "--model", "net.onnx", *both, status=2))
    run("quantize", "--model", "absent.onnx", *data[2:], *both, status=5)
    run("quantize", "--model", "net.onnx", "--images", "absent.npy", "--labels", "labels.npy", *both, status=5)
    Path("garbage.onnx").write_bytes(b"\x08\x07" + bytes(range(256)))
    run("quantize", "--model", "garbage.onnx", *data[2:], *both, status=5)
    numpy.save("short.npy", numpy.zeros(count - 1, numpy.int64))
    run("quantize", *data[:4], "--labels", "short.npy", *both, status=5)
    numpy.save("high.npy", numpy.full(count, 5, numpy.int64))
    expect("a label beyond the classes", "0 to 4" in run("quantize", *data[:4], "--labels", "high.npy", *both, status=5))
    numpy.save("wide.npy", numpy.zeros((count, 3, SIZE, SIZE + 1), numpy.uint8))
    run("quantize", "--model", "net.onnx", "--images", "wide.npy", "--labels", "labels.npy", *both, status=5)
    run("quantize", *data[:6], "--mean", "1,2", *both, status=2)
    run("quantize", *data[:6], "--std", "0", *both, status=2)
    numpy.save("nan.npy", numpy.full((count, 3, SIZE, SIZE), numpy.nan, numpy.float32))
    run("quantize", "--model", "net.onnx", "--images", "nan.npy", "--labels", "labels.npy", *both, status=5)
    run("quantize", *data, *both, "--logits", "net.onnx/logits.npy", status=5)
    os.mkdir("alone")
    shutil.copy(bitshed, "alone/bitshed")
    words = run("quantize", *data, *both, status=4, program="alone/bitshed")
    expect("a build without the quantizer says how to get it", "setup.sh" in words)


def check_shipped():
    for name, least in (("resnet_0", 75), ("mobilenet_0", 40), ("vit_0", 70)):
        told = quantize("--model", name, "--weight", "e2m1", "--activation", "e2m1", "--calibration", 64)
        expect(f"{name}: {told['top1']} of {told['top1_fp32']}",
               told["images"] == 10000 and told["classes"] == 100 and least < told["top1"] < told["top1_fp32"] > 75)


def check_sweep():
    """Points of a sweep share float32's logits, and print what quantize prints alone."""
    Path("plan.toml").write_text('weights = ["e2m1", "int4"]\nactivations = ["int8"]\n'
                                 'models = ["resnet_0", "vit_0"]\nimages = 60\n')
    run("sweep", "plan.toml", "--store", "s.sqlite", "--jobs", 2, "--quiet")
    with sqlite3.connect("s.sqlite") as store:
        rows = [json.loads(row[0]) for row in store.execute("select result from results")]
    expect("four points", len(rows) == 4)
    for row in rows:
        expect(f"{row['model']} {row['weight']}: the point is what quantize gives alone",
               row == quantize("--model", row["model"], "--weight", row["weight"], "--activation", "int8", "--first", 60,
                               "--threads", 1))
    expect("two networks ran in float32", len(list(Path("s.sqlite.work/shared").iterdir())) == 2)


def main():
    home = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        data, labels, reference, told, elements = judged_values()
        check_quantized(data, labels, reference)
        check_memory(data, told, elements)
        check_repetition(data)
        check_reference(data, labels)
        check_refusals(data)
        skipped = not os.path.isdir("/usr/share/datasets/fashion-mnist")
        if not skipped:
            check_shipped()
            check_sweep()
        os.chdir(home)
    for complaint in complaints:
        print(complaint)
    print(f"{checks} checks, {len(complaints)} failed")
    if complaints or checks == 0:
        return 1
    if skipped:
        print("the shipped networks were not tried: dataset-fashion-mnist is not installed")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())

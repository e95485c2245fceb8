#!/usr/bin/env python3
"""Every operator that the quantizer runs gives what ONNX Runtime gives, within 1e-4 of the greatest
output; what it does not run it names.

    operators_test.py RUN_NETWORK GRAPH_SOURCE

GRAPH_SOURCE is quant/graph.cpp: each operator it names must have been tried.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

random = numpy.random.default_rng(1)
cases = []  # (name, model, input)


def f(*shape, low=-2.0, high=2.0):
    return random.uniform(low, high, shape).astype(numpy.float32)


def i(*values):
    return numpy.array(values, numpy.int64)


def build(nodes, constants, shape, opset, open_axis=None):
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    dims = [("batch" if axis == open_axis else extent) for axis, extent in enumerate(shape)]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], initializers)
    return helper.make_model(graph, ir_version=8 if opset < 20 else 9,
                             opset_imports=[helper.make_opsetid("", opset)])


def one(op, x, *more, opset=17, to_float=False, label="", **attributes):
    """y = op(x, constants...). An input None is left out."""
    constants = {f"c{at}": value for at, value in enumerate(more) if value is not None}
    names = ["x"] + [f"c{at}" if value is not None else "" for at, value in enumerate(more)]
    nodes = [helper.make_node(op, names, ["z" if to_float else "y"], name="n", **attributes)]
    if to_float:
        nodes.append(helper.make_node("Cast", ["z"], ["y"], to=TensorProto.FLOAT))
    words = " ".join(f"{key}={value}" for key, value in attributes.items())
    cases.append((f"{op} opset {opset} {words} {label}", build(nodes, constants, x.shape, opset), x))


def several(name, nodes, constants, x, opset=17, open_axis=None):
    cases.append((name, build(nodes, constants, x.shape, opset, open_axis), x))


# convolutions: groups, depthwise, one channel, pads of either end, auto_pad, dilations, no bias, 1-D
x = f(2, 6, 9, 11)
one("Conv", x, f(4, 6, 3, 3), f(4))
one("Conv", x, f(4, 6, 3, 3), pads=[1, 1, 1, 1], strides=[2, 2])
one("Conv", x, f(4, 6, 3, 3), f(4), pads=[0, 1, 1, 2], strides=[2, 1])
one("Conv", x, f(6, 1, 3, 3), f(6), group=6, pads=[1, 1, 1, 1])
one("Conv", x, f(12, 1, 3, 3), group=6, strides=[2, 2], auto_pad="SAME_UPPER")
one("Conv", x, f(9, 2, 2, 4), f(9), group=3, auto_pad="SAME_LOWER")
one("Conv", x, f(4, 6, 3, 2), dilations=[2, 3], pads=[2, 1, 2, 1])
one("Conv", x, f(4, 6, 3, 3), auto_pad="VALID", kernel_shape=[3, 3])
one("Conv", f(3, 1, 12, 10), f(5, 1, 3, 3), f(5), strides=[2, 2], auto_pad="SAME_UPPER")
one("Conv", f(3, 1, 12, 10), f(5, 1, 1, 1))
one("Conv", f(2, 4, 15), f(6, 2, 3), f(6), group=2, pads=[1, 2])
one("Conv", x, f(4, 6, 1, 1), strides=[2, 2])
# products
one("Gemm", f(3, 5), f(5, 4), f(4))
one("Gemm", f(3, 5), f(4, 5), f(3, 1), transB=1, alpha=0.5, beta=2.0)
one("Gemm", f(5, 3), f(5, 4), transA=1, alpha=2.0)
one("Gemm", f(3, 5), f(4, 5), f(4), transB=1)
one("MatMul", f(2, 3, 5), f(5, 4))
one("MatMul", f(2, 2, 3, 5), f(2, 5, 4))
one("MatMul", f(3, 5), f(5))
several("products of two activations", [
    helper.make_node("Transpose", ["x"], ["t"], perm=[0, 2, 1]),
    helper.make_node("MatMul", ["x", "t"], ["y"])], {}, f(2, 3, 5))
# norms
one("BatchNormalization", x, f(6), f(6), f(6), f(6, low=0.1), epsilon=1e-3)
one("BatchNormalization", f(4, 6), f(6), f(6), f(6), f(6, low=0.1), opset=9)
one("LayerNormalization", f(2, 3, 8), f(8), f(8), epsilon=1e-6)
one("LayerNormalization", f(2, 3, 8), f(3, 8), axis=1)
one("LayerNormalization", f(2, 3, 8), f(8), f(3, 1), axis=-2)
several("a layer norm in parts", [
    helper.make_node("ReduceMean", ["x"], ["m"], axes=[-1]),
    helper.make_node("Sub", ["x", "m"], ["d"]),
    helper.make_node("Pow", ["d", "two"], ["s"]),
    helper.make_node("ReduceMean", ["s"], ["v"], axes=[-1]),
    helper.make_node("Add", ["v", "e"], ["w"]),
    helper.make_node("Sqrt", ["w"], ["r"]),
    helper.make_node("Div", ["d", "r"], ["n"]),
    helper.make_node("Mul", ["n", "g"], ["h"]),
    helper.make_node("Add", ["h", "b"], ["y"])],
    {"two": numpy.float32(2), "e": numpy.float32(1e-5), "g": f(8), "b": f(8)}, f(2, 3, 8), opset=13)
# one input
wide = f(3, 4, 5, low=-6, high=6)
for op in ("Relu", "Sigmoid", "Tanh", "Exp", "Neg", "Abs", "Floor"):
    one(op, wide)
for op in ("Sqrt", "Log", "Reciprocal"):
    one(op, f(3, 4, low=0.1))
one("Erf", wide, opset=13)
one("LeakyRelu", wide)
one("LeakyRelu", wide, alpha=0.3)
one("HardSigmoid", wide)
one("HardSigmoid", wide, alpha=0.17, beta=0.4)
one("HardSwish", wide)
one("Gelu", wide, opset=20)
one("Gelu", wide, opset=20, approximate="tanh")
one("Clip", wide, opset=7, min=0.0, max=6.0)
one("Clip", wide, numpy.float32(-1), numpy.float32(2))
one("Clip", wide, None, numpy.float32(2))
one("Clip", wide, numpy.float32(0), opset=13)
several("a clip whose bound is computed", [
    helper.make_node("ReduceMean", ["x"], ["m"], keepdims=0),
    helper.make_node("Clip", ["x", "m"], ["y"])], {}, wide, opset=13)
several("Not, And, Or, Less, Greater, Equal, Where", [
    helper.make_node("Less", ["x", "one"], ["l"]), helper.make_node("Greater", ["x", "zero"], ["g"]),
    helper.make_node("And", ["l", "g"], ["a"]), helper.make_node("Not", ["a"], ["n"]),
    helper.make_node("Equal", ["x", "x"], ["e"]), helper.make_node("Or", ["n", "e"], ["o"]),
    helper.make_node("And", ["o", "n"], ["p"]),
    helper.make_node("Where", ["p", "x", "zero"], ["y"])],
    {"one": numpy.float32(1), "zero": numpy.float32(0)}, wide)
# more inputs
for op in ("Add", "Sub", "Mul", "Div"):
    one(op, f(2, 3, 4), f(3, 1, low=0.5))
    one(op, f(2, 1, 4), f(5, 2, 3, 4, low=0.5))
one("Pow", f(2, 3, low=0.1), f(3))
one("Pow", f(2, 3), numpy.array(3, numpy.int64))
one("Min", wide, f(5), f(4, 1))
one("Max", wide, f(5))
several("x + x, and a residual sum whose inputs live on", [
    helper.make_node("Relu", ["x"], ["r"]), helper.make_node("Add", ["r", "r"], ["s"]),
    helper.make_node("Add", ["s", "r"], ["t"]), helper.make_node("Relu", ["t"], ["u"]),
    helper.make_node("Mul", ["t", "s"], ["v"]), helper.make_node("Add", ["v", "u"], ["w"]),
    helper.make_node("Sub", ["w", "x"], ["y"])], {}, wide)
several("a view that is read after its source was clipped", [
    helper.make_node("Sigmoid", ["x"], ["s"]), helper.make_node("Reshape", ["s", "shape"], ["v"]),
    helper.make_node("Clip", ["s", "", "half"], ["c"]),
    helper.make_node("Reshape", ["c", "shape"], ["d"]), helper.make_node("Add", ["v", "d"], ["y"])],
    {"shape": i(-1), "half": numpy.float32(0.5)}, wide)
# pools
for op in ("AveragePool", "MaxPool"):
    one(op, x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    one(op, x, kernel_shape=[2, 3], strides=[2, 2], ceil_mode=1)
    one(op, x, kernel_shape=[3, 3], strides=[2, 2], pads=[0, 1, 1, 2])
    one(op, x, kernel_shape=[3, 2], strides=[2, 3], auto_pad="SAME_UPPER")
    one(op, x, kernel_shape=[2, 2])
one("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
one("AveragePool", x, kernel_shape=[3, 3], pads=[0, 0, 2, 1], count_include_pad=1)
one("MaxPool", x, kernel_shape=[3, 3], dilations=[2, 2], pads=[2, 2, 2, 2])
one("GlobalAveragePool", x)
one("GlobalMaxPool", x)
# reductions
for op in ("ReduceMean", "ReduceMax"):
    one(op, x, axes=[2, 3], keepdims=0, opset=13)
    one(op, x, axes=[-1], opset=13)
    one(op, x, i(1), opset=18)
    one(op, x, opset=18)
    one(op, x, opset=18, noop_with_empty_axes=1)
one("ReduceSum", x, i(1, -1), keepdims=0, opset=13)
one("ReduceSum", x, axes=[1], opset=11)
one("Softmax", f(2, 3, 4))
one("Softmax", f(2, 3, 4), axis=1)
one("Softmax", f(2, 3, 4), opset=11)
one("Softmax", f(2, 3, 4), opset=11, axis=2)
one("LogSoftmax", f(2, 3, 4), axis=1)
one("LogSoftmax", f(2, 3, 4), opset=11)
one("ArgMax", f(2, 7, 4), axis=1, keepdims=0, to_float=True)
# shapes
y = f(2, 3, 4)
one("Reshape", y, i(0, -1))
one("Reshape", y, i(4, 3, 2))
one("Reshape", f(2, 0, 4), i(0, 3), allowzero=1, opset=14)
for axis in (0, 1, 2, 3, -1):
    one("Flatten", y, axis=axis)
one("Transpose", y)
one("Transpose", y, perm=[1, 0, 2])
one("Squeeze", f(1, 3, 1, 2))
one("Squeeze", f(1, 3, 1, 2), i(-2))
one("Squeeze", f(1, 3, 1, 2), axes=[0], opset=11)
one("Unsqueeze", y, i(-1, 0))
one("Unsqueeze", y, axes=[1, 2], opset=11)
one("Expand", f(3, 1), i(2, 3, 4))
one("Expand", f(3, 4), i(1))
one("Tile", y, i(2, 1, 3))
one("Cast", wide, to=TensorProto.BOOL, to_float=True)
one("Cast", wide, to=TensorProto.INT64, to_float=True)
one("Shape", y, to_float=True)
one("Shape", y, start=1, end=-1, opset=15, to_float=True)
several("Dropout and Identity", [
    helper.make_node("Dropout", ["x"], ["d"]), helper.make_node("Relu", ["d"], ["r"]),
    helper.make_node("Identity", ["r"], ["i"]), helper.make_node("Add", ["i", "r"], ["s"]),
    helper.make_node("Identity", ["s"], ["y"])], {}, y)
several("the shape arithmetic of a batch that varies", [
    helper.make_node("Shape", ["x"], ["s"]),
    helper.make_node("Constant", [], ["zero"], value_int=0),
    helper.make_node("Gather", ["s", "zero"], ["n"], axis=0),
    helper.make_node("Constant", [], ["first"], value=numpy_helper.from_array(i(0))),
    helper.make_node("Unsqueeze", ["n", "first"], ["u"]),
    helper.make_node("Constant", [], ["rest"], value_ints=[-1, 4]),
    helper.make_node("Concat", ["u", "rest"], ["t"], axis=0),
    helper.make_node("Reshape", ["x", "t"], ["r"]),
    helper.make_node("ConstantOfShape", ["t1"], ["ones"],
                     value=helper.make_tensor("v", TensorProto.FLOAT, [1], [1.0])),
    helper.make_node("Expand", ["ones", "e"], ["token"]),
    helper.make_node("Slice", ["s", "first", "one"], ["n1"]),
    helper.make_node("Concat", ["n1", "e1"], ["target"], axis=0),
    helper.make_node("Expand", ["token", "target"], ["tokens"]),
    helper.make_node("Concat", ["tokens", "r"], ["y"], axis=1)],
    {"t1": i(1, 1, 1), "e": i(1, 1, 4), "one": i(1), "e1": i(1, 4)}, f(5, 4, 3, 2), open_axis=0)
several("sizes computed in real numbers", [
    helper.make_node("Shape", ["x"], ["s"]), helper.make_node("Slice", ["s", "m1", "big"], ["d"]),
    helper.make_node("Cast", ["d"], ["r"], to=TensorProto.FLOAT),
    helper.make_node("Sqrt", ["r"], ["q"]), helper.make_node("Div", ["one", "q"], ["p"]),
    helper.make_node("Mul", ["x", "p"], ["y"])],
    {"m1": i(-1), "big": i(2 ** 63 - 1), "one": numpy.float32(1)}, f(5, 7))
several("Range, and integers divided", [
    helper.make_node("Shape", ["x"], ["s"]), helper.make_node("Gather", ["s", "one"], ["n"]),
    helper.make_node("Range", ["zero", "n", "two"], ["r"]),
    helper.make_node("Div", ["r", "three"], ["q"]),
    helper.make_node("Gather", ["x", "q"], ["y"], axis=1)],
    {"one": numpy.int64(1), "zero": numpy.int64(0), "two": numpy.int64(2),
     "three": numpy.int64(3)}, f(5, 7))
several("a weight that is transposed, cast and shared by its name", [
    helper.make_node("Identity", ["w"], ["v"]),
    helper.make_node("Transpose", ["v"], ["t"]), helper.make_node("Cast", ["t"], ["c"], to=1),
    helper.make_node("MatMul", ["x", "c"], ["m"]), helper.make_node("MatMul", ["m", "v"], ["y"])],
    {"w": f(6, 4)}, f(3, 4))
# selections
one("Gather", y, numpy.array([[0, -1], [2, 1]], numpy.int64), axis=1)
one("Gather", y, numpy.array(1, numpy.int64), axis=0)
one("Concat", y, f(2, 5, 4), axis=1)
one("Concat", y, f(2, 3, 1), axis=-1)
one("Slice", y, i(1), i(1000), i(2))
one("Slice", y, i(-1, 0), i(-2 ** 62, 2), i(2, 0), i(-2, 1))
one("Slice", y, i(0, 1), i(2, -1))
one("Slice", y, starts=[1, 0], ends=[3, 2], axes=[2, 1], opset=9)
one("Pad", x, i(0, 1, 2, 0, 0, 0, 1, 3), numpy.float32(1.5), opset=13)
one("Pad", x, i(1, 2), None, i(-1), opset=18)
one("Pad", x, i(0, 0, 2, 1, 0, 0, 1, 3), mode="reflect", opset=13)
one("Pad", x, i(0, 0, 2, 1, 0, 0, 1, 3), mode="edge", opset=13)
one("Pad", x, pads=[0, 0, -1, 0, 0, 0, -2, 1], value=0.5, opset=10)
for opset, sizes, attributes in ((11, None, {"split": [1, 3]}), (13, i(3, 1), {}), (13, None, {}),
                                 (18, None, {"num_outputs": 2})):
    several(f"Split opset {opset} {attributes} {sizes}", [
        helper.make_node("Split", ["x", "sizes"] if sizes is not None else ["x"], ["a", "b"], axis=2,
                         **attributes),
        helper.make_node("ReduceMean", ["b"], ["c"], **({"axes": [2]} if opset < 18 else {})),
        helper.make_node("Mul", ["a", "c"], ["y"])],
        {"sizes": sizes} if sizes is not None else {}, y, opset=opset)
three = helper.make_node("Split", ["x"], ["y", "b", "c"], axis=0, num_outputs=3)
several("Split into parts of unequal size", [three], {}, f(8, 3), opset=18)
for dtype in (numpy.float64, numpy.float16):
    several(f"a constant of {numpy.dtype(dtype)}", [
        helper.make_node("Cast", ["c"], ["d"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["x", "d"], ["y"])],
        {"c": numpy.array([1.5, -2 ** -24, 0.0, 60000], dtype)}, y)


def refused():
    """Networks that must not run: (name, bytes, exit code, a word of the complaint)."""
    plain = build([helper.make_node("Relu", ["x"], ["y"])], {}, (2, 2), 17)
    strange = build([helper.make_node("Einsum", ["x", "x"], ["y"], name="odd one", equation="ij,jk")],
                    {}, (2, 2), 17)
    attribute = build([helper.make_node("Relu", ["x"], ["y"], name="r", consumed=1)], {}, (2, 2), 17)
    lacking = build([helper.make_node("Conv", ["x"], ["y"], name="c")], {}, (2, 2, 4, 4), 17)
    unknown = build([helper.make_node("Add", ["x", "nowhere"], ["y"])], {}, (2, 2), 17)
    shapes = build([helper.make_node("MatMul", ["x", "w"], ["y"], name="m")], {"w": f(3, 3)}, (2, 2), 17)
    short = build([helper.make_node("MatMul", ["x", "w"], ["y"])], {"w": f(2, 2)}, (2, 2), 17)
    short.graph.initializer[0].raw_data = b"123"
    outside = build([helper.make_node("MatMul", ["x", "w"], ["y"])], {"w": f(2, 2)}, (2, 2), 17)
    outside.graph.initializer[0].ClearField("raw_data")
    outside.graph.initializer[0].data_location = TensorProto.EXTERNAL
    outside.graph.initializer[0].external_data.add(key="location", value="../secret")
    old = build([helper.make_node("Relu", ["x"], ["y"])], {}, (2, 2), 6)
    whole = plain.SerializeToString()
    return [("an unknown operator", strange, 2, "'odd one' (Einsum)"),
            ("an unknown attribute", attribute, 2, "consumed"),
            ("a conv without a weight", lacking, 5, "lacks"),
            ("a value from nowhere", unknown, 5, "'nowhere'"),
            ("shapes that do not fit", shapes, 5, "'m' (MatMul)"),
            ("too few bytes", short, 5, "3 bytes"),
            ("data outside the folder", outside, 5, "'../secret'"),
            ("an old opset", old, 2, "opset is 6"),
            ("no bytes", b"", 5, "no ONNX file"),
            ("garbage", bytes(range(256)) * 9, 5, "no ONNX file"),
            ("half a file", whole[:len(whole) // 2], 5, "no ONNX file")]


def main():
    run_network, source = sys.argv[1:]
    failed, tried = [], set()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        arguments = []
        for at, (name, model, given) in enumerate(cases):
            onnx.save(model, folder / f"{at}.onnx")
            numpy.save(folder / f"{at}.in.npy", given)
            arguments += [folder / f"{at}.onnx", folder / f"{at}.in.npy", folder / f"{at}.out.npy"]
        bad = refused()
        for at, (name, model, _, _) in enumerate(bad):
            (folder / f"bad{at}.onnx").write_bytes(
                model if isinstance(model, bytes) else model.SerializeToString())
            numpy.save(folder / f"bad{at}.in.npy", f(2, 2))
            arguments += [folder / f"bad{at}.onnx", folder / f"bad{at}.in.npy", folder / "bad.npy"]
        done = subprocess.run([run_network, *arguments], capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            failed.append(f"run_network ended with {done.returncode}: {done.stderr[-2000:]}")
        told = dict(line.split(": ", 1) for line in done.stdout.splitlines())
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        for at, (name, model, given) in enumerate(cases):
            session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                                   providers=["CPUExecutionProvider"])
            expected = session.run(["y"], {"x": given})[0]
            if not (folder / f"{at}.out.npy").exists():
                failed.append(f"{name}: {told.get(str(folder / f'{at}.onnx'), 'no output')}")
                continue
            got = numpy.load(folder / f"{at}.out.npy")
            if got.shape != expected.shape:
                failed.append(f"{name}: shape {got.shape}, not {expected.shape}")
            elif got.size and not numpy.abs(got - expected).max() <= 1e-4 * max(
                    1e-3, numpy.abs(expected).max()):
                failed.append(f"{name}: differs by {numpy.abs(got - expected).max()}")
            tried.update(node.op_type for node in model.graph.node)
        for at, (name, _, code, word) in enumerate(bad):
            words = told.get(str(folder / f"bad{at}.onnx"), "it ran")
            if not words.startswith(f"{code}: ") or word not in words:
                failed.append(f"{name}: {words}")
        if (folder / "bad.npy").exists():
            failed.append("a network that must not run left a file")
    listed = re.search(r"std::string_view name\(Op op\) \{(.*?)\n\}", Path(source).read_text(), re.S)
    names = set(re.findall(r'return "(\w+)"', listed.group(1))) - {"FakeQuantize"}
    failed += [f"{name} was not tried" for name in sorted(names - tried)]
    for line in failed:
        print(line)
    print(f"{len(cases)} networks of {len(names)} operators and {len(bad)} that must not run, "
          f"{len(failed)} failed")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())

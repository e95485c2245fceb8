#!/usr/bin/env python3
"""The verb cast against arithmetic of other authors, and from outside.

    cast_test.py BITSHED

Every minifloat of 2 to 8 bits that gfloat can express, every type of ml_dtypes, and integers rounded by
numpy: tensors whose quotients lie at and beside every rounding boundary, and random ones, under
several scales, per tensor and per channel. Prints how many elements were compared with whom; fails on
any difference in any bit, and where nothing was compared. Then scales against numpy's statistics,
files, JSON and exit codes.
"""
import json
import os
import subprocess
import sys
import tempfile

import gfloat
import ml_dtypes
import numpy as np

bitshed_path = os.path.abspath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
KINDS = ("none", "fn", "ieee", "fnuz")
SCALES = (1.0, 0.1, 7.3e-6, 12345.0)
compared = {"gfloat": 0, "ml_dtypes": 0, "numpy": 0}
formats = {name: set() for name in compared}
checks = 0
failures = []
random = np.random.default_rng(5)


def expect(what, good):
    global checks
    checks += 1
    if not good:
        failures.append(what)


def run(*arguments):
    return subprocess.run([bitshed_path, "cast", *map(str, arguments)], capture_output=True, text=True,
                          timeout=120)


def cast(name, tensor, *options):
    """The result and the JSON."""
    np.save("in.npy", tensor)
    done = run(name, "in.npy", "--out", "out.npy", "--json", *options)
    if done.returncode != 0 or done.stderr:
        raise SystemExit(f"cast {name} {options}: exit {done.returncode}: {done.stderr}")
    return np.load("out.npy"), json.loads(done.stdout)


def probes(values, scale):
    """float32 numbers at and beside each value and each middle, times the scale."""
    steps = np.unique(np.abs(np.array(values, np.float64)))
    top = steps[-1]
    marks = np.concatenate([steps, (steps[1:] + steps[:-1]) / 2, top * np.array([1.01, 1.25, 2, 1e3])])
    with np.errstate(over="ignore"):
        marks = (marks * scale).astype(np.float32)
    up, down = np.float32(np.inf), np.float32(-np.inf)
    near = [marks, np.nextafter(marks, up), np.nextafter(marks, down)]
    near += [np.nextafter(near[1], up), np.nextafter(near[2], down)]
    drawn = (random.standard_normal(500) * top * scale / 3).astype(np.float32)
    found = np.concatenate(near + [drawn, np.array([np.inf], np.float32)])
    return np.concatenate([found, -found])


def compare(oracle, name, numbers, scale, theirs, *options):
    """`theirs` are values of the format, unscaled, that the quotients become."""
    ours, _ = cast(name, numbers, "--scale", float(scale).hex(), *options)
    with np.errstate(over="ignore"):
        expected = theirs.astype(np.float32) * np.float32(scale)
    same = (ours.view(np.uint32) == expected.view(np.uint32)) | (np.isnan(ours) & np.isnan(expected))
    compared[oracle] += ours.size
    formats[oracle].add(name + "".join(options))
    for at in np.flatnonzero(~same)[:3]:
        failures.append(f"{oracle} {name} {options} scale {scale}: {numbers[at]!r} gives {ours[at]!r}, "
                        f"there {expected[at]!r}")


def quotients(numbers, scale):
    with np.errstate(over="ignore"):
        return numbers / np.float32(scale)


def gfloat_rounding(info, quotients_):
    """By gfloat, exactly, one by one."""
    return np.array([gfloat.round_float(info, float(u), gfloat.RoundMode.TiesToEven, True)
                     for u in quotients_])


def with_gfloat():
    for bits in range(2, 9):
        for exponent_bits in range(1, bits):
            fraction_bits = bits - 1 - exponent_bits
            for kind in KINDS:
                if exponent_bits == 1 and (kind == "ieee" or (kind == "fn" and fraction_bits == 0)):
                    continue  # without a normal value: gfloat takes for granted that there is one
                bias = 2**(exponent_bits - 1) - (kind != "fnuz")
                info = gfloat.FormatInfo(
                    "", k=bits, precision=fraction_bits + 1, bias=bias, is_signed=True,
                    domain=gfloat.Domain.Extended if kind == "ieee" else gfloat.Domain.Finite,
                    has_nz=kind != "fnuz",
                    num_high_nans={"none": 0, "fn": 1, "ieee": 2**fraction_bits - 1, "fnuz": 0}[kind],
                    has_subnormals=True, is_twos_complement=False)
                values = [gfloat.decode_float(info, code).fval for code in range(2**bits)]
                name = f"e{exponent_bits}m{fraction_bits}{'' if kind == 'none' else kind}"
                for scale in random.choice(SCALES, 2, replace=False):
                    numbers = probes([v for v in values if np.isfinite(v)], scale)
                    if kind == "ieee":  # under saturation gfloat makes infinities the largest value
                        numbers = numbers[np.isfinite(numbers)]
                    elif kind != "none":
                        numbers = np.append(numbers, np.float32(np.nan))
                    compare("gfloat", name, numbers, scale,
                            gfloat_rounding(info, quotients(numbers, scale)))


def with_ml_dtypes():
    """Casts of ml_dtypes: from float32, to nearest even. Where they overflow to NaN or infinity, what
    is compared is clamped before."""
    types = ["float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz",
             "float8_e5m2", "float8_e5m2fnuz", "float6_e2m3fn", "float6_e3m2fn", "float4_e2m1fn"]
    for name in types + ["bf16", "fp16"]:
        dtype = {"bf16": ml_dtypes.bfloat16, "fp16": np.float16}.get(name) or getattr(ml_dtypes, name)
        info = ml_dtypes.finfo(dtype)
        largest = np.float32(info.max)
        width = {"4": 4, "6": 6, "8": 8}.get(name[5:6], 16)
        codes = np.arange(2**width, dtype=np.uint8 if width <= 8 else np.uint16)
        with np.errstate(invalid="ignore"):
            values = codes.view(dtype).astype(np.float64)
        values = np.abs(values[np.isfinite(values)])
        if width == 16:
            values = np.append(random.choice(values, 400), [0, largest])
        for scale in SCALES:
            if name == "bf16" and scale > 1:
                continue  # its largest value times that is beyond float32
            numbers = probes(values, scale)
            u = quotients(numbers, scale)
            clamped = np.clip(u, -largest, largest)
            if name in ("float8_e3m4", "float8_e4m3", "float8_e5m2", "bf16", "fp16"):
                clamped[np.isinf(numbers)] = numbers[np.isinf(numbers)]  # infinities stay
            if name.startswith("float8") or width == 16:
                numbers = np.append(numbers, np.float32(np.nan))
                clamped = np.append(clamped, np.float32(np.nan))
            compare("ml_dtypes", name, numbers, scale, clamped.astype(dtype).astype(np.float64))


def with_numpy():
    """Integers: numpy's rint is to nearest even."""
    for bits in range(2, 9):
        top = 2**(bits - 1) - 1
        for name, least, most, options in ((f"int{bits}", -top - 1, top, ()),
                                           (f"int{bits}", -top, top, ("--narrow",)),
                                           (f"uint{bits}", 0, 2**bits - 1, ())):
            for scale in SCALES:
                numbers = probes(np.arange(most + 2), scale)
                theirs = np.clip(np.rint(quotients(numbers, scale)), least, most) + 0.0  # no -0
                compare("numpy", name, numbers, scale, theirs, *options)


def scales():
    tensor = random.standard_t(3, (6, 5, 7)).astype(np.float32)
    magnitudes = np.abs(tensor)
    for name, largest, options in (("e2m1", 6, ()), ("int4", 7, ()), ("int4", 7, ("--narrow",)), ("uint4", 15, ()),
                                   ("e4m3fn", 448, ())):
        for axis in (None, 0, 1, 2, -1):
            others = None if axis is None else tuple(i for i in range(3) if i != axis % 3)
            along = () if axis is None else ("--axis", axis)
            _, said = cast(name, tensor, *along, *options)
            wanted = np.atleast_1d(magnitudes.max(axis=others) / np.float32(largest))
            expect(f"{name} axis {axis}: scales of absmax",
                   np.array_equal(np.array(said["scales"], np.float32), wanted))
            for percent in (99.9, 90, 50, 12.5):
                result, said = cast(name, tensor, "--scale", f"percentile:{percent}", *along, *options)
                wanted = np.percentile(magnitudes.astype(np.float64), percent, axis=others) / largest
                expect(f"{name} axis {axis}: scales of percentile {percent}", np.allclose(
                    np.array(said["scales"]), np.atleast_1d(wanted), rtol=1e-7, atol=0))
            absmax_result, _ = cast(name, tensor, *along, *options)
            best, said = cast(name, tensor, "--scale", "mse", *along, *options)
            for k in range(1 if axis is None else tensor.shape[axis]):
                part = (lambda a: a) if axis is None else (lambda a: np.take(a, k, axis))
                noise = [np.square(part(r).astype(np.float64) - part(tensor)).sum()
                         for r in (best, absmax_result)]
                expect(f"{name} axis {axis} index {k}: mse is no worse than absmax",
                       noise[0] <= noise[1] * (1 + 1e-6))
            error = best.astype(np.float64) - tensor
            expect(f"{name}: max_error", said["max_error"] == np.abs(error).max())
            decibels = 10 * np.log10(np.square(tensor, dtype=np.float64).sum() / np.square(error).sum())
            expect(f"{name}: sqnr_db", abs(said["sqnr_db"] - decibels) < 1e-9)
            # Each slice again, alone, under the scale that was printed.
            shape = [1, 1, 1]
            if axis is not None:
                shape[axis] = -1
            spread = np.array(said["scales"], np.float32).reshape(shape)
            if name == "int4":
                least = -7 if options else -8
                again = (np.clip(np.rint(tensor / spread), least, 7) + np.float32(0)) * spread
                expect(f"{name} axis {axis}: the result is that of the scales",
                       np.array_equal(best.view(np.uint32), again.astype(np.float32).view(np.uint32)))


def files():
    plain = np.arange(-12, 12).reshape(2, 3, 4)
    for dtype in ("f2", "f4", "f8", "i1", "i2", "i4", "i8"):
        result, said = cast("int5", plain.astype(dtype), "--scale", 1)
        expect(f"{dtype} is read", np.array_equal(result, plain) and result.dtype == np.float32)
        expect(f"{dtype}: nothing is lost", said == {"format": "int5", "scales": [1.0],
                                                     "max_error": 0.0, "sqnr_db": None})
    for dtype in ("u1", "u2", "u4", "?"):
        result, _ = cast("uint8", (plain > 0).astype(dtype), "--scale", 1)
        expect(f"{dtype} is read", np.array_equal(result, plain > 0))
    result, _ = cast("int5", np.asfortranarray(plain.astype(np.float32)), "--scale", 1)
    expect("column-major order is read", np.array_equal(result, plain))
    result, said = cast("e4m3", np.float32(-3.3))
    expect("a single number", result.shape == () and result == np.float32(-3.3))
    result, said = cast("e4m3", np.zeros((0, 3), np.float32), "--axis", 1)
    expect("an empty array", result.shape == (0, 3) and said["scales"] == [1, 1, 1])
    result, said = cast("e4m3", np.zeros((3, 2), np.float32))
    expect("zeros", not result.any() and said["scales"] == [1] and said["sqnr_db"] is None)
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    result, _ = cast("fp16", halves, "--scale", 1)
    expect("every float16", np.array_equal(result, halves.astype(np.float32), equal_nan=True))
    # In place: IN and OUT may be one file.
    np.save("same.npy", np.array([0.3, 2.6], np.float32))
    expect("in place", run("e2m1", "same.npy", "--out", "same.npy", "--scale", "1").returncode == 0)
    expect("in place", np.array_equal(np.load("same.npy"), np.array([0.5, 3], np.float32)))


def exits():
    np.save("in.npy", np.ones((2, 3), np.float32))
    np.save("nan.npy", np.array([1, np.nan], np.float32))
    np.save("wide.npy", np.array([1, 1e300]))
    np.save("complex.npy", np.array([1j]))
    np.save("big.npy", np.ones(3, ">f4"))
    with open("rubbish.npy", "wb") as out:
        out.write(os.urandom(300))
    with open("in.npy", "rb") as whole, open("short.npy", "wb") as cut:
        cut.write(whole.read()[:-1])

    def refused(status, says, *arguments):
        for more in ((), ("--json",)):
            done = run(*arguments, "--out", "not/made.npy", *more)
            expect(f"{arguments}: exit {done.returncode}, not {status}", done.returncode == status)
            expect(f"{arguments}: stdout", done.stdout == "")
            for words in says:
                expect(f"{arguments}: no {words!r} in {done.stderr!r}", words in done.stderr)
            expect(f"{arguments}: a file was left", not os.path.exists("not/made.npy"))

    refused(2, ["'bogus'", "scale 'x'", "--axis 'first'"], "bogus", "in.npy", "--scale", "x", "--axis", "first")
    refused(2, ["e4m3 has no narrow range"], "e4m3", "in.npy", "--narrow")
    refused(2, ["uint4 has no narrow range"], "uint4", "in.npy", "--narrow")
    refused(2, ["e1m0fn cannot be quantized to"], "e1m0fn", "in.npy")
    refused(2, ["axis 2", "0 to 1, or -2 to -1"], "e4m3", "in.npy", "--axis", "2")
    refused(2, ["axis -3"], "e4m3", "in.npy", "--axis", "-3")
    refused(2, ["scale"], "e4m3", "in.npy", "--scale", "3e38")
    refused(2, ["scale '-1'"], "e4m3", "in.npy", "--scale", "-1")
    refused(2, ["element 1 is NaN, and int8 has none"], "int8", "nan.npy")
    refused(5, ["missing.npy"], "e4m3", "missing.npy")
    refused(5, ["'rubbish.npy' is no .npy file"], "e4m3", "rubbish.npy")
    refused(5, ["24 bytes of data, there are 23"], "e4m3", "short.npy")
    refused(5, ["element 1", "beyond float32"], "e4m3", "wide.npy")
    refused(5, ["'<c16' are not read", "float32"], "e4m3", "complex.npy")
    refused(5, ["'>f4' are not read"], "e4m3", "big.npy")
    refused(5, [], "e4m3", ".")
    done = run("e4m3", "in.npy")
    expect("without --out", done.returncode == 2 and "--out" in done.stderr)
    with open("a_file", "w"):
        pass
    done = run("e4m3", "in.npy", "--out", "a_file/out.npy")
    expect("out cannot be written", done.returncode == 5)
    expect("NaN stays in e4m3fn", np.isnan(cast("e4m3fn", np.load("nan.npy"))[0][1]))


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    with_gfloat()
    with_ml_dtypes()
    with_numpy()
    scales()
    files()
    exits()
for oracle, count in compared.items():
    print(f"{oracle:10} {len(formats[oracle]):4} formats {count:9} elements")
print(f"{checks} other checks, {len(failures)} failures")
for failure in failures[:40]:
    print("FAIL " + failure)
sys.exit(bool(failures) or min(compared.values()) == 0 or checks == 0)

#!/usr/bin/env python3
"""Compares bitshed's formats with those of other authors: gfloat, ml_dtypes and numpy.

    foreign_formats_test.py BITSHED

Every code of every format that one of them can express is decoded by both; real numbers at, and one
unit in the last place beside, every midpoint and overflow edge are rounded by both. Prints how many
values were compared with whom. Fails on any disagreement, and where nothing was compared.
"""
import json
import math
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field

import gfloat
import ml_dtypes
import numpy as np
from gfloat.formats import format_info_p3109

KINDS = ("none", "fn", "ieee", "fnuz")
GFLOAT_CLASSES = {
    gfloat.FloatClass.ZERO: "zero",
    gfloat.FloatClass.SUBNORMAL: "subnormal",
    gfloat.FloatClass.NORMAL: "normal",
    gfloat.FloatClass.INFINITE: "infinity",
    gfloat.FloatClass.NAN: "nan",
}

# Where an oracle is not asked, and why. Nothing that is asked may disagree.
NOT_ASKED = [
    "gfloat rounding into e1m<M>ieee and e1m0fn: they have no normal value, and gfloat's "
    "FormatInfo.max takes for granted that there is one",
    "gfloat rounding of negative numbers into uint: it does not clamp them to 0",
    "gfloat rounding of an infinity into ieee formats under saturation: it gives the largest "
    "value, here an infinity stays one",
    "ml_dtypes rounding of NaN into 4- and 6-bit types: it gives -0, here it is an error",
    "ml_dtypes rounding into int and uint: its casts truncate and wrap, as numpy's do",
    "ml_dtypes float8_e8m0fnu: it has no sign",
    "signs and payloads of NaN: any NaN equals any other",
]


@dataclass
class Tally:
    """What was compared with one oracle, and what differed."""

    codes: int = 0
    roundings: int = 0
    formats: set = field(default_factory=set)
    differences: list = field(default_factory=list)


tallies = {"gfloat": Tally(), "gfloat P3109": Tally(), "ml_dtypes": Tally(), "numpy": Tally()}
bitshed_path = ""


def bitshed(*arguments, lines=None):
    """The JSON that a call prints."""
    text = None if lines is None else "\n".join(lines) + "\n"
    done = subprocess.run([bitshed_path, *arguments, "--json"], input=text, capture_output=True,
                          text=True)
    if done.returncode != 0:
        raise SystemExit(
            f"bitshed {' '.join(arguments)} exits {done.returncode}: {done.stderr[:500]}")
    return json.loads(done.stdout)


def number(hexfloat):
    """A hexfloat of bitshed's as a double; every value that is compared here is one."""
    return float.fromhex(hexfloat)


def same(a, b):
    """Equal as numbers, with the sign of zero; NaN equals NaN."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b and math.copysign(1, a) == math.copysign(1, b)


def table_of(name):
    """(class, value) of every code, in order."""
    described = bitshed("format", name, "--table")
    rows = described["codes"]
    width = described["width"]
    in_order = [f"0x{code:0{(width + 3) // 4}x}" for code in range(2**width)]
    if [row["code"] for row in rows] != in_order:
        raise SystemExit(f"format {name} --table does not list the codes in order")
    return [(row["class"], number(row["value"])) for row in rows]


def compare_codes(oracle, name, theirs, their_classes=None, ours=None):
    """Values of all codes, in order, and their classes where the oracle has them."""
    tally = tallies[oracle]
    tally.formats.add(name)
    ours = ours if ours is not None else table_of(name)
    if len(ours) != len(theirs):
        raise SystemExit(f"{name}: {len(ours)} codes here, {len(theirs)} in {oracle}")
    for code, ((our_class, our_value), their_value) in enumerate(zip(ours, theirs)):
        tally.codes += 1
        if not same(our_value, float(their_value)):
            tally.differences.append(
                f"{name} code {code:#x}: {our_value!r}, {oracle} {their_value!r}")
        if their_classes and our_class != their_classes[code]:
            tally.differences.append(
                f"{name} code {code:#x}: {our_class}, {oracle} {their_classes[code]}")
    return ours


def compare_roundings(oracle, name, overflow, reals, theirs):
    """The values that `reals` round to."""
    tally = tallies[oracle]
    tally.formats.add(name)
    encoded = bitshed("encode", name, "--overflow", overflow, lines=[float(x).hex() for x in reals])
    if len(encoded) != len(reals) or len(reals) != len(theirs):
        raise SystemExit(f"{name}: {len(encoded)} results for {len(reals)} numbers")
    for x, entry, their_value in zip(reals, encoded, theirs):
        tally.roundings += 1
        if not same(number(entry["value"]), float(their_value)):
            tally.differences.append(
                f"{name} {overflow}: {float(x).hex()} becomes {entry['code']} = {entry['value']}, "
                f"in {oracle} {float(their_value).hex()}")


def probes(values, next_after=math.nextafter):
    """Numbers that find wrong roundings of a format with these finite values.

    Each value, each midpoint of neighbours, the edge of overflow (the largest value and half of the
    last step, and of a step twice as wide, as no format's next step is wider), and the next number
    of the carrier on either side of each; zeros, half the least value, and far too large numbers.
    """
    steps = sorted({abs(v) for v in values if math.isfinite(v)})
    marks = list(steps)
    marks += [a + (b - a) / 2 for a, b in zip(steps, steps[1:])]
    largest = steps[-1]
    step = largest - steps[-2] if len(steps) > 1 else 1.0
    marks += [largest + step / 2, largest + step, largest * 1.5, largest * 2, largest * 1000]
    found = set()
    for mark in marks:
        if math.isfinite(mark):
            found |= {mark, next_after(mark, math.inf), next_after(mark, 0.0)}
    positive = sorted(x for x in found if math.isfinite(x))
    # Of formats of 16 bits a sample does, and all that is near the ends.
    if len(positive) > 20000:
        inner = random.Random(len(positive)).sample(positive[300:-300], 10000)
        positive = positive[:300] + inner + positive[-300:]
    return positive + [-x for x in positive]


def gfloat_info(exponent_bits, fraction_bits, bias, kind):
    return gfloat.FormatInfo(
        "", k=1 + exponent_bits + fraction_bits, precision=fraction_bits + 1, bias=bias,
        is_signed=True, domain=gfloat.Domain.Extended if kind == "ieee" else gfloat.Domain.Finite,
        has_nz=kind != "fnuz",
        num_high_nans={"none": 0, "fn": 1, "ieee": 2**fraction_bits - 1, "fnuz": 0}[kind],
        has_subnormals=True, is_twos_complement=False)


def gfloat_integer_info(bits, is_signed):
    """Two's complement of one binade; unsigned as the two lowest binades: they share a spacing."""
    return gfloat.FormatInfo("", k=bits, precision=bits, bias=2 - bits, is_signed=is_signed,
                             domain=gfloat.Domain.Finite, has_nz=False, num_high_nans=0,
                             has_subnormals=True, is_twos_complement=is_signed)


def compare_with_gfloat(oracle, name, info, with_classes=True):
    """All codes and all roundings of one format of up to 8 bits."""
    theirs = [gfloat.decode_float(info, code) for code in range(2**info.k)]
    classes = [GFLOAT_CLASSES[v.fclass] for v in theirs] if with_classes else None
    compare_codes(oracle, name, [v.fval for v in theirs], classes)

    finite = [v.fval for v in theirs if math.isfinite(v.fval)]
    if not any(v.fclass == gfloat.FloatClass.NORMAL for v in theirs) and with_classes:
        return  # see NOT_ASKED
    reals = probes(finite) + [math.inf, -math.inf]
    if not info.is_signed:
        reals = [x for x in reals if math.copysign(1, x) > 0]
    rules = ["saturate"] + (["ieee"] if info.num_nans or info.num_infs else [])
    for overflow in rules:
        asked = [
            x for x in reals if not (overflow == "saturate" and math.isinf(x) and info.num_infs)
        ]
        rounded = [
            gfloat.round_float(info, x, gfloat.RoundMode.TiesToEven, overflow == "saturate")
            for x in asked
        ]
        compare_roundings(oracle, name, overflow, asked, rounded)


def small_formats_of_gfloat():
    for bits in range(2, 9):
        for exponent_bits in range(1, bits):
            for kind in KINDS:
                usual = 2**(exponent_bits - 1) - (kind != "fnuz")
                # A double holds biases of 1000 either way while the exponent field is short.
                for bias in sorted({usual, 0, -3, 11, 1000} |
                                   ({-1000} if exponent_bits <= 4 else set())):
                    fraction_bits = bits - 1 - exponent_bits
                    suffix = "" if kind == "none" else kind
                    name = f"e{exponent_bits}m{fraction_bits}b{bias}{suffix}"
                    compare_with_gfloat("gfloat", name,
                                        gfloat_info(exponent_bits, fraction_bits, bias, kind))
        compare_with_gfloat("gfloat", f"int{bits}", gfloat_integer_info(bits, True),
                            with_classes=False)
        compare_with_gfloat("gfloat", f"uint{bits}", gfloat_integer_info(bits, False),
                            with_classes=False)


def p3109_formats():
    """IEEE P3109's signed finite formats are fnuz of the same bias."""
    for bits in range(2, 9):
        for precision in range(1, bits):
            info = format_info_p3109(bits, precision, gfloat.Signedness.Signed,
                                     gfloat.Domain.Finite)
            compare_with_gfloat("gfloat P3109", f"e{bits - precision}m{precision - 1}fnuz", info)


def wide_formats_of_gfloat():
    """All codes and all midpoints of some formats of 9..16 bits, with gfloat's array functions."""
    shapes = [(5, 10, "ieee"), (8, 7, "ieee"), (5, 10, "fn"), (8, 0, "ieee"), (8, 0, "none"),
              (2, 9, "fnuz"), (1, 12, "fn"), (6, 6, "none")]
    for exponent_bits, fraction_bits, kind in shapes:
        bias = 2**(exponent_bits - 1) - (kind != "fnuz")
        name = f"e{exponent_bits}m{fraction_bits}{'' if kind == 'none' else kind}"
        info = gfloat_info(exponent_bits, fraction_bits, bias, kind)
        theirs = gfloat.decode_ndarray(info, np.arange(2**info.k))
        compare_codes("gfloat", name, theirs)
        reals = probes([float(v) for v in theirs])
        for overflow in ["saturate"] + (["ieee"] if kind != "none" else []):
            rounded = gfloat.round_ndarray(info, np.array(reals), gfloat.RoundMode.TiesToEven,
                                           overflow == "saturate")
            compare_roundings("gfloat", name, overflow, reals, rounded)


def float32_next(x, towards):
    return float(np.nextafter(np.float32(x), np.float32(towards)))


def compare_with_array_type(oracle, name, dtype, width):
    """All codes, and casts from float32 (from double ml_dtypes would round twice)."""
    codes = np.arange(2**width, dtype=np.uint8 if width <= 8 else np.uint16)
    with np.errstate(invalid="ignore"):  # signalling NaNs
        theirs = codes.view(dtype).astype(np.float64)
    ours = compare_codes(oracle, name, theirs)
    largest = max(abs(v) for _, v in ours if math.isfinite(v))
    has_specials = any(not math.isfinite(v) for _, v in ours)
    with np.errstate(over="ignore"):
        reals = [
            x for x in probes([v for _, v in ours], float32_next) if float(np.float32(x)) == x
        ] + [math.inf, -math.inf]
        cast = np.array(reals, dtype=np.float32).astype(dtype).astype(np.float64)
    compare_roundings(oracle, name, "ieee" if has_specials else "saturate", reals, cast)
    if has_specials:
        pairs = [(x, y) for x, y in zip(reals, cast) if abs(x) <= largest]
        compare_roundings(oracle, name, "saturate", [x for x, _ in pairs], [y for _, y in pairs])


def types_of_ml_dtypes():
    # The names are aliases of bitshed's, so that these are tried too.
    for name, width in {
            "float8_e3m4": 8, "float8_e4m3": 8, "float8_e4m3b11fnuz": 8, "float8_e4m3fn": 8,
            "float8_e4m3fnuz": 8, "float8_e5m2": 8, "float8_e5m2fnuz": 8, "float6_e2m3fn": 6,
            "float6_e3m2fn": 6, "float4_e2m1fn": 4
    }.items():
        compare_with_array_type("ml_dtypes", name, getattr(ml_dtypes, name), width)
    compare_with_array_type("ml_dtypes", "bf16", ml_dtypes.bfloat16, 16)
    for name, width in {"int2": 2, "int4": 4, "uint2": 2, "uint4": 4}.items():
        codes = np.arange(2**width, dtype=np.uint8).view(getattr(ml_dtypes, name))
        compare_codes("ml_dtypes", name, codes.astype(np.float64))


def types_of_numpy():
    compare_with_array_type("numpy", "fp16", np.float16, 16)
    compare_codes("numpy", "int8", np.arange(256, dtype=np.uint8).view(np.int8).astype(np.float64))
    compare_codes("numpy", "uint8", np.arange(256, dtype=np.uint8).astype(np.float64))

    generator = np.random.default_rng(1)
    codes = generator.integers(0, 2**32, 20000, dtype=np.uint32)
    decoded = bitshed("decode", "fp32", lines=[hex(code) for code in codes])
    with np.errstate(invalid="ignore"):
        theirs = codes.view(np.float32).astype(np.float64)
    compare_codes("numpy", "fp32", theirs,
                  ours=[(row["class"], number(row["value"])) for row in decoded])
    with np.errstate(over="ignore", invalid="ignore"):
        reals = generator.integers(0, 2**64, 20000, dtype=np.uint64).view(np.float64)
        near = codes.view(np.float32).astype(
            np.float64) * (1 + generator.random(len(codes)) * 2.0**-23)
        reals = np.concatenate([reals[np.isfinite(reals)], near[np.isfinite(near)]])
        compare_roundings("numpy", "fp32", "ieee", reals.tolist(), reals.astype(np.float32))


def main():
    global bitshed_path
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    bitshed_path = sys.argv[1]
    small_formats_of_gfloat()
    p3109_formats()
    wide_formats_of_gfloat()
    types_of_ml_dtypes()
    types_of_numpy()

    print(f"gfloat {gfloat_version()}, ml_dtypes {ml_dtypes.__version__}, numpy {np.__version__}")
    print(f"{'oracle':14}{'formats':>8}{'codes':>9}{'roundings':>11}{'disagreements':>15}")
    failed = False
    for oracle, tally in tallies.items():
        print(f"{oracle:14}{len(tally.formats):8}{tally.codes:9}{tally.roundings:11}"
              f"{len(tally.differences):15}")
        failed = failed or bool(tally.differences) or tally.codes == 0 or tally.roundings == 0
        for difference in tally.differences[:20]:
            print("  " + difference)
    print("not asked:")
    for reason in NOT_ASKED:
        print("  " + reason)
    if failed:
        raise SystemExit("FAIL: an oracle disagrees, or was not asked anything")


def gfloat_version():
    from importlib.metadata import version
    return version("gfloat")


if __name__ == "__main__":
    main()

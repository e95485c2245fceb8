#!/usr/bin/env python3
"""prove: units of every kind are proved, damaged ones are refuted by runs that golden confirms.

Usage: prove_test.py BITSHED COVERAGE_FOLDER

The proofs go to COVERAGE_FOLDER/prove.json, a part of coverage.json.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

bitshed, coverage = os.path.abspath(sys.argv[1]), sys.argv[2]
complaints = []

# Every kind of format, accumulator, pipeline and handshake; what is missing is too slow for a test
# that runs each time (docs/verification.md).
PROVED = [
    "e2m1*e2m1", "e4m3*e4m3", "e5m2*e2m1 --stages 1", "e3m2*e2m3 --stages 2", "e4m3fn*e5m2ieee --stages 1 --enable",
    "e4m3fnuz*e3m2", "e3m2b5*e2m3b-4 --terms 7", "e1m2*e1m2 --width paper", "e4m0*uint3 --stages 3", "e2m3*int6",
    "int4*int4 --stages 4", "uint4*int5", "uint8*int4", "e3m2*e3m2+fixed12",
    "e2m1*int4+fixed10 --overflow saturate --lanes 2", "e2m2ieee*e3m1fn --handshake valid",
    "e2m1*e2m1 --handshake stream --stages 2", "e2m1*e2m1 --result e4m3fn", "e2m1*int3 --result int4 --stages 1",
    "e2m1*e2m1+e4m3", "e2m1fnuz*e3m1fn+e4m3fnuz", "e3m2*e3m1+e3m2fn --result e2m1", "e2m2ieee*int3+e3m2 --enable",
    "e2m1*e2m1+e5m2ieee --handshake stream", "int4*uint3+e4m3ieee --handshake valid --stages 1",
    "e4m3*e4m3 --sign late", "e5m2*e3m2 --sign late --shifter chain --stages 1", "e2m1*e2m1 --product table",
    "e3m0*e2m0+e4m3 --product table --sign late --lanes 2", "e4m3*e4m3 --carry deferred",
    "int5*int4 --carry deferred --stages 2 --enable", "e2m1*e2m1 --carry deferred --handshake stream --stages 1",
    "e2m1*int4+fixed9 --carry deferred --result int6 --handshake valid",
    "e4m3*e5m2 --carry retimed --stages 2", "int5*uint4 --carry retimed --enable --stages 1",
    "e3m2*e3m2 --carry retimed --handshake stream", "e2m1*int4 --carry retimed --lanes 2 --handshake valid",
    "int7*uint7 --product tree --stages 3 --enable", "e1m6*e1m6 --product tree --carry retimed --stages 2",
    "e4m3*e4m3 --cells ecp5", "e5m2*e5m2 --cells ecp5 --stages 2", "int8*int8 --cells ecp5",
    "uint5*int4 --cells ecp5 --stages 1", "e2m3*e3m2 --cells ecp5 --lanes 2", "e3m2*e2m3 --cells ecp5 --sign late",
    "e2m1*int4+fixed10 --cells ecp5 --overflow saturate --handshake stream",
    "int6*int5 --stages 3", "int8*int8 --cells ecp5 --stages 4", "e2m5*e2m5 --stages 4", "e2m4*uint6 --stages 3",
    "int3*int4 --lanes 2 --stages 4",
    "int5*int4 --product dsp", "e3m4*e2m4 --product dsp --stages 3", "int3*int3 --product packed --lanes 2",
    "uint3*int4 --product packed --lanes 3 --stages 1", "e2m2*e3m1 --product packed --lanes 2",
]

# A unit, what is damaged, the text and what is put in its place (regular expressions).
DAMAGED = [
    ("e4m3*e4m3", "the 1 of a negation is dropped", r"\{acc_q, 1'd1\}", r"{acc_q, 1'd0}"),
    ("e4m3*e4m3", "a subnormal has the exponent of zero", r"w_i\[3\] \| ~w_normal", r"w_i[3]"),
    ("e4m3*e4m3", "the hidden bit is always set", r"w_normal       = \|w_i\[6:3\]", r"w_normal       = 1'd1 | |w_i[6:3]"),
    ("e5m2*e2m1", "an operand's sign is ignored", r"w_negative \^ a_negative", r"w_negative"),
    ("e3m2*e3m2", "a slice is one off", r"w_i\[1:0\]\}", r"w_i[2:1]}"),
    ("e4m3*e4m3", "clear is ignored", r"clear_i \? 49'd0 : acc_d", r"acc_d"),
    ("e4m3*e4m3 --enable", "enable is ignored", r"if \(en_i\)", r"if (1'd1)"),
    ("e4m3fn*e4m3fn", "a NaN of one sign is a number", r"&w_i\[6:0\]", r"&w_i[7:0]"),
    ("int8*int4 --terms 7", "the sum is a bit short", r"acc_q <= clear_i \? (\d+)'d0 : acc_d;",
     r"acc_q <= clear_i ? \1'd0 : {acc_d[\1-2], acc_d[\1-2:0]};"),
    ("e2m1*e2m1+e4m3", "a tie goes up", r"\| acc_kept\[0\]\)", r"| 1'd1)"),
    ("e3m2*e3m1+e3m2", "zero has no sign", r"acc_is_zero \? acc_zero_sign :", r"acc_is_zero ? 1'd0 :"),
    ("e2m1*e2m1 --stages 2", "a pipeline register is skipped", r"s2_term_q, s2_negative_q\}", r"s2_term_q, s1_negative_q}"),
    ("e2m1*e2m1 --result e4m3", "the result is not rounded", r"result_round_up       = ", r"result_round_up       = 1'd0 & "),
    ("e2m1*e2m1 --handshake stream", "a waiting sum is overwritten", r"out_ready_i \| ~out_valid_q", r"1'd1 | out_valid_q"),
    ("e2m1*e2m1 --handshake valid", "a stray pair joins a sum", r"in_valid_i & \(in_first_i \| open_q\)", r"in_valid_i"),
    ("e4m3*e4m3 --sign late", "a part lies a block too far", r"part0 & \{(\d+)\{at2\}\}", r"part0 & {\1{at1}}"),
    ("e4m3*e4m3 --sign late", "a term has no sign", r"term \^ \{36\{negative\}\}", r"term"),
    ("e4m3*e4m3 --carry deferred", "the carry is lost", r"carry_q( +)<= clear_i \? 1'd0 : carry_d", r"carry_q\1<= 1'd0"),
    ("e4m3*e4m3 --carry deferred", "the carry outlives a clear", r"carry_q( +)<= clear_i \? 1'd0 : carry_d",
     r"carry_q\1<= carry_d"),
    ("int5*int4 --carry deferred --stages 2", "the carry is not shown", r"(settled +=.*) \+ \{\d+'d0, carry_q\}", r"\1"),
    ("int5*int4 --carry deferred", "the high half drops what waits", r"high_q( +)<= clear_i \? (\d+'d0) : settled",
     r"high_q\1<= clear_i ? \2 : high_q"),
    ("e3m2*e3m2 --carry retimed", "what waits outlives a clear", r"waiting_q <= clear_i \? \d+'d0 :", r"waiting_q <="),
    ("e3m2*e3m2 --carry retimed --handshake valid", "a sum begins with the last pair of another",
     r"acc_q( +)<= takes \? acc_d", r"acc_q\1<= takes ? acc_now"),
    ("int8*int7 --product tree", "a row of a pair is a place too low", r"\{(\d)\{row2\[8\]\}\}, row2\[8:2\]\}",
     r"{\1{row2[8]}}, row2[8:3], 1'd0}"),
    ("int6*int5 --stages 2", "a row of the next pair is added", r"\+ s1_row2_q \+", r"+ row2 +"),
    ("int5*int4 --product dsp", "a sign is not extended", r"\{\{4\{w_i\[4\]\}\}, w_i\}", r"{4'd0, w_i}"),
    ("int4*int3 --product packed --lanes 2", "what the lower product borrows is not given back",
     r"l1_borrowed( +)= l0_products\[15\]", r"l1_borrowed\1= 1'd0"),
    ("e2m1*e2m1 --product table", "a bit of a table is another", r"table2(\s+)= 64'h", r"table2\1= 64'h200 ^ 64'h"),
    ("e3m2*e3m2 --cells ecp5", "a cell's table has a wrong bit", r"16'h596a", r"16'h596b"),
    ("e3m2*e3m2 --cells ecp5", "the cells' carry in is lost", r"(acc_d_cell_carry\[0\] = )negative", r"\1 1'd0"),
    ("e2m1*e2m1+fixed10 --overflow saturate", "it wraps", None, None),
]


def prove(*arguments, status=0):
    done = subprocess.run([bitshed, "prove", *arguments, "--json", "--quiet"], capture_output=True, text=True,
                          timeout=900, check=False)
    if done.returncode != status:
        complaints.append(f"prove {arguments}: exit status {done.returncode}, {done.stderr.strip()}")
    try:
        return json.loads(done.stdout)
    except ValueError:
        return None


def proved(request):
    report = prove(*request.split())
    if report is None or report["status"] != "proved":
        complaints.append(f"{request}: {report and (report['status'], report['reason'])}")
        return None
    # A proof without a lemma, or whose control found nothing, is none.
    if not report["lemmas"] or any(lemma["answer"] != "holds" for lemma in report["lemmas"]):
        complaints.append(f"{request}: a lemma does not hold")
    if not report["control"] or not all(control["found"] for control in report["control"]):
        complaints.append(f"{request}: a control found nothing")
    return {"module": report["module"], "command": "bitshed prove " + request, "status": report["status"],
            "lemmas": {lemma["lemma"]: lemma["engine"] for lemma in report["lemmas"]},
            "controls_found": len(report["control"])}


def damaged(case):
    request, words, pattern, replacement = case
    with tempfile.TemporaryDirectory() as place:
        made = subprocess.run([bitshed, "gen", *request.split(), "--out", place, "--json", "--quiet"],
                              capture_output=True, text=True, check=True)
        module = json.loads(made.stdout)["module"]
        home = os.path.join(place, module)
        with open(os.path.join(home, module + ".v")) as text:
            verilog = text.read()
        if pattern is None:  # another unit under this one's name
            other = subprocess.run([bitshed, "gen", request.replace("saturate", "wrap").split()[0], "--overflow", "wrap",
                                    "--out", place, "--json", "--quiet"], capture_output=True, text=True, check=True)
            name = json.loads(other.stdout)["module"]
            with open(os.path.join(place, name, name + ".v")) as text:
                bad = re.sub(rf"\b{name}\b", module, text.read())
        else:
            bad, count = re.subn(pattern, replacement, verilog, count=1)
            if count != 1:
                complaints.append(f"{request}: nothing to damage for '{words}'")
                return 0
        file = os.path.join(place, "damaged.v")
        with open(file, "w") as text:
            text.write(bad)
        report = prove(home, "--rtl", file, status=3)
    if report is None or report["status"] != "refuted":
        complaints.append(f"{request}: '{words}' is {report and report['status']}, {report and report['reason']}")
        return 0
    example = report["counterexample"]
    if not example["cycles"] or example["judged"] == example["reference"]:
        complaints.append(f"{request}: '{words}' has a counterexample that is none")
    # Golden was run over the same cycles: it must side with the reference, wherever it has a say.
    if example["golden"] is None and example["output"] in ("accumulator", "result", "special"):
        complaints.append(f"{request}: golden has nothing to say of '{words}'")
    if example["golden"] not in (None, example["reference"]):
        complaints.append(f"{request}: golden does not confirm '{words}'")
    return 1


with ThreadPoolExecutor(os.cpu_count()) as pool:
    rows = [row for row in pool.map(proved, PROVED) if row]
    refuted = sum(pool.map(damaged, DAMAGED))

prove("e2m1*e2m1", "--rtl", "no-such-file.v", status=5)
prove("e2m1*e2m1", "--rtl", __file__, status=4)
prove("int8*int8", "--time-limit", "1", status=6)
prove("e2m1*e2m1", "--time-limit", "0", status=2)

os.makedirs(coverage, exist_ok=True)
with open(os.path.join(coverage, "prove.json"), "w") as out:
    json.dump({"what": "for all inputs and all sequences", "proved": len(rows), "damaged_refuted": refuted,
               "units": rows}, out, indent=1)
for complaint in complaints:
    print(complaint)
print(f"{len(rows)} of {len(PROVED)} units proved, {refuted} of {len(DAMAGED)} damaged ones refuted")
sys.exit(bool(complaints))

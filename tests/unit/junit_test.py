#!/usr/bin/env python3
"""`verify --junit FILE` and `synth --junit FILE` write what a CI server reads.

Usage: junit_test.py BITSHED. The form is that of Jenkins's junit-10.xsd, whose rules are stated here
in other words: element by element, which attributes and children there may be.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

bitshed = os.path.abspath(sys.argv[1])
complaints = []

# element: (attributes it must have, attributes it may have, children it may have)
rules = {
    "testsuites": ({"tests", "failures", "errors"}, {"name", "time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors"}, {"time", "skipped"}, {"testcase", "properties"}),
    "testcase": ({"name"}, {"classname", "time"}, {"failure", "error", "skipped", "system-out", "system-err"}),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def expect(condition, words):
    if not condition:
        complaints.append(words)


def check_form(element, where):
    must, may, children = rules.get(element.tag, (set(), set(), set()))
    expect(element.tag in rules, f"{where}: <{element.tag}> is no element of JUnit's")
    given = set(element.attrib)
    expect(must <= given <= must | may, f"{where}: <{element.tag}> has the attributes {sorted(given)}")
    for count in given & {"tests", "failures", "errors"}:
        expect(element.attrib[count].isdigit(), f"{where}: {count} is {element.attrib[count]}")
    if "time" in given:
        expect(re.fullmatch(r"\d+\.\d+", element.attrib["time"]), f"{where}: time is {element.attrib['time']}")
    for child in element:
        expect(child.tag in children, f"{where}: <{child.tag}> in <{element.tag}>")
        check_form(child, where)


def run(what, *arguments, status, environment=None):
    """The one test case of the report, its output, and standard output and error."""
    with tempfile.TemporaryDirectory() as place:
        file = os.path.join(place, "a b", "report.xml")
        done = subprocess.run([bitshed, *arguments, "--junit", file, "--quiet"], capture_output=True,
                              text=True, timeout=300, env={**os.environ, **(environment or {})})
        expect(done.returncode == status, f"{what}: exit status {done.returncode}: {done.stderr}")
        if not os.path.exists(file):
            complaints.append(f"{what}: no report")
            return None, done
        root = xml.parse(file).getroot()
    check_form(root, what)
    expect(root.tag == "testsuites" and len(root) == 1 and len(root[0]) == 1, f"{what}: not one test case")
    suite, case = root[0], root[0][0]
    for tag, count in (("failure", "failures"), ("error", "errors")):
        found = str(len(case.findall(tag)))
        expect(suite.attrib[count] == root.attrib[count] == found, f"{what}: {count} is not {found}")
    expect(suite.attrib["tests"] == "1", f"{what}: tests is not 1")
    return case, done


case, done = run("verify", "verify", "e2m1*e2m1", "--json", status=0)
expect(case.attrib["name"] == "mac_e2m1_e2m1_exact", "verify: the case is not the unit")
expect(case.attrib["classname"] == "bitshed.verify", "verify: the class is not the verb")
expect("256 of 256 pairs" in case.find("system-out").text, "verify: no page")
expect(json.loads(done.stdout)["mismatches"] == 0, "verify: --json is not alone on stdout")

with tempfile.TemporaryDirectory() as place:
    subprocess.run([bitshed, "gen", "e2m1*e2m1", "--out", place], check=True, capture_output=True)
    home = os.path.join(place, "mac_e2m1_e2m1_exact")
    with open(os.path.join(home, "mac_e2m1_e2m1_exact.v"), encoding="utf-8") as text:
        verilog = text.read()
    damaged = os.path.join(place, "damaged.v")
    with open(damaged, "w", encoding="utf-8") as text:
        text.write(verilog.replace("{acc_q, 1'd1} + ", "{acc_q, 1'd1} - ", 1))
    case, done = run("a damaged unit", "verify", home, "--rtl", damaged, "--json", status=3)
    failure = case.find("failure")
    expect(failure is not None and failure.attrib["type"] == "mismatch", "a damaged unit: no failure")
    first = json.loads(done.stdout)["first_mismatch"]
    message = f"cycle {first['cycle']}: {first['what']}; acc_o is "
    expect(failure.attrib["message"].startswith(message), f"a damaged unit: the message is not '{message}...'")
    with open(damaged, "w", encoding="utf-8") as text:
        text.write("module mac_e2m1_e2m1_exact (a < b && \"c\");\n")
    case, done = run("a file that is no Verilog", "verify", home, "--rtl", damaged, status=4)
    expect(case.find("error") is not None and case.find("error").attrib["type"] == "tool",
           "a file that is no Verilog: no error of a tool")
    case, done = run("out of time", "verify", "e4m3*e4m3", "--time-limit", "1", status=6)
    expect(case.find("error") is not None and case.find("error").attrib["type"] == "timeout",
           "out of time: no such error")

    case, done = run("synth", "synth", home, "--target", "xilinx-7", status=0)
    expect(case.attrib["name"] == "mac_e2m1_e2m1_exact on xilinx-7", "synth: the case is not unit and target")
    expect(case.find("system-out").text.strip() == done.stdout.strip(), "synth: the page is another")
    case, done = run("no Yosys", "synth", home, "--target", "xilinx-7", status=4,
                     environment={"BITSHED_VENV": "", "PATH": place})
    message = case.find("error").attrib["message"]
    expect(message.startswith("yosys was not found"), f"no Yosys: the message is '{message}'")

    # A report that cannot be written is an error of files, and nothing is half there.
    for file in (place, "/proc/nowhere/report.xml"):
        done = subprocess.run([bitshed, "verify", "e2m1*e2m1", "--junit", file, "--quiet"],
                              capture_output=True, text=True, timeout=300)
        expect(done.returncode == 5, f"a report in {file}: exit status {done.returncode}")
    # A wrong request is no test: no report.
    never = os.path.join(place, "never.xml")
    done = subprocess.run([bitshed, "verify", "e2m1*nonsense", "--junit", never], capture_output=True, text=True,
                          timeout=300)
    expect(done.returncode == 2 and not os.path.exists(never), "a wrong request left a report")

for complaint in complaints:
    print(complaint)
print(f"{len(complaints)} complaints")
sys.exit(bool(complaints))

#!/usr/bin/env python3
"""Joins what the tests counted to coverage.json, and holds the README's table of it against that.

Usage: coverage.py PARTS README SCHEMAS VERSION [--update]

PARTS is BUILD/coverage, where each test left a part; coverage.json is written beside that folder.
With --update the README's table is written anew.
"""
import json
import os
import sys

import jsonschema

parts_folder, readme, schemas, version = sys.argv[1:5]
expected = ["all_pairs", "architectures", "covering", "mutants", "prove"]
parts = {}
for name in expected:
    path = os.path.join(parts_folder, name + ".json")
    if not os.path.exists(path):
        sys.exit(f"coverage: no part '{name}': its test has not run")
    with open(path) as text:
        parts[name] = json.load(text)

document = {"schema": "bitshed.coverage/1", "version": version, "parts": parts}
with open(os.path.join(schemas, "coverage.schema.json")) as text:
    schema = json.load(text)
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.Draft202012Validator(schema).validate(document)
with open(os.path.join(os.path.dirname(os.path.abspath(parts_folder)), "coverage.json"), "w") as out:
    json.dump(document, out, indent=1)
    out.write("\n")

complaints = []
for name, part in parts.items():
    for unit in part.get("units", []) if name != "prove" else []:
        if unit["mismatches"] or unit["pairs_visited"] != unit["pairs_total"] or not unit["pairs_total"]:
            complaints.append(f"{name}: {unit['module']} is not good over every pair")
if complaints:
    sys.exit("\n".join(complaints))


def count(number):
    return f"{number:,}"


pairs, architectures, covering, mutants, prove = (parts[name] for name in expected)
table = [
    "| what the tests judge | units | how much |",
    "|---|---:|---|",
    f"| every pair of the 33 shapes of 3 to 8 bits, exact | {count(len(pairs['units']))} | "
    f"all {count(pairs['products'])} products, {count(pairs['cycles'])} cycles compared three ways |",
    f"| every such shape with itself, in each other architecture | {count(len(architectures['units']))} | "
    f"all {count(architectures['products'])} products, {count(architectures['cycles'])} cycles compared three ways |",
    f"| any two values of any two options together | {count(len(covering['units']))} | "
    f"{count(covering['couples'])} couples of option values; {count(covering['products'])} products |",
    f"| proved for all inputs and all sequences, a sample of every kind | {count(prove['proved'])} | "
    f"{count(sum(unit['controls_found'] for unit in prove['units']))} seeded mistakes of the reference found; "
    f"{count(prove['damaged_refuted'])} damaged units refuted |",
    f"| copies with one bit changed, {mutants['architectures']} architectures | {count(mutants['mutants'])} | "
    f"{count(mutants['killed'])} found bad, {count(mutants['proved_equivalent'] + mutants['equal_in_every_run'])} "
    f"proved to be the unit itself, {count(mutants['survived'])} missed |",
]
with open(readme) as text:
    lines = text.read().split("\n")
if table[0] not in lines:
    sys.exit(f"coverage: {readme} has no line\n{table[0]}")
begin = lines.index(table[0])
end = begin
while lines[end].startswith("|"):
    end += 1
if "--update" in sys.argv:
    with open(readme, "w") as text:
        text.write("\n".join(lines[:begin] + table + lines[end:]))
elif lines[begin:end] != table:
    sys.exit("coverage: the README says\n" + "\n".join(lines[begin:end]) + "\nand the tests counted\n" +
             "\n".join(table))
print("\n".join(table))

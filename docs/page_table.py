"""A table of docs/flows.md that a script makes: measured, printed, written or compared.

The table stands between two lines that name the script. Options: none prints it, --check exits with
1 where the page has another one, --write puts it into the page. BITSHED names another executable
than build/bitshed.
"""
import json
import os
import subprocess
import sys

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
bitshed = os.path.abspath(os.environ.get("BITSHED", os.path.join(root, "build", "bitshed")))
page = os.path.join(root, "docs", "flows.md")
script = os.path.basename(sys.argv[0])
units = ["e4m3*e4m3", "e5m2*e5m2", "e2m1*e2m1", "int8*int8", "int4*int4"]


def run(*arguments):
    """What a verb prints with --json."""
    done = subprocess.run([bitshed, *arguments, "--json", "--quiet"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{script}: bitshed {' '.join(arguments)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def mode():
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    if chosen not in ("", "--check", "--write") or len(sys.argv) > 2:
        sys.exit(f"{script}: '{' '.join(sys.argv[1:])}' is no option; allowed: --check, --write")
    return chosen


def settle(make, comparable=lambda text: text, kept=lambda text: text):
    """Makes the table and does with it what the option says. Of the two tables `comparable` is
    compared, of the page's what `kept` leaves."""
    begin, end = f"<!-- made by docs/{script} -->\n", f"<!-- end of docs/{script} -->\n"
    chosen = mode()
    with open(page, encoding="utf-8") as file:
        text = file.read()
    if text.count(begin) != 1 or text.count(end) != 1:
        sys.exit(f"{script}: docs/flows.md lacks the lines between which the table stands")
    table = make()
    if chosen == "":
        print(table, end="")
        return
    # It takes long to make: the page may have changed elsewhere meanwhile.
    with open(page, encoding="utf-8") as file:
        before, rest = file.read().split(begin)
    old, after = rest.split(end)
    if chosen == "--write":
        with open(page, "w", encoding="utf-8") as file:
            file.write(before + begin + table + end + after)
    elif comparable(kept(old)) != comparable(table):
        sys.exit(f"{script}: docs/flows.md has another table than\n{table}")

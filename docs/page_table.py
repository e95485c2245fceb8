"""Tables of a page that scripts make: measured, printed, written or compared.

A table stands between two lines that name what made it. Options: none prints it, --check exits with
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


def marks(maker):
    """The lines between which a table of docs/MAKER stands."""
    return f"<!-- made by docs/{maker} -->\n", f"<!-- end of docs/{maker} -->\n"


def split(place, maker):
    """A page as it is: before the table of docs/MAKER, the table, after it."""
    begin, end = marks(maker)
    with open(place, encoding="utf-8") as file:
        text = file.read()
    if text.count(begin) != 1 or text.count(end) != 1:
        sys.exit(f"{script}: {os.path.relpath(place, root)} lacks the lines between which the table of docs/{maker} "
                 "stands")
    before, rest = text.split(begin)
    return before, *rest.split(end)


def write_table(place, maker, table):
    before, _, after = split(place, maker)
    begin, end = marks(maker)
    with open(place, "w", encoding="utf-8") as file:
        file.write(before + begin + table + end + after)


def settle(make, comparable=lambda text: text, kept=lambda text: text):
    """Makes the table of docs/flows.md and does with it what the option says. Of the two tables
    `comparable` is compared, of the page's what `kept` leaves."""
    chosen = mode()
    split(page, script)  # that it lacks the lines should be told before the table is made
    table = make()
    if chosen == "":
        print(table, end="")
    elif chosen == "--write":
        write_table(page, script, table)
    elif comparable(kept(split(page, script)[1])) != comparable(table):
        sys.exit(f"{script}: docs/flows.md has another table than\n{table}")

#!/usr/bin/env python3
"""Runs the commands that the documentation shows and compares what they print.

    docs_test.py BITSHED ROOT

Takes every fenced block of ROOT/README.md and ROOT/docs/**/*.md whose first line is a command
("$ ..." with the word bitshed in it):

    $ bitshed encode e4m3 0.3
    input  code  bits        value
      0.3  0x2a  0 0101 010  0.3125

A block may hold several commands; they run in one fresh folder, in a shell, with bitshed on PATH.
A line "> ..." continues a command. What must match is standard output, and after it standard error
where the command fails; blanks at line ends do not count. A line of just "..." is any lines.
A block whose info string says norun ("```console norun") is counted but not run: for output that
depends on the machine or takes long. Fails where anything differs and where no block was found.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS = 300


def blocks_of(text):
    """(line number, info string, lines) of every fenced block."""
    block = None
    for number, line in enumerate(text.splitlines(), 1):
        fence = re.match(r"\s*```(.*)$", line)
        if fence and block is None:
            block = (number, fence.group(1).strip(), [])
        elif fence:
            yield block
            block = None
        elif block is not None:
            block[2].append(line)


def commands_of(lines):
    """(command, expected lines) in order; lines begins with a command."""
    commands = []
    for line in lines:
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif line.startswith("> ") and not commands[-1][1]:
            command, expected = commands[-1]
            commands[-1] = (command + "\n" + line[2:], expected)
        else:
            commands[-1][1].append(line)
    return commands


def matches(expected, printed):
    """Whether the lines agree, "..." being any lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line == "..." else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


def stripped(lines):
    """Without blanks at line ends and empty lines at the end."""
    lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def run_block(bitshed, lines):
    """Complaints about a block; none where all its commands print what it says."""
    environment = dict(os.environ, NO_COLOR="1", LC_ALL="C")
    environment["PATH"] = f"{Path(bitshed).resolve().parent}:{environment['PATH']}"
    complaints = []
    with tempfile.TemporaryDirectory() as folder:
        for command, expected in commands_of(lines):
            done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
            output = done.stdout + (done.stderr if done.returncode != 0 else "")
            printed = stripped(output.splitlines())
            if not matches(stripped(expected), printed):
                complaints.append(f"$ {command}\n--- the page says\n" +
                                  "\n".join(stripped(expected)) +
                                  f"\n--- it prints (exit {done.returncode})\n" +
                                  "\n".join(printed))
    return complaints


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    bitshed, root = sys.argv[1], Path(sys.argv[2])
    if not os.access(bitshed, os.X_OK):
        raise SystemExit(f"no executable at {bitshed}")
    pages = [page for page in [root / "README.md"] if page.exists()] + sorted(
        root.glob("docs/**/*.md"))
    ran = skipped = failed = 0
    for page in pages:
        for number, info, lines in blocks_of(page.read_text(encoding="utf-8")):
            if not lines or not re.match(r"\$ .*\bbitshed\b", lines[0]):
                continue
            if "norun" in info.split():
                skipped += 1
                continue
            ran += 1
            for complaint in run_block(bitshed, lines):
                failed += 1
                print(f"{page.relative_to(root)}:{number}: differs\n{complaint}\n")
    print(f"{ran} blocks run, {skipped} not to be run, {failed} commands differ")
    if ran == 0 or failed:
        raise SystemExit("FAIL")


if __name__ == "__main__":
    main()

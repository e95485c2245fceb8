#!/usr/bin/env python3
"""The cost atlas: what every pair of shapes of 3 to 8 bits costs on four targets.

    docs/atlas.py write STORE [DIR]        makes atlas.csv.xz, atlas.json and report.html of a store that
                                           `bitshed sweep DIR/plan.toml` has filled
    docs/atlas.py keep STORE [DIR]         makes unfinished.sqlite.xz of a store that is not full yet
    docs/atlas.py resume STORE [DIR]       makes a store of unfinished.sqlite.xz, with which the sweep goes on
    docs/atlas.py table                    puts the table of pairs of one shape into docs/atlas.md
    docs/atlas.py check [DIR]              exits with 1 where a point of the plan is missing, twice there
                                           or not of the plan, or where docs/atlas.md has another table
    docs/atlas.py sample N [SEED [DIR]]    measures N rows of each target anew, drawn by SEED (default: by
                                           chance, and printed), and exits with 1 where a figure differs

DIR is docs/atlas where none is given; it holds plan.toml. BITSHED names another executable than
build/bitshed.
"""
import contextlib
import csv
import io
import json
import lzma
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import tomllib

from page_table import root, run, split, write_table

page = os.path.join(root, "docs", "atlas.md")
columns = ["weight", "activation", "target", "accumulator_bits", "luts", "ffs", "carries", "area", "fmax_mhz",
           "limited_by", "vectorless_pj_per_mac"]


def fail(words):
    sys.exit(f"atlas.py: {words}")


def read_plan(folder):
    with open(os.path.join(folder, "plan.toml"), "rb") as file:
        plan = tomllib.load(file)
    if set(plan) != {"weights", "activations", "targets", "seeds"}:
        fail("the plan has other keys than weights, activations, targets and seeds, which are all that an "
             "atlas tells apart")
    return plan


def names_of(plan):
    """What the rows are called, in the order of the plan."""
    return [(w, a, t) for w in plan["weights"] for a in plan["activations"] for t in plan["targets"]]


def text_of(value):
    """A figure as it stands in a field: none is nothing."""
    return "" if value is None else str(value)


def figures_of(result):
    """The figures of a `synth --json` document by column, as the fields have them."""
    clock, power = result["fmax_mhz"], result["power"]
    return {
        **{name: text_of(result[name]) for name in ("luts", "ffs", "carries", "area")},
        "fmax_mhz": text_of(clock and clock["median"]),
        "limited_by": " ".join(result["limited_by"] or []),
        "vectorless_pj_per_mac": text_of(power and power["pj_per_mac"]),
    }


def standing(store, kind):
    """Request, result, status and problem of each point of a kind that stands in a store."""
    if not os.path.isfile(store):
        fail(f"there is no store {store}")
    with contextlib.closing(sqlite3.connect(store)) as database:
        found = database.execute("SELECT request, result, status, problem FROM results "
                                 "JOIN current USING (key) WHERE kind = ?", (kind,)).fetchall()
    for request, result, status, problem in found:
        yield json.loads(request), json.loads(result), status, problem


def agree(known, words, said):
    """Keeps what the first of many says, and fails where another says something else."""
    if known.setdefault(words, said) != said:
        fail(f"{words}: {known[words]} made one point, {said} another: run the sweep again, with one version of "
             "each, into this store")


def rows_of(store, plan):
    """The rows of the atlas by name, and what has to be said of all of them."""
    rows, tools, common, failed = {}, {}, {}, []
    for request, result, status, problem in standing(store, "synth"):
        unit = request["unit"]
        name = (unit["weight"], unit["activation"], request["target"])
        if status != "done":
            failed.append(f"{'*'.join(name[:2])} on {name[2]}: {status}, {problem}")
            continue
        if name in rows:
            fail(f"{'*'.join(name[:2])} on {name[2]} is twice in the store, with other options")
        for tool, version in request["tools"].items():
            agree(tools, tool, version)
        agree(common, "generator", request["generator"])
        agree(common, "effort", request["effort"])
        agree(common, "freq_mhz", request["freq_mhz"])
        agree(common, "unit", unit["command"].replace(f"{name[0]}*{name[1]}", "PAIR"))
        rows[name] = {"weight": name[0], "activation": name[1], "target": name[2],
                      "accumulator_bits": text_of(unit["accumulator_bits"]), **figures_of(result)}
    if failed:
        fail("the store has points that failed; `bitshed sweep --retry-failed` tries them again:\n  "
             + "\n  ".join(failed[:20]))
    compare_names(list(rows), plan)
    facts = {**common, "seeds": plan["seeds"], "tools": dict(sorted(tools.items()))}
    return [rows[name] for name in names_of(plan)], facts


def compare_names(names, plan):
    wanted = names_of(plan)
    if sorted(names) != sorted(wanted):
        missing, foreign = set(wanted) - set(names), set(names) - set(wanted)
        fail(f"{len(names)} points where the plan has {len(wanted)}: {len(missing)} are missing "
             f"{sorted(missing)[:3]}, {len(foreign)} are not of the plan {sorted(foreign)[:3]}")


def csv_text(rows):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read_atlas(folder):
    if not os.path.isfile(os.path.join(folder, "atlas.csv.xz")):
        fail(f"there is no atlas in {folder}; `atlas.py write STORE` makes one")
    with lzma.open(os.path.join(folder, "atlas.csv.xz"), "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(os.path.join(folder, "atlas.json"), encoding="utf-8") as file:
        return rows, json.load(file)


@contextlib.contextmanager
def bare_copy(store, path):
    """A copy of a store, open, without points of accuracy and names of logs."""
    with contextlib.closing(sqlite3.connect(store)) as full, contextlib.closing(sqlite3.connect(path)) as bare:
        full.backup(bare)
        bare.execute("UPDATE results SET log = ''")
        bare.execute("DELETE FROM current WHERE key IN (SELECT key FROM results WHERE kind != 'synth')")
        bare.commit()
        yield bare


def write_report(store, folder):
    """The page, of a copy of the store that has points of cost alone and names no logs: nobody who reads
    the page has them."""
    with tempfile.TemporaryDirectory() as place:
        copy = os.path.join(place, "atlas.sqlite")
        with bare_copy(store, copy):
            pass
        run("report", "--store", copy, "--out", os.path.join(place, "report"))
        shutil.copyfile(os.path.join(place, "report", "report.html"), os.path.join(folder, "report.html"))


def kept(folder):
    return os.path.join(folder, "unfinished.sqlite.xz")


def keep(store, folder):
    """The store's rows without what is of one machine: seconds and logs. The same rows give the same bytes."""
    if not os.path.isfile(store):
        fail(f"there is no store {store}")
    with tempfile.TemporaryDirectory() as place:
        copy = os.path.join(place, "atlas.sqlite")
        with bare_copy(store, copy) as bare:
            bare.execute("PRAGMA journal_mode = DELETE")
            bare.execute("DELETE FROM results WHERE kind != 'synth' OR status != 'done' OR key NOT IN "
                         "(SELECT key FROM current)")
            bare.execute("DELETE FROM current WHERE key NOT IN (SELECT key FROM results)")
            bare.execute("UPDATE results SET seconds = 0")
            bare.commit()
            bare.execute("VACUUM")
            count, = bare.execute("SELECT count(*) FROM current").fetchone()
        with open(copy, "rb") as file:
            packed = lzma.compress(file.read(), format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, preset=9)
    with open(kept(folder), "wb") as file:
        file.write(packed)
    print(f"unfinished.sqlite.xz: {count} of {len(names_of(read_plan(folder)))} points, {len(packed)} bytes")


def resume(store, folder):
    if os.path.exists(store):
        fail(f"{store} is there already")
    with lzma.open(kept(folder), "rb") as packed, open(store, "wb") as file:
        shutil.copyfileobj(packed, file)


def write(store, folder):
    rows, facts = rows_of(store, read_plan(folder))
    with open(os.path.join(folder, "atlas.csv.xz"), "wb") as file:
        file.write(lzma.compress(csv_text(rows).encode(), format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, preset=9))
    with open(os.path.join(folder, "atlas.json"), "w", encoding="utf-8") as file:
        json.dump({"schema": "bitshed.atlas/1", "rows": len(rows), **facts}, file, indent=1)
        file.write("\n")
    write_report(store, folder)
    if os.path.exists(kept(folder)):
        os.remove(kept(folder))
    for name in ("atlas.csv.xz", "atlas.json", "report.html"):
        print(f"{name}: {os.path.getsize(os.path.join(folder, name))} bytes")


def table_of(rows):
    """Each shape with itself."""
    targets = list(dict.fromkeys(row["target"] for row in rows))
    sizes = {(row["weight"], row["target"]): format(float(row["luts"] or row["area"]), ".10g")
             for row in rows if row["weight"] == row["activation"]}
    bits = {row["weight"]: row["accumulator_bits"] for row in rows if row["weight"] == row["activation"]}
    text = f"| pair | accumulator bits | {' | '.join(targets)} |\n|---|---:|{'---:|' * len(targets)}\n"
    for shape, width in bits.items():
        text += f"| {shape}*{shape} | {width} | {' | '.join(sizes[shape, target] for target in targets)} |\n"
    return text


def check(folder, shipped):
    rows, facts = read_atlas(folder)
    compare_names([(row["weight"], row["activation"], row["target"]) for row in rows], read_plan(folder))
    if facts["rows"] != len(rows):
        fail(f"atlas.json speaks of {facts['rows']} rows, atlas.csv.xz has {len(rows)}")
    if shipped and split(page, "atlas.py")[1] != table_of(rows):
        fail("docs/atlas.md has another table than `docs/atlas.py table` makes")
    print(f"{len(rows)} rows, as many as the plan has points")


def measured(row, facts, place):
    return run("synth", f"{row['weight']}*{row['activation']}", "--target", row["target"], "--seeds",
               ",".join(map(str, facts["seeds"])), "--freq", str(facts["freq_mhz"]), "--work",
               os.path.join(place, row["target"]))


def differences(row, result, facts):
    """In words, each figure that is not the row's. The clock is of the same seed, so it is the same."""
    found = figures_of(result)
    words = [f"{name} is {found[name] or 'nothing'}, was {row[name] or 'nothing'}" for name in found
             if found[name] != row[name]]
    return words + [f"{tool} is {version}, was {facts['tools'].get(tool)}"
                    for tool, version in result["tools"].items() if facts["tools"].get(tool) != version]


def sample(count, seed, folder):
    rows, facts = read_atlas(folder)
    print(f"seed {seed}", flush=True)
    chosen = random.Random(seed)
    there = {target["name"] for target in run("doctor")["targets"] if target["available"]}
    bad, compared = [], 0
    with tempfile.TemporaryDirectory() as place:
        for target in dict.fromkeys(row["target"] for row in rows):
            of_target = [row for row in rows if row["target"] == target]
            drawn = chosen.sample(of_target, min(count, len(of_target)))
            if target not in there:
                print(f"{target}: its tools are not there, left out")
                continue
            for row in drawn:
                words = differences(row, measured(row, facts, place), facts)
                compared += 1
                if words:
                    bad.append(f"{row['weight']}*{row['activation']} on {target}: {'; '.join(words)}")
    print(f"{compared} rows measured anew, {len(bad)} differ")
    for line in bad:
        print(f"  {line}")
    sys.exit(bool(bad) or compared == 0)


def main(verb="", *given):
    shipped = os.path.join(root, "docs", "atlas")
    if verb == "write" and 1 <= len(given) <= 2:
        write(given[0], given[1] if len(given) > 1 else shipped)
    elif verb in ("keep", "resume") and 1 <= len(given) <= 2:
        {"keep": keep, "resume": resume}[verb](given[0], given[1] if len(given) > 1 else shipped)
    elif verb == "table" and not given:
        write_table(page, "atlas.py", table_of(read_atlas(shipped)[0]))
    elif verb == "check" and len(given) <= 1:
        check(given[0] if given else shipped, shipped=not given)
    elif verb == "sample" and 1 <= len(given) <= 3 and given[0].isdecimal() and int(given[0]) > 0:
        seed = int(given[1]) if len(given) > 1 else random.SystemRandom().randrange(10**6)
        sample(int(given[0]), seed, given[2] if len(given) > 2 else shipped)
    else:
        fail(f"'{' '.join((verb, *given))}' will not do; allowed:{__doc__.split('targets.', 1)[1]}")


if __name__ == "__main__":
    main(*sys.argv[1:])

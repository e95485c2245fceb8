#!/usr/bin/env python3
"""The report's page in a browser: what it draws, what clicks and keys do, and that nothing leaves.

usage: page_test.py BITSHED [SCREENSHOTS]

Units are generated, their records made up: the page is judged here, not the figures. Expectations
are worked out from report.json. Exits 77 (skipped) where Chromium, chromedriver or the scripts of the plots are missing. With
SCREENSHOTS, a folder, pictures of the page are put there for a person to look at.
"""
import base64
import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver

bitshed = os.path.abspath(sys.argv[1])
screenshots = Path(sys.argv[2]) if len(sys.argv) > 2 else None
failed, checked = [], 0
EVIL = "\"><img src=x onerror=window.pwned=1>'</script><script>window.pwned=1<\\script>ü|"
NAME = EVIL.replace("/", "")  # as a file may be called


def check(what, good):
    global checked
    checked += 1
    if not good:
        failed.append(what)
        print("FAIL " + what)


# ---- a report with every kind of row

def record(unit, kind, result):
    verilog = (unit / f"{unit.name}.v").read_bytes()
    (unit / f"{unit.name}.{kind}.json").write_text(json.dumps(
        {"schema": "bitshed.record/1", "kind": kind, "module": unit.name,
         "verilog_sha256": hashlib.sha256(verilog).hexdigest(), "result": result}))


def cost(luts, fmax, area=None, tool="0.70", log="/logs/of the unit"):
    return {"luts": luts, "ffs": 20, "carries": 7, "dsps": 0, "area": area,
            "fmax_mhz": None if fmax is None else {"median": fmax, "all": [fmax, fmax + 1]},
            "tools": {"yosys": tool}, "seeds": [11, 12], "commands": [f"yosys -s synth.ys {tool}"],
            "limited_by": ["core", "core"], "freq_mhz": 100, "effort": "stock",
            "dsp_blocks": "avoided", "work": log}


def make_units(folder):
    for number, spec in enumerate(["e4m3*e4m3", "e5m2*e4m3", "e3m2*e3m2", "e2m1*e2m1", "int8*int8",
                                   "int4*int4", "e2m1*int8", "int4*int8"]):
        made = subprocess.run([bitshed, "gen", spec, "--out", folder, "--json"], check=True,
                              capture_output=True, text=True)
        unit = folder / json.loads(made.stdout)["module"]
        if number == 0:
            continue  # neither judged nor measured
        pairs = 1 << sum(int(port["bits"]) for port in json.loads(made.stdout)["ports"]
                         if port["role"] in ("weight", "activation"))
        record(unit, "verify", {"pairs_visited": pairs, "pairs_total": pairs, "seed": 5,
                                "simulator": "Verilator 5.006", "mismatches": int(number == 1)})
        record(unit, "synth.ice40-hx8k", cost(40 + 13 * number, 150.25 - 9 * number))
        record(unit, "synth.ecp5-25k", cost(30 + 17 * number % 90, 90.5 + 7 * number))
        if number > 4:
            record(unit, "synth.asic-osu018", cost(None, 300 + number, area=1000.5 * number))
    record(unit, "synth." + NAME, cost(77, 55.5, tool=EVIL, log=EVIL))
    (unit / f"{unit.name}.synth.xilinx-7.json").write_text("half a rec")
    (folder / NAME).mkdir()
    (folder / NAME / (NAME + ".json")).write_text("{")


def report(units, out, **environment):
    return subprocess.run([bitshed, "report", units, "--out", out], capture_output=True, text=True,
                          env={**os.environ, **environment})


def check_files(out, rows):
    with open(out / "report.csv", encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, strict=True))
    check("csv: a line a row", len(lines) == len(rows))
    for line, row in zip(lines, rows):
        check("csv: the fields of the head", None not in line and None not in line.values())
        for field in ("module", "target", "luts", "fmax_mhz", "judged", "weight_bits"):
            value = row[field]
            check(f"csv: {field} is that of report.json", line[field] == ("" if value is None else value)
                  if not isinstance(value, (int, float)) else float(line[field]) == value)
    picture = xml.etree.ElementTree.parse(out / "report.svg").getroot()
    check("svg: an XML parser finds marks", len(picture.findall(".//{*}path")) > 10)
    check("svg: no script", picture.find(".//{*}script") is None)


# ---- in the browser

ROWS = "return [...document.querySelectorAll('tbody tr[data-row]')].map(row => Number(row.dataset.row))"
MARKS = "return document.querySelectorAll('#plot-%s path[aria-roledescription=point]').length"


def points(rows, panel, field):
    return sum(row["measured"] == "measured" and row[field] is not None and
               row["weight_bits"] is not None and (panel != "clock" or row["fmax_mhz"] is not None)
               for row in rows)


def settled(browser, rows, field):
    """The plots are drawn anew some time after a change: whether they come to show these rows."""
    return all(browser.until(MARKS % panel + " === arguments[0] || !arguments[0] && "
                             f"document.querySelector('#plot-{panel} .empty') !== null",
                             points(rows, panel, field)) for panel in ("width", "exponent", "clock"))


def check_drawing(browser, rows):
    check("title", browser.run("return document.title") == "bitshed report")
    check("a line a row", sorted(browser.run(ROWS)) == list(range(len(rows))))
    check("enough points to speak of", points(rows, "clock", "luts") > 10)
    check("plots: a mark a point", settled(browser, rows, "luts"))
    for word in ("passed", "FAILED", "not judged", "unreadable", "measured"):
        check(f"the state '{word}' is shown", browser.run(
            "return [...document.querySelectorAll('tbody .pill')].some(p => p.textContent === arguments[0])", word))
    browser.run("window.addEventListener('error', () => { window.failed = true; })")


def check_sorting(browser, rows):
    for title, field in (("LUTs", "luts"), ("Fmax MHz", "fmax_mhz"), ("Judged", "judged")):
        for order in ("ascending", "descending"):
            browser.click(f"th[data-key={field}] button")
            shown = [rows[i][field] for i in browser.run(ROWS)]
            values = [value for value in shown if value is not None]
            check(f"{title} {order}: nothing comes last", shown == values + [None] * (len(shown) - len(values)))
            check(f"{title} {order}: sorted", values == sorted(
                values, key=lambda v: v.lower() if isinstance(v, str) else v, reverse=order == "descending"))
            check(f"{title}: the head says so", browser.run(
                f"return document.querySelector('th[data-key={field}]').ariaSort") == order)


def check_filters(browser, rows, pareto):
    def expect(what, test):
        wanted = [i for i, row in enumerate(rows) if test(row)]
        shown = browser.until("const rows = (() => {%s})(); return rows.length === arguments[0] && rows" % ROWS,
                              len(wanted)) or browser.run(ROWS)
        check(f"{what}: the rows", sorted(shown) == wanted and 0 < len(wanted) < len(rows))
        check(f"{what}: the plots follow", settled(browser, [rows[i] for i in wanted], "luts"))
        check(f"{what}: the count", browser.run("return document.getElementById('count').textContent")
              == f"{len(wanted)} of {len(rows)} rows")

    browser.type("#search", "INT8 passed")
    expect("typing", lambda row: row["judged"] == "passed" and "int8" in row["module"])
    browser.clear("#search")
    browser.click("#reset")
    check("reset: all rows", browser.until("return document.querySelectorAll('tbody tr').length === arguments[0]", len(rows)))
    browser.click("#target option[value=ecp5-25k]")
    expect("a target", lambda row: row["target"] == "ecp5-25k")
    browser.click("#kinds option:nth-child(3)")
    kinds = browser.run("return document.getElementById('kinds').value")
    exponents = ("weight_exponent_bits", "activation_exponent_bits")
    test = {"integer × integer": lambda row: all(row[e] == 0 for e in exponents),
            "minifloat × minifloat": lambda row: all(row[e] for e in exponents),
            "minifloat × integer": lambda row: sum(row[e] == 0 for e in exponents) == 1}[kinds]
    expect("target and operands", lambda row: row["target"] == "ecp5-25k" and test(row))
    browser.click("#reset")
    browser.click("#front")
    expect("the Pareto front", lambda row: rows.index(row) in pareto)
    browser.click("#reset")
    browser.click("#judged option[value=FAILED]")
    expect("found wrong", lambda row: row["judged"] == "FAILED")
    browser.click("#reset")
    browser.type("#search", "no such thing")
    check("no row: words say so", browser.until("return document.querySelector('tbody .nothing') !== null"))
    browser.clear("#search")
    browser.click("#reset")
    browser.click("#cost button:nth-child(2)")
    check("area instead of LUTs", settled(browser, rows, "area") and points(rows, "clock", "area") > 2)
    browser.click("#cost button:nth-child(1)")
    check("LUTs again", settled(browser, rows, "luts"))


def check_provenance(browser, rows):
    """Hovers over every point of the clock's plot that nothing covers."""
    browser.run("document.getElementById('plot-clock').scrollIntoView({block: 'center'})")
    browser.until("window.frames_ = (window.frames_ ?? 0) + 1; return window.frames_ > 4")  # it has scrolled
    places = browser.run("""
        return [...document.querySelectorAll('#plot-clock path[aria-roledescription=point]')].map(mark => {
          const box = mark.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
          return {x, y, row: mark.__data__.datum.row, free: document.elementFromPoint(x, y) === mark};
        }).filter(place => place.free)""")
    check("points that can be hovered over", len(places) > 8)
    for place in places:
        browser.pointer(place["x"], place["y"])
        row = rows[place["row"]]
        shown = browser.until("const tip = document.getElementById('tip');"
                              "return !tip.hidden && tip.dataset.row === String(arguments[0]) && tip.textContent",
                              place["row"]) or ""
        from_ = row["provenance"]
        wanted = [row["module"], row["target"], from_["log"], "11, 12", "Verilator 5.006, seed 5",
                  f"{row['fmax_mhz']:.2f}", *from_["tools"].values(), *from_["commands"]]
        for part in wanted:
            check(f"hovering over {row['module']}: {part}", part in shown)
        check("the card lies in the window", browser.run(
            "const box = document.getElementById('tip').getBoundingClientRect();"
            "return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight + 1"))
        if screenshots and place is places[len(places) // 2]:
            picture(browser, "hover")
    browser.pointer(5, 5)
    check("the card goes with the pointer", browser.until("return document.getElementById('tip').hidden"))
    browser.pointer(places[0]["x"], places[0]["y"], press=True)
    check("a click keeps it open", browser.until("return document.getElementById('dialog').open"))
    if screenshots:
        picture(browser, "details")
    browser.click("#dialog button")
    check("until it is closed", not browser.run("return document.getElementById('dialog').open"))
    browser.click("tbody tr:nth-child(2) td:nth-child(2)")
    check("a row opens it too", browser.run(
        "return document.getElementById('dialog').open && document.querySelector('#details h3').textContent"
        ".startsWith(document.querySelector('tbody tr:nth-child(2) td').firstChild.textContent)"))
    browser.click("#dialog button")
    saved = browser.until("""
        if (!window.saving) {
          window.saving = true;
          URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return 'data:,'; };
          HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download; };
          document.querySelector('#plot-width .save').click();
        }
        return window.saved && [window.savedAs, window.saved]""") or ["", ""]
    check("a plot is saved as SVG", saved[0] == "report_luts_width.svg" and saved[1].startswith("<svg"))


def lightness(browser, script):
    colour = browser.run("return " + script)
    return sum(int(part) for part in colour[colour.index("(") + 1:-1].split(",")[:3]) / 3


PAPER = "getComputedStyle(document.body).backgroundColor"
LABEL = "getComputedStyle(document.querySelector('#plot-clock text')).fill"


def prefer(browser, scheme):
    browser.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])


def check_colours(browser, rows):
    def is_theme(what, dark):
        check(f"{what}: the paper", (lightness(browser, PAPER) < 60) == dark)
        wanted = "> 125" if dark else "< 115"
        check(f"{what}: the words of the plots", browser.until(
            f"const label = document.querySelector('#plot-clock text');"
            f"return label && getComputedStyle(label).fill.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) / 3 {wanted}"))
        check(f"{what}: the plots", settled(browser, rows, "luts"))

    prefer(browser, "light")
    is_theme("a light system", False)
    if screenshots:
        picture(browser, "light")
    prefer(browser, "dark")
    is_theme("a dark system", True)
    if screenshots:
        picture(browser, "dark")
    browser.click("#theme")
    is_theme("light was chosen", False)
    browser.click("#theme")
    prefer(browser, "light")
    is_theme("dark was chosen", True)
    browser.click("#theme")
    is_theme("the system's again", False)


def check_phone(browser):
    browser.devtools("Emulation.setDeviceMetricsOverride", width=360, height=780, deviceScaleFactor=2, mobile=True)
    wide = browser.until("return innerWidth === 360 && document.documentElement.scrollWidth <= 360", seconds=5)
    check("a phone: nothing is wider than the window: " + str(wide or browser.run("""
        return [innerWidth, ...[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 361)
          .map(e => `${e.tagName} ${e.className} ${e.id}`)]""")), wide)
    check("a phone: a row is a card", browser.run(
        "return getComputedStyle(document.querySelector('tbody tr')).display === 'grid' && "
        "getComputedStyle(document.querySelector('tbody td.number'), '::before').content !== 'none'"))
    check("a phone: no letter is smaller than 11 pixels", browser.run("""
        return [...document.querySelectorAll('main *')].filter(e => e.innerText && e.offsetParent)
          .every(e => parseFloat(getComputedStyle(e).fontSize) >= 11)"""))
    browser.click("#sort option[value='luts down']")
    check("a phone: sorted by choice", browser.run(
        "return [...document.querySelectorAll('td[data-title=LUTs]')].map(e => Number(e.textContent))[0] > 100"))
    if screenshots:
        picture(browser, "phone")
        browser.run("document.getElementById('table').scrollIntoView()")
        picture(browser, "phone_table")
    browser.devtools("Emulation.clearDeviceMetricsOverride")


def check_harmless(browser):
    check("names: nothing of them ran", browser.run("return window.pwned === undefined"))
    check("names: nothing of them became an element", browser.run("return document.querySelector('img') === null"))
    check("names: shown as they are", browser.run(
        "return [...document.querySelectorAll('td.name')].some(cell => cell.textContent.startsWith(arguments[0]))", NAME))


def check_policy(browser):
    """The page's own policy refuses what its makers would have to be talked into."""
    refused = browser.run("""
        window.refused = [];
        document.addEventListener('securitypolicyviolation', event => window.refused.push(event.effectiveDirective));
        const script = document.createElement('script');
        script.textContent = 'window.pwned = 2';
        document.body.append(script);
        const image = new Image();
        image.src = 'https://example.com/x.png';
        document.body.append(image);
        fetch('https://example.com/').catch(() => {});
        return true;""")
    check("policy: asked", refused)
    for directive in ("script-src-elem", "img-src", "connect-src"):
        check(f"policy: refuses by {directive}", browser.until("return window.refused.includes(arguments[0])", directive))
    check("policy: the script did not run", browser.run("return window.pwned === undefined"))


def picture(browser, name):
    screenshots.mkdir(parents=True, exist_ok=True)
    (screenshots / f"{name}.png").write_bytes(base64.b64decode(browser.screenshot()))


def main():
    absent = webdriver.missing()
    if absent:
        print(f"skipped: {' and '.join(absent)} not found; ./setup.sh --tests installs Debian's chromium and "
              "chromium-driver")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as place:
        top = Path(place)
        units, out = top / "units of 'mine'", top / "a \"report\" ü"
        units.mkdir()
        make_units(units)
        done = report(units, out)
        check("report: a unit that cannot be read is exit 5", done.returncode == 5)
        if "stand still" in done.stderr:
            print(f"skipped: ./setup.sh could not fetch what draws the plots: {done.stderr}")
            sys.exit(77)
        document = json.loads((out / "report.json").read_text())
        rows, pareto = document["rows"], {point["row"] for point in document["pareto"]}
        check_files(out, rows)
        without = report(units, top / "still", BITSHED_ASSETS=str(top / "nowhere"))
        check("without scripts: said so", "plots of report.html stand still" in without.stderr)
        broken = top / "broken.html"
        broken.write_text((out / "report.html").read_text().replace('"use strict";', '"use strict"; ', 1))
        with webdriver.Browser(top / "profile") as browser:
            browser.devtools("Emulation.setFocusEmulationEnabled", enabled=True)
            browser.requested()  # the browser's own first page
            browser.open((out / "report.html").as_uri())
            prefer(browser, "light")
            check_drawing(browser, rows)
            check_sorting(browser, rows)
            browser.click("#reset")
            check_filters(browser, rows, pareto)
            check_provenance(browser, rows)
            check_colours(browser, rows)
            check_phone(browser)
            check_harmless(browser)
            for message in browser.console():
                check(f"console: {message[-300:]}", False)
            asked = browser.requested()
            check(f"requests: none but the page itself: {asked[1:6]}",
                  [a for a in asked if not a.startswith("data:")] == [(out / "report.html").as_uri()])
            check_policy(browser)
            browser.open((top / "still" / "report.html").as_uri())
            browser.console()
            browser.requested()
            browser.do("/refresh")
            check("without scripts: the picture", browser.run("return document.querySelectorAll('.static-plots svg path').length") > 10)
            check("without scripts: the table", sorted(browser.run(ROWS)) == list(range(len(rows))))
            check("without scripts: no console error", browser.console() == [])
            # The test itself: a script that was tampered with must be refused, and seen.
            browser.open(broken.as_uri())
            check("tampered with: refused and seen", any("Content Security Policy" in line for line in browser.console()))
    print(f"{checked} checks, {len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()

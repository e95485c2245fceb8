// The report's page: the table, its filters and its order, the colours, and how a figure came about.
// Whatever the data says is put in as text, never as markup.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
};

const front = new Set(data.pareto);
const pooled = new Set(data.pooled);
const unpacked = data.rows.map((values) => Object.fromEntries(
  values.map((value, i) => [data.fields[i], pooled.has(data.fields[i]) ? data.pool[value] : value])));
const rows = unpacked.map((row, index) => ({
  ...row, index, front: front.has(index),
  kind: row.weight_bits === null || row.activation_bits === null ? null : plots.kindNames[plots.kindOf(row)],
  effort: row.provenance?.effort ?? null,
  words: [row.module, row.weight, row.activation, row.accumulator, row.judged, row.target ?? "", row.measured, row.message ?? ""].join("\n").toLowerCase(),
}));
const unique = (values) => [...new Set(values.filter((value) => value !== null))];
const targets = unique(rows.map((row) => row.target)).sort();
const number = (value, digits = 0) => (value === null ? null : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }));

// ---- colours

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const themes = ["system", "light", "dark"];
let theme = "system";
try { theme = localStorage.getItem("bitshed-theme") ?? "system"; } catch { /* some browsers keep nothing for files */ }
if (!themes.includes(theme)) theme = "system";
const isDark = () => (theme === "system" ? systemIsDark.matches : theme === "dark");
/** A colour of the style sheet, as it is on this paper. */
const colour = (name) => {
  const probe = element("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};
const applyTheme = () => {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId("theme").textContent = { system: "◐ System", light: "☀ Light", dark: "☾ Dark" }[theme];
};

// ---- how a figure came about

const list = (values, digits) => values.map((value) => (digits === undefined ? value : number(value, digits))).join(", ");
const detailsOf = (row) => {
  const entries = element("dl");
  const add = (term, content) => {
    if (content === null || content === undefined || content === "" || content.length === 0) return;
    entries.append(element("dt", { textContent: term }), element("dd", {}, ...(Array.isArray(content) ? content : [content])));
  };
  // An argument a piece: lines break between arguments, not at their hyphens.
  const code = (text) => element("code", {}, ...text.split(" ").flatMap((word) => [element("span", { textContent: word }), " "]));
  const from = row.provenance;
  add("what", `${row.weight} × ${row.activation} → ${row.accumulator}, ${row.lanes} lane${row.lanes === 1 ? "" : "s"}, latency ${row.latency}`);
  add("judged", row.judged + (row.pairs_visited === null ? "" : `: ${number(row.pairs_visited)} of ${number(row.pairs_total)} pairs, ${number(row.mismatches)} mismatches`) + (row.judged_by ? ` (${row.judged_by})` : ""));
  add("message", row.message);
  if (from) {
    add("tools", Object.entries(from.tools).map(([name, version]) => `${name} ${version}`).join(", "));
    add("seeds", list(from.seeds));
    add("Fmax a seed", row.fmax_all_mhz.length ? `${list(row.fmax_all_mhz, 2)} MHz` : null);
    add("limited by", list(from.limited_by));
    add("aim", from.freq_mhz === null ? null : `${from.freq_mhz} MHz`);
    add("effort", [from.effort, from.dsp_blocks === null ? null : `DSP blocks ${from.dsp_blocks}`].filter((word) => word).join(", "));
    add("log", row.log ?? (row.measured === "measured" ? "not recorded" : null));
  }
  if (row.target && data.targets[row.target]?.lut_definition) add("a LUT is", data.targets[row.target].lut_definition);
  if (from) add("commands", from.commands.map(code));
  if (row.generated_by) add("made by", [code(row.generated_by)]);
  const figures = element("p", { className: "figures" });
  const figure = (value, unit) => value !== null && figures.append(element("span", {}, element("b", { textContent: value }), " " + unit));
  figure(number(row.luts), "LUTs");
  figure(number(row.ffs), "FFs");
  figure(number(row.carries), "carries");
  figure(number(row.dsps), "DSPs");
  figure(number(row.area, 2), "area");
  figure(number(row.fmax_mhz, 2), "MHz");
  figure(number(row.toggles_per_mac, 1), "toggles a MAC");
  figure(number(row.pj_per_mac, 1), "pJ a MAC");
  return [
    element("h3", {}, row.module, row.target ? ` on ${row.target}` : "", row.front ? element("span", { className: "star", textContent: "★ Pareto" }) : ""),
    figures, entries];
};
const showDetails = (index) => {
  hideTip();
  byId("details").replaceChildren(...detailsOf(rows[index]));
  byId("dialog").showModal();
  byId("dialog").scrollTop = 0; // it opens where its button has the focus
};
const showTip = (index, event) => {
  const tip = byId("tip");
  if (tip.dataset.row !== String(index)) tip.replaceChildren(...detailsOf(rows[index]));
  tip.dataset.row = String(index);
  tip.hidden = false;
  const { clientX, clientY } = event.touches?.[0] ?? event;
  const place = (at, size, room) => Math.max(8, at + 16 + size > room - 8 ? at - 16 - size : at + 16);
  tip.style.left = Math.min(place(clientX, tip.offsetWidth, innerWidth), Math.max(8, innerWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = Math.min(place(clientY, tip.offsetHeight, innerHeight), Math.max(8, innerHeight - tip.offsetHeight - 8)) + "px";
};
const hideTip = () => { byId("tip").hidden = true; };

// ---- the table

const toneOf = { passed: "good", measured: "good", FAILED: "bad", failed: "bad", unreadable: "bad", stale: "warn", incomplete: "warn" };
const pill = (word) => element("span", { className: "pill " + (toneOf[word] ?? ""), textContent: word });
const text = (value) => (value === null || value === "" ? element("span", { className: "none", textContent: "–" }) : document.createTextNode(value));
const columns = [
  { key: "module", title: "Module", style: "name", cell: (row) => [row.module, row.front ? element("span", { className: "star", title: "on the Pareto front", textContent: "★" }) : null, row.message ? element("span", { className: "message", title: row.message, textContent: row.message }) : null] },
  { key: "weight", title: "Weight" },
  { key: "activation", title: "Activation" },
  { key: "accumulator", title: "Accumulator", style: "long" },
  { key: "judged", title: "Judged", cell: (row) => [pill(row.judged)] },
  { key: "pairs_visited", title: "Pairs", digits: 0 },
  { key: "target", title: "Target", style: "long" },
  { key: "effort", title: "Effort" },
  { key: "measured", title: "Measured", style: "long", cell: (row) => [pill(row.measured)] },
  { key: "luts", title: "LUTs", digits: 0 },
  { key: "ffs", title: "FFs", digits: 0 },
  { key: "carries", title: "Carries", digits: 0 },
  { key: "dsps", title: "DSPs", digits: 0 },
  { key: "area", title: "Area", digits: 2 },
  { key: "fmax_mhz", title: "Fmax MHz", digits: 2 },
  { key: "operands", title: "Operands" },
  { key: "toggles_per_mac", title: "Toggles a MAC", digits: 1 },
  { key: "pj_per_mac", title: "pJ a MAC", digits: 1 },
].filter((column) => (!["area", "operands", "toggles_per_mac", "pj_per_mac"].includes(column.key) ||
    rows.some((row) => row[column.key] !== null)) &&
    (column.key !== "effort" || unique(rows.map((row) => row.effort)).length > 1));
const order = { key: "module", descending: false };
const step = 200; // rows put into the page at a time
let shown = step;
let left = rows; // what the filters leave, in order

const collator = new Intl.Collator("en", { numeric: true });
const compare = (a, b) => {
  const [x, y] = [a[order.key], b[order.key]];
  if (x === null || y === null) return (x === null) - (y === null); // nothing comes last either way
  const by = typeof x === "number" ? x - y : collator.compare(x, y);
  return (order.descending ? -by : by) || a.index - b.index;
};
const rowOf = (row) => {
  const made = element("tr", { tabIndex: 0 });
  made.dataset.row = row.index;
  for (const column of columns) {
    const cell = element("td", { className: [column.style ?? "", column.digits === undefined ? "" : "number"].join(" ").trim() });
    cell.dataset.title = column.title;
    cell.append(...(column.cell?.(row).filter((part) => part !== null) ?? [text(column.digits === undefined ? row[column.key] : number(row[column.key], column.digits))]));
    made.append(cell);
  }
  return made;
};
const drawTable = () => {
  const visible = left.slice(0, shown).map(rowOf);
  const nothing = element("td", { className: "nothing", colSpan: columns.length, textContent: "No row fits the filters." });
  byId("table").tBodies[0].replaceChildren(...(visible.length ? visible : [element("tr", {}, nothing)]));
  byId("more").hidden = left.length <= shown;
  byId("more").textContent = `Show ${Math.min(step, left.length - shown)} more of ${number(left.length - shown)}`;
  for (const head of byId("table").tHead.rows[0].cells)
    head.ariaSort = head.dataset.key !== order.key ? "none" : order.descending ? "descending" : "ascending";
  byId("sort").value = `${order.key} ${order.descending ? "down" : "up"}`;
};
const sortBy = (key, descending) => {
  Object.assign(order, { key, descending });
  left.sort(compare);
  drawTable();
};

// ---- filters

let cost = rows.some((row) => row.luts !== null) ? "luts" : "area";
const redrawPlots = () => plots.draw(left, targets, cost);
const filter = () => {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter((word) => word);
  const asked = ["target", "kind", "judged", "measured"].map((key) => [key, byId(key === "kind" ? "kinds" : key).value]).filter(([, value]) => value !== "");
  const frontOnly = byId("front").checked;
  left = rows.filter((row) => (!frontOnly || row.front) && asked.every(([key, value]) => row[key] === value) && words.every((word) => row.words.includes(word)));
  left.sort(compare);
  shown = step;
  byId("count").textContent = left.length === rows.length ? `${number(rows.length)} rows` : `${number(left.length)} of ${number(rows.length)} rows`;
  drawTable();
  redrawPlots();
};
const fill = (id, every, values) =>
  byId(id).replaceChildren(element("option", { value: "", textContent: every }), ...values.map((value) => element("option", { value, textContent: value })));

// ---- the page

const tile = (value, words, tone = "") => element("div", { className: `tile ${tone}` }, element("b", { textContent: number(value) }), element("span", { textContent: words }));
const drawTiles = () => {
  const units = new Map(rows.map((row) => [row.module, row]));
  const count = (test) => [...units.values()].filter(test).length;
  const measured = rows.filter((row) => row.measured === "measured").length;
  const lost = rows.filter((row) => ["failed", "unreadable"].includes(row.measured)).length;
  const good = count((row) => row.judged === "passed");
  const wrong = count((row) => row.judged === "FAILED");
  byId("summary").textContent = targets.length ? `Multiply-accumulate units on ${targets.join(", ")}` : "Multiply-accumulate units";
  byId("tiles").replaceChildren(
    tile(units.size, units.size === 1 ? "unit" : "units"), tile(good, "judged good", good ? "good" : ""),
    tile(wrong, "found wrong", wrong ? "bad" : ""), tile(measured, measured === 1 ? "point measured" : "points measured"),
    tile(lost, "without figures", lost ? "bad" : ""), tile(front.size, front.size === 1 ? "Pareto point" : "Pareto points"));
};
const drawCostSwitch = () => {
  const both = ["luts", "area"].every((key) => rows.some((row) => row[key] !== null));
  byId("cost").hidden = !both;
  byId("cost").replaceChildren(...["luts", "area"].map((key) => {
    const button = element("button", { type: "button", textContent: key === "luts" ? "LUTs" : "Area", ariaPressed: String(cost === key) });
    button.onclick = () => { cost = key; drawCostSwitch(); redrawPlots(); };
    return button;
  }));
};

applyTheme();
drawTiles();
drawCostSwitch();
fill("target", "all", targets);
fill("kinds", "all", unique(rows.map((row) => row.kind)));
fill("judged", "all", unique(rows.map((row) => row.judged)).sort());
fill("measured", "all", unique(rows.map((row) => row.measured)).sort());
byId("sort").replaceChildren(...columns.flatMap((column) => ["up", "down"].map((way) => element("option", { value: `${column.key} ${way}`, textContent: `${column.title} ${way === "up" ? "↑" : "↓"}` }))));
byId("table").tHead.replaceChildren(element("tr", {}, ...columns.map((column) => {
  const button = element("button", { type: "button", textContent: column.title });
  button.onclick = () => sortBy(column.key, order.key === column.key && !order.descending);
  const head = element("th", { scope: "col", className: column.digits === undefined ? "" : "number" }, button);
  head.dataset.key = column.key;
  return head;
})));
byId("targets").replaceChildren(...targets.filter((target) => data.targets[target]).flatMap((target) => [
  element("dt", { textContent: target }), element("dd", { textContent: `${data.targets[target].description}.${data.targets[target].lut_definition ? ` LUTs: ${data.targets[target].lut_definition}.` : ""}` })]));

let typing = 0;
byId("search").oninput = () => { clearTimeout(typing); typing = setTimeout(filter, 120); };
for (const id of ["target", "kinds", "judged", "measured", "front"]) byId(id).onchange = filter;
byId("filters").onsubmit = (event) => event.preventDefault();
byId("filters").onreset = () => setTimeout(() => { Object.assign(order, { key: "module", descending: false }); filter(); });
byId("sort").onchange = () => { const [key, way] = byId("sort").value.split(" "); sortBy(key, way === "down"); };
byId("more").onclick = () => { shown += step; drawTable(); };
const openRow = (event) => { const row = event.target.closest("tr[data-row]"); if (row) showDetails(Number(row.dataset.row)); };
byId("table").tBodies[0].onclick = (event) => { if (String(getSelection()) === "") openRow(event); };
byId("table").tBodies[0].onkeydown = (event) => { if (event.key === "Enter") openRow(event); };
byId("dialog").onclick = (event) => { if (event.target === byId("dialog")) byId("dialog").close(); };
byId("theme").onclick = () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  try { localStorage.setItem("bitshed-theme", theme); } catch { /* then it lasts as long as the page */ }
  applyTheme();
  redrawPlots();
};
systemIsDark.onchange = () => { if (theme === "system") redrawPlots(); };
addEventListener("scroll", hideTip, { passive: true });
filter();

// The plots of the report's page: Vega-Lite over the rows that the filters leave.
"use strict";

const plots = (() => {
  // Name, sign and colour of what the operands are; the colours for light and for dark paper.
  const kinds = [
    { name: "minifloat × minifloat", shape: "circle", colours: ["#2563eb", "#78a9ff"] },
    { name: "integer × integer", shape: "square", colours: ["#d9600a", "#ffa45c"] },
    { name: "minifloat × integer", shape: "triangle-up", colours: ["#0d8a66", "#4fd1a5"] },
  ];
  // A colour a target where there are several (Okabe and Ito's palette: distinct to the colour-blind).
  const palette = [
    ["#0072b2", "#56b4e9"], ["#d55e00", "#ff9a4d"], ["#009e73", "#3fd0a4"], ["#cc79a7", "#f0a8cf"],
    ["#8a6d00", "#f0e442"], ["#56b4e9", "#a5dcff"], ["#7a4bb3", "#c3a1f0"], ["#a33b3b", "#ff8f8f"],
    ["#5b6b2e", "#b9cf75"], ["#3a3f4a", "#c8ced9"], ["#b36a9e", "#e7b5d6"],
  ];
  const marks = { circle: "M7 2a5 5 0 1 0 0 10a5 5 0 1 0 0-10z", square: "M2.5 2.5h9v9h-9z", "triangle-up": "M7 2L12.5 12H1.5z" };
  const panels = [
    { id: "width", against: "width", field: "bits", title: "weight bits + activation bits", ticks: "whole" },
    { id: "exponent", against: "exponent bits", field: "exponentBits", title: "exponent bits of both operands", ticks: "whole" },
    { id: "clock", against: "clock", field: "fmax_mhz", title: "Fmax, MHz", ticks: "any" },
  ];
  let drawn = new Map(); // panel id to its view and element
  let generation = 0; // of what is drawn: a slower drawing must not replace a later one

  const kindOf = (row) =>
    row.weight_exponent_bits > 0 && row.activation_exponent_bits > 0 ? 0
      : row.weight_exponent_bits === 0 && row.activation_exponent_bits === 0 ? 1 : 2;

  const colourOf = (pair) => pair[isDark() ? 1 : 0];
  const colourOfTarget = (i) => colourOf(palette[i % palette.length]);

  /** What a row looks like to the plots; null where it has nothing to show. */
  const pointOf = (row, cost) => {
    if (row.measured !== "measured" || row[cost] === null || row.weight_bits === null || row.activation_bits === null)
      return null;
    return {
      row: row.index, cost: row[cost], target: row.target, kind: kinds[kindOf(row)].name, front: row.front, last: Number(row.front),
      bits: row.weight_bits + row.activation_bits,
      exponentBits: row.weight_exponent_bits + row.activation_exponent_bits,
      fmax_mhz: row.fmax_mhz,
    };
  };
  const pointsOf = (panel, rows, cost) =>
    rows.map((row) => pointOf(row, cost)).filter((point) => point !== null && point[panel.field] !== null);

  /** Where points stand: at their value; of several targets side by side around a whole number. */
  const placed = (panel, points, targets) => points.map((point) => ({
    ...point, x: point[panel.field] + (panel.ticks === "whole" ? (targets.indexOf(point.target) - (targets.length - 1) / 2) * (0.7 / targets.length) : 0),
  }));

  /** The Vega-Lite specification of a plot. The domains of colour and shape are all there is in the
   *  report, so that no filter changes what a sign means. */
  const specOf = (panel, points, targets, costTitle) => {
    const ink = colour("--ink"), soft = colour("--soft"), rule = colour("--rule");
    const whole = panel.ticks === "whole", many = points.length > 400;
    const fill = targets.length > 1
      ? { field: "target", type: "nominal", legend: null, scale: { domain: targets, range: targets.map((_, i) => colourOfTarget(i)) } }
      : { field: "kind", type: "nominal", legend: null, scale: { domain: kinds.map((k) => k.name), range: kinds.map((k) => colourOf(k.colours)) } };
    const xs = points.map((point) => point[panel.field]);
    const low = xs.reduce((a, b) => Math.min(a, b), Infinity), high = xs.reduce((a, b) => Math.max(a, b), -Infinity);
    const onFront = (yes, no) => ({ condition: { test: "datum.front", value: yes }, value: no });
    return {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      background: null, width: "container", height: "container", autosize: { type: "fit", contains: "padding" }, padding: 2,
      data: { name: "points", values: placed(panel, points, targets) },
      mark: { type: "point", filled: true, tooltip: { content: "data" }, cursor: "pointer" },
      encoding: {
        x: {
          field: "x", type: "quantitative", title: panel.title,
          scale: whole ? { domain: [low - 0.6, high + 0.6], nice: false, zero: false } : { zero: false, nice: true, padding: 8 },
          axis: whole ? { values: wholeTicks(low, high), format: "d", grid: false } : { grid: true, tickCount: 5 },
        },
        y: { field: "cost", type: "quantitative", title: costTitle, scale: { zero: true, nice: true }, axis: { tickCount: 5 } },
        fill, shape: { field: "kind", type: "nominal", legend: null, scale: { domain: kinds.map((k) => k.name), range: kinds.map((k) => k.shape) } },
        stroke: onFront(ink, "transparent"),
        strokeWidth: onFront(many ? 1.3 : 1.8, 0), size: many ? onFront(55, 28) : onFront(95, 60), fillOpacity: onFront(1, many ? 0.55 : 0.85),
        order: { field: "last", type: "quantitative" },
        description: { field: "row", type: "nominal" },
      },
      config: {
        font: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", view: { stroke: null },
        axis: { labelColor: soft, titleColor: soft, titleFontWeight: "normal", titleFontSize: 12, labelFontSize: 11.5, gridColor: rule, domainColor: soft, tickColor: soft, labelOverlap: true },
      },
    };
  };
  const wholeTicks = (low, high) => {
    const step = high - low > 9 ? 2 : 1;
    return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step);
  };

  const save = async (view, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([await view.toSVG()], { type: "image/svg+xml" }));
    link.download = name + ".svg";
    link.click();
    URL.revokeObjectURL(link.href);
  };

  const sign = (shape, paint) =>
    `<svg viewBox="0 0 14 14" aria-hidden="true"><path d="${marks[shape]}" fill="${paint}"/></svg>`;
  const legendEntry = (markup, words) => {
    const entry = document.createElement("span");
    entry.innerHTML = markup; // ours: a sign
    entry.append(words);
    return entry;
  };
  const drawLegend = (targets) => {
    const several = targets.length > 1;
    const entries = kinds.map((kind) => legendEntry(sign(kind.shape, several ? colour("--soft") : colourOf(kind.colours)), kind.name));
    if (several) entries.push(...targets.map((target, i) => legendEntry(sign("circle", colourOfTarget(i)), target)));
    entries.push(legendEntry(`<svg viewBox="0 0 14 14" aria-hidden="true"><path d="${marks.circle}" fill="none" stroke="${colour("--ink")}" stroke-width="1.8"/></svg>`, "on the Pareto front"));
    document.getElementById("legend").replaceChildren(...entries);
  };

  /** Draws the plots anew: all of them, after a change of filters, cost or colours. */
  const draw = async (rows, targets, cost) => {
    if (typeof vegaEmbed !== "function") return;
    const mine = ++generation;
    const costTitle = cost === "area" ? "area" : "LUTs";
    drawLegend(targets);
    for (const panel of panels) {
      const points = pointsOf(panel, rows, cost);
      const card = cardOf(panel, costTitle);
      if (points.length === 0) {
        drawn.get(panel.id)?.view?.finalize();
        drawn.delete(panel.id);
        const words = document.createElement("div");
        words.className = "empty";
        words.textContent = "No point to show.";
        card.querySelector(".canvas").replaceChildren(words);
        continue;
      }
      const result = await vegaEmbed(card.querySelector(".canvas"), specOf(panel, points, targets, costTitle), {
        actions: false, defaultStyle: false, ast: true, renderer: points.length > 1500 ? "canvas" : "svg",
        tooltip: (handler, event, item, value) => (value === null || value === undefined || value === "" ? hideTip() : showTip(item.datum.row, event)),
      });
      if (mine !== generation) return result.finalize();
      drawn.get(panel.id)?.view?.finalize();
      result.view.addEventListener("click", (event, item) => item?.datum?.row !== undefined && showDetails(item.datum.row));
      drawn.set(panel.id, { view: result.view });
      card.dataset.points = String(points.length);
      card.querySelector(".save").onclick = () => save(result.view, `report_${cost}_${panel.id}`);
    }
  };

  const cardOf = (panel, costTitle) => {
    let card = document.getElementById("plot-" + panel.id);
    if (!card) {
      card = document.createElement("article");
      card.className = "plot";
      card.id = "plot-" + panel.id;
      card.innerHTML = '<header><h3></h3><button class="save" type="button" title="Save this plot as SVG">SVG ↓</button></header><div class="canvas"></div>';
      document.getElementById("plots").append(card);
    }
    card.querySelector("h3").textContent = `${costTitle} against ${panel.against}`;
    card.dataset.points = "0";
    return card;
  };

  return { draw, kindOf, kindNames: kinds.map((kind) => kind.name) };
})();

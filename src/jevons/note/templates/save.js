"use strict";
// Under each figure: its table as CSV, its charts as SVG with their data inside.
const saving = (function () {
  const words = JSON.parse(document.getElementById("words").textContent);

  function save(name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // A cell as a spreadsheet takes it: quoted where it must be, and never a formula.
  function field(value) {
    const text = String(value ?? "");
    const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? "'" + text : text;
    return /[",\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  }

  function csv(rows) {
    return "\ufeff" + rows.map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
  }

  // Numbers as they are shown, in the unit of the heading, without grouping and arrows.
  function plain(node) {
    const text = (node ? node.textContent : "").replaceAll("\u2060", "").trim();
    const number = text.replace(/^[▲▼]\s*/, "").replaceAll("−", "-").replaceAll(",", "");
    return /^[+-]?[\d.]+%?$/.test(number) ? number : text;
  }

  function tableRows(table) {
    const lines = [...table.rows].map((row) => [...row.cells]);
    const second = lines[0].map((_, i) => lines.slice(1).some((line) => line[i]?.querySelector("small")));
    return lines.map((line, at) =>
      line.flatMap((cell, i) => {
        const small = cell.querySelector("small");
        const main = at ? cell.querySelector("data, span, a") : null;
        const head = [cell.firstChild?.textContent.trim(), small?.textContent].filter(Boolean);
        const first = at ? plain(main) : head.join(" / ");
        return second[i] ? [first, at ? plain(small) : words.below] : [first];
      }),
    );
  }

  function dataRows(spec) {
    const sets = [spec.data, ...spec.layer.map((layer) => layer.data)].filter(Boolean);
    const rows = sets.flatMap((set) => set.values || []);
    const names = [...new Set(rows.flatMap(Object.keys))].filter((name) => name !== "colour");
    return [names, ...rows.map((row) => names.map((name) => row[name]))];
  }

  // Colours are names of the page's style sheet; a file of its own needs the colours themselves.
  async function chartText(view, spec) {
    const style = getComputedStyle(document.documentElement);
    const resolve = (text) =>
      text.replace(/var\(--([\w-]+)\)/g, (_, name) => resolve(style.getPropertyValue("--" + name).trim()));
    const drawn = resolve(await view.toSVG());
    const data = JSON.stringify({ description: spec.description, data: dataRows(spec) })
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;");
    return drawn.replace(/(<svg[^>]*>)/, "$1<metadata>" + data + "</metadata>");
  }

  function button(text, label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-label", text + ": " + label);
    made.addEventListener("click", act);
    return made;
  }

  function bar(figure) {
    let found = figure.querySelector(":scope > .save");
    if (!found) {
      found = document.createElement("p");
      found.className = "save";
      figure.insertBefore(found, figure.querySelector(":scope > details"));
    }
    return found;
  }

  function name(figure, ending) {
    return ["jevons", figure.id.replace("figure-", ""), words.as_of].filter(Boolean).join("-") + ending;
  }

  function addTable(figure) {
    const table = figure.querySelector(":scope > .scroll table");
    const label = figure.querySelector("h3").textContent;
    if (table) {
      const act = () => save(name(figure, ".csv"), "text/csv;charset=utf-8", csv(tableRows(table)));
      bar(figure).append(button("CSV", label, act));
    }
  }

  function addChart(place, view, spec) {
    const figure = place.closest("figure");
    const label = place.getAttribute("aria-label");
    const several = [...figure.querySelectorAll(".chart")];
    const ending = several.length > 1 ? "-" + (several.indexOf(place) + 1) : "";
    const mark = several.length > 1 ? " " + (several.indexOf(place) + 1) : "";
    const whole = { ...spec, description: label };
    const act = async () => save(name(figure, ending + ".svg"), "image/svg+xml", await chartText(view, whole));
    bar(figure).append(button("SVG" + mark, label, act));
  }

  return { addTable, addChart, csv, tableRows, chartText };
})();

"use strict";
// Written into the page by browser.py: waits for the charts, then measures what a reader sees.
(async function () {
  const box = (node) => node.getBoundingClientRect();
  const charts = [...document.querySelectorAll(".chart")];
  for (let i = 0; i < 200 && charts.some((c) => !c.querySelector("svg")); i++) {
    await new Promise((done) => setTimeout(done, 25));
  }
  await document.fonts.ready;

  // Words of one chart that lie on each other by more than a fifth of the smaller one.
  function overlaps(svg) {
    const words = [...svg.querySelectorAll("text")].filter((t) => t.textContent.trim() && box(t).width);
    const found = [];
    for (let i = 0; i < words.length; i++) {
      for (let j = i + 1; j < words.length; j++) {
        const a = box(words[i]), b = box(words[j]);
        const w = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        const smaller = Math.min(a.width * a.height, b.width * b.height);
        if (w > 1 && h > 1 && w * h > 0.2 * smaller) {
          found.push(words[i].textContent + " on " + words[j].textContent);
        }
      }
    }
    return found;
  }

  // Elements wider than the page, but for what scrolls on purpose.
  function tooWide() {
    const edge = document.documentElement.clientWidth + 1;
    return [...document.querySelectorAll("main *, header *")]
      .filter((n) => !n.closest(".scroll, .unseen, .skip, script") && box(n).right > edge && box(n).width)
      .map((n) => n.tagName + " " + n.textContent.trim().slice(0, 40));
  }

  // A glyph that is missing is drawn like that of a code point that no font has.
  function missingGlyphs() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 24;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.font = "20px " + getComputedStyle(document.body).fontFamily;
    const draw = (sign) => {
      pen.clearRect(0, 0, 24, 24);
      pen.fillText(sign, 2, 20);
      return pen.getImageData(0, 0, 24, 24).data.join();
    };
    const blank = draw("\u0378");
    const signs = new Set(document.body.innerText.replace(/[\s\u2060]/g, ""));
    return [...signs].filter((sign) => draw(sign) === blank).join("");
  }

  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((h) => Number(h.tagName[1]));
  const tables = [...document.querySelectorAll("figure > .scroll table")];
  // What the first chart's button would save: the file is caught instead of downloaded.
  async function savedChart() {
    let file = null;
    URL.createObjectURL = (blob) => ((file = blob), "blob:caught");
    HTMLAnchorElement.prototype.click = function () {};
    const button = [...document.querySelectorAll(".save button")].find((b) => b.textContent.startsWith("SVG"));
    button?.click();
    for (let i = 0; i < 80 && !file; i++) await new Promise((done) => setTimeout(done, 25));
    return file ? await file.text() : "";
  }

  document.getElementById("report").textContent = JSON.stringify({
    trouble: window.trouble,
    requests: performance.getEntriesByType("resource").map((entry) => entry.name),
    charts: charts.length,
    drawn: charts.filter((c) => c.querySelector("svg")).length,
    tall: charts.filter((c) => c.querySelector("svg") && box(c.querySelector("svg")).height > 40).length,
    svg: await savedChart(),
    overlaps: charts.flatMap((c) => (c.querySelector("svg") ? overlaps(c.querySelector("svg")) : [])),
    page_width: document.documentElement.scrollWidth,
    window_width: document.documentElement.clientWidth,
    too_wide: tooWide(),
    missing: missingGlyphs(),
    levels: levels,
    background: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.body).color,
    buttons: [...document.querySelectorAll(".save button")].map((b) => b.getAttribute("aria-label")),
    figures: document.querySelectorAll("figure").length,
    tables: tables.length,
    csv: tables.length ? saving.csv(saving.tableRows(tables[0])) : "",
    unreachable: [...document.querySelectorAll("summary, a[href], button, .scroll")].filter((n) => n.tabIndex < 0)
      .length,
  });
})();

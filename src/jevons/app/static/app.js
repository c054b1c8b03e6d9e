"use strict";
// The page: controls write the address, the address is asked of the service, answers are drawn.
(function () {
  const PARTS = ["demand", "build", "value", "record"];
  const at = (id) => document.getElementById(id);
  let controls = null;
  let asked = 0;

  const state = () => new URLSearchParams(location.search);
  const language = () => (state().get("lang") === "zh" ? "zh" : "en");

  function pairs(name) {
    return new Map(state().getAll(name).map((text) => text.split(":")));
  }

  function write(change, replace) {
    const next = state();
    change(next);
    const text = next.toString();
    const url = text ? "?" + text : location.pathname;
    history[replace ? "replaceState" : "pushState"](null, "", url);
    answer();
  }

  function setPair(kind, name, value) {
    write((next) => {
      const kept = next.getAll(kind).filter((text) => !text.startsWith(name + ":"));
      next.delete(kind);
      kept.forEach((text) => next.append(kind, text));
      if (value !== null) next.append(kind, name + ":" + value);
    }, true);
  }

  function make(tag, attributes, ...children) {
    const node = Object.assign(document.createElement(tag), attributes);
    node.append(...children);
    return node;
  }

  const digits = (value) => String(Number(value.toPrecision(3)));

  // A slider on a logarithmic or plain scale; it reports its value, and null at its origin.
  function slider(text, low, high, origin, start, unit, report) {
    const log = low > 0 && high / low > 3;
    const to = (value) => (log ? Math.log(value) : value);
    const from = (place) => (log ? Math.exp(place) : place);
    const shown = make("output", {});
    const bar = make("input", { type: "range", step: "any" });
    bar.min = to(low);
    bar.max = to(high);
    bar.value = to(start);
    const label = make("label", {}, make("span", { textContent: text }), shown, bar);
    const say = () => {
      const value = from(Number(bar.value));
      const moved = Math.abs(to(value) - to(origin)) > 1e-6 * Math.abs(to(high) - to(low));
      shown.textContent = digits(value) + (unit ? " " + unit : "");
      label.classList.toggle("moved", moved);
      bar.setAttribute("aria-valuetext", shown.textContent);
      return moved ? digits(value) : null;
    };
    let timer = 0;
    bar.addEventListener("input", () => {
      const value = say();
      clearTimeout(timer);
      timer = setTimeout(() => report(value), 120);
    });
    bar.addEventListener("dblclick", () => {
      bar.value = to(origin);
      say();
      report(null);
    });
    say();
    return label;
  }

  function build() {
    const words = controls.words;
    document.documentElement.lang = language() === "zh" ? "zh-Hans" : "en";
    document.title = words.title;
    at("title").textContent = words.title.replace(/^jevons[:：]\s*/, "");
    at("about").textContent = words.about;
    at("advice").textContent = words.advice;
    at("language").textContent = words.language;
    const other = state();
    other.set("lang", language() === "zh" ? "en" : "zh");
    at("language").href = "?" + other;

    const day = make("input", { type: "date", min: controls.first_day, max: controls.last_day });
    day.value = state().get("as_of") || controls.last_day;
    day.addEventListener("change", () => {
      if (!day.value) return;
      write((next) => next.set("as_of", day.value));
      start();
    });
    const choice = make("select", {});
    choice.append(make("option", { value: "", textContent: words.none }));
    for (const each of controls.scenarios.filter((row) => row.name !== "base")) {
      choice.append(make("option", { value: each.name, textContent: each.title, title: each.about }));
    }
    choice.value = state().get("scenario") || "";
    choice.addEventListener("change", () =>
      write((next) => (choice.value ? next.set("scenario", choice.value) : next.delete("scenario"))),
    );
    const moved = pairs("move");
    const inputs = make("fieldset", {}, make("legend", { textContent: words.inputs }));
    for (const row of controls.inputs) {
      const begin = Number(moved.get(row.name) || row.p50);
      const bar = slider(row.label, row.p05, row.p95, row.p50, begin, row.unit,
        (value) => setPair("move", row.name, value));
      bar.title = row.source;
      inputs.append(bar);
    }
    const shocked = pairs("shock");
    const shocks = make("fieldset", {}, make("legend", { textContent: words.shocks }));
    for (const row of controls.shocks) {
      const wide = row.name === "efficiency" || row.name === "tokens_per_answer" ? 100 : 4;
      shocks.append(slider(row.label, 1 / wide, wide, 1, Number(shocked.get(row.name) || 1), "×",
        (value) => setPair("shock", row.name, value)));
    }
    const reset = make("button", { type: "button", textContent: words.reset });
    reset.addEventListener("click", () => {
      write((next) => ["move", "shock", "scenario"].forEach((name) => next.delete(name)));
      build();
    });
    const copy = make("button", { type: "button", textContent: words.copy });
    copy.addEventListener("click", () => {
      navigator.clipboard.writeText(location.href).then(() => (copy.textContent = words.copied));
    });
    // On a narrow screen the sliders wait behind their heading, so that answers come first.
    const narrow = matchMedia("(max-width: 62rem)").matches;
    const folded = make("details", { open: !narrow || moved.size + shocked.size > 0 },
      make("summary", { textContent: words.change }), inputs, shocks);
    at("controls").replaceChildren(
      make("fieldset", {},
        make("label", {}, make("span", { textContent: words.day }), day),
        make("label", {}, make("span", { textContent: words.scenario }), choice)),
      folded, reset, copy,
    );
    at("tabs").replaceChildren(...PARTS.map((part) => {
      const tab = make("button", { type: "button", id: "tab-" + part, textContent: words[part] });
      tab.setAttribute("role", "tab");
      tab.addEventListener("click", () => write((next) => next.set("part", part)));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = PARTS[(PARTS.indexOf(part) + step + PARTS.length) % PARTS.length];
        at("tab-" + next).focus();
        at("tab-" + next).click();
      });
      return tab;
    }));
  }

  function numbers(rows) {
    at("numbers").replaceChildren(...rows.map((row) => {
      const [value, base] = [row.value_text, row.base_text];
      const box = make("div", { className: value === base ? "" : "moved" },
        make("small", { textContent: row.label }), make("data", { value: row.value, textContent: value }));
      if (value !== base) {
        box.append(make("small", { textContent: controls.words.base.replace("{value}", base) }));
      }
      return box;
    }));
  }

  function draw(place) {
    for (const spot of place.querySelectorAll(".chart")) {
      const spec = JSON.parse(spot.querySelector("script").textContent);
      const view = make("div", { className: "view" });
      spot.append(view);
      vegaEmbed(view, spec, {
        mode: "vega-lite", renderer: "svg", actions: false,
        config: controls.chart_config, tooltip: { theme: "custom" },
      }).catch((error) => (view.textContent = String(error)));
    }
  }

  async function ask(path, number) {
    const reply = await fetch(path + location.search);
    if (number !== asked) return null; // a newer question is on its way
    const json = (reply.headers.get("content-type") || "").includes("json");
    const body = json ? await reply.json() : await reply.text();
    if (!reply.ok) {
      const detail = body.detail || body;
      throw new Error(typeof detail === "string" ? detail : detail.map((row) => row.msg).join("; "));
    }
    return body;
  }

  async function answer() {
    const number = ++asked;
    const part = PARTS.includes(state().get("part")) ? state().get("part") : PARTS[0];
    for (const each of PARTS) {
      const chosen = each === part;
      at("tab-" + each).setAttribute("aria-selected", chosen);
      at("tab-" + each).tabIndex = chosen ? 0 : -1;
    }
    at("result").setAttribute("aria-labelledby", "tab-" + part);
    at("result").classList.add("waiting");
    try {
      const summary = await ask("/api/summary", number);
      if (!summary) return;
      numbers(summary.numbers);
      const html = await ask("/part/" + part, number);
      if (html === null || number !== asked) return;
      const open = [...at("result").querySelectorAll("details[open]")].map((node) => node.closest("figure")?.id);
      at("result").innerHTML = html;
      open.filter(Boolean).forEach((id) => at(id)?.querySelector("details")?.setAttribute("open", ""));
      draw(at("result"));
      at("trouble").hidden = true;
    } catch (error) {
      at("trouble").textContent = error instanceof TypeError ? controls.words.failed : error.message;
      at("trouble").hidden = false;
    } finally {
      if (number === asked) at("result").classList.remove("waiting");
    }
  }

  async function start() {
    const reply = await fetch("/api/controls" + location.search);
    const body = await reply.json();
    if (!reply.ok) {
      // An address that cannot be answered (a day out of range, an unknown name) starts afresh.
      at("trouble").textContent = typeof body.detail === "string" ? body.detail : body.detail[0].msg;
      at("trouble").hidden = false;
      if (!controls) {
        history.replaceState(null, "", location.pathname);
        controls = await (await fetch("/api/controls")).json();
        build();
      }
      return;
    }
    controls = body;
    build();
    answer();
  }

  addEventListener("popstate", start);
  start();
})();

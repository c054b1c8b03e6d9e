// The page: the address is the state; it is asked of the service, and the answers are drawn.
import { at, form, language, make, state } from "./controls.js";

let controls = null;
let running = new AbortController();

const parts = () => [...controls.parts, "compare"];
const part = () => (parts().includes(state().get("part")) ? state().get("part") : parts()[0]);

// With `anew` the controls are made again from what the new question's scenarios say.
function write(change, anew) {
  const next = state();
  change(next);
  const text = next.toString();
  history[anew ? "pushState" : "replaceState"](null, "", text ? "?" + text : location.pathname);
  if (anew) start();
  else answer();
}

async function ask(path, query, signal) {
  const reply = await fetch(path + query, { signal });
  const json = (reply.headers.get("content-type") || "").includes("json");
  const body = json ? await reply.json() : await reply.text();
  if (reply.ok) return body;
  throw new Error(body.detail || body);
}

function trouble(error) {
  const words = controls?.words;
  at("trouble").hidden = !error;
  at("trouble").textContent = error instanceof TypeError && words ? words.failed : error?.message || "";
}

async function load(text) {
  const alone = new URLSearchParams({ file: text });
  for (const name of ["as_of", "lang"]) if (state().has(name)) alone.set(name, state().get(name));
  try {
    await ask("/api/controls?", alone);
    write((next) => {
      ["scenario", "move", "shock", "file"].forEach((name) => next.delete(name));
      next.set("file", text);
    }, true);
  } catch (error) {
    trouble(error);
  }
}

function heading() {
  const words = controls.words;
  document.documentElement.lang = language() === "zh" ? "zh-Hans" : "en";
  document.title = words.title;
  at("title").textContent = words.title.replace(/^jevons[:：]\s*/, "");
  for (const name of ["about", "advice", "language", "interface", "skip"]) at(name).textContent = words[name];
  const other = state();
  other.set("lang", language() === "zh" ? "en" : "zh");
  at("language").href = "?" + other;
}

function tabs() {
  at("tabs").replaceChildren(...parts().map((each, n, all) => {
    const tab = make("button", { type: "button", id: "tab-" + each, textContent: controls.words[each] });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", "result");
    tab.addEventListener("click", () => {
      write((next) => next.set("part", each));
    });
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: n + 1, ArrowLeft: n - 1, Home: 0, End: all.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = at("tab-" + all[(to + all.length) % all.length]);
      next.focus();
      next.click();
    });
    return tab;
  }));
}

function numbers(summary) {
  const { words } = controls;
  at("numbers").replaceChildren(...summary.numbers.map((row) => {
    const moved = row.value_text !== row.base_text;
    const why = make("button", { type: "button", className: "ask", textContent: words.why });
    why.setAttribute("aria-label", words.why + " " + row.label);
    why.addEventListener("click", () => reason(row, why));
    const box = make("div", { className: moved ? "moved" : "" },
      make("small", { textContent: row.label }),
      make("data", { value: row.value, textContent: row.value_text }));
    const beside = words.beside.replace("{name}", summary.against).replace("{value}", row.base_text);
    box.append(make("small", {}, ...(moved ? [beside, " "] : []), why));
    return box;
  }));
  at("said").textContent = summary.numbers.map((row) => row.label + " " + row.value_text).join("; ");
}

async function reason(row, button) {
  const place = at("reason");
  if (place.dataset.name === row.why && !place.hidden) {
    place.hidden = true;
    return;
  }
  try {
    place.innerHTML = await ask("/why/" + row.why, location.search);
    place.dataset.name = row.why;
    place.hidden = false;
    const box = place.querySelector("details");
    const { words } = controls;
    box.open = true;
    place.querySelector("summary").textContent = words.why + " " + row.label;
    place.append(make("a", { href: "/api/why/" + row.why + location.search, textContent: words.all }));
    box.addEventListener("toggle", () => {
      if (box.open) return;
      place.hidden = true;
      button.focus();
    });
    place.querySelector("summary").focus();
  } catch (error) {
    trouble(error);
  }
}

// Every chart of a place; done when all are drawn. Expressions are interpreted, never compiled.
function draw(place) {
  return Promise.all([...place.querySelectorAll(".chart")].map((spot) => {
    const spec = JSON.parse(spot.querySelector("script").textContent);
    const view = make("div", { className: "view" });
    spot.append(view);
    return vegaEmbed(view, spec, {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
      config: { ...controls.chart_config, aria: false }, tooltip: { theme: "custom", disableDefaultStyle: true },
    })
      .then((drawn) => saving.addChart(spot, drawn.view, spec))
      .catch((error) => (view.textContent = String(error)));
  }));
}

// New figures are drawn out of sight and then take the place of the old ones, all together.
async function show(html, signal) {
  const next = make("div", { className: "next", innerHTML: html });
  at("result").append(next);
  await draw(next);
  next.querySelectorAll("figure").forEach(saving.addTable);
  if (signal.aborted) return next.remove();
  const open = [...at("result").querySelectorAll("figure details[open]")].map((node) => node.closest("figure").id);
  for (const figure of next.querySelectorAll("figure")) {
    if (open.includes(figure.id)) figure.querySelector("details")?.setAttribute("open", "");
  }
  next.className = "";
  at("result").replaceChildren(next);
  dispatchEvent(new Event("resize"));
}

async function answer() {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const chosen = part();
  for (const each of parts()) {
    at("tab-" + each).setAttribute("aria-selected", each === chosen);
    at("tab-" + each).tabIndex = each === chosen ? 0 : -1;
  }
  const list = at("tabs"), tab = at("tab-" + chosen);
  if (list.scrollWidth > list.clientWidth) list.scrollLeft = tab.offsetLeft - list.offsetLeft - 20;
  at("result").setAttribute("aria-labelledby", "tab-" + chosen);
  at("result").classList.add("waiting");
  try {
    await Promise.all([
      ask("/api/summary", location.search, signal).then((found) => signal.aborted || numbers(found)),
      ask("/part/" + chosen, location.search, signal).then((html) => show(html, signal)),
    ]);
    trouble(null);
  } catch (error) {
    if (error.name !== "AbortError") trouble(error);
  } finally {
    if (!signal.aborted) at("result").classList.remove("waiting");
  }
}

async function start() {
  let failed = null;
  try {
    controls = await ask("/api/controls", location.search);
  } catch (error) {
    failed = error;
    if (!controls) {
      // An address that cannot be answered (a day out of range, an unknown name) starts afresh.
      history.replaceState(null, "", location.pathname);
      controls = await ask("/api/controls", "");
    } else {
      trouble(error);
      return;
    }
  }
  heading();
  form(controls, write, load);
  tabs();
  await answer();
  if (failed) trouble(failed);
}

addEventListener("popstate", start);
start();

// What a reader may change: each control writes the address, and nothing else.

export const at = (id) => document.getElementById(id);
export const state = () => new URLSearchParams(location.search);
export const language = () => (state().get("lang") === "zh" ? "zh" : "en");
// What a question consists of; the rest of the address says how it is shown.
export const QUESTION = ["as_of", "scenario", "file", "move", "shock"];

export function make(tag, attributes, ...children) {
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(...children);
  return node;
}

const digits = (value) => String(Number(value.toPrecision(3)));
const pairs = (name) => new Map(state().getAll(name).map((text) => text.split(":")));

function setPair(next, kind, name, value) {
  const kept = next.getAll(kind).filter((text) => !text.startsWith(name + ":"));
  next.delete(kind);
  kept.forEach((text) => next.append(kind, text));
  if (value !== null) next.append(kind, name + ":" + value);
}

// A slider with a field for its number, on a logarithmic or plain scale. It reports its value in the
// input's own unit, which is written times a factor, and null at its origin.
function slider(row, words, report) {
  const { low, high, origin, factor = 1 } = row;
  const written = (value) => digits(value * factor);
  const log = low > 0 && high / low > 3;
  const to = (value) => (log ? Math.log(value) : value);
  const from = (place) => (log ? Math.exp(place) : place);
  const id = "input-" + row.name;
  const bar = make("input", { type: "range", step: "any", id });
  Object.assign(bar, { min: to(low), max: to(high), value: to(row.start) });
  const field = make("input", { type: "number", step: "any", value: written(row.start) });
  field.setAttribute("aria-label", row.label + (row.unit ? ", " + row.unit : ""));
  const undo = make("button", { type: "button", className: "undo", textContent: "↺" });
  undo.title = words.undo;
  undo.setAttribute("aria-label", words.undo + ": " + row.label);
  const box = make("div", { className: "slider" },
    make("label", { htmlFor: id, textContent: row.label }),
    make("span", { className: "value" }, undo, field, make("span", { textContent: row.unit })),
    bar);
  const say = (value) => {
    const moved = Math.abs(to(value) - to(origin)) > 1e-3 * Math.abs(to(high) - to(low));
    box.classList.toggle("moved", moved);
    undo.hidden = !moved;
    bar.setAttribute("aria-valuetext", written(value) + " " + row.unit);
    return moved ? digits(value) : null;
  };
  let timer = 0;
  const soon = (value) => {
    const said = say(value);
    clearTimeout(timer);
    timer = setTimeout(() => report(said), 120);
  };
  bar.addEventListener("input", () => {
    const value = from(Number(bar.value));
    field.value = written(value);
    soon(value);
  });
  field.addEventListener("change", () => {
    const value = Number(field.value) / factor;
    if (field.value === "" || (log && value <= 0)) field.value = written(from(Number(bar.value)));
    else {
      bar.value = to(value);
      soon(value);
    }
  });
  const back = () => {
    bar.value = to(origin);
    field.value = written(origin);
    soon(origin);
  };
  undo.addEventListener("click", back);
  bar.addEventListener("dblclick", back);
  if (row.about) {
    const why = make("details", {}, make("summary", { textContent: words.why }),
      make("p", { textContent: row.about }));
    why.querySelector("summary").setAttribute("aria-label", words.why + " " + row.label);
    box.append(why);
  }
  say(row.start);
  return box;
}

function choice(label, options, value, report) {
  const list = make("select", {});
  for (const each of options) {
    list.append(make("option", { value: each.value, textContent: each.text, title: each.title || "" }));
  }
  list.value = value;
  list.addEventListener("change", () => report(list.value));
  return make("label", {}, make("span", { textContent: label }), list);
}

// The as-of day. One that is typed counts when it is whole: at Enter, or when the field is left.
function dayField(value, { first_day, last_day }, report) {
  const day = make("input", { type: "date", min: first_day, max: last_day, value });
  let typing = false;
  const take = () => {
    typing = false;
    if (day.value === value) return;
    if (day.value && day.validity.valid) report(day.value);
    else day.reportValidity();
  };
  day.addEventListener("keydown", (event) => {
    typing = event.key !== "Enter";
    if (!typing) take();
  });
  day.addEventListener("change", () => typing || take());
  day.addEventListener("blur", () => {
    if (day.value && day.validity.valid) take();
    else day.value = value;
  });
  return day;
}

// Replace what a place holds, and keep the reader's place among its controls.
function renew(place, ...children) {
  const controls = () => [...place.querySelectorAll("button, a, input, select, summary")];
  const here = controls().indexOf(document.activeElement);
  place.replaceChildren(...children);
  controls()[here]?.focus();
}

// The form. `write(change, anew)` changes the address; with `anew` the controls are made again.
export function form(controls, write, load) {
  const words = controls.words;
  const day = dayField(state().get("as_of") || controls.last_day, controls,
    (value) => write((next) => next.set("as_of", value), true));
  const others = controls.scenarios.filter((row) => row.name !== "base");
  const named = others.map((row) => ({ value: row.name, text: row.title, title: row.about }));
  const files = state().getAll("file");
  const own = controls.files.map((name, n) => ({ value: "file " + n, text: words.file.replace("{name}", name) }));
  const scenario = choice(words.scenario, [{ value: "", text: words.none }, ...own, ...named],
    files.length ? "file 0" : state().get("scenario") || "",
    (value) => write((next) => {
      if (value.startsWith("file ")) return;
      ["file", "scenario", "move", "shock"].forEach((name) => next.delete(name));
      if (value) next.set("scenario", value);
    }, true));

  const moved = pairs("move");
  const groups = Map.groupBy ? Map.groupBy(controls.inputs, (row) => row.group) : grouped(controls.inputs);
  const inputs = [...groups].map(([group, rows]) =>
    make("fieldset", {}, make("legend", { textContent: words["group." + group] }), ...rows.map((row) =>
      slider({
        ...row, low: row.p05, high: row.p95, origin: row.p50,
        start: Number(moved.get(row.name) || row.p50),
        about: words.spread.replace("{low}", digits(row.p05 * row.factor)).replace("{high}", digits(row.p95 * row.factor)) + " " + row.source,
      }, words, (value) => write((next) => setPair(next, "move", row.name, value))))));
  const shocked = pairs("shock");
  const shocks = make("fieldset", {}, make("legend", { textContent: words.shocks }), ...controls.shocks.map((row) => {
    const wide = row.name === "efficiency" || row.name === "tokens_per_answer" ? 100 : 4;
    return slider({
      ...row, low: 1 / wide, high: wide, unit: "×", origin: row.factor,
      start: Number(shocked.get(row.name) || row.factor),
    }, words, (value) => write((next) => setPair(next, "shock", row.name, value)));
  }));

  const button = (text, act) => {
    const made = make("button", { type: "button", textContent: text });
    made.addEventListener("click", () => act(made));
    return made;
  };
  const picker = make("input", { type: "file", accept: ".toml", hidden: true });
  picker.addEventListener("change", () => picker.files[0]?.text().then(load));
  const keep = make("a", { className: "button", textContent: words.save, download: "my-scenario.toml" });
  const point = () => (keep.href = "/api/scenario.toml" + location.search);
  ["focus", "pointerenter", "click"].forEach((name) => keep.addEventListener(name, point));
  point();

  const against = state().get("against") || "";
  const known = [{ value: "", text: words.none }, ...others.map((row) => ({ value: "scenario=" + row.name, text: row.title }))];
  if (!known.some((each) => each.value === against)) known.push({ value: against, text: words.pinned });
  const other = choice(words.against, known, against, (value) =>
    write((next) => (value ? next.set("against", value) : next.delete("against"))));
  const pin = button(words.pin, () => write((next) => {
    const kept = new URLSearchParams();
    for (const name of QUESTION) state().getAll(name).forEach((value) => kept.append(name, value));
    if (!kept.has("as_of")) kept.set("as_of", controls.last_day);
    next.set("against", kept.toString());
  }, true));

  // On a narrow screen the sliders wait behind their heading, so that answers come first.
  const narrow = matchMedia("(max-width: 62rem)").matches;
  const before = at("controls").querySelector(".fold");
  const open = before ? before.open : !narrow || moved.size + shocked.size > 0;
  const folded = make("details", { className: "fold", open },
    make("summary", { textContent: words.change }), ...inputs, shocks);
  at("controls").setAttribute("aria-label", words.change);
  renew(at("controls"),
    make("fieldset", {},
      make("label", {}, make("span", { textContent: words.day }), day), scenario,
      make("p", { className: "buttons" }, button(words.open, () => picker.click()), picker, keep),
      other,
      make("p", { className: "buttons" }, pin)),
    folded,
    make("p", { className: "buttons" },
      button(words.reset, () => write((next) => [...QUESTION, "against"].forEach((name) => next.delete(name)), true)),
      button(words.copy, (made) =>
        navigator.clipboard.writeText(location.href).then(() => (made.textContent = words.copied)))),
  );
}

function grouped(rows) {
  const found = new Map();
  rows.forEach((row) => found.set(row.group, [...(found.get(row.group) || []), row]));
  return found;
}

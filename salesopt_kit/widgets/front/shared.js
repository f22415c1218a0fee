// What all editors share: talking with the kernel, the line that says what is saved, inputs, and the clash of two versions.

const POLL_MS = 3000; // how often the store is asked whether anybody changed something
const PATIENCE_MS = 10000; // after this long without an answer the page says that nothing was saved

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(made.dataset, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

// The element around an editor. JupyterLab hears every key first, and in command mode some of them delete cells of
// the notebook; the attribute tells its shortcuts to leave alone what is typed here.
function frame(kind) {
  return node("div", { class: `so ${kind}`, "data-lm-suppress-shortcuts": "true" });
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

// The wire to the kernel. `ask` sends what a person did; the answer is a new view and the number of the message.
function wire(model, onview) {
  const words = model.get("words");
  const status = node("span", { class: "so-status", role: "status", "aria-live": "polite" });
  const waiting = new Map();
  let asked = 0;
  let polling = false;
  let unanswered = false;
  const show = () => {
    const view = model.get("view");
    const trouble = unanswered ? words.no_answer : view.problem;
    status.classList.toggle("so-bad", Boolean(trouble));
    if (trouble) status.textContent = filled(words.not_saved, { reason: trouble });
    else if (waiting.size) status.textContent = words.saving;
    else {
      const saved = view.saved_at ? filled(words.saved, { time: time(view.saved_at) }) : "";
      const open = view.unsaved ? filled(words.unsaved, { n: view.unsaved }) : "";
      status.textContent = [saved, open].filter(Boolean).join(" · ");
    }
  };
  const ask = (message) => {
    asked += 1;
    const number = asked;
    waiting.set(number, setTimeout(() => { unanswered = true; show(); }, PATIENCE_MS));
    model.send({ ...message, n: number });
    show();
  };
  const answered = (content) => {
    if (content.done === "poll") polling = false;
    clearTimeout(waiting.get(content.done));
    waiting.delete(content.done);
    unanswered = false;
    if (content.done !== "poll" && !waiting.size) onview(model.get("view"));
    show();
  };
  const redraw = () => { onview(model.get("view")); show(); };
  const timer = setInterval(() => {
    if (polling || waiting.size || document.hidden) return;
    polling = true;
    model.send({ do: "poll", n: "poll" });
  }, POLL_MS);
  const leaving = (event) => { if (waiting.size || model.get("view").unsaved) event.preventDefault(); };
  model.on("msg:custom", answered);
  model.on("change:view", redraw);
  window.addEventListener("beforeunload", leaving);
  const end = () => {
    clearInterval(timer);
    window.removeEventListener("beforeunload", leaving);
    model.off("msg:custom", answered);
    model.off("change:view", redraw);
  };
  return { ask, status, words, redraw, end, view: () => model.get("view"), isWaiting: () => waiting.size > 0 };
}

function time(utc) { return moment(utc).slice(11); }

function moment(utc) {
  const at = new Date(utc);
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function button(text, onclick, attributes = {}) {
  return node("button", { type: "button", onclick, ...attributes }, text);
}

// A button that asks once more before it does what cannot be seen any more afterwards.
function confirmed(text, question, words, onclick) {
  const box = node("span", { class: "so-confirm" });
  const first = button(text, () => {
    const yes = button(words.yes, () => { back(); onclick(); }, { class: "so-danger" });
    box.replaceChildren(node("span", { role: "alert" }, question), yes, button(words.no, () => { back(); first.focus(); }));
    yes.focus();
  });
  const back = () => box.replaceChildren(first);
  back();
  return box;
}

function labelOf(field, value) {
  const choice = (field.choices || []).find(([key]) => key === value);
  return choice ? choice[1] : value;
}

// The words that a cell shows for a value.
function shown(field, value, words) {
  if (value === null || value === undefined || value === "") return "";
  if (field.shape === "flag") return value ? words.yes : "";
  if (field.shape === "days") return Array.isArray(value) ? value.join(" – ") : String(value);
  if (field.shape === "bound" && typeof value === "object") {
    return value.at_most !== null && value.at_most !== undefined ? `≤ ${value.at_most}` : `≥ ${value.at_least}`;
  }
  if (Array.isArray(value)) return value.join(field.shape === "links" ? ", " : "; ");
  return String(labelOf(field, value));
}

// An input for a field: `get` gives what was entered, `put` shows a value, `node` goes into the page.
function input(field, value, options, words, attributes = {}) {
  const text = field.shape === "bound" ? shown(field, value, words) : value ?? "";
  const common = { "aria-label": field.label, ...attributes };
  if (field.shape === "choice") {
    const select = node("select", common, ["", ...field.choices].map((choice) =>
      choice === "" ? node("option", { value: "" }, "") : node("option", { value: choice[0] }, choice[1])));
    select.value = text;
    return { node: select, focus: select, get: () => select.value, put: (given) => { select.value = given ?? ""; } };
  }
  if (field.shape === "flag") {
    const tick = node("input", { type: "checkbox", ...common });
    tick.checked = value === true;
    return { node: tick, focus: tick, get: () => tick.checked, put: (given) => { tick.checked = given === true; } };
  }
  if (field.shape === "days") return period(value, words, common);
  if (field.shape === "links") return picker(field, value || [], options || [], words, common);
  if (field.shape === "long" || field.shape === "list") {
    const area = node("textarea", { rows: 3, ...common });
    const lines = (given) => (Array.isArray(given) ? given.join("\n") : given ?? "");
    area.value = lines(value);
    return { node: area, focus: area, get: () => area.value, put: (given) => { area.value = lines(given); } };
  }
  // A date that was refused is shown as the text it came as, for a date input would show nothing.
  const isDay = field.shape === "day" && (text === "" || /^\d{4}-\d{2}-\d{2}$/.test(text));
  const box = node("input", { type: isDay ? "date" : "text", ...common });
  if (field.shape === "number" || field.shape === "whole") box.inputMode = "decimal";
  const put = (given) => { box.value = field.shape === "suggest" ? labelOf(field, given ?? "") : field.shape === "bound" ? shown(field, given, words) : given ?? ""; };
  put(value);
  if (field.shape !== "suggest") return { node: box, focus: box, get: () => box.value, put };
  const list = node("datalist", { id: `so-list-${Math.random().toString(36).slice(2)}` }, field.choices.map(([, label]) => node("option", { value: label })));
  box.setAttribute("list", list.id);
  return { node: node("span", { class: "so-suggested" }, box, list), focus: box, get: () => box.value, put };
}

function period(value, words, attributes) {
  const [first, last] = [0, 1].map((place) => {
    const day = node("input", { type: "date", ...attributes, "aria-label": `${attributes["aria-label"]}: ${place ? words.last_day : words.first_day}` });
    day.value = Array.isArray(value) ? value[place] || "" : "";
    return day;
  });
  const put = (given) => { [first.value, last.value] = Array.isArray(given) ? given : ["", ""]; };
  return { node: node("span", { class: "so-period" }, first, "–", last), focus: first, get: () => [first.value, last.value], put };
}

// Records to choose from, as ticks below a filter; where the field can add, what is typed may become a new record.
function picker(field, chosen, options, words, attributes) {
  let picked = [...chosen];
  const list = node("div", { class: "so-options" });
  const filter = node("input", { type: "text", placeholder: field.can_add ? words.filter_or_new : words.filter, ...attributes });
  const box = node("div", { class: "so-picker" }, filter, list);
  const toggle = (id, on) => {
    picked = on ? [...(field.is_single ? [] : picked), id] : picked.filter((other) => other !== id);
    draw();
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const draw = () => {
    const wanted = filter.value.trim().toLowerCase();
    const known = new Set(options.map(([id]) => id));
    const extra = picked.filter((id) => !known.has(id)).map((id) => [id, id]);
    const all = [...extra, ...options].filter(([, label]) => label.toLowerCase().includes(wanted));
    all.sort((one, other) => picked.includes(other[0]) - picked.includes(one[0]));
    list.replaceChildren(...all.slice(0, 200).map(([id, label]) => {
      const tick = node("input", { type: "checkbox" });
      tick.checked = picked.includes(id);
      tick.addEventListener("change", (event) => { event.stopPropagation(); toggle(id, tick.checked); });
      return node("label", {}, tick, " ", label);
    }));
    if (field.can_add && wanted) {
      list.prepend(button(filled(words.add_text, { text: filter.value.trim() }), () => { const text = filter.value.trim(); filter.value = ""; toggle(text, true); }));
    }
  };
  filter.addEventListener("input", draw);
  filter.addEventListener("change", (event) => event.stopPropagation());
  draw();
  return { node: box, focus: filter, get: () => picked, put: (given) => { picked = [...(given || [])]; draw(); } };
}

// Both versions of a record, field by field, with a choice for each; nothing is saved until one is made.
function clashes(desk, fields) {
  const { words, ask } = desk;
  return desk.view().clashes.map((clash) => {
    const picks = Object.fromEntries(clash.fields.map((each) => [each.name, each.pick]));
    const end = (side) => ask({ do: "resolve", id: clash.id, version: clash.version, picks: side ? Object.fromEntries(clash.fields.map((each) => [each.name, side])) : picks });
    const merge = button(words.save_merge, () => end(""), { class: "so-primary" });
    const check = () => { merge.disabled = Object.values(picks).includes(""); };
    const rows = clash.fields.map((each) => {
      const field = fields.find((one) => one.name === each.name) || { label: each.name, choices: [] };
      const side = (name) => {
        const radio = node("input", { type: "radio", name: `so-${clash.id}-${each.name}`, "aria-label": `${field.label}: ${words[name]}` });
        radio.checked = each.pick === name;
        radio.addEventListener("change", () => { picks[each.name] = name; check(); });
        return node("td", {}, node("label", {}, radio, " ", shown(field, each[name], words) || "–"));
      };
      return node("tr", {}, node("th", { scope: "row" }, field.label), side("mine"), side("theirs"));
    });
    check();
    const said = filled(clash.deleted ? words.clash_deleted : words.clash, { id: clash.id, who: clash.who, time: moment(clash.at) });
    const head = node("tr", {}, node("th", {}, words.field), node("th", {}, words.mine), node("th", {}, words.theirs));
    const actions = clash.deleted
      ? [button(words.bring_back, () => end("mine"), { class: "so-primary" }), button(words.leave_deleted, () => ask({ do: "resolve", id: clash.id, version: clash.version, picks: {} }))]
      : [merge, button(words.keep_mine, () => end("mine")), button(words.take_theirs, () => end("theirs"))];
    return node("section", { class: "so-clash", role: "alertdialog", "aria-label": said },
      node("p", {}, said), node("table", {}, node("thead", {}, head), node("tbody", {}, rows)), node("p", { class: "so-actions" }, actions));
  });
}

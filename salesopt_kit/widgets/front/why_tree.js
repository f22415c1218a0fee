// The whys below every pain point as a tree (role=tree): arrow keys walk it, what a why can do stands below it.

function render({ model, el }) {
  const root = frame("so-whys");
  el.append(root);
  const closed = new Set();
  let chosen = ""; // id of the node whose actions are shown
  let task = null; // { name: ask | edit | support | mark | move, id, version, was }
  let carry = null; // what the form of the task holds, so that a redraw does not lose it
  const desk = wire(model, draw);
  const { words, ask } = desk;
  const undo = button(words.undo, () => ask({ do: "undo" }), { title: words.undo_help });
  const clashBox = node("div", {});
  const tree = node("ul", { role: "tree", "aria-label": words.why_tree });
  root.append(node("div", { class: "so-bar" }, node("strong", {}, words.why_tree), node("span", { class: "so-quiet" }, words.tree_help), undo, desk.status), clashBox, tree);

  function draw(now) {
    undo.disabled = !now.can_undo;
    clashBox.replaceChildren(...clashes(desk, now.fields));
    const hadFocus = root.contains(document.activeElement);
    const inTask = hadFocus && Boolean(document.activeElement.closest(".so-task"));
    if (inTask && signature(now) === tree.dataset.now) return;
    const caret = inTask ? document.activeElement.selectionStart : null;
    tree.dataset.now = signature(now);
    if (!find(chosen)) chosen = now.trees[0]?.id || "";
    tree.replaceChildren(...now.trees.map((one, place) => item(one, 1, place + 1, now.trees.length)));
    if (inTask) {
      const again = tree.querySelector(".so-task input, .so-task textarea, .so-task select");
      again?.focus();
      if (caret !== null && again?.setSelectionRange) again.setSelectionRange(caret, caret);
    } else if (hadFocus) focusOn(chosen);
  }

  function signature(now) { return JSON.stringify([now.trees, now.evidence, now.causes]); }

  function find(id, list = desk.view().trees) {
    for (const one of list) {
      if (one.id === id) return one;
      const below = find(id, one.below);
      if (below) return below;
    }
    return null;
  }

  function visible() { return [...tree.querySelectorAll("[role=treeitem]")].filter((one) => !one.closest("ul[hidden]")); }

  function item(one, level, place, of) {
    const isOpen = !closed.has(one.id);
    const isBare = one.what === "why" && !one.evidence.length;
    const confidence = desk.view().fields.find((field) => field.name === "confidence");
    const line = node("div", { class: "so-line" },
      one.below.length || one.causes.length ? node("span", { class: "so-fold", "aria-hidden": "true", onclick: (event) => { event.stopPropagation(); fold(one.id, isOpen); } }, isOpen ? "▾" : "▸") : node("span", { class: "so-fold" }),
      node("b", {}, one.what === "point" ? one.id : words.why), " ", node("span", { class: "so-text" }, one.text),
      one.priority ? node("span", { class: `so-badge so-${one.priority}` }, one.priority_label) : null,
      one.what === "why" ? node("small", { class: "so-quiet" }, one.id) : null,
      one.confidence ? node("small", { class: "so-quiet" }, `${words.confidence}: ${labelOf(confidence, one.confidence)}`) : null,
      isBare ? node("small", { class: "so-why" }, words.unsupported) : one.evidence.length ? node("small", { class: "so-quiet", title: one.evidence.map(told).join("\n") }, `${words.evidence}: ${one.evidence.join(", ")}`) : null);
    const causes = one.causes.map((cause) => node("div", { class: "so-cause" }, node("b", {}, `${words.root_cause} ${cause.id}`), " ", cause.text, " ",
      node("small", { class: cause.marked_by ? "so-quiet" : "so-why" }, cause.marked_by ? filled(words.marked, { who: cause.marked_by, day: cause.marked_on || "–" }) : words.not_marked)));
    const below = one.below.map((child, number) => item(child, level + 1, number + 1, one.below.length));
    const isChosen = one.id === chosen;
    const made = node("li", { role: "treeitem", "aria-level": level, "aria-posinset": place, "aria-setsize": of, "aria-selected": String(isChosen),
      "aria-expanded": below.length ? String(isOpen) : null, "aria-label": `${one.what === "point" ? one.id : words.why} ${one.text}${isBare ? `, ${words.unsupported}` : ""}`,
      tabindex: isChosen ? "0" : "-1", dataset: { id: one.id } },
      line, causes, isChosen ? actions(one) : null, below.length ? node("ul", { role: "group", hidden: !isOpen }, below) : null);
    line.addEventListener("click", () => { choose(one.id); });
    made.addEventListener("keydown", (event) => { if (event.target === made) onkey(event, one, made); });
    return made;
  }

  function told(id) { return (desk.view().evidence.find(([key]) => key === id) || [id, id])[1]; }

  function choose(id) {
    if (chosen !== id) { task = null; carry = null; }
    chosen = id;
    redraw();
    focusOn(id);
  }

  function redraw() { tree.dataset.now = ""; draw(desk.view()); }
  function focusOn(id) { tree.querySelector(`[data-id="${id}"]`)?.focus(); }
  function fold(id, close) { if (close) closed.add(id); else closed.delete(id); redraw(); }

  function onkey(event, one, made) {
    const all = visible();
    const at = all.indexOf(made);
    const go = (other) => { if (other) choose(other.dataset.id); };
    const keys = {
      ArrowDown: () => go(all[at + 1]),
      ArrowUp: () => go(all[at - 1]),
      Home: () => go(all[0]),
      End: () => go(all.at(-1)),
      ArrowRight: () => { if (closed.has(one.id)) { fold(one.id, false); focusOn(one.id); } else if (one.below.length) go(all[at + 1]); },
      ArrowLeft: () => { if (one.below.length && !closed.has(one.id)) { fold(one.id, true); focusOn(one.id); } else go(made.parentElement.closest("[role=treeitem]")); },
      Enter: () => begin(one, one.what === "why" ? "edit" : "ask"),
      F2: () => one.what === "why" && begin(one, "edit"),
      Insert: () => begin(one, "ask"),
      "+": () => begin(one, "ask"),
    };
    if ((event.ctrlKey || event.metaKey) && event.key === "z") keys.z = () => ask({ do: "undo" });
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }

  function begin(one, name) {
    chosen = one.id;
    task = { name, id: one.id, version: one.version, was: one.evidence };
    carry = null;
    redraw();
    tree.querySelector(".so-task input, .so-task textarea, .so-task select")?.focus();
  }

  function end(message) {
    task = null;
    carry = null;
    if (message) ask(message);
    redraw();
    focusOn(chosen);
  }

  function actions(one) {
    if (task && task.id === one.id) return form(one);
    const has = one.causes.length > 0;
    const list = [
      has ? null : button(one.below.length ? words.branch : words.ask_why, () => begin(one, "ask"), { class: "so-primary" }),
      one.what === "why" ? button(words.edit, () => begin(one, "edit")) : null,
      one.what === "why" ? button(words.evidence, () => begin(one, "support")) : null,
      one.what === "why" && !has && !one.below.length ? button(words.mark, () => begin(one, "mark")) : null,
      has ? confirmed(words.unmark, words.unmark_question, words, () => ask({ do: "unmark", id: one.id })) : null,
      one.what === "why" ? button(words.move, () => begin(one, "move")) : null,
      one.what === "why" ? confirmed(words.delete, words.delete_why_question, words, () => ask({ do: "delete", id: one.id })) : null,
    ];
    return node("p", { class: "so-actions" }, list);
  }

  function form(one) {
    const { id, version, was } = task;
    const kept = (name, start) => { carry = carry || {}; if (!(name in carry)) carry[name] = start; return carry[name]; };
    const box = (name, label, start) => {
      const made = node("input", { type: "text", "aria-label": label, placeholder: label });
      made.value = kept(name, start);
      made.addEventListener("input", () => { carry[name] = made.value; });
      return node("label", { class: "so-field" }, node("span", { class: "so-label" }, label), made);
    };
    const choice = (name, label, options, start) => {
      const made = node("select", { "aria-label": label }, options.map(([key, said]) => node("option", { value: key }, said)));
      made.value = kept(name, start);
      made.addEventListener("change", () => { carry[name] = made.value; });
      return node("label", { class: "so-field" }, node("span", { class: "so-label" }, label), made);
    };
    const confidence = desk.view().fields.find((field) => field.name === "confidence");
    const shapes = {
      ask: () => [[box("text", words.because, "")], () => ({ do: "ask", above: id, text: carry.text })],
      edit: () => [[box("text", words.because, one.text), choice("confidence", words.confidence, [["", "–"], ...confidence.choices], one.confidence)],
        () => ({ do: "set", id, version, changes: { text: carry.text, confidence: carry.confidence } })],
      support: () => {
        const field = { label: words.evidence, shape: "links", can_add: true };
        const control = picker(field, kept("links", one.evidence), desk.view().evidence, words, { "aria-label": words.evidence });
        control.node.addEventListener("change", () => { carry.links = control.get(); });
        return [[control.node], () => ({ do: "support", id, wanted: [...carry.links, ...[control.focus.value.trim()].filter(Boolean)], was })];
      },
      mark: () => [[choice("cause", words.root_cause, [["", words.new_cause], ...desk.view().causes], ""), box("text", words.root_cause_text, one.text), box("who", words.judged_by, desk.view().who)],
        () => ({ do: "mark", id, who: carry.who, text: carry.text, cause: carry.cause })],
      move: () => [[choice("above", words.move_below, places(id), "")], () => ({ do: "move", id, above: carry.above })],
    };
    const [parts, message] = shapes[task.name]();
    const save = () => { const sent = message(); if (Object.values(sent).some((value) => value === "" ) && task.name !== "mark") { end(null); return; } end(sent); };
    const made = node("div", { class: "so-task" }, parts, node("p", { class: "so-actions" }, button(words.save, save, { class: "so-primary" }), button(words.cancel, () => end(null))));
    made.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      if (event.key === "Escape") { event.preventDefault(); end(null); }
      else if (event.key === "Enter" && event.target.tagName === "INPUT" && event.target.type === "text" && task.name !== "support") { event.preventDefault(); save(); }
    });
    return made;
  }

  function places(id) {
    const list = [["", "–"]];
    const walk = (one, depth) => { if (one.id !== id) list.push([one.id, `${"\u2003".repeat(depth)}${one.id}  ${one.text}`]); one.below.forEach((child) => walk(child, depth + 1)); };
    desk.view().trees.forEach((one) => walk(one, 0));
    return list;
  }

  desk.redraw();
  return desk.end;
}

export default { render };

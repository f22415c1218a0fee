// The impact-frequency matrix: pain points are dragged, or moved by arrow keys or by two lists, from cell to cell.

function render({ model, el }) {
  const root = frame("so-matrix");
  el.append(root);
  let drag = null; // { id, chip, ghost, over }
  let focused = "";
  const desk = wire(model, draw);
  const { words, ask } = desk;
  const undo = button(words.undo, () => ask({ do: "undo" }), { title: words.undo_help });
  const clashBox = node("div", {});
  const board = node("div", { class: "so-board", role: "group" });
  const tray = node("div", { class: "so-tray" });
  const told = node("span", { class: "so-sr", "aria-live": "polite" });
  root.append(node("div", { class: "so-bar" }, node("strong", {}, words.matrix), node("span", { class: "so-quiet" }, words.matrix_help), undo, desk.status),
    clashBox, board, tray, told);

  function draw(now) {
    undo.disabled = !now.can_undo;
    clashBox.replaceChildren(...clashes(desk, now.fields));
    if (drag) return; // the board is drawn once the point is put down
    const keys = now.levels.map(([key]) => key);
    board.setAttribute("aria-label", words.matrix);
    const parts = [node("span", { class: "so-axis so-axis-y" }, `↑ ${words.impact}`)];
    for (const [impact, label] of now.levels) {
      parts.push(node("span", { class: "so-tick" }, label));
      for (const frequency of [...keys].reverse()) {
        const [priority, name] = now.cells[`${impact} ${frequency}`];
        const here = now.rows.filter((row) => row.values.impact === impact && row.values.frequency === frequency);
        parts.push(node("div", { class: `so-cell so-${priority}`, dataset: { impact, frequency }, role: "group",
          "aria-label": `${words.impact} ${label}, ${words.frequency} ${labelOf({ choices: now.levels }, frequency)}: ${name}` },
          node("small", { class: "so-priority" }, name), here.map((row) => chip(row, now))));
      }
    }
    parts.push(node("span", {}), ...[...now.levels].reverse().map(([, label]) => node("span", { class: "so-tick so-tick-x" }, label)));
    parts.push(node("span", { class: "so-axis so-axis-x" }, `${words.frequency} →`));
    board.replaceChildren(...parts);
    const loose = now.rows.filter((row) => !row.is_draft && !(row.values.impact && row.values.frequency));
    tray.hidden = !loose.length;
    tray.replaceChildren(node("span", { class: "so-quiet" }, words.unrated), ...loose.map((row) => chip(row, now)));
    if (focused) root.querySelector(`[data-id="${focused}"]`)?.focus();
  }

  function chip(row, now) {
    const lists = ["impact", "frequency"].map((name) => {
      const select = node("select", { "aria-label": `${row.id}: ${words[name]}` },
        node("option", { value: "" }, "–"), now.levels.map(([key, label]) => node("option", { value: key }, `${words[name]}: ${label}`)));
      select.value = row.values[name] || "";
      select.addEventListener("change", () => place(row, { [name]: select.value }));
      select.addEventListener("pointerdown", (event) => event.stopPropagation());
      select.addEventListener("keydown", (event) => event.stopPropagation());
      return select;
    });
    const made = node("div", { class: "so-chip", tabindex: "0", role: "button", dataset: { id: row.id }, title: row.values.problem, "aria-roledescription": words.movable,
      "aria-label": `${row.id} ${row.values.problem}` }, node("b", {}, row.id), " ", row.values.problem, node("span", { class: "so-lists" }, lists));
    made.addEventListener("focus", () => { focused = row.id; });
    made.addEventListener("blur", () => { if (focused === row.id && !drag) focused = ""; });
    made.addEventListener("keydown", (event) => onkey(event, row, now));
    made.addEventListener("pointerdown", (event) => lift(event, row, made));
    return made;
  }

  function place(row, changes) {
    if (Object.entries(changes).every(([name, value]) => (row.values[name] || "") === value)) return;
    ask({ do: "set", id: row.id, version: row.version, changes });
    const said = { ...row.values, ...changes };
    const levels = desk.view().levels;
    told.textContent = `${row.id}: ${words.impact} ${labelOf({ choices: levels }, said.impact)}, ${words.frequency} ${labelOf({ choices: levels }, said.frequency)}`;
  }

  function onkey(event, row, now) {
    const steps = { ArrowUp: ["impact", -1], ArrowDown: ["impact", 1], ArrowLeft: ["frequency", 1], ArrowRight: ["frequency", -1] };
    if (!steps[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    const [name, by] = steps[event.key];
    const keys = now.levels.map(([key]) => key); // high first
    const rated = { impact: row.values.impact || "low", frequency: row.values.frequency || "low" };
    const to = keys[Math.min(2, Math.max(0, keys.indexOf(rated[name]) + by))];
    focused = row.id;
    place(row, { ...rated, [name]: to });
  }

  function lift(event, row, made) {
    if (event.button !== 0) return;
    made.setPointerCapture(event.pointerId);
    const start = [event.clientX, event.clientY];
    const onmove = (moved) => {
      const [x, y] = [moved.clientX - start[0], moved.clientY - start[1]];
      if (!drag && Math.hypot(x, y) < 5) return;
      drag = { id: row.id };
      made.classList.add("so-dragged");
      made.style.transform = `translate(${x}px, ${y}px)`;
      const over = document.elementsFromPoint(moved.clientX, moved.clientY).find((one) => one.classList?.contains("so-cell"));
      board.querySelectorAll(".so-over").forEach((one) => one.classList.remove("so-over"));
      over?.classList.add("so-over");
      drag.over = over;
    };
    const onend = (ended) => {
      made.removeEventListener("pointermove", onmove);
      made.removeEventListener("pointerup", onend);
      made.removeEventListener("pointercancel", onend);
      const to = ended.type === "pointerup" && drag?.over;
      const had = drag;
      drag = null;
      made.style.transform = "";
      made.classList.remove("so-dragged");
      if (to) { focused = row.id; place(row, { impact: to.dataset.impact, frequency: to.dataset.frequency }); }
      if (had) draw(desk.view());
    };
    made.addEventListener("pointermove", onmove);
    made.addEventListener("pointerup", onend);
    made.addEventListener("pointercancel", onend);
  }

  desk.redraw();
  return desk.end;
}

export default { render };

// All records of a kind as an editable grid, each with a form of its own below it.

function render({ model, el }) {
  const root = frame("so-grid");
  const trs = new Map(); // key of a row -> its <tr>, kept so that a cell being edited is never taken out of the page
  let editing = null; // { key, name, control, version, was }
  let open = null; // key of the record whose form is open
  let sort = { name: "", down: false };
  let at = { key: "", name: "" }; // the cell that the arrow keys move from
  let pending = new Map(); // "key name" -> what was entered and is not answered yet
  let awaitsDraft = false;

  const desk = wire(model, draw);
  const { words, ask } = desk;
  const view = desk.view;
  const fieldOf = (name) => view().fields.find((field) => field.name === name);
  const rowOf = (key) => view().rows.find((row) => row.key === key);

  const search = node("input", { type: "search", placeholder: words.search, "aria-label": words.search, oninput: () => drawRows() });
  const undo = button(words.undo, () => ask({ do: "undo" }), { title: words.undo_help });
  const add = button(words.add, () => { awaitsDraft = true; ask({ do: "add" }); }, { class: "so-primary" });
  const deleted = node("input", { type: "checkbox", onchange: () => ask({ do: "show_deleted", on: deleted.checked }) });
  const chooser = node("select", { "aria-label": words.record, onchange: () => { show(chooser.value); } });
  const title = node("strong", {});
  const clashBox = node("div", {});
  const thead = node("thead", {});
  const tbody = node("tbody", {});
  const table = node("table", { role: "grid" }, thead, tbody);
  const scroll = node("div", { class: "so-scroll" }, table);
  const count = node("span", { class: "so-count" });
  const panel = node("section", { class: "so-panel" });
  const bar = node("div", { class: "so-bar" }, title, view().form ? chooser : search, add, undo,
    node("label", { class: "so-quiet" }, deleted, " ", words.deleted), count, desk.status);
  root.append(bar, clashBox, ...(view().form ? [] : [scroll]), panel);
  el.append(root);
  table.addEventListener("keydown", onkey);
  table.addEventListener("click", onclick);
  table.addEventListener("paste", onpaste);
  table.addEventListener("focusin", (event) => { const td = event.target.closest("td[data-name]"); if (td) move(td, false); });

  function columns() { return view().columns.map(fieldOf); }

  function draw(now) {
    title.textContent = now.title;
    undo.disabled = !now.can_undo;
    add.hidden = !now.can_add;
    deleted.checked = now.shows_deleted;
    table.setAttribute("aria-label", now.title);
    clashBox.replaceChildren(...clashes(desk, now.fields));
    if (!desk.isWaiting()) pending = new Map();
    for (const [cell, entered] of pending) {
      const [key, name] = cell.split(" ");
      const row = rowOf(key);
      if (row && (name in row.refused || JSON.stringify(row.values[name]) === JSON.stringify(entered))) pending.delete(cell);
    }
    drawHead();
    drawRows();
    if (now.form) drawChooser(now);
    drawPanel();
  }

  function drawChooser(now) {
    chooser.replaceChildren(...now.rows.map((row) => node("option", { value: row.key }, row.said || words.new_record)));
    if (!rowOf(open)) open = now.rows.length ? now.rows[0].key : null;
    if (awaitsDraft && now.rows.some((row) => row.is_draft)) { open = now.rows.at(-1).key; awaitsDraft = false; }
    chooser.value = open || "";
  }

  function drawHead() {
    const heads = columns().map((field) => {
      const is = sort.name === field.name;
      const turn = () => { sort = is && sort.down ? { name: "", down: false } : { name: field.name, down: is }; drawHead(); drawRows(); };
      const star = field.is_required ? node("span", { class: "so-star", title: words.required, "aria-label": words.required }, " *") : null;
      return node("th", { scope: "col", "aria-sort": is ? (sort.down ? "descending" : "ascending") : "none", class: `so-${field.shape}` },
        button(field.label + (is ? (sort.down ? " ▾" : " ▴") : ""), turn, { class: "so-sort", title: field.help || words.sort }), star);
    });
    const now = JSON.stringify([sort, view().columns, view().fields.map((field) => field.label)]);
    if (thead.dataset.now === now) return;
    thead.dataset.now = now;
    thead.replaceChildren(node("tr", {}, node("th", { scope: "col" }, words.record), heads));
  }

  function wanted() {
    const text = search.value.trim().toLowerCase();
    const said = (row, field) => shown(field, row.values[field.name], words);
    let rows = view().rows.filter((row) => !text || row.is_draft || row.id.toLowerCase().includes(text)
      || columns().some((field) => said(row, field).toLowerCase().includes(text)));
    const field = fieldOf(sort.name);
    if (field) {
      const rank = (row) => {
        const value = row.values[field.name];
        if (field.shape === "choice") return field.choices.findIndex(([key]) => key === value);
        return typeof value === "number" ? value : said(row, field);
      };
      rows = [...rows].sort((one, other) => {
        const [a, b] = [rank(one), rank(other)];
        if (a === "" || b === "") return (a === "") - (b === "");
        const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
        return sort.down ? -order : order;
      });
    }
    return rows;
  }

  function drawRows() {
    const rows = wanted();
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, tr] of trs) {
      if (!keys.has(key) && editing?.key !== key) { tr.remove(); trs.delete(key); }
    }
    for (const row of rows) drawRow(row);
    if (editing) { for (const row of rows) if (!trs.get(row.key).isConnected) tbody.append(trs.get(row.key)); }
    else {
      const had = root.contains(document.activeElement) && document.activeElement.closest("td[data-name]");
      rows.forEach((row, place) => { const tr = trs.get(row.key); if (tbody.children[place] !== tr) tbody.insertBefore(tr, tbody.children[place] || null); });
      if (had && !had.contains(document.activeElement)) focusCell(at.key, at.name);
    }
    const all = view().rows.length;
    count.textContent = filled(words.count, { shown: rows.length, all });
    if (!tbody.querySelector("td[tabindex='0']")) tbody.querySelector("td[data-name]")?.setAttribute("tabindex", "0");
    if (awaitsDraft && !view().form) {
      const draft = rows.find((row) => row.key === view().rows.at(-1)?.key && row.is_draft);
      if (draft) { awaitsDraft = false; edit(cell(draft.key, view().columns[0])); }
    }
  }

  function drawRow(row) {
    let tr = trs.get(row.key);
    if (!tr) { tr = node("tr", { dataset: { key: row.key } }); trs.set(row.key, tr); }
    tr.className = [row.is_draft && !row.said ? "so-draft" : "", row.deleted ? "so-gone" : "", row.key === open ? "so-open" : ""].join(" ").trim();
    const lead = row.is_draft && !row.said ? words.draft : row.id;
    if (tr.firstChild?.dataset.lead !== lead) {
      const head = node("th", { scope: "row", dataset: { lead } }, button(lead, () => show(open === row.key ? null : row.key), { class: "so-id", title: words.details }));
      if (row.lead) head.append(node("small", {}, row.lead));
      if (tr.firstChild) tr.firstChild.replaceWith(head); else tr.append(head);
    }
    columns().forEach((field, place) => {
      let td = tr.children[place + 1];
      if (!td) { td = node("td", { role: "gridcell", tabindex: "-1", dataset: { name: field.name, label: field.label }, class: `so-${field.shape}` }); tr.append(td); }
      if (editing && editing.key === row.key && editing.name === field.name) return;
      drawCell(td, field, row);
    });
  }

  function drawCell(td, field, row) {
    const refused = row.refused[field.name];
    const waits = pending.has(`${row.key} ${field.name}`);
    const value = waits ? pending.get(`${row.key} ${field.name}`) : refused && refused.raw !== null && refused.raw !== undefined ? refused.raw : row.values[field.name];
    const now = JSON.stringify([value, refused, waits, row.deleted]);
    if (td.dataset.now === now) return;
    td.dataset.now = now;
    td.classList.toggle("so-refused", Boolean(refused) && !waits);
    td.classList.toggle("so-waits", waits);
    td.setAttribute("aria-invalid", refused ? "true" : "false");
    const words_ = shown(field, value, words);
    const options = Object.fromEntries(view().options[field.name] || []);
    if (field.shape === "links") td.title = (value || []).map((id) => options[id] || id).join("\n");
    const tint = field.shape === "choice" && ["high", "medium", "low"].includes(value) ? `so-level so-${value}` : "";
    td.replaceChildren(node("span", { class: tint }, words_), ...(refused && !waits ? [node("small", { class: "so-why" }, refused.why)] : []));
  }

  function cell(key, name) { return trs.get(key)?.querySelector(`td[data-name="${name}"]`); }

  function move(td, focus = true) {
    tbody.querySelector("td[tabindex='0']")?.setAttribute("tabindex", "-1");
    td.setAttribute("tabindex", "0");
    at = { key: td.closest("tr").dataset.key, name: td.dataset.name };
    if (focus) td.focus();
  }

  function focusCell(key, name) { const td = cell(key, name); if (td) move(td); }

  function beside(td, across, down) {
    const tr = td.closest("tr");
    const other = down > 0 ? tr.nextElementSibling : down < 0 ? tr.previousElementSibling : tr;
    const place = [...tr.children].indexOf(td) + across;
    const found = other?.children[place];
    return found?.matches("td[data-name]") ? found : null;
  }

  function next(td, back) {
    const all = [...tbody.querySelectorAll("td[data-name]")];
    return all[all.indexOf(td) + (back ? -1 : 1)];
  }

  function onclick(event) {
    const td = event.target.closest("td[data-name]");
    if (td && !(editing && editing.td === td)) edit(td);
  }

  function onkey(event) {
    const td = event.target.closest("td[data-name]");
    if (!td || event.isComposing) return;
    if (editing?.td === td) { onkeyEditing(event, td); return; }
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (steps[event.key]) { const to = beside(td, ...steps[event.key]); if (to) move(to); event.preventDefault(); }
    else if (event.key === "Home") { move(td.closest("tr").children[1]); event.preventDefault(); }
    else if (event.key === "End") { move(td.closest("tr").lastElementChild); event.preventDefault(); }
    else if (event.key === "Enter" || event.key === "F2") { edit(td); event.preventDefault(); }
    else if ((event.ctrlKey || event.metaKey) && event.key === "z") { ask({ do: "undo" }); event.preventDefault(); }
    else if (event.key === "Delete" || event.key === "Backspace") { commit(td, "", rowOf(td.closest("tr").dataset.key)); event.preventDefault(); }
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) edit(td, event.key);
    // JupyterLab listens for keys too, and would run or cut the cell of the notebook
    if (!event.key.startsWith("Tab")) event.stopPropagation();
  }

  function onkeyEditing(event, td) {
    event.stopPropagation();
    const isText = event.target.tagName === "TEXTAREA";
    if (event.key === "Escape") { finish(false); move(td); event.preventDefault(); }
    else if (event.key === "Enter" && !(isText && event.shiftKey) && event.target.type !== "checkbox" && event.target.tagName !== "BUTTON") {
      finish(true); move(beside(td, 0, event.shiftKey ? -1 : 1) || td); event.preventDefault();
    } else if (event.key === "Tab" && (editing.control.node === event.target || editing.field.shape === "suggest")) {
      const to = next(td, event.shiftKey);
      finish(true);
      if (to) { edit(to); event.preventDefault(); }
    }
  }

  function edit(td, typed) {
    if (editing) finish(true);
    const row = rowOf(td.closest("tr").dataset.key);
    const field = fieldOf(td.dataset.name);
    if (!row || row.deleted) { move(td); return; }
    const refused = row.refused[field.name];
    const was = row.values[field.name];
    const control = input(field, refused && refused.raw !== null && refused.raw !== undefined ? refused.raw : was, view().options[field.name], words);
    editing = { key: row.key, id: row.id, name: field.name, td, field, control, version: row.version, was };
    move(td, false);
    td.classList.add("so-editing");
    td.replaceChildren(control.node);
    if (typed && field.shape !== "choice" && control.focus.type !== "date") { control.focus.value = ""; }
    control.focus.focus();
    if (control.focus.select && !typed) control.focus.select();
    td.addEventListener("focusout", onleave);
  }

  function onleave(event) {
    const td = event.currentTarget;
    // a click on a tick or on the page's own list of suggestions keeps the focus inside, or gives it back at once
    setTimeout(() => { if (editing?.td === td && !td.contains(document.activeElement) && document.hasFocus()) finish(true); }, 0);
  }

  function finish(keep) {
    const { td, field, control, key, id, version, was } = editing;
    td.removeEventListener("focusout", onleave);
    const entered = control.get();
    editing = null;
    td.classList.remove("so-editing");
    td.dataset.now = "";
    const row = rowOf(key);
    if (keep && row) commit(td, entered, { ...row, id, version, values: { ...row.values, [field.name]: was } });
    else if (keep) ask({ do: "set", id, version, changes: { [field.name]: entered }, was: field.shape === "links" ? was || [] : [] });
    if (row) drawCell(td, field, row);
    drawRows();
  }

  function commit(td, entered, row) {
    const field = fieldOf(td.dataset.name);
    const was = row.values[field.name];
    const now = rowOf(row.key);
    if (now?.deleted) return;
    const refused = now?.refused[field.name];
    const same = JSON.stringify(entered) === JSON.stringify(was ?? "") || (Array.isArray(was) && !was.length && !entered.length)
      || (typeof entered === "string" && entered === shown(field, was, words)) || (field.shape === "list" && entered === (was || []).join("\n"))
      || (field.shape === "flag" && entered === (was === true));
    if (same && !refused) return;
    if (refused && JSON.stringify(entered) === JSON.stringify(refused.raw)) return;
    if (!now?.is_draft) pending.set(`${row.key} ${field.name}`, entered);
    ask({ do: "set", id: now ? now.id : row.id, version: row.version, changes: { [field.name]: entered }, was: field.shape === "links" ? was || [] : [] });
    if (now) drawCell(td, field, now);
  }

  // Cells copied in Excel come as lines of tabs, a cell with line breaks in quotes.
  function onpaste(event) {
    const td = event.target.closest("td[data-name]");
    const text = event.clipboardData.getData("text/plain");
    if (!td || (editing && !/[\t]|\n./.test(text))) return;
    event.preventDefault();
    const lines = cells(text);
    const isOne = lines.length === 1 && lines[0].length === 1;
    if (editing) finish(false);
    if (isOne) { commit(td, lines[0][0], rowOf(td.closest("tr").dataset.key)); return; }
    const keys = [...tbody.children].map((tr) => tr.dataset.key);
    const first = keys.indexOf(td.closest("tr").dataset.key);
    const names = view().columns.slice(view().columns.indexOf(td.dataset.name));
    const changes = (line) => Object.fromEntries(names.slice(0, line.length).map((name, place) => [name, line[place]]));
    const there = lines.slice(0, keys.length - first).map((line, place) => { const row = rowOf(keys[first + place]); return { id: row.id, version: row.version, changes: changes(line), deleted: row.deleted }; }).filter((one) => !one.deleted);
    const fresh = view().can_add ? lines.slice(keys.length - first).map(changes) : [];
    ask({ do: "paste", rows: there, new: fresh });
  }

  function cells(text) {
    const lines = [[""]];
    let quoted = false;
    const body = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let place = 0; place < body.length; place += 1) {
      const sign = body[place];
      const line = lines.at(-1);
      if (quoted) {
        if (sign === '"' && body[place + 1] === '"') { line[line.length - 1] += '"'; place += 1; }
        else if (sign === '"') quoted = false;
        else line[line.length - 1] += sign;
      } else if (sign === '"' && line.at(-1) === "") quoted = true;
      else if (sign === "\t") line.push("");
      else if (sign === "\n") lines.push([""]);
      else line[line.length - 1] += sign;
    }
    return lines;
  }

  // The form of one record
  let form = null; // { key, parts: [{ field, control, message }], more }

  function show(key) {
    open = key;
    ask({ do: "history", id: "" });
    drawRows();
    drawPanel();
    if (key && !view().form) panel.querySelector("input, select, textarea")?.focus();
  }

  function drawPanel() {
    const row = rowOf(open);
    panel.hidden = !row;
    if (!row) { panel.replaceChildren(); form = null; return; }
    if (!form || form.key !== row.key) buildForm(row);
    form.head.textContent = row.is_draft && !row.said ? words.draft_help : row.said;
    for (const { field, control, message, box } of form.parts) {
      const refused = row.refused[field.name];
      const value = refused && refused.raw !== null && refused.raw !== undefined ? refused.raw : row.values[field.name];
      if (!box.contains(document.activeElement)) control.put(value);
      message.textContent = refused ? refused.why : "";
      box.classList.toggle("so-refused", Boolean(refused));
      control.focus.setAttribute("aria-invalid", refused ? "true" : "false");
    }
    const isOld = !row.is_draft;
    const remove = confirmed(isOld ? words.delete : words.discard, words.delete_question, words, () => ask({ do: "delete", id: row.id, version: rowOf(row.key).version }));
    const back = button(words.restore, () => ask({ do: "restore", id: row.id, version: row.version }));
    const signature = JSON.stringify([row.id, row.version, row.deleted, view().history]);
    if (form.more.dataset.now !== signature) {
      form.more.dataset.now = signature;
      const past = button(words.history, () => ask({ do: "history", id: view().history ? "" : row.id }), { "aria-expanded": String(Boolean(view().history)) });
      form.more.replaceChildren(
        node("p", { class: "so-actions" }, isOld ? past : null, row.deleted ? back : row.is_draft && row.said ? null : remove,
          view().form ? null : button(words.close, () => { const key = open; show(null); focusCell(key, view().columns[0]); }),
          isOld ? node("span", { class: "so-quiet" }, filled(words.changed_by, { who: row.changed_by, time: moment(row.changed_at) })) : null),
        ...(view().history?.id === row.id ? [historyOf(row)] : []));
    }
  }

  function buildForm(row) {
    const parts = view().fields.map((field) => {
      const id = `so-${Math.random().toString(36).slice(2)}`;
      const message = node("small", { class: "so-why", id, "aria-live": "polite" });
      const control = input(field, row.values[field.name], view().options[field.name], words, { "aria-describedby": id, "aria-required": field.is_required ? "true" : null });
      const box = node("div", { class: `so-field so-${field.shape}` },
        node("span", { class: "so-label" }, field.label, field.is_required ? node("span", { class: "so-star" }, " *") : null),
        control.node, field.help ? node("small", { class: "so-help" }, field.help) : null, message);
      const started = { version: row.version, was: row.values[field.name] };
      box.addEventListener("focusin", (event) => {
        if (box.contains(event.relatedTarget)) return;
        const now = rowOf(form.key);
        if (now) Object.assign(started, { version: now.version, was: now.values[field.name] });
      });
      control.node.addEventListener("change", () => {
        const now = rowOf(form.key);
        if (!now) return;
        ask({ do: "set", id: now.id, version: started.version, changes: { [field.name]: control.get() }, was: field.shape === "links" ? started.was || [] : [] });
        if (field.shape === "links") started.was = control.get();
      });
      control.node.addEventListener("keydown", (event) => event.stopPropagation());
      return { field, control, message, box };
    });
    form = { key: row.key, parts, head: node("h4", {}), more: node("div", {}) };
    panel.replaceChildren(form.head, node("div", { class: "so-fields" }, parts.map((part) => part.box)), form.more);
  }

  function historyOf(row) {
    const fields = Object.fromEntries(view().fields.map((field) => [field.name, field]));
    const told = view().history.lines.map((line) => node("li", {},
      node("span", { class: "so-quiet" }, `${moment(line.at)} · ${line.who} · ${line.action}${line.other ? ` ${line.other}` : ""}`),
      line.fields.map((each) => node("div", {}, `${each.label}: `, node("del", {}, shown(fields[each.name] || {}, each.before, words) || "–"), " → ", node("ins", {}, shown(fields[each.name] || {}, each.after, words) || "–"))),
      line.can_restore ? button(words.restore_this, () => ask({ do: "restore", id: row.id, version: rowOf(row.key).version, seq: line.seq }), { class: "so-small" }) : null));
    return node("ol", { class: "so-history", "aria-label": words.history }, told);
  }

  desk.redraw();
  return desk.end;
}

export default { render };


"use strict";
{
  const AT_ONCE = 300;
  const find = (id) => document.getElementById(id);
  const lower = (...nodes) => nodes.map((node) => node.textContent.toLowerCase()).join(" ");
  const made = (name, properties) => Object.assign(document.createElement(name), properties);

  const table = find("models"), form = find("filter"), words = find("words"), more = find("more"), packed = find("packed");
  const heads = [...table.tHead.rows[0].cells];
  const first = heads.find((head) => head.ariaSort);
  const models = Array.from(table.tBodies, (body, place) => {
    const [{ cells }, details] = body.rows;
    const claims = details ? claimsIn(details) : outline(body);
    const name = cells[0].textContent, text = lower(cells[0], cells[1]);
    return { body, cells, place, claims, name, text, opener: cells[0].firstChild };
  });
  let ordered = models, listed = models;
  const ofBody = new Map(models.map((model) => [model.body, model]));
  const buttons = Array.from(find("verdicts").children, (item) => {
    const button = made("button", { type: "button", ariaPressed: "false", value: item.dataset.v });
    button.append(...item.childNodes);
    item.append(button);
    return button;
  });

  function claimsIn(root) {
    return Array.from(root.querySelectorAll("[data-v]"), (part) => ({ verdict: part.dataset.v, text: lower(part) }));
  }

  // All that is known of a model's claims before they are unpacked.
  function outline(body) {
    return body.dataset.v.split(" ").map((verdict) => ({ verdict, text: "" }));
  }

  // What the baseline knows has two marks, as in "FAIL known".
  // One claim must answer to everything that is sought, but for what the model's name answers to.
  function answers(model, verdicts, sought) {
    const rest = sought.filter((word) => !model.text.includes(word));
    return model.claims.some(
      ({ verdict, text }) => (!verdicts.length || verdict.split(" ").some((part) => verdicts.includes(part))) && rest.every((word) => text.includes(word)),
    );
  }

  const pressed = () => buttons.filter((button) => button.ariaPressed === "true").map((button) => button.value);

  // Rows beyond a number are left out until they are asked for: laying out thousands takes seconds.
  function show(rows = AT_ONCE) {
    const verdicts = pressed(), sought = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = ordered.filter((model) => answers(model, verdicts, sought));
    const before = listed;
    listed = matching.slice(0, rows);
    if (listed.length !== before.length || listed.some((model, place) => model !== before[place])) {
      before.forEach((model) => model.body.remove());
      table.append(...listed.map((model) => model.body));
    }
    if (packed) listed.filter((model) => model.opener.open).forEach(unfold);
    say(matching.length, rows);
  }

  function say(matching, rows) {
    const number = (count) => count.toLocaleString("en");
    const total = `${number(models.length)} ${models.length === 1 ? "model" : "models"}`;
    const part = matching === models.length ? total : `${number(matching)} of ${total}`;
    find("status").textContent = matching > rows ? `${part}, of which the first ${number(rows)} are listed` : part;
    find("none").hidden = matching > 0;
    more.hidden = matching <= rows;
    more.value = rows + AT_ONCE;
  }

  function sort(head, direction) {
    heads.forEach((other) => (other.ariaSort = other === head ? direction : null));
    const { compare } = new Intl.Collator("en", { numeric: true });
    const column = heads.indexOf(head), sign = direction === "ascending" ? 1 : -1;
    const key = ({ dataset, textContent }) => (dataset.n ? Number(dataset.n) : textContent);
    const keys = new Map(models.map((model) => [model, key(model.cells[column])]));
    const order = (a, b) => (typeof a === "number" ? a - b : compare(a, b));
    ordered = models.toSorted((a, b) => sign * order(keys.get(a), keys.get(b)) || a.place - b.place);
    show();
  }

  // The state is kept in the address, so that what is shown can be sent to someone.
  const slug = (head) => head.textContent.toLowerCase().replaceAll(" ", "-");
  let writing;
  function write() {
    const state = new URLSearchParams(pressed().map((verdict) => ["verdict", verdict]));
    if (words.value) state.append("search", words.value);
    const head = heads.find((other) => other.ariaSort);
    if (head !== first || head.ariaSort !== "ascending") state.append("sort", (head.ariaSort === "descending" ? "-" : "") + slug(head));
    models.forEach((model) => model.opener.open && state.append("open", model.name));
    history.replaceState(null, "", `#${state}`);
  }

  function keep() {
    clearTimeout(writing);
    writing = setTimeout(write, 300);
  }

  function read() {
    const fragment = location.hash.slice(1);
    if (find(fragment)) return;
    const state = new URLSearchParams(fragment);
    words.value = state.get("search") ?? "";
    buttons.forEach((button) => (button.ariaPressed = String(state.getAll("verdict").includes(button.value))));
    const by = state.get("sort") ?? "";
    sort(heads.find((head) => slug(head) === by.replace("-", "")) ?? first, by.startsWith("-") ? "descending" : "ascending");
    const open = new Set(state.getAll("open"));
    models.forEach((model) => (model.opener.open = open.has(model.name)));
    models.find((model) => model.opener.open)?.body.scrollIntoView();
  }

  async function unpacked() {
    const bytes = Uint8Array.from(atob(packed.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  async function unfold(model) {
    const [markup] = (await details)[model.place];
    if (model.body.rows[1]) return;
    const row = model.body.insertRow();
    row.className = "more";
    const cell = made("td", { colSpan: heads.length });
    cell.append(made("template", { innerHTML: markup }).content);
    row.append(cell);
  }

  async function search() {
    const all = await details;
    find("unscripted").remove();
    for (const model of models) {
      model.claims = all[model.place][1].map(([verdict, text]) => ({ verdict, text: text.toLowerCase() }));
    }
    show();
  }

  const details = packed && unpacked();
  if (packed) search();

  find("verdicts").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    button.ariaPressed = String(button.ariaPressed !== "true");
    show(), keep();
  });
  words.addEventListener("input", () => (show(), keep()));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    words.value = "";
    buttons.forEach((button) => (button.ariaPressed = "false"));
    show(), keep();
  });
  heads.forEach((head) => {
    const button = made("button", { type: "button" });
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const other = { ascending: "descending", descending: "ascending" }[head.ariaSort];
      sort(head, other ?? ("down" in head.dataset ? "descending" : "ascending"));
      keep();
    });
  });
  table.addEventListener("toggle", (event) => {
    if (packed && event.target.open) unfold(ofBody.get(event.target.closest("tbody")));
    keep();
  }, true);
  more.addEventListener("click", () => {
    const { length } = listed;
    show(Number(more.value));
    listed[length].opener.firstChild.focus();
  });
  addEventListener("hashchange", read);
  form.hidden = false;
  table.classList.remove("long");
  read();
}

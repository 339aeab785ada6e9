"use strict";
// A document: choose a cell, see its evidence, decide. The server writes all HTML; here it is only put in place.
(() => {
  const body = document.body;
  const root = body.dataset.root;
  const place = (id) => document.getElementById(id);
  const source = place("source");
  const panel = place("panel");
  const findings = place("findings");
  const help = place("help");
  const goOn = place("go-on");
  let doubts = body.dataset.doubts ? body.dataset.doubts.split(" ") : [];
  let current = "";
  let busy = false;
  let silence = 0;

  const say = (text) => {
    place("said").textContent = text;
    clearTimeout(silence);
    silence = setTimeout(() => { place("said").textContent = ""; }, 6000);
  };
  const remembered = (name, fallback) => { try { return localStorage.getItem(name) ?? fallback; } catch { return fallback; } };
  const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* a private window */ } };
  const buttonOf = (cell) => place("form").querySelector(`button[data-c="${CSS.escape(cell)}"]`);

  // The left side

  const show = (found, far) => {
    for (const one of source.querySelectorAll(".on")) one.classList.remove("on");
    for (const one of source.querySelectorAll(".box.drawn")) one.remove();
    for (const one of found) one.classList.add("on");
    if (!found.length) return false;
    const box = found[0].getBoundingClientRect();
    const frame = source.getBoundingClientRect();
    if (far || box.top < frame.top + 40 || box.bottom > frame.bottom - 20) {
      source.scrollBy(0, box.top - frame.top - source.clientHeight / 3);
    }
    if (far && getComputedStyle(source.parentElement.parentElement).display === "block") source.scrollIntoView({ block: "start" });
    if (box.left < frame.left || box.right > frame.right) found[0].scrollIntoView({ block: "nearest", inline: "center" });
    return true;
  };
  const showCell = (cell, far) => {
    const found = [...source.querySelectorAll(`[data-c~="${CSS.escape(cell)}"]`)];
    // What the cell was read from, rather than its other readings.
    const at = panel.querySelector(".now .place")?.dataset.at;
    const exact = at ? found.filter((one) => one.dataset.a.split(" ").includes(at)) : [];
    return show(exact.length ? exact : found, far);
  };
  const showPlace = (button) => {
    const found = [...source.querySelectorAll(`[data-a~="${button.dataset.at}"]`)];
    if (found.length) return show(found, true);
    const sheet = button.dataset.page && source.querySelector(`.sheet[data-page="${button.dataset.page}"]`);
    if (!sheet) return false;
    let drawn = sheet;
    if (button.dataset.box) {
      const [x0, y0, x1, y1] = button.dataset.box.split(" ").map(Number);
      drawn = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [name, value] of Object.entries({ x: x0 - 1.5, y: y0 - 1.5, width: x1 - x0 + 3, height: y1 - y0 + 3 })) drawn.setAttribute(name, value);
      drawn.setAttribute("class", "box");
      sheet.querySelector("svg").append(drawn);
    }
    show([drawn], true);
    if (drawn !== sheet) drawn.classList.add("drawn");
    return true;
  };
  const loadSource = async (view) => {
    source.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${root}/source${view ? `?view=${view}` : ""}`);
      source.innerHTML = await answer.text();
      if (current) showCell(current, true);
    } finally {
      source.removeAttribute("aria-busy");
    }
  };
  source.addEventListener("click", (event) => {
    const view = event.target.closest("[data-view]");
    if (view) { loadSource(view.dataset.view); return; }
    const hit = event.target.closest("[data-c]");
    const cells = hit && hit.dataset.c ? hit.dataset.c.split(" ") : [];
    if (cells.length) choose(cells[(cells.indexOf(current) + 1) % cells.length], { still: true });
  });

  // Cells

  const stand = (button) => {
    button.tabIndex = 0;
    button.setAttribute("aria-current", "true");
    button.parentElement.classList.add("current");
  };
  const choose = async (cell, { still = false, focus = true } = {}) => {
    const button = buttonOf(cell);
    if (!button) return;
    for (const one of place("form").querySelectorAll(".current")) one.classList.remove("current");
    for (const one of place("form").querySelectorAll('button[tabindex="0"]')) {
      one.tabIndex = -1;
      one.removeAttribute("aria-current");
    }
    current = cell;
    stand(button);
    if (focus) button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "nearest", inline: "nearest" });
    history.replaceState(null, "", `#${cell}`);
    involve([...findings.querySelectorAll(".finding:not(.acknowledged, .info)")]
      .filter((one) => one.querySelector(".sum")).map((one) => one.dataset.cells.split(" ")).filter((cells) => cells.includes(cell)).flat());
    if (!still) showCell(cell, false);
    const answer = await fetch(`${root}/cell/${encodeURIComponent(cell)}`);
    const html = await answer.text();
    if (current !== cell || !answer.ok) return;
    panel.innerHTML = html;
    panel.scrollTop = 0;
    if (!still) showCell(cell, false);
  };
  const step = (by) => {
    if (!doubts.length) return;
    const cells = [...place("form").querySelectorAll("button[data-c]")].map((one) => one.dataset.c);
    // From where one stands, whether that is a doubt or not.
    const here = cells.indexOf(current);
    const places = doubts.map((cell) => cells.indexOf(cell)).filter((at) => at >= 0).sort((a, b) => a - b);
    if (!places.length) return;
    const next = by > 0 ? places.find((at) => at > here) ?? places[0] : places.findLast((at) => at < here) ?? places.at(-1);
    choose(cells[next]);
  };
  const move = (key) => {
    const all = [...place("form").querySelectorAll("button[data-c]")];
    const from = buttonOf(current);
    if (!from) { if (all.length) choose(all[0].dataset.c); return; }
    const middle = (one) => { const box = one.getBoundingClientRect(); return [(box.left + box.right) / 2, (box.top + box.bottom) / 2]; };
    const [x, y] = middle(from);
    let best = null;
    let least = Infinity;
    for (const one of all) {
      const [a, b] = middle(one);
      const [along, across] = { ArrowLeft: [x - a, Math.abs(b - y)], ArrowRight: [a - x, Math.abs(b - y)], ArrowUp: [y - b, Math.abs(a - x)], ArrowDown: [b - y, Math.abs(a - x)] }[key];
      if (along < 3) continue;
      const sideways = key === "ArrowLeft" || key === "ArrowRight";
      if (sideways && across > 8) continue;
      const far = along + 4 * across;
      if (far < least) [best, least] = [one, far];
    }
    if (best) choose(best.dataset.c);
  };
  const involve = (cells) => {
    for (const one of place("form").querySelectorAll(".involved")) one.classList.remove("involved");
    for (const cell of cells) buttonOf(cell)?.parentElement.classList.add("involved");
  };

  // Deciding

  const put = (parts) => {
    place("head").innerHTML = parts.head;
    const form = place("form");
    const [top, left] = [form.scrollTop, form.scrollLeft];
    form.innerHTML = parts.form;
    [form.scrollTop, form.scrollLeft] = [top, left];
    findings.innerHTML = parts.findings;
    doubts = parts.doubts;
    if (parts.panel) panel.innerHTML = parts.panel;
    const button = current && buttonOf(current);
    if (button) stand(button);
    return button;
  };
  const decide = async (kind, said) => {
    if (busy || (!current && kind !== "reviewed")) return;
    busy = true;
    const note = place("note")?.value ?? "";
    try {
      const answer = await fetch(`${root}/decisions`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-gouji": "1" },
        body: JSON.stringify({ cell: kind === "reviewed" ? "" : current, kind, said: said ?? null, note: kind === "undo" ? "" : note }),
      });
      const parts = await answer.json();
      say(parts.said ?? String(answer.status));
      if (!parts.kept) return;
      put(parts)?.focus({ preventScroll: true });
      if (current) showCell(current, false);
      if (kind !== "undo" && kind !== "reviewed" && goOn.checked) step(1);
    } catch (error) {
      say(String(error));
    } finally {
      busy = false;
    }
  };
  const acts = {
    next: () => step(1),
    previous: () => step(-1),
    confirm: () => decide("confirm"),
    as_printed: () => decide("as_printed"),
    undo: () => decide("undo"),
    reviewed: () => decide("reviewed"),
    help: () => help.showModal(),
  };
  document.addEventListener("click", (event) => {
    const target = event.target.closest("button");
    if (!target || target.disabled || source.contains(target)) return;
    if (target.dataset.c) choose(target.dataset.c);
    else if (target.dataset.at) showPlace(target);
    else if (target.dataset.go) {
      if (target.dataset.cells || target.closest(".finding")) {
        for (const one of findings.querySelectorAll(".on")) one.classList.remove("on");
        const finding = target.closest(".finding");
        finding?.classList.add("on");
        choose(target.dataset.go);
        involve((finding?.dataset.cells ?? "").split(" ").filter(Boolean));
      } else choose(target.dataset.go);
    } else if (target.dataset.do === "choose") decide("choose", target.dataset.said);
    else if (target.dataset.do) acts[target.dataset.do]();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "deciding") return;
    event.preventDefault();
    decide("type", place("typed").value);
  });
  source.addEventListener("click", (event) => {
    const target = event.target.closest("button.place");
    if (target) showPlace(target);
  });

  // Keys

  const KEYS = { n: "next", p: "previous", c: "confirm", w: "as_printed", u: "undo", "?": "help" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
    if (typing) {
      if (event.key === "Escape") buttonOf(current)?.focus();
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const inForm = event.target === body || place("form").contains(event.target) || event.target === place("form");
    if (KEYS[key]) acts[KEYS[key]]();
    else if (key === "e") { place("typed")?.focus(); place("typed")?.select(); }
    else if (/^[1-9]$/.test(key)) panel.querySelectorAll(".readings .take")[Number(key) - 1]?.click();
    else if (key === "f") findings.querySelector("button")?.focus();
    else if (key === "]" && body.dataset.after) location.href = body.dataset.after;
    else if (key === "[" && body.dataset.before) location.href = body.dataset.before;
    else if (key.startsWith("Arrow") && inForm) move(key);
    else if (key === "Enter" && current && place("form").contains(event.target)) showCell(current, true);
    else return;
    event.preventDefault();
  });
  goOn.checked = remembered("gouji-go-on", "0") === "1";
  goOn.addEventListener("change", () => remember("gouji-go-on", goOn.checked ? "1" : "0"));

  // Beginning: the source; then every reading, for which it is read once more

  const refresh = async () => {
    const parts = await (await fetch(`${root}/state`)).json();
    if (parts.ready) put(parts);
    return parts.ready;
  };
  const begin = async () => {
    while (body.dataset.ready !== "1") {
      await new Promise((done) => setTimeout(done, 700));
      if (await refresh()) { body.dataset.ready = "1"; loadSource(); }
    }
    const wanted = location.hash.slice(1);
    if (wanted && buttonOf(wanted)) await choose(wanted, { focus: false });
    else place("form").querySelector("button[data-c]")?.setAttribute("tabindex", "0");
    const study = await (await fetch(`${root}/study`)).json();
    body.dataset.studied = "1";
    if (study.changed) await refresh();
    if (current && place("rereading")) {
      const answer = await fetch(`${root}/cell/${encodeURIComponent(current)}`);
      // Not while somebody types in it.
      if (answer.ok && !panel.contains(document.activeElement)) panel.innerHTML = await answer.text();
    } else if (place("rereading")) place("rereading").remove();
  };
  loadSource();
  begin();
})();

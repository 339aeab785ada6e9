"use strict";
// The list: filters act at once, and while the run goes on the rows are fetched anew.
(() => {
  const form = document.querySelector(".filters");
  const rows = document.getElementById("rows");
  const field = document.getElementById("q");
  for (const one of form.querySelectorAll("select, input[type=checkbox]")) one.addEventListener("change", () => form.requestSubmit());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && document.activeElement !== field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  });
  const again = async () => {
    if (rows.dataset.running !== "1") return;
    try {
      const progress = await (await fetch(new URL("progress", new URL(form.action)))).json();
      const answer = await fetch(rows.dataset.part);
      // Whoever walks through the rows with the keyboard is not to lose their place.
      const at = rows.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      if (answer.ok) rows.innerHTML = await answer.text();
      if (at) rows.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus();
      if (!progress.running) rows.dataset.running = "0";
    } catch {
      // the server is gone for a moment: ask again
    }
    setTimeout(again, 1500);
  };
  setTimeout(again, 1000);
})();

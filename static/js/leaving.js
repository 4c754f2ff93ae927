/* Before somebody signs out: how many things this phone has not sent. */
(async function () {
  "use strict";

  const note = document.querySelector("[data-left-here]");
  if (!note || !window.indexedDB) return;
  const rows = await window.unsent.all().catch(() => []);
  note.querySelector("[data-left-count]").textContent = rows.length;
  note.hidden = !rows.length;
})();

/* Adds up the marks of a risk assessment while they are typed. The page works without this file. */
(function () {
  "use strict";

  const form = document.querySelector("[data-risk]");
  if (!form) return;

  const order = ["low", "medium", "high"];
  const levels = form.dataset.risk.trim().split(/\s+/).filter(Boolean).map((pair) => pair.split(":"));
  const mark = (name) => Number.parseInt(form.querySelector(`[name="${name}"]`)?.value || "0", 10);

  function score() {
    const ticked = [...form.querySelectorAll('[name="kinds"]:checked')].map((box) => box.value);
    return ticked.reduce((sum, kind) => sum + mark(`${kind}_likely`) * mark(`${kind}_severe`), 0);
  }

  function levelOf(points) {
    const reached = levels.filter(([, from]) => Number(from) <= points).map(([level]) => level);
    return order.filter((level) => reached.includes(level)).pop() || "low";
  }

  /* A level under that of the marks goes up with them, where it can be seen; it never goes down by itself. */
  function redraw() {
    const points = score();
    const level = levelOf(points);
    form.querySelector("[data-risk-score]").textContent = points;
    form.querySelector("[data-risk-level]").textContent = level;
    const chosen = form.querySelector('[name="level"]:checked');
    if (chosen && order.indexOf(chosen.value) >= order.indexOf(level)) return;
    const given = form.querySelector(`[name="level"][value="${level}"]`);
    if (given) given.checked = true;
  }

  form.addEventListener("input", redraw);
  form.addEventListener("change", redraw);
})();

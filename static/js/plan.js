/* Shows the four times of a visit while its five answers are typed. The page works without this file. */
(function () {
  "use strict";

  const plan = document.querySelector("[data-plan]");
  if (!plan) return;

  const input = (name) => plan.querySelector(`[name="${name}"]`);
  const show = (name, minutes) => {
    const spot = document.querySelector(`[data-plan-${name}]`);
    const inDay = ((minutes % 1440) + 1440) % 1440;
    const two = (number) => String(number).padStart(2, "0");
    if (spot) spot.textContent = `${two(Math.floor(inDay / 60))}:${two(inDay % 60)}`;
  };

  function redraw() {
    const clock = /^(\d{1,2}):(\d{2})/.exec(input("start").value);
    const [stay, there, back] = ["stay", "there", "back"].map((name) => Number.parseInt(input(name).value, 10));
    if (!clock || [stay, there, back].some(Number.isNaN)) return;
    const start = Number(clock[1]) * 60 + Number(clock[2]);
    show("leave", start - there);
    show("start", start);
    show("end", start + stay);
    show("back", start + stay + back);
  }

  plan.addEventListener("input", redraw);
})();

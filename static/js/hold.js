/* Hold to send: `<button data-hold="1500">` in a form.
   Held to the end it posts held=1. A tap, a key press too short, a screen reader's click or no
   JavaScript at all post the form without it, and the server asks once more: never a dead end. */
(function () {
  "use strict";

  const ends = ["pointerup", "pointercancel", "pointerleave", "blur"];
  let held = null;

  function start(button) {
    if (held || button.disabled) return;
    held = { button, since: performance.now(), frame: 0 };
    grow();
  }

  function grow() {
    if (!held) return;
    const part = (performance.now() - held.since) / Number(held.button.dataset.hold);
    held.button.style.setProperty("--held", Math.min(part, 1));
    if (part >= 1) finish();
    else held.frame = requestAnimationFrame(grow);
  }

  function stop() {
    if (!held) return null;
    cancelAnimationFrame(held.frame);
    const { button } = held;
    button.style.removeProperty("--held");
    held = null;
    return button;
  }

  function finish() {
    const button = held.button;
    held = null;
    button.style.setProperty("--held", 1);
    if (navigator.vibrate) navigator.vibrate(200);
    const mark = document.createElement("input");
    mark.type = "hidden";
    mark.name = "held";
    mark.value = "1";
    button.form.append(mark);
    button.dataset.sent = "yes"; /* the click that follows letting go must not send again */
    button.form.requestSubmit(button);
    mark.remove();
  }

  function wire(button) {
    button.addEventListener("pointerdown", (event) => event.button === 0 && start(button));
    ends.forEach((name) => button.addEventListener(name, stop));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault(); /* else Enter would send at once, before it could be held */
      if (!event.repeat) start(button);
    });
    button.addEventListener("keyup", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (stop() && !button.dataset.sent) button.form.requestSubmit(button);
    });
    button.addEventListener("click", (event) => {
      if (button.dataset.sent && event.detail > 0) event.preventDefault();
    });
  }

  document.querySelectorAll("[data-hold]").forEach(wire);
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-hold]").forEach((button) => {
      delete button.dataset.sent;
      button.style.removeProperty("--held");
    });
  });
})();

/* The phone page: sends in the background, so that a failure can be told where you stand.
   Nothing is called sent before the server has answered. Without this file every form works as it is. */
(function () {
  "use strict";

  const PATIENCE = 20000;
  const opened = Date.now();
  const banner = document.querySelector("[data-not-recorded]");
  const offline = document.querySelector("[data-offline]");

  function notRecorded(form, why, isSignedOut) {
    delete form.dataset.sent;
    form.querySelectorAll(".is-sending").forEach((button) => button.classList.remove("is-sending"));
    banner.querySelector("[data-why]").textContent = why;
    banner.querySelector("[data-sign-in]").hidden = !isSignedOut;
    banner.hidden = false;
    banner.focus();
    banner.scrollIntoView({ block: "start" });
  }

  /* An answer that is a page of its own (a question, a refusal) takes the place of this one. */
  async function show(reply) {
    const text = await reply.text();
    window.history.replaceState(null, "", reply.url);
    document.open();
    document.write(text);
    document.close();
  }

  /* Why there is no answer; "" when there is one. A sign-in page, or a refused token, is none. */
  function noAnswer(reply) {
    if (!reply) return "Your phone got no answer.";
    if (isSignedOut(reply)) return "You are signed out.";
    return reply.status >= 500 ? "The school’s server could not keep it." : "";
  }

  const isSignedOut = (reply) => Boolean(reply) && (reply.status === 403 || new URL(reply.url).pathname.startsWith("/accounts/"));

  async function send(form, body, pressed) {
    const asked = fetch(form.action, { method: "POST", body, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    const reply = await asked.catch(() => null);
    const why = noAnswer(reply);
    if (why) {
      const then = window.house.keepUnsent ? await window.house.keepUnsent(form, body, pressed, isSignedOut(reply)) : "";
      return notRecorded(form, `${why} ${then}`, isSignedOut(reply));
    }
    if (reply.redirected) return window.location.assign(reply.url);
    return show(reply);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || !banner || !AbortSignal.timeout) return;
    event.preventDefault();
    banner.hidden = true;
    send(form, new FormData(form, event.submitter), event.submitter);
  });

  /* --- How far off a time is, kept up to date by the minute ---------------------------------- */
  function words(minutes) {
    const size = Math.abs(minutes);
    if (size === 0) return "now";
    if (size >= 120) return null; /* hours and days do not change while you look */
    const text = `${size} minute${size === 1 ? "" : "s"}`;
    return minutes > 0 ? `in ${text}` : `${text} ago`;
  }

  function tick() {
    document.querySelectorAll("[data-until]").forEach((spot) => {
      const text = words(Math.round((Date.parse(spot.dataset.until) - window.house.serverNow()) / 60000));
      if (text) spot.textContent = text;
    });
  }

  /* --- A page that was put away and taken out again asks the server how things stand ---------- */
  function fresh() {
    const after = Number(document.body.dataset.refresh || 0) * 1000;
    if (after && !window.house.helping && !document.hidden && navigator.onLine && !document.querySelector("[data-unsent]:not([hidden])") && Date.now() - opened > after) window.location.reload();
  }

  const signal = () => offline && (offline.hidden = navigator.onLine);
  window.addEventListener("online", signal);
  window.addEventListener("offline", signal);
  window.addEventListener("pageshow", (event) => event.persisted && !window.house.helping && window.location.reload());
  document.addEventListener("visibilitychange", fresh);
  window.setInterval(tick, 15000);
  signal();
})();

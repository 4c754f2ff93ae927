/* A call for help that does not give up: sent again with the same key until the server has it, and nothing
   is called sent before. It outlives this page and the app: an address, a key and who calls stay on the phone until
   it is answered, and every page that is opened meanwhile leads back here (house.js).
   Then the page asks the browser, once, where the phone is, if the policy wants it.
   Without this file the form works with two taps. */
(function () {
  "use strict";

  const PATIENCE = 10000;
  const WAITS = [1000, 2000, 4000, 8000];
  const KEPT = window.house.CALL;
  const who = document.body.dataset.who;

  function say(words, isSent) {
    document.querySelectorAll("[data-help-status]").forEach((spot) => {
      spot.hidden = false;
      spot.classList.toggle("is-sent", isSent);
      spot.querySelector("[data-help-words]").textContent = words;
      spot.querySelector("[data-help-ring]").hidden = isSent;
    });
  }

  function office() {
    const spot = document.querySelector("[data-office]");
    return spot ? spot.textContent : "";
  }

  const timeout = () => (AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined);
  const isAnswer = (reply) => reply.ok && (reply.headers.get("Content-Type") || "").startsWith("application/json");

  function failed(reply) {
    if (reply && reply.status === 409) return "Not sent: this visit is no longer open here. ";
    if (reply && (reply.redirected || reply.status === 403)) return "Not sent: you are signed out. ";
    return "Not sent yet - trying again. ";
  }

  /* Resolves early when the phone has a signal again. */
  function pause(number) {
    return new Promise((go) => {
      window.setTimeout(go, WAITS[Math.min(number, WAITS.length - 1)]);
      window.addEventListener("online", go, { once: true });
    });
  }

  async function send(url, body) {
    for (let tries = 0; ; tries += 1) {
      let reply = null;
      try {
        reply = await fetch(url, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" }, signal: timeout() });
        if (isAnswer(reply)) return await reply.json();
      } catch {
        reply = null;
      }
      if (reply && reply.status === 409) forget();
      say(`${failed(reply)}Ring 999 or the office: ${office()}`, false);
      await pause(tries);
    }
  }

  function remember(url, key) {
    try {
      window.localStorage.setItem(KEPT, JSON.stringify({ url, key, who }));
    } catch {
      /* a browser that keeps nothing: then the page itself is the only memory */
    }
  }

  function forget() {
    try {
      window.localStorage.removeItem(KEPT);
    } catch {
      /* nothing was kept */
    }
  }

  function unanswered() {
    try {
      const kept = JSON.parse(window.localStorage.getItem(KEPT));
      return kept && kept.who === who ? kept : null;
    } catch {
      return null;
    }
  }

  async function ask(url, body, words) {
    window.house.helping = true; /* no page may reload itself meanwhile */
    remember(url, body.get("key"));
    body.set("held", "1");
    say(words, false);
    const answer = await send(url, body);
    forget();
    window.house.helping = false;
    say(`Sent at ${answer.sent_at}.`, true);
    window.setTimeout(() => window.location.assign(answer.next), 1500);
  }

  /* Caught before out.js: only what was held, or is asked for a second time, is a call for help. */
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("[data-help]") || !window.fetch || !form.querySelector("[name=held]")) return;
      event.preventDefault();
      if (!window.house.helping) ask(form.action, new FormData(form), "Sending ...");
    },
    true,
  );

  /* The page was left, drawn anew or ended by the phone before the server had answered: go on with the same key. */
  function resume() {
    const kept = unanswered();
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (!kept || !token || window.house.helping) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token.value);
    body.set("key", kept.key);
    ask(kept.url, body, `Your call for help was NOT sent yet - trying again. Ring 999 or the office: ${office()}`);
  }

  resume();

  const place = document.querySelector("[data-position]");
  if (place && navigator.geolocation) {
    navigator.geolocation.getCurrentPosition(
      (found) => {
        const body = new FormData(place);
        body.set("latitude", found.coords.latitude.toFixed(5));
        body.set("longitude", found.coords.longitude.toFixed(5));
        body.set("accuracy", Math.round(found.coords.accuracy));
        body.set("taken_at", found.timestamp);
        fetch(place.dataset.position, { method: "POST", body, credentials: "same-origin", keepalive: true }).catch(() => {});
      },
      () => {},
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 },
    );
  }
})();

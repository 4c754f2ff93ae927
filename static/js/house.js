/* Small comforts for every page. Each page works without this file. */
(function () {
  "use strict";

  const house = (window.house = {});

  /* --- Time: the server's, moved on by this machine's clock ------------------------------- */
  const opened = Date.now();
  let offset = 0;

  house.setServerTime = function (stamp, heardAt = Date.now()) {
    const server = Date.parse(stamp);
    if (!Number.isNaN(server)) offset = server - heardAt;
  };
  house.serverNow = () => Date.now() + offset;

  /* Reads the time that the server wrote into a freshly arrived page or part; a page that the phone kept
     came when it was kept, not now. */
  house.readTime = function (root) {
    const first = root.querySelector("[data-now]");
    const keptAt = Number(document.body.dataset.keptAt);
    if (first) house.setServerTime(first.dataset.now, keptAt || Date.now());
  };

  const two = (number) => String(number).padStart(2, "0");

  house.leftText = function (seconds) {
    const sign = seconds < 0 ? "+" : "";
    const rest = Math.abs(seconds);
    if (rest >= 2 * 86400) return `${sign}${Math.floor(rest / 86400)} days`;
    const minutes = Math.floor(rest / 60);
    if (rest >= 3600) return `${sign}${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(rest % 60)}`;
    return `${sign}${minutes}:${two(rest % 60)}`;
  };

  house.ageText = function (seconds) {
    if (seconds < 120) return `${seconds} s ago`;
    if (seconds < 7200) return `${Math.floor(seconds / 60)} min ago`;
    return `${Math.floor(seconds / 3600)} h ago`;
  };

  function tickOne(count) {
    const left = Math.trunc((Date.parse(count.dataset.due) - house.serverNow()) / 1000);
    const urgency = left < 0 ? "late" : left <= Number(count.dataset.soon) ? "soon" : "ok";
    const text = count.querySelector("[data-left]");
    if (!text || Number.isNaN(left)) return;
    text.textContent = house.leftText(left);
    count.querySelector("[data-words]").textContent = left < 0 ? "Late by " : "Time left ";
    for (const kind of ["ok", "soon", "late"]) count.classList.toggle(`count-${kind}`, kind === urgency);
  }

  house.tick = () => document.querySelectorAll(".count[data-due]").forEach(tickOne);

  /* --- The error summary has the focus when a page comes back with problems ---------------- */
  function focusSummary() {
    const summary = document.querySelector("[data-error-summary]");
    if (summary) summary.focus();
  }

  /* --- A form is sent once, however often its button is pressed ---------------------------- */
  function guard(event) {
    const form = event.target;
    if (event.defaultPrevented || (form.getAttribute("method") || "get").toLowerCase() !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button) button.classList.add("is-sending");
    window.setTimeout(() => release(form), 8000); /* no answer: let them try again */
  }

  function release(form) {
    delete form.dataset.sent;
    form.querySelectorAll(".is-sending").forEach((button) => button.classList.remove("is-sending"));
  }

  /* --- Menus close on Escape and on a click elsewhere --------------------------------------- */
  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  }

  /* --- The heartbeat in the bar, on pages that do not poll by themselves --------------------- */
  house.showHeartbeat = function (age, trouble) {
    document.querySelectorAll("[data-heartbeat-age]").forEach((pill) => {
      const isOld = age === null || age > Number(pill.dataset.staleAfter || 15);
      const isStale = isOld || Boolean(trouble);
      pill.setAttribute("data-heartbeat-age", age === null ? "" : age);
      pill.classList.toggle("pill-late", isStale);
      pill.classList.toggle("pill-live", !isStale);
      const text = pill.querySelector("[data-heartbeat-text]");
      if (!text) return;
      text.textContent = age === null || (trouble && !isOld) ? "" : house.ageText(age);
      const words = pill.querySelector("[data-heartbeat-words]");
      if (words) words.textContent = age === null ? "No answer from the timers" : isOld ? "Timers stopped" : trouble ? "Trouble" : "Timers checked";
    });
  };

  /* What the server said last, and when: between two answers the age goes on by itself. An age counts only
     while it is asked for every few seconds; a page that slept asks before it says anything. */
  const EVERY = 5000;
  const heard = { age: null, trouble: "", at: 0, askedAt: Date.now(), isAsking: false, lost: "" };
  const wall = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Europe/London" });

  async function askHeartbeat(url) {
    heard.isAsking = true;
    heard.askedAt = Date.now();
    try {
      hear(await fetch(url, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(8000) }));
    } catch {
      heard.lost = "silent";
    }
    heard.isAsking = false;
    showHeard();
  }

  function hear(reply) {
    heard.lost = reply.type === "opaqueredirect" ? "signed out" : reply.ok ? "" : "silent";
    if (heard.lost) return;
    const age = reply.headers.get("X-Heartbeat-Age");
    heard.age = age === null || age === "" ? null : Math.round(Number(age));
    heard.trouble = reply.headers.get("X-Trouble") || "";
    heard.at = Date.now();
  }

  function showHeard() {
    const age = heard.lost || heard.age === null ? null : heard.age + Math.floor((Date.now() - heard.at) / 1000);
    house.showHeartbeat(age, heard.trouble);
    showUnwatched(age);
  }

  /* The strip on top: nobody watches, something else is wrong, or nothing can be known. */
  function showUnwatched(age) {
    const strip = document.querySelector("[data-unwatched]");
    const why = whyUnwatched(age, "rings" in strip.dataset);
    const what = strip.querySelector("[data-unwatched-what]");
    const at = strip.querySelector("[data-unwatched-at]");
    const time = wall.format((heard.at || opened) + offset);
    strip.hidden = !why;
    if (what.textContent !== why && why) what.textContent = why; /* only then: a screen reader says it each time */
    if (at.textContent !== time) at.textContent = time;
  }

  function whyUnwatched(age, isPhone) {
    if (heard.lost === "signed out") return "You are signed out: this page does not change any more. Sign in again.";
    if (heard.lost && isPhone) return navigator.onLine ? "The school’s server does not answer." : ""; /* without signal the page says so itself */
    if (heard.lost) return "The server does not answer.";
    if (age === null || age > 15) return "Nobody is watching the timers.";
    return heard.trouble && `Something is wrong: ${heard.trouble}`;
  }

  function watchHeartbeat() {
    const strip = document.querySelector("[data-unwatched]");
    if (!strip) return;
    if (document.querySelector("[data-poll-url]")) return void (strip.hidden = true); /* the board has its own */
    const pill = document.querySelector("[data-heartbeat-age]");
    const first = pill ? pill.dataset.heartbeatAge : "";
    heard.trouble = strip.dataset.trouble;
    if (first) Object.assign(heard, { age: Number(first), at: Date.now() });
    const look = () => {
      if (document.hidden || heard.isAsking) return;
      if (Date.now() - heard.askedAt >= EVERY) askHeartbeat(strip.dataset.heartbeatUrl);
      else if (heard.at || heard.lost) showHeard();
    };
    window.setInterval(look, 1000);
    document.addEventListener("visibilitychange", look);
  }

  /* --- A call for help that no server has answered goes on where it was made (help.js) --------- */
  house.CALL = "call-for-help";

  function goOnCalling() {
    const wrong = document.querySelector(".wrong-strip a");
    try {
      const kept = JSON.parse(window.localStorage.getItem(house.CALL));
      if (wrong && kept && kept.url === wrong.href) window.location.assign(wrong.href);
    } catch {
      /* a browser that keeps nothing */
    }
  }

  /* --- On paper: when it was printed --------------------------------------------------------- */
  function stampPrint() {
    const shown = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "Europe/London" });
    document.querySelectorAll("[data-printed-at]").forEach((spot) => {
      spot.textContent = ` · ${shown.format(house.serverNow())}`;
    });
  }

  house.readTime(document);
  window.setInterval(house.tick, 1000);
  document.addEventListener("submit", guard);
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
  window.addEventListener("beforeprint", stampPrint);
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement.closest("details.menu[open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
  });
  document.body.addEventListener("htmx:afterSettle", (event) => house.readTime(event.target));
  focusSummary();
  watchHeartbeat();
  goOnCalling();
})();

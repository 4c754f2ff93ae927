/* The board: asks for its rows again and again, and says loudly when it cannot.
   <body data-poll-url data-poll-seconds data-stale-after>, rows in [data-rows].
   A 304 leaves the rows alone; every answer carries X-Heartbeat-Age. Nothing is swapped that did
   not come from the address asked, so a sign-in page never stands where rows should be. */
(function () {
  "use strict";

  const board = document.querySelector("[data-poll-url]");
  const rows = document.querySelector("[data-rows]");
  if (!board || !rows) return;

  const every = Number(board.dataset.pollSeconds || 5) * 1000;
  const staleAfter = Number(board.dataset.staleAfter || 15);
  const stale = document.querySelector("[data-stale]");
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: "Europe/London" });
  const announcer = document.querySelector("[data-announce]");
  const state = {
    etag: rows.dataset.etag || null,
    fails: 0,
    signedOut: false,
    heartbeat: seconds(document.querySelector("[data-heartbeat-age]")?.dataset.heartbeatAge ?? "0"),
    heartbeatAt: Date.now(),
    answeredAt: Date.now(),
    trouble: "",
    why: "",
    known: alarms(document),
  };

  /* An empty age means that the timers have never run: that is as stale as can be. */
  function seconds(age) {
    return age === "" ? Infinity : Math.round(Number(age));
  }

  /* --- Asking ------------------------------------------------------------------------------- */
  async function poll() {
    try {
      const headers = { "X-Requested-With": "board" };
      if (state.etag) headers["If-None-Match"] = state.etag;
      const reply = await fetch(board.dataset.pollUrl, {
        headers, cache: "no-store", redirect: "manual", credentials: "same-origin",
        signal: AbortSignal.timeout(Math.max(every, 10000)),
      });
      await take(reply);
    } catch {
      state.fails += 1;
    }
    judge();
    window.setTimeout(poll, every);
  }

  async function take(reply) {
    state.signedOut = reply.type === "opaqueredirect" || reply.status === 401 || reply.status === 403;
    if (reply.status !== 200 && reply.status !== 304) {
      state.fails += 1;
      return;
    }
    if (reply.status === 200) {
      const html = await reply.text(); /* a broken transfer throws before anything is swapped */
      state.etag = reply.headers.get("ETag");
      swap(html);
    }
    state.fails = 0;
    state.answeredAt = Date.now();
    const age = reply.headers.get("X-Heartbeat-Age");
    if (age !== null) {
      state.heartbeat = seconds(age);
      state.heartbeatAt = Date.now();
    }
    state.trouble = reply.headers.get("X-Trouble") || "";
    const now = reply.headers.get("X-Server-Now");
    if (now) window.house.setServerTime(now);
    show("[data-updated]", window.house.serverNow());
  }

  /* --- Swapping, with focus, open details and scroll kept -------------------------------------- */
  function swap(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const inside = fresh.querySelector("[data-rows]") || fresh.body;
    const focused = rows.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...rows.querySelectorAll("details[open][id]")].map((part) => part.id);
    const scrolled = window.scrollY;
    window.house.readTime(inside);
    rows.replaceChildren(...document.adoptNode(inside).childNodes);
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    window.scrollTo({ top: scrolled, behavior: "instant" });
    window.house.tick();
    announce();
  }

  /* --- New alarms: read aloud, and sounded when asked for ---------------------------------------- */
  function alarms(root) {
    const found = new Map();
    root.querySelectorAll("[data-alarm]").forEach((alarm) => {
      const head = alarm.querySelector(".alarm-head p") || alarm;
      found.set(`${alarm.dataset.alarm}:${alarm.dataset.step || ""}`, head.textContent.trim().replace(/\s+/g, " "));
    });
    return found;
  }

  function announce() {
    const seen = alarms(document);
    const fresh = [...seen].filter(([key]) => !state.known.has(key));
    state.known = seen;
    if (!fresh.length) return;
    if (announcer) announcer.textContent = fresh.map(([, text]) => `Alarm: ${text}`).join(" ");
    window.houseSound?.alarm();
  }

  /* --- The time on the wall, and when the server last answered ------------------------------------- */
  function show(where, at) {
    document.querySelectorAll(where).forEach((spot) => { spot.textContent = clock.format(at); });
  }

  /* --- Judging: is what stands here true? ---------------------------------------------------------- */
  function reason() {
    if (state.signedOut) return "you have been signed out.";
    const silence = Date.now() - state.answeredAt;
    if (state.fails >= 2 || silence > 3 * every + 10000) return "the server does not answer.";
    return heartbeatNow() > staleAfter ? "the timers have stopped." : state.trouble;
  }

  const heartbeatNow = () => state.heartbeat + Math.floor((Date.now() - state.heartbeatAt) / 1000);

  function judge() {
    const why = reason();
    const age = heartbeatNow();
    window.house.showHeartbeat(Number.isFinite(age) ? age : null, state.trouble);
    show("[data-clock]", window.house.serverNow());
    if (why === state.why) return;
    state.why = why;
    document.body.classList.toggle("board-stale", Boolean(why));
    if (!stale) return;
    stale.replaceChildren();
    if (why) stale.append(banner(why));
  }

  function banner(why) {
    const part = document.querySelector("[data-stale-template]").content.cloneNode(true);
    const last = clock.format(state.answeredAt + (window.house.serverNow() - Date.now()));
    const isOurs = why === state.trouble; /* the page itself is up to date */
    if (isOurs) part.querySelector("b").textContent = "Something is wrong:";
    part.querySelector("[data-stale-why]").textContent =
      `${why} ${isOurs ? "" : `What you see is from ${last}. `}Ring anyone who is due, and do not wait for this page.`;
    return part;
  }

  window.setInterval(judge, 1000);
  window.setTimeout(poll, Math.min(every, 1000));
  window.addEventListener("online", judge);
})();

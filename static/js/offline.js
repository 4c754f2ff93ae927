/* Without signal: what was pressed is kept on this phone, shown as "Not yet sent", and goes when there is signal
   and a page of a visit is open; some browsers send it in the background too. The rows (unsent.js) hold an address, a key and the fields, sealed; help is never kept, it wants a person now. */
(function () {
  "use strict";

  const body = document.body;
  const list = document.querySelector("[data-unsent]");
  if (!list || !("serviceWorker" in navigator) || !window.unsent || !window.isSecureContext) return;
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Europe/London" });

  /* Never kept: a PIN, and what goes only with one. */
  function wantsPin(form) {
    const words = (body.dataset.withPin || "").split(" ").filter(Boolean);
    return Boolean(form.querySelector("[type=password], [name*=pin]")) || words.some((path) => form.action.includes(path));
  }

  /* Keeps one form for later; what has become of it, in words, or "". Pressed again, it takes its own place. */
  window.house.keepUnsent = async function (form, fields, pressed, isSignedOut) {
    const key = fields.get("key");
    if (wantsPin(form)) return "It goes only with your PIN, so it is not kept on this phone. Press again when there is signal, or ring.";
    if (!key || /\/out\/help\/$/.test(form.action) || !navigator.serviceWorker.controller) return "";
    try {
      const kept = [...fields].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
      await window.unsent.put({
        key, url: form.action, page: body.dataset.page, who: body.dataset.who, fields: kept,
        label: (pressed || form).textContent.trim().replace(/\s+/g, " ").slice(0, 60), saidAt: new Date(window.house.serverNow()).toISOString(),
      });
      const ready = await navigator.serviceWorker.ready;
      if (ready.sync) await ready.sync.register("unsent").catch(() => {});
    } catch {
      return "";
    }
    await draw();
    if (isSignedOut) return "It is kept on this phone and goes when you have signed in again.";
    return "It is kept on this phone. Keep this page open, or open it again when there is signal: then it goes.";
  };

  /* --- The list -------------------------------------------------------------------------------- */
  function line(row) {
    const spot = document.createElement("li");
    const at = clock.format(Date.parse(row.saidAt));
    const title = document.createElement("b");
    title.textContent = row.refused ? "Not taken" : "Not yet sent";
    spot.append(title, `: “${row.label}”, pressed at ${at}. ${row.refused || ""}`);
    if (row.refused) spot.append(" ", done(row));
    return spot;
  }

  function done(row) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-line";
    button.textContent = "I have seen it";
    button.addEventListener("click", async () => {
      await window.unsent.drop(row.key);
      await draw();
    });
    return button;
  }

  async function rows() {
    return (await window.unsent.all().catch(() => [])).filter((row) => row.who === body.dataset.who);
  }

  async function draw() {
    const mine = await rows();
    list.querySelector("ul").replaceChildren(...mine.map(line));
    list.hidden = !mine.length;
    return mine;
  }

  /* --- Sending it ------------------------------------------------------------------------------- */
  async function push() {
    const waits = (await draw()).some((row) => !row.refused);
    const ready = await navigator.serviceWorker.ready;
    if (waits && navigator.onLine) ready.active.postMessage({ type: "send" });
  }

  navigator.serviceWorker.addEventListener("message", async (event) => {
    await draw();
    if (event.data.type === "sent" && !window.house.helping && (body.dataset.refresh || body.dataset.kept)) window.location.reload();
  });

  /* A page that comes from this phone has keys that may be used already. */
  function freshKeys() {
    document.querySelectorAll("input[name=key]").forEach((field) => { field.value = crypto.randomUUID(); });
  }

  async function start() {
    if (body.dataset.kept) freshKeys();
    try {
      await navigator.serviceWorker.register(list.dataset.worker, { scope: "/" });
      const ready = await navigator.serviceWorker.ready;
      if (body.dataset.keep) ready.active.postMessage({ type: "keep", paths: body.dataset.keep.split(" ") });
    } catch {
      return; /* without a worker a failure is told at once, as before */
    }
    await push();
    window.addEventListener("online", async () => {
      await push();
      if (body.dataset.kept && body.dataset.refresh && list.hidden && !window.house.helping) window.location.reload();
    });
    document.addEventListener("visibilitychange", () => document.hidden || push());
    window.setInterval(push, 15000);
  }

  start();
})();

/* Without signal: what was pressed is kept on this phone, shown as "Not yet sent", and goes by itself.
   The rows (unsent.js) hold an address, a key and the fields, sealed; help is never kept, it wants a person now. */
(function () {
  "use strict";

  const body = document.body;
  const list = document.querySelector("[data-unsent]");
  if (!list || !("serviceWorker" in navigator) || !window.unsent || !window.isSecureContext) return;
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Europe/London" });

  /* Never kept: help, and whatever holds a secret of the person. */
  function mayKeep(form) {
    return !/\/out\/help\/$/.test(form.action) && !form.querySelector("[type=password], [name*=pin], [data-unkept]");
  }

  /* Keeps one form for later; whether it is kept. Pressed again, the same form takes its own place. */
  window.house.keepUnsent = async function (form, fields, pressed) {
    const key = fields.get("key");
    if (!key || !mayKeep(form) || !navigator.serviceWorker.controller) return false;
    try {
      const kept = [...fields].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
      await window.unsent.put({
        key, url: form.action, page: body.dataset.page, who: body.dataset.who, fields: kept,
        label: (pressed || form).textContent.trim().replace(/\s+/g, " ").slice(0, 60), saidAt: new Date(window.house.serverNow()).toISOString(),
      });
      const ready = await navigator.serviceWorker.ready;
      if (ready.sync) await ready.sync.register("unsent").catch(() => {});
    } catch {
      return false;
    }
    await draw();
    return true;
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

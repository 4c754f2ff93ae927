/* Without signal: what was pressed is kept on this phone, shown as "Not yet sent", and goes by itself.
   The rows hold an address, a key and the fields; help is never kept, it wants a person now. */
(function () {
  "use strict";

  const body = document.body;
  const list = document.querySelector("[data-unsent]");
  if (!list || !("serviceWorker" in navigator) || !("indexedDB" in window)) return;
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Europe/London" });

  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open("house", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("unsent", { keyPath: "key" });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function store(mode, act) {
    const base = await open();
    try {
      return await new Promise((resolve, reject) => {
        const change = base.transaction("unsent", mode);
        const asked = act(change.objectStore("unsent"));
        change.oncomplete = () => resolve(asked.result);
        change.onabort = change.onerror = () => reject(change.error);
      });
    } finally {
      base.close();
    }
  }

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
      await store("readwrite", (all) => all.put({
        key, url: form.action, page: body.dataset.page, who: body.dataset.who, fields: kept,
        label: (pressed || form).textContent.trim().replace(/\s+/g, " ").slice(0, 60), saidAt: new Date(window.house.serverNow()).toISOString(),
      }));
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
      await store("readwrite", (all) => all.delete(row.key));
      await draw();
    });
    return button;
  }

  async function rows() {
    const all = await store("readonly", (every) => every.getAll()).catch(() => []);
    return all.filter((row) => row.who === body.dataset.who).sort((one, other) => one.saidAt.localeCompare(other.saidAt));
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
    if (event.data.type === "sent" && (body.dataset.refresh || body.dataset.kept)) window.location.reload();
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
    window.addEventListener("online", push);
    document.addEventListener("visibilitychange", () => document.hidden || push());
    window.setInterval(push, 15000);
  }

  start();
})();

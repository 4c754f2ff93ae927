/* The store of what is not yet sent, for the page and for the worker: a row an action, sealed with a key
   that this browser made and cannot give away. On the disk of the phone nothing of it can be read. */
(function (place) {
  "use strict";

  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open("house", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("unsent", { keyPath: "key" });
        asked.result.createObjectStore("keys");
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function ask(name, mode, act) {
    const base = await open();
    try {
      return await new Promise((resolve, reject) => {
        const change = base.transaction(name, mode);
        const asked = act(change.objectStore(name));
        change.oncomplete = () => resolve(asked.result);
        change.onabort = change.onerror = () => reject(change.error);
      });
    } finally {
      base.close();
    }
  }

  async function seal() {
    const known = await ask("keys", "readonly", (keys) => keys.get("seal"));
    if (known) return known;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await ask("keys", "readwrite", (keys) => keys.add(made, "seal")).catch(() => {}); /* another tab was faster */
    return ask("keys", "readonly", (keys) => keys.get("seal"));
  }

  async function opened({ key, saidAt, who, refused, iv, sealed }) {
    const row = { key, saidAt, who, refused, label: "something", fields: [] };
    try {
      const raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await seal(), sealed);
      return { ...row, ...JSON.parse(new TextDecoder().decode(raw)) };
    } catch {
      return { ...row, refused: "It could not be read any more. Say it again." };
    }
  }

  place.unsent = {
    /* In the order in which it was pressed. */
    async all() {
      const rows = await ask("unsent", "readonly", (every) => every.getAll());
      rows.sort((one, other) => one.saidAt.localeCompare(other.saidAt));
      return Promise.all(rows.map(opened));
    },
    async put({ key, saidAt, who, refused, ...rest }) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const raw = new TextEncoder().encode(JSON.stringify(rest));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await seal(), raw);
      await ask("unsent", "readwrite", (every) => every.put({ key, saidAt, who, refused, iv, sealed }));
    },
    drop: (key) => ask("unsent", "readwrite", (every) => every.delete(key)),
  };
})(self);

/* The store of what is not yet sent, for the page and for the worker: a row an action, sealed with a key
   that this browser made and cannot give away; and the seal itself, for the pages that the worker keeps.
   On the disk of the phone nothing of either can be read. */
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

  async function secret() {
    const known = await ask("keys", "readonly", (keys) => keys.get("seal"));
    if (known) return known;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await ask("keys", "readwrite", (keys) => keys.add(made, "seal")).catch(() => {}); /* another tab was faster */
    return ask("keys", "readonly", (keys) => keys.get("seal"));
  }

  place.seal = {
    async shut(text) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await secret(), new TextEncoder().encode(text)) };
    },
    /* Throws when the key is not the one that shut it. */
    async open({ iv, sealed }) {
      return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await secret(), sealed));
    },
  };

  async function opened({ key, saidAt, who, iv, sealed }) {
    const row = { key, saidAt, who, label: "something", fields: [] };
    try {
      return { ...row, ...JSON.parse(await place.seal.open({ iv, sealed })) };
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
    async put({ key, saidAt, who, ...rest }) {
      const shut = await place.seal.shut(JSON.stringify(rest));
      await ask("unsent", "readwrite", (every) => every.put({ key, saidAt, who, ...shut }));
    },
    drop: (key) => ask("unsent", "readwrite", (every) => every.delete(key)),
  };
})(self);

/* The service worker: the phone page without signal, what was pressed without signal, and alerts.
   It keeps only the pages that the server marks (X-Keep-Offline), for one person, until they sign out or
   the visit is over; it watches no timer: those run at school. Served from the root as /worker.js. */
"use strict";

importScripts("/static/js/unsent.js");

const KEPT = "out-pages";
const LOOK = "house-look";
const PAGE = /^\/visits\/[^/]+\/out\/(?:help\/|reminders\/|time\/)?$/;
const PATIENCE = 10000;
const LONGEST = 14 * 60 * 60 * 1000; /* as long as a sign-in */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/* --- Pages ------------------------------------------------------------------------------------ */
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && /^\/accounts\/(login|logout)\/$/.test(url.pathname)) event.respondWith(signing(request));
  else if (request.method !== "GET") return;
  else if (request.mode === "navigate" && PAGE.test(url.pathname)) event.respondWith(shown(event, url.pathname));
  else if (url.pathname.startsWith("/static/") || url.pathname.startsWith("/brand/")) event.respondWith(dressed(request));
});

/* Whoever signs in or out here leaves nothing of the one before. */
async function signing(request) {
  await caches.delete(KEPT);
  return fetch(request);
}

async function dressed(request) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(LOOK)).match(request.url)) || Response.error();
  }
}

async function shown(event, path) {
  const asked = fetch(event.request);
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  event.waitUntil(asked.then((reply) => keep(path, reply.clone())).catch(() => {}));
  try {
    return await Promise.race([asked, late]);
  } catch {
    return (await kept(path)) || nothingKept();
  }
}

async function keep(path, reply) {
  const cache = await caches.open(KEPT);
  const who = reply.headers.get("X-Keep-Offline");
  if (!reply.ok || !who) {
    if (reply.status < 500) await cache.delete(path); /* over, signed out, or not theirs any more */
    return;
  }
  await onlyOf(who, cache);
  const text = await reply.text();
  const headers = { "X-Kept-At": String(Date.now()), "X-Kept-For": who, "X-As-Of": reply.headers.get("X-As-Of") || "" };
  for (const name of ["Content-Type", "Content-Security-Policy", "Referrer-Policy", "X-Frame-Options"]) {
    if (reply.headers.has(name)) headers[name] = reply.headers.get(name);
  }
  await cache.put(path, new Response(text, { headers }));
  await keepLook(text);
}

/* Pages of somebody else go as soon as another person's come. */
async function onlyOf(who, cache) {
  for (const request of await cache.keys()) {
    const other = await cache.match(request);
    if (other && other.headers.get("X-Kept-For") !== who) await cache.delete(request);
  }
}

async function keepLook(text) {
  const look = await caches.open(LOOK);
  const wanted = [...text.matchAll(/(?:href|src)="(\/(?:static|brand)\/[^"]+)"/g)].map(([, path]) => path);
  for (const path of new Set(wanted)) {
    const reply = await fetch(path).catch(() => null);
    if (reply && reply.ok) await look.put(path, reply);
  }
}

async function kept(path) {
  const cache = await caches.open(KEPT);
  const reply = await cache.match(path);
  if (!reply) return null;
  if (Date.now() - Number(reply.headers.get("X-Kept-At")) > LONGEST) {
    await cache.delete(path);
    return null;
  }
  const text = await reply.text();
  const asOf = reply.headers.get("X-As-Of");
  const page = text
    .replace("<body ", `<body data-kept="${asOf}" `)
    .replace("data-kept-note hidden", "data-kept-note")
    .replace("<span data-as-of></span>", `<span data-as-of>${asOf}</span>`);
  return new Response(page, { headers: reply.headers });
}

function nothingKept() {
  const page = `<!doctype html><html lang="en-GB"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>No signal</title>
<h1>No signal</h1><p>This page is not kept on this phone, and nothing was sent. The timers run at school: if nobody hears from you, people look for you.</p><p><a href="tel:999">In danger ring 999</a></p><p>Otherwise ring your school office.</p></html>`;
  return new Response(page, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

async function keepAll(paths) {
  const cache = await caches.open(KEPT);
  for (const path of paths) {
    const old = await cache.match(path);
    if (old && Date.now() - Number(old.headers.get("X-Kept-At")) < 60000) continue;
    const reply = await fetch(path, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
    if (reply) await keep(path, reply);
  }
}

/* --- What was pressed without signal: a row an action, sent in order, once ---------------------- */
let sending = null;

function sendAll() {
  sending = sending || sendInOrder().finally(() => { sending = null; });
  return sending;
}

async function sendInOrder() {
  const rows = (await self.unsent.all()).filter((row) => !row.refused);
  let sent = 0;
  for (const row of rows) {
    const answer = await sendOne(row).catch(() => "later");
    if (answer === "later") break;
    if (answer === "sent") {
      sent += 1;
      await self.unsent.drop(row.key);
    } else if (answer !== "other") await self.unsent.put({ ...row, refused: answer });
    await tell({ type: "unsent" });
  }
  if (sent) await tell({ type: "sent" });
}

/* "sent", "later" (try again), "other" (somebody else is signed in), or the sentence that refused. */
async function sendOne(row) {
  const page = await fetch(row.page, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(20000) });
  if (page.status >= 500 || page.url.includes("/accounts/")) return "later";
  if (!page.ok) return "This visit is not open to you any more.";
  const text = await page.text();
  const token = /X-CSRFToken": "(\w+)"/.exec(text.replaceAll("&quot;", '"'));
  const who = /data-who="([^"]+)"/.exec(text);
  if (!token) return "later";
  if (who && who[1] !== row.who) return "other";
  const body = new FormData();
  for (const [name, value] of row.fields) body.append(name, value);
  body.append("csrfmiddlewaretoken", token[1]);
  body.append("said_at", row.saidAt);
  const reply = await fetch(row.url, { method: "POST", body, credentials: "same-origin", signal: AbortSignal.timeout(20000) });
  if (reply.status >= 500 || reply.status === 403 || reply.url.includes("/accounts/")) return "later";
  if (reply.redirected) return "sent";
  return decodeURIComponent(reply.headers.get("X-Refused") || "") || "The school’s server did not take it. Open the page and say it again.";
}

async function tell(message) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  windows.forEach((one) => one.postMessage(message));
}

self.addEventListener("message", (event) => {
  if (event.data.type === "keep") event.waitUntil(keepAll(event.data.paths));
  if (event.data.type === "send") event.waitUntil(sendAll());
});
self.addEventListener("sync", (event) => event.tag === "unsent" && event.waitUntil(sendAll()));

/* --- Alerts: a subject and where it leads ------------------------------------------------------- */
self.addEventListener("push", (event) => {
  let words = {};
  try {
    words = event.data.json();
  } catch { /* something came: better a bare alert than none */ }
  const title = words.title || "Home Visits: there is a message for you";
  event.waitUntil(self.registration.showNotification(title, {
    tag: words.tag, renotify: Boolean(words.tag), requireInteraction: true,
    icon: "/static/img/icon-192.png", data: { path: words.path },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = (event.notification.data || {}).path || "/notices/";
  const inside = new URL(path, self.location.origin);
  const target = inside.origin === self.location.origin ? inside.href : self.location.origin;
  event.waitUntil(self.clients.openWindow(target));
});

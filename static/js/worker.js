/* The service worker: the phone page without signal, what was pressed without signal, and alerts.
   It keeps only the pages that the server marks (X-Keep-Offline), sealed, for one person, until they sign out
   or the visit is over; it watches no timer: those run at school. Served from the root as /worker.js. */
"use strict";

importScripts("/static/js/unsent.js");

const KEPT = "sealed-pages";
const LOOK = "house-look";
const HOME = /^\/visits\/[^/]+\/out\/$/;
const PAGE = /^\/visits\/[^/]+\/out\/(?:(?:help|reminders|time|look|entered|outcome|note)\/)?$/;
const SIGN_OUT = "/accounts/logout/";
const PATIENCE = 10000;
const LONGEST = 14 * 60 * 60 * 1000; /* as long as a sign-in */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.delete("out-pages")); /* as they were kept before they were sealed */
  event.waitUntil(self.clients.claim());
});

/* --- Pages ------------------------------------------------------------------------------------ */
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && /^\/accounts\/(login|logout)\/$/.test(url.pathname)) event.respondWith(signing(request));
  else if (request.method !== "GET") return;
  else if (request.mode === "navigate") event.respondWith(shown(event, url.pathname));
  else if (url.pathname.startsWith("/static/") || url.pathname.startsWith("/brand/")) event.respondWith(dressed(request));
});

/* Whoever signs in or out here leaves no page of the one before. Who would leave something unsent is asked first. */
async function signing(request) {
  if (request.url.endsWith(SIGN_OUT) && (await self.unsent.all().catch(() => [])).length) return Response.redirect(SIGN_OUT, 303);
  await forget();
  const reply = await fetch(request);
  await forget();
  return reply;
}

/* Counts who came and went, so that a page still on its way is not kept for the next one. */
let era = 0;
async function forget() {
  era += 1;
  await caches.delete(KEPT);
}

async function dressed(request) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(LOOK)).match(request.url)) || Response.error();
  }
}

/* Every page is asked for; without an answer, or with a server's failure, those who are out get what is kept. */
async function shown(event, path) {
  const since = era;
  const asked = fetch(event.request);
  const isOut = PAGE.test(path);
  const late = new Promise((_, reject) => isOut && setTimeout(reject, PATIENCE));
  if (isOut) event.waitUntil(asked.then((reply) => keep(path, reply.clone(), since)).catch(() => {}));
  try {
    const reply = await Promise.race([asked, late]);
    return (isOut && reply.status >= 500 && (await kept(path))) || reply;
  } catch {
    return instead(path);
  }
}

/* This page, else the page of its visit, else the only one that is kept, else a choice. */
async function instead(path) {
  const paths = (await (await caches.open(KEPT)).keys()).map((request) => new URL(request.url).pathname);
  const homes = paths.filter((one) => HOME.test(one));
  const [visit] = /^\/visits\/[^/]+\//.exec(path) || [];
  const home = homes.find((one) => visit && one.startsWith(visit)) || (homes.length === 1 && homes[0]);
  return (await kept(path)) || (home && (await kept(home))) || nothingKept(homes);
}

async function keep(path, reply, since) {
  const cache = await caches.open(KEPT);
  if (since !== era) return;
  const who = reply.headers.get("X-Keep-Offline");
  if (!reply.ok || !who || reply.redirected) {
    if (reply.status < 500) await cache.delete(path); /* over, signed out, or not theirs any more */
    return;
  }
  await onlyOf(who, cache);
  const text = await reply.text();
  const headers = { "X-Kept-At": String(Date.now()), "X-Kept-For": who, "X-As-Of": reply.headers.get("X-As-Of") || "" };
  for (const name of ["Content-Type", "Content-Security-Policy", "Referrer-Policy", "X-Frame-Options"]) {
    if (reply.headers.has(name)) headers[name] = reply.headers.get(name);
  }
  const { iv, sealed } = await self.seal.shut(text);
  await cache.put(path, new Response(new Blob([iv, sealed]), { headers }));
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
  const raw = new Uint8Array(await reply.arrayBuffer());
  const text = await self.seal.open({ iv: raw.slice(0, 12), sealed: raw.slice(12) }).catch(() => null);
  if (text === null) return null;
  const asOf = reply.headers.get("X-As-Of");
  const page = text
    .replace("<body ", `<body data-kept="${asOf}" data-kept-at="${reply.headers.get("X-Kept-At")}" `)
    .replace("data-kept-note hidden", "data-kept-note")
    .replace("<span data-as-of></span>", `<span data-as-of>${asOf}</span>`);
  return new Response(page, { headers: reply.headers });
}

function nothingKept(homes) {
  const links = homes.map((home) => `<li><a href="${home}">${home.split("/")[2]}</a></li>`).join("");
  const choice = links && `<p>Kept on this phone:</p><ul>${links}</ul>`;
  const page = `<!doctype html><html lang="en-GB"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>No signal</title>
<h1>No signal</h1><p>This page is not kept on this phone, and nothing was sent. The timers run at school: if nobody hears from you, people look for you.</p>${choice}<p><a href="tel:999">In danger ring 999</a></p><p>Otherwise ring your school office.</p><p><a href="/">Try again</a></p></html>`;
  return new Response(page, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

async function keepAll(paths) {
  const since = era;
  const cache = await caches.open(KEPT);
  for (const path of paths) {
    const old = await cache.match(path);
    if (old && Date.now() - Number(old.headers.get("X-Kept-At")) < 60000) continue;
    const reply = await fetch(path, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
    if (reply) await keep(path, reply, since);
  }
}

/* --- What was pressed without signal: a row an action, sent in order, once ---------------------- */
let sending = null;

function sendAll() {
  sending = sending || sendInOrder().finally(() => { sending = null; });
  return sending;
}

/* How many have to wait for another try. A row that waits holds up no other, unless nobody answers at all. */
async function sendInOrder() {
  const rows = (await self.unsent.all()).filter((row) => !row.refused);
  let sent = 0;
  let left = 0;
  for (const row of rows) {
    const answer = await sendOne(row).catch(() => "away");
    if (answer === "away" || answer === "later") left += 1;
    if (answer === "away") break;
    if (answer === "sent") {
      sent += 1;
      await self.unsent.drop(row.key);
    } else if (answer !== "other" && answer !== "later") await self.unsent.put({ ...row, refused: answer });
    await tell({ type: "unsent" });
  }
  if (sent) await tell({ type: "sent" });
  return left;
}

const ask = (url, more) => fetch(url, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(20000), ...more });
const isSignedOut = (reply) => new URL(reply.url).pathname.startsWith("/accounts/");
const whose = (text) => (/data-who="([^"]+)"/.exec(text) || [])[1];

/* "sent", "away" (nobody answers, or nobody is signed in), "later" (this one, again), "other" (somebody else
   is signed in, or no longer of this visit), or the sentence that refused. Sent is only what led the same person
   back to a phone page: any other page says nothing of whether it was taken. */
async function sendOne(row) {
  const page = await ask(row.page);
  if (isSignedOut(page)) return "away";
  if (page.status >= 500) return "later";
  const text = await page.text();
  if (whose(text) !== row.who) return "other";
  const token = /X-CSRFToken": "(\w+)"/.exec(text.replaceAll("&quot;", '"'));
  if (!token) return "later";
  const body = new FormData();
  for (const [name, value] of row.fields) body.append(name, value);
  body.append("csrfmiddlewaretoken", token[1]);
  body.append("said_at", row.saidAt);
  const reply = await ask(row.url, { method: "POST", body });
  if (isSignedOut(reply)) return "away";
  if (reply.status >= 500 || reply.status === 403) return "later";
  if (reply.redirected) return whose(await reply.text()) === row.who ? "sent" : "other";
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
/* The browser tries again by itself only when it hears that something is left. */
async function sync() {
  if (await sendAll()) throw new Error("not everything could be sent");
}
self.addEventListener("sync", (event) => event.tag === "unsent" && event.waitUntil(sync()));

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

// Keeps the form and the outbox open without network; it caches nothing about clients.
"use strict";
const KEPT = ["/officer/new", "/officer/outbox"];
const CACHES = ["pages", "files"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(prepare().catch(() => {}));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), sweep()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(event, url.pathname));
});

// Both pages, and the files that they load, which the browser has already.
async function prepare() {
  const [pages, files] = await Promise.all([caches.open("pages"), caches.open("files")]);
  await pages.addAll(KEPT);
  const html = await (await pages.match(KEPT[0])).text();
  await files.addAll(new Set(html.match(/\/assets\/[\w.]+/g)));
}

async function file(request) {
  const files = await caches.open("files");
  const kept = await files.match(request);
  if (kept) return kept;
  const reply = await fetch(request);
  if (reply.ok) await files.put(request, reply.clone());
  return reply;
}

// Files of earlier versions go: what is left is what the kept pages load.
async function sweep() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !CACHES.includes(name)).map((name) => caches.delete(name)));
  const [pages, files] = await Promise.all(CACHES.map((name) => caches.open(name)));
  const kept = await Promise.all(KEPT.map(async (path) => (await pages.match(path))?.text() ?? ""));
  const loaded = new Set(kept.join("").match(/\/assets\/[\w.]+/g));
  if (loaded.size === 0) return;
  const old = (await files.keys()).filter((file) => !loaded.has(new URL(file.url).pathname));
  await Promise.all(old.map((file) => files.delete(file)));
}

async function page(event, path) {
  const pages = await caches.open("pages");
  try {
    const reply = await fetch(event.request);
    if (reply.ok && !reply.redirected && KEPT.includes(path)) {
      await pages.put(path, reply.clone());
      event.waitUntil(sweep());
    }
    return reply;
  } catch {
    const kept = (await pages.match(path)) ?? (await pages.match("/officer/outbox"));
    return kept ?? Response.error();
  }
}

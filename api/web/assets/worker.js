// Keeps the form and the outbox open without network; it caches nothing about clients.
"use strict";
const KEPT = ["/officer/new", "/officer/outbox"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(prepare().catch(() => {}));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(request, url.pathname));
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

async function page(request, path) {
  const pages = await caches.open("pages");
  try {
    const reply = await fetch(request);
    if (reply.ok && !reply.redirected && KEPT.includes(path)) await pages.put(path, reply.clone());
    return reply;
  } catch {
    const kept = (await pages.match(path)) ?? (await pages.match("/officer/outbox"));
    return kept ?? Response.error();
  }
}

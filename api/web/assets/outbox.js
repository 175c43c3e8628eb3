// Forms that were filled without network: sealed in this browser, at most a day, sent once each.
(() => {
  "use strict";
  const DAY = 24 * 3600 * 1000;
  const person = document.body.dataset.person;
  if (!person || !window.indexedDB || !window.crypto?.subtle) return;

  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const opened = (() => {
    const request = indexedDB.open("outbox", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys");
      request.result.createObjectStore("forms", { keyPath: "id" });
    };
    return done(request);
  })();
  const store = async (name, mode = "readonly") =>
    (await opened).transaction(name, mode, { durability: "strict" }).objectStore(name);
  const keep = async (entry) => {
    const forms = await store("forms", "readwrite");
    await done(forms.put(entry));
    await new Promise((resolve) => (forms.transaction.oncomplete = resolve));
  };
  const drop = async (id) => done((await store("forms", "readwrite")).delete(id));
  const all = async () => (await done((await store("forms")).getAll())).sort((a, b) => a.at - b.at);

  // The key never leaves the browser: not even this script can read its bytes.
  async function key() {
    const kept = await done((await store("keys")).get("form"));
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await done((await store("keys", "readwrite")).add(made, "form")).catch(() => {});
    return done((await store("keys")).get("form"));
  }
  async function seal(fields) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(fields));
    return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), plain) };
  }
  async function unseal(entry) {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: entry.iv }, await key(), entry.sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  async function fresh() {
    const now = Date.now();
    for (const entry of await all()) if (now - entry.at > DAY) await drop(entry.id);
    return all();
  }

  // Sends what waits; two tabs never at once. A form that was sent before is found by its key.
  const send = () => navigator.locks.request("outbox", { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    const waiting = (await fresh()).filter((e) => e.state === "waiting" && e.person === person);
    if (waiting.length) await sendAll(waiting).catch(() => {});
    await show();
  });
  async function sendAll(waiting) {
    const reply = await fetch("/officer/outbox", { cache: "no-store" });
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    if (page.body.dataset.person !== person) return; // somebody has to sign in first
    const token = page.querySelector("input[name=token]").value;
    for (const entry of waiting) {
      const fields = await unseal(entry);
      const sent = await fetch("/officer/new", { method: "POST", body: new URLSearchParams({ ...fields, token }) });
      if (sent.redirected && new URL(sent.url).pathname.startsWith("/officer/applications/")) {
        await keep({ id: entry.id, at: entry.at, person, state: "sent", url: new URL(sent.url).pathname });
      } else if (sent.status === 422) {
        await keep({ ...entry, state: "refused" });
      } else return;
      await show();
    }
  }

  // The list on the page of the outbox, and the number in the navigation.
  async function show() {
    const entries = (await fresh()).filter((e) => e.person === person);
    const open = entries.filter((e) => e.state !== "sent").length;
    const count = document.getElementById("outbox-count");
    if (count) { count.hidden = !open; count.textContent = open; }
    const list = document.getElementById("outbox-list");
    if (!list) return;
    const rows = await Promise.all(entries.map(row));
    list.replaceChildren(...rows);
    document.getElementById("outbox-empty").hidden = rows.length > 0;
    document.getElementById("outbox-send").hidden = !open;
  }
  async function row(entry) {
    const made = document.getElementById(`row-${entry.state}`).content.cloneNode(true).firstElementChild;
    const fill = (name, text) => { const at = made.querySelector(`[data-${name}]`); if (at) at.textContent = text; };
    fill("at", new Date(entry.at).toLocaleString(document.documentElement.lang));
    if (entry.sealed) fill("who", (await unseal(entry)).applicant_id);
    const open = made.querySelector("a");
    if (open) open.href = entry.url ?? `/officer/new#${entry.id}`;
    made.querySelector("[data-drop]")?.addEventListener("click", async () => { await drop(entry.id); await show(); });
    return made;
  }

  // The form: sent at once if there is network, else kept.
  const form = document.querySelector("form[data-outbox]");
  async function submitted(event) {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    form.setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      if (location.hash) await drop(location.hash.slice(1));
      if (reply.redirected) { location.assign(reply.url); return; }
      document.title = page.title;
      document.getElementById("main").replaceWith(document.adoptNode(page.getElementById("main")));
      document.querySelector(".summary")?.focus();
      bind();
    } catch {
      const { token, ...kept } = fields;
      await keep({ id: fields.key, at: Date.now(), person, state: "waiting", ...(await seal(kept)) });
      location.assign("/officer/outbox");
    } finally {
      form.removeAttribute("aria-busy");
    }
  }
  function bind() {
    document.querySelector("form[data-outbox]")?.addEventListener("submit", submitted, { once: true });
  }
  async function fill(id) {
    const entry = (await all()).find((e) => e.id === id && e.sealed && e.person === person);
    if (!entry) return;
    for (const [name, value] of Object.entries(await unseal(entry))) {
      if (name === "key") continue;
      for (const field of form.elements) {
        if (field.name !== name) continue;
        if (field.type === "radio") field.checked = field.value === value;
        else field.value = value;
        if (value) field.closest("details")?.setAttribute("open", "");
      }
    }
  }
  if (form) {
    form.elements.key.value = crypto.randomUUID(); // a page from the cache must not send an old one
    if (location.hash) fill(location.hash.slice(1));
    bind();
    const note = document.getElementById("offline-note");
    const tell = () => { note.hidden = navigator.onLine; };
    addEventListener("online", tell);
    addEventListener("offline", tell);
    tell();
  }
  document.getElementById("outbox-send")?.addEventListener("click", send);
  addEventListener("online", send);
  setInterval(send, 30000);
  navigator.serviceWorker?.register("/officer/worker.js", { scope: "/officer" }).catch(() => {});
  send();
})();

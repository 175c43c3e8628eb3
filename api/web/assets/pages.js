// What pages do beyond plain HTML: everything works without it.
(() => {
  "use strict";
  const focusFirst = (root) => {
    const at = root.querySelector("[autofocus], [role=status][tabindex]");
    if (at) at.focus();
  };

  // <form data-swap="ID">: send it and put the new #ID of the answer in the place of this one.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const id = form.dataset.swap;
    if (!id || event.defaultPrevented) return;
    event.preventDefault();
    const old = document.getElementById(id);
    old.setAttribute("aria-busy", "true");
    try {
      const fields = new FormData(form, event.submitter);
      const reply = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const fresh = page.getElementById(id);
      if (!fresh) throw new Error("not this page");
      old.replaceWith(document.adoptNode(fresh));
      focusFirst(fresh);
    } catch {
      old.removeAttribute("aria-busy");
      form.submit();
    }
  });

  if (!document.body.dataset.person && window.caches) caches.delete("pages"); // nobody is signed in

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  for (const button of document.querySelectorAll("[data-read]")) {
    if (!("speechSynthesis" in window)) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      speechSynthesis.cancel();
      const said = new SpeechSynthesisUtterance(document.getElementById(button.dataset.read).innerText);
      said.lang = document.documentElement.lang;
      speechSynthesis.speak(said);
    });
  }
})();

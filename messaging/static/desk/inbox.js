"use strict";

// The inbox and its conversations. The server draws everything; htmx asks it for news, and this keeps the place, the
// keys, the clocks and what is typed. Nothing here decides anything.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const page = $("[data-page]");
  if (!page) return;
  const isThread = page.dataset.page === "thread";
  const show = (id, shown) => { const one = document.getElementById(id); if (one) one.hidden = !shown; };
  const tell = () => { const told = $("#cs-told"); if (told) { told.textContent = ""; setTimeout(() => (told.textContent = told.dataset.new), 50); } };
  const askForNews = () => window.htmx && window.htmx.trigger(document.body, "cs-news");

  // Clocks: the server wrote hours and minutes, here they go on. One that runs out is the server's to rename.
  const tick = () => {
    const now = Date.now();
    for (const clock of all("[data-clock]")) {
      const until = Date.parse(clock.dateTime);
      const minutes = Math.floor(Math.abs(until - now) / 60000);
      clock.textContent = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
      const isPast = until <= now;
      if (clock.dataset.past === "no" && isPast) askForNews();
      clock.dataset.past = isPast ? "yes" : "no";
    }
  };
  tick();
  setInterval(tick, 10000);

  // Nobody looks at a hidden page: it asks for nothing, and catches up when it is looked at.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.requestConfig.verb === "get") event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) askForNews(); });

  // A token that is older than the last sign-in would be refused; the news bring the new one.
  document.addEventListener("htmx:configRequest", (event) => {
    const live = $("#cs-live");
    if (live && event.detail.verb !== "get") event.detail.parameters.set("csrfmiddlewaretoken", live.dataset.token);
  });

  // A sign-in page is no news, and never takes the place of what was typed.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const xhr = event.detail.xhr;
    if (xhr.responseURL && new URL(xhr.responseURL).pathname.includes("/login/")) {
      event.detail.shouldSwap = false;
      show("cs-signed-out", true);
    } else {
      show("cs-signed-out", false);
    }
    show("cs-no-line", false);
  });
  for (const failed of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failed, () => show("cs-no-line", true));
  }

  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");
  const step = (items, by) => {
    if (!items.length) return;
    const at = items.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, at + by));
    items[next].focus();
    items[next].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.matches(".cs-compose textarea")) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const does = (isThread ? threadKeys : listKeys)[event.key];
    if (does) {
      event.preventDefault();
      does();
    }
  });
  const help = () => { const button = $("[data-dialog=keys]"); if (button) button.click(); };
  const rows = () => all(".cs-row");
  const listKeys = { j: () => step(rows(), 1), k: () => step(rows(), -1), "/": () => $("#cs-search").focus(), "?": help };
  const entries = () => all("[data-entry]");
  const threadKeys = {
    j: () => step(entries(), 1),
    k: () => step(entries(), -1),
    r: () => choose("reply", true),
    n: () => choose("note", true),
    "?": help,
    Escape: () => location.assign(page.dataset.inbox),
  };

  if (!isThread) {
    // The row one stood on stays the one one stands on, wherever the news put it.
    let stood = "", seen = $("#cs-rows").dataset.seen;
    document.addEventListener("htmx:beforeSwap", () => {
      const row = document.activeElement.closest && document.activeElement.closest("[data-row]");
      stood = row ? row.dataset.row : "";
    });
    document.addEventListener("htmx:afterSettle", () => {
      const again = stood && $(`[data-row="${CSS.escape(stood)}"]`);
      if (again && document.activeElement === document.body) again.focus({ preventScroll: true });
      if ($("#cs-rows").dataset.seen !== seen) tell();
      seen = $("#cs-rows").dataset.seen;
      tick();
    });
    return;
  }

  // What is typed is kept for this window until it has been taken.
  const nameOf = (form) => `cs-draft-${page.dataset.conversation}-${form.dataset.deed}`;
  const restore = () => {
    for (const field of all(".cs-compose textarea")) {
      if (!field.value) field.value = sessionStorage.getItem(nameOf(field.form)) || "";
    }
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches(".cs-compose textarea")) sessionStorage.setItem(nameOf(event.target.form), event.target.value);
  });

  let mode = $("#cs-form-note .cs-alert, #cs-form-note .cs-error") ? "note" : "reply";
  const choose = (name, focus) => {
    mode = name;
    for (const button of all("[data-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
      button.classList.toggle("cs-mode-on", button.dataset.mode === mode);
    }
    for (const form of all(".cs-compose form")) form.hidden = form.dataset.deed !== mode;
    const field = $(`.cs-compose form[data-deed="${mode}"] textarea`);
    if (focus && field) field.focus();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mode]");
    if (button) choose(button.dataset.mode, true);
  });

  const scroller = $("#cs-scroller"), newer = $("#cs-newer");
  const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
  const toEnd = () => { scroller.scrollTop = scroller.scrollHeight; newer.hidden = true; };
  let stayed = true, heard = Number($("#cs-live").dataset.heard), standing = -1;
  newer.addEventListener("click", toEnd);
  scroller.addEventListener("scroll", () => { if (isAtEnd()) newer.hidden = true; });
  document.addEventListener("htmx:beforeSwap", (event) => {
    stayed = isAtEnd();
    standing = entries().indexOf(document.activeElement);
    const form = event.detail.requestConfig.elt.closest("form[data-deed]");
    if (form && event.detail.xhr.status === 200 && event.detail.shouldSwap) sessionStorage.removeItem(nameOf(form));
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const now = Number($("#cs-live").dataset.heard);
    if (now > heard) tell();
    if (stayed) toEnd();
    else if (now > heard) newer.hidden = false;
    heard = now;
    if (standing >= 0 && document.activeElement === document.body && entries()[standing]) entries()[standing].focus({ preventScroll: true });
    if (event.target.matches && event.target.matches(".cs-compose form")) choose(event.target.dataset.deed, true);
    else choose(mode, false);
    tick();
  });
  restore();
  choose(mode, false);
  toEnd();
})();

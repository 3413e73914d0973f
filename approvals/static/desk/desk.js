"use strict";

// The desk's own behaviour. Everything that changes something is a form with a CSRF token; this only opens, closes and copies.
document.addEventListener("DOMContentLoaded", () => {
  const open = (dialog) => {
    dialog.showModal();
    const retyped = dialog.hasAttribute("data-reopen") && dialog.querySelector("input[type=password]");
    const first = retyped || dialog.querySelector("textarea, input:not([type=hidden])");
    if (first) first.focus();
  };

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) open(document.getElementById(`dialog-${opener.dataset.dialog}`));

    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();

    const copier = event.target.closest("[data-copy]");
    if (copier) {
      navigator.clipboard.writeText(document.getElementById(copier.dataset.copy).textContent.trim()).then(() => {
        copier.classList.add("cs-copied");
      });
    }
  });

  // One click is one decision: a second one would be refused anyway, but would look like an error.
  document.addEventListener("submit", (event) => {
    if (event.target.closest("dialog.cs-dialog")) {
      event.target.querySelectorAll("button[type=submit]").forEach((button) => (button.disabled = true));
    }
  });

  const again = document.querySelector("dialog[data-reopen]");
  if (again) open(again);
});

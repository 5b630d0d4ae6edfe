// SPDX-License-Identifier: Apache-2.0
// A second press of a button must not send a form again: the browser would drop the answer to the first.
"use strict";

const patience = 10000; // milliseconds

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, patience); // the person may have stopped it
});

// The page may come back from the browser's memory.
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

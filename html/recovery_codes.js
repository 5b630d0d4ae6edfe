// SPDX-License-Identifier: Apache-2.0
// Copy, print and download; without JavaScript the page says all the same.
"use strict";

const codes = [...document.querySelectorAll("#recovery-codes li")].map((item) => item.textContent);
const text = codes.join("\n") + "\n";
const keep = document.getElementById("keep");

keep.querySelector("[data-do=copy]").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  await navigator.clipboard.writeText(text);
  document.getElementById("kept").textContent = button.dataset.done;
});
keep.querySelector("[data-do=print]").addEventListener("click", () => print());
keep.querySelector("[data-do=download]").href = "data:text/plain;charset=utf-8," + encodeURIComponent(text);
keep.hidden = false;

// SPDX-License-Identifier: Apache-2.0
// What uzmfa.js loads when a call was stopped: the page due in a window of its own, and a button for where browsers let none
// open by itself.

let end; // the same for all calls that wait

export const wait = (url, title) => (end ??= show(url, title).finally(() => (end = undefined)));

async function show(url, title) {
  url.searchParams.set("next", new URL("done", url).pathname);
  let shown, missed, timer;
  const open = () => {
    missed = 0;
    shown = window.open(url, "", "popup,width=520,height=760") ?? shown;
  };
  const notice = document.createElement("div");
  notice.setAttribute("role", "alert");
  const button = notice.appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = title;
  button.onclick = open;
  // By properties, which a Content-Security-Policy of the application allows.
  Object.assign(button.style, { position: "fixed", inset: "0 0 auto", zIndex: 2147483647, padding: "1em", font: "inherit" });
  const channel = new BroadcastChannel("uzmfa");

  await new Promise((over) => {
    channel.onmessage = over;
    timer = setInterval(async () => (missed = (await isThere(shown)) ? 0 : missed + 1) > 2 && over(), 1000);
    document.documentElement.append(notice);
    open();
  });
  clearInterval(timer);
  channel.close();
  notice.remove();
}

// The module's pages cut all ties to the window that opened them, so that it seems closed at once. They hold a lock instead
// (window.js), but for the moment between two of them.
async function isThere(shown) {
  if (!shown?.closed) return true;
  const { held } = await navigator.locks.query();
  return held.some(({ name }) => name === "uzmfa");
}

// SPDX-License-Identifier: Apache-2.0
// For applications: a call that the gate stops waits for the way in (wait.js), and is sent once more, whatever came of it.
"use strict";

(() => {
  const { fetch, XMLHttpRequest } = window;

  const isStopped = (status, url, header) =>
    status === 401 && url.startsWith(location.origin + "/") && header("WWW-Authenticate") === "Uzmfa" &&
    header("Content-Type") === "application/problem+json";

  const wayIn = async (answer) => {
    try {
      const { verify_url, title } = await answer.json();
      const url = new URL(verify_url, location);
      if (url.origin === location.origin) await (await import(new URL("wait.js", url))).wait(url, title);
    } catch {}
  };

  window.fetch = async (input, init) => {
    // A stream is gone once it was sent.
    const again = init?.body instanceof ReadableStream ? null : new Request(input?.clone?.() ?? input, init);
    const answer = await fetch(input, init);
    if (!again || !isStopped(answer.status, answer.url, (name) => answer.headers.get(name))) return answer;
    await Promise.race([wayIn(answer), new Promise((over) => (again.signal.onabort = over))]);
    return fetch(again);
  };

  window.XMLHttpRequest = class extends XMLHttpRequest {
    #call = {};

    constructor() {
      super();
      const types = ["readystatechange", "progress", "load", "loadend"];
      for (const type of types) this.addEventListener(type, (event) => this.#hide(event));
    }

    open(...target) {
      super.open(...target);
      this.#call = { target, headers: [], isFirst: target.length < 3 || target[2] };
    }

    setRequestHeader(...header) {
      super.setRequestHeader(...header);
      this.#call.headers.push(header);
    }

    send(body) {
      this.#call.body = body;
      super.send(body);
    }

    get readyState() {
      return this.#call.waits ? 1 : super.readyState;
    }

    // The application's own listeners come later, and learn nothing of the first answer.
    async #hide(event) {
      const call = this.#call;
      if (!call.isFirst || !isStopped(this.status, this.responseURL, (name) => this.getResponseHeader(name))) return;
      event.stopImmediatePropagation();
      if (event.type !== "loadend") return;
      call.waits = true;
      await wayIn(new Response(this.responseType === "json" ? JSON.stringify(this.response) : this.response));
      call.waits = call.isFirst = false;
      if (call !== this.#call || super.readyState !== 4) return; // aborted meanwhile
      super.open(...call.target);
      for (const header of call.headers) super.setRequestHeader(...header);
      super.send(call.body);
    }
  };
})();

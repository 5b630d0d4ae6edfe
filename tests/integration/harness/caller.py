# SPDX-License-Identifier: Apache-2.0
"""An application whose page calls by script, under the strictest Content-Security-Policy that leaves it its scripts."""

from .application import Application

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Caller</title>
<link rel="icon" href="/uzmfa/icon.svg">
<script src="/uzmfa/uzmfa.js" defer></script>
<script src="caller.js" defer></script></head>
<body><main><h1>Caller</h1>
<button type="button" id="fetch">fetch</button>
<button type="button" id="request">a Request</button>
<button type="button" id="string">a string</button>
<button type="button" id="form">a form</button>
<button type="button" id="parameters">parameters</button>
<button type="button" id="blob">a blob</button>
<button type="button" id="stream">a stream</button>
<button type="button" id="xhr">XHR</button>
<button type="button" id="xhr-post">XHR, POST</button>
<button type="button" id="xhr-json">XHR, JSON</button>
<button type="button" id="xhr-buffer">XHR, bytes</button>
<button type="button" id="xhr-sync">XHR, synchronous</button>
<button type="button" id="xhr-aborted">XHR, aborted</button>
<button type="button" id="aborted">fetch, aborted</button>
<button type="button" id="many">ten calls</button>
</main></body></html>
"""

# Each button makes a call; `answers` is what came of them, `events` what an XHR was told of.
SCRIPT = """"use strict";
const answers = [];
const events = [];
const form = new FormData();
form.set("a", "1 & 2");
const text = new TextEncoder().encode("of a stream");
const stream = () => new ReadableStream({ start(one) { one.enqueue(text); one.close(); } });
const word = (text) => text.includes("sign_in_required") ? "stopped" : text.replaceAll('"', "").trim();
const said = (status, text) => answers.push(`${status} ${word(text)}`);

async function call(input, init) {
  try {
    const answer = await fetch(input, init);
    said(answer.status, await answer.text());
  } catch (error) {
    answers.push(error.name);
  }
}

const post = (body, more = {}) => call("/echo?x=1", { method: "POST", body, headers: { "X-Test": "kept" }, ...more });

function xhr(method, type, body, asynchronous = true) {
  const request = new XMLHttpRequest();
  request.open(method, "/echo?x=1", asynchronous);
  if (type) request.responseType = type;
  request.setRequestHeader("X-Test", "kept");
  request.setRequestHeader("X-Test", "twice");
  request.onreadystatechange = () => events.push(`${request.readyState} ${request.status}`);
  for (const name of ["progress", "load", "loadend", "abort", "error", "timeout"]) {
    request.addEventListener(name, () => events.push(name));
  }
  request.onload = () => {
    const { response } = request;
    said(request.status, typeof response === "string" ? response : response instanceof ArrayBuffer
      ? new TextDecoder().decode(response) : JSON.stringify(response));
  };
  request.send(body);
  return request;
}

const made = {
  "fetch": () => call("/echo?x=1"),
  "request": () => call(new Request("/echo?x=1", { method: "PUT", body: "of a request", headers: { "X-Test": "kept" } })),
  "string": () => post("of a string"),
  "form": () => post(form),
  "parameters": () => post(new URLSearchParams({ a: "1 & 2" })),
  "blob": () => post(new Blob(["of a blob"])),
  "stream": () => post(stream(), { duplex: "half" }),
  "xhr": () => xhr("GET"),
  "xhr-post": () => xhr("POST", "", "of a string"),
  "xhr-json": () => xhr("POST", "json", "of a string"),
  "xhr-buffer": () => xhr("POST", "arraybuffer", form),
  "xhr-sync": () => xhr("GET", "", null, false),
  "xhr-aborted": () => { window.request = xhr("POST", "", "of a string"); },
  "aborted": () => { window.controller = new AbortController(); call("/echo?x=1", { signal: controller.signal }); },
  "many": () => { for (let i = 0; i < 5; i++) { call(`/echo?x=${i}`); xhr("GET"); } },
};
for (const [name, make] of Object.entries(made)) document.getElementById(name).addEventListener("click", make);
"""

# Says what it was asked, as a JSON text.
ECHO = """#!/bin/sh
printf 'Content-Type: application/json\\r\\n\\r\\n"'
printf '%s' "$REQUEST_METHOD $QUERY_STRING [$HTTP_X_TEST] " "$(head -c "${CONTENT_LENGTH:-0}" | tr -d '\\r"' | tr '\\n' ' ')"
printf '"'
"""

POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"


def add_caller(application: Application) -> None:
    application.add("caller.html", PAGE)
    application.add("caller.js", SCRIPT)
    application.add("echo.cgi", ECHO).chmod(0o755)


def directives(application: Application) -> list[str]:
    """The page is `/caller`, and `/echo` says what it was asked."""
    return [f'Alias "/caller.js" "{application.folder}/caller.js"', f'Alias "/caller" "{application.folder}/caller.html"',
            f'Alias "/echo" "{application.folder}/echo.cgi"',
            '<Files "caller.html">', f'Header set Content-Security-Policy "{POLICY}"', "</Files>"]

# SPDX-License-Identifier: Apache-2.0
"""Requests over HTTP/2, many on one connection, by curl."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from .site import Site

END = "\x1e"


@dataclass(frozen=True)
class Exchange:
    """One request, and what came back for it: head and body as one text."""

    method: str
    target: str
    status: int
    text: str


def over_http_2(site: Site, asked: Sequence[tuple[str, str]], *headers: str, host: str = "localhost") -> list[Exchange]:
    """Make these requests (method and target), each with these headers."""
    blocks = []
    for method, target in asked:
        lines = ["http2", "include", "path-as-is", "silent", f'cacert = "{site.certificate.certificate}"',
                 f'resolve = "{host}:{site.httpd.port}:127.0.0.1"',
                 f'url = "https://{host}:{site.httpd.port}{target}"', "globoff", "max-time = 15",
                 f'write-out = "{END}%{{http_version}} %{{http_code}}{END}"', *(f'header = "{one}"' for one in headers)]
        match method:
            case "GET":
                pass
            case "HEAD":
                lines.append("head")
            case "POST" | "PUT":
                lines += [f'request = "{method}"', 'data = "x=1"']
            case _:
                lines.append(f'request = "{method}"')
        blocks.append("\n".join(lines))
    done = subprocess.run(["curl", "-K", "-"], input="\nnext\n".join(blocks).encode(), capture_output=True, timeout=60)
    parts = done.stdout.decode("utf-8", "backslashreplace").split(END)
    assert len(parts) == 2 * len(asked) + 1, f"{len(asked)} requests, {len(parts) // 2} answers: {done.stderr!r}"
    told = [re.fullmatch(r"2 (\d+)", one) for one in parts[1::2]]
    assert all(told), f"not HTTP/2: {parts[1::2]}"
    return [Exchange(method, target, int(one[1]), text) for (method, target), one, text in zip(asked, told, parts[::2])]


def upload(site: Site, version: str, target: str, body: bytes, *headers: str) -> Exchange:
    """POST a body whose length is not said before, as a stream. `version` is 1.1 or 2."""
    done = subprocess.run(
        ["curl", f"--http{version}", "--silent", "--show-error", "--include", "--request", "POST", "--upload-file", "-",
         "--max-time", "60", "--cacert", site.certificate.certificate, "--write-out", f"{END}%{{http_version}} %{{http_code}}",
         *(word for one in ("Expect:", *headers) for word in ("--header", one)), f"https://localhost:{site.httpd.port}{target}"],
        input=body, capture_output=True, timeout=90)
    assert done.returncode == 0, done.stderr.decode()
    text, _, told = done.stdout.decode().rpartition(END)
    used, _, status = told.partition(" ")
    assert used == version, f"HTTP/{used}"
    return Exchange("POST", target, int(status), text)

# SPDX-License-Identifier: Apache-2.0
"""The attack matrix: methods, spellings of a path, protocols, companion modules and states of a session.

In none of its cells the protected content comes, nor a word about it: each companion has a server of its own, which all
sessions that are not verified attack, and of which a verified one gets the content, else the row would prove nothing.
"""

import base64
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from companions import COMPANIONS, Companion
from harness.backends import Backend, FastCgi, WebSocket
from harness.browser import COOKIE, OWN
from harness.configuration import place
from harness.curl import over_http_2
from harness.site import Site, Workshop
from harness.tool import keygen
from harness.wire import RawAnswer, Stream

STATES = ("none", "anonymous", "to enroll", "to verify", "idle too long", "from the future", "signed out",
          "of another site", "tampered with")
NAVIGATION = ("Accept: text/html", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: same-origin")
SCRIPT = ("Accept: */*", "Sec-Fetch-Mode: cors", "X-Requested-With: XMLHttpRequest")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "PROPPATCH", "MKCOL", "COPY",
           "MOVE", "LOCK", "UNLOCK", "REPORT", "FROBNICATE", "get")
WITH_BODY = ("POST", "PUT", "PATCH", "PROPPATCH", "REPORT", "FROBNICATE")
ARTS = (  # headers by which one asks for a part, a condition or another protocol
    ("Range: bytes=0-3",), ("Range: bytes=0-0,2-2,4-9",), ("Range: bytes=-5", "If-Range: \"x\""), ("Range: bytes=99999-",),
    ("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT",), ("If-None-Match: *",), ("If-Match: \"x\"",),
    ("If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT",), ("Expect: 100-continue", "Content-Length: 0"),
    ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
    ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"),
    ("X-Original-URL: /uzmfa/login", "X-Rewrite-URL: /uzmfa/login"), ("X-HTTP-Method-Override: OPTIONS",),
    ("X-Remote-User: admin", "REMOTE_USER: admin", "UZMFA_METHOD: totp", "UZMFA-DECISION: pass"),
    ("Authorization: Basic YWRtaW46YWRtaW4=",), ("Authorization: Bearer x",), ("Connection: close, Cookie",),
)
TELLING = {101, 201, 204, 206, 207, 304, 412, 416, 423}  # statuses by which a gated resource speaks, with or without a body
LOGGED = r"AH00127|AH00135|AH10244|AH00026|AH00036|AH00132|AH02422"  # what httpd says of ill-formed and of unmapped addresses


def spellings(target: str) -> list[str]:
    """Other ways to write an address, of which some lead to the same place."""
    path, mark, query = target.partition("?")
    directory, _, name = path.rpartition("/")
    escaped = "/" + "/".join("".join(f"%{ord(letter):02x}" for letter in part) for part in path[1:].split("/"))
    written = [
        f"/{path}", f"//{path}", f"{directory}//{name}", f"/.{path}", f"/./.{path}", f"/x/..{path}", f"/%2e{path}", f"/x/%2e%2e{path}",
        f"/x/.%2e{path}", f"/open/..{path}", f"/open/%2e%2e{path}", f"/open/..;{path}", f"/open;{path}", f"/;x{path}", f"{path};x",
        f"{directory};x/{name}", f"{directory}/;/{name}", escaped, f"/%{ord(path[1]):02X}{path[2:]}", path.upper(), path.title(),
        f"{path}/", f"{path}/x", f"{path}/.", f"{path}/x/..", f"{path}/..", f"{path}%00", f"{path}%20", f"{path}.", f"{path}~",
        f"{directory}%2f{name}", f"{directory}%5c{name}", f"{directory}\\{name}", f"{directory}/%c0%ae/{name}", f"{path}%3fx",
        f"{OWN}/..{path}", f"{OWN}/%2e%2e{path}", f"{OWN}/login{path}", f"{OWN}/login/../..{path}", f"{OWN}/login;/../..{path}",
        f"{OWN}/style.css/../..{path}", f"{OWN}/login/%2e%2e/%2e%2e{path}", f"{OWN}/logout/..//..{path}", f"{OWN}//..{path}",
        f"https://localhost{path}", f"http://localhost:80{path}", f"https://x@localhost{path}", path[1:], f"{path}?next={OWN}/login",
    ]
    return [one + (mark and ("&" if "?" in one else "?") + query) for one in written]


@dataclass(frozen=True)
class Cell:
    """One request of the matrix."""

    method: str
    target: str
    headers: Sequence[str] = NAVIGATION
    version: str = "HTTP/1.1"
    is_gated: bool = True  # whether the address itself is known to be behind the gate

    def __str__(self) -> str:
        return f"{self.method} {self.target} {self.version} {[one for one in self.headers if one not in NAVIGATION + SCRIPT]}"


def cells(row: Companion) -> Iterator[Cell]:
    """The requests of one row over HTTP/1: each dimension in full with the others at their first value."""
    for is_gated, targets in ((True, row.targets), (False, row.attacks)):
        for target in targets:
            for method in METHODS:
                yield Cell(method, target, SCRIPT, is_gated=is_gated)
            yield Cell("GET", target, is_gated=is_gated)
            yield Cell("POST", target, is_gated=is_gated)
            for method in ("GET", "HEAD", "POST", "FROBNICATE"):
                yield Cell(method, target, SCRIPT, "HTTP/1.0", is_gated)
    for target in row.targets[:2]:
        for art in ARTS:
            yield Cell("GET", target, (*SCRIPT, *art))
        for spelling in spellings(target):
            yield Cell("GET", spelling, is_gated=False)
    for spelling in spellings(row.targets[0]):
        yield Cell("POST", spelling, SCRIPT, is_gated=False)
    yield Cell("GET", "*", SCRIPT, is_gated=False)
    yield Cell("OPTIONS", "*", SCRIPT, is_gated=False)
    yield Cell("CONNECT", "localhost:443", SCRIPT, is_gated=False)


def cells_of_http_2(row: Companion) -> list[tuple[str, str]]:
    """The same over HTTP/2: fewer of each dimension."""
    asked = [(method, target) for target in row.targets for method in ("GET", "HEAD", "POST", "PROPFIND")]
    asked += [("GET", target) for target in row.attacks]
    asked += [("GET", spelling) for spelling in spellings(row.targets[0]) if spelling.startswith("/") and "\\" not in spelling]
    return asked


@dataclass(frozen=True)
class Arena:
    """The server of one row."""

    site: Site
    row: Companion
    backends: Sequence[Backend]

    def ask(self, stream: Stream, cell: Cell, session: str | None) -> RawAnswer:
        """Make the request of one cell with this session."""
        body = b"x=1" if cell.method in WITH_BODY else b""
        return stream.ask(f"{cell.method} {cell.target} {cell.version}", *self.row.headers, *cell.headers, *cookie(session),
                          *(["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"] if body else []),
                          "Destination: https://localhost/open/taken.html" if cell.method in ("COPY", "MOVE") else "X-None: x",
                          body=body)

    def stream(self) -> Stream:
        return Stream(self.site.httpd.port, self.site.certificate.client(), self.row.host)

    def asked(self) -> int:
        """How many requests have come through to the backends."""
        return sum(backend.asked for backend in self.backends)


def cookie(session: str | None) -> list[str]:
    return [] if session is None else [f"Cookie: {COOKIE}={session}"]


def leak(cell: Cell, answer: RawAnswer, secret: str) -> str | None:
    """What an answer tells that it must not."""
    told = repr(answer.headers).encode() + answer.body + answer.rest
    if secret.encode() in told:
        return f"{answer.status}, the content"
    if answer.rest:
        return f"{answer.status}, more than one answer: {answer.rest[:60]!r}"
    if cell.is_gated and (answer.status in TELLING or answer.status == 200 and cell.method not in ("TRACE", "OPTIONS")):
        return f"{answer.status} of a gated address"
    if cell.is_gated and (found := {"etag", "last-modified", "content-range", "accept-ranges", "x-protected"} & set(answer.headers)):
        return f"{answer.status} with {found}"
    return None


@pytest.fixture(scope="module")
def home(workshop: Workshop) -> Site:
    """The node on which people sign in; every arena is a further node of it."""
    return workshop.start()


@pytest.fixture(scope="module")
def sessions(workshop: Workshop, home: Site) -> dict[str, str | None]:
    """A session cookie for each state, and a verified one."""
    anonymous = home.browser()
    anonymous.fetch(f"{OWN}/login")
    signed_out = home.verify(home.add_user())
    ended = signed_out.session
    signed_out.log_out()
    verified = home.verify(home.add_user()).session
    token = bytearray(base64.urlsafe_b64decode(verified + "=" * (-len(verified) % 4)))
    token[len(token) // 2] ^= 1
    tampered = base64.urlsafe_b64encode(token).rstrip(b"=").decode()
    assert verified != tampered and len(verified) == len(tampered)
    return {"none": None, "anonymous": anonymous.session, "to enroll": home.sign_in(home.add_user()).session,
            "to verify": home.sign_in(home.enrolled_user()).session, "idle too long": verified_elsewhere(workshop, home, -45 * 60),
            "from the future": verified_elsewhere(workshop, home, 3600), "signed out": ended,
            "of another site": verified_elsewhere(workshop, home, 0, own_keys=True), "tampered with": tampered,
            "verified": verified}


def verified_elsewhere(workshop: Workshop, home: Site, seconds: int, own_keys: bool = False) -> str:
    """A verified session of a node whose clock or keys are not those of the others."""
    node = workshop.build(like=home, movable_clock=True)
    node.clock.forward(seconds)
    if own_keys:
        node.configure(key_file=keygen(node.httpd.root / "own_keys"))
    node.httpd.start()
    session = node.verify(node.add_user()).session
    node.httpd.stop()
    return session


@pytest.fixture(scope="module")
def backends(workshop: Workshop) -> Iterator[dict[str, Backend | Site]]:
    """What stands behind the proxies."""
    made = {"fcgi": Backend(FastCgi), "ws": Backend(WebSocket),
            "http": workshop.start(module=False, key_file=None, gate=["Require all granted"], plain_http=True)}
    yield made
    for one in made.values():
        one.httpd.stop() if isinstance(one, Site) else one.close()


@pytest.fixture(scope="module", params=COMPANIONS, ids=lambda row: row.name)
def arena(request: pytest.FixtureRequest, workshop: Workshop, home: Site, sessions: dict[str, str | None],
          backends: dict[str, Backend | Site]) -> Iterator[Arena]:
    """The server of one row, which a verified session has visited."""
    row: Companion = request.param
    site = workshop.build(like=home)
    names = {"folder": site.application.folder, "root": site.httpd.root, "fcgi": backends["fcgi"].port,
             "ws": backends["ws"].port, "http": backends["http"].httpd.plain_port}

    def filled(line: str) -> str:
        for name, value in names.items():
            line = line.replace(f"@{name}@", str(value))
        return line

    for folder in ("cache", "locks"):
        (site.httpd.root / folder).mkdir()
        shutil.chown(site.httpd.root / folder, "www-data")
    for name, text in row.files.items():
        path = site.application.add(name, filled(text))
        path.chmod(0o755 if name.endswith((".cgi", ".shtml")) else 0o644)
        shutil.chown(path.parent, "www-data")
    site.configure(gate=row.gate, modules=[*row.modules, "http2"],
                   server=[*place("Location", "/open", ["UzmfaEngine Off", "AuthType None", "Require all granted"]),
                           "Protocols h2 http/1.1", *map(filled, row.server)],
                   hosts=[replace(host, lines=[*map(filled, host.lines)]) for host in row.hosts])
    site.httpd.start()
    made = Arena(site, row, [one for one in backends.values() if isinstance(one, Backend)])
    stream = made.stream()
    for target in [*row.targets, *row.attacks] * 2:
        made.ask(stream, Cell("GET", target), sessions["verified"])
    stream.close()
    yield made
    site.httpd.stop()


def allow_what_is_logged(arena: Arena) -> None:
    for pattern in (*arena.row.log, LOGGED):
        arena.site.log.allow(pattern)


def test_R2_with_both_factors_the_content_comes(arena: Arena, sessions: dict[str, str | None]) -> None:
    """The positive control: without it a row would prove nothing."""
    allow_what_is_logged(arena)
    stream, row = arena.stream(), arena.row
    for target in row.targets:
        answer = arena.ask(stream, Cell(row.method, target), sessions["verified"])
        assert row.secret.encode() in answer.body + answer.rest, f"{target}: {answer.status}"
        stream.close()


@pytest.mark.parametrize("state", STATES)
def test_R1_R2_R9_R103_no_cell_of_the_matrix_gives_content(arena: Arena, sessions: dict[str, str | None], state: str) -> None:
    allow_what_is_logged(arena)
    stream, row, asked = arena.stream(), arena.row, arena.asked()
    leaks = []
    for cell in cells(row):
        if found := leak(cell, arena.ask(stream, cell, sessions[state]), row.secret):
            leaks.append(f"{cell}: {found}")
    stream.close()
    headers = [one for one in (*row.headers, *SCRIPT, *cookie(sessions[state])) if not one.startswith(("Connection", "Upgrade"))]
    for one in over_http_2(arena.site, cells_of_http_2(row), *headers, host=row.host):
        if row.secret in one.text:
            leaks.append(f"{one.method} {one.target} HTTP/2: {one.status}, the content")
    assert not leaks, f"{len(leaks)} leaks:\n" + "\n".join(leaks)
    assert arena.asked() == asked, "a request came through to a backend"

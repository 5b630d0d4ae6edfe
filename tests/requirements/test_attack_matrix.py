# SPDX-License-Identifier: Apache-2.0
"""The attack matrix: methods, spellings of a path, protocols, companion modules, states of a session and MPMs.

In none of its cells the protected content comes, nor a word about it. Each companion has a server of its own on each
MPM, which all sessions that are not verified attack, and of which a verified one gets the content, else the row would
prove nothing.
"""

import base64
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from pathlib import Path

import pytest

from companions import COMPANIONS, HTML, OPEN, UPGRADE, Companion
from htaccess import REFUSED, TRICKS
from harness.application import CGI, PROTECTED, PUBLIC
from harness.backends import Backend, FastCgi, WebSocket
from harness.browser import COOKIE, OWN
from harness.configuration import BASIC_GATE, MPM, SMALLEST_GATE, place
from harness.curl import over_http_2
from harness.extended_connect import open_websocket
from harness.site import PASSWORD, Site, User, Workshop, is_open
from harness.tool import keygen
from harness.wire import RawAnswer, Stream

ROWS = {row.name: row for row in COMPANIONS}
STATES = ("none", "anonymous", "to enroll", "to verify", "idle too long", "beyond its max age", "from the future",
          "signed out", "ended by an administrator", "of another site", "tampered with")
NAVIGATION = ("Accept: text/html", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: same-origin")
SCRIPT = ("Accept: */*", "Sec-Fetch-Mode: cors", "X-Requested-With: XMLHttpRequest")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "PROPPATCH", "MKCOL",
           "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "FROBNICATE", "get")
WITH_BODY = ("POST", "PUT", "PATCH", "PROPPATCH", "REPORT", "FROBNICATE")
ARTS = (  # headers by which one asks for a part, a condition or another protocol
    ("Range: bytes=0-3",), ("Range: bytes=0-0,2-2,4-9",), ("Range: bytes=-5", 'If-Range: "x"'),
    ("Range: bytes=99999-",), ("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT",), ("If-None-Match: *",),
    ('If-Match: "x"',), ("If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT",),
    ("Expect: 100-continue", "Content-Length: 0"),
    ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
    UPGRADE, ("X-Original-URL: /uzmfa/login", "X-Rewrite-URL: /uzmfa/login"), ("X-HTTP-Method-Override: OPTIONS",),
    ("X-Remote-User: admin", "REMOTE_USER: admin", "UZMFA_METHOD: totp", "UZMFA-DECISION: pass"),
    ("Authorization: Basic YWRtaW46YWRtaW4=",), ("Authorization: Bearer x",), ("Connection: close, Cookie",),
)
TELLING = {101, 201, 204, 206, 207, 304, 412, 416, 423}  # statuses by which a resource speaks, even without a body
FACTS = {"etag", "last-modified", "content-range", "accept-ranges", "x-protected"}  # headers that do
LOGGED = "AH00127|AH00135|AH10244|AH00026|AH00036|AH00132|AH02422"  # of ill-formed and unmapped addresses
Sessions = dict[str, str | None]  # a cookie for each state


def spellings(target: str) -> list[str]:
    """Other ways to write an address, of which some lead to the same place."""
    path, mark, query = target.partition("?")
    directory, _, name = path.rpartition("/")
    escaped = "/" + "/".join("".join(f"%{ord(letter):02x}" for letter in part) for part in path[1:].split("/"))
    written = [
        f"/{path}", f"//{path}", f"{directory}//{name}", f"/.{path}", f"/./.{path}", f"/x/..{path}", f"/%2e{path}",
        f"/x/%2e%2e{path}", f"/x/.%2e{path}", f"/open/..{path}", f"/open/%2e%2e{path}", f"/open/..;{path}",
        f"/open;{path}", f"/;x{path}", f"{path};x", f"{directory};x/{name}", f"{directory}/;/{name}", escaped,
        f"/%{ord(path[1]):02X}{path[2:]}", path.upper(), path.title(), f"{path}/", f"{path}/x", f"{path}/.",
        f"{path}/x/..", f"{path}/..", f"{path}%00", f"{path}%20", f"{path}.", f"{path}~", f"{directory}%2f{name}",
        f"{directory}%5c{name}", f"{directory}\\{name}", f"{directory}/%c0%ae/{name}", f"{path}%3fx", f"{OWN}/..{path}",
        f"{OWN}/%2e%2e{path}", f"{OWN}/login{path}", f"{OWN}/login/../..{path}", f"{OWN}/login;/../..{path}",
        f"{OWN}/style.css/../..{path}", f"{OWN}/login/%2e%2e/%2e%2e{path}", f"{OWN}/logout/..//..{path}",
        f"{OWN}//..{path}", f"https://localhost{path}", f"http://localhost:80{path}", f"https://x@localhost{path}",
        path[1:], f"{path}?next={OWN}/login",
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

    @property
    def line(self) -> str:
        return f"{self.method} {self.target} {self.version}"

    def __str__(self) -> str:
        return f"{self.line} {[one for one in self.headers if one not in NAVIGATION + SCRIPT]}"


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
    written = [one for one in spellings(row.targets[0]) if one.startswith("/") and "\\" not in one]
    return asked + [("GET", one) for one in written]


@dataclass(frozen=True)
class Arena:
    """The server of one row."""

    site: Site
    row: Companion
    backends: Sequence[Backend]
    mpm: str = "event"

    @property
    def speaks_http_2(self) -> bool:
        return self.mpm != "prefork"  # for which mod_http2 is not made

    def ask(self, stream: Stream, cell: Cell, session: str | None) -> RawAnswer:
        """Make the request of one cell with this session."""
        body, headers = b"", [*self.row.headers, *cell.headers, *cookie(session)]
        if cell.method in WITH_BODY:
            body = b"x=1"
            headers += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        if cell.method in ("COPY", "MOVE"):
            headers.append("Destination: https://localhost/open/taken.html")
        return stream.ask(cell.line, *headers, body=body)

    def stream(self) -> Stream:
        return Stream(self.site.httpd.port, self.site.certificate.client(), self.row.host)

    def files(self) -> dict[Path, bytes]:
        """What the document root holds."""
        return {path: path.read_bytes() for path in self.site.application.folder.rglob("*") if path.is_file()}

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
    if cell.is_gated and (found := FACTS & set(answer.headers)):
        return f"{answer.status} with {found}"
    return None


def leaks_of(arena: Arena, session: str | None) -> list[str]:
    """Make every request of a row over HTTP/1 with this session; what the answers tell that they must not."""
    stream, leaks = arena.stream(), []
    for cell in cells(arena.row):
        if found := leak(cell, arena.ask(stream, cell, session), arena.row.secret):
            leaks.append(f"{cell}: {found}")
    stream.close()
    return leaks


@pytest.fixture(scope="module")
def home(workshop: Workshop) -> Site:
    """The node on which people sign in; every arena is a further node of it."""
    return workshop.start()


@pytest.fixture(scope="module")
def sessions(workshop: Workshop, home: Site) -> Sessions:
    """A session cookie for each state, and a verified one."""
    anonymous = home.browser()
    anonymous.fetch(f"{OWN}/login")
    signed_out, user = home.verify(home.add_user()), home.add_user()
    former, ended = signed_out.session, home.verify(user).session
    signed_out.log_out()
    assert home.administrator().run("user", "end-sessions", user.name).status == 0
    verified = home.verify(home.add_user()).session
    token = bytearray(base64.urlsafe_b64decode(verified + "=" * (-len(verified) % 4)))
    token[len(token) // 2] ^= 1
    tampered = base64.urlsafe_b64encode(token).rstrip(b"=").decode()
    assert verified != tampered and len(verified) == len(tampered)
    return {"none": None, "anonymous": anonymous.session, "to enroll": home.sign_in(home.add_user()).session,
            "to verify": home.sign_in(home.enrolled_user()).session,
            "idle too long": verified_elsewhere(workshop, home, [-45 * 60]),
            "beyond its max age": verified_elsewhere(workshop, home, range(-8 * 3600 - 300, -300, 1200)),
            "from the future": verified_elsewhere(workshop, home, [3600]), "signed out": former,
            "ended by an administrator": ended,
            "of another site": verified_elsewhere(workshop, home, [0], own_keys=True), "tampered with": tampered,
            "verified": verified}


def verified_elsewhere(workshop: Workshop, home: Site, moments: Sequence[int], own_keys: bool = False) -> str:
    """A verified session of a node whose clock or keys are not those of the others, used at these moments from now."""
    node = workshop.build(like=home, movable_clock=True)
    node.clock.forward(moments[0])
    if own_keys:
        node.configure(key_file=keygen(node.httpd.root / "own_keys"))
    node.httpd.start()
    browser = node.verify(node.add_user())
    for before, now in pairwise(moments):
        node.clock.forward(now - before)
        assert is_open(browser.fetch("/"))
    node.httpd.stop()
    return browser.session


@pytest.fixture(scope="module")
def backends(workshop: Workshop) -> Iterator[dict[str, Backend | Site]]:
    """What stands behind the proxies."""
    made = {"fcgi": Backend(FastCgi), "ws": Backend(WebSocket),
            "http": workshop.start(module=False, key_file=None, gate=["Require all granted"], plain_http=True)}
    yield made
    for one in made.values():
        one.httpd.stop() if isinstance(one, Site) else one.close()


def on_event(name: str) -> pytest.MarkDecorator:
    """In the arena of one row only."""
    return pytest.mark.parametrize("arena", [("event", ROWS[name])], ids=[name], indirect=True)


@pytest.fixture(scope="module", params=product(MPM, COMPANIONS), ids=lambda one: f"{one[0]}, {one[1].name}")
def arena(request: pytest.FixtureRequest, workshop: Workshop, home: Site, sessions: Sessions,
          backends: dict[str, Backend | Site]) -> Iterator[Arena]:
    """The server of one row on one MPM, which a verified session has visited."""
    mpm, row = request.param
    site = workshop.build(like=home)

    def filled(line: str) -> str:
        return fill(line, site, backends)

    for folder in ("cache", "locks"):
        add_folder(site, folder)
    for name, text in row.files.items():
        path = site.application.add(name, filled(text))
        path.chmod(0o755 if name.endswith((".cgi", ".shtml")) else 0o644)
        shutil.chown(path.parent, "www-data")
    made = Arena(site, row, [one for one in backends.values() if isinstance(one, Backend)], mpm)
    site.configure(mpm=mpm, gate=row.gate, modules=[*row.modules, *(["http2"] if made.speaks_http_2 else [])],
                   server=[*place("Location", "/open", OPEN), "Protocols h2 http/1.1",
                           *(["H2WebSockets on"] if made.speaks_http_2 else []), *map(filled, row.server)],
                   hosts=[replace(host, lines=[*map(filled, host.lines)]) for host in row.hosts])
    site.httpd.start()
    stream = made.stream()
    for target in [*row.targets, *row.attacks] * 2:
        made.ask(stream, Cell("GET", target), sessions["verified"])
    stream.close()
    yield made
    site.httpd.stop()


def add_folder(site: Site, name: str) -> Path:
    """A folder of the server root in which httpd may write."""
    folder = site.httpd.root / name
    folder.mkdir()
    shutil.chown(folder, "www-data")
    return folder


def fill(text: str, site: Site, backends: dict[str, Backend | Site]) -> str:
    """Put folders and ports into a line of a table."""
    for name, value in {"folder": site.application.folder, "root": site.httpd.root, "fcgi": backends["fcgi"].port,
                        "ws": backends["ws"].port, "http": backends["http"].httpd.plain_port}.items():
        text = text.replace(f"@{name}@", str(value))
    return text


LIMITS = {"idle too long": "UzmfaSessionIdleTimeout 2h", "beyond its max age": "UzmfaSessionMaxAge 9h"}


@pytest.mark.long
@pytest.mark.parametrize("state", LIMITS)
def test_R60_a_session_of_the_matrix_is_too_old_in_one_way_only(start_site: Callable[..., Site], home: Site,
                                                               sessions: Sessions, state: str) -> None:
    """The positive control of each: where that one limit is longer it opens the gate, and the other does not."""
    site = start_site(like=home, location=[LIMITS[state]])
    assert [one for one in LIMITS if is_open(site.holder(sessions[one]).fetch("/"))] == [state]


def allow_what_is_logged(arena: Arena) -> None:
    for pattern in (*arena.row.log, LOGGED):
        arena.site.log.allow(pattern)


def test_R2_with_both_factors_the_content_comes(arena: Arena, sessions: Sessions) -> None:
    """The positive control: without it a row would prove nothing."""
    allow_what_is_logged(arena)
    stream, row = arena.stream(), arena.row
    for target in row.targets:
        answer = arena.ask(stream, Cell(row.method, target), sessions["verified"])
        assert row.secret.encode() in answer.body + answer.rest, f"{target}: {answer.status}"
    stream.close()
    if arena.speaks_http_2 and row.headers != UPGRADE:  # which HTTP/2 does not know
        asked = [(row.method, target) for target in row.targets]
        for one in over_http_2(arena.site, asked, *row.headers, *cookie(sessions["verified"]), host=row.host):
            assert row.secret in one.text, f"{one.target} over HTTP/2: {one.status}"


@pytest.mark.parametrize("state", STATES)
def test_R1_R2_R9_R103_no_cell_of_the_matrix_gives_content(arena: Arena, sessions: Sessions, state: str) -> None:
    allow_what_is_logged(arena)
    row, asked, files = arena.row, arena.asked(), arena.files()
    leaks = leaks_of(arena, sessions[state])
    headers = [one for one in (*row.headers, *SCRIPT, *cookie(sessions[state]))
               if not one.startswith(("Connection", "Upgrade"))]
    for one in over_http_2(arena.site, cells_of_http_2(row), *headers, host=row.host) if arena.speaks_http_2 else []:
        if row.secret in one.text:
            leaks.append(f"{one.method} {one.target} HTTP/2: {one.status}, the content")
    assert not leaks, f"{len(leaks)} leaks:\n" + "\n".join(leaks)
    assert arena.asked() == asked, "a request came through to a backend"
    assert arena.files() == files


@on_event("files and scripts")
def test_R2_a_verified_session_gets_the_parts_it_asks_for(arena: Arena, sessions: Sessions) -> None:
    """The positive control of the headers that ask for a part."""
    stream = arena.stream()
    told = [arena.ask(stream, Cell("GET", "/static.html", art), sessions["verified"]).status for art in ARTS[:6]]
    assert told == [206, 206, 200, 416, 200, 304]
    stream.close()


@on_event("a cache with the quick handler")
def test_R103_the_cache_of_the_matrix_keeps_what_is_open(arena: Arena) -> None:
    """The positive control of the cache: an open page comes out of it after it has changed on the disk."""
    stream, page = arena.stream(), arena.site.application.add("open/kept.txt", "as it was")
    for _ in range(2):
        assert arena.ask(stream, Cell("GET", "/open/kept.txt"), None).body == b"as it was"
        page.write_text("otherwise")
    stream.close()


ORIGINS = ("https://evil.example", "https://shop.example.test.evil.example", "https://evil.example/shop.example.test",
           "https://shop.example.test@evil.example", "https://localhost", "https://evilshop.example.test", "null",
           "file://", "x")


@on_event("websockets")
def test_R9_a_websocket_of_another_site_is_refused_with_both_factors_too(arena: Arena, sessions: Sessions) -> None:
    arena.site.log.allow("proxy|uzmfa")
    stream, asked = arena.stream(), arena.asked()
    for target in arena.row.targets:
        for origin in ORIGINS:
            answer = arena.ask(stream, Cell("GET", target, (f"Origin: {origin}",)), sessions["verified"])
            assert answer.status != 101 and PROTECTED not in repr(answer), f"{target} from {origin}: {answer.status}"
        assert arena.asked() == asked
        answer = arena.ask(stream, Cell("GET", target, (f"Origin: https://{arena.row.host}",)), sessions["verified"])
        assert answer.status == 101 and PROTECTED.encode() in answer.rest
        asked += 1


WEBSOCKETS = (("event", ROWS["websockets"]), ("worker", ROWS["websockets"]))


@pytest.mark.parametrize("arena", WEBSOCKETS, ids=("event", "worker"), indirect=True)
def test_R9_a_websocket_over_http_2_is_gated_as_any_other(arena: Arena, sessions: Sessions) -> None:
    arena.site.log.allow("proxy|uzmfa")
    site, host, asked = arena.site, arena.row.host, arena.asked()
    verified, own = cookie(sessions["verified"]), f"https://{arena.row.host}:{arena.site.httpd.port}"
    for target in (*arena.row.targets, *arena.row.attacks):
        for state in STATES:
            status, told = open_websocket(site, target, cookie(sessions[state]), host)
            assert status != 200 and PROTECTED.encode() not in told, f"{target}, {state}: {status}"
    for target in arena.row.targets:
        for origin in (*ORIGINS, f"https://{host}", f"http://{host}:{site.httpd.port}"):
            status, told = open_websocket(site, target, verified, host, origin)
            assert status == 403 and PROTECTED.encode() not in told, f"{target} from {origin}: {status}"
    assert arena.asked() == asked, "a request came through to a backend"
    for target in arena.row.targets[:2]:
        status, told = open_websocket(site, target, verified, host, own)
        assert status == 200 and PROTECTED.encode() in told, f"{target}: {status}"


@pytest.fixture(scope="module")
def basic_arena(workshop: Workshop) -> Iterator[Arena]:
    """Files and scripts, with a first factor that says on each request who it is."""
    site = workshop.start(gate=BASIC_GATE, modules=["auth_basic"], server=place("Location", "/open", OPEN))
    yield Arena(site, ROWS["files and scripts"], [])
    site.httpd.stop()


@pytest.fixture(scope="module")
def alice(basic_arena: Arena) -> tuple[User, str]:
    """A user among others, and the session that is verified for her and nobody else."""
    site = basic_arena.site
    site.add_user("Bob")
    for user in (site.add_user("Carol"), site.add_user("Alice")):
        browser = site.basic_browser(user)
        browser.fetch("/")
        browser.enroll()
    return user, browser.session


FIRST_FACTORS = {
    "another user": ("Bob", PASSWORD), "another user who has enrolled": ("Carol", PASSWORD),
    "another user by a wrong password": ("Bob", "x"), "the user by a wrong password": ("Alice", "x"),
    "the user in other letters": ("alice", PASSWORD), "nobody": ("", ""), "nobody known": ("Dave", "x"), "none": None,
}


@pytest.mark.parametrize("said", FIRST_FACTORS.values(), ids=FIRST_FACTORS.keys())
def test_R1_R5_a_session_of_one_user_gives_nothing_to_another(basic_arena: Arena, alice: tuple[User, str],
                                                              said: tuple[str, str] | None) -> None:
    basic_arena.site.log.allow(f"auth_basic:error|uzmfa:|{LOGGED}")
    user, session = alice
    stream, herself = basic_arena.stream(), with_headers(basic_arena, authorization(user.name, user.password))
    assert f"REMOTE_USER={user.name}\n".encode() in herself.ask(stream, Cell("GET", "/env"), session).body
    stream.close()
    leaks = leaks_of(with_headers(basic_arena, *([authorization(*said)] if said else [])), session)
    assert not leaks, f"{len(leaks)} leaks:\n" + "\n".join(leaks)


def with_headers(arena: Arena, *headers: str) -> Arena:
    """The same with these in each request."""
    return replace(arena, row=replace(arena.row, headers=headers))


def authorization(name: str, password: str) -> str:
    return "Authorization: Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


CACHE = ("CacheQuickHandler On", 'CacheRoot "{root}/cache"', "CacheEnable disk /", "CacheIgnoreNoLastMod On",
         "CacheDefaultExpire 3600", "CacheStorePrivate On", "CacheStoreNoStore On", "CacheIgnoreCacheControl On",
         "CacheIgnoreHeaders Set-Cookie")
PAGES = ("static.html", "page.shtml", "env.cgi", "", "missing")


def folder_of(text: str) -> str:
    """Where the .htaccess of this text lies."""
    return f"tricks/{(REFUSED + TRICKS).index(text)}"


@pytest.fixture(scope="module", params=["Location", "Directory"])
def htaccess_site(request: pytest.FixtureRequest, workshop: Workshop, home: Site, sessions: Sessions,
                  backends: dict[str, Backend | Site]) -> Iterator[Site]:
    """A site of one folder for each .htaccess, behind a gate of either kind, and a cache that is warm."""
    site = workshop.build(like=home)
    root, folder = site.httpd.root, site.application.folder
    add_folder(site, "cache")
    (root / "passwords").write_text("mallory:{SHA}" + base64.b64encode(hashlib.sha1(b"mallory").digest()).decode())
    for text in REFUSED + TRICKS:
        filled = fill(text, site, backends)
        for name, content in {".htaccess": filled + "\n", "static.html": HTML, "env.cgi": CGI,
                              "page.shtml": PUBLIC.format(included="/static.html") + HTML}.items():
            site.application.add(f"{folder_of(text)}/{name}", content).chmod(0o755)
    gate = SMALLEST_GATE if request.param == "Location" else ["Session On"]
    site.configure(
        gate=gate,
        modules=["access_compat", "actions", "auth_basic", "authn_file", "autoindex", "cache", "cache_disk", "deflate",
                 "expires", "filter", "negotiation", "proxy", "proxy_http", "rewrite", "speling", "status"],
        server=[*(line.format(root=root) for line in CACHE),
                *place("Directory", str(folder), ["AllowOverride All",
                                                  *(SMALLEST_GATE if request.param == "Directory" else [])])])
    site.httpd.start()
    stream = site_stream(site)
    for text in REFUSED + TRICKS:
        for page in PAGES * 2:
            stream.ask(f"GET /{folder_of(text)}/{page} HTTP/1.1", *NAVIGATION, *cookie(sessions["verified"]))
    stream.close()
    yield site
    site.httpd.stop()


def site_stream(site: Site) -> Stream:
    return Stream(site.httpd.port, site.certificate.client())


@pytest.mark.long
def test_R104_an_empty_htaccess_is_no_obstacle(htaccess_site: Site, sessions: Sessions) -> None:
    stream = site_stream(htaccess_site)
    for page in PAGES[:4]:
        answer = stream.ask(f"GET /{folder_of('')}/{page} HTTP/1.1", *NAVIGATION, *cookie(sessions["verified"]))
        assert PROTECTED.encode() in answer.body, f"{page}: {answer.status}"
    stream.close()


@pytest.mark.parametrize("text", REFUSED)
def test_R104_no_directive_of_the_gate_is_read_in_htaccess(htaccess_site: Site, sessions: Sessions, text: str) -> None:
    htaccess_site.log.expect("core:alert.*(not allowed (here|in)|Invalid command)")
    stream = site_stream(htaccess_site)
    for page in PAGES[:3]:
        answer = stream.ask(f"GET /{folder_of(text)}/{page} HTTP/1.1", *NAVIGATION, *cookie(sessions["verified"]))
        assert answer.status == 500 and PROTECTED.encode() not in answer.body
    stream.close()


@pytest.mark.parametrize("text", REFUSED + TRICKS)
def test_R103_R104_whatever_htaccess_says_nothing_comes(htaccess_site: Site, sessions: Sessions, text: str) -> None:
    htaccess_site.log.allow(".")
    stream, leaks = site_stream(htaccess_site), []
    for state in STATES:
        for page in PAGES:
            target = f"/{folder_of(text)}/{page}"
            for cell in (Cell("GET", target), Cell("GET", target, SCRIPT, "HTTP/1.0"),
                         *(Cell(method, target, SCRIPT) for method in ("HEAD", "POST", "PUT")),
                         Cell("GET", target, (*SCRIPT, "Range: bytes=0-3")),
                         Cell("GET", target, (*SCRIPT, authorization("mallory", "mallory"))),
                         Cell("GET", f"{target}/x", is_gated=False)):
                answer = stream.ask(cell.line, *cell.headers, *cookie(sessions[state]))
                if (found := leak(cell, answer, PROTECTED)) or b"Server uptime" in answer.body:
                    leaks.append(f"{state}: {cell}: {found}")
    stream.close()
    assert not leaks, f"{len(leaks)} leaks:\n" + "\n".join(leaks)


@pytest.mark.parametrize("text", [
    "RewriteEngine On\nRewriteRule .* - [E=!no-cache]", "Header always set Cache-Control public",
    "RewriteEngine On\nRewriteRule .* - [E=!no-cache]\nHeader set Cache-Control public",
    "RewriteEngine On\nRewriteRule .* - [E=!no-cache]\nHeader unset Cache-Control",
    "RewriteEngine On\nRewriteRule .* - [E=!no-cache]\nExpiresActive On\nExpiresDefault A60"])
def test_R103_R104_htaccess_cannot_put_what_is_gated_into_a_cache_of_default_settings(
        build_site: Callable[..., Site], text: str) -> None:
    site = build_site()
    site.configure(modules=["cache", "cache_disk", "expires", "rewrite"],
                   server=[f'CacheRoot "{add_folder(site, "cache")}"', "CacheEnable disk /",
                           *place("Directory", str(site.application.folder), ["AllowOverride All"])])
    site.application.add(".htaccess", text + "\n")
    site.httpd.start()
    site.log.allow("cache_disk:error")
    verified, stranger = site.verify(site.add_user()), site.browser()
    for target in ("/static.html", "/env", "/page.shtml") * 2:
        assert PROTECTED in verified.fetch(target).text
    for target in ("/static.html", "/env", "/page.shtml"):
        assert PROTECTED not in stranger.fetch(target).text, target


WRITER = f"""#!/bin/sh
printf 'Content-Type: text/plain\\r\\nX-Session: %s\\r\\n\\r\\n' "$QUERY_STRING"
[ -z "$REMOTE_USER" ] || echo {PROTECTED}
"""
ENTRIES = (
    "user={user}", "REMOTE_USER={user}", "uzmfa={sealed}", "uzmfa-user={user}&uzmfa-verified=1&uzmfa-method=totp",
    "{sealed}", "session={sealed}", f"{COOKIE}={{sealed}}", f"{COOKIE}={{sealed}};Path=/", "mod_uzmfa={sealed}",
    "localhost-user={user}&localhost-pw=x", "state=verified&uid={user}", "private-uzmfa={sealed}",
    "ERP-user={user}&ERP-pw=correct+horse+battery", "expiry=99999999999999999&user={user}", "%75ser={user}&method=totp",
    "a=" + "b" * 2000, "&&==&&", "%00={sealed}", "user={user}%26verified=1", "{sealed}&{sealed}",
    "user={user}&user={user}",
)


@pytest.fixture(scope="module")
def written_site(workshop: Workshop, home: Site) -> Iterator[Site]:
    """A site whose scripts, behind the gate and before it, may write httpd's session as they like."""
    site = workshop.build(like=home)
    for name in ("write.cgi", "open/write.cgi"):
        site.application.add(name, WRITER).chmod(0o755)
    site.configure(location=["SessionHeader X-Session", "SessionEnv On"],
                   server=place("Location", "/open", [*OPEN, "Session On"]))
    site.httpd.start()
    yield site
    site.httpd.stop()


@pytest.mark.parametrize("entries", ENTRIES)
def test_R1_R5_what_an_application_writes_into_the_session_verifies_nobody(
        written_site: Site, sessions: Sessions, entries: str) -> None:
    site, user = written_site, written_site.add_user()
    victim = site.verify(site.add_user())
    victim_name = victim.fetch("/env").text.partition("\nREMOTE_USER=")[2].partition("\n")[0]
    query = entries.format(user=victim_name, sealed=victim.session)
    for state in STATES:
        forger = site.holder(sessions[state])
        for target in (f"/open/write.cgi?{query}", f"/write.cgi?{query}"):
            assert PROTECTED not in forger.fetch(target).text
            for replayed in {forger.session, sessions[state], query if query.isalnum() else None}:
                answer = site.holder(replayed).fetch("/env")
                assert answer.status in (303, 401, 403) and PROTECTED not in answer.text, f"{state}: {answer.status}"
    browser = site.verify(user)
    assert PROTECTED in browser.fetch(f"/write.cgi?{query}").text  # behind the gate the script did run
    shown = site.holder(browser.session).fetch("/env").text
    assert f"\nREMOTE_USER={victim_name}\n" not in shown
    assert f"\nREMOTE_USER={user.name}\n" in shown or PROTECTED not in shown


@pytest.fixture(scope="module")
def dav_site(workshop: Workshop, home: Site) -> Iterator[Site]:
    """A gated DAV folder, and an open one beside it."""
    site = workshop.build(like=home)
    locks = add_folder(site, "locks")
    for name in ("dav/static.html", "open/dav/free.html"):
        path = site.application.add(name, HTML if name.startswith("dav") else "free")
        shutil.chown(path.parent, "www-data")
    site.configure(modules=["dav", "dav_fs", "dav_lock"],
                   server=[f'DavLockDB "{locks}/db"', *place("Location", "/open", OPEN),
                           *place("Location", "/dav", ["Dav On"]), *place("Location", "/open/dav", ["Dav On"])])
    site.httpd.start()
    yield site
    site.httpd.stop()


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
@pytest.mark.parametrize("state", STATES)
def test_R1_an_open_dav_folder_is_no_way_into_or_out_of_a_gated_one(dav_site: Site, sessions: Sessions,
                                                                    state: str, method: str) -> None:
    dav_site.log.allow("dav|uzmfa")
    stream, folder = site_stream(dav_site), dav_site.application.folder
    free, copied = folder / "open/dav/free.html", folder / "open/dav/copied.html"
    for source, destination in (
            ("/dav/static.html", "/open/dav/taken.html"), ("/dav/", "/open/dav/taken"),
            ("/open/dav/../../dav/static.html", "/open/dav/taken.html"), ("/open/dav/free.html", "/dav/static.html"),
            ("/open/dav/free.html", "/dav/planted.html"), ("/open/dav/free.html", "/open/../dav/planted.html"),
            ("/open/dav/free.html", "/open/dav/copied.html")):
        free.write_text("free")
        stream.ask(f"{method} {source} HTTP/1.1", f"Destination: https://localhost:{dav_site.httpd.port}{destination}",
                   "Overwrite: T", "Depth: infinity", *SCRIPT, *cookie(sessions[state]))
    stream.close()
    assert (folder / "dav/static.html").read_text() == HTML
    assert not (folder / "dav/planted.html").exists() and not list((folder / "open/dav").glob("taken*"))
    assert copied.read_text() == "free"  # what is open anybody may copy, else the rest would prove nothing
    copied.unlink()

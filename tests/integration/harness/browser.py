# SPDX-License-Identifier: Apache-2.0
"""A person's browser without the pictures: it keeps cookies, fills forms, and follows nothing by itself."""

import http.client
import json
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

from .clock import Clock
from .pages import Form, Page
from .paths import ADDRESS, HOST
from .totp import Authenticator

OWN = "/uzmfa"
COOKIE = "__Host-uzmfa"
NAVIGATION = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Accept-Language": "en",
              "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}
SCRIPT = {"Accept": "application/json", "X-Requested-With": "XMLHttpRequest", "Sec-Fetch-Mode": "cors",
          "Sec-Fetch-Dest": "empty"}
FORM = "application/x-www-form-urlencoded"

Fields = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    target: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        """Where it leads, as a path of the same site; another site stays a whole URL."""
        found = self.headers["Location"] or ""
        parts = urlsplit(found)
        is_own = parts.hostname == HOST or (parts.hostname or "").endswith(".example.test")
        return found[len(f"{parts.scheme}://{parts.netloc}"):] if is_own else found

    @property
    def leads_to(self) -> str:
        """The path it leads to, without the query."""
        return urlsplit(self.location).path

    @property
    def next(self) -> str:
        """The `next` of the page it leads to."""
        return parse_qs(urlsplit(self.location).query).get("next", [""])[0]

    @property
    def set_cookies(self) -> list[str]:
        return self.headers.get_all("Set-Cookie", [])

    @cached_property
    def page(self) -> Page:
        return Page(self.text)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the application's `/env` shows."""
        return dict(line.split("=", 1) for line in self.text.splitlines() if "=" in line)

    @property
    def recovery_codes(self) -> list[str]:
        """The recovery codes that the page shows; none where it shows none."""
        shown = self.page.find("recovery-codes") if self.body else None
        return [one.text for one in self.page.all("li") if one.is_in(shown)] if shown else []

    def json(self) -> Any:
        return json.loads(self.body)


class Connection(http.client.HTTPSConnection):
    """To a virtual host of this machine, whatever its name resolves to."""

    def connect(self) -> None:
        plain = socket.create_connection((ADDRESS, self.port), self.timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


class PlainConnection(http.client.HTTPConnection):
    """The same without TLS."""

    def connect(self) -> None:
        self.sock = socket.create_connection((ADDRESS, self.port), self.timeout)


class Browser:
    """Cookies, the headers of a navigation, and the forms of the module's own pages."""

    def __init__(self, port: int, trust: ssl.SSLContext | None, clock: Clock | None = None, host: str = HOST,
                 headers: Mapping[str, str] | None = None, own: str = OWN) -> None:
        self.cookies: dict[str, str] = {}
        self.headers = dict(headers or {})
        self.own = own
        self.credentials: Callable[[str, str], str] | None = None  # makes `Authorization` of a method and a target
        self.recovery_codes: list[str] = []  # as the last enrollment has shown them
        self._clock = clock or Clock()
        self._connection = (Connection(host, port, timeout=30, context=trust) if trust
                            else PlainConnection(host, port, timeout=30))

    @property
    def session(self) -> str | None:
        """The value of the session cookie."""
        return self.cookies.get(COOKIE)

    @session.setter
    def session(self, value: str | None) -> None:
        self.cookies.pop(COOKIE, None)
        if value is not None:
            self.cookies[COOKIE] = value

    def request(self, method: str, target: str, body: bytes | None = None,
                headers: Mapping[str, str | None] | None = None) -> Answer:
        """One request as a navigation, but for the headers given; a header of None is not sent."""
        sent = {**NAVIGATION, **self.headers, **(headers or {})}
        if self.cookies:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if self.credentials:
            sent.setdefault("Authorization", self.credentials(method, target))
        sent = {name: value for name, value in sent.items() if value is not None}
        answer = self._exchange(method, target, body, sent)
        for line in answer.set_cookies:
            self._keep(line)
        return answer

    def fetch(self, target: str, headers: Mapping[str, str | None] | None = None) -> Answer:
        """Open an address, as by a click."""
        return self.request("GET", target, headers=headers)

    def script(self, target: str, method: str = "GET") -> Answer:
        """Ask as the application's JavaScript does."""
        return self.request(method, target, headers=SCRIPT)

    def post(self, target: str, fields: Fields | bytes = (), headers: Mapping[str, str | None] | None = None) -> Answer:
        """Send a form; bytes go as they are."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        return self.request("POST", target, body, {"Content-Type": FORM, **(headers or {})})

    def submit(self, answer: Answer, *names: str, **values: str) -> Answer:
        """Fill the form with these fields on a page and send it."""
        form = answer.page.form(*names, *values)
        return self.send(answer, form, **values)

    def send(self, answer: Answer, form: Form, **values: str) -> Answer:
        """Send a form that stands on the page of this answer."""
        target = urljoin(answer.target, form.action) if form.action else answer.target
        return self.post(target, {**form.fields, **values})

    def follow(self, answer: Answer) -> Answer:
        """Go where a redirect leads, one step."""
        assert answer.status in (301, 302, 303, 307), f"{answer.status} is no redirect"
        return self.fetch(answer.location)

    def own_page(self, name: str, next_path: str | None = None) -> str:
        """The address of one of the module's pages."""
        return f"{self.own}/{name}" + ("" if next_path is None else f"?next={quote(next_path, safe='')}")

    def token(self) -> str:
        """A CSRF token of the present session."""
        return self.fetch(self.own_page("logout")).page.form("csrf").fields["csrf"]

    def sign_in(self, name: str, password: str, next_path: str = "/") -> Answer:
        """Send the sign-in form, in a browser that is signed in already too."""
        page = self.fetch(self.own_page("login", next_path))
        if page.status == 200:
            return self.submit(page, username=name, password=password)
        return self.post(self.own_page("login"),
                         {"username": name, "password": password, "csrf": self.token(), "next": next_path})

    def enroll(self, next_path: str = "/") -> Authenticator:
        """Scan, type the first code, and keep the app."""
        page = self.fetch(self.own_page("enroll", next_path))
        assert page.status == 200, f"enroll: {page.status} {page.location}"
        authenticator = Authenticator(page.page.by_id("otpauth")["href"], self._clock)
        answer = self.submit(page, code=authenticator.fresh())
        assert answer.status in (200, 303), f"enroll: {answer.status}"
        self.recovery_codes = answer.recovery_codes
        return authenticator

    def recover(self, code: str, next_path: str = "/") -> Answer:
        """Type a recovery code or a temporary code."""
        page = self.fetch(self.own_page("recovery", next_path))
        assert page.status == 200, f"recovery: {page.status} {page.location}"
        return self.submit(page, code=code)

    def verify(self, code: str, next_path: str = "/") -> Answer:
        """Type a code on the verification page."""
        page = self.fetch(self.own_page("verify", next_path))
        assert page.status == 200, f"verify: {page.status} {page.location}"
        return self.submit(page, code=code)

    def act(self, action: str, **values: str) -> Answer:
        """Press a button of the account page, whether it is shown or not."""
        return self.post(self.own_page("account"), {"csrf": self.token(), "action": action, **values})

    def log_out(self) -> Answer:
        """Press the button of the sign-out page."""
        return self.submit(self.fetch(self.own_page("logout")), "csrf")

    def show_certificate(self, context: ssl.SSLContext) -> None:
        """Go on as the holder of another client certificate, on a new connection."""
        self.close()
        self._connection = Connection(self._connection.host, self._connection.port, timeout=30, context=context)

    def close(self) -> None:
        self._connection.close()

    def _exchange(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send on the open connection; once more on a new one if the server had closed it meanwhile."""
        was_open = self._connection.sock is not None
        try:
            self._connection.request(method, target, body, headers)
            got = self._connection.getresponse()
            return Answer(target, got.status, got.headers, got.read())
        except (ConnectionError, http.client.HTTPException, ssl.SSLEOFError):
            self._connection.close()
            if not was_open:
                raise
            return self._exchange(method, target, body, headers)

    def _keep(self, line: str) -> None:
        """Store one Set-Cookie line, or forget the cookie that it expires."""
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        gone = any(part.lower() in ("max-age=0", "expires=thu, 01 jan 1970 00:00:00 gmt") for part in attributes)
        if gone:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

# SPDX-License-Identifier: Apache-2.0
"""The double itself: who may call, what is recorded, and which call is played by a script."""

import base64
import os
import ssl
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from threading import Condition
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import control
from .behaviours import Behaviour
from .errors import Refusal
from .exchange import Answer, Call
from .limits import Limits
from .listener import Connection, Listener
from .resources import Config, Factor, Service, new_secret, new_sid
from .routes import route
from .scripts import Scripts
from .verify_api import VerifyApi


class TwilioDouble:
    """Twilio Verify on a loopback port. It goes by `clock`, keeps its state over stop() and start(), and records."""

    def __init__(self, *, port: int = 0, certificate: Path | None = None, key: Path | None = None,
                 clock: Callable[[], float] = time.time, account_sid: str | None = None, auth_token: str | None = None,
                 service_sid: str | None = None) -> None:
        self.account_sid = account_sid or new_sid("AC")
        self.auth_token = auth_token or os.urandom(16).hex()
        self.api_keys = {new_sid("SK"): os.urandom(16).hex()}
        self.port = port
        self.certificate, self.key = certificate, key
        self.api = VerifyApi(Service(self.account_sid, service_sid or new_sid("VA"), clock()), clock)
        self.connections = 0  # how many were accepted
        self.most_at_once = 0  # the highest number of requests in flight
        self._calls: list[Call] = []
        self._scripts = Scripts()
        self._in_flight = 0
        self._hanging = 0
        self._releases = 0
        self._stopped = True
        self._changed = Condition()
        self._listener: Listener | None = None

    # --- life ---

    def start(self) -> "TwilioDouble":
        secure = None
        if self.certificate:
            secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            secure.minimum_version = ssl.TLSVersion.TLSv1_2
            secure.load_cert_chain(self.certificate, self.key)
        self._stopped = False
        self._listener = Listener(self.port, secure, self._accepted, self._handle)
        self.port = self._listener.port
        self.api.origin = self.url
        return self

    def stop(self) -> None:
        """Stop listening; what hangs ends without an answer. A later start() has the same port and state."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._listener:
            self._listener.stop()
            self._listener = None

    def __enter__(self) -> "TwilioDouble":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    # --- time, settings and limits ---

    @property
    def clock(self) -> Callable[[], float]:
        return self.api.clock

    @clock.setter
    def clock(self, clock: Callable[[], float]) -> None:
        self.api.clock = clock

    def forward(self, seconds: float) -> None:
        """Let time pass for the double alone."""
        before = self.clock
        self.clock = lambda: before() + seconds

    @property
    def service(self) -> Service:
        return self.api.service

    @property
    def limits(self) -> Limits:
        return self.api.limits

    # --- factors ---

    def add_factor(self, identity: str, secret: str | None = None, status: str = "verified",
                   friendly_name: str = "name", **config: Any) -> Factor:
        """Put a factor there; `config` is alg, skew, code_length, time_step."""
        factor = self.api.add_factor(identity, friendly_name, secret or new_secret(), Config(**config))
        factor.status = status
        return factor

    def factors(self, identity: str) -> list[Factor]:
        """The factors of an identity, oldest first."""
        return self.api.factors(identity)

    def identities(self) -> list[str]:
        """The identities that have an entity."""
        return self.api.identities()

    # --- scripts ---

    def script(self, name: str, behaviour: Behaviour, times: int | None = 1) -> None:
        """Play a behaviour for the next calls of a name, or of any name by `*`; for all of them by times=None."""
        self._scripts.add(name, behaviour, times)

    def clear_scripts(self) -> None:
        self._scripts.clear()

    @property
    def scripts_left(self) -> int:
        """How many scripts with a number of times were not used up."""
        return self._scripts.left

    def release(self) -> None:
        """Let go of what hangs now."""
        with self._changed:
            self._releases += 1
            self._changed.notify_all()

    def await_hanging(self, count: int = 1, timeout: float = 15) -> None:
        """Return when so many calls hang."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._hanging >= count, timeout), f"{self._hanging} calls hang"

    # --- records ---

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in the order in which they came."""
        with self._changed:
            return list(self._calls)

    def calls_of(self, name: str) -> list[Call]:
        """The calls of one name."""
        return [call for call in self.calls if call.name == name]

    def forget_calls(self) -> None:
        """Begin the records anew: `calls` and `most_at_once`."""
        with self._changed:
            self._calls.clear()
            self.most_at_once = self._in_flight

    # --- one request ---

    def _accepted(self) -> int:
        with self._changed:
            self.connections += 1
            return self.connections

    def _handle(self, connection: Connection) -> None:
        if connection.path.startswith(control.PREFIX):
            answer = control.answer(self, connection.command, connection.path, connection.body)
            connection.write(answer.status, answer.headers, answer.body)
            return
        turn = _Turn(self, connection)
        with self._changed:
            self._calls.append(turn.call)
            self._in_flight += 1
            self.most_at_once = max(self.most_at_once, self._in_flight)
        try:
            self._scripts.take(turn.call.name)(turn)
        finally:
            turn.leave()

    def left_flight(self) -> None:
        with self._changed:
            self._in_flight -= 1

    def allows(self, authorization: str) -> bool:
        """Whether the credentials are the account's or those of one of its API keys."""
        pairs = {self.account_sid: self.auth_token, **self.api_keys}
        return authorization in {
            "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode() for user, password in pairs.items()}

    def hang(self) -> None:
        """Wait until released; where the double is stopped there is no answer."""
        with self._changed:
            release = self._releases
            self._hanging += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._stopped or self._releases > release)
            self._hanging -= 1
            if self._stopped:
                raise ConnectionAbortedError("the double was stopped")

    def wait(self, seconds: float) -> None:
        with self._changed:
            if self._changed.wait_for(lambda: self._stopped, seconds):
                raise ConnectionAbortedError("the double was stopped")

    def common_headers(self, begun: float) -> dict[str, str]:
        return {"Date": formatdate(self.clock(), usegmt=True), "Twilio-Request-Id": new_sid("RQ"),
                "Twilio-Request-Duration": f"{time.monotonic() - begun:.3f}",
                "Twilio-Concurrent-Requests": str(self._in_flight)}


class _Turn:
    """One call on its connection."""

    def __init__(self, double: TwilioDouble, connection: Connection) -> None:
        self._double = double
        self._connection = connection
        self._begun = time.monotonic()
        self._flies = True
        target = urlsplit(connection.path)
        name, self._places = route(connection.command, target.path)
        headers = {name.lower(): value for name, value in connection.headers.items()}
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        is_form = kind == "application/x-www-form-urlencoded"
        fields = _pairs(connection.body.decode("utf-8", "replace")) if is_form else []
        self.call = Call(name, connection.command, target.path, dict(_pairs(target.query)), headers, connection.body,
                         fields, connection.number, double.clock())

    def perform(self) -> Answer:
        try:
            if not self._double.allows(self.call.headers.get("authorization", "")):
                raise Refusal(20003)
            return self._double.api.perform(self.call, self._places)
        except Refusal as refusal:
            realm = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if refusal.status == 401 else None
            return Answer.of_json(refusal.status, refusal.body, realm)

    def send(self, answer: Answer) -> None:
        whole = self._complete(answer)
        self.call.answer = whole
        self.leave()
        self._connection.write(whole.status, whole.headers, whole.body)

    def send_half(self, answer: Answer) -> None:
        whole = self._complete(answer)
        self.leave()
        body = whole.body or b" " * 100
        status = 200 if whole.status == 204 else whole.status
        self._connection.write(status, whole.headers, body[:len(body) // 2], len(body))
        self._connection.close()

    def close(self) -> None:
        self._connection.close()

    def reset(self) -> None:
        self._connection.reset()

    def wait(self, seconds: float) -> None:
        self._double.wait(seconds)

    def hang(self) -> None:
        self._double.hang()

    def leave(self) -> None:
        """Count as in flight no longer; before the client learns of the answer, for then it may send the next call."""
        if self._flies:
            self._flies = False
            self._double.left_flight()

    def _complete(self, answer: Answer) -> Answer:
        return Answer(answer.status, answer.body, {**self._double.common_headers(self._begun), **answer.headers})


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, max_num_fields=1000)

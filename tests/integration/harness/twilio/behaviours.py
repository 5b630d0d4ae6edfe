# SPDX-License-Identifier: Apache-2.0
"""What the double can be told to do with a call instead of answering it as Twilio would."""

from collections.abc import Callable
from typing import Protocol

from .errors import body_of, status_of
from .exchange import Answer, Call


class Turn(Protocol):
    """One call on its connection, as a behaviour sees it."""

    call: Call

    def perform(self) -> Answer:
        """Do what Twilio would do, and return the answer without sending it."""

    def send(self, answer: Answer) -> None:
        """Send an answer, the usual headers with it."""

    def send_half(self, answer: Answer) -> None:
        """Send an answer that ends before its length, and close."""

    def close(self) -> None:
        """Close the connection."""

    def reset(self) -> None:
        """Close the connection by RST."""

    def wait(self, seconds: float) -> None:
        """Let time pass, unless the double is stopped."""

    def hang(self) -> None:
        """Wait until the double is told to release what hangs, or is stopped."""


Behaviour = Callable[[Turn], None]


def usual(turn: Turn) -> None:
    """What Twilio does."""
    turn.send(turn.perform())


def error(code: int, status: int | None = None, message: str | None = None,
          headers: dict[str, str] | None = None) -> Behaviour:
    """An error of Twilio's; its status must be named where Twilio does not document one. Nothing is performed."""
    named = status or status_of(code)
    return lambda turn: turn.send(Answer.of_json(named, body_of(code, named, message), headers))


def http_status(status: int, body: str = "<html><body>error</body></html>", content_type: str = "text/html",
                headers: dict[str, str] | None = None) -> Behaviour:
    """An answer of something between the client and Twilio. Nothing is performed."""
    return lambda turn: turn.send(Answer(status, body.encode(), {"Content-Type": content_type, **(headers or {})}))


def latency(seconds: float, then: Behaviour = usual) -> Behaviour:
    """Wait before doing the usual, or something else."""

    def behave(turn: Turn) -> None:
        turn.wait(seconds)
        then(turn)

    return behave


def hang(performed: bool = False) -> Behaviour:
    """Say nothing until released, then the usual; `performed`: do what is asked before hanging, not after."""

    def behave(turn: Turn) -> None:
        answer = turn.perform() if performed else None
        turn.hang()
        turn.send(answer or turn.perform())

    return behave


def reset() -> Behaviour:
    """Close the connection by RST before an answer. Nothing is performed."""
    return lambda turn: turn.reset()


def half_answer() -> Behaviour:
    """Do what is asked, and break off in the middle of the answer."""
    return lambda turn: turn.send_half(turn.perform())


def lose_answer() -> Behaviour:
    """Do what is asked, and close without an answer."""

    def behave(turn: Turn) -> None:
        turn.perform()
        turn.close()

    return behave


def answer_then(callback: Callable[[], None]) -> Behaviour:
    """Do what is asked, run something, and then answer."""

    def behave(turn: Turn) -> None:
        answer = turn.perform()
        callback()
        turn.send(answer)

    return behave


def _with_body(body: bytes) -> Behaviour:
    """Do what is asked, and answer with the right status but another body."""

    def behave(turn: Turn) -> None:
        answer = turn.perform()
        turn.send(Answer(answer.status if answer.status != 204 else 200, body, answer.headers))

    return behave


def not_json() -> Behaviour:
    """A body that says it is JSON, and is not."""
    return _with_body(b'{"sid": "YF')


def empty_object() -> Behaviour:
    """A body that the schema allows, and that says nothing."""
    return _with_body(b"{}")


def oversized(size: int = 10_000_000) -> Behaviour:
    """A body of JSON that nobody needs to read to its end."""
    return _with_body(b'{"status": "' + b"x" * size + b'"}')


def redirect(location: str, status: int = 307) -> Behaviour:
    """Send the client elsewhere."""
    return http_status(status, "", headers={"Location": location})


BY_NAME: dict[str, Callable[..., Behaviour]] = {
    made.__name__: made for made in (error, http_status, latency, hang, reset, half_answer, lose_answer, not_json,
                                     empty_object, oversized, redirect)}

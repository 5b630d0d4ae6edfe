# SPDX-License-Identifier: Apache-2.0
"""An authenticator app, independent of the module: pyotp behind a memory of the codes it has shown."""

import hashlib
import time
from urllib.parse import parse_qsl, unquote, urlsplit

import pyotp

from .clock import Clock

PERIOD = 30
STEP_ROOM = 4  # seconds that must be left of a step for a code at the edge of the window to arrive in time


class Authenticator:
    """One user's app, made from the `otpauth:` link of the enrollment page."""

    def __init__(self, uri: str, clock: Clock, skew: int = 1) -> None:
        self.uri = uri
        parts = urlsplit(uri)
        told = dict(parse_qsl(parts.query, strict_parsing=True))
        assert (parts.scheme, parts.netloc) == ("otpauth", "totp") and int(told.get("period", PERIOD)) == PERIOD
        self.label = unquote(parts.path[1:])
        self.issuer = told["issuer"]
        self.algorithm = told.get("algorithm", "SHA1")
        self.digits = int(told.get("digits", 6))
        self.secret = told["secret"]
        self._totp = pyotp.TOTP(self.secret, self.digits, getattr(hashlib, self.algorithm.lower()), interval=PERIOD)
        self._clock = clock
        self._skew = skew
        self._last = 0

    def step(self) -> int:
        """The number of the present time step."""
        return int(self._clock.now()) // PERIOD

    def code(self, offset: int = 0) -> str:
        """The code of the present step, or of one so many steps away; it may have been used."""
        return self._totp.generate_otp(self.step() + offset)

    def fresh(self) -> str:
        """A code that the server has not seen and still accepts; waits for the next step only if it must."""
        self._clock.await_room(STEP_ROOM, PERIOD)
        chosen = max(self._last + 1, self.step() - self._skew)
        while chosen > self.step() + self._skew:
            time.sleep(PERIOD - self._clock.now() % PERIOD + 0.05)
        self._last = chosen
        return self._totp.generate_otp(chosen)

    def at_hand(self) -> tuple[int, str] | None:
        """The step and the code of one that the server has not seen and accepts for 30 s yet; None if there is none now."""
        chosen = max(self._last + 1, self.step())
        if chosen > self.step() + self._skew:
            return None
        self._last = chosen
        return chosen, self._totp.generate_otp(chosen)

    def spend(self, offset: int = 0) -> str:
        """The code of one step exactly, remembered as used."""
        self._last = self.step() + offset
        return self.code(offset)

    def wrong(self) -> str:
        """A well-formed code of no step near the window."""
        near = {self.code(offset) for offset in range(-5, 6)}
        return next(code for number in range(10) if (code := str(number) * self.digits) not in near)

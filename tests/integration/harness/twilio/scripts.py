# SPDX-License-Identifier: Apache-2.0
"""Which behaviour is due for which call."""

from dataclasses import dataclass
from threading import Lock

from .behaviours import Behaviour, usual
from .routes import NAMES

ANY = "*"


@dataclass
class Script:
    """A behaviour for the next calls of a name; `times` None is for all of them."""

    name: str
    behaviour: Behaviour
    times: int | None


class Scripts:
    """The scripts that are left, in the order in which they were given."""

    def __init__(self) -> None:
        self._left: list[Script] = []
        self._lock = Lock()

    def add(self, name: str, behaviour: Behaviour, times: int | None) -> None:
        if name != ANY and name not in NAMES:
            raise ValueError(f"no call is named {name}: {', '.join(NAMES)}, or {ANY}")
        if times is not None and times < 1:
            raise ValueError("times is at least 1, or None for ever")
        with self._lock:
            self._left.append(Script(name, behaviour, times))

    def clear(self) -> None:
        with self._lock:
            self._left.clear()

    @property
    def left(self) -> int:
        """How many scripts with a number of times were not used up: a test that leaves one did not do what it meant."""
        with self._lock:
            return sum(script.times is not None for script in self._left)

    def take(self, name: str) -> Behaviour:
        """The behaviour for a call that came now."""
        with self._lock:
            script = next((one for one in self._left if one.name in (name, ANY)), None)
            if script is None:
                return usual
            if script.times is not None:
                script.times -= 1
                if script.times == 0:
                    self._left.remove(script)
            return script.behaviour

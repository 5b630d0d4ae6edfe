# SPDX-License-Identifier: Apache-2.0
"""A request that came, and the answer to it."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, status: int, value: Any, headers: dict[str, str] | None = None) -> "Answer":
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json;charset=utf-8", **(headers or {})})

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Call:
    """One request as it came. `name` is, say, `create_challenge`, or `unknown`; header names are in lower case."""

    name: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    fields: list[tuple[str, str]]
    connection: int
    time: float
    answer: Answer | None = None  # what was sent: None while there is nothing, and where something else was done

    @property
    def form(self) -> dict[str, str]:
        """The fields by name; of a repeated one the last."""
        return dict(self.fields)

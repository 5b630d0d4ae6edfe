# SPDX-License-Identifier: Apache-2.0
"""Twilio's errors: which code has which HTTP status."""

from typing import Any

NOT_STATED = None  # Twilio's documents name the code, but not the status it comes with

STATUSES: dict[int, tuple[int | None, str]] = {
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too many requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    60200: (400, "Invalid parameter"),
    60202: (429, "Max check attempts reached"),
    60203: (429, "Max send attempts reached"),
    60300: (400, "The request is malformed"),
    60306: (400, "Input parameter is missing or invalid"),
    60308: (429, "Max attempts to verify this challenge reached"),
    60310: (429, "Max attempts to verify this factor reached"),
    60311: (403, "Factor verification failed"),
    60312: (429, "Max challenges for this factor reached"),
    60313: (403, "Not authorized to create a factor"),
    60314: (400, "Invalid binding"),
    60315: (400, "Max factors for this entity reached"),
    60317: (409, "A factor with the same binding exists"),
    60318: (403, "The factor is not verified"),
    60322: (403, "The challenge has been responded already"),
    60323: (403, "The challenge has expired"),
    60324: (403, "Challenge verification failed"),
    60326: (429, "Max factors created for this entity today"),
    60328: (NOT_STATED, "Too many entities created"),
    60383: (NOT_STATED, "The factor is in an inconsistent state or expired"),
    60390: (NOT_STATED, "Factor not found"),
    60391: (NOT_STATED, "Challenge not found"),
    60392: (NOT_STATED, "Entity not found"),
    70005: (NOT_STATED, "Failure threshold exceeded"),
    70051: (NOT_STATED, "Authorization Failed"),
    **{code: (NOT_STATED, "Invalid parameter") for code in range(60361, 60371)},
}


def status_of(code: int) -> int:
    """The HTTP status that Twilio documents for a code."""
    status = STATUSES.get(code, (NOT_STATED, ""))[0]
    if status is None:
        raise ValueError(f"the HTTP status of {code} is not documented: name one")
    return status


def body_of(code: int, status: int, message: str | None = None) -> dict[str, Any]:
    """The JSON of an error."""
    return {"code": code, "message": message or STATUSES.get(code, (NOT_STATED, "Error"))[1],
            "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}


class Refusal(Exception):
    """A call that Twilio answers with an error."""

    def __init__(self, code: int, message: str | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.status = status_of(code)
        self.body = body_of(code, self.status, message)

# SPDX-License-Identifier: Apache-2.0
"""Codes by RFC 6238, written apart from the module's own."""

import base64
import hmac


def code_at(secret: str, moment: float, *, alg: str = "sha1", code_length: int = 6, time_step: int = 30) -> str:
    """The code of the time step that a moment is in; the secret is Base32."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.digest(key, (int(moment) // time_step).to_bytes(8, "big"), alg)
    start = mac[-1] & 0x0F
    number = int.from_bytes(mac[start:start + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**code_length).zfill(code_length)

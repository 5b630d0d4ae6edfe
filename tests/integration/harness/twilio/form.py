# SPDX-License-Identifier: Apache-2.0
"""What a form may hold, and the refusal of what it may not."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone

from .errors import Refusal

Form = Mapping[str, str]


def needed(form: Form, name: str) -> str:
    """A parameter that may be neither missing nor empty."""
    if not form.get(name):
        raise Refusal(60306, f"Missing required parameter {name} in the post body")
    return form[name]


def number(form: Form, name: str, least: int, most: int) -> int | None:
    """A number within its limits, if there is one."""
    if name not in form:
        return None
    if not re.fullmatch("[0-9]{1,9}", form[name], re.ASCII) or not least <= int(form[name]) <= most:
        raise Refusal(60306, f"Invalid parameter {name}: {least} to {most} expected")
    return int(form[name])


def choice(form: Form, name: str, *allowed: str) -> str | None:
    """One of some words, if there is one."""
    if name in form and form[name] not in allowed:
        raise Refusal(60306, f"Invalid parameter {name}: one of {', '.join(allowed)} expected")
    return form.get(name)


def friendly_name(form: Form) -> str | None:
    """The name of a factor, if there is one."""
    name = form.get("FriendlyName")
    if name is not None and not 1 <= len(name) <= 64:
        raise Refusal(60306, "Invalid parameter FriendlyName: 1 to 64 characters expected")
    return name


def strings(form: Form, name: str) -> dict[str, str] | None:
    """A JSON object of strings of up to 1024 characters, if there is one."""
    if name not in form:
        return None
    try:
        value = json.loads(form[name])
    except ValueError:
        value = None
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()) or len(form[name]) > 1024:
        raise Refusal(60306, f"Invalid parameter {name}: a JSON object of strings expected")
    return value


def secret(form: Form) -> str | None:
    """A secret in Base32 that the client brings, if there is one."""
    given = form.get("Binding.Secret")
    if not given:
        return None
    folded = given.rstrip("=").upper()
    try:
        base64.b32decode(folded + "=" * (-len(folded) % 8))
    except binascii.Error:
        raise Refusal(60314, "Invalid Binding.Secret: Base32 expected") from None
    return folded


def payload(form: Form) -> str | None:
    """A code, if there is one: three to eight digits, else the call is not processed at all."""
    code = form.get("AuthPayload")
    if code is not None and not re.fullmatch("[0-9]{3,8}", code, re.ASCII):
        raise Refusal(60306, "Invalid parameter AuthPayload: 3 to 8 digits expected")
    return code


def expiration(form: Form, now: float) -> float:
    """When a challenge ends: in five minutes, or at a moment that the client names, at most an hour ahead."""
    if "ExpirationDate" not in form:
        return now + 300
    try:
        named = datetime.fromisoformat(form["ExpirationDate"].replace("Z", "+00:00"))
    except ValueError:
        raise Refusal(60306, "Invalid parameter ExpirationDate") from None
    moment = (named if named.tzinfo else named.replace(tzinfo=timezone.utc)).timestamp()
    if not now < moment <= now + 3600:
        raise Refusal(60306, "Invalid parameter ExpirationDate: within the next 60 minutes expected")
    return moment

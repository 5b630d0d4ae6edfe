# SPDX-License-Identifier: Apache-2.0
"""The paths of the calls, case-sensitive as Twilio's."""

import re
from urllib.parse import unquote

SERVICE = "/v2/Services/(?P<service>[^/]+)"
ENTITY = f"{SERVICE}/Entities/(?P<identity>[^/]+)"

ROUTES = [(method, re.compile(pattern), name) for method, pattern, name in (
    ("GET", SERVICE, "fetch_service"),
    ("GET", ENTITY, "fetch_entity"),
    ("DELETE", ENTITY, "delete_entity"),
    ("POST", f"{ENTITY}/Factors", "create_factor"),
    ("GET", f"{ENTITY}/Factors", "list_factors"),
    ("POST", f"{ENTITY}/Factors/(?P<sid>[^/]+)", "verify_factor"),
    ("GET", f"{ENTITY}/Factors/(?P<sid>[^/]+)", "fetch_factor"),
    ("DELETE", f"{ENTITY}/Factors/(?P<sid>[^/]+)", "delete_factor"),
    ("POST", f"{ENTITY}/Challenges", "create_challenge"),
    ("GET", f"{ENTITY}/Challenges", "list_challenges"),
    ("POST", f"{ENTITY}/Challenges/(?P<sid>[^/]+)", "verify_challenge"),
    ("GET", f"{ENTITY}/Challenges/(?P<sid>[^/]+)", "fetch_challenge"),
)]

UNKNOWN = "unknown"
NAMES = [name for _, _, name in ROUTES] + [UNKNOWN]


def route(method: str, path: str) -> tuple[str, dict[str, str]]:
    """The name of a call, and what stands in the places of its path."""
    for wanted, pattern, name in ROUTES:
        if method == wanted and (found := pattern.fullmatch(path)):
            return name, {place: unquote(text) for place, text in found.groupdict().items()}
    return UNKNOWN, {}

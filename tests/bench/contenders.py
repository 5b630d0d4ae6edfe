# SPDX-License-Identifier: Apache-2.0
"""Ways to guard the same small file with httpd, each a server of its own, and how somebody comes in there."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness import openid_provider
from harness.browser import Answer
from harness.configuration import SMALLEST_GATE, place
from harness.site import PASSWORD, Site, is_open

FILE = "/static.html"
USER = "alice"
OPENID_GATE = ("AuthType openid-connect", "Require valid-user")
SESSION = ("Session On", "SessionCookieName {cookie} path=/;secure;httponly", "SessionMaxAge 3600",
           "SessionCryptoPassphrase of-this-benchmark-alone")


@dataclass(frozen=True)
class Contender:
    """What guards the file, and the cookies of somebody who has come in."""

    name: str
    options: Callable[[Site], Mapping[str, Any]]
    enter: Callable[[Site], Mapping[str, str]]
    outlives_restart: bool = True  # the session


def alone(**options: Any) -> dict[str, Any]:
    """A server without mod_uzmfa and what it needs."""
    return {"module": False, "companions": (), "key_file": None, **options}


def password_file(site: Site) -> str:
    """With a hash of the least cost that htpasswd makes by itself."""
    file = site.httpd.root / "passwords"
    subprocess.run(["htpasswd", "-cbB", file, USER, PASSWORD], check=True, capture_output=True)
    file.chmod(0o644)
    return str(file)


def openid(*more: str) -> Callable[[Site], Mapping[str, Any]]:
    return lambda site: alone(modules=["auth_openidc"], gate=OPENID_GATE,
                              server=[*openid_provider.directives(site.url("")), *more])


def session(cookie: str, *more: str) -> list[str]:
    return [*(line.format(cookie=cookie) for line in SESSION), *more]


def form_gate(site: Site) -> list[str]:
    return session("form", "AuthType form", 'AuthName "ERP"', "AuthFormProvider file", f'AuthUserFile "{password_file(site)}"',
                   "AuthFormLoginRequiredLocation /login", "Require valid-user")


def cookies_of(answer: Answer) -> dict[str, str]:
    return dict(line.split(";")[0].split("=", 1) for line in answer.set_cookies)


def enter_by_second_factor(site: Site) -> Mapping[str, str]:
    return site.verify(site.add_user()).cookies


def enter_by_openid(site: Site) -> Mapping[str, str]:
    browser = site.browser()
    assert is_open(openid_provider.sign_in(browser, FILE, USER))
    return browser.cookies


def enter_by_form(site: Site) -> Mapping[str, str]:
    answer = site.browser().post("/login", {"httpd_username": USER, "httpd_password": PASSWORD})
    assert "form" in cookies_of(answer), answer.status
    return cookies_of(answer)


def enter_by_an_application(site: Site) -> Mapping[str, str]:
    """It puts something into the session, for an empty one is none."""
    script = site.application.add("enter.cgi", "#!/bin/sh\nprintf 'Content-Type: text/plain\\nX-Replace-Session: user=alice\\n\\n'\n")
    script.chmod(0o755)
    return cookies_of(site.browser().fetch("/enter.cgi"))


SESSION_MODULES = ["session", "session_cookie", "session_crypto"]

CONTENDERS = (
    Contender("Require all granted", lambda _: alone(gate=["Require all granted"]), lambda _: {}),
    Contender("mod_uzmfa, of another place", lambda _: {"gate": ["Require all granted"], "server": place("Location", "/gated", SMALLEST_GATE)},
              lambda _: {}),
    Contender("mod_uzmfa, verified", lambda _: {"gate": SMALLEST_GATE}, enter_by_second_factor),
    Contender("mod_auth_openidc, session in the cookie", openid("OIDCSessionType client-cookie"), enter_by_openid),
    Contender("mod_auth_openidc, session in its cache", openid("OIDCSessionType server-cache", "OIDCCookie cached"), enter_by_openid,
              outlives_restart=False),
    Contender("mod_session_cookie and mod_session_crypto",
              lambda _: alone(modules=SESSION_MODULES, gate=["Require all granted", *session("plain", "SessionEnv On",
                                                                                             "SessionHeader X-Replace-Session")]),
              enter_by_an_application),
    Contender("mod_auth_form on these, bcrypt",
              lambda site: alone(modules=[*SESSION_MODULES, "request", "auth_form", "authn_file"], gate=form_gate(site),
                                 server=place("Location", "/login", ["SetHandler form-login-handler", "Require all granted"])),
              enter_by_form),
    Contender("Basic, bcrypt",
              lambda site: alone(modules=["auth_basic", "authn_file"],
                                 gate=["AuthType Basic", 'AuthName "ERP"', "AuthBasicProvider file",
                                       f'AuthUserFile "{password_file(site)}"', "Require valid-user"]),
              lambda _: {}),
)

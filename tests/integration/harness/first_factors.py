# SPDX-License-Identifier: Apache-2.0
"""Ways to be somebody before the gate asks: httpd's AuthTypes, and the module's own sign-in page."""

import hashlib
import re
import ssl
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import openid_provider
from .browser import Answer, Browser
from .configuration import place
from .site import PASSWORD, Site, User

REALM = "ERP"
GATE = ("Session On", "UzmfaEngine On")
OPEN = ["UzmfaEngine Off", "Require all granted"]


class FirstFactor(ABC):
    """One way; `lines` are further ones for the gated place."""

    def configure(self, site: Site, names: list[str], *lines: str, **options: Any) -> None:
        """Have the site take these names."""
        site.configure(**self.options(site, names, [*GATE, *lines]) | options)

    @abstractmethod
    def options(self, site: Site, names: list[str], gate: list[str]) -> dict[str, Any]:
        """What differs from the smallest configuration."""

    @abstractmethod
    def enter(self, site: Site, user: User, browser: Browser | None = None) -> Browser:
        """A browser in which this user has passed the first factor; somebody else may have before."""


class OwnPage(FirstFactor):
    def options(self, site: Site, names: list[str], gate: list[str]) -> dict[str, Any]:
        return {"gate": [*gate, "AuthType Uzmfa", "Require valid-user"]}

    def enter(self, site: Site, user: User, browser: Browser | None = None) -> Browser:
        return site.sign_in(user, browser)


class Basic(FirstFactor):
    def __init__(self, provider: str) -> None:
        self.provider = provider

    def options(self, site: Site, names: list[str], gate: list[str]) -> dict[str, Any]:
        lines = [f'AuthUserFile "{password_file(site, names)}"'] if self.provider == "file" else []
        return {"modules": ["auth_basic", "authn_file"],
                "gate": [*gate, "AuthType Basic", f'AuthName "{REALM}"', f"AuthBasicProvider {self.provider}", *lines, "Require valid-user"]}

    def enter(self, site: Site, user: User, browser: Browser | None = None) -> Browser:
        return with_session_of(browser, site.basic_browser(user))


class DigestBrowser(Browser):
    """Answers the challenge of Digest authentication on each request (RFC 7616)."""

    user = ""
    nonce = ""

    def request(self, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str | None] | None = None) -> Answer:
        if not self.nonce:
            found = re.search(r'nonce="([^"]*)"', super().request("GET", "/").headers["WWW-Authenticate"])
            assert found
            self.nonce = found[1]
        first, second = md5(f"{self.user}:{REALM}:{PASSWORD}"), md5(f"{method}:{target}")
        response = md5(f"{first}:{self.nonce}:00000001:c:auth:{second}")
        said = (f'Digest username="{self.user}", realm="{REALM}", nonce="{self.nonce}", uri="{target}", algorithm=MD5, qop=auth, '
                f'nc=00000001, cnonce="c", response="{response}"')
        return super().request(method, target, body, {"Authorization": said, **(headers or {})})


class Digest(FirstFactor):
    def options(self, site: Site, names: list[str], gate: list[str]) -> dict[str, Any]:
        path = readable(site.httpd.root / "digest",
                        "".join(f"{name}:{REALM}:{md5(f'{name}:{REALM}:{PASSWORD}')}\n" for name in names))
        return {"modules": ["auth_digest", "authn_file"],
                "gate": [*gate, "AuthType Digest", f'AuthName "{REALM}"', f'AuthUserFile "{path}"', "Require valid-user"]}

    def enter(self, site: Site, user: User, browser: Browser | None = None) -> Browser:
        entered = DigestBrowser(site.httpd.port, site.certificate.client(), site.clock)
        entered.user = user.name
        return with_session_of(browser, entered)


class Form(FirstFactor):
    """mod_auth_form, which keeps user and password in the session that the module stores."""

    def options(self, site: Site, names: list[str], gate: list[str]) -> dict[str, Any]:
        site.application.add("form.html", "<p>the form</p>")
        form = ["AuthType form", f'AuthName "{REALM}"', "AuthFormProvider file", f'AuthUserFile "{password_file(site, names)}"']
        return {"modules": ["auth_form", "authn_file", "request"],
                "gate": [*gate, *form, 'AuthFormLoginRequiredLocation "/form.html"', "Require valid-user"],
                "server": [*place("Location", "/form.html", [*OPEN, "AuthType None"]),
                           *place("Location", "/enter", [*OPEN, *form, "SetHandler form-login-handler",
                                                         'AuthFormLoginSuccessLocation "/"'])]}

    def enter(self, site: Site, user: User, browser: Browser | None = None) -> Browser:
        browser = browser or site.browser()
        answer = browser.post("/enter", {"httpd_username": user.name, "httpd_password": user.password})
        assert answer.status == 302, answer.status
        return browser


class OpenId(FirstFactor):
    """mod_auth_openidc."""

    def options(self, site: Site, names: list[str], gate: list[str]) -> dict[str, Any]:
        return {"modules": ["auth_openidc"], "gate": [*gate, "AuthType openid-connect", "Require valid-user"],
                "server": [*openid_provider.directives(site.url("")), "OIDCRemoteUserClaim sub"]}

    def enter(self, site: Site, user: User, browser: Browser | None = None) -> Browser:
        browser = browser or site.browser()
        browser.cookies.pop("mod_auth_openidc_session", None)
        openid_provider.sign_in(browser, "/static.html", user.name)
        return browser


class ClientCertificate(FirstFactor):
    """A certificate that names the user; with FakeBasicAuth-free httpd nobody else has to be asked."""

    def options(self, site: Site, names: list[str], gate: list[str]) -> dict[str, Any]:
        authority = site.httpd.root / "authority"
        openssl("req", "-x509", *NEW_KEY, "-days", "30", "-subj", "/CN=authority", "-keyout", f"{authority}.key", "-out", f"{authority}.pem")
        return {"gate": [*gate, "SSLUserName SSL_CLIENT_S_DN_CN", "Require all granted"],
                "server": [f'SSLCACertificateFile "{authority}.pem"', "SSLVerifyClient optional"]}

    def enter(self, site: Site, user: User, browser: Browser | None = None) -> Browser:
        made = site.httpd.root / f"client-{user.name}"
        authority = site.httpd.root / "authority"
        openssl("req", *NEW_KEY, "-subj", f"/CN={user.name}", "-keyout", f"{made}.key", "-out", f"{made}.csr")
        openssl("x509", "-req", "-in", f"{made}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-days", "30",
                "-out", f"{made}.pem")
        trust: ssl.SSLContext = site.certificate.client()
        trust.load_cert_chain(f"{made}.pem", f"{made}.key")
        return with_session_of(browser, Browser(site.httpd.port, trust, site.clock))


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def readable(path: Path, text: str) -> Path:
    """A file for www-data."""
    path.write_text(text)
    path.chmod(0o644)
    return path


def password_file(site: Site, names: list[str]) -> Path:
    """What htpasswd makes."""
    hashed = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], check=True, capture_output=True, text=True).stdout
    return readable(site.httpd.root / "passwords", "".join(f"{name}:{hashed}" for name in names))


def with_session_of(former: Browser | None, browser: Browser) -> Browser:
    """The same browser in somebody else's hands."""
    if former is not None:
        browser.cookies = former.cookies
    return browser


ALL: dict[str, FirstFactor] = {
    "the own page": OwnPage(), "Basic": Basic("file"), "Basic by the users table": Basic("uzerp"), "Digest": Digest(), "form": Form(),
    "OpenID": OpenId(), "client certificate": ClientCertificate(),
}

# SPDX-License-Identifier: Apache-2.0
"""First factors: what httpd is told so that it asks who somebody is, and how a browser answers."""

import hashlib
import itertools
import ssl
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import quote
from urllib.request import parse_http_list, parse_keqv_list

import pytest

from .application import PROTECTED
from .browser import Answer, Browser
from .configuration import place
from .expect import assert_sent_to
from .openid_provider import CALLBACK, OpenIdProvider
from .site import PASSWORD, Site, User, basic_credentials, is_open
from .tls import Authority

REALM = "ERP"


@cache
def hashed(password: str) -> str:
    return subprocess.run(["openssl", "passwd", "-apr1", password], check=True, capture_output=True, text=True).stdout


def htpasswd(name: str) -> str:
    """The line of a password file for a user with everybody's password."""
    return f"{name}:{hashed(PASSWORD)}"


def htdigest(name: str) -> str:
    """The same for Digest."""
    return f"{name}:{REALM}:{md5(name, REALM, PASSWORD)}\n"


def md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()


def password_file(path: Path, *names: str, line: Callable[[str], str] = htpasswd) -> Path:
    """A password file of these users, which httpd can read."""
    path.write_text("".join(map(line, names)))
    path.chmod(0o644)
    return path


class FirstFactor(ABC):
    """One way to be asked, in front of the gate of a site that has not started."""

    modules: tuple[str, ...] = ()
    requirement = "Require valid-user"
    spelling = "{}"  # how it writes the name of a person, and so the table
    knows_the_table_only = False
    lives_in_the_session = False  # what it knows of a browser is in the session that the module seals
    ends_the_former_session = False
    has_sign_out = False

    def __init__(self, site: Site) -> None:
        self.site = site

    @abstractmethod
    def directives(self) -> list[str]:
        """What stands in the gated place."""

    def server(self) -> list[str]:
        """What stands beside it."""
        return []

    def admit(self, name: str) -> User:
        """Let the person of this name pass from now on."""
        return User(name)

    @abstractmethod
    def assert_asks(self, browser: Browser, target: str) -> None:
        """It asks who is there, and gives nothing away."""

    @abstractmethod
    def pass_as(self, user: User, browser: Browser) -> None:
        """Answer as this user does, whoever used the browser before."""

    def sign_out(self, browser: Browser) -> None:
        """Sign out of it, and of nothing else, where it has a sign-out of its own."""

    def close(self) -> None:
        """Stop what was started for it."""


def assert_asked(answer: Answer, status: int, header: str, begins: str) -> None:
    """The answer asks in the way of an AuthType of httpd's own, without a byte of the application."""
    assert answer.status == status and answer.headers[header].startswith(begins), f"{answer.target}: {answer.status}"
    assert PROTECTED not in answer.text and "X-Protected" not in answer.headers


class OwnPage(FirstFactor):
    """The module's own sign-in page."""

    knows_the_table_only = lives_in_the_session = ends_the_former_session = True

    def directives(self) -> list[str]:
        return ["AuthType Uzmfa"]

    def assert_asks(self, browser: Browser, target: str) -> None:
        assert_sent_to(browser.fetch(target), "login", target)

    def pass_as(self, user: User, browser: Browser) -> None:
        self.site.sign_in(user, browser)


class Basic(FirstFactor):
    """The password dialog, and the users table behind it."""

    modules = ("auth_basic",)
    knows_the_table_only = True

    def directives(self) -> list[str]:
        return ["AuthType Basic", "AuthBasicProvider uzerp", f'AuthName "{REALM}"']

    def assert_asks(self, browser: Browser, target: str) -> None:
        assert_asked(browser.fetch(target), 401, "WWW-Authenticate", f'Basic realm="{REALM}"')

    def pass_as(self, user: User, browser: Browser) -> None:
        browser.headers.update(basic_credentials(user))


class PasswordFile(FirstFactor):
    """One that asks a password file."""

    line = staticmethod(htpasswd)

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.people: list[str] = []
        self.file = password_file(site.httpd.root / "passwords")

    def admit(self, name: str) -> User:
        self.people.append(name)
        password_file(self.file, *self.people, line=self.line)
        return super().admit(name)

    def directives(self) -> list[str]:
        return [f'AuthUserFile "{self.file}"', f'AuthName "{REALM}"']


class BasicFile(PasswordFile, Basic):
    """The password dialog, and a password file behind it."""

    modules = ("auth_basic", "authn_file")
    knows_the_table_only = False

    def directives(self) -> list[str]:
        return ["AuthType Basic", "AuthBasicProvider file", *super().directives()]


class Digest(PasswordFile):
    """The password dialog that sends no password (RFC 7616)."""

    modules = ("auth_digest", "authn_file")
    line = staticmethod(htdigest)

    def directives(self) -> list[str]:
        return ["AuthType Digest", "AuthDigestNonceLifetime 3600", *super().directives()]

    def assert_asks(self, browser: Browser, target: str) -> None:
        assert_asked(browser.fetch(target), 401, "WWW-Authenticate", f'Digest realm="{REALM}"')

    def pass_as(self, user: User, browser: Browser) -> None:
        browser.credentials = None
        browser.credentials = digest_credentials(user, browser.fetch("/static.html").headers["WWW-Authenticate"])


def digest_credentials(user: User, challenge: str) -> Callable[[str, str], str]:
    """Answers this challenge for a method and a target, each time with the next count (RFC 7616 §3.4)."""
    asked = parse_keqv_list(parse_http_list(challenge.removeprefix("Digest ")))
    counts = itertools.count(1)

    def answer(method: str, target: str) -> str:
        count, own_nonce = f"{next(counts):08x}", "0a4f113b"
        response = md5(md5(user.name, asked["realm"], user.password), asked["nonce"], count, own_nonce, "auth",
                       md5(method, target))
        return (f'Digest username="{user.name}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", uri="{target}",'
                f' algorithm=MD5, qop=auth, nc={count}, cnonce="{own_nonce}", response="{response}"')

    return answer


class Form(PasswordFile):
    """mod_auth_form, which keeps name and password in httpd's session, with a page for signing in."""

    modules = ("auth_form", "authn_file", "request")
    lives_in_the_session = has_sign_out = True
    PAGE, HANDLER, SIGN_OUT = "/sign-in.html", "/sign-in", "/sign-out"

    def directives(self) -> list[str]:
        return ["AuthType form", "AuthFormProvider file", *self.invitation(), *super().directives()]

    def invitation(self) -> list[str]:
        """Where somebody unknown finds the form."""
        return [f"AuthFormLoginRequiredLocation {self.PAGE}"]

    def server(self) -> list[str]:
        self.site.application.add(self.PAGE[1:], '<form method="post"><input name="httpd_username">'
                                                 '<input name="httpd_password" type="password"></form>')
        return [
            *place("Location", self.PAGE, ["UzmfaEngine Off", "AuthType None", "Require all granted"]),
            *place("Location", self.HANDLER, ["UzmfaEngine Off", "Require all granted", "SetHandler form-login-handler",
                                              "AuthFormLoginSuccessLocation /"]),
            *place("Location", self.SIGN_OUT, ["UzmfaEngine Off", "Require all granted",
                                               "SetHandler form-logout-handler",
                                               f"AuthFormLogoutLocation {self.PAGE}"]),
        ]

    def assert_asks(self, browser: Browser, target: str) -> None:
        assert_asked(browser.fetch(target), 302, "Location", self.PAGE)

    def pass_as(self, user: User, browser: Browser) -> None:
        answer = browser.post(self.HANDLER, {"httpd_username": user.name, "httpd_password": user.password})
        assert (answer.status, answer.location) == (302, "/"), f"{answer.status} {answer.location}"

    def sign_out(self, browser: Browser) -> None:
        answer = browser.fetch(self.SIGN_OUT)
        assert (answer.status, answer.location) == (307, self.PAGE), f"{answer.status} {answer.location}"


class InlineForm(Form):
    """The same with the form in place of the page that was asked for, to which the browser sends it."""

    def invitation(self) -> list[str]:
        return [f"ErrorDocument 401 {self.PAGE}"]

    def assert_asks(self, browser: Browser, target: str) -> None:
        answer = browser.fetch(target)
        assert answer.status == 401 and "httpd_username" in answer.page.form("httpd_password").fields
        assert PROTECTED not in answer.text and "X-Protected" not in answer.headers

    def pass_as(self, user: User, browser: Browser) -> None:
        asking = browser.fetch("/erp/orders")
        answer = browser.submit(asking, httpd_username=user.name, httpd_password=user.password)
        assert_sent_to(answer, "enroll", "/erp/orders")


class OpenId(FirstFactor):
    """mod_auth_openidc with a provider that is asked by the code flow."""

    modules = ("auth_openidc",)
    has_sign_out = True
    SESSION = "mod_auth_openidc_session"
    session_type = "server-cache"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._provider = OpenIdProvider(site.clock)

    def directives(self) -> list[str]:
        return ["AuthType openid-connect"]

    def server(self) -> list[str]:
        return [*self._provider.directives(self.site.url("")), f"OIDCSessionType {self.session_type}"]

    def assert_asks(self, browser: Browser, target: str) -> None:
        assert_asked(browser.fetch(target), 302, "Location", f"{self._provider.issuer}/authorize?")

    def pass_as(self, user: User, browser: Browser) -> None:
        browser.cookies.pop(self.SESSION, None)
        way = self._provider.sign_in(browser.fetch("/static.html").location, user.name)
        answer = browser.fetch(way.removeprefix(self.site.url("")))
        assert (answer.status, answer.location) == (302, "/static.html"), f"{answer.status} {answer.location}"

    def sign_out(self, browser: Browser) -> None:
        answer = browser.fetch(f"{CALLBACK}?logout={quote(self.site.url('/left'), safe='')}")
        assert (answer.status, answer.location) == (302, "/left"), f"{answer.status} {answer.location}"

    def close(self) -> None:
        self._provider.close()


class OpenIdCookie(OpenId):
    """The same with all that it keeps of a browser in its cookie."""

    session_type = "client-cookie"


class ClientCertificate(FirstFactor):
    """A certificate of the person; without one there is no connection, and without an AuthType no dialog."""

    verification = "require"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._authority = Authority.make(site.httpd.root)

    def directives(self) -> list[str]:
        return ["SSLUserName SSL_CLIENT_S_DN_CN"]

    def server(self) -> list[str]:
        return [f'SSLCACertificateFile "{self._authority.certificate}"', f"SSLVerifyClient {self.verification}"]

    def assert_asks(self, browser: Browser, target: str) -> None:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            browser.fetch(target)

    def pass_as(self, user: User, browser: Browser) -> None:
        shown = self._authority.issue(user.name.removeprefix("/CN="))
        context = self.client()
        context.load_cert_chain(shown.certificate, shown.key)
        browser.show_certificate(context)

    def client(self) -> ssl.SSLContext:
        """What a browser needs that has certificates, before it shows one."""
        return self.site.certificate.client()


class CertificateForAll(ClientCertificate):
    """The same where `Require` asks for nobody."""

    requirement = "Require all granted"


class CertificateByRequire(ClientCertificate):
    """The same where `Require` asks for the certificate."""

    requirement = "Require ssl-verify-client"


class OptionalCertificate(CertificateForAll):
    """The same where a connection needs no certificate: the gate itself refuses whoever has none."""

    verification = "optional"

    def assert_asks(self, browser: Browser, target: str) -> None:
        self.site.log.expect(r"UZMFA1006 no_user|AH02227")
        answer = browser.fetch(target)
        assert answer.status == 403 and not is_open(answer)


class CertificateOfPlace(ClientCertificate):
    """The same where the server asks for the certificate once it knows what is wanted: after the handshake."""

    protocol = "TLSv1.3"
    complaints: tuple[str, ...] = ("AH02263",)  # what mod_ssl says of somebody who shows none

    def directives(self) -> list[str]:
        return [*super().directives(), "SSLVerifyClient require"]

    def server(self) -> list[str]:
        return [f'SSLCACertificateFile "{self._authority.certificate}"', f"SSLProtocol {self.protocol}"]

    def client(self) -> ssl.SSLContext:
        context = super().client()
        context.post_handshake_auth = True
        return context

    def assert_asks(self, browser: Browser, target: str) -> None:
        for pattern in self.complaints:
            self.site.log.expect(pattern)
        said = len(self.site.log.lines(self.complaints[-1]))
        browser.show_certificate(self.client())
        super().assert_asks(browser, target)
        self.site.log.await_line(self.complaints[-1], number=said + 1)  # which comes after the answer


class CertificateOfPlaceRenegotiated(CertificateOfPlace):
    """The same by another handshake."""

    protocol = "TLSv1.2"
    complaints = ("AH02261", "peer did not return a certificate")


class CertificateAsBasic(PasswordFile, CertificateOfPlace):
    """A certificate of the place with which mod_ssl answers the password dialog; its subject is the name."""

    modules = ("auth_basic", "authn_file")
    spelling = "/CN={}"

    @staticmethod
    def line(name: str) -> str:
        return f"{name}:{hashed('password')}"

    def directives(self) -> list[str]:
        return ["AuthType Basic", "AuthBasicProvider file", "SSLOptions +FakeBasicAuth", "SSLVerifyClient require",
                *super().directives()]


class CertificateAsBasicRenegotiated(CertificateAsBasic, CertificateOfPlaceRenegotiated):
    """The same by another handshake."""


FIRST_FACTORS: dict[str, type[FirstFactor]] = {
    "Uzmfa": OwnPage, "Basic uzerp": Basic, "Basic file": BasicFile, "Digest": Digest, "form": Form,
    "openid-connect": OpenId, "openid-connect, cookie": OpenIdCookie,
    "certificate": ClientCertificate, "certificate, all granted": CertificateForAll,
    "certificate, ssl-verify-client": CertificateByRequire, "certificate, optional": OptionalCertificate,
    "certificate of the place": CertificateOfPlace, "certificate of the place, TLS 1.2": CertificateOfPlaceRenegotiated,
    "certificate as Basic": CertificateAsBasic, "certificate as Basic, TLS 1.2": CertificateAsBasicRenegotiated,
}

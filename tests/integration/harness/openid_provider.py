# SPDX-License-Identifier: Apache-2.0
"""OpenID providers: one whose answer travels by the browser, and a server (OpenID Connect 1.0 §3.2 and §3.1)."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from .browser import Answer, Browser
from .clock import Clock
from .configuration import place

ISSUER = "https://provider.example.test"
CLIENT = "erp"
SECRET = "a client secret of more than 32 bytes, for HS256"
CALLBACK = "/callback"
LIFETIME = 600


def client_directives(origin: str) -> list[str]:
    """Who a server whose pages are below `origin` is at its provider."""
    return [f"OIDCClientID {CLIENT}", f'OIDCClientSecret "{SECRET}"', "OIDCCryptoPassphrase of-this-test-alone",
            "OIDCIDTokenSignedResponseAlg HS256", f"OIDCRedirectURI {origin}{CALLBACK}"]


def directives(origin: str) -> list[str]:
    """What mod_auth_openidc needs where the provider is no server."""
    return [
        *client_directives(origin),
        f"OIDCProviderIssuer {ISSUER}", f"OIDCProviderAuthorizationEndpoint {ISSUER}/authorize",
        "OIDCResponseType id_token", "OIDCResponseMode form_post",
        *place("Location", CALLBACK, ["AuthType openid-connect", "Require valid-user"]),
    ]


def sign_in(browser: Browser, target: str, user: str) -> Answer:
    """Open a page behind mod_auth_openidc, and go the way to the provider and back; the page itself."""
    asked = questions(browser.fetch(target).headers["Location"])
    token = id_token(ISSUER, user, asked["nonce"], Clock())
    return browser.follow(browser.post(CALLBACK, {"state": asked["state"], "id_token": token}))


def questions(address: str) -> dict[str, str]:
    """The fields in the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def id_token(issuer: str, user: str, nonce: str, clock: Clock) -> str:
    """What a provider says about somebody who has signed in."""
    now = int(clock.now())
    return signed({"iss": issuer, "sub": user, "aud": CLIENT, "nonce": nonce, "iat": now, "exp": now + LIFETIME})


def signed(claims: dict[str, object]) -> str:
    """A JSON Web Token with HS256 (RFC 7519, RFC 7518 §3.2)."""
    text = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{text}.{base64url(hmac.digest(SECRET.encode(), text.encode(), hashlib.sha256))}"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class OpenIdProvider:
    """A provider for the code flow; whoever comes is signed in at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._granted: dict[str, tuple[str, str]] = {}  # user and nonce of a code
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def directives(self, origin: str) -> list[str]:
        """What mod_auth_openidc needs to ask this provider."""
        return [*client_directives(origin), f"OIDCProviderMetadataURL {self.issuer}/.well-known/openid-configuration",
                "OIDCRemoteUserClaim sub", "OIDCSessionInactivityTimeout 3600"]

    def sign_in(self, address: str, user: str) -> str:
        """What the authorization endpoint does with somebody's browser: the address it leads back to."""
        asked = questions(address)
        code = secrets.token_urlsafe()
        self._granted[code] = (user, asked["nonce"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _metadata(self, _: dict[str, str]) -> dict[str, object]:
        return {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["HS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"]}

    def _tokens(self, form: dict[str, str]) -> dict[str, object]:
        """Give what a code stands for, once, to the client that has the secret."""
        assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        user, nonce = self._granted.pop(form["code"])
        return {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "expires_in": LIFETIME,
                "id_token": id_token(self.issuer, user, nonce, self._clock)}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answers: dict[str, Callable[[dict[str, str]], dict[str, object]]] = {
            "/.well-known/openid-configuration": self._metadata, "/token": self._tokens,
            "/jwks": lambda _: {"keys": []}}

        class Handler(BaseHTTPRequestHandler):
            """Answers each address by JSON made of the form that came."""

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                answer = json.dumps(answers[self.path](questions(f"?{body}"))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler

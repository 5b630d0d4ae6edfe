# SPDX-License-Identifier: Apache-2.0
"""An OpenID provider without a server: in the implicit flow its answer travels by the browser (OpenID Connect 1.0 §3.2)."""

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import parse_qs, urlsplit

from .browser import Answer, Browser
from .configuration import place

ISSUER = "https://provider.example.test"
CLIENT = "erp"
SECRET = "a client secret of more than 32 bytes, for HS256"
CALLBACK = "/callback"


def directives(origin: str) -> list[str]:
    """What mod_auth_openidc needs in a server whose pages are below `origin`."""
    return [
        f"OIDCProviderIssuer {ISSUER}", f"OIDCProviderAuthorizationEndpoint {ISSUER}/authorize",
        "OIDCResponseType id_token", "OIDCResponseMode form_post", "OIDCIDTokenSignedResponseAlg HS256",
        f"OIDCClientID {CLIENT}", f'OIDCClientSecret "{SECRET}"', "OIDCCryptoPassphrase of-this-test-alone",
        f"OIDCRedirectURI {origin}{CALLBACK}",
        *place("Location", CALLBACK, ["AuthType openid-connect", "Require valid-user"]),
    ]


def sign_in(browser: Browser, target: str, user: str) -> Answer:
    """Open a page behind mod_auth_openidc, and go the way to the provider and back; the page itself."""
    asked = parse_qs(urlsplit(browser.fetch(target).headers["Location"]).query)
    now = int(time.time())
    token = signed({"iss": ISSUER, "sub": user, "aud": CLIENT, "nonce": asked["nonce"][0], "iat": now, "exp": now + 600})
    return browser.follow(browser.post(CALLBACK, {"state": asked["state"][0], "id_token": token}))


def signed(claims: dict[str, object]) -> str:
    """A JSON Web Token with HS256 (RFC 7519, RFC 7518 §3.2)."""
    text = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{text}.{base64url(hmac.digest(SECRET.encode(), text.encode(), hashlib.sha256))}"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

# SPDX-License-Identifier: Apache-2.0
"""The double of Twilio in a process of its own, as a provider is, and sites that use it."""

import base64
import http.client
import json
import subprocess
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from harness.site import Site, User, Workshop

ACCOUNT, SERVICE, TOKEN = "AC" + 32 * "0", "VA" + 32 * "0", "demo-token"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Double:
    """Told by its control addresses what to do."""

    def __init__(self) -> None:
        program = Path(__file__).resolve().parents[1] / "integration/harness/twilio"
        self._process = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.url = self._process.stdout.readline().split()[1]

    def control(self, what: str, told: dict[str, object] | None = None) -> object:
        body = None if told is None else json.dumps(told).encode()
        return json.load(urlopen(Request(f"{self.url}/_control/{what}", body), timeout=30))

    def answer_late(self, seconds: float) -> None:
        """To each code from now on."""
        self.control("script", {"call": "create_challenge", "behaviour": "latency", "seconds": seconds, "times": None})

    def start_site(self, workshop: Workshop, driver: str) -> Site:
        site = workshop.build(driver)
        site.configure(server=["UzmfaValidator twilio", f"UzmfaTwilioUrl {self.url}", f"UzmfaTwilioAccountSid {ACCOUNT}",
                               f"UzmfaTwilioServiceSid {SERVICE}", f"UzmfaTwilioAuthToken {TOKEN}"])
        site.httpd.start()
        return site

    def enrolled(self, site: Site) -> User:
        """A user whose factor is known here already."""
        identity = str(uuid.uuid4())
        factor = self.control("factor", {"identity": identity, "secret": SECRET})
        user = site.add_user(uuid=identity, mfa_sid=factor["sid"], mfa_enrolled=True, mfa_enabled=True)  # type: ignore[index]
        user.authenticator = site.app(f"otpauth://totp/x:y?secret={SECRET}&issuer=x")
        return user

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


class Direct:
    """A client that asks the double without the module."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc)
        token = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}", "Content-Type": "application/x-www-form-urlencoded"}

    def challenge(self, identity: str, sid: str, code: str) -> float:
        """How many seconds one takes."""
        begun = time.perf_counter()
        self._connection.request("POST", f"/v2/Services/{SERVICE}/Entities/{identity}/Challenges",
                                 urlencode({"FactorSid": sid, "AuthPayload": code}), self._headers)
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status
        return time.perf_counter() - begun

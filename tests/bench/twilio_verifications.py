# SPDX-License-Identifier: Apache-2.0
"""What the module adds to Twilio's own answer time: `/usr/bin/python3 tests/bench/twilio_verifications.py`.

2,000 right codes, eight at a time, against a double that answers in 100 ms. Each thread sends, one after the other, a
code to the module's page and the same challenge to the double itself, so that both meet the same machine.
"""

import base64
import http.client
import itertools
import json
import statistics
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from harness.browser import OWN  # noqa: E402
from harness.site import Site, User, Workshop  # noqa: E402

AT_A_TIME, CODES_OF_A_USER, USERS = 8, 2, 1000
LATENCY = 0.1
ACCOUNT, SERVICE, TOKEN = "AC" + 32 * "0", "VA" + 32 * "0", "demo-token"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Double:
    """The double in a process of its own, as a provider is."""

    def __init__(self) -> None:
        program = Path(__file__).resolve().parents[1] / "integration/harness/twilio"
        self._process = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.url = self._process.stdout.readline().split()[1]

    def control(self, what: str, told: dict[str, object] | None = None) -> object:
        body = None if told is None else json.dumps(told).encode()
        return json.load(urlopen(Request(f"{self.url}/_control/{what}", body), timeout=30))

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
        begun = time.perf_counter()
        self._connection.request("POST", f"/v2/Services/{SERVICE}/Entities/{identity}/Challenges",
                                 urlencode({"FactorSid": sid, "AuthPayload": code}), self._headers)
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status
        return time.perf_counter() - begun


def enrolled(site: Site, double: Double) -> User:
    """A user whose factor the double knows already."""
    identity = str(uuid.uuid4())
    factor = double.control("factor", {"identity": identity, "secret": SECRET})
    user = site.add_user(uuid=identity, mfa_sid=factor["sid"], mfa_enrolled=True, mfa_enabled=True)  # type: ignore[index]
    user.authenticator = site.app(f"otpauth://totp/x:y?secret={SECRET}&issuer=x")
    return user


def verify_all(site: Site, double: Double, users: "itertools.chain[User]") -> tuple[list[float], list[float], int]:
    """One of the threads: verifies user after user, as long as there are any."""
    direct, through, alone, failures = Direct(double.url), [], [], 0
    for user in users:
        row = site.database.row(user.name)
        # A code of each user is told to the module once, so the earlier step of the window is the second one.
        site.clock.await_room(8)
        for offset in range(-1, CODES_OF_A_USER - 1):
            browser = site.sign_in(user)
            form = browser.fetch(f"{OWN}/verify")
            begun = time.perf_counter()
            answer = browser.submit(form, code=user.app.code(offset))
            through.append(time.perf_counter() - begun)
            failures += answer.status != 303
            browser.close()
            alone.append(direct.challenge(row["uuid"], row["mfa_sid"], user.app.code(1)))
    return through, alone, failures


def main() -> None:
    workshop, double = Workshop(), Double()
    try:
        site = workshop.build("pgsql")
        site.configure(server=["UzmfaValidator twilio", f"UzmfaTwilioUrl {double.url}", f"UzmfaTwilioAccountSid {ACCOUNT}",
                               f"UzmfaTwilioServiceSid {SERVICE}", f"UzmfaTwilioAuthToken {TOKEN}"])
        site.httpd.start()
        users = [enrolled(site, double) for _ in range(USERS)]
        double.control("script", {"call": "create_challenge", "behaviour": "latency", "seconds": LATENCY, "times": None})
        shares = [users[number::AT_A_TIME] for number in range(AT_A_TIME)]
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            parts = list(pool.map(lambda share: verify_all(site, double, share), shares))  # type: ignore[arg-type]
        through = [one for part in parts for one in part[0]]
        alone = [one for part in parts for one in part[1]]
        connections = {call["connection"] for call in double.control("calls") if call["name"] == "create_challenge"}  # type: ignore
        added = statistics.median(through) - statistics.median(alone)
        print(f"{len(through)} verifications, {sum(part[2] for part in parts)} failures, "
              f"{len(connections) - AT_A_TIME} connections of {len(site.httpd.children())} processes")
        print(f"median through the module {statistics.median(through) * 1e3:.1f} ms, the double alone "
              f"{statistics.median(alone) * 1e3:.1f} ms, added {added * 1e3:.1f} ms")
    finally:
        workshop.close()
        double.stop()


if __name__ == "__main__":
    main()

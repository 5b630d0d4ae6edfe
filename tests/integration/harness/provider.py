# SPDX-License-Identifier: Apache-2.0
"""A site whose codes Twilio checks: the double, and the directives that lead to it."""

import time
from collections.abc import Callable
from typing import Any

from .site import Site
from .tool import Administrator
from .twilio import TwilioDouble


class TwilioSite:
    """A site and its double, which goes by the site's clock."""

    def __init__(self, site: Site, double: TwilioDouble) -> None:
        self.site = site
        self.double = double

    def lines(self, **options: str) -> list[str]:
        """The directives; each may be replaced, or left out by an empty text. It is Twilio's limits that are tested."""
        named = {"UzmfaValidator": "twilio", "UzmfaTwilioUrl": self.double.url,
                 "UzmfaTwilioAccountSid": self.double.account_sid, "UzmfaTwilioAuthToken": self.double.auth_token,
                 "UzmfaTwilioServiceSid": self.double.service.sid, "UzmfaFailureLimit": "1000", "UzmfaFailureCap": "1000",
                 **options}
        return [f"{name} {value}" for name, value in named.items() if value]

    def configure(self, directives: dict[str, str] | None = None, **options: Any) -> None:
        self.site.configure(server=[*self.lines(**(directives or {})), *options.pop("server", ())], **options)

    def administrator(self, **settings: str) -> Administrator:
        """Somebody with the tool and Twilio's credentials."""
        named = {"validator": "twilio", "twilio_url": self.double.url, "twilio_account_sid": self.double.account_sid,
                 "twilio_auth_token": self.double.auth_token, "twilio_service_sid": self.double.service.sid}
        return self.site.administrator(**named | settings)

    def identity(self, name: str) -> str:
        """What Twilio knows the user by."""
        return str(self.site.database.row(name)["uuid"])

    def factor_of(self, name: str) -> Any:
        """The only factor that the double has of a user."""
        (factor,) = self.double.factors(self.identity(name))
        return factor

    def names_of_calls(self) -> list[str]:
        """What requests have caused; deletions are made in the background."""
        return [call.name for call in self.double.calls if not call.name.startswith("delete_")]


def await_true(is_true: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Return as soon as it is so."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)

# SPDX-License-Identifier: Apache-2.0
"""What Twilio keeps, and the JSON it shows of it."""

import base64
import os
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

from .totp_code import code_at

Json = dict[str, Any]


def new_sid(prefix: str) -> str:
    """A SID: two letters and 32 hex digits."""
    return prefix + os.urandom(16).hex()


def new_secret() -> str:
    """160 bits in Base32."""
    return base64.b32encode(os.urandom(20)).decode()


def date(moment: float | None) -> str | None:
    """A moment as Twilio writes it."""
    return moment if moment is None else f"{datetime.fromtimestamp(moment, timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class TotpSettings:
    """What a service says of its TOTP factors; None where it says nothing."""

    issuer: str | None = None
    time_step: int | None = None
    code_length: int | None = None
    skew: int | None = None


@dataclass
class Service:
    """A Verify service."""

    account_sid: str
    sid: str
    created: float
    friendly_name: str = "uzMFA tests"
    totp: TotpSettings = field(default_factory=TotpSettings)

    @property
    def issuer(self) -> str:
        return self.totp.issuer or self.friendly_name

    def path(self) -> str:
        return f"/v2/Services/{self.sid}"

    def json(self, origin: str) -> Json:
        url = origin + self.path()
        return {
            "sid": self.sid, "account_sid": self.account_sid, "friendly_name": self.friendly_name, "code_length": 6,
            "lookup_enabled": False, "psd2_enabled": False, "skip_sms_to_landlines": False,
            "dtmf_input_required": True, "tts_name": None, "do_not_share_warning_enabled": False,
            "custom_code_enabled": False,
            "push": {"include_date": False, "apn_credential_sid": None, "fcm_credential_sid": None},
            "totp": vars(self.totp).copy(), "whatsapp": {"msg_service_sid": None, "from": None},
            "passkeys": {"relying_party": {"id": None, "name": None, "origins": None}, "authenticator_attachment": None,
                         "discoverable_credentials": None, "user_verification": None},
            "default_template_sid": None, "verify_event_subscription_enabled": False,
            "date_created": date(self.created), "date_updated": date(self.created), "url": url,
            "links": {"verification_checks": f"{url}/VerificationCheck", "verifications": f"{url}/Verifications",
                      "rate_limits": f"{url}/RateLimits", "entities": f"{url}/Entities", "webhooks": f"{url}/Webhooks",
                      "messaging_configurations": f"{url}/MessagingConfigurations",
                      "access_tokens": f"{url}/AccessTokens"}}


@dataclass
class Entity:
    """A user, by identity."""

    service: Service
    identity: str
    created: float
    sid: str = field(default_factory=lambda: new_sid("YE"))
    factors: "dict[str, Factor]" = field(default_factory=dict)
    challenges: "dict[str, Challenge]" = field(default_factory=dict)

    def path(self) -> str:
        return f"{self.service.path()}/Entities/{self.identity}"

    def names(self) -> Json:
        """What its factors and challenges say of it too."""
        return {"account_sid": self.service.account_sid, "service_sid": self.service.sid, "entity_sid": self.sid,
                "identity": self.identity}

    def json(self, origin: str) -> Json:
        url = origin + self.path()
        return {
            "sid": self.sid, "identity": self.identity, "account_sid": self.service.account_sid,
            "service_sid": self.service.sid, "date_created": date(self.created), "date_updated": date(self.created),
            "url": url, "links": {"factors": f"{url}/Factors", "new_factors": f"{url}/Factors",
                                  "challenges": f"{url}/Challenges"}}


@dataclass
class Config:
    """How the codes of a factor are made."""

    alg: str = "sha1"
    skew: int = 1
    code_length: int = 6
    time_step: int = 30


@dataclass
class Factor:
    """A TOTP factor."""

    entity: Entity
    friendly_name: str
    secret: str
    config: Config
    created: float
    status: str = "unverified"
    metadata: dict[str, str] | None = None
    sid: str = field(default_factory=lambda: new_sid("YF"))
    updated: float = 0
    attempts: int = 0
    challenged: list[float] = field(default_factory=list)

    def path(self) -> str:
        return f"{self.entity.path()}/Factors/{self.sid}"

    def code(self, moment: float) -> str:
        """The code that an authenticator app shows at a moment."""
        return code_at(self.secret, moment, alg=self.config.alg, code_length=self.config.code_length,
                       time_step=self.config.time_step)

    def accepts(self, code: str, now: float) -> bool:
        """Whether a code is one of the window. One may be used twice: no document of Twilio's denies it."""
        return any(code == self.code(now + step * self.config.time_step)
                   for step in range(-self.config.skew, self.config.skew + 1))

    def uri(self) -> str:
        """What the QR code holds."""
        issuer = quote(self.entity.service.issuer, safe="")
        return (f"otpauth://totp/{issuer}:{quote(self.friendly_name, safe='')}?secret={self.secret}&issuer={issuer}"
                f"&algorithm={self.config.alg.upper()}&digits={self.config.code_length}&period={self.config.time_step}")

    def json(self, origin: str) -> Json:
        return {
            "sid": self.sid, **self.entity.names(), "date_created": date(self.created),
            "date_updated": date(self.updated or self.created), "friendly_name": self.friendly_name,
            "status": self.status, "factor_type": "totp", "config": vars(self.config).copy(), "metadata": self.metadata,
            "url": origin + self.path()}

    def json_when_new(self, origin: str) -> Json:
        """The one answer that holds the secret."""
        return {**self.json(origin), "binding": {"secret": self.secret, "uri": self.uri()}, "options": None}


@dataclass
class Challenge:
    """A question for a code of one factor."""

    factor: Factor
    created: float
    expires: float
    hidden_details: dict[str, str] | None = None
    sid: str = field(default_factory=lambda: new_sid("YC"))
    responded: float | None = None
    attempts: int = 0

    def path(self) -> str:
        return f"{self.factor.entity.path()}/Challenges/{self.sid}"

    def status(self, now: float) -> str:
        if self.responded is not None:
            return "approved"
        return "pending" if now < self.expires else "expired"

    def answer(self, code: str, now: float) -> None:
        """Count an attempt, and approve if the code is right."""
        self.attempts += 1
        if self.factor.accepts(code, now):
            self.responded = now

    def json(self, origin: str, now: float) -> Json:
        url = origin + self.path()
        return {
            "sid": self.sid, **self.factor.entity.names(), "factor_sid": self.factor.sid,
            "date_created": date(self.created), "date_updated": date(self.responded or self.created),
            "date_responded": date(self.responded), "expiration_date": date(self.expires), "status": self.status(now),
            "responded_reason": "none", "details": None, "hidden_details": self.hidden_details, "metadata": None,
            "factor_type": "totp", "url": url, "links": {"notifications": f"{url}/Notifications"}}

# SPDX-License-Identifier: Apache-2.0
"""The calls of Verify for TOTP: what each checks, changes and answers."""

import re
from collections.abc import Callable
from threading import RLock
from urllib.parse import urlencode

from . import form
from .errors import Refusal
from .exchange import Answer, Call
from .limits import DAY, HOUR, Limits, count_since
from .resources import Challenge, Config, Entity, Factor, Json, Service, new_secret
from .routes import UNKNOWN

IDENTITY = re.compile("[0-9A-Za-z]+(-[0-9A-Za-z]+)*", re.ASCII)


class VerifyApi:
    """One service and its entities."""

    def __init__(self, service: Service, clock: Callable[[], float]) -> None:
        self.service = service
        self.limits = Limits()
        self.clock = clock
        self.origin = ""
        self._entities: dict[str, Entity] = {}
        self._created: dict[str, list[float]] = {}  # when factors of an identity were made; outlives the entity
        self._lock = RLock()

    def perform(self, call: Call, places: dict[str, str]) -> Answer:
        """Answer a call whose credentials are right."""
        if call.name == UNKNOWN:
            raise Refusal(20404, f"The requested resource {call.path} was not found")
        if places.pop("service") != self.service.sid:
            raise self._not_found(self.service)
        with self._lock:
            self._age()
            return getattr(self, call.name)(call, **places)

    # --- service and entity ---

    def fetch_service(self, call: Call) -> Answer:
        return Answer.of_json(200, self.service.json(self.origin))

    def fetch_entity(self, call: Call, identity: str) -> Answer:
        return Answer.of_json(200, self.entity(identity).json(self.origin))

    def delete_entity(self, call: Call, identity: str) -> Answer:
        """Its factors go with it: Twilio does not say so, but they are below its path."""
        del self._entities[self.entity(identity).identity]
        return Answer(204)

    # --- factors ---

    def create_factor(self, call: Call, identity: str) -> Answer:
        if not 8 <= len(identity) <= 64 or not IDENTITY.fullmatch(identity):
            raise Refusal(60306, "Invalid parameter Identity: 8 to 64 alphanumeric characters and dashes expected")
        form.needed(call.form, "FriendlyName")
        name = form.friendly_name(call.form) or ""
        form.needed(call.form, "FactorType")
        if form.choice(call.form, "FactorType", "push", "totp", "passkeys") != "totp":
            raise Refusal(60306, "Invalid parameter FactorType: this double only knows totp")
        metadata = form.strings(call.form, "Metadata")
        config = self._config(call, self._default_config())
        secret = form.secret(call.form)
        known = self._entities.get(identity.lower())
        if known and any(factor.secret == secret for factor in known.factors.values()):
            raise Refusal(60317)
        if known and len(known.factors) >= self.limits.factors_per_entity:
            raise Refusal(60315)
        if count_since(self._created.get(identity.lower(), []), self.clock() - DAY) >= self.limits.new_factors_per_day:
            raise Refusal(60326)
        factor = self.add_factor(identity, name, secret or new_secret(), config)
        factor.metadata = metadata
        return Answer.of_json(201, factor.json_when_new(self.origin))

    def verify_factor(self, call: Call, identity: str, sid: str) -> Answer:
        """Take a code, and the other fields too. A wrong code is no error, and leaves a verified factor verified."""
        factor = self._factor(identity, sid)
        code = form.payload(call.form)
        name = form.friendly_name(call.form)
        config = self._config(call, factor.config)
        if code is not None and factor.status == "unverified":
            if factor.attempts >= self.limits.attempts_per_factor:
                raise Refusal(60310)
            factor.attempts += 1
        factor.friendly_name, factor.config, factor.updated = name or factor.friendly_name, config, self.clock()
        if code is not None and factor.accepts(code, self.clock()):
            factor.status = "verified"
        return Answer.of_json(200, factor.json(self.origin))

    def fetch_factor(self, call: Call, identity: str, sid: str) -> Answer:
        return Answer.of_json(200, self._factor(identity, sid).json(self.origin))

    def list_factors(self, call: Call, identity: str) -> Answer:
        entity = self.entity(identity)
        return self._page(call, "factors", entity.path() + "/Factors",
                          [factor.json(self.origin) for factor in entity.factors.values()])

    def delete_factor(self, call: Call, identity: str, sid: str) -> Answer:
        factor = self._factor(identity, sid)
        self._drop(factor)
        return Answer(204)

    # --- challenges ---

    def create_challenge(self, call: Call, identity: str) -> Answer:
        entity = self.entity(identity)
        if not re.fullmatch("YF[0-9a-fA-F]{32}", form.needed(call.form, "FactorSid")):
            raise Refusal(60306, "Invalid parameter FactorSid")
        code = form.payload(call.form)
        hidden = form.strings(call.form, "HiddenDetails")
        expires = form.expiration(call.form, self.clock())
        factor = self._factor(entity.identity, call.form["FactorSid"])
        if factor.status != "verified":
            raise Refusal(60318)
        self._count_challenge(factor)
        challenge = Challenge(factor, self.clock(), expires, hidden)
        entity.challenges[challenge.sid] = challenge
        if code is not None:
            challenge.answer(code, self.clock())
        return Answer.of_json(201, challenge.json(self.origin, self.clock()))

    def verify_challenge(self, call: Call, identity: str, sid: str) -> Answer:
        challenge = self._challenge(identity, sid)
        form.needed(call.form, "AuthPayload")
        code = form.payload(call.form) or ""
        status = challenge.status(self.clock())
        if status != "pending":
            raise Refusal(60322 if status == "approved" else 60323)
        if challenge.attempts >= self.limits.attempts_per_challenge:
            raise Refusal(60308)
        challenge.answer(code, self.clock())
        return Answer.of_json(200, challenge.json(self.origin, self.clock()))

    def fetch_challenge(self, call: Call, identity: str, sid: str) -> Answer:
        return Answer.of_json(200, self._challenge(identity, sid).json(self.origin, self.clock()))

    def list_challenges(self, call: Call, identity: str) -> Answer:
        entity = self.entity(identity)
        wanted = {field: call.query[name] for name, field in (("FactorSid", "factor_sid"), ("Status", "status"))
                  if name in call.query}
        shown = [challenge.json(self.origin, self.clock()) for challenge in entity.challenges.values()]
        shown = [one for one in shown if wanted.items() <= {key: one[key] for key in wanted}.items()]
        if form.choice(call.query, "Order", "asc", "desc") == "desc":
            shown.reverse()
        return self._page(call, "challenges", entity.path() + "/Challenges", shown)

    # --- for tests ---

    def entity(self, identity: str) -> Entity:
        """The entity of an identity, whatever its case."""
        if identity.lower() not in self._entities:
            raise Refusal(20404, f"The requested resource {self.service.path()}/Entities/{identity} was not found")
        return self._entities[identity.lower()]

    def add_factor(self, identity: str, name: str, secret: str, config: Config) -> Factor:
        """A new factor, whatever the limits say."""
        with self._lock:
            folded = identity.lower()
            entity = self._entities.setdefault(folded, Entity(self.service, folded, self.clock()))
            factor = Factor(entity, name, secret, config, self.clock())
            entity.factors[factor.sid] = factor
            self._created.setdefault(folded, []).append(factor.created)
            return factor

    def factors(self, identity: str) -> list[Factor]:
        """The factors of an identity that are left, oldest first."""
        with self._lock:
            self._age()
            known = self._entities.get(identity.lower())
            return list(known.factors.values()) if known else []

    def identities(self) -> list[str]:
        """Who has an entity."""
        with self._lock:
            return list(self._entities)

    # --- what several calls need ---

    def _not_found(self, thing: Service | Entity, below: str = "") -> Refusal:
        return Refusal(20404, f"The requested resource {thing.path()}{below} was not found")

    def _factor(self, identity: str, sid: str) -> Factor:
        entity = self.entity(identity)
        if sid not in entity.factors:
            raise self._not_found(entity, f"/Factors/{sid}")
        return entity.factors[sid]

    def _challenge(self, identity: str, sid: str) -> Challenge:
        entity = self.entity(identity)
        if sid not in entity.challenges:
            raise self._not_found(entity, f"/Challenges/{sid}")
        return entity.challenges[sid]

    def _default_config(self) -> Config:
        told = {name: value for name, value in vars(self.service.totp).items() if name != "issuer" and value is not None}
        return Config(**told)

    def _config(self, call: Call, before: Config) -> Config:
        """The config that a form asks for, on top of one that was there before."""
        asked = {"alg": form.choice(call.form, "Config.Alg", "sha1", "sha256", "sha512"),
                 "skew": form.number(call.form, "Config.Skew", 0, 2),
                 "code_length": form.number(call.form, "Config.CodeLength", 3, 8),
                 "time_step": form.number(call.form, "Config.TimeStep", 20, 60)}
        return Config(**{**vars(before), **{name: value for name, value in asked.items() if value is not None}})

    def _count_challenge(self, factor: Factor) -> None:
        """Note one more challenge of a factor, or refuse it."""
        now, limits = self.clock(), self.limits
        last_day = count_since(factor.challenged, now - DAY)
        if factor.config.code_length <= limits.short_code:
            full = last_day >= limits.challenges_per_day_of_short_codes
        else:
            full = (last_day >= limits.challenges_per_day
                    or count_since(factor.challenged, now - HOUR) >= limits.challenges_per_hour)
        if full:
            raise Refusal(60312)
        factor.challenged.append(now)

    def _drop(self, factor: Factor) -> None:
        entity = factor.entity
        del entity.factors[factor.sid]
        for challenge in [one for one in entity.challenges.values() if one.factor is factor]:
            del entity.challenges[challenge.sid]

    def _age(self) -> None:
        """Forget the unverified factors whose time is over."""
        oldest = self.clock() - self.limits.unverified_lifetime
        for factor in [factor for entity in self._entities.values() for factor in entity.factors.values()]:
            if factor.status == "unverified" and factor.created <= oldest:
                self._drop(factor)

    def _page(self, call: Call, key: str, path: str, items: list[Json]) -> Answer:
        size = form.number(call.query, "PageSize", 1, 1000) or 50
        page = form.number(call.query, "Page", 0, 10**8) or 0
        kept = {name: call.query[name] for name in ("FactorSid", "Status", "Order") if name in call.query}

        def url(number: int) -> str:
            token = {"PageToken": f"PA{number}"} if number else {}
            return f"{self.origin}{path}?{urlencode({**kept, 'PageSize': size, 'Page': number, **token})}"

        more = len(items) > (page + 1) * size
        meta = {"page": page, "page_size": size, "first_page_url": url(0),
                "previous_page_url": url(page - 1) if page else None, "url": url(page),
                "next_page_url": url(page + 1) if more else None, "key": key}
        return Answer.of_json(200, {key: items[page * size:(page + 1) * size], "meta": meta})

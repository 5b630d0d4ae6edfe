# SPDX-License-Identifier: Apache-2.0
"""The double of Twilio Verify does what Twilio's documents say, and what a test tells it to."""

import base64
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import BadStatusLine, HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead, RemoteDisconnected
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pyotp
import pytest

from harness import twilio, twilio_openapi
from harness.node_packages import node_packages
from harness.parallel import at_once
from harness.tls import Certificate
from harness.twilio import Answer, TwilioDouble, errors
from harness.twilio.behaviours import Behaviour

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NAMED = {"FriendlyName": "name", "FactorType": "totp"}
START = 1_800_000_000.0
FORM = "application/x-www-form-urlencoded"
LOST = (RemoteDisconnected, ConnectionResetError, BadStatusLine)


class Client:
    """A plain client of the double."""

    def __init__(self, double: TwilioDouble, trust: Certificate | None = None) -> None:
        self.double = double
        self.user, self.password = double.account_sid, double.auth_token
        self.service = f"/v2/Services/{double.service.sid}"
        self._link: HTTPConnection = (
            HTTPSConnection("127.0.0.1", double.port, timeout=20, context=trust.client()) if trust
            else HTTPConnection("127.0.0.1", double.port, timeout=20))

    def close(self) -> None:
        self._link.close()

    def ask(self, method: str, path: str, form: dict[str, object] | None = None, *, kind: str = FORM,
            body: str | None = None) -> Answer:
        """One request, and the answer with header names in lower case."""
        headers = {"Authorization": "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()}
        if form is not None or body is not None:
            headers["Content-Type"] = kind
            body = urlencode(form or {}) if body is None else body
        self._link.request(method, path, body, headers)
        got = self._link.getresponse()
        return Answer(got.status, got.read(), {name.lower(): value for name, value in got.getheaders()})

    def entity(self, identity: str = "user-0001") -> str:
        return f"{self.service}/Entities/{identity}"

    def create(self, identity: str = "user-0001", **form: object) -> Answer:
        return self.ask("POST", self.entity(identity) + "/Factors", {**NAMED, **form})

    def challenge(self, factor: str, code: str | None = None, **form: object) -> Answer:
        payload = {} if code is None else {"AuthPayload": code}
        return self.ask("POST", self.entity() + "/Challenges", {"FactorSid": factor, **payload, **form})


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    """A double that goes by a clock of its own."""
    with TwilioDouble(clock=lambda: START) as made:
        yield made


@pytest.fixture
def client(double: TwilioDouble) -> Iterator[Client]:
    made = Client(double)
    yield made
    made.close()


def right(double: TwilioDouble, number: int = 0) -> str:
    return double.factors("user-0001")[number].code(double.clock())


def wrong(double: TwilioDouble, number: int = 0) -> str:
    factor = double.factors("user-0001")[number]
    near = {factor.code(double.clock() + step * factor.config.time_step) for step in range(-3, 4)}
    return next(code for digit in range(10) if (code := str(digit) * factor.config.code_length) not in near)


def refused(answer: Answer, code: int) -> None:
    """Insist on an error of Twilio's, with its status and in its form."""
    assert answer.status == errors.status_of(code), answer.json
    assert answer.json == {"code": code, "message": answer.json["message"], "status": answer.status,
                           "more_info": f"https://www.twilio.com/docs/errors/{code}"}
    assert answer.json["message"]


def answered(answer: Answer, status: int) -> dict[str, object]:
    assert answer.status == status, answer.body
    return answer.json


# --- the ordinary way ---

def test_a_factor_from_creation_to_deletion(double: TwilioDouble, client: Client) -> None:
    service = answered(client.ask("GET", client.service), 200)
    assert (service["sid"], service["totp"]["issuer"]) == (double.service.sid, None)

    made = answered(client.create("User-0001"), 201)
    assert (made["status"], made["identity"], made["config"]) == (
        "unverified", "user-0001", {"alg": "sha1", "skew": 1, "code_length": 6, "time_step": 30})
    path = client.entity() + "/Factors/" + made["sid"]
    assert path in made["url"]
    assert "binding" not in answered(client.ask("GET", path), 200)

    assert answered(client.ask("POST", path, {"AuthPayload": wrong(double)}), 200)["status"] == "unverified"
    assert answered(client.ask("POST", path, {"AuthPayload": right(double)}), 200)["status"] == "verified"
    pending = answered(client.challenge(made["sid"], wrong(double)), 201)
    assert (pending["status"], pending["date_responded"]) == ("pending", None)
    approved = answered(client.challenge(made["sid"], right(double)), 201)
    assert (approved["status"], approved["expiration_date"]) == ("approved", "2027-01-15T08:05:00Z")
    answer = client.ask("POST", client.entity() + "/Challenges/" + pending["sid"], {"AuthPayload": right(double)})
    assert answered(answer, 200)["status"] == "approved"

    assert [one["sid"] for one in client.ask("GET", client.entity() + "/Factors").json["factors"]] == [made["sid"]]
    gone = client.ask("DELETE", path)
    assert (gone.status, gone.body, "content-length" in gone.headers) == (204, b"", False)
    refused(client.ask("GET", path), 20404)
    assert client.ask("GET", client.entity()).status == 200
    assert client.ask("DELETE", client.entity()).status == 204
    refused(client.ask("GET", client.entity()), 20404)
    assert [call.name for call in double.calls[:3]] == ["fetch_service", "create_factor", "fetch_factor"]
    assert double.connections == 1 and double.most_at_once == 1
    no_complaints(double)


def test_factors_go_with_their_entity(double: TwilioDouble, client: Client) -> None:
    factor = double.add_factor("user-0001")
    assert client.ask("DELETE", client.entity("USER-0001")).status == 204
    assert client.create().status == 201
    refused(client.challenge(factor.sid), 20404)


def test_every_answer_carries_twilios_headers(client: Client, double: TwilioDouble) -> None:
    for answer in (client.ask("GET", client.service), client.ask("GET", "/elsewhere"), client.create()):
        assert re.fullmatch("RQ[0-9a-f]{32}", answer.headers["twilio-request-id"])
        assert float(answer.headers["twilio-request-duration"]) >= 0
        assert answer.headers["date"] == "Fri, 15 Jan 2027 08:00:00 GMT"
        assert answer.headers["content-type"].startswith("application/json")


def test_the_uri_is_what_an_authenticator_reads(double: TwilioDouble, client: Client) -> None:
    binding = answered(client.create(FriendlyName="Zoë & co/1"), 201)["binding"]
    assert pyotp.parse_uri(binding["uri"]).now() == pyotp.TOTP(binding["secret"]).now()
    assert binding["uri"].startswith("otpauth://totp/uzMFA%20tests:Zo%C3%AB%20%26%20co%2F1?secret=")

    double.service.totp.issuer, double.service.totp.code_length = "A / B", 8
    asked = {"Config.Alg": "sha256", "Config.TimeStep": 60, "Config.Skew": 0, "Binding.Secret": SECRET}
    made = answered(client.create(**asked), 201)
    assert made["config"] == {"alg": "sha256", "skew": 0, "code_length": 8, "time_step": 60}
    assert made["binding"]["uri"] == (f"otpauth://totp/A%20%2F%20B:name?secret={SECRET}&issuer=A%20%2F%20B"
                                      "&algorithm=SHA256&digits=8&period=60")
    assert right(double, 1) == pyotp.parse_uri(made["binding"]["uri"]).at(int(START))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("moment", "alg", "code"), [
    (59, "sha1", "94287082"), (59, "sha256", "46119246"), (59, "sha512", "90693936"),
    (20000000000, "sha1", "65353130"), (20000000000, "sha256", "77737706"), (20000000000, "sha512", "47863826")])
def test_codes_are_those_of_rfc_6238(moment: int, alg: str, code: str) -> None:
    seed = (b"1234567890" * 7)[:{"sha1": 20, "sha256": 32, "sha512": 64}[alg]]
    assert twilio.code_at(base64.b32encode(seed).decode().rstrip("="), moment, alg=alg, code_length=8) == code


@pytest.mark.parametrize(("steps", "status"), [
    (-2, "pending"), (-1, "approved"), (0, "approved"), (1, "approved"), (2, "pending")])
def test_the_window_is_one_step_each_way(double: TwilioDouble, client: Client, steps: int, status: str) -> None:
    factor = double.add_factor("user-0001", SECRET)
    assert client.challenge(factor.sid, factor.code(START + 30 * steps)).json["status"] == status


def test_lists_come_in_pages(double: TwilioDouble, client: Client) -> None:
    made = [double.add_factor("user-0001").sid for _ in range(5)]
    url, seen = client.entity() + "/Factors?PageSize=2", []
    while url:
        page = answered(client.ask("GET", url), 200)
        seen += [factor["sid"] for factor in page["factors"]]
        url = (page["meta"]["next_page_url"] or "").removeprefix(double.url)
    assert seen == made
    refused(client.ask("GET", client.entity() + "/Factors?PageSize=1001"), 60306)
    no_complaints(double, requests=False)


def test_challenges_are_listed_by_status_and_factor(double: TwilioDouble, client: Client) -> None:
    one, other = double.add_factor("user-0001"), double.add_factor("user-0001")
    approved, pending = (client.challenge(one.sid, right(double)).json["sid"], client.challenge(one.sid).json["sid"])
    client.challenge(other.sid)

    def listed(query: str) -> list[str]:
        answer = client.ask("GET", f"{client.entity()}/Challenges?FactorSid={one.sid}&{query}")
        return [challenge["sid"] for challenge in answer.json["challenges"]]

    assert listed("Order=desc") == [pending, approved]
    assert listed("Status=approved") == [approved]
    no_complaints(double)


# --- credentials and what is refused at once ---

def test_an_api_key_is_as_good_as_the_token(double: TwilioDouble, client: Client) -> None:
    (client.user, client.password), = double.api_keys.items()
    assert client.ask("GET", client.service).status == 200


@pytest.mark.parametrize(("user", "password"), [
    ("{account}", "wrong"), ("{account}", ""), ("{account}", "{token} "), (" {account}", "{token}"),
    ("SK00000000000000000000000000000000", "{token}"), ("", "")])
def test_other_credentials_are_refused(double: TwilioDouble, client: Client, user: str, password: str) -> None:
    client.user, client.password = (
        text.format(account=double.account_sid, token=double.auth_token) for text in (user, password))
    answer = client.create()
    refused(answer, 20003)
    assert answer.json["message"] == "Authenticate" and "www-authenticate" in answer.headers
    assert not double.factors("user-0001")


@pytest.mark.parametrize("path", [
    "/v2/services/{service}/Entities/user-0001/Factors", "/v2/Services/{service}/Entities/user-0001/factors",
    "/v2/Services/{service}/Entities/user-0001/Factors/", "/v3/Services/{service}/Entities/user-0001/Factors",
    "/v2/Services/VA00000000000000000000000000000000/Entities/user-0001/Factors"])
def test_paths_of_another_case_or_service_are_unknown(double: TwilioDouble, client: Client, path: str) -> None:
    refused(client.ask("POST", path.format(service=double.service.sid), NAMED), 20404)


@pytest.mark.parametrize(("form", "code"), [
    ({"FriendlyName": ""}, 60306), ({"FriendlyName": "x" * 65}, 60306), ({"FactorType": ""}, 60306),
    ({"FactorType": "TOTP"}, 60306), ({"Config.Alg": "SHA1"}, 60306), ({"Config.TimeStep": 19}, 60306),
    ({"Config.TimeStep": 61}, 60306), ({"Config.Skew": 3}, 60306), ({"Config.Skew": -1}, 60306),
    ({"Config.CodeLength": 2}, 60306), ({"Config.CodeLength": 9}, 60306), ({"Config.CodeLength": "six"}, 60306),
    ({"Metadata": "[]"}, 60306), ({"Metadata": '{"a": 1}'}, 60306), ({"Binding.Secret": "not base 32!"}, 60314)])
def test_ill_formed_factors_are_refused(double: TwilioDouble, client: Client, form: dict[str, object], code: int) -> None:
    refused(client.create(**form), code)
    assert not double.factors("user-0001")


@pytest.mark.parametrize("missing", ["FriendlyName", "FactorType"])
def test_missing_parameters_are_refused(client: Client, missing: str) -> None:
    form = {name: value for name, value in NAMED.items() if name != missing}
    answer = client.ask("POST", client.entity() + "/Factors", form)
    refused(answer, 60306)
    assert missing in answer.json["message"]


@pytest.mark.parametrize("identity", [
    "short-1", "x" * 65, "under_score", "with.dot-1", "a@example.test", "-leading1", "dou--bled"])
def test_ill_formed_identities_are_refused(client: Client, identity: str) -> None:
    refused(client.create(identity), 60306)


@pytest.mark.parametrize("form", [
    {}, {"FactorSid": ""}, {"FactorSid": "YF1"}, {"FactorSid": "{sid}", "AuthPayload": "12"},
    {"FactorSid": "{sid}", "AuthPayload": "123456789"}, {"FactorSid": "{sid}", "AuthPayload": "abcdef"},
    {"FactorSid": "{sid}", "AuthPayload": ""}, {"FactorSid": "{sid}", "ExpirationDate": "2027-01-15T09:00:01Z"},
    {"FactorSid": "{sid}", "ExpirationDate": "tomorrow"}, {"FactorSid": "{sid}", "HiddenDetails": "x"}])
def test_ill_formed_challenges_are_refused(double: TwilioDouble, client: Client, form: dict[str, str]) -> None:
    sid = double.add_factor("user-0001").sid
    filled = {name: value.format(sid=sid) for name, value in form.items()}
    refused(client.ask("POST", client.entity() + "/Challenges", filled), 60306)


def test_unknown_parameters_are_ignored(double: TwilioDouble, client: Client) -> None:
    factor = double.add_factor("user-0001")
    challenge = answered(client.challenge(factor.sid, authPayload=right(double)), 201)
    assert challenge["status"] == "pending"


def test_a_json_body_is_no_form(double: TwilioDouble, client: Client) -> None:
    refused(client.ask("POST", client.entity() + "/Factors", kind="application/json", body=json.dumps(NAMED)), 60306)


NOWHERE = "YF" + 32 * "0"
ENTITY_CALLS = [("GET", "", None), ("DELETE", "", None), ("GET", "/Factors", None), ("GET", "/Challenges", None)]
ITEM_CALLS = [
    ("POST", f"/Factors/{NOWHERE}", {"AuthPayload": "123456"}), ("GET", f"/Factors/{NOWHERE}", None),
    ("DELETE", f"/Factors/{NOWHERE}", None), ("POST", "/Challenges", {"FactorSid": NOWHERE}),
    ("POST", f"/Challenges/{NOWHERE}", {"AuthPayload": "123456"}), ("GET", f"/Challenges/{NOWHERE}", None)]


@pytest.mark.parametrize(("method", "path", "form"), ENTITY_CALLS + ITEM_CALLS)
def test_an_unknown_entity_is_not_found(client: Client, method: str, path: str, form: dict[str, object] | None) -> None:
    refused(client.ask(method, client.entity() + path, form), 20404)


@pytest.mark.parametrize(("method", "path", "form"), ITEM_CALLS)
def test_an_unknown_item_is_not_found(double: TwilioDouble, client: Client, method: str, path: str,
                                      form: dict[str, object] | None) -> None:
    double.add_factor("user-0001")
    refused(client.ask(method, client.entity() + path, form), 20404)


# --- limits ---

def test_five_attempts_kill_an_unverified_factor(double: TwilioDouble, client: Client) -> None:
    path = client.entity() + "/Factors/" + client.create().json["sid"]
    for _ in range(5):
        assert answered(client.ask("POST", path, {"AuthPayload": wrong(double)}), 200)["status"] == "unverified"
    refused(client.ask("POST", path, {"AuthPayload": right(double)}), 60310)
    assert answered(client.ask("GET", path), 200)["status"] == "unverified"


def test_the_fifth_attempt_may_still_be_right(double: TwilioDouble, client: Client) -> None:
    path = client.entity() + "/Factors/" + client.create().json["sid"]
    for _ in range(4):
        client.ask("POST", path, {"AuthPayload": wrong(double)})
    refused(client.ask("POST", path, {"AuthPayload": "letters"}), 60306)  # never processed
    assert answered(client.ask("POST", path, {"AuthPayload": right(double)}), 200)["status"] == "verified"


def test_a_wrong_code_leaves_a_verified_factor_verified(double: TwilioDouble, client: Client) -> None:
    path = client.entity() + "/Factors/" + double.add_factor("user-0001").sid
    for _ in range(7):
        assert answered(client.ask("POST", path, {"AuthPayload": wrong(double)}), 200)["status"] == "verified"


def test_a_factor_can_be_renamed_and_changed_by_the_same_call(double: TwilioDouble, client: Client) -> None:
    path = client.entity() + "/Factors/" + client.create().json["sid"]
    changed = answered(client.ask("POST", path, {"FriendlyName": "other", "Config.CodeLength": 8}), 200)
    assert (changed["friendly_name"], changed["config"]["code_length"]) == ("other", 8)
    assert answered(client.ask("POST", path, {"AuthPayload": right(double)}), 200)["status"] == "verified"
    assert len(right(double)) == 8


def test_five_attempts_use_up_a_challenge(double: TwilioDouble, client: Client) -> None:
    factor = double.add_factor("user-0001")
    path = client.entity() + "/Challenges/" + client.challenge(factor.sid, wrong(double)).json["sid"]
    refused(client.ask("POST", path, {}), 60306)
    for _ in range(4):
        assert answered(client.ask("POST", path, {"AuthPayload": wrong(double)}), 200)["status"] == "pending"
    refused(client.ask("POST", path, {"AuthPayload": right(double)}), 60308)
    assert client.challenge(factor.sid, right(double)).json["status"] == "approved"


def test_a_challenge_is_answered_once(double: TwilioDouble, client: Client) -> None:
    factor = double.add_factor("user-0001")
    path = client.entity() + "/Challenges/" + client.challenge(factor.sid, right(double)).json["sid"]
    refused(client.ask("POST", path, {"AuthPayload": right(double)}), 60322)


def test_a_challenge_expires(double: TwilioDouble, client: Client) -> None:
    factor = double.add_factor("user-0001")
    usual = client.entity() + "/Challenges/" + client.challenge(factor.sid).json["sid"]
    longer = client.challenge(factor.sid, ExpirationDate="2027-01-15T09:00:00Z")
    double.forward(300)
    assert answered(client.ask("GET", usual), 200)["status"] == "expired"
    refused(client.ask("POST", usual, {"AuthPayload": right(double)}), 60323)
    answer = client.ask("POST", f"{client.entity()}/Challenges/{longer.json['sid']}", {"AuthPayload": right(double)})
    assert answered(answer, 200)["status"] == "approved"
    no_complaints(double)


@pytest.mark.parametrize(("digits", "per_hour", "per_day"), [(4, 10, 10), (5, 50, 100), (6, 50, 100)])
def test_challenges_of_a_factor_are_limited(double: TwilioDouble, client: Client, digits: int, per_hour: int,
                                            per_day: int) -> None:
    factor = double.add_factor("user-0001", code_length=digits)

    def until_refused() -> int:
        for number in range(200):
            answer = client.challenge(factor.sid, right(double))
            if answer.status != 201:
                refused(answer, 60312)
                return number
        raise AssertionError("there is no limit")

    assert until_refused() == per_hour
    double.forward(3600)
    assert until_refused() == per_day - per_hour
    double.forward(3600)
    assert until_refused() == 0
    double.forward(24 * 3600)
    assert until_refused() == per_hour
    assert client.challenge(double.add_factor("user-0001").sid).status == 201


def test_an_entity_has_at_most_a_hundred_factors(double: TwilioDouble, client: Client) -> None:
    for _ in range(100):
        double.add_factor("user-0001")
    refused(client.create(), 60315)


def test_an_entity_gets_at_most_a_hundred_factors_a_day(double: TwilioDouble, client: Client) -> None:
    for _ in range(100):
        client.ask("DELETE", f"{client.entity()}/Factors/{answered(client.create(), 201)['sid']}")
    refused(client.create(), 60326)
    assert client.ask("DELETE", client.entity()).status == 204
    refused(client.create(), 60326)
    assert client.create("user-0002").status == 201
    double.forward(24 * 3600)
    assert client.create().status == 201


def test_a_binding_stands_once_in_an_entity(double: TwilioDouble, client: Client) -> None:
    assert client.create(**{"Binding.Secret": SECRET}).status == 201
    refused(client.create(**{"Binding.Secret": SECRET.lower()}), 60317)
    assert client.create("user-0002", **{"Binding.Secret": SECRET}).status == 201


def test_an_unverified_factor_is_not_challenged_and_ages_out(double: TwilioDouble, client: Client) -> None:
    made = client.create().json["sid"]
    refused(client.challenge(made, right(double)), 60318)
    double.forward(3599)
    assert client.ask("GET", f"{client.entity()}/Factors/{made}").status == 200
    verified = client.create().json["sid"]
    client.ask("POST", f"{client.entity()}/Factors/{verified}", {"AuthPayload": right(double, 1)})
    double.forward(1)
    refused(client.ask("POST", f"{client.entity()}/Factors/{made}", {"AuthPayload": "123456"}), 20404)
    double.forward(10**6)
    assert [factor.sid for factor in double.factors("user-0001")] == [verified]


# --- scripts ---

@pytest.mark.parametrize("code", sorted(errors.STATUSES))
def test_every_error_can_be_played(double: TwilioDouble, client: Client, code: int) -> None:
    named = errors.STATUSES[code][0]
    if named is None:
        with pytest.raises(ValueError, match=str(code)):
            twilio.error(code)
    double.script("create_factor", twilio.error(code, named or 418))
    answer = client.create()
    assert (answer.status, answer.json["code"], answer.json["status"]) == (named or 418, code, named or 418)
    assert not double.factors("user-0001")
    assert client.create().status == 201
    no_complaints(double)


def test_scripts_are_played_in_turn_and_as_often_as_asked(double: TwilioDouble, client: Client) -> None:
    double.script("create_factor", twilio.error(20500), times=2)
    double.script("*", twilio.http_status(502, headers={"Retry-After": "3"}))
    double.script("fetch_service", twilio.redirect("http://127.0.0.1:1/", 302), times=None)
    bad = client.ask("GET", client.service)
    assert (bad.status, bad.headers["retry-after"], bad.headers["content-type"]) == (502, "3", "text/html")
    assert [client.create().status for _ in range(3)] == [500, 500, 201]
    moved = client.ask("GET", client.service)
    assert (moved.status, moved.headers["location"]) == (302, "http://127.0.0.1:1/")
    assert double.scripts_left == 0
    double.clear_scripts()
    assert client.ask("GET", client.service).status == 200
    with pytest.raises(ValueError, match="no call is named"):
        double.script("create", twilio.reset())


@pytest.mark.parametrize(("behaviour", "body"), [
    (twilio.not_json(), b'{"sid": "YF'), (twilio.empty_object(), b"{}"),
    (twilio.latency(0.01, twilio.empty_object()), b"{}")])
def test_the_right_status_with_another_body(double: TwilioDouble, client: Client, behaviour: Behaviour,
                                            body: bytes) -> None:
    double.script("create_factor", behaviour)
    answer = client.create()
    assert (answer.status, answer.body) == (201, body)
    assert len(double.factors("user-0001")) == 1


def test_a_body_too_large_to_read(double: TwilioDouble, client: Client) -> None:
    double.script("fetch_service", twilio.oversized())
    assert len(client.ask("GET", client.service).body) > 10_000_000


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(("behaviour", "failures", "performed"), [
    (twilio.reset(), (ConnectionResetError,), 0), (twilio.lose_answer(), LOST, 1),
    (twilio.half_answer(), (IncompleteRead,), 1)], ids=["reset", "lose_answer", "half_answer"])
def test_connections_break(tmp_path: Path, secure: bool, behaviour: Behaviour, failures: tuple[type[Exception], ...],
                           performed: int) -> None:
    trust = Certificate.make(tmp_path) if secure else None
    with TwilioDouble(certificate=trust and trust.certificate, key=trust and trust.key) as double:
        client = Client(double, trust)
        double.script("create_factor", behaviour)
        with pytest.raises((HTTPException, OSError)) as failure:
            client.create()
        assert isinstance(failure.value, failures)
        assert len(double.factors("user-0001")) == performed
        client.close()
        assert client.create().status == 201
        assert [call.connection for call in double.calls] == [1, 2]
        assert double.calls[0].answer is None
        client.close()


def test_a_call_hangs_until_it_is_released(double: TwilioDouble) -> None:
    double.script("create_factor", twilio.hang())
    double.script("create_factor", twilio.hang(performed=True))
    clients = [Client(double) for _ in range(3)]

    def release() -> Answer:
        double.await_hanging(2)
        assert len(double.factors("user-0001")) == 1
        answer = clients[2].ask("GET", clients[2].service)
        double.release()
        return answer

    answers = at_once([clients[0].create, clients[1].create, release])
    assert [answer.status for answer in answers] == [201, 201, 200]
    assert (double.connections, double.most_at_once) == (3, 3)
    double.forget_calls()
    assert clients[0].create().status == 201
    assert (len(double.calls), double.most_at_once) == (1, 1)
    for client in clients:
        client.close()


def test_a_stop_ends_what_hangs_and_a_start_goes_on(double: TwilioDouble) -> None:
    client, port = Client(double), double.port
    double.script("create_factor", twilio.hang())

    def stop() -> None:
        double.await_hanging()
        double.stop()

    def create() -> None:
        with pytest.raises(LOST):
            client.create()

    at_once([create, stop])
    client.close()
    with pytest.raises(ConnectionRefusedError):
        client.create()
    client.close()
    double.add_factor("user-0001")
    double.start()
    assert double.port == port
    assert len(client.ask("GET", client.entity() + "/Factors").json["factors"]) == 1
    client.close()


def test_something_happens_before_the_answer(double: TwilioDouble, client: Client) -> None:
    seen: list[int] = []
    double.script("create_factor", twilio.answer_then(lambda: seen.append(len(double.factors("user-0001")))))
    assert client.create().status == 201
    assert seen == [1]


def test_another_certificate_is_not_trusted(tmp_path: Path) -> None:
    ours, theirs = (tmp_path / name for name in ("ours", "theirs"))
    ours.mkdir(), theirs.mkdir()
    trusted, other = Certificate.make(ours), Certificate.make(theirs)
    with TwilioDouble(certificate=other.certificate, key=other.key) as double:
        with pytest.raises(OSError, match="certificate verify failed"):
            Client(double, trusted).create()
        assert (double.connections, double.calls) == (1, [])
        client = Client(double, other)
        assert client.create().status == 201
        assert double.url.startswith("https://127.0.0.1:")
        client.close()


def test_a_call_is_recorded_as_it_came(double: TwilioDouble, client: Client) -> None:
    client.ask("POST", client.entity() + "/Factors?x=1", body="FriendlyName=a+b&FactorType=totp&FriendlyName=%C3%A9")
    call = double.calls_of("create_factor")[0]
    assert call.fields == [("FriendlyName", "a b"), ("FactorType", "totp"), ("FriendlyName", "é")]
    assert (call.method, call.path, call.query, call.form["FriendlyName"], call.time, call.headers["content-type"]) == (
        "POST", client.entity() + "/Factors", {"x": "1"}, "é", START, FORM)
    assert call.answer and call.answer.status == 201


# --- by hand ---

def test_by_hand(tmp_path: Path) -> None:
    trust = Certificate.make(tmp_path)
    command = Path(twilio.__file__).parent
    process = subprocess.Popen([sys.executable, command, "--certificate", trust.certificate, "--key", trust.key,
                                "--auth-token", "token", "--issuer", "by hand"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        url = process.stdout.readline().removeprefix("ready ").strip()
        link = HTTPSConnection("127.0.0.1", urlsplit(url).port or 0, timeout=20, context=trust.client())

        def ask(method: str, path: str, asked: dict[str, object] | None = None, *, form: bool = False) -> Answer:
            token = base64.b64encode(f"AC{32 * '0'}:token".encode()).decode()
            headers = {"Authorization": f"Basic {token}", "Content-Type": FORM}
            link.request(method, path, urlencode(asked or {}) if form else json.dumps(asked or {}), headers)
            got = link.getresponse()
            return Answer(got.status, got.read())

        entity = f"/v2/Services/VA{32 * '0'}/Entities/user-0001"
        play = {"call": "create_factor", "behaviour": "error", "code": 60326}
        assert ask("POST", "/_control/script", play).json == {"done": True}
        assert ask("POST", entity + "/Factors", NAMED, form=True).json["code"] == 60326
        assert ask("POST", "/_control/factor", {"identity": "user-0001", "secret": SECRET}).json["status"] == "verified"
        assert ask("POST", "/_control/service", {"skew": 2}).json["totp"]["skew"] == 2
        assert ask("POST", "/_control/forward", {"seconds": 3600}).status == 200
        factor, = ask("GET", "/_control/factors").json
        challenge = {"FactorSid": factor["sid"], "AuthPayload": factor["code"]}
        assert ask("POST", entity + "/Challenges", challenge, form=True).json["status"] == "approved"
        assert parse_qs(urlsplit(factor["binding"]["uri"]).query)["issuer"] == ["by hand"]
        assert [call["name"] for call in ask("GET", "/_control/calls").json] == ["create_factor", "create_challenge"]
        for path, wrong_one in (("script", {"call": "x", "behaviour": "reset"}), ("script", {"call": "*"}),
                                ("service", {"length": 3}), ("nothing", {})):
            answer = ask("POST", f"/_control/{path}", wrong_one)
            assert answer.status == 400 and "/_control/script" in answer.json["help"]
        assert ask("POST", "/_control/clear").status == ask("POST", "/_control/release").status == 200
        link.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


# --- Twilio's own words: its OpenAPI document and its client ---

def no_complaints(double: TwilioDouble, *, requests: bool = True) -> None:
    """Insist that Twilio's document has nothing against what went to and fro."""
    for call in double.calls:
        assert not requests or twilio_openapi.complaints_about(call) == [], call
        assert twilio_openapi.complaints_about_answer(call) == [], call


@pytest.mark.parametrize(("method", "path", "form", "complaint"), [
    ("POST", "/Factors", {**NAMED, "Config.alg": "sha1"}, "no form field is named Config.alg"),
    ("POST", "/Factors", {**NAMED, "Config.Alg": "SHA1"}, "Config.Alg is none of sha1, sha256, sha512"),
    ("POST", "/Factors", {**NAMED, "Config.Skew": "one"}, "Config.Skew is no integer"),
    ("POST", "/Factors", {"FriendlyName": "x"}, "form field FactorType is missing"),
    ("POST", "/factors", NAMED, "no path of the document is like"),
    ("POST", "/Factors/", NAMED, "no path of the document is like"),
    ("POST", "/Factors/YC" + 32 * "0", {"AuthPayload": "123456"}, "Sid is not like"),
    ("PUT", "/Factors/YF" + 32 * "0", {"AuthPayload": "123456"}, "has no PUT"),
    ("GET", "/Factors?pageSize=1", None, "no query parameter is named pageSize"),
    ("GET", "/Factors?PageSize=0", None, "PageSize is out of range"),
    ("GET", "/Challenges?Status=verified", None, "Status is none of"),
    ("DELETE", "", {"x": "y"}, "has no body"),
    ("POST", "/Challenges", {"authPayload": "123456", "FactorSid": "YF" + 32 * "0"}, "no form field is named authPayload"),
    ("POST", "/Challenges", {"AuthPayload": "123456"}, "form field FactorSid is missing"),
    ("POST", "/Challenges", {"FactorSid": "", "AuthPayload": "123456"}, "form field FactorSid is missing"),
    ("POST", "/Challenges", {"FactorSid": "YF1"}, "FactorSid has a wrong length")])
def test_the_document_refuses(double: TwilioDouble, client: Client, method: str, path: str, form: dict[str, str] | None,
                              complaint: str) -> None:
    client.ask(method, client.entity() + path, form)
    assert any(complaint in one for one in twilio_openapi.complaints_about(double.calls[-1]))


@pytest.mark.parametrize(("body", "kind", "complaint"), [
    (json.dumps(NAMED), "application/json", "the body is application/json"),
    ("FriendlyName=a&FriendlyName=b&FactorType=totp", FORM, "form field FriendlyName is repeated")])
def test_the_document_refuses_bodies(double: TwilioDouble, client: Client, body: str, kind: str, complaint: str) -> None:
    client.ask("POST", client.entity() + "/Factors", body=body, kind=kind)
    assert any(complaint in one for one in twilio_openapi.complaints_about(double.calls[-1]))


@pytest.mark.parametrize(("change", "complaint"), [
    ({"status": "approved"}, "status is none of"), ({"sid": "YF1"}, "sid has a wrong length"),
    ({"secret": "x"}, "the document has not: secret"), ({"date_created": "today"}, "date_created is no date"),
    ({"friendly_name": 5}, "friendly_name is no string")])
def test_the_document_refuses_answers(double: TwilioDouble, client: Client, change: dict[str, object],
                                      complaint: str) -> None:
    client.create()
    call = double.calls[-1]
    assert call.answer and twilio_openapi.complaints_about_answer(call) == []
    call.answer = Answer.of_json(201, {**call.answer.json, **change})
    assert any(complaint in one for one in twilio_openapi.complaints_about_answer(call))


@pytest.mark.parametrize("credentials", ["token", "key"])
def test_twilios_own_client_understands_the_double(double: TwilioDouble, credentials: str) -> None:
    user, password = double.account_sid, double.auth_token
    if credentials == "key":
        (user, password), = double.api_keys.items()
    moment = double.clock()
    asked = {"url": double.url, "user": user, "password": password, "account": double.account_sid,
             "service": double.service.sid, "identity": "user-0001", "secret": SECRET,
             "right": twilio.code_at(SECRET, moment), "wrong": twilio.code_at(SECRET, moment + 300)}
    done = subprocess.run(["node", Path(__file__).with_name("twilio_sdk_flow.js"), node_packages()],
                          input=json.dumps(asked), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    assert told["service"]["sid"] == double.service.sid
    assert told["service"]["totp"] == {"issuer": None, "time_step": None, "code_length": None, "skew": None}
    assert told["created"]["binding"]["secret"] == SECRET
    assert told["created"]["metadata"] == {"of": "a test"}
    assert [told[step]["status"] for step in (
        "created", "unverified", "verified", "fetched", "pending", "answered", "approved")] == [
        "unverified", "unverified", "verified", "verified", "pending", "approved", "approved"]
    assert (told["refused"]["status"], told["refused"]["code"]) == (403, 60318)
    assert told["approved"]["dateResponded"] == "2027-01-15T08:00:00.000Z"
    assert {one["sid"] for one in told["challenges"]} == {told["answered"]["sid"], told["approved"]["sid"]}
    assert [one["sid"] for one in told["factors"]] == [told["created"]["sid"]]
    assert told["entity"]["identity"] == "user-0001"
    assert told["factorRemoved"] is True and told["entityRemoved"] is True
    assert [(told[step]["status"], told[step]["code"]) for step in ("gone", "noEntity")] == 2 * [(404, 20404)]
    assert told["gone"]["moreInfo"] == "https://www.twilio.com/docs/errors/20404"
    assert not double.identities()
    no_complaints(double)

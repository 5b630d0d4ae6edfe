# SPDX-License-Identifier: Apache-2.0
"""The page `metrics`, the details of `health`, and the section in mod_status: what they count, and who may see them."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from prometheus_client.parser import text_fd_to_metric_families

from harness import twilio as play
from harness.browser import OWN
from harness.configuration import BASIC_GATE, place
from harness.expect import assert_sent_to
from harness.provider import TwilioSite, await_true
from harness.site import Site, basic_credentials

OPEN = [*place("Location", f"{OWN}/metrics", ["UzmfaMetrics On", "Require all granted"]),
        *place("Location", f"{OWN}/health", ["UzmfaMetrics On", "Require all granted"])]
STATUS = place("Location", "/server-status", ["UzmfaEngine Off", "AuthType None", "Require all granted", "SetHandler server-status"])


@dataclass
class Metrics:
    """What the page says, as Prometheus' own library reads it."""

    families: dict[str, object]

    @classmethod
    def of(cls, site: Site) -> "Metrics":
        answer = site.browser().fetch(f"{OWN}/metrics")
        assert answer.status == 200 and answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        families = list(text_fd_to_metric_families(iter(answer.text.splitlines(keepends=True))))
        names = [family.name for family in families]
        assert len(names) == len(set(names)) and all(name.startswith("uzmfa_") for name in names)
        assert all(family.documentation and family.type != "unknown" for family in families)
        return cls({family.name: family for family in families})

    def value(self, name: str, **labels: str) -> float:
        (found,) = [sample.value for family in self.families.values() for sample in family.samples
                    if sample.name == name and sample.labels == labels]
        return found

    def outcome(self, reason: str) -> float:
        return self.value("uzmfa_outcomes_total", reason=reason)

    def verifications(self, method: str, result: str) -> float:
        return self.value("uzmfa_verifications_total", method=method, result=result)


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_what_happens_is_counted_by_its_reason(start_site: Callable[..., Site], driver: str) -> None:
    site = start_site(driver, server=OPEN)
    before = Metrics.of(site)
    assert {sample.value for sample in before.families["uzmfa_outcomes"].samples} == {0}
    user, browser = site.add_user(), site.browser()
    browser.sign_in(user.name, "wrong")
    site.verify(user, browser)
    browser.fetch("/")
    browser.log_out()
    site.sign_in(user, browser)
    browser.verify(user.app.wrong())
    browser.verify(user.app.fresh())
    site.sign_in(user, browser)
    browser.recover("AAAA-AAAA-AAAA-AAAA")
    browser.recover(user.recovery_codes[0])
    site.browser().script("/")

    after = Metrics.of(site)
    for reason, count in {"signed_in": 3, "wrong_password": 1, "enrolled": 1, "signed_out": 1, "wrong_code": 1, "code_accepted": 1,
                          "recovery_used": 1, "wrong_recovery_code": 1, "sign_in_required": 1, "unavailable": 0}.items():
        assert after.outcome(reason) == count, reason
    assert after.value("uzmfa_sign_ins_total", result="accepted") == 3
    assert after.value("uzmfa_sign_ins_total", result="wrong") == 1
    assert (after.verifications("totp", "accepted"), after.verifications("totp", "wrong")) == (1, 1)
    assert (after.verifications("recovery", "accepted"), after.verifications("recovery", "wrong")) == (1, 1)
    assert after.value("uzmfa_password_check_duration_seconds_count") == 4
    assert 0 < after.value("uzmfa_password_check_duration_seconds_sum") < 60
    assert after.value("uzmfa_password_check_duration_seconds_bucket", le="+Inf") == 4
    assert after.value("uzmfa_database_up") == 1 and after.value("uzmfa_database_failures_total") == 0
    assert after.value("uzmfa_ended_sessions") >= 4
    assert after.value("uzmfa_ended_sessions") < after.value("uzmfa_ended_sessions_limit")
    assert after.value("uzmfa_ended_sessions_complete") == 1
    assert [after.value("uzmfa_health", status=status) for status in ("ok", "degraded", "down")] == [1, 0, 0]
    assert "uzmfa_provider_calls" not in after.families


def test_a_session_in_use_is_an_active_one(start_site: Callable[..., Site]) -> None:
    site = start_site(server=[*OPEN, "UzmfaRecheckInterval 1s"])
    browser = site.verify(site.add_user())

    def is_active() -> bool:
        assert browser.fetch("/").status == 200
        return Metrics.of(site).value("uzmfa_active_sessions") == 1

    await_true(is_active, "the session is not counted")


def test_counts_outlive_a_graceful_restart(start_site: Callable[..., Site]) -> None:
    site = start_site(server=OPEN)
    site.browser().sign_in("nobody", "x")
    site.httpd.graceful()
    assert Metrics.of(site).outcome("wrong_password") == 1


def test_all_processes_count_together(start_site: Callable[..., Site]) -> None:
    site = start_site(mpm="prefork", server=[*OPEN, "StartServers 6", "MaxConnectionsPerChild 2"])
    for number in range(20):
        site.browser().sign_in(f"nobody{number}", "x")
    assert Metrics.of(site).outcome("wrong_password") == 20


def test_an_outage_of_the_database_is_counted(start_site: Callable[..., Site]) -> None:
    site = start_site("pgsql", server=OPEN)
    site.log.allow("UZMFA1031|UZMFA1110|UZMFA1093|dbd:")
    site.database.go_down()
    await_true(lambda: Metrics.of(site).value("uzmfa_database_up") == 0, "the outage is not seen")
    assert Metrics.of(site).value("uzmfa_database_failures_total") >= 1
    assert Metrics.of(site).value("uzmfa_health", status="down") == 1
    site.database.come_back()
    await_true(lambda: Metrics.of(site).value("uzmfa_database_up") == 1, "the recovery is not seen")


def test_calls_to_the_provider_are_counted_and_timed(start_twilio: Callable[..., TwilioSite]) -> None:
    twilio = start_twilio(server=OPEN)
    site = twilio.site
    user = site.enrolled_user()
    before = Metrics.of(site)
    assert before.value("uzmfa_provider_calls_total", result="success") == len(twilio.double.calls)
    assert before.value("uzmfa_provider_call_duration_seconds_count") == len(twilio.double.calls)
    assert [before.value("uzmfa_provider_breaker", state=state) for state in ("closed", "open", "probing")] == [1, 0, 0]
    site.log.allow("UZMFA1036")
    for behaviour in (play.latency(0.3, play.http_status(500)), *[play.reset()] * 4):
        browser = site.sign_in(user)
        twilio.double.script("create_challenge", behaviour)
        assert browser.verify(user.app.wrong()).status == 503
    after = Metrics.of(site)
    assert after.value("uzmfa_provider_calls_total", result="server_error") == 1
    assert after.value("uzmfa_provider_calls_total", result="no_answer") == 4
    slow = [name for name, metrics in (("before", before), ("after", after))
            if metrics.value("uzmfa_provider_call_duration_seconds_count") >
            metrics.value("uzmfa_provider_call_duration_seconds_bucket", le="0.25")]
    assert "after" in slow
    assert after.value("uzmfa_provider_breaker", state="open") == 1
    assert after.value("uzmfa_health", status="degraded") == 1
    health = site.browser().fetch(f"{OWN}/health").json()
    assert (health["status"], health["provider"]) == ("degraded", "open")


# --- who may see them ---


def test_metrics_are_nowhere_by_default(start_site: Callable[..., Site], site: Site) -> None:
    assert site.browser().fetch(f"{OWN}/metrics").status == 404
    other = start_site(server=place("Location", f"{OWN}/metrics", ["UzmfaMetrics Off", "Require all granted"]))
    assert other.browser().fetch(f"{OWN}/metrics").status == 404


def test_metrics_obey_Require_and_need_no_session(start_site: Callable[..., Site]) -> None:
    site = start_site(server=place("Location", f"{OWN}/metrics", ["UzmfaMetrics On", "Require expr false"]))
    site.log.expect("AH01630: client denied by server configuration")
    answer = site.browser().fetch(f"{OWN}/metrics")
    assert answer.status == 403 and "uzmfa_" not in answer.text


def test_R1_Require_mfa_asks_for_the_second_factor_there_too(start_site: Callable[..., Site]) -> None:
    site = start_site(gate=BASIC_GATE, modules=["auth_basic"],
                      server=place("Location", f"{OWN}/metrics", ["UzmfaMetrics On", "Require mfa"]))
    site.log.allow("AH01631")
    user = site.add_user()
    browser = site.browser(headers=basic_credentials(user))
    answer = browser.fetch(f"{OWN}/metrics")
    assert answer.status == 401 and "uzmfa_" not in answer.text
    browser.fetch("/")
    browser.enroll()
    assert "uzmfa_outcomes_total" in browser.fetch(f"{OWN}/metrics").text


def test_an_inherited_Require_counts(start_site: Callable[..., Site]) -> None:
    site = start_site(server=place("Location", f"{OWN}/metrics", ["UzmfaMetrics On"]))
    stranger = site.browser()
    assert_sent_to(stranger.fetch(f"{OWN}/metrics"), "login")
    assert stranger.script(f"{OWN}/metrics").status == 401
    assert site.verify(site.add_user()).fetch(f"{OWN}/metrics").status == 200


def test_a_monitor_may_have_a_password_of_its_own(start_site: Callable[..., Site]) -> None:
    site = start_site(modules=["auth_basic"], server=place("Location", f"{OWN}/metrics", [
        "UzmfaMetrics On", "AuthType Basic", 'AuthName "metrics"', "AuthBasicProvider uzerp", "Require user monitor"]))
    monitor, other = site.add_user("monitor"), site.add_user()
    site.log.allow("AH01631")
    assert site.browser().fetch(f"{OWN}/metrics").status == 401
    assert site.browser(headers=basic_credentials(other)).fetch(f"{OWN}/metrics").status == 401
    answer = site.browser(headers=basic_credentials(monitor)).fetch(f"{OWN}/metrics")
    assert answer.status == 200 and "uzmfa_outcomes_total" in answer.text


def test_metrics_can_only_be_read(start_site: Callable[..., Site]) -> None:
    site = start_site(server=OPEN)
    answer = site.browser().post(f"{OWN}/metrics")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert site.browser().request("HEAD", f"{OWN}/metrics").body == b""


def test_health_says_more_to_whom_Require_lets_in(start_site: Callable[..., Site]) -> None:
    site = start_site(server=OPEN)
    health = site.browser().fetch(f"{OWN}/health").json()
    assert list(health) == ["status", "node", "database", "provider", "ended_sessions", "ended_sessions_limit",
                            "ended_sessions_complete", "owed_revocations"]
    assert (health["status"], health["database"], health["provider"], health["owed_revocations"]) == ("ok", "up", None, 0)


@pytest.mark.parametrize("require", ["Require expr false", "Require all denied", "Require valid-user"])
def test_health_says_what_it_says_to_everybody_where_Require_does_not(start_site: Callable[..., Site], require: str) -> None:
    site = start_site(server=place("Location", f"{OWN}/health", ["UzmfaMetrics On", require]))
    answer = site.browser().fetch(f"{OWN}/health")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})
    assert not site.log.lines("AH0163")


def test_health_has_no_details_by_default(start_site: Callable[..., Site]) -> None:
    site = start_site(server=place("Location", f"{OWN}/health", ["Require all granted"]))
    assert site.browser().fetch(f"{OWN}/health").json() == {"status": "ok"}


# --- mod_status ---


def test_mod_status_has_a_section(start_site: Callable[..., Site]) -> None:
    site = start_site(modules=["status"], server=STATUS)
    user = site.add_user()
    site.browser().sign_in(user.name, "wrong")
    site.verify(user)
    page = site.browser().fetch("/server-status").text
    assert "<h2>mod_uzmfa</h2>" in page and "<dt>SignIns: 1</dt>" in page
    short = dict(line.split(": ", 1) for line in site.browser().fetch("/server-status?auto").text.splitlines() if ": " in line)
    assert {name: value for name, value in short.items() if name.startswith("Uzmfa")} == {
        "UzmfaHealth": "ok", "UzmfaSignIns": "1", "UzmfaWrongPasswords": "1", "UzmfaVerifications": "0", "UzmfaWrongCodes": "0",
        "UzmfaActiveSessions": short["UzmfaActiveSessions"], "UzmfaEndedSessions": short["UzmfaEndedSessions"],
        "UzmfaDatabase": "up", "UzmfaCircuitBreaker": "none"}
    assert int(short["UzmfaEndedSessions"]) >= 1

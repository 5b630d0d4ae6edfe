# SPDX-License-Identifier: Apache-2.0
"""What the start says about Twilio's directives and uzERP's .env, and what it makes of them (R90)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.browser import OWN
from harness.expect import assert_sent_to
from harness.provider import TwilioSite
from harness.site import Site, is_open
from harness.twilio import TwilioDouble

SECRET = "0123456789abcdef0123456789abcdef"
ACCOUNT, SERVICE, KEY = "AC" + "a" * 32, "VA" + "b" * 32, "SK" + "c" * 32
COMPLETE = {"UzmfaValidator": "twilio", "UzmfaTwilioAccountSid": ACCOUNT, "UzmfaTwilioAuthToken": SECRET,
            "UzmfaTwilioServiceSid": SERVICE}

WRONG = {
    "no account": ({"UzmfaTwilioAccountSid": ""}, "UzmfaTwilioAccountSid: is needed"),
    "an account of another kind": ({"UzmfaTwilioAccountSid": SERVICE}, "UzmfaTwilioAccountSid: must be AC"),
    "a short account": ({"UzmfaTwilioAccountSid": "AC12"}, "UzmfaTwilioAccountSid: must be AC"),
    "no token": ({"UzmfaTwilioAuthToken": ""}, "UzmfaTwilioAuthToken: is needed"),
    "no service": ({"UzmfaTwilioServiceSid": ""}, "UzmfaTwilioServiceSid: is needed"),
    "a wrong service": ({"UzmfaTwilioServiceSid": "VA" + "g" * 32}, "UzmfaTwilioServiceSid: must be VA"),
    "a token with a blank": ({"UzmfaTwilioAuthToken": f'" {SECRET}"'}, "UzmfaTwilioAuthToken: "),
    "a file that is not there": ({"UzmfaTwilioAuthToken": "file:/nowhere"}, "UzmfaTwilioAuthToken: "),
    "a program that is not there": ({"UzmfaTwilioAuthToken": "exec:/nowhere"}, "UzmfaTwilioAuthToken: "),
    "a program that fails": ({"UzmfaTwilioAuthToken": "exec:/bin/false"}, "UzmfaTwilioAuthToken: "),
    "an API key of another kind": ({"UzmfaTwilioApiKey": f"{ACCOUNT} {SECRET}"}, "UzmfaTwilioApiKey: must be SK"),
    "plain http": ({"UzmfaTwilioUrl": "http://verify.twilio.com"}, "UzmfaTwilioUrl: "),
    "no URL": ({"UzmfaTwilioUrl": "verify.twilio.com"}, "UzmfaTwilioUrl: "),
    "a URL with a user": ({"UzmfaTwilioUrl": "https://a:b@verify.twilio.com"}, "UzmfaTwilioUrl: "),
    "no time": ({"UzmfaTwilioTimeout": "0"}, "UzmfaTwilioTimeout: "),
    "too much time": ({"UzmfaTwilioTimeout": "31s"}, "UzmfaTwilioTimeout: must be 30 s"),
    "no connections": ({"UzmfaTwilioConnections": "0"}, "UzmfaTwilioConnections: "),
    "too many connections": ({"UzmfaTwilioConnections": "1001"}, "UzmfaTwilioConnections: "),
    "another friendly name": ({"UzmfaTwilioFriendlyName": "email"}, "UzmfaTwilioFriendlyName: "),
    "no CA file": ({"UzmfaTwilioCaFile": "/nowhere"}, "UzmfaTwilioCaFile: "),
    "a CA file without a certificate": ({"UzmfaTwilioCaFile": "/etc/passwd"}, "UzmfaTwilioCaFile: "),
    "no .env": ({"UzmfaEnvFile": "/nowhere/.env"}, "UzmfaEnvFile: "),
}


def lines(named: dict[str, str]) -> list[str]:
    return [f"{name} {value}" for name, value in named.items() if value]


@pytest.mark.parametrize("what", WRONG)
def test_R90_a_wrong_directive_stops_the_start(build_site: Callable[..., Site], what: str) -> None:
    named, complaint = WRONG[what]
    said = build_site(server=lines({**COMPLETE, **named})).httpd.refusal()
    assert complaint in said
    assert SECRET not in said


@pytest.mark.parametrize("credentials", [
    {"UzmfaTwilioApiKey": f"{KEY} {SECRET}", "UzmfaTwilioAccountSid": "", "UzmfaTwilioAuthToken": ""},
    {"UzmfaTwilioAuthToken": "file:{folder}/token"},
    {"UzmfaTwilioAuthToken": '"exec:/bin/cat {folder}/token"'},
    {"UzmfaTwilioAccountSid": "", "UzmfaTwilioAuthToken": "", "UzmfaTwilioServiceSid": "", "UzmfaEnvFile": "{folder}/.env"},
    {"UzmfaTwilioServiceSid": SERVICE.upper().replace("VA", "VA"), "UzmfaEnvFile": "{folder}/other.env"},
], ids=["api key", "file", "exec", "env", "a directive beats the file"])
def test_where_credentials_may_stand(build_site: Callable[..., Site], credentials: dict[str, str]) -> None:
    site = build_site()
    service = credentials.get("UzmfaTwilioServiceSid") or SERVICE
    double = TwilioDouble(account_sid=ACCOUNT, auth_token=SECRET, service_sid=service)
    double.api_keys = {KEY: SECRET}
    folder = site.httpd.root
    for name, text in {"token": SECRET + "\n",
                       ".env": f'TWILIO_ACCOUNT_SID={ACCOUNT}\nexport TWILIO_AUTH_TOKEN="{SECRET}" # live\n'
                               f"TWILIO_SERVICE_SID='{SERVICE}'\nSOMETHING_ELSE=1\n",
                       "other.env": f"TWILIO_SERVICE_SID=VA{'0' * 32}\n"}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    named = {**COMPLETE, **{name: value.format(folder=folder) for name, value in credentials.items()}}
    with double:
        site.configure(server=[*lines(named), f"UzmfaTwilioUrl {double.url}"])
        site.httpd.start()
        site.verify(site.add_user())
        site.httpd.stop()
        (service_of_calls,) = {call.path.split("/")[3] for call in double.calls}
    assert service_of_calls == service


def with_env(site: Site, text: str, mode: int = 0o600, **options: object) -> Path:
    """A site that reads this .env."""
    file = site.httpd.root / ".env"
    file.write_text(text)
    file.chmod(mode)
    site.configure(server=[f"UzmfaEnvFile {file}"], **options)
    return file


@pytest.mark.parametrize(("text", "mode", "complaint"), [
    ("TWILIO_AUTH_TOKEN=x y\n", 0o600, "line 1"),
    ('A=1\nTWILIO_AUTH_TOKEN="x\n', 0o600, "line 2"),
    ("A=1\n", 0o644, "UzmfaEnvFile"),
    ("A=1\n", 0o660, "UzmfaEnvFile"),
    ("UZERP_MANAGE_USER_SESSIONS=on\nUSER_ACTIVITY_TIMEOUT_SECS=60\n", 0o600, "USER_SESSION_MAX_AGE_SECS"),
    ("UZERP_MANAGE_USER_SESSIONS=true\nUSER_ACTIVITY_TIMEOUT_SECS=soon\nUSER_SESSION_MAX_AGE_SECS=9\n", 0o600,
     "USER_ACTIVITY_TIMEOUT_SECS"),
])
def test_an_env_file_that_cannot_be_read_stops_the_start(build_site: Callable[..., Site], text: str, mode: int,
                                                         complaint: str) -> None:
    site = build_site()
    with_env(site, text, mode)
    said = site.httpd.refusal()
    assert "UzmfaEnvFile" in said and complaint in said


@pytest.mark.parametrize(("name", "prefix"), [("TWILIO_ACCOUNT_SID", "AC"), ("TWILIO_SERVICE_SID", "VA")])
def test_R90_an_ill_formed_SID_in_the_env_file_is_said_to_be_there(build_site: Callable[..., Site], name: str,
                                                                    prefix: str) -> None:
    site = build_site()
    variables = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": SECRET, "TWILIO_SERVICE_SID": SERVICE, name: KEY}
    env = with_env(site, "".join(f"{variable}={value}\n" for variable, value in variables.items()))
    site.configure(server=["UzmfaValidator twilio", f"UzmfaEnvFile {env}"])
    said = site.httpd.refusal()
    assert f"UzmfaEnvFile: {name} must be {prefix}" in said
    assert KEY not in said


@pytest.mark.parametrize("switch", ["true", "on", '"on"'])
def test_the_times_of_uzERP_are_the_sessions(build_site: Callable[..., Site], switch: str) -> None:
    site = build_site(movable_clock=True)
    with_env(site, f"UZERP_MANAGE_USER_SESSIONS={switch}\nUSER_ACTIVITY_TIMEOUT_SECS=600\nUSER_SESSION_MAX_AGE_SECS=1500\n")
    site.httpd.start()
    browser = site.verify(site.add_user())
    for _ in range(2):
        site.clock.forward(500)
        assert is_open(browser.fetch("/"))
    site.clock.forward(501)
    assert_sent_to(browser.fetch("/"), "login")  # of age
    idle = site.verify(site.add_user())
    site.clock.forward(601)
    assert_sent_to(idle.fetch("/"), "login")


def test_a_directive_beats_the_times_of_uzERP(build_site: Callable[..., Site]) -> None:
    site = build_site(movable_clock=True)
    with_env(site, "UZERP_MANAGE_USER_SESSIONS=on\nUSER_ACTIVITY_TIMEOUT_SECS=60\nUSER_SESSION_MAX_AGE_SECS=90\n",
             location=["UzmfaSessionIdleTimeout 20min", "UzmfaSessionMaxAge 1h"])
    site.httpd.start()
    browser = site.verify(site.add_user())
    site.clock.forward(1000)
    assert is_open(browser.fetch("/"))


@pytest.mark.parametrize("switch", ["false", "off", ""])
def test_without_the_switch_the_times_of_uzERP_do_not_count(build_site: Callable[..., Site], switch: str) -> None:
    site = build_site(movable_clock=True)
    with_env(site, f"UZERP_MANAGE_USER_SESSIONS={switch}\nUSER_ACTIVITY_TIMEOUT_SECS=60\nUSER_SESSION_MAX_AGE_SECS=90\n")
    site.httpd.start()
    browser = site.verify(site.add_user())
    site.clock.forward(1000)
    assert is_open(browser.fetch("/"))


def test_R38_a_secret_that_mod_info_would_show_is_warned_of(build_site: Callable[..., Site]) -> None:
    site = build_site()
    site.configure(server=lines(COMPLETE), modules=["info"])
    site.log.expect("UZMFA1100")
    site.httpd.start()
    assert SECRET not in "\n".join(site.log.lines())


def test_a_graceful_restart_takes_other_credentials(start_twilio: Callable[..., TwilioSite]) -> None:
    twilio = start_twilio()
    site, double = twilio.site, twilio.double
    user = site.enrolled_user()
    double.auth_token = os.urandom(16).hex()
    site.log.expect("UZMFA1037")
    browser = site.sign_in(user)
    assert browser.verify(user.app.wrong()).status == 503
    twilio.configure()
    site.httpd.graceful()
    assert browser.fetch(f"{OWN}/verify").status == 200
    assert browser.verify(user.app.fresh()).status == 303

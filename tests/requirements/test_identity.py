# SPDX-License-Identifier: Apache-2.0
"""R77, R100, R9: whom the application and a backend take for the user, and what a client would make them believe."""

import base64
from collections.abc import Callable

import pytest

from harness.browser import Browser
from harness.configuration import BASIC_GATE, place
from harness.site import Site, Workshop, is_open

Build = Callable[..., Site]
USER_HEADER = "X-App-User"
FORGED = {"X-Forwarded-For": "10.9.8.7", "X-Forwarded-Host": "forged.test", "X-Forwarded-Proto": "forged", "X-Forwarded-Server": "forged",
          "X-Forwarded-User": "forged", "x_forwarded_port": "forged", "Forwarded": "for=forged", "X-Remote-User": "forged",
          "X_Remote_User": "forged", USER_HEADER: "forged", USER_HEADER.lower(): "forged", "X_App_User": "forged",
          "x-app_user": "forged", "X.App.User": "forged", "X~App-User": "forged", "X.Remote.User": "forged", "Authorization": "Basic " + base64.b64encode(b"forged:x").decode()}


@pytest.fixture(scope="module")
def backend(workshop: Workshop) -> Site:
    """An application of another server, which shows what it gets."""
    return workshop.start(module=False, key_file=None, gate=["Require all granted"], plain_http=True)


@pytest.fixture(scope="module")
def proxy(workshop: Workshop, backend: Site) -> Site:
    """The gate in front of that backend; /report only reports, /open is not gated, /exempt is exempt."""
    to = f"http://127.0.0.1:{backend.httpd.plain_port}"
    return workshop.start(modules=["proxy", "proxy_http"], location=[f"UzmfaUserHeader {USER_HEADER}"], server=[
        f'ProxyPass "/" "{to}/"',
        *place("Location", "/report", [f'ProxyPass "{to}/env"', "UzmfaEngine ReportOnly"]),
        *place("Location", "/open", [f'ProxyPass "{to}/env"', "UzmfaEngine Off", "AuthType None", "Require all granted"]),
        *place("Location", "/exempt", [f'ProxyPass "{to}/env"', "UzmfaExempt probe true"])])


def seen_by(browser: Browser, target: str, **headers: str) -> dict[str, str]:
    answer = browser.request("GET", target, headers={**FORGED, **headers})
    assert answer.status == 200
    return answer.environment


def test_R77_a_backend_gets_the_verified_user_and_nothing_forged(proxy: Site) -> None:
    user = proxy.add_user()
    seen = seen_by(proxy.verify(user), "/env")
    assert seen["HTTP_X_APP_USER"] == user.name
    assert "forged" not in "\n".join(seen.values()).lower()
    assert seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"  # mod_proxy's own


@pytest.mark.parametrize("connection", [USER_HEADER, "x-app-user, close", "keep-alive, X_App_User", f"a,{USER_HEADER},b",
                                        "close;X-App-User;X-Forwarded-Proto", "close X-App-User", "a\tX-App-User", ";X-App-User;"])
def test_R77_connection_does_not_take_the_user_away(proxy: Site, connection: str) -> None:
    user = proxy.add_user()
    assert seen_by(proxy.verify(user), "/env", Connection=connection)["HTTP_X_APP_USER"] == user.name


@pytest.mark.parametrize("target", ["/exempt", "/open"])
def test_R77_where_nobody_is_asked_nobody_is_named(proxy: Site, target: str) -> None:
    for browser in (proxy.browser(), proxy.sign_in(proxy.enrolled_user())):
        assert "HTTP_X_APP_USER" not in seen_by(browser, target)
    if target == "/exempt":
        assert "forged" not in "\n".join(seen_by(proxy.browser(), target).values()).lower()


def test_R77_reporting_only_names_whom_the_first_factor_names(proxy: Site) -> None:
    user = proxy.enrolled_user()
    seen = seen_by(proxy.sign_in(user), "/report")
    assert seen["HTTP_X_APP_USER"] == user.name and "forged" not in "\n".join(seen.values()).lower()


@pytest.mark.parametrize("name", ["joe doe", 'o"brien', "zoë", "ab\\c", "x" * 200])
def test_R75_any_name_is_one_header(proxy: Site, name: str) -> None:
    user = proxy.add_user(name)
    assert proxy.verify(user).fetch("/env").body.decode().count(f"HTTP_X_APP_USER={name}\n") == 1


@pytest.mark.parametrize("name", [" admin", "admin ", "  admin  "])
def test_R6_a_name_that_would_arrive_as_another_does_not_arrive(proxy: Site, name: str) -> None:
    user = proxy.add_user(name)
    answer = proxy.verify(user).fetch("/env")
    assert answer.status == 200 and "HTTP_X_APP_USER" not in answer.environment


SCHEMES = ["Basic Zm9yZ2VkOng=", "basic Zm9yZ2VkOng=", "Bearer forged", "Digest username=\"forged\"", "Negotiate forged", "forged"]
COPIES = ['SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1', 'SetEnvIf Authorization "(.+)" REDIRECT_HTTP_AUTHORIZATION=$1',
          "CGIPassAuth On"]


@pytest.fixture(scope="module")
def copying_site(workshop: Workshop) -> Site:
    """A site that passes Authorization on to scripts, by all ways; /report only reports, /exempt is exempt."""
    site = workshop.build()
    site.configure(server=[*COPIES[:2], f'<Directory "{site.application.folder}">', COPIES[2], "</Directory>",
                           f'Alias "/report" "{site.application.folder}/env.cgi"', f'Alias "/exempt" "{site.application.folder}/env.cgi"',
                           *place("Location", "/report", ["UzmfaEngine ReportOnly"]),
                           *place("Location", "/exempt", ["UzmfaExempt probe true"])])
    site.httpd.start()
    return site


@pytest.mark.parametrize("target", ["/env", "/report", "/exempt"])
def test_R100_credentials_that_httpd_did_not_check_do_not_arrive(copying_site: Site, target: str) -> None:
    user = copying_site.add_user()
    browser = copying_site.browser() if target == "/exempt" else copying_site.verify(user)
    for value in SCHEMES:
        answer = browser.request("GET", target, headers={"Authorization": value})
        seen = answer.environment
        assert answer.status == 200 and value.split()[-1] not in answer.text
        assert not [name for name in seen if name.endswith("AUTHORIZATION")]
        assert seen.get("REMOTE_USER") == (None if target == "/exempt" else user.name)


def test_R100_no_module_checks_a_header_for_the_own_sign_in(copying_site: Site) -> None:
    browser = copying_site.verify(copying_site.add_user())
    for scheme in ("Uzmfa", "uzmfa", "Basic"):
        seen = browser.fetch("/env", headers={"Authorization": f"{scheme} YWRtaW46eA=="}).environment
        assert not {"HTTP_AUTHORIZATION", "REDIRECT_HTTP_AUTHORIZATION"} & set(seen), scheme


@pytest.mark.parametrize("who", ["htaccess", "server"])
@pytest.mark.parametrize("target", ["/env.cgi", "/", "/page.shtml"])
def test_R5_R104_the_session_names_the_user_whoever_else_does(build_site: Build, who: str, target: str) -> None:
    """mod_ssl's name for a user, made of a header, where nobody asks for the sign-in."""
    site = build_site()
    lines = ["Satisfy Any", "Allow from all", "SSLUserName HTTP_USER_AGENT"]
    site.application.add("page.shtml", '<p><!--#echo var="REMOTE_USER" --></p>')
    folder = ["AllowOverride AuthConfig Limit", "DirectoryIndex env.cgi", "AddHandler cgi-script .cgi", "Options +ExecCGI +Includes"]
    if who == "htaccess":
        site.application.add(".htaccess", "\n".join(lines) + "\n")
    else:
        folder += lines
    site.configure(modules=["access_compat"], location=[f"UzmfaUserHeader {USER_HEADER}"],
                   server=place("Directory", str(site.application.folder), folder))
    site.httpd.start()
    user = site.add_user()
    answer = site.verify(user).fetch(target, headers={"User-Agent": "admin"})
    assert answer.status == 200 and user.name in answer.text and "admin" not in answer.text.replace("HTTP_USER_AGENT=admin", "")
    if target != "/page.shtml":
        assert answer.environment["REMOTE_USER"] == answer.environment["HTTP_X_APP_USER"] == user.name


def test_R100_credentials_that_httpd_has_checked_arrive_and_no_others(build_site: Build) -> None:
    site = build_site()
    site.configure(gate=BASIC_GATE, modules=["auth_basic"],
                   server=['SetEnvIf X-Authorization "(.+)" REDIRECT_HTTP_AUTHORIZATION=$1',
                           f'<Directory "{site.application.folder}">', "CGIPassAuth On", "</Directory>"])
    site.httpd.start()
    user = site.add_user()
    browser = site.basic_browser(user)
    browser.fetch("/")
    browser.enroll()
    answer = browser.fetch("/env", headers={"X-Authorization": "Basic Zm9yZ2VkOng="})
    seen = answer.environment
    assert seen["REMOTE_USER"] == user.name and seen["HTTP_AUTHORIZATION"] == browser.headers["Authorization"]
    assert "REDIRECT_HTTP_AUTHORIZATION" not in seen


# --- upgrades ---

UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
           "Sec-WebSocket-Version": "13"}


def upgrade(browser: Browser, **headers: str) -> int:
    return browser.request("GET", "/env", headers={**UPGRADE, **headers}).status


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://localhost", "https://localhost", "https://localhost.evil.test",
                                    "https://sub.localhost:{port}", "http://localhost:{port}"])
def test_R9_an_upgrade_for_a_page_of_another_site_is_refused(site: Site, origin: str) -> None:
    browser = site.verify(site.add_user())
    assert upgrade(browser, Origin=origin.format(port=site.httpd.port)) == 403
    assert is_open(browser.fetch("/"))


def test_R9_an_upgrade_for_a_page_of_this_site_goes_on(site: Site) -> None:
    browser = site.verify(site.add_user())
    for own in (f"https://localhost:{site.httpd.port}", f"HTTPS://LocalHost:{site.httpd.port}"):
        assert upgrade(browser, Origin=own) == 200
    assert upgrade(browser) == 200


def test_R9_an_upgrade_without_a_session_is_refused(site: Site) -> None:
    for headers in ({}, {"Origin": f"https://localhost:{site.httpd.port}"}):
        assert upgrade(site.browser(), **headers) == 303
        assert upgrade(site.sign_in(site.enrolled_user()), **headers) == 303

# SPDX-License-Identifier: Apache-2.0
"""The languages of the pages, and an administrator's own files in place of the installed ones (R97, R99)."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.browser import OWN, Answer, Browser
from harness.expect import assert_sent_to
from harness.httpd import StartRefused
from harness.paths import REPOSITORY
from harness.site import Site
from harness.texts import HTML, LANGUAGES, NAME

Build = Callable[..., Site]
TEMPLATES = {file.name: file.read_text() for file in sorted(HTML.glob("*.html"))}
ENGLISH = LANGUAGES["en"]
FORMS = ("_one", "_none")


def speaking(site: Site, accept_language: str) -> Browser:
    return site.browser(headers={"Accept-Language": accept_language})


def without_number(key: str) -> str:
    return next((key.removesuffix(form) for form in FORMS if key.endswith(form) and key.removesuffix(form) in ENGLISH), key)


def events_told() -> list[str]:
    """The events that users are told of."""
    statements = (REPOSITORY / "mod_uzmfa/store/statements.cpp").read_text()
    texts = re.findall(r"(?:told|notified)_events =([^;]*);", statements)
    return re.findall(r"'([a-z_]+)'", "".join(texts))


# --- the files ---


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    of_templates = {key for html in TEMPLATES.values() for key in re.findall(r"\{\{\{?t\.([a-z0-9_]+)\}", html)}
    assert of_templates | {f"event_{name}" for name in events_told()} <= ENGLISH.keys()
    source = REPOSITORY / "mod_uzmfa"
    code = "\n".join(file.read_text() for layer in ("core", "view") for file in (source / layer).rglob("*.cpp"))
    of_code = set(re.findall(r'"([a-z_]+)"', code))
    titles = {f"title_{Path(name).stem}" for name in TEMPLATES}
    logged = {f"log_{name}" for name in of_code | {"moved", "added"}}  # by uzmfactl alone
    used = of_templates | of_code | {f"{name}_heading" for name in of_code} | titles | {f"event_{name}" for name in events_told()} | logged
    assert {key for key in ENGLISH if without_number(key) not in used} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_and_no_other(language: str) -> None:
    texts = LANGUAGES[language]
    assert list(texts) == list(ENGLISH)  # in the same order, for whoever translates
    for key, text in texts.items():
        assert sorted(NAME.findall(text)) == sorted(NAME.findall(ENGLISH[key])), key
        assert text == text.strip() and not re.search(r"['\"]|\.\.\.|  ", text), key


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_has_words_of_its_own(name: str) -> None:
    html = re.sub(r"\{\{.*?\}\}", "", TEMPLATES[name])
    assert re.findall(r"\w+", re.sub(r"<[^>]*>", "", html)) == []
    assert re.findall(r'\b(?:alt|aria-label|title|placeholder|download)="([^"]*\w[^"]*)"', html) == []


# --- which language a page is in ---


@pytest.mark.parametrize(("wish", "language"), [
    ("de", "de"), ("de-AT;q=0.8, fr", "fr"), ("es-MX,es;q=0.9,en;q=0.8", "es"), ("it, nl;q=0.5", "en"), ("", "en"),
    ("*", "en"), ("de;q=x", "en"), ("x" * 4000 + ", de", "en"),
])
def test_R97_a_page_is_in_the_language_that_is_wanted_and_says_so(site: Site, wish: str, language: str) -> None:
    answer = speaking(site, wish).fetch(f"{OWN}/login")
    assert answer.status == 200
    assert_is_in(answer, language)
    assert answer.page.all("h1")[0].text == LANGUAGES[language]["login_heading"]


def assert_is_in(answer: Answer, language: str) -> None:
    assert answer.page.all("html")[0]["lang"] == language
    assert answer.headers.get_all("Content-Language") == [language]
    assert "accept-language" in (answer.headers["Vary"] or "").lower()


def test_R97_without_a_wish_a_page_is_English(site: Site) -> None:
    assert_is_in(site.browser(headers={"Accept-Language": None}).fetch(f"{OWN}/login"), "en")


def test_R97_errors_are_in_the_language_of_the_reader(site: Site) -> None:
    browser = speaking(site, "de")
    refused = browser.sign_in("nobody", "wrong")
    assert refused.status == 401
    assert_is_in(refused, "de")
    assert refused.page.by_id("error").text.strip() == LANGUAGES["de"]["wrong_password"]
    assert refused.page.title.startswith("Fehler: ")
    missing = browser.fetch(f"{OWN}/nowhere")
    assert missing.status == 404
    assert_is_in(missing, "de")
    assert LANGUAGES["de"]["not_found"] in missing.text


def test_R97_the_page_of_a_stopped_request_is_so_too_and_so_is_a_problem_document(start_site: Build) -> None:
    gate = ["Session On", "Require all granted", "UzmfaEngine On"]
    site = start_site(gate=gate, modules=["filter", "deflate"], server=["DefaultLanguage es", "AddOutputFilterByType DEFLATE text/html"])
    site.log.expect("UZMFA")
    stopped = speaking(site, "fr").fetch("/erp", headers={"Accept-Encoding": "identity"})
    assert stopped.status == 403
    assert_is_in(stopped, "fr")
    assert LANGUAGES["fr"]["no_user"] in stopped.text.replace("&#39;", "'")
    problem = speaking(site, "fr").script("/erp")
    assert problem.status == 403 and problem.headers["Content-Type"] == "application/problem+json"
    assert problem.json()["title"] == LANGUAGES["fr"]["no_user_heading"]
    assert problem.headers.get_all("Content-Language") == ["fr"] and "Accept-Language" in problem.headers["Vary"]


def test_a_redirect_and_an_asset_are_in_no_language(site: Site) -> None:
    browser = speaking(site, "de")
    assert_sent_to(browser.fetch("/erp"), "login", "/erp")
    for target in ("/erp", f"{OWN}/style.css"):
        assert browser.fetch(target).headers["Content-Language"] is None


# --- own files ---


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    """An administrator's folder."""
    folder = tmp_path / "theme"
    (folder / "lang").mkdir(parents=True)
    return folder


def themed(theme: Path) -> list[str]:
    return [f'UzmfaTemplateDir "{theme}"']


def test_single_files_take_the_place_of_the_installed_ones(start_site: Build, theme: Path) -> None:
    (theme / "style.css").write_text("body { background: teal }\n")
    (theme / "login.html").write_text('<h1>{{t.login_heading}}</h1>\n<p id="motto">{{t.motto}}</p>\n'
                                      '<form method="post" action="{{base}}/login">{{> part_token}}\n'
                                      '<input name="username"><input name="password" type="password"></form>\n')
    (theme / "lang/en.json").write_text(json.dumps({"motto": "Welcome to <ERP>", "login_heading": "Come in"}))
    (theme / "lang/de.json").write_text(json.dumps({"motto": "Willkommen bei {system}"}))
    site = start_site(server=themed(theme))
    browser = speaking(site, "de")
    assert browser.fetch(f"{OWN}/style.css").text == "body { background: teal }\n"
    assert browser.fetch(f"{OWN}/icon.svg").text == (HTML / "icon.svg").read_text()
    german = browser.fetch(f"{OWN}/login").page
    assert (german.all("h1")[0].text, german.by_id("motto").text) == ("Anmelden", "Willkommen bei localhost")
    english = speaking(site, "en").fetch(f"{OWN}/login").page
    assert (english.all("h1")[0].text, english.by_id("motto").text) == ("Come in", "Welcome to <ERP>")
    user = site.add_user()
    assert site.verify(user, browser).fetch(f"{OWN}/account").page.all("h1")[0].text == LANGUAGES["de"]["account_heading"]


def test_one_more_language_is_offered_and_what_it_lacks_is_English(start_site: Build, theme: Path) -> None:
    (theme / "lang/it.json").write_text(json.dumps({"login_heading": "Accedi"}))
    site = start_site(server=themed(theme))
    answer = speaking(site, "it-CH, de;q=0.5").fetch(f"{OWN}/login")
    assert_is_in(answer, "it")
    assert answer.page.all("h1")[0].text == "Accedi"
    assert [one.text for one in answer.page.all("label")] == [ENGLISH["username_label"], ENGLISH["password_label"]]


def test_own_files_are_read_anew_at_a_graceful_restart(start_site: Build, theme: Path) -> None:
    site = start_site(server=themed(theme))
    (theme / "lang/de.json").write_text(json.dumps({"login_heading": "Servus"}))
    site.httpd.graceful()
    assert speaking(site, "de").fetch(f"{OWN}/login").page.all("h1")[0].text == "Servus"


@pytest.mark.parametrize(("name", "text", "complaint"), [
    ("verify.html", "{{#user}}", "Unclosed section"),
    ("verify.html", "{{t.no_such_text}}", r"there is no {{t.no_such_text}}"),
    ("layout.html", "{{> part_foot}}", r"there is no {{> part_foot}}"),
    ("login.html", "{{=<% %>=}}<% t.no_such_text %>", r"there is no {{=<% %>=}}"),
    ("part_notice.html", "<p>{{> part_notice}}</p>", "holds itself"),
    ("lang/de.json", "{", "line 1"),
    ("lang/de.json", '{"cancel": 1}', "cancel is not a text"),
    ("lang/de.json", '{"cancel": "{nobody}"}', "cancel cannot say {nobody}"),
    ("lang/it.json", "[]", "is not a JSON object"),
    ("lang/pt_BR.json", "{}", "is not named after a language"),
])
def test_a_file_that_cannot_be_used_stops_the_start_and_is_named(build_site: Build, theme: Path, name: str, text: str,
                                                                 complaint: str) -> None:
    (theme / name).write_text(text)
    site = build_site(server=themed(theme))
    with pytest.raises(StartRefused) as refused:
        site.httpd.configtest()
    said = str(refused.value) + site.httpd.refusal()
    assert f"UzmfaTemplateDir: {theme / name}" in said and complaint in said

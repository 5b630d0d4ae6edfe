# SPDX-License-Identifier: Apache-2.0
"""The reference has what the program has, and nothing else: its tables against those of the source."""

import re
import subprocess

import pytest

from harness import openapi, tool
from harness.configuration import place
from harness.documents import DOCUMENTS, REFERENCE, code_in, source, sources
from harness.paths import REPOSITORY, TOOL
from harness.site import Workshop

PAGES = "The module's own pages"
OF_OTHERS = {"AuthType", "Require", "DBDriver", "DBDParams"}  # directives that the module reads along


def once(names: list[str]) -> set[str]:
    """Each of the names, none of which may be there twice."""
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})
    return set(names)


def lines_of_mod_status() -> set[str]:
    """What the module adds to `?auto`."""
    return {f"Uzmfa{name}" for name in re.findall(r'^        \{"([A-Z]\w+)", ', source("httpd/metrics.cpp"), re.MULTILINE)}


# --- directives ---

@pytest.fixture(scope="module")
def directives(workshop: Workshop) -> set[str]:
    """What httpd says of the module."""
    site = workshop.build()
    site.configure(server=place("Location", "/info", ["SetHandler server-info", "UzmfaEngine Off", "AuthType None",
                                                      "Require all granted"]), modules=["info"])
    site.httpd.start()
    names = once(re.findall(r"<tt>(\w+) - <i>", site.browser().fetch("/info?mod_uzmfa.c").text)) - OF_OTHERS
    site.httpd.stop()
    assert "UzmfaEngine" in names
    return names


def default_in(text: str) -> str:
    """The value that it is; nothing where it is told in words."""
    return text[1:-1] if re.fullmatch("`[^`]+`", text) else ""


def directives_of_the_table() -> dict[str, tuple[str, str]]:
    """Where each may stand, and its default."""
    found = {}
    for names, where, default in REFERENCE.table("Directives", "directive"):
        heads = code_in(names)
        defaults = default.split(", ") if len(heads) > 1 else [default]
        found |= {name: (where, default_in(one)) for name, one in zip(heads, defaults, strict=True)}
    return found


def directives_of_the_sections() -> dict[str, tuple[str, str]]:
    """The same, as the first line of their sections has it."""
    heads = re.findall(r"`(Uzmfa\w+) [^·\n]*` · ([SD]) · (`[^`\n]+`(?=,|\n)|[^,\n]+)", REFERENCE.section("Directives"))
    assert len(once([name for name, _, _ in heads])) == len(heads)
    return {name: (where, default_in(default)) for name, where, default in heads}


def test_the_reference_has_each_directive(directives: set[str]) -> None:
    assert set(directives_of_the_table()) == directives
    assert directives_of_the_sections() == directives_of_the_table()


def test_the_reference_says_where_each_directive_may_stand() -> None:
    places = dict(re.findall(r'"(Uzmfa\w+)",[^"]*?\bin_(site|place)\b', source("httpd/directives.cpp")))
    assert {name: {"site": "S", "place": "D"}[where] for name, where in places.items()} == {
        name: where for name, (where, _) in directives_of_the_table().items()}


def test_the_configuration_to_begin_with_has_each_directive_with_its_default() -> None:
    given = {}
    for comment, lines in re.findall(r"((?:^# .*\n)+)((?:^#Uzmfa.*\n)+)", (REPOSITORY / "conf/uzmfa.conf").read_text(), re.MULTILINE):
        for name, value in re.findall(r"^#(Uzmfa\w+) (.*)$", lines, re.MULTILINE):
            given[name] = "" if "default" in comment else value
    assert given == {name: default for name, (_, default) in directives_of_the_table().items()}


def test_the_reference_has_what_the_module_is_for_other_modules() -> None:
    found = dict(re.findall(r'(AUTH[NZ])_PROVIDER_GROUP, "(\w+)"', source("httpd/hooks.cpp")))
    assert REFERENCE.section(f"Require {found['AUTHZ']}") and REFERENCE.section(f"The provider {found['AUTHN']}")
    (auth_type,) = re.findall(r'ap_cstr_casecmp\(type, "(\w+)"\)', source("httpd/directives.cpp"))
    assert REFERENCE.section(f"AuthType {auth_type}")


def test_no_document_has_a_directive_of_another_name(directives: set[str]) -> None:
    families = {"UzmfaTotp", "UzmfaTwilio"}  # all that begin so
    for path in [*DOCUMENTS, *(REPOSITORY / "conf").rglob("*.conf")]:
        named = set(re.findall(r"\bUzmfa[A-Z]\w+", path.read_text()))
        assert named - directives - families <= lines_of_mod_status(), path


# --- pages and the API ---

def methods_of_pages() -> dict[str, str]:
    """The pages of the program, with the methods that they answer; `*` stands for a name."""
    rows = re.findall(r'^    \{"([^"]+)", (\w+), (\w+)[,}]', source("core/flow.cpp"), re.MULTILINE)
    assert ("login", "show_login", "submit_login") in rows
    return {name: ", ".join([*([] if show == "nullptr" else ["GET", "HEAD"]), *([] if submit == "nullptr" else ["POST"])])
            for name, show, submit in rows}


def files_of_pages() -> set[str]:
    return set(re.findall(r'^    \{"([\w.]+)", "[a-z]+/', source("view/pages.cpp"), re.MULTILINE))


def test_the_reference_has_each_page() -> None:
    told = {name: methods for names, methods, _ in REFERENCE.table(PAGES, "page") for name in code_in(names)}
    assert told.pop("api/v1/…") == ""
    only_shown = {"health", "metrics", *files_of_pages()}
    assert told == {**{name: methods for name, methods in methods_of_pages().items() if not name.startswith("api/")},
                    **dict.fromkeys(only_shown, "GET, HEAD")}


def test_the_reference_and_the_document_for_tools_have_each_address_of_the_api() -> None:
    offered = {name: methods for name, methods in methods_of_pages().items() if name.startswith("api/")}
    told = {}
    for names, methods, _ in REFERENCE.table("The API", "address"):
        told |= {name.replace("…", "api/v1/users/NAME").replace("NAME", "*"): methods for name in code_in(names)}
    assert told == offered
    described = {path[1:].replace("{name}", "*"): method for method, path in openapi.operations()}
    assert described == {name: methods.removesuffix(", HEAD") for name, methods in offered.items()}


def test_the_reference_has_each_file_of_the_pages() -> None:
    told = once([name for names, _ in REFERENCE.table("UzmfaTemplateDir", "files") for name in code_in(names)])
    installed = {path.name for path in (REPOSITORY / "html").iterdir() if path.is_file() and not path.name.startswith("part_")}
    assert told == installed | {"part_….html", "lang/….json"}
    assert installed == files_of_pages() | {f"{name}.html" for name in re.findall(
        r'"(\w+)"', source("view/pages.cpp").split("templates[] = {")[1].split("};")[0]) if not name.startswith("part_")} | {"layout.html"}


# --- the database ---

def own_tables() -> set[str]:
    found = {driver: set(re.findall(r"^CREATE TABLE IF NOT EXISTS (uzmfa_\w+)", tool.schema(driver), re.MULTILINE))
             for driver in ("pgsql", "sqlite3")}
    assert "uzmfa_event" in found["pgsql"] and found["pgsql"] == found["sqlite3"]
    return found["pgsql"]


def test_the_reference_has_each_table_and_grants_rights_on_it() -> None:
    told = once([name for names, _ in REFERENCE.table("Tables", "table") for name in code_in(names)])
    assert told == own_tables()
    (granted,) = re.findall(r"^GRANT SELECT, INSERT, UPDATE, DELETE ON ([^;]*?) TO", REFERENCE.section("Tables"), re.MULTILINE)
    assert once(re.split(r",\s+", granted)) == own_tables()


def test_the_reference_has_each_statement_with_its_parameters() -> None:
    code = re.sub(r'"\s*"', "", source("store/statements.cpp"))
    statements = {name: sql.count("%s") for name, sql in re.findall(r'\{Statement::\w+, "(\w+)",\s*"([^"]*)"', code)}
    assert len(statements) == len(re.findall(r"\{Statement::", code)) > 100
    rows = REFERENCE.table("Statements", "name")
    assert once([code_in(name)[0] for name, _, _ in rows]) == set(statements)
    told = {code_in(name)[0]: len([one for one in parameters.split(",") if one]) for name, parameters, _ in rows}
    assert told == statements


# --- events, variables, numbers ---

def events() -> dict[str, tuple[str, str]]:
    """The level and the name of each event, by its number; a level that depends is the higher one."""
    names = dict(re.findall(r'case Reason::(\w+): return "(\w+)";', source("core/outcome.cpp")))
    lines = re.findall(r"\{Reason::(\w+), (\d{4}), APLOG_(\w+),", source("httpd/log.cpp"))
    assert len(lines) == len(names) > 50
    found = {number: (level, names[reason]) for reason, number, level in lines}
    others = re.findall(r'ap_log_r?error\(APLOG_MARK, (?:is_loud \? )?APLOG_(\w+)[^"]*"UZMFA(\d{4})', sources())
    assert {number for _, number in others} == set(re.findall(r'"UZMFA(\d{4})', sources()))
    found |= {number: (level, "") for level, number in others}
    words = {"ERR": "error", "WARNING": "warning", "INFO": "info", "DEBUG": "debug", "EMERG": "emerg"}
    return {number: (words[level], name) for number, (level, name) in found.items()}


def test_the_reference_has_each_event() -> None:
    rows = REFERENCE.table("The log", "event")
    once([number for number, *_ in rows])
    assert {number: (level, name.strip("`")) for number, level, name, _ in rows} == events()


def test_the_reference_says_which_events_are_kept() -> None:
    told = set()
    names = {number: name for number, (_, name) in events().items() if name}
    text = " ".join(REFERENCE.section("Events").split("What administrators do")[0].split())
    listed = re.findall(r"(\d{4}) `(\w+)`(?: to (\d{4}) `(\w+)`)?", text)
    for first, name, last, last_name in listed:
        assert names[first] == name and (not last or names[last] == last_name)
        told |= {name for number, name in names.items() if first <= number <= (last or first)}
    recorded = source("core/event.cpp").split("is_recorded(Reason reason) {")[1].split("return true")[0]
    assert told == set(re.findall(r"case Reason::(\w+):", recorded))


def test_the_reference_has_each_variable_of_the_application() -> None:
    told = once([name for names, _ in REFERENCE.table("What the application gets", "name") for name in code_in(names)])
    assert told - {"REMOTE_USER", "AUTH_TYPE"} == set(re.findall(r'\{"(UZMFA_\w+)", ', sources()))
    (methods,) = [value for name, value in REFERENCE.table("What the application gets", "name") if name == "`UZMFA_METHOD`"]
    assert set(code_in(methods)) == set(re.findall(r'case Method::\w+: return "(\w+)"', source("core/session.cpp")))


def test_the_reference_has_each_variable_of_uzerps_env() -> None:
    told = once([name for names, _ in REFERENCE.table("UzmfaEnvFile", "variable") for name in code_in(names)])
    assert told == set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source("crypto/uzerp_settings.cpp")))


def test_the_reference_has_each_metric() -> None:
    told = once([name.split("{")[0] for names, *_ in REFERENCE.table("metrics", "metric") for name in code_in(names)])
    assert told == set(re.findall(r'"(uzmfa_\w+)"', source("httpd/metrics.cpp")))
    assert set(re.findall(r"`(Uzmfa\w+)`", REFERENCE.section("metrics").split("?auto")[1])) == lines_of_mod_status()


# --- uzmfactl; its commands and options are held to the reference by test_uzmfactl_help.py ---

def test_the_reference_has_each_setting_of_the_tool() -> None:
    shown = subprocess.run([TOOL, "--help"], capture_output=True, text=True, check=True, timeout=30).stdout
    settings = set(re.findall(r"^  ([a-z-]+)  +", shown.split("The configuration file")[1], re.MULTILINE))
    assert "driver" in settings
    assert once([name for names, _ in REFERENCE.table("uzmfactl.conf", "setting") for name in code_in(names)]) == settings


def test_the_reference_has_each_subject_of_check() -> None:
    code = source("ctl/check.cpp") + source("ctl/server_check.cpp")
    subjects = set(re.findall(r'(?:report\.(?:ok|warn|error|unreachable)\(|note\(report, |subject = )"([a-z -]+)"', code))
    told = once([name for names, *_ in REFERENCE.table("check", "subject") for name in code_in(names)])
    assert told - {"key 2"} == subjects  # one for each further key

# SPDX-License-Identifier: Apache-2.0
"""What the documents name is there: files, sections, code and tests."""

import re
from pathlib import Path

import pytest

from harness.documents import DOCUMENTS, Document, code_in, sources
from harness.paths import REPOSITORY

SECURITY = Document(REPOSITORY / "docs/security.md")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for link in Document(path).links():
        target, _, anchor = link.partition("#")
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        file = path.parent / target if target else path
        assert file.exists(), link
        assert not anchor or anchor in Document(file).anchors(), link


def threats() -> list[list[str]]:
    """The rows of the tables of threats."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in SECURITY.section("Threats").splitlines() if line.startswith("| ")]
    assert len(rows) > 50
    return rows


def is_there(name: str, text: str, *folders: str) -> bool:
    """Whether a file is, or a name in the text of files."""
    if re.search(r"\.(cpp|hpp|py|js|md)$", name):
        return any((REPOSITORY / folder / name).exists() for folder in folders)
    return bool(re.search(rf"\b{re.escape(name)}\b", text))


def test_security_names_functions_of_the_file_before_them() -> None:
    """`file` (`name`)"""
    pairs = [pair for *_, in_code, _ in threats() for pair in re.findall(r"`([^`]+\.cpp)` \(`([^`]+)`\)", in_code)]
    files = {name: next(REPOSITORY.glob(f"mod_uzmfa/**/{name}")).read_text() for name, _ in pairs}
    assert len(pairs) > 10
    assert not [pair for pair in pairs if not re.search(rf"\b{re.escape(pair[1])}\b", files[pair[0]])]


def test_security_names_code_and_tests_that_are_there() -> None:
    code = sources()
    tests = "\n".join(path.read_text() for kind in ("unit/*.cpp", "fuzz/*.cpp", "*/test_*.py") for path in (REPOSITORY / "tests").glob(kind))
    tests += " ".join(path.stem for path in (REPOSITORY / "tests/fuzz").glob("*.cpp"))
    missing = [name for *_, in_code, in_tests in threats() for name, text, folders in (
        *((name, code, ("mod_uzmfa", "mod_uzmfa/factors/twilio", ".")) for name in code_in(in_code)),
        *((name, tests, ("tests",)) for name in code_in(in_tests))) if not is_there(name, text, *folders)]
    assert not missing


def test_what_the_package_takes_from_the_tree_is_there() -> None:
    for kind in ("docs", "examples", "install"):
        lines = (REPOSITORY / f"debian/libapache2-mod-uzmfa.{kind}").read_text().split("\n")
        assert all((REPOSITORY / line.split()[0]).exists() for line in lines if line), kind
    names = re.findall(r"^mod (\S+)$", (REPOSITORY / "debian/libapache2-mod-uzmfa.apache2").read_text(), re.MULTILINE)
    assert names and all((REPOSITORY / name).exists() for name in names)


def test_what_Deployment_names_of_conf_is_in_the_package() -> None:
    """For who has the package and no checkout."""
    named = set(re.findall(r"`(conf/\S+\w)`", (REPOSITORY / "docs/deployment.md").read_text()))
    taken = [line for kind in ("examples", "install", "apache2") for line in
             (REPOSITORY / f"debian/libapache2-mod-uzmfa.{kind}").read_text().split() if line.startswith("conf/")]
    assert len(named) > 4 and all((REPOSITORY / name).exists() for name in named)
    assert not [name for name in named if not any(name == one or name.startswith(f"{one}/") for one in taken)]

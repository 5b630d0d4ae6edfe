# SPDX-License-Identifier: Apache-2.0
"""The texts of the installed language files, and pages that say them in the wrong language."""

import json
import re
from collections.abc import Sequence

from .paths import REPOSITORY

HTML = REPOSITORY / "html"
LANGUAGES: dict[str, dict[str, str]] = {file.stem: json.loads(file.read_text()) for file in sorted(HTML.glob("lang/*.json"))}
OTHERS = [language for language in LANGUAGES if language != "en"]
NAME = re.compile(r"\{[a-z_]+\}")
ENOUGH = 6  # letters beside the values, by which a text is known


def as_pattern(text: str) -> str:
    """What the text may become once its values are filled in."""
    return ".*".join(re.escape(part) for part in NAME.split(text))


def english_texts_in(shown: Sequence[str], language: str) -> list[str]:
    """Which of the texts shown are English where the language has others."""
    texts = LANGUAGES[language]
    english = [as_pattern(text) for key, text in LANGUAGES["en"].items()
               if text != texts[key] and len(re.findall(r"[^\W\d]", NAME.sub("", text))) >= ENOUGH]
    pattern = re.compile("|".join(english), re.DOTALL)
    return [one for one in shown if pattern.fullmatch(one)]

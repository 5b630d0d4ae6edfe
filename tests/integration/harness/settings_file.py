# SPDX-License-Identifier: Apache-2.0
"""Files of lines `name = value`, as uzmfactl's."""

from pathlib import Path


def settings_in(file: Path) -> dict[str, str]:
    lines = [line.partition("=") for line in file.read_text().splitlines() if "=" in line and not line.startswith("#")]
    return {name.strip(): value.strip() for name, _, value in lines}

# SPDX-License-Identifier: Apache-2.0
"""The file of UzmfaAuditLog."""

import json
from pathlib import Path
from typing import Any

MEMBERS = ["time", "id", "event", "address", "user", "session", "method", "node", "made_by", "text", "detail", "browser"]


class AuditLog:
    """Its entries; each line must be an object of the documented form."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def directive(self) -> str:
        return f'UzmfaAuditLog "{self.path}"'

    def entries(self, **wanted: str) -> list[dict[str, Any]]:
        """Those that say so; without arguments all."""
        text = self.path.read_bytes().decode()
        assert text == "" or text.endswith("\n")
        entries = [json.loads(line) for line in text.split("\n")[:-1]]
        for entry in entries:
            assert list(entry) == MEMBERS, entry
            assert all(value is None or isinstance(value, str) for value in entry.values()), entry
        return [entry for entry in entries if wanted.items() <= entry.items()]

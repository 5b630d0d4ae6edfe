# SPDX-License-Identifier: Apache-2.0
"""The packages that tests/package.json names, installed beside it when it has changed."""

import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2]
WANTED = FOLDER / "package.json"
PACKAGES = FOLDER / "node_modules"
INSTALLED = PACKAGES / ".installed.json"  # package.json as it was when all of it was installed


def node_packages() -> Path:
    """The folder of the packages, as tests/package.json has them now."""
    wanted = WANTED.read_text()
    if not INSTALLED.exists() or INSTALLED.read_text() != wanted:
        done = subprocess.run(["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"],
                              cwd=FOLDER, text=True, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"npm install: {done.returncode}\n{done.stderr}")
        INSTALLED.write_text(wanted)
    return PACKAGES


if __name__ == "__main__":
    node_packages()

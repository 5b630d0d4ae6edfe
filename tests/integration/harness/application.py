# SPDX-License-Identifier: Apache-2.0
"""The small application behind the gate."""

from pathlib import Path

PROTECTED = "content-behind-the-gate"

PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>ERP</title></head>
<body><p id="user"><!--#echo var="REMOTE_USER" --></p>
<p id="path"><!--#echo var="REQUEST_URI" --></p><p>{PROTECTED}</p></body></html>
"""

CGI = f"""#!/bin/sh
head -c "${{CONTENT_LENGTH:-0}}" >/dev/null
printf 'Content-Type: text/plain\\r\\nX-Protected: {PROTECTED}\\r\\n\\r\\n'
echo {PROTECTED}
env
"""

PUBLIC = """<p>public</p><div><!--#include virtual="{included}" --></div>
"""


class Application:
    """A document root: pages that show the user, `/env` that shows its environment, and static files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.add("page.shtml", PAGE)
        self.add("static.html", f"<p>{PROTECTED}</p>")
        self.add("folder/index.html", f"<p>{PROTECTED}</p>")
        self.add("negotiated/leaf.html.en", f"<p>{PROTECTED}</p>")
        self.add("env.cgi", CGI).chmod(0o755)

    def add(self, name: str, text: str) -> Path:
        """Put one more file there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def directives(self) -> list[str]:
        """What httpd is told about it; every path under /erp is answered by the same page."""
        return [
            f'DocumentRoot "{self.folder}"',
            f'<Directory "{self.folder}">', "Options +Includes +ExecCGI", "AllowOverride None", "Require all granted",
            "</Directory>",
            "AddType text/html .shtml", "AddOutputFilter INCLUDES .shtml", "AddHandler cgi-script .cgi",
            "DirectoryIndex page.shtml index.html",
            f'AliasMatch "^/erp(?:/|$)" "{self.folder}/page.shtml"',
            f'Alias "/env" "{self.folder}/env.cgi"',
        ]

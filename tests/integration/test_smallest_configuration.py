# SPDX-License-Identifier: Apache-2.0
"""The configurations of the contract, word for word but for the paths."""

from collections.abc import Callable

import pytest

from harness.browser import OWN
from harness.configuration import MPM
from harness.expect import assert_sent_to
from harness.paths import HTTPD_MODULES, MODULE
from harness.site import Site, is_open

AROUND = """
ServerRoot "{root}"
DefaultRuntimeDir "{root}"
PidFile "{root}/httpd.pid"
ErrorLog "{root}/error.log"
LogLevel info
ServerName localhost
User www-data
Group www-data
Listen 127.0.0.1:{port} https
{modules}
{mpm}
TypesConfig /etc/mime.types
DocumentRoot "{root}/htdocs"
SSLSessionCache "shmcb:{root}/tls_sessions(512000)"
<VirtualHost 127.0.0.1:{port}>
SSLEngine on
SSLCertificateFile "{certificate}"
SSLCertificateKeyFile "{key}"
</VirtualHost>
"""

SMALLEST = """
LoadModule uzmfa_module modules/mod_uzmfa.so
DBDriver sqlite3
DBDParams /var/lib/uzmfa/users.db
DBDInitSQL "PRAGMA busy_timeout=3000"
UzmfaSessionKeyFile /etc/uzmfa/keys
<Location "/">
  Session On
  AuthType Uzmfa
  Require valid-user
  UzmfaEngine On
</Location>
"""


def install(site: Site, mpm: str, modules: tuple[str, ...], text: str) -> None:
    """Put the module where httpd expects modules, and write the configuration."""
    root = site.httpd.root
    (root / "modules").mkdir()
    (root / "modules/mod_uzmfa.so").symlink_to(MODULE)
    loads = "\n".join(f"LoadModule {name}_module {HTTPD_MODULES}/mod_{name}.so" for name in (f"mpm_{mpm}", *modules))
    around = AROUND.format(root=root, port=site.httpd.port, modules=loads, mpm="\n".join(MPM[mpm]),
                           certificate=site.certificate.certificate, key=site.certificate.key)
    site.httpd.configure(around + text)


@pytest.mark.parametrize("mpm", ["prefork", "worker", "event"])
def test_the_smallest_configuration_starts_and_gates(build_site: Callable[..., Site], mpm: str) -> None:
    site = build_site()
    text = SMALLEST.replace("/etc/uzmfa/keys", str(site.keys)).replace("/var/lib/uzmfa/users.db", str(site.database.path))
    install(site, mpm, ("session", "dbd", "authn_core", "authz_core", "authz_user", "ssl", "socache_shmcb", "mime", "dir"),
            text)
    site.httpd.start()
    stranger = site.browser()
    assert_sent_to(stranger.fetch("/static.html?x=1"), "login", "/static.html?x=1")
    assert is_open(site.verify(site.add_user()).fetch("/static.html"))
    site.httpd.graceful()
    assert stranger.fetch(f"{OWN}/login").status == 200


def test_a_server_that_only_loads_the_module_starts(build_site: Callable[..., Site]) -> None:
    site = build_site()
    install(site, "event", ("authn_core", "authz_core", "ssl", "socache_shmcb", "mime"),
            "LoadModule uzmfa_module modules/mod_uzmfa.so\n")
    site.httpd.start()
    assert is_open(site.browser().fetch("/static.html"))
    site.httpd.graceful()
    assert is_open(site.browser().fetch("/static.html"))


def test_the_engine_is_off_unless_it_is_said(start_site: Callable[..., Site]) -> None:
    site = start_site(gate=["Require all granted"])
    answer = site.browser().fetch("/static.html")
    assert is_open(answer) and answer.set_cookies == []

# SPDX-License-Identifier: Apache-2.0
"""Where the parts under test and the programs around them are."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
MODULE = Path(os.environ.get("UZMFA_MODULE", REPOSITORY / "build/stage/modules/mod_uzmfa.so"))
TOOL = Path(os.environ.get("UZMFACTL", REPOSITORY / "build/stage/bin/uzmfactl"))
SANITIZER = os.environ.get("UZMFA_SANITIZER", "")  # the library of the sanitizer that the module is built with

INSTALLATION = os.environ.get("UZMFA_INSTALLATION", "")  # a file that describes a running site to be tested
HOST = os.environ.get("UZMFA_HOST", "localhost")
ADDRESS = "127.0.0.1" if HOST == "localhost" else HOST

USUAL_MPM = os.environ.get("UZMFA_MPM", "event")  # of servers that name none

HTTPD = Path("/usr/sbin/apache2")
HTTPD_MODULES = Path("/usr/lib/apache2/modules")
POSTGRESQL = Path("/usr/lib/postgresql/15/bin")
HAPROXY = Path("/usr/sbin/haproxy")
CHROMIUM = Path("/usr/bin/chromium")
CHROMEDRIVER = Path("/usr/bin/chromedriver")
PHP_MODULE = HTTPD_MODULES / "libphp8.2.so"
PHP_FPM = Path("/usr/sbin/php-fpm8.2")

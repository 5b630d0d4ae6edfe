# SPDX-License-Identifier: Apache-2.0
"""A real httpd, real databases and a person with a browser: what the black-box tests are written with."""

# SPDX-License-Identifier: Apache-2.0
# What the tests have in common.

expect() {
    [[ $2 == "$1" ]] || { echo "expected '$1', not: $2" >&2; exit 1; }
}

listen_only_on() {
    printf 'Listen %s\n' "$@" >/etc/apache2/ports.conf
    sed -i "s/<VirtualHost .*>/<VirtualHost ${1}>/" /etc/apache2/sites-available/000-default.conf
    echo 'ServerName localhost' >/etc/apache2/conf-enabled/name.conf
}

# A stop first: with nothing running it does nothing.
restart_httpd() {
    apache2ctl stop || true
    for _ in $(seq 100); do
        [[ -e /run/apache2/apache2.pid ]] || break
        sleep 0.1
    done
    apache2ctl start
}

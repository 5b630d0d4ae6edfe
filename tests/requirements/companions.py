# SPDX-License-Identifier: Apache-2.0
"""httpd's ways to answer a request, each set up beside the gate: one row of the attack matrix each.

In directives and files `@folder@` stands for the document root, `@root@` for the server root, and `@http@`, `@fcgi@`
and `@ws@` for the ports of a backend httpd, a FastCGI responder and a websocket server. Below /open there is no gate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.application import CGI, PROTECTED, PUBLIC
from harness.browser import OWN
from harness.configuration import SMALLEST_GATE, Host, place

OPEN = ("UzmfaEngine Off", "AuthType None", "Require all granted")
SHOP = "shop.example.test"
HTML = f"<p>{PROTECTED}</p>"
INNER = "content-behind-an-inner-gate"  # where the rest of the site is open
UPGRADE = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
           "Sec-WebSocket-Version: 13")


@dataclass(frozen=True)
class Companion:
    """One module or feature of httpd: how it is set up, what is reached by it, and by which addresses one may try."""

    name: str
    targets: Sequence[str]  # gated; the content comes from each with a verified session
    attacks: Sequence[str] = ()  # other addresses, open ones too, from which it must not come
    modules: Sequence[str] = ()
    server: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    gate: Sequence[str] = SMALLEST_GATE
    virtual_host: Sequence[str] = ()  # where it is set up in one of its own, since rewriting rules are not inherited
    method: str = "GET"  # of the positive control
    headers: Sequence[str] = ()  # in each request
    secret: str = PROTECTED  # what is in the content and nowhere else
    log: Sequence[str] = ()  # what is logged of it above `info`

    @property
    def hosts(self) -> list[Host]:
        return [Host(SHOP, self.virtual_host)] if self.virtual_host else []

    @property
    def host(self) -> str:
        return SHOP if self.virtual_host else "localhost"


def gated_directory(path: str) -> list[str]:
    return place("Directory", path, SMALLEST_GATE)


def redirecting(path: str) -> str:
    """A script that sends httpd elsewhere within the site (RFC 3875 §6.2.2)."""
    return f"#!/bin/sh\nprintf 'Location: {path}\\n\\n'\n"


REWRITE = ["RewriteEngine On", "RewriteRule ^/server/(.*) /folder/$1 [PT]",
           "RewriteRule ^/open/server/(.*) /folder/$1 [PT]",
           "RewriteRule ^/file/(.*) @folder@/folder/$1 [L]",
           "RewriteRule ^/open/own/(.*) /folder/$1 [PT,E=REMOTE_USER:x]",
           "RewriteRule ^/open/handler/ /static.html [PT,H=default-handler]"]

COMPANIONS = [
    Companion(
        "files and scripts", ["/static.html", "/env", "/erp/orders?id=7", "/page.shtml"], ["/", "/env.cgi/x", "/erp/"]),
    Companion(
        "SSI", ["/outer.shtml", "/page.shtml", "/twice.shtml"],
        [f"/open/{name}.shtml" for name in ("virtual", "script", "file", "above", "nested", "facts")],
        files={
            "outer.shtml": PUBLIC.format(included="/static.html"),
            "twice.shtml": PUBLIC.format(included="/open/virtual.shtml") + HTML,
            "open/virtual.shtml": PUBLIC.format(included="/static.html"),
            "open/nested.shtml": PUBLIC.format(included="/outer.shtml"),
            "open/above.shtml": PUBLIC.format(included="../static.html"),
            "open/script.shtml": '<!--#exec cgi="/env" --><!--#include virtual="/env.cgi" -->',
            "open/file.shtml": '<!--#include file="../static.html" --><!--#include file="linked.html" -->',
            "open/facts.shtml": '<!--#printenv --><!--#fsize virtual="/static.html" -->'
                                '<!--#flastmod virtual="/env" -->'},
        log=[r"include:error\]|uzmfa:error\]", "cgid?:error"]),
    Companion(
        "negotiation", ["/negotiated/leaf", "/negotiated/leaf.html", "/negotiated/map.var"],
        ["/negotiated/leaf.html.en", "/negotiated/lea", "/open/map", "/open/map.var"], ["negotiation"],
        ["AddLanguage en .en", "AddHandler type-map .var", "LanguagePriority en",
         "ForceLanguagePriority Prefer Fallback",
         *place("Directory", "@folder@", ["Options +MultiViews"])],
        {"negotiated/map.var": "URI: map\n\nURI: leaf.html.en\nContent-Type: text/html\n",
         "open/map.var": "URI: map\n\nURI: ../negotiated/leaf.html.en\nContent-Type: text/html\n"},
        log=["negotiation:error"]),
    Companion(
        "directory indexes and fallbacks", ["/folder/", "/absent/a/b", "/bare/"],
        ["/folder", "/open/", "/open", "/open/above/", "/open/fallback/x", "/bare"],
        server=[*place("Location", "/absent", ["FallbackResource /static.html"]),
                *place("Location", "/open/fallback", ["FallbackResource /static.html"]),
                *place("Directory", "@folder@/open", ["DirectoryIndex /static.html"]),
                *place("Directory", "@folder@/open/above", ["DirectoryIndex none ../../folder/index.html"]),
                *place("Directory", "@folder@/bare", ["DirectorySlash Off", "DirectoryIndex /folder/index.html"])],
        files={"open/x.txt": "x", "open/above/x.txt": "x", "bare/x.txt": "x"}, log=["autoindex:error", "uzmfa:error"]),
    Companion(
        "error documents", ["/missing", "/static.html"],
        ["/open/missing", "/open/denied/x", "/open/basic/x", "/open/broken.cgi", "/open/gone", f"{OWN}/missing",
         "/open/%zz", "/open/refused/x"],
        ["auth_basic", "authn_file"],
        ["ErrorDocument 404 /static.html", "ErrorDocument 401 /env", "ErrorDocument 403 /folder/index.html",
         "ErrorDocument 500 /page.shtml", "ErrorDocument 400 /static.html", "ErrorDocument 405 /static.html",
         "ErrorDocument 501 /static.html", "ErrorDocument 410 /static.html", "ErrorDocument 416 /static.html",
         "Redirect gone /open/gone", *place("Location", "/open/denied", ["Require all denied"]),
         *place("Location", "/open/basic", ["AuthType Basic", 'AuthName "x"', "AuthBasicProvider file",
                                            "Require valid-user"]),
         *place("Location", "/open/refused", ["Redirect 403", "ErrorDocument 403 /env"])],
        {"open/broken.cgi": "#!/bin/sh\nexit 1\n"},
        log=["authz_core:error", "cgid?:error", "core:error", "auth_basic:error", "uzmfa:error"]),
    Companion(
        "rewriting in the server, in directories and in places",
        ["/server/index.html", "/file/index.html", "/directory/index.html", "/htaccess/index.html",
         "/located/index.html"],
        [*(f"/open/{name}/index.html" for name in
           ("server", "own", "handler", "directory", "htaccess", "located")), "/open/mapped/a", "/open/ahead"],
        ["rewrite"],
        [*REWRITE, "RewriteOptions AllowNoSlash", "RewriteRule ^/open/ahead %{LA-U:REMOTE_USER}/static.html [PT]",
         *place("Directory", "@folder@/directory", ["RewriteEngine On", "RewriteRule (.*) /folder/$1"]),
         *place("Directory", "@folder@/open/directory", ["RewriteEngine On", "RewriteRule (.*) /folder/$1"]),
         *place("Directory", "@folder@/htaccess", ["AllowOverride FileInfo"]),
         *place("Directory", "@folder@/open/htaccess", ["AllowOverride FileInfo"]),
         *place("Location", "/located", ["RewriteEngine On", "RewriteRule .*located/(.*) /folder/$1"]),
         *place("Location", "/open/located", ["RewriteEngine On", "RewriteRule .*located/(.*) /folder/$1"]),
         *place("Location", "/open/mapped", ["RewriteEngine On", "RewriteRule . @folder@/static.html [END]"])],
        {f"{above}{name}/{file}": text for above in ("", "open/") for name, file, text in (
            ("directory", "x.txt", "x"), ("htaccess", "x.txt", "x"),
            ("htaccess", ".htaccess", "RewriteEngine On\nRewriteRule (.*) /folder/$1\n"))},
        gate=[*SMALLEST_GATE, "Options +FollowSymLinks"], log=["rewrite:error", "uzmfa:error"],
        virtual_host=["RewriteEngine On", "RewriteOptions Inherit"]),
    Companion(
        "rewriting in a virtual host", ["/server/index.html", "/file/index.html"],
        [f"/open/{name}/index.html" for name in ("server", "own", "handler")], ["rewrite"],
        virtual_host=REWRITE, log=["rewrite:error", "uzmfa:error"]),
    Companion(
        "a gated directory under other addresses",
        ["/inner/", "/alias/index.html", "/match/index.html", "/rewritten/index.html", "/linked/", "/up/",
         "/symbolic/index.html"],
        ["/including.shtml", "/alias", "/alias/", "/open/missing", "/open/index/", "/open/../inner/"], ["rewrite"],
        ['Alias "/alias" "@folder@/inner"', 'AliasMatch "^/match/(.*)" "@folder@/inner/$1"',
         'Alias "/symbolic" "@folder@/inner/."',
         *place("Location", "/open/missing", ["ErrorDocument 404 /inner/index.html"]),
         *gated_directory("@folder@/inner"),
         *place("Directory", "@folder@/open/index", ["DirectoryIndex /alias/index.html"])],
        {"including.shtml": PUBLIC.format(included="/alias/index.html"), "inner/index.html": INNER,
         "open/index/x.txt": "x"},
        gate=["Require all granted", "Session On"], secret=INNER,
        log=["rewrite:error", r"include:error\]|uzmfa:error\]"],
        virtual_host=["RewriteEngine On", "RewriteRule ^/rewritten/(.*) @folder@/inner/$1 [L]",
                      "RewriteRule ^/linked/ /alias/index.html [PT]",
                      "RewriteRule ^/up/ /folder/../inner/index.html [PT]"]),
    Companion(
        "aliases and redirects", ["/alias/index.html", "/match/index.html", "/scripts/env.cgi", "/located"],
        ["/alias", "/alias/", "/redirected", "/open/alias/", f"{OWN}/alias/index.html", f"{OWN}/login/static.html",
         "/scripts/"],
        server=['Alias "/alias" "@folder@/folder"', 'AliasMatch "^/match/(.*)" "@folder@/folder/$1"',
                'ScriptAlias "/scripts/" "@folder@/scripts/"', 'Redirect "/redirected" "/static.html"',
                'RedirectMatch "^/open/alias/" "/static.html"', f'Alias "{OWN}" "@folder@"',
                *place("Location", "/located", ['Alias "@folder@/static.html"'])],
        files={"scripts/env.cgi": CGI}, log=["autoindex:error", "cgid?:error"]),
    Companion(
        "a reverse proxy", ["/server/env", "/located/env", "/match/env", "/rewritten/env", "/handled/"],
        ["/server", "/server/", "/open/missing", "/open/included.shtml", "/open/rewritten/env"],
        ["proxy", "proxy_http", "rewrite"],
        ['ProxyPass "/server" "http://127.0.0.1:@http@"', 'ProxyPassMatch "^/match/(.*)" "http://127.0.0.1:@http@/$1"',
         *place("Location", "/located", ['ProxyPass "http://127.0.0.1:@http@"']),
         *place("Location", "/handled", ['SetHandler "proxy:http://127.0.0.1:@ws@/"']),
         *place("Location", "/open/missing", ["ErrorDocument 404 /server/env"])],
        {"open/included.shtml": PUBLIC.format(included="/server/env")},
        virtual_host=["RewriteEngine On", "RewriteRule ^/rewritten/(.*) http://127.0.0.1:@http@/$1 [P]",
                      "RewriteRule ^/open/rewritten/(.*) /server/$1 [PT]"],
        log=["proxy:error", "rewrite:error", r"include:error\]|uzmfa:error\]"]),
    Companion(
        "addresses that httpd leaves as they came",
        ["/static.html", "/folder%2findex.html", "//static.html", "/encoded/env", "/parts/env",
         f"{OWN}/..%2fstatic.html", f"{OWN}/login%2f..%2f..%2fenv"],
        [f"{OWN}/..%2fx", f"{OWN}%2f..%2fstatic.html", f"{OWN}/%2e%2e%2fenv", f"/{OWN}/login", "/open/..%2fstatic.html",
         "/open%2f..%2fstatic.html", "/open;x/../static.html", "/encoded/..%2fenv", "/open/..;/parts/env", "/parts/..;/env", "/parts;x/env",
         "/open%2f..%2fparts/env", f"/parts;{OWN}/login", "/encoded%2fenv"],
        ["proxy", "proxy_http"],
        virtual_host=["AllowEncodedSlashes On", "MergeSlashes Off",
                      'ProxyPass "/encoded" "http://127.0.0.1:@http@" mapping=encoded',
                      'ProxyPass "/parts/" "http://127.0.0.1:@http@/" mapping=servlet'], log=["proxy:error"]),
    Companion(
        "FastCGI", ["/fcgi/x", "/code/page.php", "/code/page.php/info"],
        ["/fcgi", "/code/missing.php", "/open/missing", "/open/included.shtml"], ["proxy", "proxy_fcgi"],
        ['ProxyPass "/fcgi/" "fcgi://127.0.0.1:@fcgi@/"',
         *place("Location", "/open/missing", ["ErrorDocument 404 /fcgi/x"]),
         '<FilesMatch "\\.php$">', 'SetHandler "proxy:fcgi://127.0.0.1:@fcgi@"', "</FilesMatch>"],
        {"code/page.php": "x", "open/included.shtml": PUBLIC.format(included="/code/page.php")},
        log=["proxy", r"include:error\]|uzmfa:error\]"]),
    Companion(
        "scripts that redirect, and path information",
        ["/away.cgi", "/env.cgi/static.html", "/env/login", "/around.cgi"],
        ["/open/away.cgi", "/open/script.cgi", "/open/own.cgi", "/open/around.cgi", f"/env.cgi{OWN}/login",
         "/env.cgi/../open/"],
        files={"away.cgi": redirecting("/static.html"), "around.cgi": redirecting("/open/../env"),
               "open/away.cgi": redirecting("/static.html"), "open/script.cgi": redirecting("/env?x"),
               "open/own.cgi": redirecting(f"{OWN}/../static.html"), "open/around.cgi": redirecting("/away.cgi")},
        log=["cgid?:error", "uzmfa:error"]),
    Companion(
        "server-status", ["/server-status", "/server-status?refresh=9", "/status.page"],
        ["/server-status?auto", "/server-status/x", "/open/missing", "/open/included.shtml"], ["status"],
        [*place("Location", "/server-status", ["SetHandler server-status"]), "AddHandler server-status .page",
         *place("Location", "/open/missing", ["ErrorDocument 404 /server-status"])],
        {"status.page": "x", "open/included.shtml": PUBLIC.format(included="/server-status")},
        secret="Restart Time", log=[r"include:error\]|uzmfa:error\]"]),
    Companion(
        "a cache with the quick handler",
        ["/static.html", "/folder/index.html", "/env", "/server/static.html", "/outer.shtml"],
        ["/", "/folder/", "/open/virtual.shtml", "/open/missing", "/static.html?x"],
        ["cache", "cache_disk", "expires", "proxy", "proxy_http"],
        ["CacheQuickHandler On", 'CacheRoot "@root@/cache"', "CacheEnable disk /", "CacheIgnoreNoLastMod On",
         "CacheIgnoreQueryString On",
         "CacheDefaultExpire 3600", "CacheStorePrivate On", "CacheStoreNoStore On", "CacheIgnoreCacheControl On",
         "CacheIgnoreHeaders Set-Cookie", "ExpiresActive On", 'ExpiresDefault "access plus 1 hour"', "XBitHack full",
         'ProxyPass "/server" "http://127.0.0.1:@http@"',
         *place("Location", "/open/missing", ["ErrorDocument 404 /static.html"])],
        {"outer.shtml": PUBLIC.format(included="/static.html"),
         "open/virtual.shtml": PUBLIC.format(included="/static.html")},
        log=[r"include:error\]|uzmfa:error\]", "cache_disk:error"]),
    Companion(
        "user directories", ["/~joe/page.html", "/~joe/"],
        ["/~joe", "/~joe/../~joe/page.html", "/%7Ejoe/page.html", "/~open/"], ["userdir"],
        ['UserDir "@folder@/people/*/public"'],
        {"people/joe/public/page.html": HTML, "people/joe/public/index.html": HTML}),
    Companion(
        "websockets", ["/scheme/x", "/upgrade/x", "/rewritten/x", "/located/x"],
        ["/scheme", "/open/rewritten/x", f"{OWN}/login"],
        ["proxy", "proxy_http", "proxy_wstunnel", "rewrite"],
        ['ProxyPass "/scheme/" "ws://127.0.0.1:@ws@/"',
         'ProxyPass "/upgrade/" "http://127.0.0.1:@ws@/" upgrade=websocket',
         *place("Location", "/located/", ['ProxyPass "http://127.0.0.1:@ws@/" upgrade=websocket'])],
        virtual_host=["RewriteEngine On", "RewriteCond %{HTTP:Upgrade} websocket [NC]",
                      "RewriteRule ^/rewritten/(.*) ws://127.0.0.1:@ws@/$1 [P,L]",
                      "RewriteRule ^/open/rewritten/(.*) /scheme/$1 [PT]"],
        headers=UPGRADE, log=["proxy", "rewrite:error", "uzmfa:error"]),
    Companion(
        "a gate in an expression", ["/inner/index.html", "/inner/", "/up/"],
        ["/open/page.shtml", "/open/missing", "/open/index/", "/inner"], ["rewrite"],
        ['<If "%{REQUEST_URI} =~ m#^/inner#">', *SMALLEST_GATE, "</If>",
         *place("Location", "/open/missing", ["ErrorDocument 404 /inner/index.html"]),
         *place("Directory", "@folder@/open/index", ["DirectoryIndex /inner/index.html"])],
        {"open/page.shtml": PUBLIC.format(included="/inner/index.html"), "inner/index.html": INNER,
         "open/index/x.txt": "x"},
        gate=["Require all granted", "Session On"], secret=INNER,
        log=["rewrite:error", r"include:error\]|uzmfa:error\]"],
        virtual_host=["RewriteEngine On", "RewriteRule ^/up/ /inner/ [PT]"]),
    Companion(
        "an expression that lets everybody in", ["/static.html", "/env"], ["/folder/", "/erp/x"],
        server=['<If "true">', "Require all granted", "</If>", "<If \"%{HTTP:X-Requested-With} == ''\">",
                "Satisfy Any", "</If>"],
        modules=["access_compat"], log=["uzmfa:error"]),
    Companion(
        "listings", ["/listing/", "/listing/?C=N;O=D&P=*"], ["/listing", "/open/listing/", "/open/listing/?C=M"],
        ["autoindex"],
        [*place("Directory", "@folder@", ["Options +Indexes"]), "IndexOptions FancyIndexing ScanHTMLTitles",
         *place("Directory", "@folder@/open/listing", ["HeaderName /static.html", "ReadmeName /env"])],
        {f"listing/{PROTECTED}.txt": "x", "open/listing/x.txt": "x"}, log=["autoindex:error", "uzmfa:error"]),
    Companion(
        "actions", ["/page.own", "/script/x"], ["/open/page.own", "/open/script.thing", "/missing.own"], ["actions"],
        ["Action x-own /env virtual", "AddHandler x-own .own", "Script PUT /env", "Script FROBNICATE /env",
         *place("Location", "/script", ["SetHandler x-own"])],
        {"page.own": "x", "open/page.own": "x", "open/script.thing": "x"}, log=["uzmfa:error", "actions?:error"]),
    Companion(
        "ready answers, corrected spelling and filters", ["/ready.asis", "/static.html", "/filtered/index.html"],
        ["/staitc.html", "/STATIC.html", "/ready.asi", "/open/stattic.html", "/filtered/"],
        ["asis", "speling", "deflate", "filter", "substitute", "buffer"],
        ["CheckSpelling On", "AddHandler send-as-is .asis", 'Alias "/filtered" "@folder@/folder"',
         *place("Location", "/filtered", ["SetOutputFilter BUFFER;SUBSTITUTE", 'Substitute "s/<p>/<p >/"'])],
        {"ready.asis": f"Status: 200 Ready\nContent-Type: text/html\nX-Protected: {PROTECTED}\n\n{HTML}",
         "open/static.txt": "x"}, log=["speling"]),
    Companion(
        "DAV", ["/dav/static.html", "/dav/"], ["/dav", "/open/", "/dav/absent.html"], ["dav", "dav_fs", "dav_lock"],
        ["DavLockDB @root@/locks/db", *place("Location", "/dav", ["Dav On", "DirectoryIndex disabled"])],
        {f"dav/{PROTECTED}.txt": PROTECTED, "dav/static.html": HTML}, method="PROPFIND", headers=["Depth: 1"],
        secret="static.html</D:href>", log=["dav:error", "dav_fs:error"]),
]

# SPDX-License-Identifier: Apache-2.0
"""Values of `next` that lead, or try to lead, away from the site; each must end on the default page."""

HOSTS = ("evil.test", "//evil.test", "///evil.test", "////evil.test", "/////evil.test", "//evil.test/", "//evil.test/%2f..",
         "//evil.test:443/", "//user@evil.test/", "//localhost@evil.test/", "//localhost:pw@evil.test/", "//evil.test#/x",
         "//evil.test?/x", "//evil.test\\@localhost/", "//[::1]/", "//2130706433/", "//0x7f000001/", "//evil%2etest/",
         "//evil。test/", "//ｅvil.test/", "//evil.test%00/", "//\u200devil.test")

BACKSLASHES = ("\\\\evil.test", "/\\evil.test", "\\/evil.test", "/\\/evil.test", "\\/\\/evil.test", "/\\\\evil.test",
               "\\evil.test", "/\\@evil.test", "/x\\..\\\\evil.test", "/..\\\\evil.test", "/.\\/evil.test", "\\x", "/\\",
               "//\\evil.test", "/x/\\/evil.test", "/x/../\\evil.test")

SCHEMES = ("https://evil.test", "http://evil.test", "https:evil.test", "http:evil.test", "https:/evil.test",
           "https:///evil.test", "https:\\\\evil.test", "https:/\\evil.test", "HTTPS://EVIL.TEST", "hTtP:evil.test",
           "ftp://evil.test/", "file:///etc/passwd", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "javascript://evil.test/%0aalert(1)",
           "javascript:alert(1)//", "jav\tascript:alert(1)", "java\nscript:alert(1)", "java\rscript:alert(1)",
           "\x01javascript:alert(1)", " javascript:alert(1)", "javascript&colon;alert(1)", "javascript%3aalert(1)",
           "data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)",
           "blob:https://evil.test/x", "view-source:https://evil.test", "mailto:a@evil.test", "tel:1", "ws://evil.test",
           "wss://evil.test", "about:blank", "intent://evil.test#Intent;end", "x:", ":", "://evil.test", ":80", "localhost:443",
           "https://localhost@evil.test", "https://localhost.evil.test", "https://localhost:443@evil.test/",
           "https://evil.test/localhost", "https://evil.test?localhost", "https://evil.test#localhost")

CONTROLS = tuple(
    shape.format(character)
    for character in ("\r\n", "\r", "\n", "\t", "\v", "\f", "\x1b", "\x7f", "\x08")
    for shape in ("/{}/evil.test", "/x{}", "{}//evil.test", "/x{}Set-Cookie: a=b", "/x{}Location: https://evil.test"))

LINE_ENDS = ("/x\u2028", "/x\u2029", "/\u0085/evil.test", "/x\r\n\r\n<script>alert(1)</script>", "/\t\t//evil.test", "/\n\n\n/evil.test",
             "/x\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK")

BLANKS = (" //evil.test", "  /x", "\u00a0//evil.test", "\u3000//evil.test", "\ufeff//evil.test", "\u200b//evil.test", " ", "\t//evil.test")

RELATIVE = ("x", "./x", "../x", "?x=1", "#x", ".", "..", "%2f%2fevil.test", "%2F/evil.test", "%5c%5cevil.test", ";/evil.test",
            "@evil.test", "*", "~", "")

DOTS = ("/.//evil.test", "/..//evil.test", "/x/..//evil.test", "/x/../..//evil.test", "/././/evil.test")

ENCODED = ("/%00", "/%0d%0aSet-Cookie:a=b", "/%0a/evil.test", "/%0D", "/%5cevil.test", "/x%0d%0a%0d%0a<script>")

UNDER_OWN_PATH = ("/uzmfa", "/uzmfa/", "/uzmfa/login", "/uzmfa/logout", "/uzmfa/verify", "/uzmfa/enroll", "/uzmfa/enroll/qr.svg",
                  "/uzmfa/login?next=https://evil.test", "/uzmfa/../uzmfa/logout", "/./uzmfa/logout", "/x/../uzmfa/logout",
                  "/%75zmfa/logout", "/uzmfa%2flogout", "//uzmfa/logout", "/uzmfa/./logout", "/uzmfa;x/logout")

REFUSED = (*HOSTS, *BACKSLASHES, *SCHEMES, *CONTROLS, *LINE_ENDS, *BLANKS, *RELATIVE, *UNDER_OWN_PATH[:8])

# These may be refused or kept, but must not leave the site or the header line.
HARMLESS = (*ENCODED, *DOTS, *UNDER_OWN_PATH[8:], "/@evil.test", "/:evil.test", "/;@evil.test", "/http://evil.test",
            "/https:evil.test", "/x//evil.test", "/x?u=//evil.test", "/x#//evil.test", "/..;/evil.test", "/javascript:alert(1)",
            "/%2f%2fevil.test", "/%2fevil.test", "/ü", "/\"><script>alert(1)</script>", "/'onmouseover='alert(1)")

KEPT = ("/", "/erp", "/erp/orders?id=7&x=y", "/erp/orders?id=7&u=https%3A%2F%2Fevil.test", "/erp/a%20b", "/erp/?module=login&action=x",
        "/env", "/folder/", "/erp/%C3%BC", "/erp?a=b%26c=d", "/erp/x;y=z", "/erp/~user", "/erp/a+b", "/uzmfa-not-own",
        "/uzmfa/done")

# SPDX-License-Identifier: Apache-2.0
"""What somebody who may write an .htaccess writes there to get behind the gate.

`@root@` stands for the server root, `@http@` and `@ws@` for the ports of backends that answer with the content.
"""

from harness.browser import OWN

REFUSED = (  # directives that httpd must not take there
    "UzmfaEngine Off", "UzmfaEngine ReportOnly", '<If "true">\nUzmfaEngine Off\n</If>', 'UzmfaExempt all "true"',
    "<Files static.html>\nUzmfaEngine Off\n</Files>", "UzmfaVerifiedWithin 9h", "UzmfaSessionIdleTimeout 99h",
    "<FilesMatch .>\nUzmfaEngine Off\n</FilesMatch>", "<IfModule mod_uzmfa.c>\nUzmfaEngine Off\n</IfModule>",
    "UzmfaUserHeader X-User", "UzmfaKeepPost Off", "UzmfaAdmin On", "UzmfaMetrics On", "UzmfaPath /tricks",
    '<Location "/">\nUzmfaEngine Off\n</Location>',
)

TRICKS = (
    "", "AuthType None\nRequire all granted", "Require all granted", "Satisfy Any\nAllow from all",
    "AuthMerging Off\nRequire all granted",
    "AuthType Basic\nAuthName x\nAuthUserFile @root@/passwords\nRequire valid-user",
    "AuthMerging Or\nRequire all granted", '<If "true">\nAuthType None\nRequire all granted\nSatisfy Any\n</If>',
    "<Limit GET POST HEAD>\nRequire all granted\n</Limit>",
    "<LimitExcept TRACE>\nAuthType None\nRequire all granted\n</LimitExcept>",
    "<RequireAny>\nRequire all granted\nRequire mfa\n</RequireAny>", "Session Off",
    "Session Off\nAuthType None\nRequire all granted", "SessionHeader X-Session\nSessionEnv On", "SessionExclude /",
    "SessionMaxAge 1", "SessionInclude /nowhere", "SetHandler default-handler", "SetHandler server-status",
    "SetHandler cgi-script", "ForceType text/html", "Options +Includes +ExecCGI +Indexes +MultiViews\nXBitHack full",
    "DirectoryIndex /static.html /env", "FallbackResource /static.html",
    "ErrorDocument 401 /static.html\nErrorDocument 403 /env\nErrorDocument 404 /static.html",
    f'ErrorDocument 401 "{OWN}/../static.html"', "RewriteEngine On\nRewriteRule .* /static.html",
    "RewriteEngine On\nRewriteRule .* /env [END]",
    "RewriteEngine On\nRewriteRule .* - [E=REMOTE_USER:admin,E=UZMFA_METHOD:totp,E=UZMFA_DECISION:pass]",
    f"RewriteEngine On\nRewriteRule .* {OWN}/login", f"RewriteEngine On\nRewriteBase {OWN}\nRewriteRule (.*) login/$1",
    "RewriteEngine On\nRewriteRule .* http://127.0.0.1:@http@/env [P]",
    "RewriteEngine On\nRewriteRule .* - [H=default-handler,L]", "RewriteEngine On\nRewriteRule .* - [R=404]",
    "RewriteEngine On\nRewriteCond %{LA-U:REMOTE_USER} !x\nRewriteRule .* /static.html",
    "Redirect /tricks /static.html", "SetEnv REMOTE_USER admin\nSetEnv UZMFA_METHOD totp",
    "SetEnvIf Host . REMOTE_USER=admin UZMFA_DECISION=pass",
    "RequestHeader set Authorization x\nRequestHeader set X-Uzmfa-User admin", 'RequestHeader set Cookie "a=b"',
    "RequestHeader unset Cookie", "Header unset Cache-Control",
    "Header always unset Cache-Control\nHeader always unset Vary", 'Header set Cache-Control "public, max-age=3600"',
    'Header always set Cache-Control "public"\nHeader set Expires "Fri, 01 Jan 2100 00:00:00 GMT"',
    "Header unset Set-Cookie", "UnsetEnv no-cache", "SetEnvIf Host . !no-cache",
    "RewriteEngine On\nRewriteRule .* - [E=!no-cache]",
    "RewriteEngine On\nRewriteRule .* - [E=!no-cache]\nHeader always unset Cache-Control",
    "RewriteEngine On\nRewriteRule .* - [E=!no-cache]\nHeader always set Cache-Control public",
    "ExpiresActive On\nExpiresDefault A3600",
    "UnsetEnv no-cache\nHeader unset Cache-Control\nExpiresActive On\nExpiresDefault A3600", "SetOutputFilter DEFLATE",
    "SetOutputFilter CACHE", "RemoveOutputFilter html cgi\nRemoveHandler .cgi", "AddOutputFilter INCLUDES .html",
    "SetInputFilter DEFLATE", "FileETag None", "AddHandler x-own .html\nAction x-own /env virtual",
    'SetHandler "proxy:http://127.0.0.1:@ws@/"', "CheckSpelling On",
    "HeaderName /static.html\nReadmeName /env\nOptions +Indexes", "AddHandler type-map .html", "AcceptPathInfo On",
    "<Files ~ .>\nRequire all granted\nSetHandler none\n</Files>",
)

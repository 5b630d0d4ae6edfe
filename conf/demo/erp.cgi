#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The demo's application, which stands for the ERP. It answers every path and every method: with a page that says
# who asks for what, and under /env with what the gate tells an application. What comes from the request is only
# ever data here: quoted, and escaped on its way into HTML.

export LC_ALL=C
body_size=$(wc -c)

env_page() {
    printf 'Content-Type: text/plain; charset=utf-8\n\n'
    printf '%s=%s\n' \
        REMOTE_USER "${REMOTE_USER-}" \
        UZMFA_METHOD "${UZMFA_METHOD-}" \
        UZMFA_VERIFIED_AT "${UZMFA_VERIFIED_AT-}" \
        UZMFA_DECISION "${UZMFA_DECISION-}"
}

html() {
    printf '%s' "$1" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g' -e "s/'/\&#39;/g"
}

erp_page() {
    printf 'Content-Type: text/html; charset=utf-8\n\n'
    cat <<PAGE
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demo ERP</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark }
  body { margin: 0; font: 1rem/1.5 Arial, Helvetica, sans-serif; background: Canvas; color: CanvasText }
  header { padding: .75rem 1rem; background: #b33600; color: #fff }
  header a { color: #fff }
  header, main { display: flow-root }
  header p { float: right; margin: 0 }
  main { max-width: 40rem; margin: 0 auto; padding: 1rem }
  dt { font-weight: bold }
  dd { margin: 0 0 .5rem; overflow-wrap: anywhere }
</style>
</head>
<body>
<header><p><span id="user">$(html "${REMOTE_USER-}")</span> · <a href="/uzmfa/logout">Sign out</a></p><strong>Demo ERP</strong></header>
<main>
<h1>You are in</h1>
<dl>
<dt>Path</dt><dd id="path">$(html "$path")</dd>
<dt>Query</dt><dd id="query">$(html "${QUERY_STRING-}")</dd>
<dt>Method</dt><dd><span id="method">$(html "${REQUEST_METHOD-}")</span>, <span id="body-size">$body_size</span> bytes sent along</dd>
</dl>
<p>Every path leads here: <a href="/">start</a>, <a href="/sales/orders?status=open">open orders</a>,
<a href="/stock/items/4711">item 4711</a>, <a href="/reports/vat">VAT report</a>.
What the gate tells an application: <a href="/env">/env</a>.</p>
</main>
</body>
</html>
PAGE
}

path=${REQUEST_URI%%\?*}
case $path in
    /env) env_page ;;
    *) erp_page ;;
esac

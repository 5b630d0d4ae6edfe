<?php
// SPDX-License-Identifier: Apache-2.0
// The session of the stand-in. Like uzERP's it keeps the user whom it first saw, whoever comes with it later.

session_save_path(dirname(__DIR__) . '/php_sessions');
session_start();

function html(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES);
}

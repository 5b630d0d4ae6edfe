<?php
// SPDX-License-Identifier: Apache-2.0
// Whether the browser is signed in; headers tell the tests whom and what the script has seen.

require dirname(__DIR__, 2) . '/session.php';

header('Content-Type: application/json');
header('X-Seen-User: ' . ($_SERVER['PHP_AUTH_USER'] ?? '') . ($_SERVER['REMOTE_USER'] ?? ''));
header('X-Seen-Authorization: ' . ($_SERVER['HTTP_AUTHORIZATION'] ?? ''));
header('X-Seen-Cookies: ' . implode(' ', array_keys($_COOKIE)));
echo json_encode(['logged_in' => isset($_SESSION['username'])]);

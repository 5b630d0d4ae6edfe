<?php
// SPDX-License-Identifier: Apache-2.0
// A small stand-in for uzERP: signs in whom httpd names, and answers each address with the user and the path.

require __DIR__ . '/session.php';

$module = $_REQUEST['module'] ?? '';
$action = $_REQUEST['action'] ?? '';

if ($module === 'login' && $action === 'logout') {
    $_SESSION = [];
    session_destroy();
    header('Location: /');
    exit;
}
if (!isset($_SESSION['username'])) {
    if (($_SERVER['PHP_AUTH_USER'] ?? '') === '') {
        http_response_code(403);
        exit('nobody is signed in');
    }
    session_regenerate_id(true);
    $_SESSION['username'] = $_SERVER['PHP_AUTH_USER'];
    setcookie('csrf_token', bin2hex(random_bytes(16)), ['path' => '/']);
    setcookie('uzerpdevice', bin2hex(random_bytes(16)), ['path' => '/', 'expires' => time() + 86400]);
    setcookie('username', $_SESSION['username'], ['path' => '/']);
}
if ($module === 'environment') {
    header('Content-Type: text/plain');
    foreach ($_SERVER as $name => $value) {
        if (is_string($value)) {
            echo $name, '=', str_replace("\n", ' ', $value), "\n";
        }
    }
    exit;
}
if ($module === 'users') {
    require __DIR__ . '/users.php';
    exit;
}
$user = html($_SESSION['username']);
if (isset($_REQUEST['json'])) {
    header('Content-Type: application/json');
    echo json_encode(['status' => true, 'user' => $_SESSION['username']]);
    exit;
}
$content = "<p id=\"user\">$user</p><p id=\"path\">" . html($_SERVER['REQUEST_URI']) . '</p><p>content-behind-the-gate</p>';
$is_partial = isset($_REQUEST['ajax']) || isset($_REQUEST['dialog'])
    || ($_SERVER['HTTP_X_REQUESTED_WITH'] ?? '') === 'XMLHttpRequest';
echo $is_partial ? $content : "<!DOCTYPE html><html lang=\"en\"><head><title>ERP</title></head><body>$content</body></html>";

<?php
// SPDX-License-Identifier: Apache-2.0
// The user form. Like uzERP's it writes back the columns of two-factor sign-in as they were when it was opened.

const COLUMNS = ['uuid', 'mfa_sid', 'mfa_enrolled', 'mfa_enabled'];

$database = pg_connect(file_get_contents(dirname(__DIR__) . '/database_parameters'));

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $values = array_map(fn ($column) => $_POST[$column] === '' ? null : $_POST[$column], COLUMNS);
    pg_query_params(
        $database,
        'UPDATE users SET uuid = $2, mfa_sid = $3, mfa_enrolled = $4, mfa_enabled = $5 WHERE username = $1',
        [$_POST['username'], ...$values]
    );
    header('Location: /?module=users&username=' . urlencode($_POST['username']), true, 303);
    exit;
}
$found = pg_query_params($database, 'SELECT * FROM users WHERE username = $1', [$_GET['username']]);
$row = pg_fetch_assoc($found);
echo '<!DOCTYPE html><html lang="en"><head><title>User</title></head><body><form method="post" action="/?module=users">';
foreach (['username', ...COLUMNS] as $column) {
    echo '<input type="hidden" name="', $column, '" value="', html((string) $row[$column]), '">';
}
echo '<button>Save</button></form></body></html>';

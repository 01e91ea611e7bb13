<?php
// A script that puts its message together by itself.
$subject = '=?UTF-8?B?' . base64_encode('Rechnung für März') . '?=';
$header = [
    'From: erp@example.com', 'To: Anna <b@example.org>', 'Cc: c@example.org',
    'Bcc: hidden@example.net', "Subject: $subject", 'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64',
];
$body = chunk_split(base64_encode("Grüße,\n.zweite Zeile\nFrom Lager\n"));
file_put_contents("$argv[1]/" . uniqid() . '.eml', implode("\r\n", $header) . "\r\n\r\n" . $body);

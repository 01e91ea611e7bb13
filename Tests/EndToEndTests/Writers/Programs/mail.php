<?php
// mail() with a sendmail_path that leads into a file.
$header = "From: erp@example.com\r\nCc: c@example.org\r\nBcc: hidden@example.net\r\n"
    . "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    . 'Content-Transfer-Encoding: 8bit';
$subject = '=?UTF-8?Q?Rechnung_f=C3=BCr_M=C3=A4rz?=';
$isSent = mail('Anna <b@example.org>', $subject, "Grüße,\n.zweite Zeile\nFrom Lager\n", $header);
exit($isSent ? 0 : 1);

<?php
// PHPMailer, which hands out what it would have sent.
require '/usr/share/php/libphp-phpmailer/autoload.php';

$mailer = new PHPMailer\PHPMailer\PHPMailer(true);
$mailer->isSendmail();
$mailer->CharSet = 'UTF-8';
$mailer->setFrom('erp@example.com', 'ERP');
$mailer->addAddress('b@example.org', 'Anna');
$mailer->addCC('c@example.org');
$mailer->addBCC('hidden@example.net');
$mailer->Subject = 'Rechnung für März';
$mailer->Body = "Grüße,\n.zweite Zeile\nFrom Lager\n";
$mailer->addStringAttachment("a;b\n", 'Liste für März.csv');
$mailer->preSend();
file_put_contents("$argv[1]/phpmailer.eml", $mailer->getSentMIMEMessage());

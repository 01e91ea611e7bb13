# MIME::Lite.
use strict;
use warnings;
use MIME::Lite;

my $message = MIME::Lite->new(
    From => 'erp@example.com', To => 'Anna <b@example.org>', Cc => 'c@example.org',
    Bcc => 'hidden@example.net', Subject => '=?UTF-8?Q?Rechnung_f=C3=BCr_M=C3=A4rz?=',
    Type => 'multipart/mixed',
);
$message->attach(
    Type => 'text/plain; charset=UTF-8', Encoding => 'quoted-printable',
    Data => "Gr\xC3\xBC\xC3\x9Fe,\n.zweite Zeile\nFrom Lager\n",
);
$message->attach(Type => 'text/csv', Data => "a;b\n", Filename => 'list.csv');
open my $file, '>', "$ARGV[0]/lite.eml" or die $!;
$message->print($file);
close $file or die $!;

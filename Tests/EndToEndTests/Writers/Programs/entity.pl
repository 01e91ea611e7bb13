# MIME-tools.
use strict;
use warnings;
use MIME::Entity;

my $message = MIME::Entity->build(
    From => 'erp@example.com', To => 'Anna <b@example.org>', Cc => 'c@example.org',
    Bcc => 'hidden@example.net', Subject => '=?UTF-8?Q?Rechnung_f=C3=BCr_M=C3=A4rz?=',
    Type => 'text/plain', Charset => 'UTF-8', Encoding => '-SUGGEST',
    Data => ["Gr\xC3\xBC\xC3\x9Fe,\n", ".zweite Zeile\n", "From Lager\n"],
);
open my $file, '>', "$ARGV[0]/entity.eml" or die $!;
$message->print($file);
close $file or die $!;

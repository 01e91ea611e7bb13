# Email::MIME.
use strict;
use warnings;
use utf8;
use Email::MIME;

my $message = Email::MIME->create(
    header_str => [
        From => 'erp@example.com', To => 'Anna <b@example.org>', Cc => 'c@example.org',
        Bcc => 'hidden@example.net', Subject => 'Rechnung für März',
    ],
    attributes => { content_type => 'text/plain', charset => 'UTF-8', encoding => '8bit' },
    body_str => "Grüße,\n.zweite Zeile\nFrom Lager\n",
);
open my $file, '>:raw', "$ARGV[0]/email.eml.part" or die $!;
print $file $message->as_string;
close $file or die $!;
rename "$ARGV[0]/email.eml.part", "$ARGV[0]/email.eml" or die $!;

# swaks knows recipients and a header, and no Bcc; it dumps what goes over the wire.
swaks --dump-mail --from erp@example.com --to b@example.org,c@example.org \
    --header 'Subject: =?UTF-8?Q?Rechnung_f=C3=BCr_M=C3=A4rz?=' \
    --add-header 'Content-Type: text/plain; charset=utf-8' \
    --body 'Grüße,\n.zweite Zeile\nFrom Lager\n' 2>/dev/null >"$1/swaks.eml"

# Mutt, whose copy of what it sends is a mailbox file.
export LC_ALL=C.UTF-8 HOME=/nonexistent
printf 'Grüße,\n.zweite Zeile\nFrom Lager\n' | mutt -n -F /dev/null \
    -e 'set sendmail=/bin/true copy=yes use_from=yes from=erp@example.com' \
    -e 'set charset=utf-8 send_charset="us-ascii:utf-8"' -e "set record='$1/mutt.eml'" \
    -s 'Rechnung für März' -c c@example.org -b hidden@example.net -- 'Anna <b@example.org>'

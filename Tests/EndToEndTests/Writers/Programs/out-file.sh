# Windows PowerShell: $text | Out-File message.eml
{
    printf '\377\376'
    printf '%s\r\n' 'From: erp@example.com' 'To: Anna <b@example.org>' 'Cc: c@example.org' \
        'Bcc: hidden@example.net' 'Subject: Rechnung für März' \
        '' 'Grüße,' '.zweite Zeile' 'From Lager' | iconv -f UTF-8 -t UTF-16LE
} >"$1/out-file.eml"

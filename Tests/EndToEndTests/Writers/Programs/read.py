"""Prints what a mail program shows of the message on standard input."""
import email
import email.policy
import json
import sys

message = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
body = message.get_body(("plain",))
shown = {
    "sender": message["From"].addresses[0].addr_spec,
    "to": [address.addr_spec for address in message["To"].addresses],
    "subject": message["Subject"],
    "body": body.get_content(),
    "attachments": [part.get_filename() for part in message.iter_attachments()],
}
json.dump(shown, sys.stdout)

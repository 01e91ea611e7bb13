"""Python's email package; the ways its users bring a message into a folder."""
import mailbox
import os
import sys
import tempfile
from email.message import EmailMessage
from email.policy import SMTP

way, drop = sys.argv[1:]
message = EmailMessage()
message["From"] = "erp@example.com"
message["To"] = "Anna <b@example.org>"
message["Cc"] = "c@example.org"
message["Bcc"] = "hidden@example.net"
message["Subject"] = "Rechnung für März"
message.set_content("Grüße,\n.zweite Zeile\nFrom Lager\n")

if way == "renamed":
    with tempfile.NamedTemporaryFile(dir=drop, suffix=".tmp", delete=False) as file:
        file.write(message.as_bytes())
    os.replace(file.name, f"{drop}/message.eml")
elif way == "in-place":
    with open(f"{drop}/message.eml", "wb") as file:
        file.write(message.as_bytes(policy=SMTP))
elif way == "maildir":
    with tempfile.TemporaryDirectory(dir=os.path.dirname(drop)) as folder:
        box = mailbox.Maildir(f"{folder}/box")
        key = box.add(message)
        os.rename(f"{folder}/box/new/{key}", f"{drop}/{key}.eml")
elif way == "mbox":
    box = mailbox.mbox(f"{drop}/message.eml")
    box.lock()
    box.add(message)
    box.close()

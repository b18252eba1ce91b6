"""Mail by the operator's server; its Message-ID stays, by which mail programs know a repetition."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from ..notice import Message, NotSent
from ..rules import MailServer
from ..secret import Secret

ANSWER_S = 20


async def send_mail(server: MailServer, password: Secret | None, to: str, message: Message) -> None:
    """Raises NotSent."""
    try:
        await asyncio.to_thread(_send, server, password, letter(server.sender, to, message))
    except smtplib.SMTPRecipientsRefused:
        raise NotSent("the mail server takes nothing for that address") from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"the mail server answers {error.smtp_code}") from None
    except smtplib.SMTPNotSupportedError:
        raise NotSent("the mail server offers no STARTTLS, or no login: see port and security") from None
    except ssl.SSLCertVerificationError:
        raise NotSent(f"the mail server's certificate is not valid for {server.host}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"the mail server can't be used ({type(error).__name__})") from None


def letter(sender: str, to: str, message: Message) -> EmailMessage:
    """As text, and the same as HTML for who wants a link to press."""
    found = EmailMessage()
    found["From"], found["To"], found["Subject"] = f"RenderChain <{sender}>", to, message.title
    found["Date"] = format_datetime(datetime.fromtimestamp(message.sent_s, UTC))
    found["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content("\n\n".join(filter(None, (message.text, message.link))))
    found.add_alternative(_html(message), subtype="html")
    return found


def _html(message: Message) -> str:
    text = "".join(f"<p>{escape(one).replace(chr(10), '<br>')}</p>" for one in message.text.split("\n\n"))
    link = f'<p><a href="{escape(message.link)}">Open in the dashboard</a></p>' if message.link else ""
    return f"<!doctype html><html><body>{text}{link}</body></html>"


def _send(server: MailServer, password: Secret | None, found: EmailMessage) -> None:
    context = ssl.create_default_context()
    if server.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=ANSWER_S, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=ANSWER_S)
    with client:
        if server.security == "starttls":
            client.starttls(context=context)
        if password is not None:
            client.login(server.user, password.reveal())
        client.send_message(found)

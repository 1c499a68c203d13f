"""Sends one mail through the operator's SMTP server."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Self
from urllib.parse import unquote, urlsplit

from whatsapp_tasks.clients.timely_calls import TimelyCalls
from whatsapp_tasks.domain.webhooks import Answer
from whatsapp_tasks.errors import ConfigurationError

_CALLS = TimelyCalls(4)
"""smtplib waits for a line as long as a byte of it comes now and then."""


@dataclass(frozen=True)
class MailServer:
    """``tls``: from the first byte. Otherwise STARTTLS is used if the server offers it."""

    host: str
    port: int
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Raises ConfigurationError unless ``url`` is ``smtp://`` or ``smtps://[user:password@]host[:port]``."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ConfigurationError("WHATSAPP_SMTP_URL must be smtp://host:port or smtps://host:port.")
        tls = parts.scheme == "smtps"
        return cls(
            parts.hostname,
            port or (465 if tls else 25),
            tls,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )


def send_mail(
    server: MailServer, sender: str, to: str, subject: str, text: str, *, message_id: str, seconds: float
) -> Answer:
    """Answer 200 if the server accepted it; otherwise the reason, to be tried again. By ``message_id`` a mail
    program recognises a mail that is sent twice. ``seconds``: for all of it.
    """
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{message_id}@whatsapp-tasks>"
    mail.set_content(text)
    try:
        _CALLS.run(lambda: _deliver(server, mail, seconds), seconds)
    except smtplib.SMTPResponseException as error:
        return Answer(problem=f"smtp_{error.smtp_code}", detail=str(error.smtp_error)[:200])
    except (OSError, smtplib.SMTPException) as error:
        return Answer(problem="smtp_failed", detail=f"{type(error).__name__}: {error}"[:200])
    return Answer(200)


def _deliver(server: MailServer, mail: EmailMessage, seconds: float) -> None:
    with _open(server, seconds) as smtp:
        smtp.send_message(mail)


def _open(server: MailServer, seconds: float) -> smtplib.SMTP:
    if server.tls:
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=seconds)
        smtp.ehlo_or_helo_if_needed()
        # A password is never sent in clear: with one, STARTTLS is required.
        if smtp.has_extn("starttls") or server.user:
            smtp.starttls(context=ssl.create_default_context())
    if server.user:
        smtp.login(server.user, server.password)
    return smtp

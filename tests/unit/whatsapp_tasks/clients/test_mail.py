"""The SMTP server's URL."""

import pytest

from whatsapp_tasks.clients.mail import MailServer
from whatsapp_tasks.errors import ConfigurationError


def test_the_url_names_host_port_encryption_and_login() -> None:
    assert MailServer.from_url("smtp://127.0.0.1") == MailServer("127.0.0.1", 25)
    assert MailServer.from_url("smtps://me%40example.org:p%3Aw@mail.example.org") == MailServer(
        "mail.example.org", 465, True, "me@example.org", "p:w"
    )


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(MailServer.from_url("smtp://me:secret@mail.example.org:587"))


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://h:port"]
)
def test_what_is_no_such_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="WHATSAPP_SMTP_URL"):
        MailServer.from_url(url)

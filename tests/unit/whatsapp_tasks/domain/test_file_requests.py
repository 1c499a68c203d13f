"""What a caller asks for: issue 15, API and "Bad input"."""

import pytest

from whatsapp_tasks.domain.file_requests import FileRequest, check_file_url
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.errors import RequestRefused

ID = "0123456789abcdef0123456789abcdef"


def test_an_upload_or_a_url() -> None:
    assert FileRequest.of({"id": ID}, "key") == FileRequest(id=ID, owner="key")
    wanted = {"url": "https://example.com/a.pdf", "as": "document", "name": "b.pdf"}
    request = FileRequest.of(wanted)
    assert request == FileRequest(
        url="https://example.com/a.pdf", kind=FileKind.DOCUMENT, name="b.pdf", owner=None
    )
    assert request.to_fields() == wanted
    assert "example.com" not in repr(request)
    assert "b.pdf" not in repr(request)
    assert FileRequest.of({"id": ID, "url": None}) == FileRequest(id=ID)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("a.pdf", "file"),
        ({}, "file"),
        ({"id": ID, "url": "https://example.com"}, "file"),
        ({"id": ID, "path": "/etc/passwd"}, "file"),
        ({"id": 7}, "file.id"),
        ({"id": "../x"}, "file.id"),
        ({"id": ID, "as": "sticker"}, "file.as"),
        ({"id": ID, "name": "a/b"}, "file.name"),
        ({"id": ID, "name": ""}, "file.name"),
    ],
)
def test_anything_else_is_refused_with_its_field(given: object, field: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        FileRequest.of(given)
    assert [error["field"] for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.pdf",
        "ftp://example.com/a.pdf",
        "https://",
        "https://user:password@example.com/a.pdf",
        "https://example.com/a b.pdf",
        "https://exämple.com/a.pdf",
        "https://example.com:99999/a.pdf",
        "https://example.com/a#b",
        "https://[::1/a",
        "https://example.com/" + "a" * 2048,
        "file:///etc/passwd",
        "",
    ],
)
def test_a_url_follows_the_rules_of_webhooks(url: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        check_file_url(url, allow_private=False)
    assert refused.value.code == "file_url_invalid"
    assert "password" not in str(refused.value) or "user and password" in str(refused.value)


def test_plain_http_is_for_private_networks() -> None:
    assert check_file_url("http://files.internal/a.pdf", allow_private=True)
    assert check_file_url("https://example.com/a.pdf?token=1", allow_private=False)

"""Which file may be sent as which kind: issue 15, "Types by content" and "Bad input"."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.files import (
    MOST_CAPTION_CHARACTERS,
    MOST_MEDIA_BYTES,
    MOST_PIXELS,
    FileFacts,
    FileKind,
    MessageFile,
    check_caption,
    decide_kind,
)
from whatsapp_tasks.errors import RequestRefused

INVOICE = MessageFile("ab" * 32, "Rechnung 👍.pdf", FileKind.DOCUMENT, 1234, "application/pdf")

_TYPES = [
    "image/jpeg", "image/webp", "image/gif", "image/heic", "image/tiff", "image/svg+xml", "video/mp4",
    "video/webm", "audio/mpeg", "audio/wav", "application/pdf", "application/octet-stream",
]  # fmt: skip
facts = st.builds(
    FileFacts,
    media_type=st.sampled_from(_TYPES),
    pixels=st.integers(0, MOST_PIXELS + 1),
    moves=st.booleans(),
    damaged=st.booleans(),
)


def test_a_file_comes_back_from_its_json() -> None:
    assert MessageFile.from_json(INVOICE.to_json()) == INVOICE
    assert "Rechnung" not in repr(INVOICE)


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/jpeg", "image"),
        ("image/png", "image"),
        ("image/webp", "image"),
        ("image/gif", "image"),
        ("image/heic", "document"),
        ("image/tiff", "document"),
        ("image/svg+xml", "document"),
        ("video/mp4", "video"),
        ("video/webm", "document"),
        ("audio/mpeg", "audio"),
        ("audio/ogg", "audio"),
        ("audio/wav", "document"),
        ("application/pdf", "document"),
        ("application/octet-stream", "document"),
    ],
)
def test_the_kind_follows_the_type(media_type: str, kind: str) -> None:
    assert decide_kind(FileFacts(media_type), 1000, None) == kind


@pytest.mark.parametrize(
    ("found", "size", "has_caption"),
    [
        (FileFacts("image/gif", moves=True), 1000, False),
        (FileFacts("image/webp", moves=True), 1000, False),
        (FileFacts("image/png", damaged=True), 1000, False),
        (FileFacts("image/jpeg"), MOST_MEDIA_BYTES + 1, False),
        (FileFacts("video/mp4"), MOST_MEDIA_BYTES + 1, False),
        (FileFacts("audio/mpeg"), 1000, True),
    ],
)
def test_what_whatsapp_would_not_take_is_a_document_or_refused_if_asked_for(
    found: FileFacts, size: int, has_caption: bool
) -> None:
    """An animated GIF is a document, because as a picture it would lose its movement."""
    assert decide_kind(found, size, None, has_caption=has_caption) is FileKind.DOCUMENT
    assert decide_kind(found, size, FileKind.DOCUMENT, has_caption=has_caption) is FileKind.DOCUMENT
    wanted = FileKind(found.media_type.partition("/")[0])
    with pytest.raises(RequestRefused) as refused:
        decide_kind(found, size, wanted, has_caption=has_caption)
    assert refused.value.code in ("file_kind_impossible", "file_too_large")


@pytest.mark.parametrize("wanted", [None, FileKind.IMAGE, FileKind.DOCUMENT])
def test_a_picture_that_unpacks_to_gigabytes_is_refused_whatever_it_is_sent_as(
    wanted: FileKind | None,
) -> None:
    with pytest.raises(RequestRefused) as refused:
        decide_kind(FileFacts("image/png", pixels=MOST_PIXELS + 1), 1000, wanted)
    assert refused.value.code == "file_picture_too_large"


@given(facts, st.integers(1, 3 * MOST_MEDIA_BYTES), st.booleans())
def test_without_a_wish_only_a_bomb_is_refused(found: FileFacts, size: int, has_caption: bool) -> None:
    if found.pixels > MOST_PIXELS:
        return
    kind = decide_kind(found, size, None, has_caption=has_caption)
    assert decide_kind(found, size, kind, has_caption=has_caption) is kind


def test_only_pictures_are_converted() -> None:
    webp = replace(INVOICE, media_type="image/webp")
    assert not webp.is_converted
    assert replace(webp, kind=FileKind.IMAGE).is_converted
    assert not replace(webp, kind=FileKind.IMAGE, media_type="image/png").is_converted


def test_a_caption_has_a_limit_of_its_own() -> None:
    assert check_caption("") == ""
    assert check_caption("👍" * MOST_CAPTION_CHARACTERS)
    with pytest.raises(RequestRefused, match="1025 characters") as refused:
        check_caption("x" * 1025)
    assert refused.value.code == "message_too_long"

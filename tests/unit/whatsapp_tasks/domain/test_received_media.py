"""Issue 16, point 2: which files of received messages are stored, and what is said of the others."""

import pytest

from whatsapp_tasks.domain.files import UNKNOWN_TYPE, FileFacts
from whatsapp_tasks.domain.received_media import (
    KINDS,
    MOST_TRIES,
    Found,
    MediaRules,
    MediaState,
    MediaStatus,
    download_seconds,
    first_status,
    kinds_of,
    pause_seconds,
    stored_status,
    tries_for,
)

ALL = MediaRules(frozenset(KINDS), most_bytes=1024 * 1024, day_bytes=10**9)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("off", set()),
        ("", set()),
        ("all", {*KINDS}),
        ("image", {"image"}),
        (" image , document ", {"image", "document"}),
    ],
)
def test_kinds_are_named_in_a_setting(text: str, kinds: set[str]) -> None:
    assert kinds_of(text) == kinds


@pytest.mark.parametrize("text", ["images", "off,image", "all,image", "sticker"])
def test_an_unknown_kind_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(ValueError, match="image, video, audio, document"):
        kinds_of(text)


@pytest.mark.parametrize(
    ("kind", "size", "rules", "outgoing", "expected"),
    [
        ("document", "60 kB", ALL, False, ("pending", "")),
        ("image", "", ALL, False, ("pending", "")),
        ("document", "60 kB", ALL, True, ("skipped", "own")),
        ("document", "60 kB", MediaRules(), False, ("skipped", "not_asked")),
        ("document", "60 kB", MediaRules(frozenset({"image"}), 1024), False, ("skipped", "not_asked")),
        ("sticker", "", ALL, False, ("skipped", "kind_not_offered")),
        ("album", "", ALL, False, ("skipped", "kind_not_offered")),
        ("document", "1,1 MB", ALL, False, ("skipped", "too_large")),
        ("document", "1 MB", ALL, False, ("pending", "")),  # it may have less, and is counted
        ("document", "??", ALL, False, ("pending", "")),
    ],
)
def test_what_is_to_be_done_about_a_file(
    kind: str, size: str, rules: MediaRules, outgoing: bool, expected: tuple[str, str]
) -> None:
    status = first_status(kind, size, rules, outgoing=outgoing)
    assert (str(status.state), status.reason) == expected


def found(size: int = 1000, media_type: str = "application/pdf", name: str = "page.bin") -> Found:
    return Found(size, "d" * 64, FileFacts(media_type), name)


@pytest.mark.parametrize(
    ("kind", "shown", "what", "expected"),
    [
        ("document", "1 kB", found(), ("stored", "")),
        ("document", "", found(), ("stored", "")),
        ("document", "60 kB", found(), ("failed", "other_size")),
        ("document", "", found(2 * 1024 * 1024), ("skipped", "too_large")),
        ("document", "", found(media_type="text/html"), ("stored", "")),
        ("image", "", found(media_type="image/jpeg"), ("stored", "")),
        ("image", "", found(media_type="application/zip"), ("failed", "other_kind")),
        ("image", "", found(media_type=UNKNOWN_TYPE), ("failed", "other_kind")),
        ("audio", "", found(media_type="audio/ogg"), ("stored", "")),
        ("audio", "", found(media_type="video/mp4"), ("stored", "")),
        ("audio", "", found(media_type=UNKNOWN_TYPE), ("stored", "")),
        ("video", "", found(media_type="text/html"), ("failed", "other_kind")),
    ],
)
def test_nothing_that_the_message_does_not_show_is_stored(
    kind: str, shown: str, what: Found, expected: tuple[str, str]
) -> None:
    status = stored_status(kind, "", shown, what, ALL)
    assert (str(status.state), status.reason) == expected
    assert bool(status.sha256) is (expected[0] == "stored")


@pytest.mark.parametrize(
    ("name", "page_name", "given"),
    [
        ("Invoice.pdf", "x", "Invoice.pdf"),
        ("../../etc/passwd", "x", "passwd"),
        ("a\u202efdp.exe", "x", "afdp.exe"),
        ("", "WhatsApp Image.jpeg", "WhatsApp Image.jpeg"),
        ("..", "\n", "document.pdf"),
    ],
)
def test_names_are_those_of_the_message_and_harmless(name: str, page_name: str, given: str) -> None:
    assert stored_status("document", name, "", found(name=page_name), ALL).file_name == given


def test_a_scanned_file_waits_for_its_verdict() -> None:
    rules = MediaRules(ALL.kinds, ALL.most_bytes, ALL.day_bytes, scanned=True)
    assert stored_status("document", "a.pdf", "", found(), rules).state is MediaState.QUARANTINED


def test_a_status_is_read_back() -> None:
    status = stored_status("document", "Grüße 🎈.pdf", "1 kB", found(), ALL)
    assert MediaStatus.from_text(status.to_text()) == status


def test_what_will_not_change_is_not_tried_again() -> None:
    tries = {state: tries_for(MediaStatus(state)) for state in MediaState}
    assert (tries[MediaState.SKIPPED], tries[MediaState.EXPIRED]) == (1, 2)
    assert tries[MediaState.FAILED] == MOST_TRIES


def test_pauses_grow_and_the_time_is_bounded() -> None:
    assert [pause_seconds(tries) for tries in (1, 2, 3)] == [20, 120, 720]
    assert 20 < download_seconds(1024 * 1024) < download_seconds(10**9) == 60

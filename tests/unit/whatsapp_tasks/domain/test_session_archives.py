"""What an archive says of itself, and what is refused (issue 14, 3 and 4)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from whatsapp_tasks.domain.session_archives import (
    SENTENCES,
    ArchiveHeader,
    ArchiveNumber,
    Refusal,
    check_fits,
    is_offer,
    number_in,
    outdated,
)
from whatsapp_tasks.errors import ArchiveRefused

ARCHIVE = ArchiveHeader(
    "default", ArchiveNumber(41, 2), "156.0.8078.108", 1000, sends=7, size=10, sha256="ab" * 32
)
OFFER = replace(ARCHIVE, number=ArchiveNumber(), sends=0)


def test_each_refusal_has_one_sentence() -> None:
    assert set(SENTENCES) == set(Refusal)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


def test_names_hold_the_numbers_and_sort_by_them() -> None:
    assert ARCHIVE.name == "default/000000000041-000002.session"
    assert number_in(ARCHIVE.name) == ARCHIVE.number
    assert is_offer(OFFER.offer_name)
    assert number_in(OFFER.offer_name) is None
    assert number_in(ARCHIVE.offer_name) is None
    assert not is_offer(ARCHIVE.name)
    assert number_in("default/notes.session") is None


def test_the_newest_two_are_kept_and_those_of_a_later_holder() -> None:
    """A worker that lost its lease while it waited for the store must not delete its successor's archive."""
    names = [
        replace(ARCHIVE, number=ArchiveNumber(fence, n)).name for fence, n in [(40, 1), (41, 1), (41, 2)]
    ]
    later = replace(ARCHIVE, number=ArchiveNumber(42, 1)).name
    assert outdated([*names, later, OFFER.offer_name], ArchiveNumber(41, 2)) == [names[0]]


def test_a_header_is_the_same_after_its_json() -> None:
    assert ArchiveHeader.from_json(ARCHIVE.to_json()) == ARCHIVE


def test_a_newer_format_is_named_whatever_else_it_holds() -> None:
    with pytest.raises(ArchiveRefused) as error:
        ArchiveHeader.from_json(json.dumps({"format": 2, "unknown": []}))
    assert error.value.reason == Refusal.NEWER_FORMAT


@pytest.mark.parametrize(
    "change",
    [
        {"account": "../x"},
        {"account": 1},
        {"number": [1, 2]},
        {"number": {"fence": -1, "sequence": 1}},
        {"number": {"fence": True, "sequence": 1}},
        {"number": {"fence": 10**12, "sequence": 1}},
        {"number": {"fence": 1, "sequence": 10**6}},
        {"chromium": "156"},
        {"chromium": None},
        {"created_ms": "1"},
        {"created_ms": 2**53 - 1},
        {"sends": 1.5},
        {"size": -1},
        {"sha256": "AB"},
        {"format": True},
        {"format": None},
    ],
)
def test_a_header_with_a_wrong_field_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(ArchiveRefused) as error:
        ArchiveHeader.from_json(json.dumps({**ARCHIVE.as_json(), **change}))
    assert error.value.reason == Refusal.NOT_AN_ARCHIVE


@pytest.mark.parametrize("missing", list(ARCHIVE.as_json()))
def test_a_header_without_a_field_is_none(missing: str) -> None:
    fields = ARCHIVE.as_json()
    del fields[missing]
    with pytest.raises(ArchiveRefused):
        ArchiveHeader.from_json(json.dumps(fields))


def test_an_archive_fits_its_account_and_a_browser_that_is_not_older() -> None:
    check_fits(ARCHIVE, account="default", chromium="156.0.1.1")
    check_fits(ARCHIVE, account="default", chromium="157.0.0.0")
    with pytest.raises(ArchiveRefused) as other:
        check_fits(ARCHIVE, account="second", chromium="156.0.8078.108")
    assert other.value.reason == Refusal.OTHER_ACCOUNT
    with pytest.raises(ArchiveRefused) as newer:
        check_fits(ARCHIVE, account="default", chromium="155.0.9999.1")
    assert newer.value.reason == Refusal.NEWER_CHROMIUM

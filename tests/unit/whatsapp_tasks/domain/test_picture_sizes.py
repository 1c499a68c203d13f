"""Pixels by the header alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pictures import claims, picture
from whatsapp_tasks.domain.picture_sizes import pixels_of_header

KINDS = claims(12_000, 11_000)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("AVIF")])
def test_the_header_says_the_size(kind: str) -> None:
    assert pixels_of_header(KINDS[kind]) == 132_000_000


def test_the_largest_claim() -> None:
    assert pixels_of_header(claims(1 << 24, 1 << 24)["WebP, extended"]) == 1 << 48


def test_a_real_webp() -> None:
    assert pixels_of_header(picture("WEBP", size=(300, 200))) == 60_000
    assert pixels_of_header(picture("WEBP", size=(300, 200), lossless=True)) == 60_000
    assert pixels_of_header(picture("WEBP", size=(300, 200), frames=2)) == 60_000


@pytest.mark.parametrize("kind", ["AVIF", "JPEG2000"])
def test_a_real_picture(kind: str) -> None:
    assert pixels_of_header(picture(kind, size=(300, 200))) == 60_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_that_is_cut_off_is_no_error(kind: str) -> None:
    for end in range(60):
        assert pixels_of_header(KINDS[kind][:end]) >= 0


@given(st.binary(max_size=80))
def test_what_is_no_picture_has_no_pixels(header: bytes) -> None:
    assert pixels_of_header(b"text" + header) == 0 or header.startswith((b"ftyp", b"meta"))

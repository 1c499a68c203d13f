"""What an answer means, when it is tried again, and names (issue 15, "Bad input": URLs)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.faults import FETCH_ATTEMPTS, MAX_ATTEMPTS
from whatsapp_tasks.domain.file_fetches import (
    LONGEST_PAUSE_SECONDS,
    check_length,
    check_status,
    fetched_name,
    next_pause_seconds,
    redirect_target,
)
from whatsapp_tasks.domain.file_names import check_file_name, clean_name
from whatsapp_tasks.errors import FetchFailed

URL = "https://files.example/a/b?c=d"


@pytest.mark.parametrize("status", [200])
def test_only_a_whole_file_is_one(status: int) -> None:
    check_status(status)


@pytest.mark.parametrize(
    ("status", "again"),
    [
        (404, False),
        (401, False),
        (206, False),
        (304, False),
        (503, True),
        (500, True),
        (429, True),
        (408, True),
    ],
)
def test_what_may_pass_is_tried_again(status: int, again: bool) -> None:
    with pytest.raises(FetchFailed) as failed:
        check_status(status, 7.0)
    assert failed.value.again is again


def test_pauses_grow_and_end() -> None:
    code = "file_url_failed"
    before = [[None, *["file_fetching", code] * n, "file_fetching"] for n in range(FETCH_ATTEMPTS)]
    pauses = [next_pause_seconds(code, codes, jitter=0.5) for codes in before]
    assert pauses == [5.0, 15.0, 45.0, 135.0, None]
    assert next_pause_seconds(code, [], jitter=0.5, at_least_seconds=60) == 60
    assert next_pause_seconds(code, [], jitter=0.5, at_least_seconds=10**9) == LONGEST_PAUSE_SECONDS


def test_an_outage_of_our_store_uses_up_no_attempt_at_the_url() -> None:
    ours = ["file_store_unavailable"] * (MAX_ATTEMPTS - 2)
    assert next_pause_seconds("file_store_unavailable", ours, jitter=0.5) == LONGEST_PAUSE_SECONDS
    assert next_pause_seconds("file_store_unavailable", [*ours, ours[0]], jitter=0.5) is None
    assert next_pause_seconds("file_url_slow", ours, jitter=0.5) == 5.0


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/x.pdf", "https://files.example/x.pdf"),
        ("https://other.example/x#part", "https://other.example/x"),
        ("//other.example/x", "https://other.example/x"),
        ("https://10.0.0.1/x", "https://10.0.0.1/x"),  # refused when it is connected to
    ],
)
def test_a_redirect_leads_to_a_url_under_the_same_rules(location: str, target: str) -> None:
    assert redirect_target(302, URL, location, allow_private=False) == target
    assert redirect_target(200, URL, location, allow_private=False) is None


@pytest.mark.parametrize(
    "location", ["http://files.example/x", "file:///etc/passwd", "https://u:p@other.example/", "https://["]
)
def test_a_redirect_to_anything_else_is_not_followed(location: str) -> None:
    with pytest.raises(FetchFailed) as failed:
        redirect_target(307, URL, location, allow_private=False)
    assert (failed.value.code, failed.value.again) == ("file_url_redirected", False)


@pytest.mark.parametrize("length", ["-1", "1e3", "", "²", "1" * 30, "101"])
def test_a_length_that_is_none_or_too_large_is_refused(length: str) -> None:
    with pytest.raises(FetchFailed):
        check_length(length, 100)


def test_lengths() -> None:
    assert check_length("100", 100) == 100
    assert check_length(None, 100) is None


@given(st.text(max_size=400))
def test_a_name_that_nobody_chose_becomes_one_that_is_accepted_or_none(name: str) -> None:
    cleaned = clean_name(name)
    assert cleaned is None or check_file_name(cleaned) == cleaned


def test_names_of_urls() -> None:
    assert fetched_name(None, URL, "application/pdf") == "b.pdf"
    assert fetched_name("x.pdf", URL, "application/pdf") == "x.pdf"
    assert fetched_name("..", "https://files.example/", "application/pdf") is None
    assert fetched_name(None, "https://files.example/login", "text/html") == "login"
    long = clean_name("é" * 200 + ".pdf")
    assert long is not None
    assert long.endswith("é.pdf")
    assert len(long.encode()) <= 255

"""Handing a file in: in batches that the API takes."""

import json
from typing import Any, cast

import pytest

from whatsapp_tasks.cli.batch import AT_ONCE, BYTES_AT_ONCE, hand_in, portions
from whatsapp_tasks.cli.batch_file import Row
from whatsapp_tasks.client import Client
from whatsapp_tasks.errors import RequestRefused


class Api:
    """Takes batches of at most ``most_bytes``, and refuses the shape of messages that are ``bad``."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self.taken: list[list[str]] = []

    def send_batch(self, messages: Any) -> dict[str, Any]:
        texts = [message["message"] for message in messages]
        size = sum(len(text.encode()) for text in texts)
        if size > self._most:
            raise RequestRefused("body_too_large", f"{size} bytes are too many.", http_status=413)
        wrong = [n for n, text in enumerate(texts) if text == "bad"]
        if wrong:
            errors = [{"field": f"messages.{n}.message", "message": "is bad"} for n in wrong]
            raise RequestRefused("request_invalid", "Bad.", errors=errors)
        self.taken.append(texts)
        items = [{"outcome": "accepted", "id": text, "problem": None} for text in texts]
        return {"id": "batch", "items": items}


def rows(*texts: str) -> list[Row]:
    return [Row(n, f"k{n}", {"phone": "+491", "message": text}) for n, text in enumerate(texts, 2)]


def test_two_hundred_long_texts_are_filled_by_bytes_issue_12_row_4() -> None:
    texts = rows(*["क" * 1000] * 200)
    found = list(portions(texts))
    assert [row for some in found for row in some] == texts
    assert len(found) > 1
    assert all(
        len(json.dumps([r.fields for r in some], ensure_ascii=False).encode()) < 2 * BYTES_AT_ONCE
        for some in found
    )


def test_short_texts_are_filled_by_number_and_one_that_is_too_long_stands_alone() -> None:
    assert [len(some) for some in portions(rows(*["Hi"] * (2 * AT_ONCE + 1)))] == [AT_ONCE, AT_ONCE, 1]
    assert [len(some) for some in portions(rows("a", "b" * BYTES_AT_ONCE, "c"))] == [1, 1, 1]
    assert list(portions([])) == []


@pytest.mark.parametrize("most", [1, 3, 7, 100])
def test_what_is_too_large_is_halved_issue_12_row_4(most: int) -> None:
    api = Api(most)
    given = rows("aa", "b", "cccc", "d", "bad", "e", "ffffffff")
    results = hand_in(cast(Client, api), given)
    fits = {row.key for row in given if len(str(row.fields["message"])) <= most}
    assert {r.key for r in results if r.outcome == "accepted"} == fits - {"k6"}
    assert {r.key: r.code for r in results if r.outcome == "refused"} == {
        **{row.key: "body_too_large" for row in given if row.key not in fits},
        **({"k6": "request_invalid"} if "k6" in fits else {}),
    }
    assert sorted(r.line for r in results) == sorted(str(row.line) for row in given)


def test_another_refusal_of_the_whole_is_not_swallowed() -> None:
    class Closed(Api):
        def send_batch(self, messages: Any) -> dict[str, Any]:
            raise RequestRefused("scope_missing", "No.", http_status=403)

    with pytest.raises(RequestRefused, match="No"):
        hand_in(cast(Client, Closed(1)), rows("a"))

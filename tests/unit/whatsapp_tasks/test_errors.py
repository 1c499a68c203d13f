"""Errors: one tree, each with a message for a person."""

import inspect

import pytest

from whatsapp_tasks import errors

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, Exception)]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_in_the_tree_and_in_its_picture(error: type[Exception]) -> None:
    assert issubclass(error, errors.WhatsAppTasksError)
    assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize(
    "error", [c for c in CLASSES if not issubclass(c, errors.SendError | errors.RequestRefused)]
)
def test_an_error_without_words_says_its_docstring(error: type[Exception]) -> None:
    assert str(error()) == (error.__doc__ or "").strip().splitlines()[0]


def test_a_refusal_carries_all_an_answer_needs() -> None:
    refused = errors.RequestRefused("x", "Do y.", http_status=409, errors=[{"field": "a", "message": "b"}])
    assert (refused.code, str(refused), refused.http_status) == ("x", "Do y.", 409)
    assert refused.errors == [{"field": "a", "message": "b"}]


def test_only_what_was_certainly_not_sent_and_is_about_us_counts_for_the_circuit() -> None:
    assert errors.SendPostponed("x", "y").about_us
    assert not errors.SendPostponed("x", "y", about_us=False).about_us

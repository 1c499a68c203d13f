"""Errors cross process borders whole."""

import pickle

import pytest

from whatsapp_tasks import errors


@pytest.mark.parametrize(
    "error",
    [
        errors.RequestRefused(
            "phone_invalid", "Bad.", http_status=409, errors=[{"field": "phone", "message": "bad"}]
        ),
        errors.SendPostponed("paused", "Later."),
        errors.SendRefused("not_on_whatsapp", "Never."),
        errors.BrowserStartFailed("No.", exit_code=21),
        errors.StoreUnavailable(),
        errors.ArchiveRefused("damaged", "No."),
        errors.SessionWaits("stale", "Wait."),
    ],
)
def test_an_error_is_the_same_after_a_pickle(error: Exception) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert copy.__dict__ == error.__dict__


def test_an_error_without_words_says_what_its_class_says() -> None:
    assert str(errors.LeaseLost()) == "Another worker holds this account, or this worker's lease has expired."

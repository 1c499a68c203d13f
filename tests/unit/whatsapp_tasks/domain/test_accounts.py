"""Names of accounts."""

import pytest

from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT, check_account_name
from whatsapp_tasks.errors import RequestRefused


@pytest.mark.parametrize("name", ["default", "a", "7", "support-de", "a--b", "x" * 32])
def test_a_slug_is_its_own_answer(name: str) -> None:
    assert check_account_name(name) == name


def test_the_default_account_is_a_valid_name() -> None:
    assert check_account_name(DEFAULT_ACCOUNT) == DEFAULT_ACCOUNT


@pytest.mark.parametrize(
    "name",
    ["", "-a", "a-", "A", "a b", "a/b", "../up", "a.b", "a:b", "{a}", "ä", "x" * 33, "a\n", "a\x06\x16", "٣"],
)
def test_what_could_leave_a_queue_name_key_folder_or_url_is_refused(name: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        check_account_name(name)
    assert refused.value.code == "account_invalid"
    assert refused.value.errors[0]["field"] == "account"

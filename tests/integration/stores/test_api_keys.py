"""API keys: made once, rotated with an overlap, revoked for good."""

import pytest

from tests.support.ledger_rig import NOW
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database


@pytest.fixture
def api_keys(database: Database) -> ApiKeys:
    return ApiKeys(database)


def test_a_key_is_read_back_as_it_was_made(api_keys: ApiKeys) -> None:
    key = api_keys.create("Überweisung", ("send", "read"), NOW)
    assert api_keys.get(key.id) == key
    assert api_keys.get("wak_other") is None


def test_keys_and_secrets_do_not_repeat_and_secrets_are_long(api_keys: ApiKeys) -> None:
    keys = [api_keys.create("k", ("send",), NOW) for _ in range(20)]
    assert len({key.id for key in keys}) == len({key.secrets for key in keys}) == 20
    assert all(len(key.secrets[0]) >= 43 for key in keys)


def test_a_secret_does_not_show_in_logs(api_keys: ApiKeys) -> None:
    key = api_keys.create("k", ("send",), NOW)
    assert key.secrets[0] not in repr(key)


def test_admin_may_everything_and_others_what_they_were_given() -> None:
    assert ApiKey("i", "l", ("admin",), NOW).allows("send")
    assert ApiKey("i", "l", ("send",), NOW).allows("send")
    assert not ApiKey("i", "l", ("send", "read"), NOW).allows("admin")
    assert not ApiKey("i", "l", (), NOW).allows("read")


def test_rotation_leaves_the_last_secret_valid_until_the_next(api_keys: ApiKeys) -> None:
    key = api_keys.create("k", ("send",), NOW)
    (first,) = key.secrets
    second, kept = api_keys.rotate(key).secrets
    assert kept == first
    third, kept = api_keys.rotate(key).secrets  # from an object that is out of date
    assert kept == second
    stored = api_keys.get(key.id)
    assert stored is not None
    assert stored.secrets == (third, second)


def test_a_revoked_key_is_gone_and_rotation_does_not_bring_it_back(api_keys: ApiKeys) -> None:
    key = api_keys.create("k", ("send",), NOW)
    assert [api_keys.revoke(key.id), api_keys.revoke(key.id)] == [True, False]
    with pytest.raises(RequestRefused) as refused:
        api_keys.rotate(key)
    assert refused.value.code == "api_key_not_found"
    assert api_keys.get(key.id) is None


def test_all_keys_are_listed_by_age(api_keys: ApiKeys) -> None:
    late, early = api_keys.create("late", (), NOW + 1), api_keys.create("early", (), NOW)
    assert api_keys.all() == [early, late]

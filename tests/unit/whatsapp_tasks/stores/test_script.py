"""The scripts name their keys and arguments once, and everything in their bodies goes by these names."""

import re

import pytest

from tests.support import lua_scripts
from whatsapp_tasks.stores.script import Script, script

NAMES = sorted(lua_scripts.NAMES - lua_scripts.LIBRARIES)
_HEAD = re.compile(r"^local [\w,\s]+?=\s*unpack\((KEYS|ARGV)(?:, 1, (\d+))?\)$", re.MULTILINE)
_REST = re.compile(r"^local (\w+_from) = (\d+)$", re.MULTILINE)


def code(each: Script) -> str:
    return "\n".join(line.partition("--")[0] for line in each.text.splitlines())


def body(each: Script) -> str:
    """What follows the lines that name keys and arguments."""
    return _REST.sub("", _HEAD.sub("", code(each)))


@pytest.mark.parametrize("name", NAMES)
def test_a_script_names_keys_and_arguments_once_each(name: str) -> None:
    heads = _HEAD.findall(code(script(name)))
    assert [table for table, _ in heads] == ["KEYS", "ARGV"]
    names = [*script(name).keys, *script(name).args]
    assert len(names) == len(set(names))
    for (_, count), bound in zip(heads, (script(name).keys, script(name).args), strict=True):
        assert count in ("", str(len(bound)))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_script_names_it_uses_and_never_declares_again(name: str) -> None:
    text = body(script(name))
    for named in [*script(name).keys, *script(name).args]:
        assert re.search(rf"(?<![\w.']){named}(?![\w'])", text), named
    declared = re.findall(r"\blocal (?:function )?([\w, ]+)", text)
    again = {word for line in declared for word in re.findall(r"\w+", line)}
    assert not again & {*script(name).keys, *script(name).args}


@pytest.mark.parametrize("name", NAMES)
def test_no_script_reads_a_key_or_an_argument_by_its_number(name: str) -> None:
    assert not re.search(r"\b(KEYS|ARGV)\[\d", body(script(name)))


@pytest.mark.parametrize("name", NAMES)
def test_a_list_after_the_names_begins_after_the_last_of_them(name: str) -> None:
    text = code(script(name))
    bounded = {table: int(count) for table, count in _HEAD.findall(text) if count}
    rests = _REST.findall(text)
    assert bool(bounded) is bool(rests)
    assert {int(at) for _, at in rests} == {count + 1 for count in bounded.values()}
    assert all(re.search(rf"\b{rest}\b", body(script(name))) for rest, _ in rests)


def test_keys_and_arguments_are_bound_by_name() -> None:
    keys, args = script("webhook_fan_out").bound(
        {"positions": "p"}, {"now": 4, "seen": "2", "account": "1", "reached": "3"}, ["k"], ["more"]
    )
    assert (keys, args) == (("p", "k"), ("1", "2", "3", 4, "more"))


@pytest.mark.parametrize(
    ("keys", "args"),
    [
        ({"lease": "l"}, {"token": "t"}),
        ({"lease": "l"}, {"token": "t", "ttl": 1, "more": 2}),
        ({"lease": "l"}, {"token": "t", "tll": 1}),
        ({}, {"token": "t", "ttl": 1}),
        ({"leese": "l"}, {"token": "t", "ttl": 1}),
    ],
)
def test_a_call_with_other_names_is_an_error(keys: dict[str, str], args: dict[str, str | int]) -> None:
    with pytest.raises(TypeError, match=r"lease_renew\.lua"):
        script("lease_renew").bound(keys, args)


def test_the_functions_that_a_script_uses_come_before_it() -> None:
    source = script("claim").source
    assert source.index("local function holds_any") < source.index("if holds_any(")

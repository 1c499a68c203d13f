"""Overrides come into force when they change, and only when they are sound."""

from pathlib import Path
from typing import cast

import pytest

from whatsapp_tasks.browser.selectors import Selectors, load_selectors
from whatsapp_tasks.errors import SelectorsInvalid, StoreUnavailable
from whatsapp_tasks.session.selector_source import SelectorSource
from whatsapp_tasks.stores.selectors import SelectorOverride, StoredOverride

BOX = '[elements.compose]\nnew = {{ css = "{css}", source = "a test" }}\n'


class Stored:
    """Redis, as far as the source asks it."""

    def __init__(self) -> None:
        self.text = ""
        self.count = 0
        self.away = False

    def put(self, text: str) -> None:
        self.text, self.count = text, self.count + 1

    def version(self) -> int:
        if self.away:
            raise StoreUnavailable
        return self.count

    def get(self) -> StoredOverride | None:
        return StoredOverride(self.count, self.text, "me", 1) if self.text else None


def source_of(file: Path | None, stored: Stored | None = None) -> SelectorSource:
    return SelectorSource(file, cast(SelectorOverride, stored) if stored else None)


def compose(source: SelectorSource) -> object:
    return source.current.elements["compose"]


def test_a_file_comes_into_force_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text("")
    source = source_of(file)
    assert source.refresh() is False
    assert not source.changed()
    file.write_text(BOX.format(css="#one"))
    assert source.changed()
    assert source.refresh() is True
    assert compose(source) == {"new": "#one"}
    assert source.origins == ("built in", str(file))
    file.write_text("")
    assert source.refresh() is True
    assert source.current == load_selectors()


def test_a_bad_file_is_reported_once_and_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "s.toml"
    file.write_text(BOX.format(css="#one"))
    source = source_of(file)
    source.refresh()
    file.write_text("[elements.nonsense]\n")
    for _ in range(3):
        assert source.refresh() is False
    assert compose(source) == {"new": "#one"}
    assert "elements.nonsense" in source.problem
    assert len([r for r in caplog.records if "refused" in r.message]) == 1
    file.write_text(BOX.format(css="#two"))
    assert source.refresh() is True
    assert source.problem == ""


def test_a_file_that_vanished_is_no_reason_to_forget_it(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(BOX.format(css="#one"))
    source = source_of(file)
    source.refresh()
    file.unlink()
    assert source.changed()
    assert source.refresh() is False
    assert compose(source) == {"new": "#one"}
    assert "cannot be read" in source.problem


def test_what_the_browser_refuses_does_not_come_into_force(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(BOX.format(css="div:nonsense"))

    def check(_: Selectors) -> None:
        raise SelectorsInvalid("elements.compose.new.css: no")

    source = source_of(file)
    assert source.refresh(check) is False
    assert source.current == load_selectors()
    assert "elements.compose" in source.problem


def test_redis_goes_before_the_file_and_can_be_away(tmp_path: Path) -> None:
    file, stored = tmp_path / "s.toml", Stored()
    file.write_text(BOX.format(css="#file"))
    stored.put(BOX.format(css="#redis"))
    source = source_of(file, stored)
    assert source.refresh() is True
    assert compose(source) == {"new": "#redis"}
    stored.away = True
    assert not source.changed()
    stored.away = False
    stored.put("")
    assert source.refresh() is True
    assert compose(source) == {"new": "#file"}

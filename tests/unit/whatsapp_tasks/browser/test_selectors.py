"""Selectors as data: what is in the file, and how single entries are replaced or refused."""

from pathlib import Path

import pytest

from whatsapp_tasks.browser.selectors import Selectors, load_selectors
from whatsapp_tasks.errors import SelectorsInvalid

BUILT_IN = load_selectors()


def test_every_entry_has_variants_and_what_all_eras_share_goes_before_a_single_era() -> None:
    assert all(variants for variants in BUILT_IN.elements.values())
    structural = ("chat_pane", "qr", "link_code", "main", "footer", "compose", "dialog", "message_panel")
    assert all(next(iter(BUILT_IN.elements[name])) == "any" for name in structural)


def test_a_file_replaces_single_entries_and_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "selectors.toml"
    file.write_text(
        '[elements.compose]\nnew = { css = "#box", source = "seen" }\n[texts.ban]\nde = ["gesperrt"]\n'
    )
    now = load_selectors(file)
    assert now.elements["compose"] == {"new": "#box"}
    assert now.texts["ban"] == {"de": ["gesperrt"]}
    rest = {name: css for name, css in now.elements.items() if name != "compose"}
    assert rest == {name: css for name, css in BUILT_IN.elements.items() if name != "compose"}
    assert now.for_script()["elements"]["compose"] == ["#box"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[elements.compose\n", "not TOML"),
        ('[elements.composer]\nany = { css = "#a", source = "x" }', "elements.composer"),
        ('[icons]\ntick = ["a"]', "icons.tick"),
        ('[texts.bann]\nen = ["a"]', "texts.bann"),
        ('[elements.compose]\nany = { css = "", source = "x" }', "elements.compose.any.css"),
        ('[elements.compose]\nany = { css = "#a" }', "elements.compose.any.source"),
        ('[elements.compose]\nany = { css = "div[role=x", source = "x" }', "elements.compose.any.css"),
        ('[elements.compose]\nany = { css = "div)", source = "x" }', "elements.compose.any.css"),
        ('[elements.compose]\nany = { css = "a[b=\'c]", source = "x" }', "elements.compose.any.css"),
        ("[elements.compose]\nany = 3", "elements.compose.any"),
        ('[texts.ban]\nen = [""]', "texts.ban.en"),
        ("[texts.ban]\nen = []", "texts.ban.en"),
        ("[icons]\npending = []", "icons.pending"),
        ('[surprise]\nx = "y"', "surprise"),
    ],
)
def test_a_bad_override_is_refused_by_the_name_of_its_entry(text: str, named: str) -> None:
    with pytest.raises(SelectorsInvalid, match=r"^here: ") as refused:
        BUILT_IN.overridden(text, "here")
    assert named in str(refused.value)


def test_an_entry_without_variants_is_refused() -> None:
    with pytest.raises(SelectorsInvalid, match=r"elements\.compose"):
        BUILT_IN.overridden("[elements.compose]\n", "here")


def test_an_empty_override_changes_nothing() -> None:
    assert BUILT_IN.overridden("", "here") == BUILT_IN


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "selectors.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SelectorsInvalid, match="cannot be read"):
        load_selectors(file)


def test_icons_that_mean_different_things_have_different_names() -> None:
    names = [name for key in ("pending", "one_tick", "two_ticks", "failed") for name in BUILT_IN.icons[key]]
    assert len(names) == len(set(names))


def test_selectors_are_values() -> None:
    assert load_selectors() == BUILT_IN
    assert isinstance(BUILT_IN, Selectors)

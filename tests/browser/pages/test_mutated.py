"""What the look finds by its position when names are gone: found by the campaign of mutants (issue 11,
E2).
"""

import pytest

from tests.browser.pages.stage import Stage
from whatsapp_simulator.mutations.mutate import mutate
from whatsapp_simulator.settings import Settings
from whatsapp_simulator.skins import skin
from whatsapp_tasks.domain.page_kinds import PageKind


def seed_of(stage: Stage, kind: str, what: str) -> int:
    """The first seed that draws just this change."""
    look = Settings(era=stage.era)  # type: ignore[arg-type]  # a string of the stage
    return next(s for s in range(1000) if mutate(skin(look), s, 1, (kind,)) == [(kind, what)])


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("classes rehashed", "all"),
        ("list regridded", "chats as options"),
        ("list regridded", "messages without roles"),
    ],
)
def test_texts_and_rows_are_found_by_their_place(stage: Stage, kind: str, what: str) -> None:
    phone, other = f"49151777{len(what):05d}", f"49151778{len(what):05d}"
    stage.load_with("mutated", seed=seed_of(stage, kind, what), changes=1, kinds=[kind])
    stage.kind(PageKind.MAIN)
    bubble = stage.send(f"+{phone}", f"{what}, two\nlines")
    assert bubble.text == f"{what}, two\nlines"
    stage.simulator.incoming(other, "who are you")
    stage.until_rows(
        lambda rows: next((r for r in rows if r.unread == 1 and r.preview == "who are you"), None)
    )

"""Whatever a text is drawn as, the bubble of what was sent is found (issue 11, 0.1 and 0.5)."""

import pytest

from tests.browser.pages.rendered_texts import RENDERED_TEXTS, is_folded
from tests.browser.pages.stage import Stage
from tests.browser.pages.test_messages import new_phone
from whatsapp_tasks.domain.intents import Intent, find_intended
from whatsapp_tasks.domain.page_snapshot import PageSnapshot

AT_ONCE = 5
"""So few that all of a chat stands near the view, where no row is emptied; long texts stand alone."""
SHORT = [name for name, text in RENDERED_TEXTS.items() if len(text) < 500]
LONG = [name for name in RENDERED_TEXTS if name not in SHORT]
CHUNKS = [*(SHORT[n : n + AT_ONCE] for n in range(0, len(SHORT), AT_ONCE)), *([name] for name in LONG)]


def test_there_are_sixty_texts_or_more() -> None:
    assert len(RENDERED_TEXTS) >= 60


@pytest.mark.parametrize("names", CHUNKS, ids=[chunk[0] for chunk in CHUNKS])
def test_what_was_sent_is_found_in_its_bubble(stage: Stage, names: list[str]) -> None:
    phone = new_phone()
    sent = [{"text": RENDERED_TEXTS[name], "mine": True, "status": "read"} for name in names]
    stage.simulator.chat(phone, None, [{"text": "before"}, *sent])
    stage.open_chat(phone)

    def all_shown(snapshot: PageSnapshot) -> PageSnapshot | None:
        bubbles = snapshot.chat.bubbles if snapshot.chat else ()
        return snapshot if len(bubbles) == len(sent) + 1 else None

    chat = stage.until(all_shown).chat
    assert chat is not None
    for place, name in enumerate(names):
        before, shown = chat.bubbles[place : place + 2]
        found = find_intended(
            Intent(1, (before.id,)), RENDERED_TEXTS[name], chat.bubbles[: place + 2], settled=True
        )
        assert (name, found.verdict, found.bubble) == (name, "found", shown)
        assert shown.folded is (stage.era != "E1" and is_folded(RENDERED_TEXTS[name])), name

"""What stands in place of the box, and what of it is said of a chat later (issue 16, build 5)."""

import pytest

from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.domain.chat_snapshot import NOTICES, Chat, Compose
from whatsapp_tasks.domain.faults import FAULTS
from whatsapp_tasks.domain.notices import CLOSED, UNKNOWN, closed_by, notice_of


def chat(*texts: str, box: bool = False) -> Chat:
    compose = Compose("", focused=False, x=0, y=0) if box else None
    return Chat("Choir", compose, "words", (), panel=True, notice_texts=frozenset(texts))


def test_each_notice_has_a_failure_of_its_own_recipient() -> None:
    codes = {name: notice_of(chat(name)).code for name in NOTICES}
    without_code = {name for name, code in codes.items() if code == UNKNOWN.code}
    assert not without_code, f"add a row for each to _NOTICES in domain/notices.py: {without_code}"
    without_row = {*codes.values()} - {*FAULTS}
    assert not without_row, f"add a row for each to domain/faults.py: {without_row}"
    assert {*codes.values()} >= CLOSED


def test_each_notice_is_known_by_words_or_by_a_mark() -> None:
    built_in = load_selectors()
    marked = {name.removeprefix("notice_is_") for name in built_in.elements if name.startswith("notice_is_")}
    unknown = NOTICES - built_in.texts.keys() - marked
    assert not unknown, f"add [texts.NAME] or [elements.notice_is_NAME] to browser/selectors.toml: {unknown}"
    assert marked <= NOTICES, "add these to NOTICES in domain/chat_snapshot.py"


@pytest.mark.parametrize(
    ("shown", "closed"),
    [
        (chat("no_longer_member"), "chat_left"),
        (chat("only_admins"), "chat_admins_only"),
        (chat(box=True), ""),
        # A person can undo these at any time, and the lock of new chats is no matter of one chat.
        (chat("terms_on_phone"), None),
        (chat("recipient_blocked"), None),
        (chat("restricted"), None),
        (chat(), None),
    ],
)
def test_only_what_others_must_change_is_remembered(shown: Chat, closed: str | None) -> None:
    assert closed_by(shown) == closed

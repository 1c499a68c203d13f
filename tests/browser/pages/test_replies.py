"""Replies on the page, in each era and language (issue 16, point 4): a message is found, stands armed, and
the bubble quotes it; what stands armed and should not is taken away.
"""

from types import SimpleNamespace
from typing import cast

import pytest

from tests.browser.pages.stage import Stage, within
from tests.browser.pages.test_messages import new_phone
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.open_chat import OpenChat
from whatsapp_tasks.domain.replies import Reply, carries, is_quoted
from whatsapp_tasks.domain.typing_plan import typing_plan
from whatsapp_tasks.errors import InputStopped, SendPostponed
from whatsapp_tasks.session.replying import armed
from whatsapp_tasks.session.typing import disarm, empty_box
from whatsapp_tasks.stores.messages import Message

THEIRS, OURS = "3AFE0000000000000001", "3EB00000000000000002"
SAID: list[dict[str, object]] = [
    {"text": "Which *colour*?\n- red\n- blue", "id": THEIRS},
    {"text": "Your code is 482 913", "mine": True, "id": OURS},
    {"text": "Your code is 482 914", "mine": True, "id": "3EB00000000000000003"},
]


@pytest.fixture
def phone(stage: Stage) -> str:
    """Whose chat is open; it has a name and three messages."""
    phone = new_phone()
    stage.simulator.chat(phone[1:], "Ada", SAID)
    stage.open_chat(phone)
    stage.until(lambda s: True if s.chat and len(s.chat.bubbles) == len(SAID) else None)
    return phone


def id_of(stage: Stage, phone: str, message_id: str) -> str:
    """As the page names it: E1 has the chat in it."""
    side = "false" if message_id.startswith("3A") else "true"
    return f"{side}_{phone[1:]}@c.us_{message_id}" if stage.era == "E1" else message_id


def opened(stage: Stage, phone: str) -> OpenChat:
    return OpenChat(phone, stage.mark())


def arm(stage: Stage, phone: str, message_id: str) -> OpenChat:
    """As for a message that replies to the one with this id."""
    reply = Reply("x", id_of(stage, phone, message_id))
    message = cast("Message", SimpleNamespace(id="m", reply=reply, timeline=()))
    return armed(stage.whatsapp, message, opened(stage, phone))


def write(stage: Stage, chat: OpenChat, text: str) -> Bubble:
    """Types and sends; the new bubble."""
    known = {bubble.id for bubble in stage.chat().bubbles}
    empty_box(stage.whatsapp, chat, within())
    stage.whatsapp.type_text(typing_plan(text, lambda _low, _high: 0.0), chat.mark, within(60))
    stage.whatsapp.press_enter(chat.mark, text, within())

    def new(snapshot: object) -> Bubble | None:
        return next((b for b in stage.chat().bubbles if b.id not in known and b.outgoing), None)

    return cast("Bubble", stage.until(new))


@pytest.mark.parametrize("message_id", [THEIRS, OURS])
def test_a_message_is_quoted(stage: Stage, phone: str, message_id: str) -> None:
    chat = arm(stage, phone, message_id)
    quote = chat.mark.quote
    assert quote is not None
    target = next(b for b in stage.chat().bubbles if b.id == id_of(stage, phone, message_id))
    assert is_quoted(quote, target)
    assert quote.ours is (message_id == OURS)
    assert [is_quoted(quote, b) for b in stage.chat().bubbles].count(True) == 1
    stage.picture(f"armed-{message_id[:2]}")
    bubble = write(stage, chat, "the answer")
    assert bubble.text == "the answer"
    assert carries(bubble, quote)
    assert stage.chat().quote is None
    [sent] = stage.simulator.wait_for_messages(1, chat=phone[1:])
    assert sent.quoted is not None
    assert sent.quoted["id"] == message_id


@pytest.mark.parametrize("how", ["words_alone", "other_message", "nothing_happens", "not_offered"])
def test_what_cannot_be_quoted_is_told_and_nothing_is_left_armed(
    stage: Stage, phone: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whatsapp_tasks.session.replying.ARMED_SECONDS", 0.3)
    stage.simulator.scenario("reply_trouble", how=how)
    if how == "words_alone":  # by words at their place, else by the double click
        disarm(stage.whatsapp, arm(stage, phone, OURS), within())
    else:
        with pytest.raises(SendPostponed) as stopped:
            arm(stage, phone, OURS)
        assert stopped.value.code == "reply_not_armed"
    now = stage.look()
    assert now.chat is not None
    assert (now.chat.quote, now.message_menu) == (None, False)
    assert not set(stage.simulator.presses()) & {
        "copy",
        "forward",
        "delete",
        "reply_privately",
        "message_info",
    }


def test_what_somebody_left_armed_is_taken_away_before_anything_is_typed(stage: Stage, phone: str) -> None:
    arm(stage, phone, THEIRS)
    plain = opened(stage, phone)
    with pytest.raises(InputStopped, match="quote"):
        stage.whatsapp.type_text(typing_plan("Hi", lambda _low, _high: 0.0), plain.mark, within())
    stage.open_chat(new_phone())
    stage.open_chat(phone)  # it is kept with the draft
    assert stage.chat().quote is not None
    bubble = write(stage, opened(stage, phone), "plain")
    assert bubble.quoted is None
    assert stage.simulator.wait_for_messages(1, chat=phone[1:])[-1].quoted is None


def test_a_reply_that_loses_its_quotation_is_seen_in_its_bubble(stage: Stage, phone: str) -> None:
    stage.simulator.scenario("reply_trouble", how="quotation_lost")
    chat = arm(stage, phone, THEIRS)
    assert not carries(write(stage, chat, "alone"), chat.mark.quote)


def test_a_message_far_up_is_found_by_loading_older_ones(stage: Stage) -> None:
    phone = new_phone()
    first: list[dict[str, object]] = [{"text": "The first", "id": "3AFE00000000000000FF"}]
    stage.simulator.chat(phone[1:], "Ada", [*first, *({"text": f"Line {number}"} for number in range(150))])
    stage.open_chat(phone)
    chat = arm(stage, phone, "3AFE00000000000000FF")
    assert chat.mark.quote is not None
    assert chat.mark.quote.text == "The first"
    assert stage.chat().bubbles[-1].text == "Line 149", "the newest are in view again"


def test_a_message_that_is_not_there_is_told(
    stage: Stage, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whatsapp_tasks.session.revealing.OLDER_SECONDS", 0.5)
    with pytest.raises(SendPostponed, match="not in the part"):
        arm(stage, phone, "3AFE0000000000000999")

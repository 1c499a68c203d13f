"""Opening chats, sending, and reading what became of it, in each era and language."""

import pytest

from tests.browser.pages.stage import Stage, within
from tests.browser.short_form import FULL
from tests.support.difficult_texts import DIFFICULT_TEXTS
from whatsapp_tasks.domain.page_kinds import PageKind
from whatsapp_tasks.domain.popups import Popup, popup_of
from whatsapp_tasks.domain.texts import bubble_key
from whatsapp_tasks.errors import SendPostponed, SendRefused

SOME_TEXTS = frozenset({"emoji outside the BMP", "arabic", "several lines", "markup characters", "tabs"})
SPOKEN = [("one", False), ("two", False), ("three", True), ("four", True), ("five", False)]
FRESH = iter(range(4915200000000, 4915299999999))


def new_phone() -> str:
    """A number nobody has written to, in no test of this run."""
    return f"+{next(FRESH)}"


def test_a_message_is_sent_and_followed_to_read(stage: Stage) -> None:
    """The ticks on the way may come and go between two looks."""
    phone = new_phone()
    stage.simulator.set(sent_ms=150, delivered_ms=400, read_ms=400)
    bubble = stage.send(phone, "Hello 🎈")
    assert bubble.outgoing
    stage.ticked(bubble, "read")
    assert [m.text for m in stage.simulator.messages(phone)] == ["Hello 🎈"]


@pytest.mark.parametrize(
    ("phone", "tick"), [("+12025550105", "sent"), ("+12025550104", "delivered"), ("+12025550102", "pending")]
)
def test_one_tick_is_not_two_and_grey_is_not_blue(stage: Stage, phone: str, tick: str) -> None:
    stage.simulator.set(sent_ms=20, delivered_ms=20, read_ms=20)
    bubble = stage.send(phone, f"never past {tick}")
    stage.ticked(bubble, tick)
    assert stage.ticked(bubble, tick).tick == tick


def test_a_message_that_failed_is_reported(stage: Stage) -> None:
    bubble = stage.send("+12025550103", "refused")
    stage.ticked(bubble, "failed")
    stage.picture("failed")


def test_difficult_texts_are_read_back_from_box_and_bubble(stage: Stage) -> None:
    phone = new_phone()
    texts = [text for name, text in DIFFICULT_TEXTS.items() if FULL or name in SOME_TEXTS]
    for text in texts:
        bubble = stage.send(phone, text)
        assert bubble.text is not None
        shown, whole = bubble_key(bubble.text), bubble_key(text)
        assert whole.startswith(shown) if bubble.folded else shown == whole
    assert [m.text for m in stage.simulator.wait_for_messages(len(texts), chat=phone)] == texts


def test_both_sides_of_a_chat_are_told_apart(stage: Stage) -> None:
    phone = new_phone()
    stage.simulator.chat(
        phone,
        "Ada",
        [{"text": text, "mine": mine, "status": "read"} for text, mine in SPOKEN],
    )
    stage.titles[phone] = "Ada"
    stage.open_chat(phone)
    bubbles = stage.chat().bubbles
    assert [(b.text, b.outgoing) for b in bubbles] == SPOKEN


@pytest.mark.parametrize("wording", ["url", "number"])
def test_a_number_that_is_not_on_whatsapp_is_refused_after_a_second_look(stage: Stage, wording: str) -> None:
    stage.set_look(invalid_text=wording)
    with pytest.raises(SendRefused) as refused:
        stage.open_chat("+12025550101")
    assert refused.value.code == "not_on_whatsapp"
    assert popup_of(stage.look()) is Popup.NONE


def test_one_failed_query_is_not_believed(stage: Stage) -> None:
    phone = new_phone()
    stage.simulator.scenario("query_error", count=1)
    stage.send(phone, "it is there")
    assert [m.text for m in stage.simulator.wait_for_messages(1, chat=phone)] == ["it is there"]


def test_a_page_without_network_refuses_no_number(stage: Stage) -> None:
    stage.simulator.scenario("network_down")
    stage.says("offline")
    with pytest.raises(SendPostponed) as postponed:
        stage.open_chat(new_phone())
    assert postponed.value.code == "page_offline"
    stage.simulator.clear_scenario("network_down")
    stage.until(lambda s: s if "offline" not in s.texts else None)


def test_starting_chat_is_waited_for_and_never_cancelled(stage: Stage) -> None:
    phone = new_phone()
    stage.simulator.scenario("slow_query", ms=1200)
    stage.whatsapp.open_chat_inside(phone, within())
    assert stage.popup(Popup.STARTING_CHAT).dialogs[0].buttons
    stage.open_chat(phone)
    assert stage.context.opened is not None
    assert stage.context.opened.is_with(phone)


def test_the_box_of_the_chat_before_is_not_taken_for_the_one_that_was_asked_for(stage: Stage) -> None:
    first, second = new_phone(), new_phone()
    stage.open_chat(first)
    stage.simulator.scenario("slow_query", ms=800)
    stage.open_chat(second)
    assert stage.context.opened is not None
    assert stage.context.opened.is_with(second)


def test_another_chat_than_the_one_asked_for_is_never_typed_into(stage: Stage) -> None:
    stage.simulator.scenario("wrong_chat", opens="4915277777777")
    with pytest.raises(SendPostponed) as postponed:
        stage.open_chat(new_phone())
    assert postponed.value.code == "wrong_chat"


def test_a_chat_under_a_name_is_known_by_navigation_and_without_a_full_load(stage: Stage) -> None:
    phone = new_phone()
    stage.simulator.chat(phone, "Ada Lovelace", [{"text": "hi"}])
    stage.open_chat(new_phone())
    loaded = stage.loaded_at()
    assert stage.open_chat(phone).title == "Ada Lovelace"
    assert stage.titles["Ada Lovelace"] == phone
    assert stage.loaded_at() == loaded


def test_a_draft_in_the_box_is_seen(stage: Stage) -> None:
    phone = new_phone()
    stage.open_chat(phone)
    stage.insert("a draft")
    stage.open_chat(new_phone())
    compose = stage.open_chat(phone).compose
    assert compose is not None
    assert compose.text == "a draft"


def test_rows_out_of_sight_keep_their_place_and_lose_their_text(stage: Stage) -> None:
    phone = new_phone()
    stage.simulator.scenario("empty_rows", margin_px=0)
    stage.simulator.chat(
        phone, None, [{"text": f"row {number}", "mine": number % 2 == 0} for number in range(28)]
    )
    stage.open_chat(phone)
    snapshot = stage.until(lambda s: s if s.chat and any(b.text is None for b in s.chat.bubbles) else None)
    assert snapshot.chat is not None
    assert len(snapshot.chat.bubbles) == 28
    assert snapshot.chat.bubbles[-1].text == "row 27"
    for bubble in snapshot.chat.bubbles:
        if bubble.text is None:
            assert bubble.tick is None
            assert bubble.outgoing is None or stage.era != "E3"


def test_too_long_a_text_brings_a_notice_that_is_dismissed(stage: Stage) -> None:
    phone = new_phone()
    stage.open_chat(phone)
    stage.whatsapp.page.evaluate(
        """() => { const data = new DataTransfer(); data.setData("text/plain", "x".repeat(65537));
        document.querySelector("#main footer [contenteditable]").dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
        deadline=within(),
    )
    stage.popup(Popup.TOO_LONG)
    stage.open_chat(new_phone())
    stage.kind(PageKind.MAIN)


def test_two_people_of_one_name_are_never_taken_for_each_other(stage: Stage) -> None:
    first, second = new_phone(), new_phone()
    for phone in (first, second):
        stage.simulator.chat(phone, "Anna", [{"text": f"from {phone}"}])
    for phone in (first, second, first, second):
        stage.titles.clear()  # what the store says of a name that two numbers bear
        stage.open_chat(phone)
        assert [bubble.text for bubble in stage.chat().bubbles] == [f"from {phone}"]

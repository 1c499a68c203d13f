"""The judgement of the campaign of conversations (issue 16, "Must show" 1)."""

from typing import Any

from bench.received_verdicts import Chat, Verdict, judge

ADA = "4915112345678"


def written(message_id: str, text: str = "hi", **changes: Any) -> dict[str, Any]:
    """As the simulator has it."""
    plain: dict[str, Any] = {"attachments": [], "quoted": None, "special": None, "author": None}
    return {"id": message_id, "text": text, **plain, **changes}


def event(number: int, message_id: str | None, text: str = "hi", **changes: Any) -> dict[str, Any]:
    """As a webhook brings it."""
    message = None
    if message_id is not None:
        shown = {"kind": "text", "text": text, "author": None, "quoted": None, "media": None}
        message = {"whatsapp_id": message_id, **shown, **changes.pop("message", {})}
    chat = {"id": "c1", "title": "Ada", "phone": f"+{ADA}", **changes.pop("chat", {})}
    missed = changes.pop("missed", 0)
    return {"id": f"e{number}", "data": {"chat": chat, "message": message, "messages_missed": missed}}


def of(messages: list[dict[str, Any]], *events: dict[str, Any]) -> Verdict:
    return judge([Chat(ADA, "Ada", messages)], events)


def test_all_that_was_written_came_once_and_in_order() -> None:
    verdict = of([written("a"), written("b")], event(1, "a"), event(2, "b"))
    assert verdict.last_line() == "received: 2 missed and untold: 0 doubled: 0 out of order: 0"
    assert not verdict.failed


def test_what_did_not_come_counts_unless_a_gap_was_told() -> None:
    messages = [written("a"), written("b"), written("c")]
    assert of(messages, event(1, "a")).untold == 2
    assert of(messages, event(1, "a", missed=1)).untold == 1
    assert of(messages, event(1, "a", missed="unknown")).untold == 0
    told = of(messages, event(1, "a"), event(2, None, missed=2))
    assert (told.untold, told.told_missed, told.in_vain) == (0, 2, 0)
    assert of(messages[:1], event(1, "a", missed=1)).in_vain == 1


def test_a_gap_of_another_chat_excuses_nothing() -> None:
    other = {"id": "c2", "title": "Bo", "phone": "+4915112345679"}
    assert of([written("a")], event(1, None, missed="unknown", chat=other)).untold == 1


def test_another_text_kind_quotation_author_or_file_is_not_the_message() -> None:
    file = written("a", "", attachments=[{"kind": "document", "name": "a.pdf"}])
    shown = {"kind": "document", "media": {"kind": "document", "name": "a.pdf", "size": "1 kB"}}
    assert of([file], event(1, "a", "", message=shown)).received == 1
    assert of([file], event(1, "a", "", message={"kind": "document"})).untold == 1
    assert of([written("a", "hi\nthere")], event(1, "a", "hi there")).untold == 1
    quoting = written("a", quoted={"author": "You", "text": "STOP"})
    assert of([quoting], event(1, "a")).untold == 1
    assert of([quoting], event(1, "a", message={"quoted": {"text": "STOP"}})).untold == 0
    group = Chat("120363000000000001", "Choir", [written("a", author="Dora")], group=True)
    assert judge([group], [event(1, "a", message={"author": "Dora"})]).untold == 0
    assert judge([group], [event(1, "a", message={"author": "Eli"})]).untold == 1


def test_a_message_in_two_events_is_doubled_and_an_event_that_comes_again_is_not() -> None:
    twice = of([written("a")], event(1, "a"), event(2, "a"))
    assert (twice.doubled, twice.repeated, twice.failed) == (1, 0, True)
    again = of([written("a")], event(1, "a"), event(1, "a"))
    assert (again.doubled, again.repeated, again.failed) == (0, 1, False)


def test_order_counts_within_a_chat_alone() -> None:
    messages = [written("a"), written("b")]
    assert of(messages, event(1, "b"), event(2, "a")).out_of_order == 1
    bo = Chat("4915112345679", "Bo", [written("x")])
    other = {"id": "c2", "title": "Bo", "phone": None}
    events = [event(1, "x", chat=other), event(2, "a"), event(3, "b")]
    assert judge([Chat(ADA, "Ada", messages), bo], events).out_of_order == 0


def test_what_nobody_wrote_is_strange() -> None:
    assert of([written("a")], event(1, "a"), event(2, "old")).strange == 1

"""The server's memory: ground truth, order, status, history."""

from hypothesis import given
from hypothesis import strategies as st

from whatsapp_simulator.account.mailbox import Mailbox
from whatsapp_simulator.account.messages import ORDER, Status


def test_a_repeated_transmission_is_the_same_message() -> None:
    mail = Mailbox()
    first, new = mail.receive("3EB01", "491", "hi", 1.0)
    again, new_again = mail.receive("3EB01", "491", "hi", 2.0)
    assert (new, new_again) == (True, False)
    assert again is first
    assert len(mail.received) == 1


def test_ground_truth_is_numbered_in_order_of_arrival_and_leaves_out_the_rest() -> None:
    mail = Mailbox()
    mail.seed("A", "491", "before", 1.0, mine=True, status=None)
    mail.incoming("3A", "491", "theirs", 2.0)
    for n in range(3):
        mail.receive(f"3EB0{n}", "49" + str(n), f"m{n}", 3.0 + n)
    assert [(message.seq, message.text) for message in mail.received] == [(1, "m0"), (2, "m1"), (3, "m2")]


@given(st.lists(st.sampled_from(ORDER)))
def test_status_never_moves_backwards(steps: list[Status]) -> None:
    mail = Mailbox()
    message, _ = mail.receive("X", "491", "hi", 0.0)
    seen = [ORDER.index("sent")]
    for at, step in enumerate(steps, 1):
        changed = mail.advance("X", step, float(at))
        assert message.status is not None
        assert changed == (ORDER.index(message.status) > seen[-1])
        seen.append(ORDER.index(message.status))
    assert seen == sorted(seen)


@given(st.integers(0, 25), st.integers(1, 10))
def test_history_is_read_page_by_page_without_gap_or_repetition(count: int, limit: int) -> None:
    mail = Mailbox()
    for n in range(count):
        mail.incoming(f"I{n}", "491", str(n), float(n))
    texts: list[str] = []
    before = None
    while True:
        page, more = mail.history("491", before, limit)
        texts = [message.text for message in page] + texts
        if not more:
            break
        before = page[0].id
    assert texts == [str(n) for n in range(count)]


def test_unread_counts_until_seen() -> None:
    mail = Mailbox()
    mail.incoming("1", "491", "a", 1.0)
    mail.incoming("2", "491", "b", 2.0)
    assert mail.chats["491"].unread == 2
    assert mail.seen("491")
    assert not mail.seen("491")
    assert mail.chats["491"].unread == 0


def test_chats_are_listed_by_activity_and_empty_ones_not_at_all() -> None:
    mail = Mailbox()
    mail.incoming("1", "491", "a", 1.0)
    mail.incoming("2", "492", "b", 2.0)
    mail.chat("493")
    assert [chat.phone for chat in mail.by_activity()] == ["492", "491"]

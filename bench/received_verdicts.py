"""What a webhook receiver was told of the messages of others, beside what the simulator knows of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

UNKNOWN = 10**6
"""What ``"unknown"`` counts as: more than any chat has."""
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Chat:
    """A chat of the simulator's; ``messages`` are those of others that count, oldest first, as its control
    API has them. ``title`` is None where another chat has the same.
    """

    number: str
    title: str | None
    messages: Sequence[Json]
    group: bool = False


@dataclass
class Verdict:
    """``received``: messages that were told once or more, as they were written. ``untold``: those that
    were not, and no gap was told instead.
    """

    written: int = 0
    received: int = 0
    untold: int = 0
    doubled: int = 0
    out_of_order: int = 0
    told_missed: int = 0
    """Gaps that there were, and that were told."""
    in_vain: int = 0
    """Chats of which a gap was told where there was none."""
    strange: int = 0
    """Messages told as new that nobody wrote during the campaign."""
    repeated: int = 0
    """Deliveries that came again under their id, which webhooks may."""
    stories: list[str] = field(default_factory=list)
    """What is wrong, a line each."""

    @property
    def failed(self) -> bool:
        return bool(self.untold or self.doubled or self.out_of_order)

    def last_line(self) -> str:
        return (
            f"received: {self.received} missed and untold: {self.untold} doubled: {self.doubled} "
            f"out of order: {self.out_of_order}"
        )


def judge(chats: Iterable[Chat], envelopes: Iterable[Json]) -> Verdict:
    """``envelopes`` of ``message.received``, in the order of their arrival."""
    verdict = Verdict()
    chats = list(chats)
    told, gaps = _told(envelopes, verdict), Counter[str]()
    place = {message["whatsapp_id"]: n for n, (_, message, _) in reversed([*enumerate(told)]) if message}
    owners = {message["id"]: chat.number for chat in chats for message in chat.messages}
    named = _names(chats, told, owners)
    for data_chat, message, missed in told:
        if missed:
            gaps[named.get(data_chat["id"], "")] += UNKNOWN if missed == "unknown" else int(missed)
        if message and message["whatsapp_id"] not in owners:
            verdict.strange += 1
    times = Counter(message["whatsapp_id"] for _, message, _ in told if message)
    verdict.doubled = sum(count - 1 for count in times.values())
    by_id = {message["whatsapp_id"]: message for _, message, _ in told if message}
    for chat in chats:
        _judge_chat(chat, by_id, place, gaps[chat.number], verdict)
    return verdict


def _judge_chat(
    chat: Chat, told: Mapping[str, Json], place: Mapping[str, int], gap: int, verdict: Verdict
) -> None:
    right = []
    for number, message in enumerate(chat.messages):
        got = told.get(message["id"])
        if got is not None and as_told(got) == as_written(message, group=chat.group):
            right.append(message["id"])
        else:
            seen = "not told" if got is None else f"told as {as_told(got)}"
            wanted = as_written(message, group=chat.group)
            verdict.stories.append(f"chat {chat.number}, message {number}, {wanted}: {seen}")
    lost = len(chat.messages) - len(right)
    places = [place[message_id] for message_id in right]
    verdict.written += len(chat.messages)
    verdict.received += len(right)
    verdict.untold += max(0, lost - gap)
    verdict.told_missed += min(lost, gap)
    verdict.in_vain += gap > lost and (gap < UNKNOWN or not lost)
    verdict.out_of_order += sum(one > other for one, other in pairwise(places))


def as_written(message: Json, *, group: bool) -> dict[str, Any]:
    """What an event must say of a message of the simulator's."""
    files, quoted = message["attachments"], message["quoted"]
    kind = message["special"] or (files[0]["kind"] if files else "text")
    return {
        "kind": kind,
        "text": message["text"],
        # Of others than texts the page does not say who wrote them.
        "author": message["author"] if group and message["text"] else None,
        "quoted": quoted["text"] if quoted else None,
        "file": files[0]["name"] if kind == "document" else None,
    }


def as_told(message: Json) -> dict[str, Any]:
    """The same of the message of an event."""
    quoted, media = message["quoted"], message["media"]
    return {
        "kind": message["kind"],
        "text": message["text"],
        "author": message["author"],
        "quoted": quoted["text"] if quoted else None,
        "file": media["name"] if media and message["kind"] == "document" else None,
    }


def _told(envelopes: Iterable[Json], verdict: Verdict) -> list[tuple[Json, Json | None, Any]]:
    """Chat, message and gap of each event, the first delivery of each."""
    seen = set()
    told = []
    for envelope in envelopes:
        if envelope["id"] in seen:
            verdict.repeated += 1
            continue
        seen.add(envelope["id"])
        data = envelope["data"]
        told.append((data["chat"], data["message"], data["messages_missed"]))
    return told


def _names(
    chats: Sequence[Chat], told: Sequence[tuple[Json, Json | None, Any]], owners: Mapping[str, str]
) -> dict[str, str]:
    """The simulator's number of each chat of ours: by a message, the phone, or a title that only one has."""
    titled = {chat.title: chat.number for chat in chats if chat.title}
    named: dict[str, str] = {}
    for chat, message, _ in told:
        owner = owners.get(message["whatsapp_id"]) if message else None
        phone = (chat["phone"] or "").removeprefix("+")
        found = owner or phone or titled.get(chat["title"])
        if found and (owner or chat["id"] not in named):
            named[chat["id"]] = found
    return named

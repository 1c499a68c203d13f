"""Issue 16, point 2: files of received messages are stored byte for byte, each once and told once; what is
too large, gone or not what it says is told, and nothing of it stops the reading of texts.
"""

import hashlib
import threading
from pathlib import Path

import pytest

from bench.one_worker import Life, OneWorker
from tests.browser.worker.conftest import ERAS, LifeMaker, configure
from tests.browser.worker.test_chat_reading import ADA, BO, read_whole, received
from tests.support.pictures import PDF, picture
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.received_media import MediaState
from whatsapp_tasks.domain.received_messages import ReceivedMessage
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.session import media_fetching
from whatsapp_tasks.stores.events import EventLog

pytestmark = pytest.mark.timeout(600)  # generous: a busy machine is slow, not wrong

PNG = picture("PNG")
OGG = b"OggS\0\2" + b"\0" * 22 + b"OpusHead" + b"voice" * 500
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"film" * 20_000


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_fetching, "pause_seconds", lambda _tries: 0.5)


def with_media(life: Life, kinds: str = "all", **settings: object) -> Life:
    configure(life, receive_media=kinds, **settings)
    return read_whole(life)


def ends(life: Life) -> list[tuple[str, str, str]]:
    """What the stream of events tells of files: message, state, reason."""
    events = [event for _, event in EventLog(life.database, "default").after("0-0", 10_000) if event]
    media = [event.details for event in events if event.type is EventType.MEDIA]
    return [(each["message"], each["state"], each["reason"]) for each in media]


def until_ended(life: Life, count: int, seconds: float = 120) -> list[ReceivedMessage]:
    """The messages whose files have come to an end, in this order; each end was told once."""
    assert life.rounds(lambda: len(ends(life)) >= count, seconds), received(life)
    told = [message_id for message_id, _, _ in ends(life)]
    assert len(told) == len(set(told)) == count
    return life.session.context.inbox.get_many(told)


def bytes_of(life: Life, message: ReceivedMessage) -> bytes:
    contents = Contents.from_settings(life.database, life.session.context.settings)
    draft = contents.copied(message.media_status.sha256)
    try:
        return draft.path.read_bytes()
    finally:
        contents.drafts.drop(draft)


def left_over(life: Life) -> list[Path]:
    """Of downloads, on the worker's disk."""
    return [
        path for path in (life.session.context.settings.data_dir / "arriving").rglob("*") if path.is_file()
    ]


@pytest.mark.parametrize("era", ERAS)
def test_each_kind_of_file_is_stored_byte_for_byte(world: OneWorker, linked: LifeMaker, era: str) -> None:
    life = with_media(linked(era=era))
    sim = world.simulator
    files = [
        ("document", "Rechnung 'für' 日本.pdf", PDF, "application/pdf"),
        ("image", "", PNG, "image/png"),
        ("audio", "", OGG, "audio/ogg"),
        ("video", "", MP4, "video/mp4"),
        ("document", "setup.exe", b"MZ\x90\0" + b"\0" * 500, None),
        ("document", "page.html", b"<!doctype html><script>alert(1)</script>", "text/html"),
    ]
    for kind, name, content, _ in files:
        sim.incoming(ADA, "", file={"kind": kind, "name": name, "content": content})
    sim.incoming(ADA, "and a text")
    found = until_ended(life, len(files))
    for message, (kind, name, content, media_type) in zip(found, files, strict=True):
        status = message.media_status
        assert (status.state, status.bytes) == (MediaState.STORED, len(content))
        assert status.sha256 == hashlib.sha256(content).hexdigest()
        assert bytes_of(life, message) == content
        assert media_type in (status.media_type, None)
        assert status.file_name == (name or f"WhatsApp {kind}")
    assert received(life)[-1].text == "and a text"
    assert left_over(life) == []
    assert not life.session.context.inbox_media.waiting(10)


def test_what_is_gone_too_large_or_another_file_is_told_and_stops_nothing(
    world: OneWorker, linked: LifeMaker
) -> None:
    life = with_media(linked(), receive_media_max_bytes=50_000)
    sim = world.simulator
    sim.incoming(ADA, "", file={"kind": "document", "name": "gone.pdf"})
    sim.incoming(ADA, "", file={"kind": "document", "name": "said.bin", "content": b"x" * 300_000})
    sim.incoming(ADA, "", file={"kind": "video", "content": MP4})
    sim.incoming(ADA, "", file={"kind": "document", "name": "lies.pdf", "size": 40_000, "content": PDF})
    sim.incoming(ADA, "", file={"kind": "image", "content": PDF})
    sim.incoming(ADA, "", file={"kind": "sticker", "content": PNG})
    sim.incoming(BO, "a text")
    until_ended(life, 4, 240)
    by_name = {
        (m.media.kind, m.media.name): (str(m.media_status.state), m.media_status.reason)
        for m in received(life)
        if m.media
    }
    assert by_name == {
        ("document", "gone.pdf"): ("expired", "gone"),
        ("document", "said.bin"): ("skipped", "too_large"),  # its bubble says so: never asked for
        ("video", ""): ("skipped", "too_large"),  # cancelled
        ("document", "lies.pdf"): ("failed", "other_size"),
        ("image", ""): ("failed", "other_kind"),
        ("sticker", ""): ("skipped", "kind_not_offered"),
    }
    assert [m.text for m in received(life) if m.phone != ADA] == ["a text"]
    assert left_over(life) == []


def test_a_message_to_be_sent_ends_a_download_and_comes_first(world: OneWorker, linked: LifeMaker) -> None:
    life = with_media(linked())
    sim = world.simulator
    sim.incoming(ADA, "", file={"kind": "document", "name": "slow.pdf", "content": PDF})
    sim.scenario("slow_media", ms=5000, count=1)
    assert life.rounds(lambda: bool(received(life)), 60)
    accepting = threading.Timer(2.0, life.accept, (BO, "first"))
    accepting.start()
    sent_first: list[bool] = []

    def sent() -> bool:
        there = bool(sim.messages())
        sent_first.append(there and not ends(life))
        return there

    assert life.rounds(sent, 120)
    accepting.join()
    (message,) = until_ended(life, 1)
    assert message.media_status.state is MediaState.STORED
    assert any(sent_first)

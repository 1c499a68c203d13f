"""Whatever happens in whatever order: bytes are there while somebody needs them, and gone when nobody does.

issue 15, Storage: reference-counted by the ledger. Each action is what a process does, a kill between its
steps included.
"""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.files.conftest import DAY, HOUR, FilesRig
from whatsapp_tasks.domain.files import FileFacts, FileKind, MessageFile
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import FileGone
from whatsapp_tasks.files.contents import Received
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.outcomes import Accept

RECORD_DAYS = 30
BYTES = (b"%PDF one", b"%PDF two")

actions = st.lists(
    st.one_of(
        st.tuples(st.just("upload"), st.integers(0, 1), st.sampled_from(["", "before", "after"])),
        st.tuples(st.sampled_from(["send", "accept"]), st.integers(0, 1), st.just("")),
        st.tuples(st.sampled_from(["cancel", "unknown", "resolve"]), st.integers(0, 9), st.just("")),
        st.tuples(
            st.just("wait"), st.sampled_from([25, 24 * 29, 24 * 31]), st.sampled_from(["", "", "killed"])
        ),
    ),
    min_size=8,
    max_size=30,
)


class Killed(BaseException):
    """The process is gone."""


class Play:
    """Runs actions, and knows what must hold."""

    def __init__(self, files: FilesRig, folder: Path) -> None:
        self.files = files
        self.folder = folder
        self.messages: list[tuple[Message, bytes]] = []
        self.ended: dict[str, int] = {}
        """When the record of a settled message is over."""

    def run(self, action: str, number: int, how: str) -> None:
        getattr(self, action)(number, how)
        self.check()

    def upload(self, number: int, how: str) -> None:
        files, content = self.files, BYTES[number]
        source = self.folder / f"source-{number}"
        source.write_bytes(content)
        received = Received(
            source, hashlib.sha256(content).hexdigest(), len(content), FileFacts("application/pdf")
        )
        put = files.store.put_file

        def killed(name: str, path: Path) -> None:
            if how == "after":
                put(name, path)
            raise Killed

        if how:
            files.store.put_file = killed  # type: ignore[method-assign]
        try:
            files.contents.keep(received, f"u:{number}", files.ledger.now + DAY)
        except Killed:
            pass
        finally:
            files.store.put_file = put  # type: ignore[method-assign]

    def accept(self, number: int, _how: str) -> None:
        content = BYTES[number]
        digest = hashlib.sha256(content).hexdigest()
        file = MessageFile(digest, "a.pdf", FileKind.DOCUMENT, len(content), "application/pdf")
        accepted = self.files.ledger.admission.accept(self.files.ledger.new(file=file))
        known = self.files.records.content(digest) is not None
        assert accepted.outcome is (Accept.ACCEPTED if known else Accept.FILE_GONE)
        if known:
            self.messages.append((self.files.ledger.get(accepted.id), content))

    def send(self, number: int, _how: str) -> None:
        self.upload(number, "")
        self.accept(number, "")

    def _open(self, number: int) -> Message | None:
        alive = [message for message, _ in self.messages if message.id not in self.ended]
        return alive[number % len(alive)] if alive else None

    def cancel(self, number: int, _how: str) -> None:
        message = self._open(number)
        if message is not None and self.files.ledger.advance(message, Status.CANCELLED):
            self.ended[message.id] = self.files.ledger.now + RECORD_DAYS * DAY

    def unknown(self, number: int, _how: str) -> None:
        message = self._open(number)
        if message is not None:
            ledger = self.files.ledger
            ledger.database.do("HSET", ledger.keys.message(message.id), "status", "sending")
            ledger.advance(message, Status.UNKNOWN, fence=ledger.fence)

    def resolve(self, number: int, _how: str) -> None:
        message = self._open(number)
        if message is not None and self.files.ledger.status(message) is Status.UNKNOWN:
            assert self.files.ledger.advance(message, Status.FAILED)
            self.ended[message.id] = self.files.ledger.now + RECORD_DAYS * DAY

    def wait(self, hours: int, how: str) -> None:
        """Time goes on, and whoever sweeps comes by."""
        self.files.ledger.now += hours * HOUR
        self.sweep(how)

    def sweep(self, how: str) -> None:
        delete = self.files.store.delete

        def killed(_names: Any) -> None:
            raise Killed

        if how:
            self.files.store.delete = killed  # type: ignore[method-assign,assignment]
        try:
            self.files.contents.sweep()
            self.files.contents.sweep_strays()
        except Killed:
            pass
        finally:
            self.files.store.delete = delete  # type: ignore[method-assign]

    def check(self) -> None:
        """Every message that is not over finds its bytes."""
        for message, content in self.messages:
            if self.ended.get(message.id, self.files.ledger.now + 1) > self.files.ledger.now:
                assert message.file is not None
                handed = self.files.contents.hand_over(message.file, self.folder)
                assert handed.path.read_bytes() == content
                handed.path.unlink()

    def end(self) -> None:
        """All is settled and over: nothing is left, on disk or in Redis."""
        for message, _ in self.messages:
            if message.id not in self.ended:
                self.unknown(0, "")
                assert self.files.ledger.advance(self.files.ledger.get(message.id), Status.FAILED)
                self.ended[message.id] = 0
        for _ in range(3):
            self.files.ledger.now += (RECORD_DAYS + 1) * DAY
            self.sweep("")
        assert self.files.kept() == []
        assert self.files.ledger.database.texts("KEYS", "wa:file*") == []
        for message, _ in self.messages:
            assert message.file is not None
            with pytest.raises(FileGone):
                self.files.contents.hand_over(message.file, self.folder)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions)
def test_bytes_are_there_as_long_as_they_are_needed_and_no_longer(
    files: FilesRig, tmp_path: Path, todo: list[tuple[str, int, str]]
) -> None:
    folder = tmp_path / "handed"
    folder.mkdir(exist_ok=True)
    files.ledger.database.do("FLUSHALL")
    files.ledger.__init__(files.ledger.database)  # type: ignore[misc]
    files.store.delete(files.kept())
    play = Play(files, folder)
    for action, number, how in todo:
        play.run(action, number, how)
    play.end()

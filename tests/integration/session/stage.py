"""An account at work on a scripted page, on a real Redis: a stage for plays (tests/support/plays.py)."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.plays import Clock, ScriptedPage
from tests.support.session_rig import SessionRig
from whatsapp_tasks import crash_points
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.files import FileFacts, FileKind, MessageFile
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import WhatsAppTasksError
from whatsapp_tasks.session.outgoing import Outgoing
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.files import Content, FileRecords
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.pauses import PauseReason
from whatsapp_tasks.tasks import delivery

ADA, BO, CY = "+4915112345678", "+4915112345679", "+4915112345680"
CAST = {"Ada": ADA, "Bo": BO, "Cy": CY}


def sending(text: str = "Hello", title: str = "Ada") -> str:
    """The play of a message that is sent without anything in its way."""
    return f"""
        << open {title}
        >> {title} | box: | them: Hi
        << focus
        << type {text}
        >> {title} | box: {text} | them: Hi
        << enter
        >> {title} | box: | them: Hi | us: {text} (sent)
    """


class Gate:
    """Counts how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class FilesByName(Outgoing):
    """Gives every file that no test has taken away."""

    def __init__(self, folder: Path) -> None:
        super().__init__(None, folder)
        self.fails: WhatsAppTasksError | None = None
        self.seen: list[Path] = []

    def _hand_over(self, file: MessageFile, folder: Path) -> Path:
        if self.fails is not None:
            self._contents = cast("Any", self)
            return super()._hand_over(file, folder)
        folder.mkdir(parents=True)
        self.seen.append(folder / file.name)
        self.seen[-1].write_text("bytes", "utf-8")
        return self.seen[-1]

    def hand_over(self, file: MessageFile, folder: Path) -> None:
        """In place of the store."""
        assert self.fails is not None
        raise self.fails


class Stage:
    """``play`` sets the lines, ``deliver`` has a message brought to its end, ``look`` is a round between
    messages. Directions for ``!!`` are in ``page.happen``.
    """

    def __init__(
        self, database: Database, settings: Settings, patch: pytest.MonkeyPatch, **changes: Any
    ) -> None:
        self.clock = Clock()
        self.page = ScriptedPage(self.clock, CAST)
        for module in self.clock.replaces_time_in(
            "whatsapp_tasks.session", "whatsapp_tasks.browser.deadlines"
        ):
            patch.setattr(module, "time", self.clock)
        self.session_rig = SessionRig(database, settings, **{"pacing_seconds": 0.0, **changes})
        self.rig, self.context, self.session = (
            self.session_rig.rig,
            self.session_rig.context,
            self.session_rig.session,
        )
        self.gate = Gate()
        self.session_rig.keeper.page = self.page  # type: ignore[assignment]
        self._began = self.clock.now
        self.context.now_ms = self._now_ms  # type: ignore[method-assign]
        patch.setattr(crash_points, "_hooks", [self.page.reach])
        current = SimpleNamespace(session=self.session, gate=self.gate)
        patch.setattr(delivery, "runtime", lambda: current)
        self.outgoing = FilesByName(settings.data_dir / "outgoing")
        self.context.outgoing = self.outgoing
        self.page.happen = {
            "the lease is lost": self.lose_the_lease,
            "the lease has a second left": self.shorten_the_lease,
            "a pause": lambda: self.context.pauses.set(PauseReason.OPERATOR, "test", 1),
            "another browser": self.page.new_document,
            "6 s pass": lambda: self.clock.sleep(6),
        }

    def _now_ms(self) -> int:
        return self.rig.now + int((self.clock.now - self._began) * 1000)

    def lose_the_lease(self) -> None:
        """We were stopped for longer than it holds."""
        self.context.lease._valid_until = 0.0

    def shorten_the_lease(self) -> None:
        """Nobody renewed it for a while."""
        lease = self.context.lease
        lease._valid_until = lease._clock() + 1.0

    def play(self, script: str) -> None:
        self.page.play(script)

    def look(self) -> None:
        """One round between messages."""
        self.session.look_after(at_once=True)

    def accept(self, text: str, phone: str = ADA, **changes: Any) -> Message:
        return self.rig.accept(text=text, phone=phone, now_ms=self._now_ms(), **changes)

    def accept_file(
        self,
        name: str = "report.pdf",
        caption: str = "",
        kind: str = "document",
        *,
        phone: str = ADA,
        digest: str = "0" * 64,
    ) -> Message:
        file = MessageFile(digest, name, FileKind(kind), 1000, "x/y")
        now_ms = self._now_ms()
        content = Content(file.digest, "files/kept.bin", file.size, FileFacts("x/y"))
        FileRecords(self.rig.database).keep(content, "u:test", now_ms + 10**9, now_ms)
        return self.accept(caption, phone, file=file)

    def deliver(self, message: Message) -> tuple[Status, str | None]:
        """Status and last code of ``message`` after one delivery, by way of the task."""
        delivery.deliver_message(message.id)
        return self.outcome(message)

    def outcome(self, message: Message) -> tuple[Status, str | None]:
        now = self.rig.get(message.id)
        return now.status, now.timeline[-1].code

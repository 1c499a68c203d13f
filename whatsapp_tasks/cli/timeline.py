"""A message's timeline and outcome, as the terminal shows them."""

from datetime import datetime

from rich.table import Table
from rich.text import Text

from whatsapp_tasks.client import AT_WHATSAPP, Message
from whatsapp_tasks.domain.statuses import MEANINGS, Status


def timeline(message: Message) -> Table:
    """Each status with its time, and the time since the first one."""
    table = Table("status", "at", "after", "", box=None, padding=(0, 2, 0, 2))
    begin: datetime | None = None
    for entry in message["timeline"]:
        at = datetime.fromisoformat(entry["at"])
        begin = begin or at
        table.add_row(
            entry["status"],
            at.strftime("%H:%M:%S.%f")[:-3],
            f"{(at - begin).total_seconds():.2f} s",
            entry.get("code") or "",
        )
    return table


def outcome(message: Message) -> Text:
    """The status of the message, in one line."""
    status = Status(message["status"])
    colour = "green" if status in AT_WHATSAPP else "yellow" if status in ("queued", "sending") else "red"
    error = message["error"]
    why = f"\n{error['code']}: {error['message']}" if error else ""
    return Text.assemble((status, colour), f": {MEANINGS[status]}{_file(message)}{why}")


def _file(message: Message) -> str:
    """Kind and size, without the name, which is private like a text."""
    file = message["file"]
    if file is None:
        return ""
    size = f"{file['size']:,} bytes" if file["size"] is not None else "to be fetched"
    return f"\nfile: {file['kind'] or 'by its type'}, {size}"

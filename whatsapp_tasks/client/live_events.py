"""``Client.events``: server-sent events (WHATWG HTML, 9.2), over as many connections as it takes."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import cast

import requests

from whatsapp_tasks.client.transport import Transport
from whatsapp_tasks.client.views import LiveEvent

PATH = "/events"
MISSED = "missed"
END = "end"
_USUAL_RETRY_SECONDS = 1.0


@dataclass
class _Reader:
    """The fields of a stream as they come, line by line."""

    place: str | None
    retry_seconds: float = _USUAL_RETRY_SECONDS
    _fields: dict[str, str] = field(default_factory=dict)

    def events(self, lines: Iterable[bytes]) -> Iterator[LiveEvent]:
        for line in lines:
            name, _, value = line.decode("utf-8", "replace").partition(":")
            if line:
                self._fields[name] = value.removeprefix(" ")
                continue
            fields, self._fields = self._fields, {}
            self.place = fields.get("id", self.place)
            retry = fields.get("retry", "")
            if retry.isascii() and retry.isdigit():
                self.retry_seconds = int(retry) / 1000
            if "data" in fields and fields.get("event") != END:
                yield self._event(fields)

    def _event(self, fields: Mapping[str, str]) -> LiveEvent:
        data, place = json.loads(fields["data"]), self.place or ""
        if fields.get("event") != MISSED:
            return cast(LiveEvent, {"place": place, **data})
        gone = {"after": data["after"]}
        return {
            "place": place, "id": None, "type": MISSED, "timestamp": None, "account": data["account"],
            "data": gone,
        }  # fmt: skip


def live_events(transport: Transport, query: Mapping[str, str], after: str | None) -> Iterator[LiveEvent]:
    """Each event once. After ``end``, or when the connection breaks, the next request goes on."""
    place = after
    while True:
        reader = _Reader(place)
        with closing(transport.listen(PATH, query, place)) as response, suppress(requests.RequestException):
            yield from reader.events(response.iter_lines())
        place = reader.place
        time.sleep(reader.retry_seconds)

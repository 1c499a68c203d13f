"""The files of a batch: each is uploaded once, however many rows send it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from whatsapp_tasks.cli.batch_file import Result, Row, refusal
from whatsapp_tasks.cli.one_by_one import patiently
from whatsapp_tasks.client import Client
from whatsapp_tasks.errors import RequestRefused

_ABOUT_THE_FILE = frozenset({404, 413, 422})


class FileUploads:
    """Remembers what it has uploaded, and what was refused."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._done: dict[Path, str | RequestRefused] = {}

    def ready(self, rows: Sequence[Row]) -> tuple[list[Row], list[Result]]:
        """The rows with the ids of their files, and the reports about those whose file was refused."""
        ready: list[Row] = []
        refused: list[Result] = []
        for row in rows:
            if row.path is None:
                ready.append(row)
                continue
            done = self._uploaded(row.path.resolve())
            if isinstance(done, RequestRefused):
                refused.append(refusal(row.key, row.line, done.code, str(done)))
            else:
                file = {**(row.fields.get("file") or {}), "id": done}
                ready.append(replace(row, fields={**row.fields, "file": file}))  # type: ignore[typeddict-item]
        return ready, refused

    def _uploaded(self, path: Path) -> str | RequestRefused:
        if path not in self._done:
            try:
                self._done[path] = patiently(self._client.upload, path)["id"]
            except RequestRefused as error:
                if error.http_status not in _ABOUT_THE_FILE:
                    raise
                self._done[path] = error
        return self._done[path]

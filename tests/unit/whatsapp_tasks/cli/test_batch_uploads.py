"""The files of a batch are uploaded once each (issue 15: CSV)."""

from pathlib import Path
from typing import Any, cast

import pytest

from whatsapp_tasks.cli.batch_file import Row
from whatsapp_tasks.cli.batch_uploads import FileUploads
from whatsapp_tasks.client import Client
from whatsapp_tasks.errors import RequestRefused


class Api:
    """Takes every file but ``bad.pdf``, and none once it is ``away``."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.away = False

    def upload(self, path: Path) -> dict[str, Any]:
        self.taken.append(path.name)
        if self.away:
            raise RequestRefused("storage_full", "Full.", http_status=507)
        if path.name == "bad.pdf":
            raise RequestRefused("file_empty", "The file is empty.")
        return {"id": f"id of {path.name}"}


def row(line: int, path: Path | None, **file: str) -> Row:
    fields: Any = {"phone": "+491", "message": "Hi", **({"file": file} if path else {})}
    return Row(line, f"k{line}", fields, path=path)


def test_each_file_is_uploaded_once_however_its_path_is_written(tmp_path: Path) -> None:
    api = Api()
    uploads = FileUploads(cast(Client, api))
    given = [row(2, tmp_path / "a.pdf", name="x"), row(3, None), row(4, tmp_path / "b" / ".." / "a.pdf")]
    ready, refused = uploads.ready(given)
    again, _ = uploads.ready(given)
    assert api.taken == ["a.pdf"]
    assert refused == []
    assert ready == again
    assert [one.fields.get("file") for one in ready] == [
        {"name": "x", "id": "id of a.pdf"},
        None,
        {"id": "id of a.pdf"},
    ]


def test_a_file_that_is_refused_costs_its_own_rows_alone(tmp_path: Path) -> None:
    api = Api()
    given = [row(2, tmp_path / "bad.pdf"), row(3, tmp_path / "a.pdf"), row(4, tmp_path / "bad.pdf")]
    ready, refused = FileUploads(cast(Client, api)).ready(given)
    assert [one.line for one in ready] == [3]
    assert [(one.key, one.line, one.code) for one in refused] == [
        ("k2", "2", "file_empty"),
        ("k4", "4", "file_empty"),
    ]
    assert api.taken == ["bad.pdf", "a.pdf"]


def test_a_store_that_is_full_ends_the_run(tmp_path: Path) -> None:
    api = Api()
    api.away = True
    with pytest.raises(RequestRefused, match="Full"):
        FileUploads(cast(Client, api)).ready([row(2, tmp_path / "a.pdf")])

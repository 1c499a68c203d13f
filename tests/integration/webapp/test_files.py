"""``POST /files``, ``GET /files/{id}``, and sending what was uploaded (issue 15: API, "Bad input")."""

import asyncio
import hashlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from tests.integration.webapp.conftest import PHONE, Caller, problem
from tests.support import asgi_caller
from tests.support.pictures import FILES, PDF, bomb, picture
from webapp.gateway import Gateway
from webapp.openapi import codes_of
from webapp.operations import OPERATIONS
from webapp.problem_codes import KINDS
from webapp.services import EXTENSION, Services
from webapp.upload_stream import MOST_AT_ONCE
from whatsapp_tasks.clients.folder_store import MARK
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.files import MOST_MEDIA_BYTES
from whatsapp_tasks.errors import ObjectStoreFailed, ObjectStoreFull
from whatsapp_tasks.files import drafts
from whatsapp_tasks.stores.connection import Database, Pipeline

DAY = 24 * 3600
JPEG = picture("JPEG")
[UPLOAD] = [operation for operation in OPERATIONS if operation.endpoint == "uploads.create"]


class Uploader:
    """Uploads as a client does, through ASGI (as it is served) or WSGI."""

    def __init__(self, app: Flask, caller: Caller, settings: Settings, way: str) -> None:
        self.app = app
        self.caller = caller
        self.way = way
        self.settings = settings
        parts: Services = app.extensions[EXTENSION]
        self.folder = parts.settings.data_dir

    def headers(self, content: bytes, name: str | None = None, **more: str) -> dict[str, str]:
        digest = hashlib.sha256(content).hexdigest()
        headers = {
            **self.caller.headers("POST", "/files", digest.encode()),
            "X-Content-SHA256": digest,
            "Content-Type": "application/octet-stream",
        }
        if name is not None:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return {**headers, **{key.replace("_", "-"): value for key, value in more.items()}}

    def post(
        self, content: bytes, headers: dict[str, str], **how: Any
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        if self.way == "wsgi":
            answer = self.caller.client.post("/files", data=content, headers=headers)
            assert answer.json is not None
            return answer.status_code, answer.json, dict(answer.headers)
        got = self.ask(content, headers, **how)
        assert got is not None
        return got.status, json.loads(got.body), {n.title(): v for n, v in got.headers}

    def ask(self, content: bytes, headers: dict[str, str], **how: Any) -> asgi_caller.AsgiAnswer | None:
        async def ask() -> asgi_caller.AsgiAnswer | None:
            pipeline = Pipeline.connect(self.settings)
            try:
                app = Gateway(self.app, pipeline, pipeline)
                return await asgi_caller.ask(app, "POST", "/files", headers, content, **how)
            finally:
                await pipeline.close()

        return asyncio.run(ask())

    def upload(self, content: bytes, name: str | None = None, **more: str) -> dict[str, Any]:
        status, fields, _ = self.post(content, self.headers(content, name, **more))
        assert status == 201, fields
        return fields

    def refusal(self, content: bytes, headers: dict[str, str], **how: Any) -> str:
        """The code of a refusal; nothing of the body may be left."""
        before = self.kept()
        status, fields, got = self.post(content, headers, **how)
        code = str(fields["code"])
        assert (KINDS[code].status, fields["title"]) == (status, KINDS[code].title)
        assert got["Content-Type"] == "application/problem+json"
        assert fields["request_id"] == got["X-Request-Id"]
        assert code in codes_of(UPLOAD)
        assert self.kept() == before
        return code

    def kept(self) -> list[Path]:
        """Every file in the data folder, but the mark of the object store."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and path.name != MARK)
        return sorted(path for path in files if "redis" not in str(path))


@pytest.fixture(params=["asgi", "wsgi"])
def uploader(app: Flask, caller: Caller, settings: Settings, request: pytest.FixtureRequest) -> Uploader:
    return Uploader(app, caller, settings, request.param)


@pytest.fixture
def served(app: Flask, caller: Caller, settings: Settings) -> Uploader:
    return Uploader(app, caller, settings, "asgi")


def test_an_upload_is_described_and_found_again_by_its_key(uploader: Uploader) -> None:
    fields = uploader.upload(PDF, "Rechnung 👍.pdf", Content_Type="application/pdf")
    assert fields == {
        "id": fields["id"],
        "name": "Rechnung 👍.pdf",
        "size": len(PDF),
        "media_type": "application/pdf",
        "kind": "document",
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "created_at": fields["created_at"],
        "expires_at": fields["expires_at"],
        "links": {"self": f"/files/{fields['id']}"},
    }
    answer = uploader.caller.get(fields["links"]["self"])
    assert answer.json == fields
    assert len(uploader.kept()) == 1


def test_a_body_in_many_pieces_is_one_file(served: Uploader) -> None:
    content = b"%PDF-" + bytes(range(256)) * 8192
    status, fields, _ = served.post(content, served.headers(content), pieces=100)
    assert (status, fields["size"]) == (201, len(content))
    [kept] = served.kept()
    assert kept.read_bytes() == content
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.webp", "a.gif", "a.heic", "a.mp4", "a.mp3", "a.docx", "a.svg", "noise"]
)
def test_the_type_is_that_of_the_content(uploader: Uploader, name: str) -> None:
    content, media_type = FILES[name]
    assert uploader.upload(content)["media_type"] == media_type


def test_a_name_that_says_its_encoding_is_not_read_in_another_one(uploader: Uploader) -> None:
    status, answer, _ = uploader.post(PDF, uploader.headers(PDF, "Ã©.pdf"))
    assert (status, answer["name"]) == (201, "Ã©.pdf")


def bad(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name)}"


@pytest.mark.parametrize(
    ("content", "more", "code"),
    [
        (b"", {}, "file_empty"),
        (PDF, {"X_Content_SHA256": "0" * 64}, "signature_invalid"),
        (PDF, {"X_Content_SHA256": "x"}, "file_digest_invalid"),
        (PDF, {"X_Content_SHA256": "A" * 64}, "file_digest_invalid"),
        (PDF, {"X_Api_Key": "wak_nobody"}, "signature_invalid"),
        (PDF, {"X_Timestamp": "1"}, "timestamp_expired"),
        (PDF, {"Content_Disposition": bad("../a.pdf")}, "file_name_invalid"),
        (PDF, {"Content_Disposition": bad("a\u202efdp.exe")}, "file_name_invalid"),
        (PDF, {"Content_Disposition": bad("a\x01.pdf")}, "file_name_invalid"),
        (PDF, {"Content_Disposition": bad("é" * 126 + ".pdf")}, "file_name_invalid"),
        (PDF, {"Content_Disposition": 'attachment; filename=""'}, "file_name_invalid"),
        (PDF, {"Content_Disposition": "attachment; filename=my invoice.pdf"}, "file_name_invalid"),
        (PDF, {"Content_Disposition": "attachment; filename=\u00c3\u00a9.pdf"}, "file_name_invalid"),
        (PDF, {"Content_Disposition": "attachment; filename=(1).pdf"}, "file_name_invalid"),
        (PDF, {"Content_Disposition": 'attachment; filename="a.pdf'}, "file_name_invalid"),
        (PDF, {"Content_Disposition": "filename=a.pdf"}, "file_name_invalid"),
        (PDF, {"Content_Disposition": 'attachment; filename="a.pdf"; filename="b"'}, "file_name_invalid"),
        (PDF, {"Content_Disposition": bad("a.jpg")}, "file_type_contradicts"),
        (PDF, {"Content_Type": "image/png"}, "file_type_contradicts"),
        (PDF, {"Content_Type": "multipart/form-data; boundary=x"}, "content_type_unsupported"),
        (bomb(), {}, "file_picture_too_large"),
    ],
)
def test_what_is_wrong_is_one_clear_problem_and_leaves_nothing(
    uploader: Uploader, content: bytes, more: dict[str, str], code: str
) -> None:
    assert uploader.refusal(content, uploader.headers(content, **more)) == code


def test_another_body_than_was_declared_is_refused(uploader: Uploader) -> None:
    """The signature covers the digest, so it holds until the body has arrived."""
    assert uploader.refusal(PDF + b"more", uploader.headers(PDF)) == "file_digest_wrong"


def test_a_signature_works_once(uploader: Uploader) -> None:
    headers = uploader.headers(PDF)
    uploader.post(PDF, headers)
    assert uploader.refusal(PDF, headers) == "signature_replayed"


def test_an_upload_needs_the_scope(uploader: Uploader, make_caller: Callable[..., Caller]) -> None:
    uploader.caller = make_caller("read")
    assert uploader.refusal(PDF, uploader.headers(PDF)) == "scope_missing"


def test_a_body_that_is_too_large_is_refused_before_it_is_read_or_where_it_exceeds(
    make_app: Callable[..., Flask], caller: Caller, settings: Settings
) -> None:
    app = make_app(max_file_bytes=1024)
    content = b"x" * 2000
    for way in ("asgi", "wsgi"):
        caller.client = app.test_client()
        uploader = Uploader(app, caller, settings, way)
        assert uploader.refusal(content, uploader.headers(content)) == "body_too_large"
    uploader = Uploader(app, caller, settings, "asgi")
    undeclared = {**uploader.headers(content), "Content-Length": "x"}  # as if it were chunked
    assert uploader.refusal(content, undeclared, pieces=10) == "body_too_large"


def test_a_caller_who_leaves_leaves_nothing(served: Uploader) -> None:
    content = b"%PDF-" + b"x" * 1_000_000
    assert served.ask(content, served.headers(content), pieces=10, leaves_after=7) is None
    assert served.kept() == []


@pytest.mark.parametrize(
    ("error", "code"), [(ObjectStoreFull(), "storage_full"), (ObjectStoreFailed(), "storage_unavailable")]
)
def test_a_store_that_fails_keeps_nothing(
    uploader: Uploader, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    parts: Services = uploader.app.extensions[EXTENSION]

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(parts.uploads.contents._store, "put_file", fail)
    assert uploader.refusal(PDF, uploader.headers(PDF)) == code


def test_a_full_disk_is_reported_before_the_body(uploader: Uploader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "SPARE_BYTES", 1 << 60)
    assert uploader.refusal(PDF, uploader.headers(PDF)) == "storage_full"


def test_one_upload_too_many_is_refused_at_once_while_the_store_is_slow(
    served: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: Services = served.app.extensions[EXTENSION]
    slow, stored = threading.Semaphore(0), threading.Event()

    def put_file(*_: object) -> None:
        slow.release()
        stored.wait(60)
        raise ObjectStoreFailed

    monkeypatch.setattr(parts.uploads.contents._store, "put_file", put_file)

    async def ask() -> list[asgi_caller.AsgiAnswer | None]:
        pipeline = Pipeline.connect(served.settings)
        app = Gateway(served.app, pipeline, pipeline)

        async def one(content: bytes) -> asgi_caller.AsgiAnswer | None:
            return await asgi_caller.ask(app, "POST", "/files", served.headers(content), content)

        try:
            running = [asyncio.create_task(one(PDF + b"%d" % n)) for n in range(MOST_AT_ONCE)]
            for _ in running:
                assert await asyncio.to_thread(slow.acquire, timeout=60)
            refused = await asyncio.wait_for(one(PDF), 30)
            stored.set()
            return [refused, *await asyncio.gather(*running)]
        finally:
            stored.set()
            await pipeline.close()

    refused, *others = asyncio.run(ask())
    assert refused is not None
    assert (refused.status, json.loads(refused.body)["code"]) == (503, "uploads_busy")
    assert [other.status for other in others if other] == [503] * MOST_AT_ONCE
    assert {json.loads(other.body)["code"] for other in others if other} == {"storage_unavailable"}
    assert served.kept() == []


def test_without_signatures_the_digest_is_optional_and_still_checked(
    make_app: Callable[..., Flask], caller: Caller, settings: Settings
) -> None:
    app = make_app(signature_required=False)
    caller.client = app.test_client()
    uploader = Uploader(app, caller, settings, "asgi")
    plain = {"X-Api-Key": caller.key.id}
    assert uploader.post(PDF, plain)[0] == 201
    assert uploader.refusal(PDF, {**plain, "X-Content-SHA256": "0" * 64}) == "file_digest_wrong"


# sending


def test_an_upload_is_sent_with_and_without_a_caption(uploader: Uploader) -> None:
    file_id = uploader.upload(JPEG, "a.jpg")["id"]
    caller = uploader.caller
    accepted = caller.post("/send", {"phone": PHONE, "file": {"id": file_id}}).json
    assert accepted is not None
    message = caller.get(accepted["links"]["self"]).json
    assert message is not None
    assert message["message"] == ""
    assert message["file"] == {
        "name": "a.jpg",
        "kind": "image",
        "size": len(JPEG),
        "media_type": "image/jpeg",
        "sha256": hashlib.sha256(JPEG).hexdigest(),
    }
    other = caller.send(file={"id": file_id, "as": "document", "name": "b.jpg"}).json
    assert other is not None
    message = caller.get(other["links"]["self"]).json
    assert message is not None
    assert (message["message"], message["file"]["kind"], message["file"]["name"]) == (
        "Hello",
        "document",
        "b.jpg",
    )


def test_a_name_is_made_for_a_file_without_one(served: Uploader, caller: Caller) -> None:
    file_id = served.upload(PDF)["id"]
    accepted = caller.send(file={"id": file_id}).json
    assert accepted is not None
    message = caller.get(accepted["links"]["self"]).json
    assert message is not None
    assert message["file"]["name"] == "document.pdf"


def test_a_url_is_shown_until_it_is_fetched(caller: Caller) -> None:
    url = "https://files.example/a.pdf?token=1"
    accepted = caller.send(file={"url": url, "as": "document"}).json
    assert accepted is not None
    message = caller.get(accepted["links"]["self"]).json
    assert message is not None
    assert message["file"] == {
        "name": None, "kind": "document", "size": None, "media_type": None, "sha256": None, "url": url,
    }  # fmt: skip


def test_a_file_is_part_of_the_content(served: Uploader, caller: Caller) -> None:
    """issue 15, Identity: the same key with another file is a conflict."""
    first, second = served.upload(PDF, "a.pdf")["id"], served.upload(JPEG, "a.jpg")["id"]
    answer = caller.send(idempotency_key="k", file={"id": first})
    assert answer.status_code == 202
    again = caller.send(idempotency_key="k", file={"id": first, "as": "document", "name": "a.pdf"})
    assert again.json is not None
    assert again.json["duplicate"]
    for other in (
        {"file": {"id": second}},
        {"file": {"id": first, "name": "b.pdf"}},
        {"file": {"url": "https://files.example/a.pdf"}},
        {},
    ):
        assert problem(caller.send(idempotency_key="k", **other), 409) == "idempotency_conflict"
    without_key = [
        caller.send(**fields).json for fields in ({}, {"file": {"id": first}}, {"file": {"id": second}})
    ]
    assert len({answer["id"] for answer in without_key if answer}) == 3


def test_another_keys_file_is_unknown(served: Uploader, make_caller: Callable[..., Caller]) -> None:
    file_id = served.upload(PDF)["id"]
    other = make_caller("admin")
    assert problem(other.get(f"/files/{file_id}"), 404) == "file_unknown"
    assert problem(other.send(file={"id": file_id}), 404) == "file_unknown"
    assert problem(other.get("/files/nonsense"), 404) == "file_unknown"


def test_an_expired_file_is_unknown(served: Uploader, caller: Caller, database: Database) -> None:
    file_id = served.upload(PDF)["id"]
    assert 0 < database.number("PTTL", f"wa:upload:{file_id}") <= DAY * 1000
    database.do("PEXPIRE", f"wa:upload:{file_id}", 1)
    time.sleep(0.01)
    assert problem(caller.send(file={"id": file_id}), 404) == "file_unknown"


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ({}, "file_invalid"),
        ({"id": "0" * 32, "url": "https://files.example/a"}, "file_invalid"),
        ({"id": "../x"}, "file_invalid"),
        ({"id": "0" * 32}, "file_unknown"),
        ({"id": "PDF", "as": "image"}, "file_kind_impossible"),
        ({"id": "PDF", "as": "sticker"}, "request_invalid"),
        ({"id": "PDF", "path": "/etc/passwd"}, "request_invalid"),
        ({"id": "PDF", "name": "a/b.pdf"}, "file_name_invalid"),
        ({"id": "PDF", "name": "a.png"}, "file_type_contradicts"),
        ({"id": "MP4", "as": "video"}, "file_too_large"),
        ({"id": "MP3", "as": "audio"}, "file_kind_impossible"),  # with a message
        ({"url": "http://files.example/a"}, "file_url_invalid"),
        ({"url": "https://user:secret@files.example/a"}, "file_url_invalid"),
        ({"url": "file:///etc/passwd"}, "file_url_invalid"),
        ({"url": "https://files.example/a", "as": "audio"}, "file_kind_impossible"),  # with a message
    ],
)
def test_a_file_that_cannot_be_sent_is_refused_and_nothing_is_queued(
    served: Uploader, database: Database, file: dict[str, str], code: str
) -> None:
    uploader, caller = served, served.caller
    made = {
        "PDF": PDF,
        "MP3": FILES["a.mp3"][0],
        "MP4": FILES["a.mp4"][0] + b"\0" * MOST_MEDIA_BYTES,
    }
    if file.get("id") in made:
        file = {**file, "id": uploader.upload(made[file["id"]])["id"]}
    assert problem(caller.send(file=file), KINDS[code].status) == code
    assert database.texts("KEYS", "wa:{default}:m:*") == []
    assert database.texts("KEYS", "whatsapp-messages*") == []


def test_a_caption_is_shorter_than_a_text(served: Uploader, caller: Caller) -> None:
    file_id = served.upload(PDF)["id"]
    assert problem(caller.send(message="x" * 1025, file={"id": file_id}), 422) == "message_too_long"
    assert caller.send(message="x" * 1025).status_code == 202


def test_a_message_needs_a_text_or_a_file(caller: Caller) -> None:
    for fields in ({}, {"message": ""}):
        assert problem(caller.post("/send", {"phone": PHONE, **fields}), 422) == "message_empty"


def test_files_in_a_batch(served: Uploader, caller: Caller) -> None:
    file_id = served.upload(PDF)["id"]
    items = [
        {"phone": PHONE, "file": {"id": file_id}},
        {"phone": PHONE, "message": "Hi", "file": {"url": "https://files.example/a.pdf"}},
        {"phone": PHONE, "file": {"id": "0" * 32}},
        {"phone": PHONE},
    ]
    batch = caller.post("/messages:batch", {"messages": items}).json
    assert batch is not None
    assert [item["outcome"] for item in batch["items"]] == ["accepted", "accepted", "refused", "refused"]
    assert [item["problem"]["code"] for item in batch["items"][2:]] == ["file_unknown", "message_empty"]

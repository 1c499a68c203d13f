"""Evidence of failures is for admins: by key or at the console, by nobody else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.webapp.conftest import Caller, problem
from tests.integration.webapp.console_operator import ConsoleOperator
from whatsapp_tasks.clients.evidence_storage import FolderStorage
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database

ID = "default_1790000000000_0a1b2c3d"
PICTURE = b"\xff\xd8 a picture"


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "evidence")
    storage.put(f"default/{ID}.jpg", PICTURE)
    storage.put(f"default/{ID}.json", b'{"code":"still_pending"}')


def test_an_admin_gets_picture_and_structure(caller: Caller) -> None:
    picture = caller.get(f"/evidence/{ID}.jpg")
    assert (picture.status_code, picture.mimetype, picture.data) == (200, "image/jpeg", PICTURE)
    assert picture.headers["Cache-Control"] == "no-store"
    assert caller.get(f"/evidence/{ID}.json").json == {"code": "still_pending"}


def test_an_operator_at_the_console_gets_it_too(client: FlaskClient, database: Database) -> None:
    ConsoleOperator(client, ApiKeys(database).create("Ann", ("admin",), 1)).log_in()
    assert client.get(f"/evidence/{ID}.jpg").data == PICTURE


def test_others_do_not(client: FlaskClient, make_caller: Callable[..., Caller]) -> None:
    assert problem(client.get(f"/evidence/{ID}.jpg"), 401) == "api_key_missing"
    assert problem(make_caller("read", "send").get(f"/evidence/{ID}.jpg"), 403) == "scope_missing"


@pytest.mark.parametrize(
    "wrong",
    ["default_1790000000000_00000000", "nothing", "..", "default_1_2", "DEFAULT_1790000000000_0a1b2c3d"],
)
def test_what_is_not_kept_is_not_found(caller: Caller, wrong: str) -> None:
    assert problem(caller.get(f"/evidence/{wrong}.jpg"), 404) in ("evidence_not_found", "not_found")


def test_a_store_that_is_away_is_said_to_be(
    make_app: Callable[..., Flask], database: Database, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    app = make_app(evidence="s3://bucket/prefix", evidence_s3_endpoint="http://127.0.0.1:1")
    caller = Caller(app.test_client(), ApiKeys(database).create("test", ("admin",), 1), settings)
    assert problem(caller.get(f"/evidence/{ID}.jpg"), 503) == "evidence_unavailable"

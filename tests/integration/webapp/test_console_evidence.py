"""Evidence of failures is for admins: by key or at the console, by nobody else."""

from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.s3_server import s3_url, use_test_credentials
from tests.integration.webapp.conftest import Caller, problem
from tests.integration.webapp.console_operator import ConsoleOperator
from whatsapp_tasks.clients.folder_store import FolderStore
from whatsapp_tasks.config import Settings
from whatsapp_tasks.session.evidence import EvidenceKeeper
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database

__all__ = ["s3_url"]  # the fixture

ID = "default_1790000000000_0a1b2c3d"
PICTURE = b"\xff\xd8 a picture"


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_test_credentials(monkeypatch, tmp_path)
    storage = FolderStore(tmp_path / "evidence")
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


def test_what_a_worker_keeps_in_s3_is_served_from_there(
    make_app: Callable[..., Flask],
    database: Database,
    settings: Settings,
    s3_url: str,
) -> None:
    boto3.client("s3", endpoint_url=s3_url).create_bucket(Bucket="evidence")
    where = {"evidence": "s3://evidence/whatsapp", "s3_endpoint": s3_url}
    keeper = EvidenceKeeper.from_settings(database, settings.model_copy(update=where), "default")
    kept = keeper.keep(
        None, code="browser_failed", detail="It died.", state="AUTHENTICATED", now_ms=1790000000000
    )
    caller = Caller(
        make_app(**where).test_client(), ApiKeys(database).create("test", ("admin",), 1), settings
    )
    answer = caller.get(f"/evidence/{kept}.json")
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (200, "browser_failed")
    assert problem(caller.get(f"/evidence/{kept}.jpg"), 404) == "evidence_not_found"


def test_a_store_that_is_away_is_said_to_be(
    make_app: Callable[..., Flask],
    database: Database,
    settings: Settings,
) -> None:
    app = make_app(evidence="s3://bucket/prefix", s3_endpoint="http://127.0.0.1:1")
    caller = Caller(app.test_client(), ApiKeys(database).create("test", ("admin",), 1), settings)
    assert problem(caller.get(f"/evidence/{ID}.jpg"), 503) == "evidence_unavailable"

"""The doctor starts no copy of a session of its own (issue 14, 4)."""

import pytest

from whatsapp_tasks.cli import examination
from whatsapp_tasks.cli.examination import NO_WORKER, examine
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.connection import Database


def test_where_there_is_a_vault_only_a_worker_starts_the_browser(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The profile here may be an old copy, and a worker elsewhere may start meanwhile."""
    monkeypatch.setattr(examination, "_look_ourselves", lambda *_: "looked")
    shown = [finding.detail for finding in examine(settings, "default")["page"]]
    assert shown == ["looked"]
    with_vault = settings.model_copy(update={"vault": "folder"})
    assert [finding.detail for finding in examine(with_vault, "default")["page"]] == [NO_WORKER]
    database.do("HSET", "wa:{default}:vault", "ran", "41")  # the worker's settings have one, ours do not
    assert [finding.detail for finding in examine(settings, "default")["page"]] == [NO_WORKER]

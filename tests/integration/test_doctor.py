"""The doctor starts no copy of a session of its own (issue 14, 4), and says which language the page is in."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.looks import page
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.cli import examination
from whatsapp_tasks.cli.examination import NO_WORKER, examine
from whatsapp_tasks.config import Settings
from whatsapp_tasks.session.doctor import page_report
from whatsapp_tasks.session.selector_source import SelectorSource
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


NOT_READ = "not read in full: decisions by words wait for a person (docs/whatsapp-web.md, 14)"


@pytest.mark.parametrize(
    ("language", "settled", "status", "detail"),
    [
        ("en", "", "ok", "en"),
        ("pt-BR", "pt", "ok", "pt-BR"),
        ("en", "de", "ok", "en, the next load in de"),
        ("fi", "", "warn", f"fi, {NOT_READ}"),
        ("fi", "en", "warn", f"fi, {NOT_READ}"),
        ("", "", "warn", f"unknown, {NOT_READ}"),
    ],
)
def test_the_language_is_reported_and_one_that_is_not_supported_is_a_warning(  # noqa: PLR0917 - one row
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    settled: str,
    status: str,
    detail: str,
) -> None:
    """Issue 11, D2."""
    shown: dict[str, Any] = {
        "look": lambda _: page(chat_pane=True, language=language, settled_language=settled),
        "parts": lambda _: {},
        "page": SimpleNamespace(browser_version="1.2", driver_version="1.2"),
    }
    report = page_report(
        cast(WhatsAppPage, SimpleNamespace(**shown)), SelectorSource(None, None), Deadline.within(1)
    )
    monkeypatch.setattr(examination, "_look_ourselves", lambda *_: report)
    found = {finding.name: finding for finding in examine(settings, "default")["page"]}
    assert (found["language"].status, found["language"].detail) == (status, detail)

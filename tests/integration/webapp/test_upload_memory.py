"""A file is never in memory as a whole (issue 15, "Must show" 3)."""

from pathlib import Path

from bench.uploads import MIB, measure
from whatsapp_tasks.stores.connection import Database

MOST_GROWTH = 8.0
"""MiB, while a file of 60 MiB passes."""


def test_the_web_process_grows_by_no_more_than_a_few_pieces(
    redis_url: str, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    assert measure(redis_url, tmp_path, 60 * MIB).growth <= MOST_GROWTH

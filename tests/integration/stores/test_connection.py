"""The connection to Redis: bounded in time, failing closed."""

from whatsapp_tasks.stores.connection import Database


def test_a_command_reaches_the_private_redis_and_its_answer_is_text(database: Database) -> None:
    database.do("SET", "greeting", "hallo")
    assert database.text("GET", "greeting") == "hallo"


def test_each_test_begins_with_an_empty_redis(database: Database) -> None:
    assert database.number("DBSIZE") == 0

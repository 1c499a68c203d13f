"""Files that messages name by URL, and that are still to be fetched."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whatsapp_tasks.domain.files import MessageFile
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.messages import Message, message_from
from whatsapp_tasks.stores.outcomes import applied

PUT_OFF_MS = 2_000
"""How long a fetch rests whose host has enough of them already."""
LOOKED_AT_ONCE = 200
"""Fetches that are looked at to find some from hosts that are free."""
_ANY = keys.AccountKeys("%s")


@dataclass(frozen=True)
class Fetch:
    """An attempt to fetch the file of a message; ``token`` proves that it is the latest one."""

    message: Message
    token: str


class FileFetches:
    """Files that are to be fetched, of all accounts. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def take(
        self, now_ms: int, *, hold_ms: int, limit: int, most_per_host: int, busy: Mapping[str, int]
    ) -> dict[str, str]:
        """Ids of messages whose file is to be fetched now, each with the host that has it. ``busy``: how many
        are fetched from which host already. After ``hold_ms`` another worker may take them.
        """
        taken = self._db.run(
            "file_fetch_take",
            {"fetches": keys.FILE_FETCHES},
            {
                "now": now_ms,
                "hold": hold_ms,
                "most": limit,
                "busy": json.dumps(dict(busy)),
                "most_per_host": most_per_host,
                "put_off": PUT_OFF_MS,
                "looks": LOOKED_AT_ONCE,
                "record_pattern": _ANY.message(""),
            },
        )
        words = [str(word) for word in taken]
        return dict(zip(words[::2], words[1::2], strict=True))

    def hold(self, message_ids: Iterable[str], until_ms: int) -> None:
        """Their fetches go on."""
        times = [word for message_id in message_ids for word in (until_ms, message_id)]
        if times:
            self._db.do("ZADD", keys.FILE_FETCHES, "XX", "GT", *times)

    def begin(self, message_id: str, account: str, now_ms: int) -> Fetch | None:
        """None if the message does not wait for its file any more."""
        token = secrets.token_hex(8)
        record = self._db.run(
            "file_fetch_begin",
            {"record": keys.AccountKeys(account).message(message_id), "fetches": keys.FILE_FETCHES},
            {"id": message_id, "token": token, "now": now_ms},
        )
        message = message_from(account, record)
        return Fetch(message, token) if message else None

    def fetched(self, fetch: Fetch, file: MessageFile, now_ms: int) -> bool:
        """The message is queued with its file; False if it does not wait for it any more."""
        return self._settle(fetch, now_ms, file=file)

    def again(self, fetch: Fetch, now_ms: int, next_ms: int, error: tuple[str, str]) -> bool:
        """The next attempt is at ``next_ms``; ``error`` is the code and a sentence."""
        return self._settle(fetch, now_ms, next_attempt=next_ms, error=error)

    def is_latest(self, fetch: Fetch, until_ms: int) -> bool:
        """Whether no later attempt has begun or ended; if so, none begins before ``until_ms``."""
        record = keys.AccountKeys(fetch.message.account).message(fetch.message.id)
        _, token = self._db.together(
            ("ZADD", keys.FILE_FETCHES, "XX", "GT", until_ms, fetch.message.id),
            ("HGET", record, "fetch_token"),
        )
        return bool(token == fetch.token)

    def over(self, fetch: Fetch) -> None:
        """The message was given up."""
        self._db.do("ZREM", keys.FILE_FETCHES, fetch.message.id)

    def _settle(
        self,
        fetch: Fetch,
        now_ms: int,
        *,
        file: MessageFile | None = None,
        next_attempt: int | str = "",
        error: tuple[str, str] = ("", ""),
    ) -> bool:
        message, digest = fetch.message, file.digest if file else ""
        k = keys.AccountKeys(message.account)
        answer = self._db.run(
            "file_fetch_settle",
            {
                "record": k.message(message.id),
                "fetches": keys.FILE_FETCHES,
                "schedule": k.schedule,
                "content": keys.file_content(digest),
                "held": keys.file_held(digest),
                "contents_due": keys.FILES_DUE,
                "metrics": k.metrics,
            },
            {
                "id": message.id,
                "token": fetch.token,
                "now": now_ms,
                "file": file.to_json() if file else "",
                "digest": digest,
                "next_attempt": next_attempt,
                "code": error[0],
                "sentence": error[1],
            },
        )
        return applied(answer)

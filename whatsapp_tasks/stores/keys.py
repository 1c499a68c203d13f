"""Names of Redis keys. Those of one account share the hash tag ``{account}``. No name holds a phone."""

import hashlib

GLOBAL_ACCOUNTS = "wa:accounts"
ALL_MESSAGES = "wa:messages"  # zset: id of a message of any account by time of acceptance, ms
ALL_MESSAGES_COMPLETE = "wa:messages-complete"  # set once older versions' messages are in it
SELECTORS = "wa:selectors"  # hash: version, text (TOML), actor, at_ms
API_KEYS = "wa:api-keys"
OPT_OUTS = "wa:opt-outs"
TEMPLATES = "wa:templates"  # hash: name/language -> JSON: text, updated_ms, author
OPT_OUT_ANSWERS = "wa:opt-out-answers"  # hash: phone, in one form -> id of the last bubble that opted it out
OPT_OUT_SOURCES = "wa:opt-out-sources"  # hash: phone -> source of the opt-out, if not a caller


def nonce(digest: str) -> str:
    return f"wa:nonce:{digest}"


def console_session(digest: str) -> str:
    """JSON with ttl: the session's data; named by a digest, so that Redis holds nothing to log in with."""
    return f"wa:console:session:{digest}"


def login_attempts(who: str) -> str:
    """Counter with ttl."""
    return f"wa:console:attempts:{who}"


def console_place(who: str) -> str:
    """Set if a key logged in from an address; with ttl."""
    return f"wa:console:place:{who}"


FILES_DUE = "wa:files:due"  # zset: digest by the time to look whether its content is still needed, ms
FILE_FETCHES = "wa:files:fetches"  # zset: id of a message whose file is to be fetched, by when, ms


def file_content(digest: str) -> str:
    """Hash: the object that keeps these bytes, and what they are."""
    return f"wa:file:{digest}"


def file_held(digest: str) -> str:
    """Zset: holder by the time its hold ends, ms; see ``scripts/holds.lua``."""
    return f"wa:file:{digest}:held"


def upload(upload_id: str) -> str:
    """Hash with ttl: owner, digest, name."""
    return f"wa:upload:{upload_id}"


def batch(batch_id: str) -> str:
    return f"wa:batch:{batch_id}"


def number(form: str) -> str:
    """With ttl: what is known of a phone, named by a digest of one of its forms, because names of keys are in
    the output of many tools; see ``domain/number_checks.Answer``.
    """
    return f"wa:number:{hashlib.sha256(form.encode()).hexdigest()[:32]}"


class AccountKeys:
    """The keys of one account."""

    def __init__(self, account: str) -> None:
        prefix = f"wa:{{{account}}}:"
        self._prefix = prefix
        self.account = prefix + "account"  # hash: the account's own settings; exists if the account exists
        self.log = prefix + "log"  # zset: message id by time of acceptance, ms
        self.open = prefix + "open:"  # zset per priority: message id by order of enqueueing
        self.schedule = prefix + "schedule"  # zset: message id by the time it is due, ms
        self.expiring = prefix + "expiring"  # zset: message id by expires_at, ms
        self.watched = prefix + "watched"  # zset: message id by the time ticks are no longer followed, ms
        self.unknown = prefix + "unknown"  # zset: message id by the time it became unknown, ms
        self.bubbles = (
            prefix + "bubbles"
        )  # zset: id of a bubble that is a message of ours by when it was noted, ms
        self.in_hand = prefix + "in-hand"  # key of the record that was claimed last; it may be settled since
        self.sequence = prefix + "sequence"  # counter: order of enqueueing
        self.lease = prefix + "lease"  # hash with ttl: token, fence, holder
        self.fence = prefix + "fence"  # counter
        self.session = prefix + "session"  # hash: state, reason, since_ms, actor, restriction, linked
        self.history = prefix + "history"  # list of JSON, newest first
        self.pauses = prefix + "pauses"  # hash: reason -> JSON
        self.pause_history = prefix + "pause-history"  # list of JSON, newest first
        self.viewer = prefix + "viewer"  # with ttl: id of the view that a person has open
        self.generation = prefix + "generation"  # counter: a number gone back means lost writes
        self.intents = prefix + "intents"  # counter: intents only; none is counted before both were compared
        self.circuit = prefix + "circuit"  # JSON: failures in a row, openings, until when
        self.caps = prefix + "caps"  # hash: local day -> places taken; day:new -> those of new chats
        self.contacted = prefix + "contacted"  # set: phones, or ids of chats, that were written to
        self.cures = prefix + "cures"  # hash: cause -> number of browser restarts and reloads
        self.qr = prefix + "qr"  # hash with ttl: ref, seen_ms
        self.heartbeat = prefix + "heartbeat"  # JSON with ttl
        self.vault = prefix + "vault"  # hash, see stores/vault.py
        self.events = prefix + "events"  # stream, trimmed: every change that webhooks may report
        self.metrics = prefix + "metrics"  # hash: counters and histogram buckets, see stores/metrics.py
        self.evidence_log = prefix + "evidence"  # zset: evidence id by the time it was taken, ms
        self.answers = prefix + "answers"  # hash: phone whose chat may hold an opt-out -> new messages in it
        self.known_chats = prefix + "known-chats"  # hash: phone -> title when it was last navigated to
        self.unread = (
            prefix + "unread"
        )  # hash: title -> unread|reported|newest bubble; the title "" marks that the list was read
        self.received = (
            prefix + "received:"
        )  # hash with ttl per event: chat, phone, preview; deleted once it is queued
        self.numbers_waiting = prefix + "numbers-waiting"  # zset: number to be looked up by turn
        self.chat_titles = prefix + "chat-titles"  # hash: title -> its phone; "*" if several have it
        self.chats = prefix + "chats"  # hash: chat id -> JSON, see stores/chats.py
        self.chat_names = prefix + "chat-names"  # hash: p:phone, w:WhatsApp's id, t:title -> chat ids
        self.chat_log = prefix + "chat-log"  # zset: chat id by the time it was last seen, ms
        self.inbox_news = prefix + "inbox-news"  # hash: p:phone or t:title of a chat to read -> new messages
        self.inbox_bubbles = prefix + "inbox-bubbles"  # hash: id of a bubble that was read -> its chat
        self.inbox_log = prefix + "inbox-log"  # zset: chat, bubble and message id by the time it was read, ms
        self.inbox_media = prefix + "inbox-media"  # zset: message id whose file is to be stored, by order
        self.inbox_media_tries = prefix + "inbox-media-tries"  # hash: message id -> tries
        self.inbox_sequence = prefix + "inbox-sequence"  # counter: order of messages that were read

    def message(self, message_id: str) -> str:
        return f"{self._prefix}m:{message_id}"

    def chat_messages(self, chat_id: str) -> str:
        """Zset: ids of the messages that were read in the chat, by their order."""
        return f"{self._prefix}chat:{chat_id}:messages"

    def inbox_media_day(self, day: str) -> str:
        """Counter with ttl: bytes of files that were stored on a day (UTC)."""
        return f"{self._prefix}inbox-media-day:{day}"

    def inbox_message(self, message_id: str) -> str:
        """Hash with ttl: chat, body (JSON), media (JSON), if it has a file."""
        return f"{self._prefix}inbox:{message_id}"

    def evidence(self, evidence_id: str) -> str:
        return f"{self._prefix}evidence:{evidence_id}"

    def answer(self, request_id: str) -> str:
        return f"{self._prefix}answer:{request_id}"

    def view_ended(self, view: str) -> str:
        """With ttl: why the view is over."""
        return f"{self._prefix}view-ended:{view}"

    def view_orders(self, view: str) -> str:
        """A channel: what the viewer asks of the worker."""
        return f"{self._prefix}view:{view}"

    def view_answer(self, view: str, asked: str) -> str:
        """A channel: the worker's answer."""
        return f"{self._prefix}view:{view}:{asked}"

    def identity(self, digest: str) -> str:
        """With ttl: ``message id:content digest``."""
        return f"{self._prefix}identity:{digest}"

    def open_messages(self, priority: str) -> str:
        return self.open + priority

    def number_check(self, check_id: str) -> str:
        """Hash, see ``scripts/number_checks.lua``; with ttl once it is over."""
        return f"{self._prefix}number-check:{check_id}"

    def number_answers(self, check_id: str) -> str:
        """Hash: one form of a phone -> answer; with ttl once the check is over."""
        return f"{self._prefix}number-check:{check_id}:answers"

    def number_lookups(self, day: str) -> str:
        """Counter with ttl: look-ups on a local day."""
        return f"{self._prefix}number-lookups:{day}"


WEBHOOK_ENDPOINTS = "wa:webhooks:endpoints"  # hash: name -> JSON
WEBHOOK_POSITIONS = "wa:webhooks:positions"  # hash: account -> position reached in its events | events read


WEBHOOK_WORKER_METRICS = "wa:webhooks:metrics"  # hash, see stores/metrics.py
WEBHOOK_WORKER = "wa:webhooks:worker"  # with ttl: the webhooks worker's sign of life, ms


class WebhookKeys:
    """The keys of one webhook endpoint. A lane holds the events of one message, in their order."""

    def __init__(self, endpoint: str) -> None:
        self.prefix = f"wa:webhooks:{{{endpoint}}}:"
        self.due = self.prefix + "due"  # zset: waiting lane, by the time of its next attempt, ms
        self.running = self.prefix + "running"  # zset: running lane, by the time its hold expires, ms
        self.state = self.prefix + "state"  # hash: disabled_ms, disabled_reason, hold_until_ms, streak
        self.dead = self.prefix + "dead"  # zset: delivery id by the time it was given up, ms
        self.metrics = self.prefix + "metrics"  # hash, see stores/metrics.py

    @property
    def deliveries(self) -> str:
        """The prefix of delivery records."""
        return self.prefix + "delivery:"

    def delivery(self, delivery_id: str) -> str:
        return self.deliveries + delivery_id

    def lane(self, lane: str) -> str:
        """List of delivery ids, the next one first."""
        return f"{self.prefix}lane:{lane}"

"""Settings: read once from the environment, validated and frozen. The rest of the code receives values."""

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, HttpUrl, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT, check_account_name
from whatsapp_tasks.domain.daily_cap import CapRules
from whatsapp_tasks.domain.incoming import ReceiveMode
from whatsapp_tasks.domain.memory_rules import Measure
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.domain.received_media import kinds_of
from whatsapp_tasks.domain.redis_address import RedisAddress
from whatsapp_tasks.domain.webhooks import check_event_types
from whatsapp_tasks.errors import ConfigurationError, RequestRefused
from whatsapp_tasks.setting_kinds import (
    BUCKET,
    HOST_HEADERS,
    LANGUAGE,
    MOST,
    ORIGINS,
    TOKEN,
    VAULT_KEY,
    Address,
    Count,
    Mail,
    NotNegative,
    OptionalPath,
    Positive,
    Rates,
    RequiredPath,
    matching,
    parts_of,
    ruled,
    url_of,
)


class AccountSettings(BaseSettings):
    """Redis, the browser, and how an account behaves; see ``Settings``."""

    model_config = SettingsConfigDict(
        env_prefix="WHATSAPP_", frozen=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False
    )

    redis_url: str = Field("redis://127.0.0.1:6379/0", validation_alias="REDIS_URL", repr=False)
    """redis://user:password@host:port/db, rediss:// for TLS, or unix:///path?db=0; for the options see
    docs/reliability.md."""
    redis_timeout_seconds: Positive = 2.0
    """For connecting and for each answer; the API waits one second at most."""
    accept_unsafe_redis: bool = False
    """Start even if the configuration of Redis breaks a promise (docs/reliability.md)."""
    data_dir: RequiredPath = Path("var")
    """Browser profiles, evidence, logs, and the private Valkey of `whatsapp-tasks up`."""
    account: str = DEFAULT_ACCOUNT
    """The account of this worker process."""
    role: Literal["account", "webhooks"] = "account"
    """The role of this Celery worker: it serves an account, or the webhooks."""

    # the page
    url: HttpUrl = HttpUrl("https://web.whatsapp.com")
    """The page; in tests and CI the address of a simulator."""
    headless: bool = True
    """False: the browser is visible, which needs a screen (`DISPLAY`)."""
    no_sandbox: bool = False
    """Needed when Chromium runs as root; leave it off otherwise."""
    chromium: RequiredPath = Path("/usr/bin/chromium")
    chromedriver: RequiredPath = Path("/usr/bin/chromedriver")
    accept_other_users: bool = False
    """Start even if other users of this machine can reach the browser's driver (docs/protection.md)."""
    language: Annotated[str, matching(LANGUAGE, "must be like en-US")] = "en-US"
    """The page is kept in this language (docs/whatsapp-web.md, 11.5)."""
    selectors: OptionalPath = None
    """A TOML file whose entries replace those of browser/selectors.toml."""

    # deadlines of actions in the page
    start_timeout_seconds: Positive = 60
    """Until browser and driver answer."""
    boot_timeout_seconds: Positive = 90
    """For one load of the page."""
    open_chat_timeout_seconds: Positive = 60
    """For one attempt to open a chat."""
    ack_timeout_seconds: Positive = 45
    """From Enter until WhatsApp's server has the message."""
    look_timeout_seconds: Positive = 10
    """For one look at the page, or one picture of it."""

    # behaviour
    typing_fastest_ms: NotNegative = 5
    typing_slowest_ms: NotNegative = 25
    """The pause after each character is drawn between the two."""
    popup_second_look_seconds: NotNegative = 3
    """Pause before an invalid-number popup is looked at a second time."""
    idempotency_window_seconds: Positive = 24 * 3600
    """For how long a repeated request is the same message."""
    retention_seconds: Positive = 30 * 24 * 3600
    """How long the record of a settled message is kept, unless its identity is claimed for longer."""
    receive: ReceiveMode = ReceiveMode.NOTICE
    """What is done about messages that others write, for accounts without a mode of their own: `off` (no
    events), `notice` (an event says that somebody wrote; no chat is opened) or `full` (chats with news are
    opened and read, which marks them as read: docs/receiving.md)."""
    inbox_kept_seconds: Positive = 30 * 24 * 3600.0
    """How long messages that were read in chats (`full`) are kept."""
    receive_media: Annotated[str, ruled(kinds_of)] = "off"
    """Which files of received messages are stored, for accounts without a choice of their own: `off`, `all`,
    or kinds separated by commas (`image`, `video`, `audio`, `document`). Only with `full`
    (docs/receiving.md)."""
    receive_media_max_bytes: int = Field(32 * 1024 * 1024, ge=1024, le=MOST)
    """Of one such file; a larger one is not stored."""
    receive_media_day_bytes: int = Field(MOST, ge=1024, le=MOST)
    """Of all such files of an account on one day (UTC)."""
    receive_media_scan: bool = False
    """Whether such a file is given out only after a scanner has called it clean."""
    opt_out_words: str = "STOP,UNSUBSCRIBE,SAIR,BAJA"
    """Separated by commas; a recipient whose answer is exactly one of them is added to the opt-out list.
    Empty: off."""
    follow_ticks_seconds: Positive = 3 * 24 * 3600
    """How long a sent message is followed to delivered and read."""

    # the account's protection (docs/protection.md)
    time_zone: str = "UTC"
    """IANA name, for accounts without a time zone of their own: the day of the cap begins at midnight
    there."""
    cap_policy: Literal["reject", "defer", "off"] = "reject"
    """A message over the daily cap is refused (reject) or held until a day with a free place (defer)."""
    cap_base: Count = 100
    cap_step: Count = 50
    cap_highest: Count = 2000
    """Messages per day: min(base + step x days active, highest)."""
    cap_new_chats_share: float = Field(0.5, ge=0, le=1)
    """The part of the cap that may go to chats never written to before."""
    cap_idle_days: int = Field(14, ge=1, le=MOST)
    """A break of this many days or more without a message is subtracted from the days active."""
    pacing_seconds: NotNegative = 0
    """The pause between two messages."""
    pacing_jitter_seconds: NotNegative = 0
    """The pause is longer by a random time of up to this."""
    quarantine_seconds: NotNegative = 30
    """How long nothing is sent after a sign of a ban, before the page is looked at again."""
    restricted_replies: bool = True
    """Whether messages to chats that WhatsApp leaves open are sent while it locks new ones."""
    restriction_held_seconds: NotNegative = 600
    """How long the new-chat lock counts after it was last seen: the page does not show it everywhere."""
    circuit_failures: Count = 5
    """So many failures in a row are allowed; the next one opens the circuit."""
    circuit_open_seconds: Positive = 300
    """Duration of the first opening; each further one without a success in between lasts twice as long."""
    circuit_longest_seconds: Positive = 3600
    memory_limit_mb: Positive = 400
    """For worker, driver and browser together; above it the browser is restarted."""
    memory_measure: Measure = "anon"
    """What is compared with the limit: unreclaimable memory (anon), or PSS with file pages (pss)."""
    memory_check_seconds: Positive = 30
    attention_reload_seconds: Positive = 300
    """How often a page that needs a person is reloaded, in case the problem is gone."""

    page_check_seconds: NotNegative = 900
    """How often the page is checked in the account's chat with itself while no other is open; 0: never."""

    # checks of numbers (docs/contacts.md)
    number_lookups_per_day: Count = 20
    """How many numbers an account looks up on a day of its time zone; 0: only what is known is answered."""
    number_lookup_pause_seconds: NotNegative = 10
    """The pause between two look-ups."""
    number_lookup_pause_jitter_seconds: NotNegative = 20
    """The pause is longer by a random time of up to this."""
    number_answers_kept_seconds: Positive = 30 * 24 * 3600
    """How long it is remembered whether a number is on WhatsApp, from a look-up or a message."""
    number_checks_kept_seconds: Positive = 7 * 24 * 3600
    """How long a check of numbers is kept after its end."""

    # the worker's lease on its account
    lease_seconds: Positive = 10
    """Another worker may take over the account after its worker was silent for this long."""
    heartbeat_seconds: Positive = 2
    """How often the worker renews its lease."""

    @property
    def receive_media_kinds(self) -> frozenset[str]:
        return kinds_of(self.receive_media)

    @field_validator("redis_url")
    @classmethod
    def _redis_url_is_valid(cls, value: str) -> str:
        return RedisAddress.parse(value).url

    @field_validator("account")
    @classmethod
    def _account_is_a_slug(cls, value: str) -> str:
        try:
            return check_account_name(value)
        except RequestRefused as error:
            raise ValueError(str(error)) from error

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        return check_time_zone(value)

    @model_validator(mode="after")
    def _combinations(self) -> Self:
        if self.typing_slowest_ms < self.typing_fastest_ms:
            raise ValueError("WHATSAPP_TYPING_SLOWEST_MS is below WHATSAPP_TYPING_FASTEST_MS")
        if self.receive_media_kinds and self.receive is not ReceiveMode.FULL:
            raise ValueError(
                "WHATSAPP_RECEIVE_MEDIA needs WHATSAPP_RECEIVE=full; for one account: "
                "whatsapp-tasks accounts add NAME --receive full --receive-media all"
            )
        if self.heartbeat_seconds * 3 > self.lease_seconds:
            raise ValueError("WHATSAPP_LEASE_SECONDS must be at least three WHATSAPP_HEARTBEAT_SECONDS")
        return self


class Settings(AccountSettings):
    """One field per setting. The environment variable is the name in capitals, with the prefix ``WHATSAPP_``
    (``REDIS_URL`` has no prefix). Units are in the names.
    """

    # the API
    web_host: Address = "127.0.0.1"
    web_port: int = Field(8080, ge=0, le=65535)
    web_workers: int = Field(2, ge=1, le=256)
    """Processes on one port."""
    web_connections: int = Field(512, ge=16, le=MOST)
    """At most this many per process; above it, the slowest are closed."""
    events_listeners: Count = 1000
    """Listeners of GET /events (docs/api.md) in each process, beside its other connections."""
    events_listeners_per_key: Count = 50
    """How many of them one API key may have."""
    events_heartbeat_seconds: Positive = 20
    """How often a listener gets a sign of life while nothing happens, so that proxies keep the connection."""
    signature_required: bool = True
    """False: a key's id, which is not secret, is enough to use the key. For tests only."""
    signature_past_seconds: Positive = 30
    """How old the timestamp of a request may be."""
    signature_future_seconds: NotNegative = 5
    """How far the timestamp may be in the future."""
    max_body_bytes: int = Field(512 * 1024, ge=1024, le=MOST)
    """Of every request but POST /files."""
    trusted_proxies: Count = 0
    """The number of your proxies that add to X-Forwarded-For; with one too many, callers can choose their
    address."""
    rate_limit_per_key: Rates = "600/minute"
    rate_limit_per_address: Rates = "1200/minute"

    # webhooks and alerts (docs/webhooks.md)
    webhooks: OptionalPath = None
    """A TOML file with endpoints; the webhooks worker loads it when it starts."""
    webhook_connect_timeout_seconds: Positive = 5
    webhook_timeout_seconds: Positive = 15
    """From resolving the name until the head of the answer."""
    webhook_first_retry_seconds: Positive = 5
    webhook_longest_retry_seconds: Positive = 4 * 3600
    """The pause between two attempts grows from the first to this."""
    webhook_give_up_seconds: Positive = 24 * 3600
    """After this time an event becomes a dead letter."""
    webhook_threads: int = Field(16, ge=1, le=128)
    """Concurrent requests, of all endpoints together."""
    alert_events: Annotated[str, ruled(lambda text: check_event_types(parts_of(text)))] = "session.attention"
    """Event types, separated by commas, for which alerts are sent."""
    alert_email_to: Mail = ""
    alert_email_from: Mail = "whatsapp-tasks@localhost"
    smtp_url: Annotated[str, url_of("smtp", "smtps")] = Field("smtp://127.0.0.1:25", repr=False)
    """smtp://user:password@host:port (STARTTLS if offered; required with a password) or smtps://…"""
    alert_whatsapp_to: Annotated[str, ruled(parse_phone)] = ""
    alert_whatsapp_account: Annotated[str, ruled(check_account_name)] = ""
    """The account that sends the alerts about all others."""

    # files of messages (docs/files.md)
    files: str = "folder"
    """Where the files of messages are kept: ``folder`` (in the data folder) or ``s3://bucket/prefix``."""
    max_file_bytes: int = Field(64 * 1024 * 1024, ge=1024, le=MOST)
    """Of one file; pictures, video and audio have WhatsApp's own limit of 16 MiB."""
    upload_kept_seconds: Positive = 24 * 3600
    """How long an uploaded file waits for a message that uses it."""
    file_url_seconds: Positive = 300
    """For one attempt to fetch a file from a URL."""
    file_url_allow_private: bool = False
    """Whether files may be fetched from private networks and this machine, also by http."""

    # the console page (docs/console.md)
    console_idle_seconds: Positive = 1800
    """A console session without a request for this long is logged out; an open page makes requests by
    itself."""
    console_longest_seconds: Positive = 8 * 3600
    """A console session ends after this time in any case."""

    hand_idle_seconds: Positive = 300
    """A person who has an account's page open and does nothing for this long gives it back (docs/hand.md)."""

    # evidence of failures (docs/console.md)
    evidence: str = "folder"
    """Where pictures and structure of failed pages are saved: ``folder`` (in the data folder),
    ``s3://bucket/prefix``, or ``off``."""
    evidence_pictures: Literal["masked", "clear", "off"] = "masked"
    """``masked``: letters are covered before the picture is taken; ``clear`` shows chats as they are. The
    live page (docs/hand.md) is clear with ``clear`` only."""
    evidence_keep_count: int = Field(200, ge=1, le=MOST)
    """Per account."""
    evidence_keep_days: Positive = 14
    s3_endpoint: Annotated[str, url_of("http", "https")] = ""
    """URL of an S3-compatible server other than AWS, for everything that is kept in S3."""

    # session archives (docs/sessions.md)
    vault: str = "off"
    """Where archives of the session are saved, so that another host can take it over: ``folder`` (in the data
    folder), ``s3://bucket/prefix``, or ``off``."""
    vault_key: Annotated[str, matching(VAULT_KEY, "must be like AGE-SECRET-KEY-1…")] = Field("", repr=False)
    """The key of the archives (`whatsapp-tasks session new-key`). Only the worker needs it."""
    vault_key_file: OptionalPath = None
    """A file with that key, instead."""
    vault_seconds: Positive = 300
    """How often the session of a running browser is saved, at a moment when nothing is sent."""

    # metrics (docs/metrics.md)
    metrics_networks: str = ""
    """Networks, separated by commas, that may read /metrics without a key."""

    # Flower
    flower_host: Address = "127.0.0.1"
    flower_port: int = Field(5555, ge=0, le=65535)

    # tools for assistants (docs/mcp.md)
    mcp_host: Address = "127.0.0.1"
    mcp_port: int = Field(8070, ge=0, le=65535)
    """For `whatsapp-tasks mcp --http`."""
    mcp_token: Annotated[str, matching(TOKEN, "must be at least 32 printable characters without a blank")] = (
        Field("", repr=False)
    )
    """Every caller sends it (`Authorization: Bearer …`)."""
    mcp_hosts: Annotated[str, matching(HOST_HEADERS, "must be like mcp.example.com, or several")] = ""
    """Host headers, separated by commas, that are accepted besides this machine's: `mcp.example.com`."""
    mcp_origins: Annotated[str, matching(ORIGINS, "must be like https://app.example.com, or several")] = ""
    """Origin headers likewise, for pages of browsers: `https://app.example.com`."""

    # tests
    crash_points: OptionalPath = None
    """Folder of ``whatsapp_tasks.crash_points``; unset outside tests."""

    # logs
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "pretty"] = "auto"
    """auto: pretty on a terminal, else JSON."""

    @property
    def redis(self) -> RedisAddress:
        return RedisAddress.parse(self.redis_url)

    @property
    def record_seconds(self) -> float:
        """How long the record of a settled message is kept: a repeat within its window is answered from
        it.
        """
        return max(self.retention_seconds, self.idempotency_window_seconds)

    @property
    def unacked_prefix(self) -> str:
        """Prefix of the keys where this worker's Celery keeps unacknowledged entries; no other worker may
        restore them."""
        return f"wa:{{{self.account}}}:unacked" if self.role == "account" else "wa:webhooks:unacked"

    @field_validator("evidence", "vault")
    @classmethod
    def _object_store_is_valid(cls, value: str) -> str:
        if value not in ("folder", "off") and not BUCKET.fullmatch(value):
            raise ValueError("must be folder, off, or s3://bucket/prefix")
        return value

    @field_validator("files")
    @classmethod
    def _files_is_valid(cls, value: str) -> str:
        if value != "folder" and not BUCKET.fullmatch(value):
            raise ValueError("must be folder, or s3://bucket/prefix")
        return value

    @field_validator("metrics_networks")
    @classmethod
    def _networks_are_valid(cls, value: str) -> str:
        _networks(value)
        return value

    @property
    def opt_out_word_set(self) -> frozenset[str]:
        """Casefolded."""
        return frozenset(word.casefold() for word in parts_of(self.opt_out_words))

    @property
    def open_metrics_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return _networks(self.metrics_networks)

    @cached_property
    def origin(self) -> str:
        """The page's address without a trailing slash."""
        return str(self.url).rstrip("/")

    @property
    def cap_rules(self) -> CapRules:
        return CapRules(
            self.cap_base, self.cap_step, self.cap_highest, self.cap_new_chats_share, self.cap_idle_days
        )

    def profile_dir(self, account: str) -> Path:
        """The browser profile that holds the account's login."""
        return self.data_dir.resolve() / "profiles" / account

    def set_aside_dir(self, account: str) -> Path:
        """Where an old profile is moved when a newer copy of its session takes its place."""
        return self.data_dir.resolve() / "set-aside" / account

    @property
    def driver_cache(self) -> Path:
        return self.data_dir.resolve() / "driver"


def check_time_zone(name: str) -> str:
    """Return ``name`` if this machine has the time zone; raise ValueError otherwise."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"'{name[:40]}' is not a time zone, such as Europe/Berlin") from error
    return name


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part) for part in parts_of(text))


def load_settings() -> Settings:
    """Settings from the environment; raises ConfigurationError listing every variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{'.'.join(_variable(part) for part in problem['loc']) or 'settings'}: "
            f"{problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        ]
        raise ConfigurationError("Wrong settings: " + "; ".join(lines)) from None


def _variable(field: object) -> str:
    """The environment variable of a field."""
    name = str(field)
    return f"WHATSAPP_{name.upper()}" if name in Settings.model_fields else name

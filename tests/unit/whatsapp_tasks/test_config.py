"""Settings: read from the environment, all wrong ones named at once."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import parse_many
from pydantic import ValidationError

from whatsapp_tasks.cli.programs import insist_on_programs
from whatsapp_tasks.config import Settings, load_settings
from whatsapp_tasks.errors import ConfigurationError
from whatsapp_tasks.session.selector_source import SelectorSource
from whatsapp_tasks.tasks.webhook_worker import endpoints_of_file


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def problems(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    with pytest.raises(ConfigurationError) as wrong:
        load(monkeypatch, **environment)
    return str(wrong.value)


def test_without_any_variable_the_defaults_are_the_blueprints() -> None:
    settings = load_settings()
    assert (settings.typing_fastest_ms, settings.typing_slowest_ms) == (5, 25)
    assert (settings.signature_past_seconds, settings.signature_future_seconds) == (30, 5)
    assert settings.idempotency_window_seconds == 24 * 3600
    assert settings.account == "default"
    assert settings.signature_required


def test_a_variable_is_the_name_in_capitals_with_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, WHATSAPP_WEB_PORT="9000").web_port == 9000
    assert load(monkeypatch, WHATSAPP_DATA_DIR="/x").data_dir == Path("/x")


def test_files_are_stored_only_where_chats_are_read_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 16, point 2."""
    with pytest.raises(ConfigurationError, match="needs WHATSAPP_RECEIVE=full"):
        load(monkeypatch, WHATSAPP_RECEIVE_MEDIA="image")
    settings = load(monkeypatch, WHATSAPP_RECEIVE_MEDIA="image,document", WHATSAPP_RECEIVE="full")
    assert settings.receive_media_kinds == {"image", "document"}
    with pytest.raises(ConfigurationError, match="image, video, audio, document"):
        load(monkeypatch, WHATSAPP_RECEIVE_MEDIA="pictures")


def test_redis_url_stands_without_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, REDIS_URL="redis://r:1/2").redis_url == "redis://r:1/2"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WHATSAPP_WEB_PORT", "70000"),
        ("WHATSAPP_WEB_PORT", "http"),
        ("WHATSAPP_ACCOUNT", "Not a slug"),
        ("WHATSAPP_URL", "web.whatsapp.com"),
        ("WHATSAPP_LOG_LEVEL", "LOUD"),
        ("WHATSAPP_LEASE_SECONDS", "0"),
        ("WHATSAPP_REDIS_TIMEOUT_SECONDS", "-1"),
        ("WHATSAPP_TYPING_FASTEST_MS", "-1"),
        ("WHATSAPP_SIGNATURE_REQUIRED", "perhaps"),
        ("WHATSAPP_MAX_BODY_BYTES", "10"),
    ],
)
def test_a_bad_value_is_a_configuration_error_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    assert name.removeprefix("WHATSAPP_").lower() in problems(monkeypatch, **{name: value}).lower()


def test_all_wrong_settings_are_listed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = problems(
        monkeypatch, WHATSAPP_WEB_PORT="x", WHATSAPP_ACCOUNT="A B", WHATSAPP_LOG_FORMAT="xml"
    ).lower()
    assert all(name in told for name in ("web_port", "account", "log_format"))


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"WHATSAPP_TYPING_FASTEST_MS": "30"}, "WHATSAPP_TYPING_SLOWEST_MS"),
        ({"WHATSAPP_HEARTBEAT_SECONDS": "4"}, "WHATSAPP_LEASE_SECONDS"),
    ],
)
def test_settings_that_contradict_each_other_are_named(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: str
) -> None:
    assert named in problems(monkeypatch, **environment)


def test_every_setting_is_read_somewhere() -> None:
    root = Path(__file__).parents[3]
    sources = [path for folder in ("whatsapp_tasks", "webapp") for path in (root / folder).rglob("*.py")]
    text = "".join(path.read_text("utf-8") for path in sources)
    unused = {name for name in Settings.model_fields if not re.search(rf"\.{name}\b", text)}
    assert not unused, f"no code reads: {unused}"


def test_settings_are_frozen() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        setattr(settings, "web_port", 1)  # noqa: B010 - mypy forbids what is to be tried


def test_each_account_has_a_profile_of_its_own() -> None:
    settings = Settings(data_dir=Path("/data"))
    assert settings.profile_dir("a") == Path("/data/profiles/a")
    assert settings.profile_dir("a") != settings.profile_dir("b")


def test_the_origin_has_no_trailing_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().origin == "https://web.whatsapp.com"
    assert load(monkeypatch, WHATSAPP_URL="http://127.0.0.1:8090/").origin == "http://127.0.0.1:8090"


NONSENSE = "\u00a4 no / such, value"
ANY_TEXT_IS_SENSE = {"opt_out_words": "any word is a word"}
PLACES = {"data_dir", "selectors", "chromium", "chromedriver", "webhooks", "crash_points", "vault_key_file"}
"""Any text is a path; whether there is something is seen where it is used (below)."""
MORE_NONSENSE = {
    float: ["", "nan", "inf", "-inf", "-1", "1e300", "5s", "1,5"],
    int: ["", "-1", "1.5", "1e3", "9" * 12, "0x10"],
    bool: ["", "perhaps", "2"],
    "rate_limit_per_key": [
        "",
        "abc",
        "10",
        "0/minute",
        "600/fortnight",
        "600/minute;",
        "-1/minute",
        "600 minute",
    ],
    "web_host": [
        "",
        "127.0.0.1:8080",
        "http://127.0.0.1",
        "256.1.1.1",
        "127.0.0",
        "[::1",
        "::1]",
        "-x",
        "a b",
        "x/",
    ],
    "time_zone": ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime"],
    "language": ["", "english language", "en_US", "e"],
    "alert_email_to": ["ada", "a@b@c", "Ada <a@b.c>", "a@b.c, d@e.f"],
    "smtp_url": ["http://x", "smtp://", "smtp://x:port", "smtp://[::1", "smtp://x:99999", "smtp:// x"],
    "evidence": ["", "s3://", "s3:///x", "s3://B", "folders", "s3://a b"],
    "vault": ["", "s3://", "folders"],
    "vault_key": ["secret", "AGE-SECRET-KEY-1", "age1qqqq"],
    "mcp_token": ["x" * 31, "with a blank " * 4, "ü" * 40],
    "mcp_hosts": ["http://x", "x:y", "x,,y", "x/mcp"],
    "mcp_origins": ["x", "ftp://x", "https://x/", "*"],
    "s3_endpoint": ["minio:9000", "ftp://x", "http://", "http://x:y"],
    "metrics_networks": ["10.0.0.0/33", "10.0.0.1/8", "ten"],
    "alert_events": ["session.attention, session.nothing", "*"],
    "alert_whatsapp_to": ["0151 12345678", "me"],
    "url": ["", "web.whatsapp.com", "ftp://x", "http://", "http://x:99999"],
    "account": ["", "A", "a" * 40],
}
MORE_NONSENSE["rate_limit_per_address"] = MORE_NONSENSE["rate_limit_per_key"]
MORE_NONSENSE["flower_host"] = MORE_NONSENSE["web_host"]


def wrong_values() -> Iterator[tuple[str, str]]:
    for name, field in Settings.model_fields.items():
        if name not in ANY_TEXT_IS_SENSE and name not in PLACES:
            for value in (NONSENSE, *MORE_NONSENSE.get(field.annotation, []), *MORE_NONSENSE.get(name, [])):
                yield name, value


@pytest.mark.parametrize(("name", "value"), list(wrong_values()))
def test_nonsense_in_any_setting_is_one_line_that_names_it_issue_12_row_28(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    variable = str(Settings.model_fields[name].validation_alias or f"WHATSAPP_{name.upper()}")
    try:
        load(monkeypatch, **{variable: value})
    except ConfigurationError as wrong:
        told = str(wrong)
    else:
        pytest.fail(f"{variable}={value!r} is taken: give {name} a type of setting_kinds.py")
    assert "\n" not in told
    assert set(re.findall(r"\b(?:WHATSAPP_[A-Z0-9_]+|REDIS_URL)\b", told)) == {variable}
    assert "Value error" not in told


@pytest.mark.parametrize("name", ["chromium", "chromedriver"])
@pytest.mark.parametrize("path", ["/nowhere/at/all", "/", "/etc/passwd", NONSENSE])
def test_a_program_that_is_none_is_named_before_a_worker_starts_issue_12_row_28(name: str, path: str) -> None:
    settings = Settings.model_validate(
        {"chromium": sys.executable, "chromedriver": sys.executable, name: path}
    )
    with pytest.raises(ConfigurationError, match=f"WHATSAPP_{name.upper()}: "):
        insist_on_programs(settings)


def test_a_file_that_is_none_is_named_where_it_is_read_issue_12_row_28(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="WHATSAPP_WEBHOOKS"):
        endpoints_of_file(tmp_path / "none.toml", 1)
    source = SelectorSource(tmp_path / "none.toml", None)
    source.refresh()
    assert source.problem.startswith("WHATSAPP_SELECTORS: ")


@pytest.mark.parametrize("name", ["DATA_DIR", "CHROMIUM", "CHROMEDRIVER"])
def test_an_empty_path_is_not_the_current_folder(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert f"WHATSAPP_{name}: must not be empty" in problems(monkeypatch, **{f"WHATSAPP_{name}": ""})


@pytest.mark.parametrize("name", ["selectors", "webhooks", "crash_points", "vault_key_file"])
def test_an_empty_path_that_may_be_left_out_is_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert getattr(load(monkeypatch, **{f"WHATSAPP_{name.upper()}": ""}), name) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate_limit_per_key", "10/second, 600 per minute;5000/2 hours"),
        ("web_host", "my-host.example"),
        ("web_host", "localhost"),
        ("language", "zh-Hans-CN"),
        ("smtp_url", "smtps://user:pass%40word@mail.example:465"),
        ("alert_email_to", "ada@example.org"),
        ("alert_email_to", ""),
        ("alert_events", "session.*, message.failed"),
        ("alert_whatsapp_to", "+49 151 12345678"),
        ("evidence", "s3://bucket.of-mine/a/b"),
        ("s3_endpoint", "http://127.0.0.1:9000"),
        ("metrics_networks", "10.0.0.0/8, ::1/128"),
        ("opt_out_words", ""),
        ("time_zone", "Europe/Berlin"),
    ],
)
def test_what_makes_sense_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert getattr(load(monkeypatch, **{f"WHATSAPP_{name.upper()}": value}), name) == value


@pytest.mark.parametrize(
    ("value", "host"),
    [("[::1]", "::1"), ("[::]", "::"), ("0:0:0:0:0:0:0:0", "::"), ("127.0.0.2", "127.0.0.2")],
)
def test_an_address_is_kept_as_the_system_writes_it(
    monkeypatch: pytest.MonkeyPatch, value: str, host: str
) -> None:
    assert load(monkeypatch, WHATSAPP_WEB_HOST=value).web_host == host


@given(
    st.from_regex(
        r"[1-9][0-9]{0,2} ?(/|per) ?([1-9][0-9]? ?)?(second|minute|hour|day|month|year)s?", fullmatch=True
    )
)
def test_a_rate_that_is_taken_is_one_that_the_library_reads(rate: str) -> None:
    settings = Settings.model_validate({"rate_limit_per_key": rate})
    assert parse_many(settings.rate_limit_per_key)

"""Settings: read from the environment, all wrong ones named at once."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from whatsapp_tasks.config import Settings, load_settings
from whatsapp_tasks.errors import ConfigurationError


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


def test_settings_are_frozen() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.web_port = 1


def test_each_account_has_a_profile_of_its_own() -> None:
    settings = Settings(data_dir=Path("/data"))
    assert settings.profile_dir("a") == Path("/data/profiles/a")
    assert settings.profile_dir("a") != settings.profile_dir("b")


def test_the_origin_has_no_trailing_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().origin == "https://web.whatsapp.com"
    assert load(monkeypatch, WHATSAPP_URL="http://127.0.0.1:8090/").origin == "http://127.0.0.1:8090"

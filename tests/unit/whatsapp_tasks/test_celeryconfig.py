"""celeryconfig: every setting is one that Celery and kombu know, and the promises' settings stand."""

import runpy
from types import ModuleType, SimpleNamespace

import pytest
from celery import Celery
from celery.app.defaults import NAMESPACES, flatten
from kombu.transport.redis import Channel

import celeryconfig
from whatsapp_tasks.queues import CONTROL_TASKS, SEND_TASK


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> SimpleNamespace:
    """The module as a process with this environment would see it."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return SimpleNamespace(**runpy.run_path(celeryconfig.__file__))


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    return load(monkeypatch)


def settings_of(config: SimpleNamespace) -> set[str]:
    """Celery's settings are lower case and do not begin with an underscore; imports are no settings."""
    return {
        name
        for name, value in vars(config).items()
        if name == name.lower()
        and name[0] != "_"
        and not callable(value)
        and not isinstance(value, ModuleType)
    }


def test_every_setting_is_one_that_celery_knows(config: SimpleNamespace) -> None:
    known = {str(option[0]) for option in flatten(NAMESPACES)}
    assert settings_of(config) - known == set()


def test_every_transport_option_is_one_that_kombu_knows(config: SimpleNamespace) -> None:
    # kombu passes over a misspelled one in silence.
    assert set(config.broker_transport_options) - set(Channel.from_transport_options) == set()


@pytest.mark.filterwarnings("ignore::celery.exceptions.CPendingDeprecationWarning")
def test_celery_takes_the_whole_module(config: SimpleNamespace) -> None:
    app = Celery(set_as_current=False)
    app.config_from_object(config)
    assert app.conf.task_acks_late
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"


def test_two_accounts_do_not_share_what_their_workers_have_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []
    for account in ("a", "b"):
        options = load(monkeypatch, WHATSAPP_ACCOUNT=account).broker_transport_options
        keys += [
            value for name, value in options.items() if name.startswith("unacked") and name.endswith("key")
        ]
    assert len(keys) == len(set(keys)) == 6


def test_redis_is_the_one_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, REDIS_URL="redis://r:1/2").broker_url == "redis://r:1/2"


def test_a_redis_that_hangs_hangs_no_publish(config: SimpleNamespace) -> None:
    options = config.broker_transport_options
    assert 0 < options["socket_timeout"] <= 5
    assert 0 < options["socket_connect_timeout"] <= 5


@pytest.mark.parametrize("task", sorted({SEND_TASK, *CONTROL_TASKS}))
def test_each_of_our_tasks_is_routed_by_its_account(config: SimpleNamespace, task: str) -> None:
    (route,) = config.task_routes
    assert route(task, [], {"account": "a"}, {})["queue"].endswith(".a")

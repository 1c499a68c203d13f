"""Issue 12, row 23: one reading of REDIS_URL; what redis-py and kombu are given says the same."""

from typing import Any
from urllib.parse import quote

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from kombu import Connection

from whatsapp_tasks.domain.redis_address import RedisAddress


def _redis_py(address: RedisAddress) -> dict[str, object]:
    return redis.ConnectionPool.from_url(address.url).connection_kwargs


def _kombu(address: RedisAddress) -> dict[str, object]:
    with Connection(
        address.broker_url,
        ssl=dict(address.broker_tls) if address.broker_tls else False,
        transport_options=dict(address.broker_options),
    ) as connection:
        # A channel connects when it is made; its parameters are known without.
        transport: Any = connection.transport  # of Redis
        channel = transport.Channel.__new__(transport.Channel)
        channel.connection = transport
        for name, value in address.broker_options.items():
            setattr(channel, name, value)
        channel._in_poll = channel._in_listen = channel._registered = False
        return dict(channel._connparams())


PLACES = {
    "redis://r": ("r", 6379, 0),
    "redis://": ("127.0.0.1", 6379, 0),
    "redis:///3": ("127.0.0.1", 6379, 3),
    "redis://r:7000/2": ("r", 7000, 2),
    "redis://r?db=5": ("r", 6379, 5),
    "redis://r:7000/?db=5": ("r", 7000, 5),
    "redis://r/5?db=5": ("r", 6379, 5),
    "redis://[::1]:7000/1": ("::1", 7000, 1),
    "REDIS://r/1": ("r", 6379, 1),
    "rediss://r:7000/2": ("r", 7000, 2),
    " redis://r/1\n": ("r", 6379, 1),
}


@pytest.mark.parametrize(("text", "place"), PLACES.items())
def test_a_server_is_the_same_to_both(text: str, place: tuple[str, int, int]) -> None:
    address = RedisAddress.parse(text)
    assert (address.host, address.port, address.db) == place
    for read in (_redis_py(address), _kombu(address)):
        assert (read["host"], read["port"], read["db"]) == place


SOCKETS = {
    "unix:///run/redis.sock": ("/run/redis.sock", 0),
    "unix:///run/redis.sock?db=5": ("/run/redis.sock", 5),
    "unix:///Run/My%20Redis/a%3Fb.sock?db=1": ("/Run/My Redis/a?b.sock", 1),
    "unix://me:pw@/run/r@1.sock": ("/run/r@1.sock", 0),
    "unix:///run/ü;+.sock?db=2": ("/run/ü;+.sock", 2),
}


@pytest.mark.parametrize(("text", "place"), SOCKETS.items())
def test_a_socket_is_the_same_to_both(text: str, place: tuple[str, int]) -> None:
    address = RedisAddress.parse(text)
    for read in (_redis_py(address), _kombu(address)):
        assert (read["path"], read["db"]) == place
        assert (read.get("username"), read.get("password")) == (
            ("me", "pw") if "me:" in text else (None, None)
        )


@pytest.mark.parametrize(
    "scheme_and_place", [("redis", "r:7000/2"), ("rediss", "r"), ("unix", "/run/r.sock")]
)
@pytest.mark.parametrize("password", ["p#w", "p/w", "#/?:@[]%", "a@b:6379/0", "pä w", "p%w", "p;w&db=3"])
@pytest.mark.parametrize("user", ["", "me", "m#e"])
def test_a_password_may_hold_any_character_as_it_is(
    scheme_and_place: tuple[str, str], user: str, password: str
) -> None:
    scheme, place = scheme_and_place
    for written in (password, quote(password, safe="")):
        address = RedisAddress.parse(f"{scheme}://{user}:{written}@{place}")
        assert (address.username, address.password) == (user, password)
        for read in (_redis_py(address), _kombu(address)):
            assert (read.get("username") or "", read["password"]) == (user, password)
        assert password not in f"{address}{address!r}"


@given(
    st.builds(
        RedisAddress,
        scheme=st.sampled_from(["redis", "rediss"]),
        host=st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True),
        port=st.integers(1, 65535),
        db=st.integers(0, 99),
        username=st.text(max_size=10),
        password=st.text(max_size=20),
    )
)
def test_what_is_written_is_read_back(address: RedisAddress) -> None:
    assert RedisAddress.parse(address.url) == address
    assert RedisAddress.parse(address.broker_url) == address


def test_options_are_options_to_both() -> None:
    address = RedisAddress.parse("redis://r/1?health_check_interval=30&client_name=us")
    assert address.broker_url == "redis://r:6379/1"
    assert dict(address.broker_options) == {"health_check_interval": 30, "client_name": "us"}
    for read in (_redis_py(address), _kombu(address)):
        assert (read["health_check_interval"], read["client_name"]) == (30, "us")


def test_tls_checks_the_certificate_unless_told_otherwise() -> None:
    """kombu by itself checks none where a rediss:// URL says nothing."""
    address = RedisAddress.parse("rediss://r")
    assert _kombu(address)["ssl_cert_reqs"] == "required"
    told = RedisAddress.parse("rediss://r?ssl_cert_reqs=none&ssl_check_hostname=false&ssl_ca_certs=/ca.pem")
    for read in (_redis_py(told), _kombu(told)):
        assert (read["ssl_cert_reqs"], read["ssl_check_hostname"], read["ssl_ca_certs"]) == (
            "none",
            False,
            "/ca.pem",
        )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must begin with"),
        ("foo", "must begin with"),
        ("http://SECRET@r", "must begin with"),
        ("redis+sentinel://:SECRET@r", "must begin with"),
        ("redis://:SECRET@r1,r2", "one server"),
        ("redis://:SECRET@r:0", "port"),
        ("redis://:SECRET@r:65536", "port"),
        ("redis://:SECRET@r:x", "port"),
        ("redis://:SECRET@::1", "brackets"),
        ("redis://:SECRET@[::1", "brackets"),
        ("redis://:SECRET@r/first", "number of a database"),
        ("redis://:SECRET@r/-1", "number of a database"),
        ("redis://:SECRET@r/1?db=2", "two databases"),
        ("redis://:SECRET@r?db=x", "db that must be a whole number"),
        ("redis://:SECRET@r?db=1&db=2", "twice"),
        ("redis://:SECRET@r?health_check_interval=often", "whole number"),
        ("redis://:SECRET@r?password=SECRET", "unknown option"),
        ("redis://:SECRET@r?ssl_cert_reqs=none", "unknown option"),
        ("rediss://:SECRET@r?ssl_cert_reqs=maybe", "required, optional or none"),
        ("rediss://:SECRET@r?ssl_check_hostname=perhaps", "true or false"),
        ("redis://:SECRET@r#1", "must have no #"),
        ("unix://run/redis.sock", "absolute path"),
        ("unix:///", "absolute path"),
    ],
)
def test_what_cannot_be_said_to_both_is_refused_without_the_password(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as refused:
        RedisAddress.parse(text)
    assert "SECRET" not in str(refused.value)

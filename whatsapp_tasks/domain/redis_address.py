"""Parses ``REDIS_URL``, and derives the URLs for redis-py and kombu from it.

The two read a URL differently: one of them ignores, or interprets in another way, a database in the query, a
socket, a certificate or an option. So a value that cannot be expressed for both is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, quote, unquote, urlencode

SCHEMES = ("redis", "rediss", "unix")
DEFAULT_PORT = 6379


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise ValueError("must be a whole number")
    return int(value)


def _flag(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError("must be true or false")
    return value.lower() == "true"


def _certificates(value: str) -> str:
    if value not in ("required", "optional", "none"):
        raise ValueError("must be required, optional or none")
    return value


Option = int | bool | str

_OPTIONS: Mapping[str, Callable[[str], Option]] = {"health_check_interval": _number, "client_name": str}
_TLS_OPTIONS: Mapping[str, Callable[[str], Option]] = {
    "ssl_cert_reqs": _certificates,
    "ssl_check_hostname": _flag,
    "ssl_ca_certs": str,
    "ssl_certfile": str,
    "ssl_keyfile": str,
}
"""redis-py's names. Without any, the certificate is checked against those that the system trusts."""


@dataclass(frozen=True)
class RedisAddress:
    """The address of Redis. ``str`` shows it without the password."""

    scheme: str
    host: str = ""
    port: int = DEFAULT_PORT
    path: str = ""
    """The path of the socket, if the scheme is ``unix``."""
    db: int = 0
    username: str = ""
    password: str = field(default="", repr=False)
    options: Mapping[str, Option] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError, which never shows the password.

        User and password end at the last ``@`` before the options, so a password may contain ``#``, ``/``,
        ``?``, ``:`` and ``@`` unescaped; ``%`` and two hex digits are one character, as in any URL.
        """
        scheme, separator, rest = text.strip().partition("://")
        scheme = scheme.lower()
        if not separator or scheme not in SCHEMES:
            raise ValueError(
                "must begin with redis://, rediss:// or unix://, e.g. redis://127.0.0.1:6379/0 "
                "(Sentinel and Cluster are not supported)"
            )
        login, location = _split_login(scheme, rest)
        username, _, password = login.partition(":")
        location, _, query = location.partition("?")
        if "#" in location + query:
            raise ValueError("must have no # after the host; write %23 for one in a path or an option")
        options = _options(scheme, query)
        named_db = options.pop("db", None)
        where = _socket(location, named_db) if scheme == "unix" else _server(location, named_db)
        return cls(
            scheme=scheme,
            username=unquote(username),
            password=unquote(password),
            options=options,
            **where,  # type: ignore[arg-type]  # a mapping of this class's fields
        )

    @property
    def url(self) -> str:
        """The URL for redis-py."""
        query = urlencode({name: _text(value) for name, value in self.options.items()})
        if self.scheme == "unix":
            query = "&".join(part for part in (f"db={self.db}", query) if part)
            return f"unix://{self._login()}{quote(self.path)}?{query}"
        return f"{self._server(self._login())}{'?' if query else ''}{query}"

    @property
    def broker_url(self) -> str:
        """The URL for kombu's Redis transport. Its options are ``broker_options`` and ``broker_tls``."""
        if self.scheme == "unix":
            return f"redis+socket://{self._login()}{quote(self.path)}?virtual_host={self.db}"
        return self._server(self._login())

    @property
    def broker_options(self) -> Mapping[str, Option]:
        """Transport options of kombu."""
        return {name: value for name, value in self.options.items() if name in _OPTIONS}

    @property
    def broker_tls(self) -> Mapping[str, Option] | None:
        """Celery's ``broker_use_ssl``; without it kombu would not check the certificate."""
        if self.scheme != "rediss":
            return None
        tls = {name: value for name, value in self.options.items() if name in _TLS_OPTIONS}
        return {"ssl_cert_reqs": "required", **tls}

    def __str__(self) -> str:
        if self.scheme == "unix":
            return f"unix://{self.path}?db={self.db}"
        return self._server("")

    def _server(self, login: str) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{login}{host}:{self.port}/{self.db}"

    def _login(self) -> str:
        if not (self.username or self.password):
            return ""
        password = f":{quote(self.password, safe='')}" if self.password else ""
        return f"{quote(self.username, safe='')}{password}@"


def _split_login(scheme: str, rest: str) -> tuple[str, str]:
    """User with password, and the rest of the URL."""
    if scheme == "unix":
        if rest.startswith("/"):
            return "", rest
        login, _, location = rest.rpartition("@/")
        return login, f"/{location}" if login else rest
    login, _, location = rest.rpartition("@")
    return login, location


def _options(scheme: str, query: str) -> dict[str, Option]:
    known = {"db": _number, **_OPTIONS, **(_TLS_OPTIONS if scheme == "rediss" else {})}
    found: dict[str, Option] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise ValueError(f"has an unknown option; known options: {', '.join(known)}")
        if name in found:
            raise ValueError(f"has the option {name} twice")
        try:
            found[name] = known[name](value)
        except ValueError as error:
            raise ValueError(f"has an option {name} that {error}") from None
    return found


def _socket(location: str, named_db: Option | None) -> dict[str, object]:
    path = unquote(location)
    if not path.startswith("/") or path == "/":
        raise ValueError("must contain the absolute path of a socket, e.g. unix:///run/redis.sock?db=0")
    return {"path": path, "db": named_db or 0}


def _server(location: str, named_db: Option | None) -> dict[str, object]:
    server, _, db_text = location.partition("/")
    if "," in server:
        raise ValueError("must name only one server")
    host, port_text = _split_port(server)
    try:
        port = _number(port_text) if port_text else DEFAULT_PORT
    except ValueError:
        port = 0
    if not 0 < port < 65536:
        raise ValueError("must have a port between 1 and 65535, or none")
    db = named_db
    if db_text:
        if not (db_text.isascii() and db_text.isdigit()):
            raise ValueError(
                "must have the number of a database after the host, e.g. redis://127.0.0.1:6379/0"
            )
        db = int(db_text)
        if named_db not in (None, db):
            raise ValueError("names two databases: one after the host, another in the option db")
    return {"host": unquote(host) or "127.0.0.1", "port": port, "db": db or 0}


def _split_port(server: str) -> tuple[str, str]:
    """Host (without brackets) and port."""
    if server.startswith("["):
        host, bracket, rest = server[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("must have an IPv6 address in brackets, e.g. redis://[::1]:6379/0")
        return host, rest[1:]
    host, _, port = server.partition(":")
    if ":" in port:
        raise ValueError("must have an IPv6 address in brackets, e.g. redis://[::1]:6379/0")
    return host, port


def _text(value: Option) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

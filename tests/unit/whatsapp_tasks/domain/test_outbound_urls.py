"""Which URLs are requested because somebody else named them."""

import pytest

from whatsapp_tasks.domain.outbound_urls import why_no_target, why_not_taken


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("127.0.0.1", "names an address that is not public"),
        ("[::1]", "names an address that is not public"),
        ("[::ffff:127.0.0.1]", "names an address that is not public"),
        ("169.254.169.254", "names an address that is a cloud's metadata service"),
        ("[fe80::1%25eth0]", "names an address that is link-local"),
        ("localhost", "names this machine"),
        ("a.localhost", "names this machine"),
        # Forms of 127.0.0.1 that some programs read as it.
        *(
            (host, "must name a host that can exist")
            for host in ("2130706433", "127.1", "0x7f.1", "0177.0.0.1")
        ),
        *((host, "must name a host that can exist") for host in ("example..com", "*.example.com", "[v1.x]")),
        *(
            (host, "must name a host that can exist")
            for host in ("-a.example", "%65xample.com", "a" * 64 + ".de")
        ),
        (".".join(["a" * 60] * 5), "must name a host that can exist"),
    ],
)
def test_a_host_that_is_certainly_not_reached_is_refused_at_once(host: str, why: str) -> None:
    assert (why_not_taken(f"https://{host}/a", allow_private=False) or "").startswith(why)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "EXAMPLE.com.",
        "xn--exmple-cua.com",
        "_a.example.com",
        "8.8.8.8",
        "a1.2b.com",
        "[2600::]",
    ],
)
def test_a_host_that_may_be_reached_is_a_target(host: str) -> None:
    assert why_not_taken(f"https://{host}:8443/a?b=c", allow_private=False) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "10.0.0.1", "files.internal"])
def test_a_private_host_is_one_where_they_are_allowed(host: str) -> None:
    assert why_not_taken(f"http://{host}/a", allow_private=True) is None


def test_no_setting_allows_the_metadata_of_a_cloud() -> None:
    assert why_not_taken("http://169.254.169.254/", allow_private=True)


def test_a_redirect_is_checked_when_it_is_followed() -> None:
    assert why_no_target("https://127.0.0.1/a", allow_private=False) is None

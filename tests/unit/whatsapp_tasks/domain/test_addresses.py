"""Addresses that a webhook may go to."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from whatsapp_tasks.domain.addresses import is_loopback, url_at, why_refused

PUBLIC = [
    "8.8.8.8", "1.1.1.1", "192.0.1.1", "2606:4700::1111", "2a00:1450:4001::1", "3ffe::1",
    "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2606:4700::5efe:808:808",
]  # fmt: skip
PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fc00::1",
    "::ffff:10.0.0.1", "2002:0a00:0001::", "64:ff9b::10.0.0.1", "198.18.0.1", "240.0.0.1", "192.0.0.8",
    "192.0.2.1", "192.88.99.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "100::1", "5f00::1",
    "4000::1", "2002:0808:0808::", "2001:0:808:808:0:1:f7f7:f7f7", "2606:4700::5efe:10.0.0.1",
    "2606:4700:0:0:200:5efe:7f00:1",
    # issue 12, row 19
    "::127.0.0.1", "64:ff9b:1::10.0.0.1", "64:ff9b:1::8.8.8.8", "64:ff9b:1:a00:0:100::",
    "::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8", "fec0::1", "3fff::1", "3fff:fff::1",
]  # fmt: skip
NEVER = [
    "169.254.169.254", "169.254.1.1", "fd00:ec2::254", "100.100.100.200", "fe80::1", "fe80::1%eth0",
    "224.0.0.1", "ff02::1", "0.0.0.0", "0.1.2.3", "255.255.255.255", "::", "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::", "168.63.129.16", "fd20:ce::254", "::ffff:0.0.0.0",
    "::169.254.169.254", "::ffff:0:169.254.169.254", "64:ff9b:1::169.254.169.254",
    "64:ff9b:1:a9fe:a9:fe00::", "2606:4700::5efe:a9fe:a9fe", "2001:0:a9fe:a9fe::",
    "2001:0:808:808::5601:5601",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may(address: str) -> None:
    assert why_refused(address, allow_private=False) is None


@pytest.mark.parametrize("address", PRIVATE)
def test_private_ones_only_when_the_operator_says_so(address: str) -> None:
    assert why_refused(address, allow_private=False) is not None
    assert why_refused(address, allow_private=True) is None


@pytest.mark.parametrize("address", NEVER)
def test_metadata_services_and_the_like_never(address: str) -> None:
    assert why_refused(address, allow_private=True) is not None


def test_the_tables_are_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 12, row 19: another version of Python judges no address otherwise."""
    for kind in (IPv4Address, IPv6Address):
        for name in dir(kind):
            if name.startswith("is_") or name in ("ipv4_mapped", "sixtofour", "teredo"):
                monkeypatch.delattr(kind, name, raising=False)
    for addresses, allow_private, refused in (
        (PUBLIC, False, False),
        (PRIVATE, False, True),
        (PRIVATE, True, False),
        (NEVER, True, True),
    ):
        for address in addresses:
            assert (why_refused(address, allow_private=allow_private) is not None) is refused, address


@pytest.mark.parametrize("text", ["", "example.org", "1.2.3", "0x7f.1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    assert why_refused(text, allow_private=True) == "is not an IP address"


@pytest.mark.parametrize(
    ("host", "this_machine"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("api.localhost", True),
        ("192.168.0.1", False),
        ("fe80::1%lo", False),
        ("localhost.example", False),
        ("notlocalhost", False),
        ("", False),
    ],
)
def test_this_machine_is_known_by_its_names_issue_12_row_26(host: str, this_machine: bool) -> None:
    assert is_loopback(host) is this_machine


@pytest.mark.parametrize(
    ("listening", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("127.0.0.2", "http://127.0.0.2:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:8080"),
        ("fe80::1%eth0", "http://[fe80::1%25eth0]:8080"),
        ("my-host", "http://my-host:8080"),
    ],
)
def test_a_server_of_ours_is_met_where_it_listens_issue_12_row_27(listening: str, url: str) -> None:
    assert url_at(listening, 8080) == url

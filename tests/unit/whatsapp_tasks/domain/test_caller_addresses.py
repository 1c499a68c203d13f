"""What proxies write is an address or nothing, and a network of IPv6 is one caller (issue 12, row 15)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.caller_addresses import LONGEST_ADDRESS, counted_as, normal_address


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("192.0.2.1:443", "192.0.2.1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:DB8:0::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
    ],
)
def test_an_address_is_found_in_what_proxies_write(told: str, address: str) -> None:
    assert normal_address(told) == address


@pytest.mark.parametrize(
    "told",
    [
        *("", "unknown", "_hidden", "localhost", "192.0.2", "192.0.2.256", "192.0.2.1:", "192.0.2.1:x"),
        *(
            "192.0.2.1:99999",
            "[192.0.2.1",
            "[2001:db8::1]x",
            "[2001:db8::1]:",
            "2001:db8::1]:443",
            "1",
            "0x7f.1",
        ),
        *("192.0.2.1, 192.0.2.2", "٣.٣.٣.٣", "x" * 60_000, "1" * LONGEST_ADDRESS),
    ],
)
def test_what_is_no_address_is_none(told: str) -> None:
    assert normal_address(told) is None


def test_ipv6_is_counted_by_its_network_of_64_bits() -> None:
    assert counted_as("2001:db8:1:2:3:4:5:6") == counted_as("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert counted_as("2001:db8:1:3::") != counted_as("2001:db8:1:2::")
    assert counted_as("192.0.2.1") == "192.0.2.1"


@given(st.text(max_size=200) | st.ip_addresses().map(str))
def test_whatever_is_reported_the_name_is_short_and_stable(told: str) -> None:
    address = normal_address(told)
    if address is not None:
        assert normal_address(address) == address
        assert len(counted_as(address)) <= 45

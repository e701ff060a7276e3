"""Who an act is counted for."""

import pytest

from web.clients import NAME_MAX_CHARS, counted_as, subscriber


@pytest.mark.parametrize("address", [None, "127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_nobody(address: str | None) -> None:
    assert counted_as(address) is None


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("10.0.0.9", "10.0.0.9"),
        ("::ffff:10.0.0.9", "10.0.0.9"),
        ("FE80::0001", "fe80::1"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_a_client_has_one_name(address: str, name: str) -> None:
    assert counted_as(address) == name


def test_a_name_is_bounded() -> None:
    assert counted_as("x" * 10_000) == "x" * NAME_MAX_CHARS


@pytest.mark.parametrize(
    ("client", "name"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::9", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("10.0.0.9", "10.0.0.9"),
        ("unknown", "unknown"),
    ],
)
def test_a_subscriber_of_ipv6_is_its_network(client: str, name: str) -> None:
    assert subscriber(client) == name

"""The bytes of a router advertisement."""

from ipaddress import IPv6Interface

from hypothesis import given
from hypothesis import strategies as st

from tests.support.router_advert import URI, options
from wifi_gate.router_advert import advertisement

MAC = bytes.fromhex("02005e100001")


ROUTER = IPv6Interface("fd00:77::1/64")


def test_it_names_the_router_its_prefix_its_resolver_and_the_api() -> None:
    found = options(advertisement(MAC, ROUTER, URI))
    assert found[1] == MAC
    assert found[3][:2] == bytes([64, 0xC0])
    assert found[3][14:] == ROUTER.network.network_address.packed
    assert found[25][6:] == ROUTER.ip.packed
    assert found[37].rstrip(b"\0") == URI.encode()


@given(st.integers(1, 255))
def test_an_uri_of_any_length_is_padded_with_zeros(length: int) -> None:
    uri = "u" * length
    assert options(advertisement(MAC, ROUTER, uri))[37].rstrip(b"\0") == uri.encode()

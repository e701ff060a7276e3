"""Netlink's frames: what is encoded can be read, and cut bytes never raise or hang."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.runtime import netlink

KINDS = st.integers(0, 0x3FFF)


@given(st.dictionaries(KINDS, st.binary(max_size=40)))
def test_attributes_come_back_as_they_went(values: dict[int, bytes]) -> None:
    data = b"".join(netlink.attribute(kind, value) for kind, value in values.items())
    assert netlink.attributes(data) == values


@given(KINDS, st.dictionaries(KINDS, st.binary(max_size=40)))
def test_nested_attributes_come_back_as_they_went(kind: int, values: dict[int, bytes]) -> None:
    inner = [netlink.attribute(one, value) for one, value in values.items()]
    outer = netlink.attributes(netlink.nested(kind, *inner))
    assert netlink.attributes(outer[kind]) == values


@given(st.binary(max_size=200))
def test_any_bytes_are_read_to_an_end(data: bytes) -> None:
    netlink.attributes(data)
    assert len(list(netlink.messages(data))) <= len(data) // 16

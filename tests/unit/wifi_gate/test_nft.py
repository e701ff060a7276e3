"""The library of nftables in this process, on a real kernel."""

from collections.abc import Iterator

import pytest

from tests.support.netns import a_network
from wifi_gate.nft import Nft, NftError


@pytest.fixture(autouse=True)
def network() -> Iterator[None]:
    with a_network():
        yield


def test_a_table_that_is_not_there_is_none() -> None:
    assert Nft().table("inet posko") is None


def test_a_transaction_is_done_as_a_whole_or_not_at_all() -> None:
    with pytest.raises(NftError):
        Nft().apply("add table inet posko\ndelete chain inet posko nope\n")
    assert Nft().table("inet posko") is None
    Nft().apply("add table inet posko\nadd chain inet posko yes\n")
    assert b"yes" in (Nft().table("inet posko") or b"")


def test_an_error_says_what_was_refused_but_not_whose_device() -> None:
    with pytest.raises(NftError) as raised:
        Nft().apply("add element inet posko up4 { 02:00:5e:10:00:01 . 10.77.0.50 : 7 }")
    assert str(raised.value) == "No such file or directory: add element inet posko up4"

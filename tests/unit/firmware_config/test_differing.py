"""What a person reads before she applies."""

from firmware_config.differing import changed, difference
from firmware_config.rendering import File

OLD = {
    "hostapd/wlan0.conf": File("channel=6\nwpa_passphrase=pelayanan prima\n", 0o600),
    "lib/sysctl.d/50-posko.conf": File("kernel.panic = 10\n", 0o644),
}


def test_a_change_is_shown_as_a_unified_diff() -> None:
    conf = File("channel=11\nwpa_passphrase=pelayanan prima\n", 0o600)
    text = difference(OLD, OLD | {"hostapd/wlan0.conf": conf})
    assert "--- now/hostapd/wlan0.conf\n+++ then/hostapd/wlan0.conf\n" in text
    assert "-channel=6\n+channel=11\n" in text
    assert "pelayanan" not in text


def test_another_passphrase_is_told_and_not_shown() -> None:
    conf = File("channel=6\nwpa_passphrase=rahasia baru\n", 0o600)
    text = difference(OLD, OLD | {"hostapd/wlan0.conf": conf})
    assert "a passphrase that is not shown is another" in text
    assert "rahasia" not in text
    assert "pelayanan" not in text


def test_a_new_file_and_a_gone_one_are_told() -> None:
    new = {"nftables/posko.nft": File("table\n", 0o644)}
    text = difference(OLD, new)
    assert "--- now/lib/sysctl.d/50-posko.conf\n+++ /dev/null\n" in text
    assert "--- /dev/null\n+++ then/nftables/posko.nft\n" in text
    assert changed(OLD, new) == [*sorted(OLD), "nftables/posko.nft"]


def test_nothing_changed_is_nothing_to_read() -> None:
    assert difference(OLD, dict(OLD)) == ""

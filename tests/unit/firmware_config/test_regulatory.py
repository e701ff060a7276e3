"""Which channels a country allows."""

import pytest

from firmware_config import regulatory


@pytest.mark.parametrize(
    ("country", "channel", "width", "reason"),
    [
        ("US", 13, 20, "US allows nothing from 2462 to 2482 MHz"),
        ("US", 11, 20, ""),
        ("US", 11, 40, ""),
        ("US", 173, 20, "US allows no access point from 5855 to 5875 MHz"),
        ("ID", 13, 20, ""),
        ("ID", 14, 20, "ID allows nothing from 2474 to 2494 MHz"),
        ("ID", 36, 80, ""),
        ("ID", 100, 20, "ID allows nothing from 5490 to 5510 MHz"),
        ("ID", 149, 80, ""),
        ("ID", 165, 20, "ID allows nothing from 5815 to 5835 MHz"),
        ("ID", 6, 80, "ID allows 40 MHz there at most"),
        ("DE", 36, 80, ""),
        ("DE", 149, 20, ""),
        ("JP", 14, 20, "JP allows no access point from 2474 to 2494 MHz"),
        ("JP", 149, 20, "JP allows nothing from 5735 to 5755 MHz"),
        ("GB", 149, 20, ""),
        ("ID", 37, 20, "there is no such channel at 2.4 or 5 GHz"),
    ],
)
def test_a_channel_is_allowed_or_refused_with_a_reason(
    country: str, channel: int, width: int, reason: str
) -> None:
    assert regulatory.verdict(country, channel, width).reason == reason


@pytest.mark.parametrize(
    ("country", "channel", "is_radar"),
    [("US", 52, True), ("US", 100, True), ("DE", 56, True), ("ID", 56, False), ("GB", 149, False)],
)
def test_channels_of_radar_are_known(country: str, channel: int, is_radar: bool) -> None:
    assert regulatory.verdict(country, channel, 20).is_radar == is_radar


def test_what_may_be_used_instead_is_in_the_same_band() -> None:
    assert regulatory.channels("US", like=13, width_mhz=20) == list(range(1, 12))
    assert regulatory.channels("ID", like=100, width_mhz=20) == [
        *range(36, 65, 4),
        *range(149, 162, 4),
    ]


def test_the_parts_of_a_wide_channel_are_those_of_the_standard() -> None:
    assert regulatory.block(44, 80) == (36, 48)
    assert regulatory.block(161, 80) == (149, 161)
    assert regulatory.block(140, 40) == (140, 144)
    assert [c for c in (36, 40, 149, 153) if regulatory.is_above(c)] == [36, 149]

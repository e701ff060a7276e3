"""Every part of the box in one list. Pure."""

from collections.abc import Iterator

from appliance.desk.condition import channels, machine
from appliance.desk.condition.parts import Condition, Seen, Tone


def conditions(seen: Seen) -> list[Condition]:
    """Every part of the box, in the order of the page."""
    return [
        *channels.modems(seen.gauges),
        channels.uplink(seen),
        *channels.others(seen.gauges),
        machine.disk(seen),
        machine.temperature(seen.temperature_c),
        machine.voltage(is_low=seen.is_undervolted),
        machine.clock(seen.now),
        machine.backup(seen),
        *_sealing(is_on=seen.is_sealing),
    ]


def _sealing(*, is_on: bool) -> Iterator[Condition]:
    if not is_on:
        yield Condition(
            title="Laporan rahasia",
            tone=Tone.BAD,
            word="Tidak disegel",
            advice="Laporan rahasia tersimpan terbaca. Minta teknisi memasang kunci segel.",
            for_technician="docs/runbook.md, Confidential reports are not sealed",
        )

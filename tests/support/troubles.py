"""A fixed-seed day in the life of a modem: messages both ways, and trouble of every kind.

The same schedule is played against the real process and, in virtual time, against the machine.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.sim.traits import Faults

PASSING_FAULTS = (
    {"urc_inside": True},
    {"random_urcs": 0.3},
    {"garbage": True},
    {"lost_urcs": True},
    {"baud": 9600},
    {"no_listing": True},
    {"no_network": True},
    {"registration": 3},
    {"prompt_delay_s": 0.5},
    {"send_delay_s": 1.0},
    {"reports_first": True, "reports_doubled": True},
    {"report_statuses": [0x30, 0x00]},
    {"no_smma": True},
)
"""What ends by itself after some seconds."""
SINGLE_FAULTS = (
    {"lost_finals": 1},
    {"doubled_finals": 1},
    {"late_finals": 1, "late_s": 6.0},
    {"lost_answers": ["+CMGL"]},
    {"lost_answers": ["+CMGR"]},
    {"truncated_lines": 2},
    {"lost_deletes": 2},
    {"redelivered": 2},
    {"reboot_in": "listing"},
    {"reboot_in": "prompt"},
    {"reboot_in": "submit"},
    {"no_prompts": 1},
    {"prompt_errors": [42]},
    {"send_errors": [42]},
    {"send_errors": [41, 500]},
    {"send_error_after_sending": 1},
    {"silent_sends": 1},
    {"hang": "restart"},
    {"hang": "reopen"},
)
"""What is used up; left over, it ends with the schedule."""
DOUBTFUL = frozenset(
    {"hang", "reboot_in", "lost_finals", "late_finals", "truncated_lines", "silent_sends"}
    | {"send_error_after_sending", "send_errors", "garbage", "lost_answers"}
)
"""Faults after which nobody may know whether a text was sent."""
MANY_PARTS = 260


@dataclass(frozen=True)
class Act:
    """Something that happens `at` seconds after the start."""

    at: float
    kind: str
    """`sms`, `text`, `unreadable`, `fault`, `op` or `kill`."""
    values: dict = field(default_factory=dict)


def schedule(seed: int, seconds: float, *, pace_s: float, trouble_s: float) -> list[Act]:
    """Messages about every `pace_s`, trouble about every `trouble_s`; the last tenth is quiet."""
    chance = random.Random(seed)
    acts = [*_messages(chance, seconds, pace_s), *_troubles(chance, 0.9 * seconds, trouble_s)]
    return sorted(acts, key=lambda act: act.at)


def calm() -> dict:
    """Every fault but the settings of their kind, as it is without trouble."""
    return {
        name: value for fault in (*PASSING_FAULTS, *SINGLE_FAULTS) for name, value in _end(fault)
    }


def _end(fault: dict) -> list[tuple[str, object]]:
    normal = Faults()
    return [(name, getattr(normal, name)) for name in fault]


def _messages(chance: random.Random, seconds: float, pace_s: float) -> Iterator[Act]:
    at, number = 0.0, 0
    while (at := at + chance.expovariate(1 / pace_s)) < seconds:
        number += 1
        text = (
            f"Laporan {number} di RT {number}: got mampet {chance.choice(['lagi', '@{}€', '😀'])}"
        )
        if chance.random() < 0.2:
            text += " parah sekali" * (MANY_PARTS // 13)
        kind = chance.choices(["sms", "text", "unreadable"], [6, 3, 0.3])[0]
        if kind == "unreadable":
            yield Act(at, kind, {"hex": f"0004FF91{number:040X}"})
        else:
            yield Act(at, kind, {"number": f"+62812345{number:05d}", "text": text})


def _troubles(chance: random.Random, seconds: float, trouble_s: float) -> Iterator[Act]:
    at = 0.0
    while (at := at + chance.expovariate(1 / trouble_s)) < seconds:
        kind = chance.choices(["passing", "single", "kill", "op"], [4, 5, 3, 3])[0]
        if kind == "passing":
            fault = chance.choice(PASSING_FAULTS)
            yield Act(at, "fault", fault)
            yield Act(at + chance.uniform(1, 10), "fault", dict(_end(fault)))
        elif kind == "single":
            yield Act(at, "fault", chance.choice(SINGLE_FAULTS))
        elif kind == "kill":
            yield Act(at, "kill")
        else:
            yield from _operation(at, chance)


def _operation(at: float, chance: random.Random) -> Iterator[Act]:
    name = chance.choice(["reboot", "forget", "power", "unplug"])
    if name == "power":
        yield Act(at, "fault", {"hang": "power"})
        at += chance.uniform(1, 5)
    yield Act(at, "op", {"op": name})
    if name == "unplug":
        yield Act(at + chance.uniform(0.1, 3), "op", {"op": "plug"})

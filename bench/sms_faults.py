"""Every fault that stopped or confused an SMS daemon somewhere: does each message come in once?"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.sms_table import Bench, bench
from tests.support.sms_daemons import SmsDaemon

LIMIT_S = 60.0
_SETTLE_S = 3.0
_LONG = "Jalan rusak parah di RT 7, mohon segera diperbaiki sebelum ada yang jatuh; " * 3 + "ya"
_EMOJI = "Banjir di pasar 😀 parah"
_ESCAPED = "Got {mampet} di RT 3"


@dataclass(frozen=True)
class Row:
    """A fault and the messages behind it."""

    name: str
    play: Callable[[Bench], None]
    capacity: int = 20
    is_before_start: bool = False


def outcome(row: Row, kind: type[SmsDaemon]) -> str:
    """`ok` and the seconds it took, or what went wrong within the limit."""
    with bench(kind, row.capacity) as run:
        if row.is_before_start:
            row.play(run)
            run.daemon.start()
        else:
            run.get_ready()
            row.play(run)
        took = run.wait(run.is_complete, LIMIT_S, 0.05)
        time.sleep(_SETTLE_S)
        lost, doubled = run.balance()
        if took is None:
            return f"FAIL {lost} lost"
        return f"FAIL {doubled} dup" if doubled else f"ok {took:.0f} s"


def _with(**faults: object) -> Callable[[Bench], None]:
    def play(run: Bench) -> None:
        run.modem.fault(**faults)
        for _ in range(5):
            run.sms()

    return play


def _after(*ops: dict[str, str], pause_s: float = 0.0) -> Callable[[Bench], None]:
    def play(run: Bench) -> None:
        for op in ops:
            run.modem.call(**op)
            time.sleep(pause_s)
        for _ in range(3):
            run.sms()

    return play


def _long(**options: Any) -> Callable[[Bench], None]:
    return lambda run: run.sms(_LONG, **options)


def _two_senders(run: Bench) -> None:
    for place in ([0], [1]):
        for text, sender in ((_LONG, "0761000001"), (_LONG.replace("7", "8"), "0761000002")):
            run.sms(text, sender=sender, reference=9, order=place)
    run.expected = run.expected[:-2]


def _full(run: Bench) -> None:
    for _ in range(30):
        run.sms()


def _unreadable(run: Bench) -> None:
    run.modem.call("pdu", hex="0004FF91" + "00" * 20)
    run.sms()


def _incomplete(count: int) -> Callable[[Bench], None]:
    def play(run: Bench) -> None:
        for number in range(count):
            run.sms(2 * _LONG.replace("7", str(number)), order=[0, 1])
            run.expected.pop()
        run.sms()

    return play


ROWS = (
    Row("answer to CMGL and CMGR lost once", _with(lost_answers=["+CMGL", "+CMGR"])),
    Row("garbage before every line", _with(garbage=True)),
    Row("known and unknown URCs inside answers", _with(urc_inside=True)),
    Row("unknown URC before 30 % of lines", _with(random_urcs=0.3)),
    Row("unknown URC when idle", _after({"op": "say", "line": "+FOOBAR: 1"})),
    Row("a line that tells of a full memory", _after({"op": "say", "line": "+SMS FULL"})),
    Row("announcements lost", _with(lost_urcs=True)),
    Row("final results late by 6 s", _with(late_finals=2, late_s=6.0)),
    Row("lines cut in half", _with(truncated_lines=3)),
    Row("one byte at a time, 9600 baud", _with(baud=9600)),
    Row("modem reboots", _after({"op": "reboot"})),
    Row("modem forgets its settings silently", _after({"op": "forget"})),
    Row(
        "USB device vanishes, returns as another",
        _after({"op": "unplug"}, {"op": "plug"}, pause_s=1),
    ),
    Row("modem hangs until its port is reopened", _with(hang="reopen")),
    Row("modem hangs until CFUN=1,1", _with(hang="restart")),
    Row("SIM full of old messages, 10 more", _full, is_before_start=True),
    Row("two deletes without effect or answer", _with(lost_deletes=2)),
    Row("parts reversed", _long(order=[1, 0])),
    Row("16-bit reference", _long(is_wide=True)),
    Row("a part twice", _long(order=[0, 0, 1])),
    Row("one reference, two senders", _two_senders),
    Row("emoji cut between parts", lambda run: run.sms(_EMOJI, size=34)),
    Row("extension character cut between parts", lambda run: run.sms(_ESCAPED, size=5)),
    Row("acknowledged message delivered again", _with(redelivered=1)),
    Row("undecodable PDU first", _unreadable),
    Row("one incomplete message, then another", _incomplete(1)),
    Row("5 incomplete on 10 slots, then another", _incomplete(5), capacity=10),
)

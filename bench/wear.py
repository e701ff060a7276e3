"""What a complaint costs an SD card: bytes and fsyncs from intake to acknowledged and compacted.

The recorder of the power-cut tests counts what a real process hands to the kernel, so the figures
are counts; tests/powercut/test_wear.py bounds them. `written` are
the bytes of its writes; `blocks` are the 4 KiB blocks of the file system that a sync makes the card
write, each once per sync. The baseline is a row of the same size, one commit each, in a table
without index, check or key.
"""

import itertools
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from appliance.actions.cases import intake
from appliance.actions.city import syncing
from appliance.domain.cases.service_request import Channel, Draft
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.runtime import clock, ids
from appliance.store import compaction, housekeeping, migrate
from appliance.store.box import this_box as box
from appliance.store.city import outbox
from appliance.store.database import connect
from modem.mailbox import SmsMailbox
from tests.powercut import recording
from tests.powercut.counter import SITE
from tests.powercut.recording import Change, Kind
from tests.sim.air import Air

COMPLAINTS = 1000
INTAKE, ACKS, WHOLE = "intake alone", "acknowledged, 100 at once", "to compacted"
SMS, LONG_SMS = "SMS, of one part", "SMS, of two parts"
_BLOCK_BYTES = 4096
_ACK_EVERY, _ACKED_AT_ONCE, _HOUSE_EVERY = 10, 100, 50
_TEXT = "Lampu jalan di Jl Rajawali depan masjid mati sejak tiga malam, mohon diperbaiki. {n}"


@dataclass(frozen=True, slots=True)
class Wear:
    """Per complaint."""

    written_bytes: float
    block_bytes: float
    syncs: float


def run() -> None:
    """Print what a complaint costs, beside its bare row."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        recorder = recording.compile_recorder(Path(folder))
        found = {part: measure(recorder, Path(folder), part, COMPLAINTS) for part in _PARTS}
    bare = found["bare row"]
    print(f"wear, {COMPLAINTS} complaints, one commit each, per complaint")
    print(f"  {'':34} {'written':>9} {'blocks':>9} {'fsyncs':>7}   ratio")
    for part, wear in found.items():
        print(
            f"  {part:34} {wear.written_bytes / 1000:6.2f} kB {wear.block_bytes / 1000:6.2f} kB"
            f" {wear.syncs:7.2f}   {wear.written_bytes / bare.written_bytes:5.1f}"
        )


def measure(recorder: Path, folder: Path, part: str, complaints: int) -> Wear:
    """What one of the parts costs, over so many complaints after as many others."""
    name = part.replace(" ", "-").replace(",", "")
    house = (folder / name).resolve()
    house.mkdir()
    log = folder / f"{name}.log"
    arguments = (str(house), part, str(complaints))
    changes = recording.run(recorder, __name__, *arguments, folder=house, log=log)
    start, end = (
        next(i for i, change in enumerate(changes) if change.name == name)
        for name in ("begin", "end")
    )
    return _wear(changes[start + 1 : end], complaints)


def _wear(changes: list[Change], complaints: int) -> Wear:
    written = blocks = syncs = 0
    waiting: dict[int, set[int]] = {}
    for change in changes:
        if change.kind is Kind.WRITE:
            written += len(change.data)
            end = change.offset + len(change.data)
            touched = range(change.offset // _BLOCK_BYTES, -(-end // _BLOCK_BYTES))
            waiting.setdefault(change.inode, set()).update(touched)
        elif change.kind is Kind.SYNC:
            syncs += 1
            blocks += len(waiting.pop(change.inode, ()))
    return Wear(written / complaints, blocks * _BLOCK_BYTES / complaints, syncs / complaints)


def _mark(house: Path, name: str) -> None:
    """Tell the recording that what counts begins or ends here."""
    (house / name).write_bytes(b"-")


def _bare(house: Path, complaints: int) -> None:
    db = sqlite3.connect(house / "bare.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE requests (id, ticket, channel, category, status, text, phone, at_ms)")
    for number in range(-complaints, complaints):
        if number == 0:
            _mark(house, "begin")
        row = (ids.new_id(), "07123450", "portal", "pju", "diterima", _TEXT, "+6281234567890", 0)
        db.execute("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _posko(house: Path, page_bytes: int, complaints: int, *, is_whole: bool) -> None:
    migrate.PAGE_BYTES = page_bytes
    compaction.ACKED_EVENTS_KEPT = 100  # so that each measured complaint makes one be forgotten
    db = _fresh(house)
    for number in range(-complaints, complaints):
        if number == -1:
            housekeeping.keep_house(db, clock.now().wall)  # and one more begins the new WAL
        if number == 0:
            _mark(house, "begin")
        _complain(db, number + complaints)
        if (is_whole or number < 0) and number % _ACK_EVERY == 0:
            _acknowledge(db)
        if (is_whole or number < 0) and number % _HOUSE_EVERY == 0:
            housekeeping.keep_house(db, clock.now().wall)


def _acks(house: Path, complaints: int) -> None:
    db = _fresh(house)
    for number in range(complaints):
        _complain(db, number)
    housekeeping.keep_house(db, clock.now().wall)
    _complain(db, complaints)
    _mark(house, "begin")
    for upto in range(_ACKED_AT_ONCE, complaints + 1, _ACKED_AT_ONCE):
        ack = wire.Ack(epoch=box.epoch(db), lane=Lane.COMPLAINTS.value, upto=upto)
        syncing.acknowledge(db, ack, clock.now())


def _sms(house: Path, complaints: int, *, parts: int) -> None:
    """From the modem to its receipt sent and delivered."""
    db = _fresh(house)
    seconds = itertools.count()
    moment = lambda: _later(next(seconds))  # noqa: E731 - so that everybody's receipt has its turn
    box = SmsMailbox(db, now=moment, new_id=ids.new_id, first_reference=0)
    air = Air()
    for number in range(-complaints, complaints):
        if number == 0:
            _mark(house, "begin")
        text = _TEXT.format(n=number).ljust(153 * parts - 40, ".")
        for pdu in air.inject(f"+62812{(number + complaints) * 7919 % 10**8:08d}", text):
            box.receive(pdu, memory="SM", index=0)
        box.act()
        _answer(box)


def _answer(box: SmsMailbox) -> None:
    while part := box.next_part():
        box.sending(part.part_id)
        box.sent(part.part_id, part.part_id % 256)


def _later(seconds: int) -> Moment:
    now = clock.now()
    return replace(now, wall=now.wall + timedelta(seconds=seconds))


def _fresh(house: Path) -> sqlite3.Connection:
    path = house / "posko.db"
    migrate.ensure(path, SITE, ids.new_epoch)
    return connect(path)


def _complain(db: sqlite3.Connection, number: int) -> None:
    draft = Draft(
        channel=Channel.PORTAL,
        text=_TEXT.format(n=number),
        submission_id=ids.new_id(),
        reporter_phone=Msisdn(f"+62812{number * 7919 % 10**8:08d}"),
        location="depan masjid",
        kelurahan="14.71.07.1005",
    )
    receipt = intake.receive(db, draft, clock.now(), origin=f"portal:{number % 50}")
    assert isinstance(receipt, intake.Receipt)


def _acknowledge(db: sqlite3.Connection) -> None:
    for lane, state in outbox.lanes(db).items():
        if state.last_seq > state.acked_seq:
            ack = wire.Ack(epoch=box.epoch(db), lane=lane.value, upto=state.last_seq)
            syncing.acknowledge(db, ack, clock.now())


_PARTS: dict[str, Callable[[Path, int], None]] = {
    "bare row": _bare,
    "intake alone, pages of 4096": lambda house, n: _posko(house, 4096, n, is_whole=False),
    INTAKE: lambda house, n: _posko(house, migrate.PAGE_BYTES, n, is_whole=False),
    ACKS: _acks,
    "to compacted, pages of 4096": lambda house, n: _posko(house, 4096, n, is_whole=True),
    WHOLE: lambda house, n: _posko(house, migrate.PAGE_BYTES, n, is_whole=True),
    SMS: lambda house, n: _sms(house, n, parts=1),
    LONG_SMS: lambda house, n: _sms(house, n, parts=2),
}


if __name__ == "__main__":
    _PARTS[sys.argv[2]](Path(sys.argv[1]), int(sys.argv[3]))
    _mark(Path(sys.argv[1]), "end")

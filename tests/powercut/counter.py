"""The program under the recorder: a counter that takes complaints, and now and then keeps house.

`python -m tests.powercut.counter FOLDER COMPLAINTS SYNCHRONOUS` writes one line for each complaint
into FOLDER/confirmed, at the moment at which a resident would be shown the ticket.
"""

import os
import sys
from pathlib import Path

from appliance.actions.cases import intake
from appliance.actions.city import syncing
from appliance.domain.cases.service_request import Channel, Draft
from appliance.domain.city import wire
from appliance.domain.ids import SiteCode
from appliance.domain.phone import Msisdn
from appliance.runtime import clock, ids
from appliance.store import compaction, database, housekeeping, migrate
from appliance.store.box import this_box as box
from appliance.store.city import outbox
from appliance.store.database import connect

SITE = SiteCode("14.71.07")
TEXTS = ("lampu jalan mati di depan masjid nomor {n}", "kebakaran di pasar, tolong, blok {n}")


def main(folder: Path, complaints: int, synchronous: str) -> None:
    """Take complaints; every tenth time the city acknowledges, every thirtieth house is kept."""
    path = folder / "posko.db"
    database.CHECKPOINT_FROM_BYTES = 1  # so that many cuts fall into checkpoints
    compaction.ACKED_EVENTS_KEPT = 20  # and into compactions
    migrate.ensure(path, SITE, ids.new_epoch)
    db = connect(path)
    db.execute(f"PRAGMA synchronous = {synchronous}")
    confirmed = os.open(folder / "confirmed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(complaints):
        draft = Draft(
            channel=Channel.PORTAL,
            text=TEXTS[number % 5 == 0].format(n=number),
            submission_id=ids.new_id(),
            reporter_phone=Msisdn(f"+62812{number:08d}"),
        )
        receipt = intake.receive(db, draft, clock.now())
        assert isinstance(receipt, intake.Receipt)
        os.write(confirmed, f"{receipt.request.ticket.digits}\n".encode())
        if number % 10 == 9:
            acknowledge(db)
        if number % 30 == 29:
            housekeeping.keep_house(db, clock.now().wall)


def acknowledge(db) -> None:
    """Let the city have everything."""
    for lane, state in outbox.lanes(db).items():
        if state.last_seq:
            ack = wire.Ack(epoch=box.epoch(db), lane=lane.value, upto=state.last_seq)
            syncing.acknowledge(db, ack, clock.now())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])

"""The command center's receiver for every city of the country at once, as a process.

`posko-center` serves one city, whose site codes end at a hundred. A fleet of thousands needs the
same link, receiver and database behind a filter for all cities; nothing else differs.
"""

import argparse
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

from appliance.runtime import ids, logs
from command_center.receiving.link import Link
from command_center.receiving.receiver import Receiver
from command_center.sharing.share import Leased, Place
from command_center.store import database, migrate
from command_center.store.leases import Leases
from mqtt_link.access import Access

EVERY_CITY = "+"


def main() -> None:
    """Run until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="of the broker")
    parser.add_argument("--database", required=True, metavar="URL")
    parser.add_argument("--share", type=Place.parse, help="of several, like 1/2")
    parser.add_argument("--files", type=Path, help="folder for large files, where not on SQLite")
    args = parser.parse_args()
    logs.configure("fleet-center", "WARNING")
    engine = database.connect(args.database, files=args.files)
    migrate.ensure(engine, "0000", ids.new_epoch, _now())
    number = args.share.number if args.share else 0
    where = Access(host="127.0.0.1", port=args.port, client_id=f"posko-center-all-{number}")
    link = Link(where, EVERY_CITY)
    share = Leased(Leases(engine), args.share) if args.share else None
    receiver = Receiver(engine, link, now=_now, share=share)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    receiver.start()
    link.start(on_message=receiver.offer, on_up=receiver.link_up)
    stop.wait()
    receiver.stop()
    link.close()
    engine.dispose()


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()

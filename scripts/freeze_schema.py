"""Leave a dump of this release's schema with one request in tests/databases/ (run on a release)."""

import sqlite3
import tempfile
from pathlib import Path

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Channel, Draft
from appliance.domain.ids import SiteCode
from appliance.domain.phone import Msisdn
from appliance.runtime import clock, ids
from appliance.store import migrate
from appliance.store.database import connect

FOLDER = Path(__file__).parents[1] / "tests" / "databases"


def main() -> None:
    """Write schema-NNN.sql; refuse to overwrite a frozen one."""
    target = FOLDER / f"schema-{len(migrate.scripts()):03d}.sql"
    if target.exists():
        raise SystemExit(f"{target.name} is frozen already")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posko.db"
        migrate.ensure(path, SiteCode("14.71.07"), ids.new_epoch)
        db = connect(path)
        draft = Draft(
            channel=Channel.SMS,
            text="lampu jalan mati di jl Rajawali",
            submission_id=ids.new_id(),
            reporter_phone=Msisdn("+6281234567890"),
        )
        intake.receive(db, draft, clock.now())
        db.close()
        dump = "\n".join(sqlite3.connect(path).iterdump())
    target.write_text(dump + "\n", encoding="utf-8")
    print(f"wrote {target}")


if __name__ == "__main__":
    main()

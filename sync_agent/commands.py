"""What the city may order a box to do: one function and one line in `HANDLERS` each.

A handler runs in a thread of its own, outside the network and outside any transaction, and must
end within `LIMIT_S`. What it changes in the database is the `effect` of its answer, which is
committed together with the result. It may be called again after a crash, so it repeats well.
"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.actions.box import reporting
from appliance.actions.city import commanding, trusting
from appliance.actions.city.commanding import Answer
from appliance.actions.officials import notifying
from appliance.domain.city.topics import Lane
from appliance.domain.errors import BadInput
from appliance.domain.events.orders import DETAIL_MAX_CHARS
from appliance.domain.moment import Moment
from appliance.runtime import credential
from appliance.runtime.credential import CredentialError
from appliance.store.city import outbox
from appliance.store.database import connect
from appliance.store.files import size_bytes
from appliance.store.repair import integrity

LIMIT_S = 60.0
GAUGE_SHOWN_CHARS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A command about to be executed, and what its handler may need to know."""

    args: Mapping[str, str]
    signed_by: str
    now: Moment
    path: Path
    """The database file; a handler opens a connection of its own."""
    configured_keys: Sequence[str]
    disk_free_bytes: Callable[[], int]

    def arg(self, name: str) -> str:
        """An argument that must be there; raises BadInput."""
        if not self.args.get(name):
            raise BadInput(f"the argument {name} is missing")
        return self.args[name]


Handler = Callable[[Task], Answer]


def report(task: Task) -> Answer:
    """Say how the box is doing, as a JSON object."""
    db = connect(task.path)
    try:
        facts = reporting.facts(db)
    finally:
        db.close()
    facts["disk_free_bytes"] = task.disk_free_bytes()
    facts["clock"] = task.now.source
    facts["processes"] = {
        process: {name: gauge["value"][:GAUGE_SHOWN_CHARS] for name, gauge in gauges.items()}
        for process, gauges in facts["processes"].items()
    }
    return commanding.done(_bounded(facts))


def _bounded(facts: dict[str, Any]) -> str:
    """As JSON; what is longest is left out until the rest fits into a result."""
    while len(text := json.dumps(facts, ensure_ascii=False)) > DETAIL_MAX_CHARS:
        longest = max(facts, key=lambda name: len(str(facts[name])))
        facts = {**facts, longest: "too long; run `posko status --json` there"}
    return text


def resend(task: Task) -> Answer:
    """Send a lane again from a number on: lane=p1 from=120."""
    lane_word, first_word = task.arg("lane"), task.arg("from")
    try:
        lane, first = Lane(lane_word), int(first_word)
    except ValueError:
        raise BadInput("lane must be p0, p1 or p2, and from a number") from None

    def rewind(db: sqlite3.Connection) -> None:
        oldest, last = outbox.oldest(db, lane), outbox.lanes(db)[lane].last_seq
        if oldest > last:
            raise BadInput(f"this box has no events of {lane}")
        if not oldest <= first <= last:
            raise BadInput(f"this box has {lane} from {oldest} to {last}")
        outbox.rewind(db, lane, first - 1)

    return commanding.done(f"{lane} is sent again from {first}", rewind)


def check_store(task: Task) -> Answer:
    """Read the whole database, as `posko store check` does."""
    command = [sys.executable, "-m", integrity.__name__, str(task.path)]
    # A process of its own: closing a file here would drop the locks that SQLite holds on it.
    try:
        checked = subprocess.run(  # noqa: S603
            command, check=False, capture_output=True, text=True, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return commanding.failed(f"not done within {LIMIT_S:.0f} s; run `posko store check` there")
    if checked.returncode == 0:
        return commanding.done(f"whole, {size_bytes(task.path) // 1024} kB")
    reason = (checked.stdout or checked.stderr).strip().splitlines()[-1:] or ["no reason given"]
    return commanding.failed(f"{reason[0]}; see docs/runbook.md, Damaged database")


def trust_key(task: Task) -> Answer:
    """Trust a further key of the city: key=ed25519:..."""
    key = task.arg("key")
    return commanding.done(
        "trusted", lambda db: trusting.trust(db, key, task.configured_keys, task.now)
    )


def drop_key(task: Task) -> Answer:
    """Trust a key of the city no more; never the last, nor the one that signed this."""
    key = task.arg("key")
    return commanding.done(
        "dropped",
        lambda db: trusting.drop(db, key, task.configured_keys, task.now, signed_by=task.signed_by),
    )


def install_certificate(task: Task) -> Answer:
    """Put the certificate into force that this box has asked for: certificate=PEM."""
    own = credential.of_store(task.path)
    try:
        is_new = own.renew(task.arg("certificate"))
    except CredentialError as error:
        return commanding.failed(str(error))
    return commanding.done("in force" if is_new else "was in force already")


def text_official(task: Task) -> Answer:
    """Queue an SMS to who has an office of this box's directory; see `notifying`."""
    order = notifying.read(task.args)
    return commanding.done("queued", lambda db: notifying.queue(db, order, task.now))


HANDLERS: dict[str, Handler] = {
    "check_store": check_store,
    "drop_key": drop_key,
    "install_certificate": install_certificate,
    "report": report,
    "resend": resend,
    "text_official": text_official,
    "trust_key": trust_key,
}

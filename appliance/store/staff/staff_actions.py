"""What staff want of requests, and what the city made of it."""

import sqlite3

import msgspec

from appliance.domain.moment import from_ms, to_ms
from appliance.domain.staff.action import Act, Action, Wish


def add(db: sqlite3.Connection, request_id: str, action: Action) -> None:
    """Store an act that waits for the city."""
    db.execute(
        """
        INSERT INTO staff_actions (id, request_id, act, changes, message, by, at_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        (
            action.id,
            request_id,
            action.wish.act,
            msgspec.json.encode(dict(action.wish.changes)).decode(),
            action.wish.message,
            action.by,
            to_ms(action.at),
        ),
    )


def is_known(db: sqlite3.Connection, action_id: str) -> bool:
    """Whether the form of this act has been sent before."""
    sql = "SELECT 1 FROM staff_actions WHERE id = ?"
    return db.execute(sql, (action_id,)).fetchone() is not None


def of_request(db: sqlite3.Connection, request_id: str) -> list[Action]:
    """All acts on a request, in the order they were made."""
    rows = db.execute(
        "SELECT * FROM staff_actions WHERE request_id = ? ORDER BY rowid", (request_id,)
    )
    return [_action(row) for row in rows]


def waiting(db: sqlite3.Connection) -> dict[str, int]:
    """How many acts wait for the city, by request."""
    return dict(
        db.execute(
            """
            SELECT request_id, count(*) FROM staff_actions
            WHERE outcome = '' GROUP BY request_id
            """
        ).fetchall()
    )


def settle(
    db: sqlite3.Connection, action_id: str, request_id: str, *, outcome: str, reason: str
) -> bool:
    """Write what the city made of an act; False if it is not here."""
    found = db.execute(
        "UPDATE staff_actions SET outcome = ?, reason = ? WHERE id = ? AND request_id = ?",
        (outcome, reason, action_id, request_id),
    )
    return found.rowcount > 0


def _action(row: sqlite3.Row) -> Action:
    changes = msgspec.json.decode(row["changes"], type=dict[str, str])
    return Action(
        id=row["id"],
        wish=Wish(act=Act(row["act"]), changes=changes, message=row["message"]),
        by=row["by"],
        at=from_ms(row["at_ms"]),
        outcome=row["outcome"],
        reason=row["reason"],
    )

"""What the pages of the desk ask about requests, in one pass over them.

No index helps it: one on requests would cost every report another page to write.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.domain.cases.queue import Case, Move
from appliance.domain.ids import Ticket
from appliance.domain.moment import from_ms

OPEN, ALL = "", "semua"
WORDS_MAX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the queue is narrowed to; empty means all, of the status all that are open."""

    status: str = OPEN
    category: str = ""
    kelurahan: str = ""
    channel: str = ""
    agency: str = ""
    touched_by: str = ""
    """On which this account has acted."""
    phone_ending: str = ""
    words: tuple[str, ...] = ()
    """All of them stand in text or place."""
    without_category: str = ""

    @property
    def tells_of_content(self) -> bool:
        """Whether a match says something of what a request tells; confidential ones have none."""
        return bool(
            self.category
            or self.kelurahan
            or self.channel
            or self.agency
            or self.phone_ending
            or self.words
        )


def cases(db: sqlite3.Connection, wanted: Filter) -> Iterator[Case]:
    """The requests that a filter lets through, in no order."""
    words = [f"%{_literally(word)}%" for word in wanted.words[:WORDS_MAX]]
    first, second, third, fourth = words + [""] * (WORDS_MAX - len(words))
    rows = db.execute(
        """
        SELECT id, kind, category, sensitivity, status, marks, created_at_ms, updated_at_ms
        FROM requests
        WHERE (:status = 'semua' OR status = :status OR (:status = '' AND status NOT IN (
                'selesai', 'ditutup', 'bukan_wewenang', 'gabungan', 'diarsipkan'
            )))
            AND (sensitivity != 'rahasia' OR NOT :tells_of_content)
            AND (:category = '' OR category = :category)
            AND (:without_category = '' OR category != :without_category)
            AND (:kelurahan = '' OR kelurahan = :kelurahan)
            AND (:channel = '' OR channel = :channel)
            AND (:agency = '' OR agency = :agency)
            AND (:phone_ending = '' OR reporter_phone LIKE '%' || :phone_ending)
            AND (:touched_by = '' OR id IN (
                SELECT request_id FROM staff_actions WHERE by = :touched_by
            ))
            AND (:first = '' OR text LIKE :first ESCAPE '!' OR location LIKE :first ESCAPE '!')
            AND (:second = '' OR text LIKE :second ESCAPE '!' OR location LIKE :second ESCAPE '!')
            AND (:third = '' OR text LIKE :third ESCAPE '!' OR location LIKE :third ESCAPE '!')
            AND (:fourth = '' OR text LIKE :fourth ESCAPE '!' OR location LIKE :fourth ESCAPE '!')
        """,
        {
            "status": wanted.status,
            "tells_of_content": wanted.tells_of_content,
            "category": wanted.category,
            "without_category": wanted.without_category,
            "kelurahan": wanted.kelurahan,
            "channel": wanted.channel,
            "agency": wanted.agency,
            "phone_ending": wanted.phone_ending,
            "touched_by": wanted.touched_by,
            "first": first,
            "second": second,
            "third": third,
            "fourth": fourth,
        },
    )
    return map(Case._make, rows)


def paused(db: sqlite3.Connection) -> dict[str, list[Move]]:
    """The moves of requests that ever lacked details or were opened again, from the arrival on."""
    rows = db.execute(
        """
        WITH stood AS (
            SELECT DISTINCT request_id FROM request_history
            WHERE status IN ('butuh_kelengkapan', 'dibuka_lagi')
        )
        SELECT id AS request_id, 'diterima' AS status, created_at_ms AS at_ms, 0 AS n
        FROM requests WHERE id IN stood
        UNION ALL
        SELECT request_id, status, at_ms, id AS n FROM request_history WHERE request_id IN stood
        ORDER BY n
        """
    )
    moves: dict[str, list[Move]] = {}
    for row in rows:
        moves.setdefault(row["request_id"], []).append(Move(row["status"], from_ms(row["at_ms"])))
    return moves


def linked(db: sqlite3.Connection, request_id: str, ticket: Ticket) -> list[str]:
    """The requests that the box or staff have ever put under this one, oldest first."""
    rows = db.execute(
        """
        SELECT id FROM requests WHERE duplicate_of = :id
            OR id IN (
                SELECT request_id FROM staff_actions
                WHERE act = 'gabung' AND json_extract(changes, '$.parent') = :ticket
            )
        ORDER BY created_at_ms LIMIT 100
        """,
        {"id": request_id, "ticket": ticket.digits},
    )
    return [row["id"] for row in rows]


def _literally(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")

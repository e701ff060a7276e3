"""Which older programs can run on a database that a newer one has migrated. Pure.

A migration only adds: tables, indexes, columns that may be left out. So the program before it goes
on as before, and an update can be taken back without losing a complaint. One that takes away says
by a line `-- oldest program: NNN-verb-table.sql` which migration a program must know to live with
it; one that only looks dangerous says `-- older programs run on: ` and why.
"""

import re
from collections.abc import Mapping

from appliance.domain.errors import BadInput

BASELINE = 18
"""No program of an earlier schema was ever released."""
OLDEST = "-- oldest program: "
BEARS = "-- older programs run on: "
_ADDS = re.compile(r"\A(CREATE INDEX|CREATE (VIRTUAL )?TABLE|ALTER TABLE \w+ ADD)\b", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*")


def compatible_from(scripts: Mapping[str, str]) -> int:
    """The least schema whose programs run on the database once all scripts, in order, have; raises
    BadInput for a script that names one that is not there.
    """
    names, found = list(scripts), BASELINE
    for name, sql in scripts.items():
        if oldest := _said(sql, OLDEST):
            if oldest not in names:
                raise BadInput(f"{name} names {oldest}, which is no migration")
            found = max(found, names.index(oldest) + 1)
    return found


def is_declared(sql: str) -> bool:
    """Whether the author of a script has said what it means for older programs."""
    return bool(_said(sql, OLDEST) or _said(sql, BEARS))


def only_adds(statement: str) -> bool:
    """Whether programs that do not know of a statement go on as before.

    A unique index does not: it may refuse what they write.
    """
    words = " ".join(_COMMENT.sub("", statement).split()).upper()
    if not _ADDS.match(words):
        return False
    return words.startswith("CREATE") or "NOT NULL" not in words or "DEFAULT" in words


def _said(sql: str, start: str) -> str:
    lines = (line.strip() for line in sql.splitlines())
    return next((line.removeprefix(start) for line in lines if line.startswith(start)), "")

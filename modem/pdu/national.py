"""National language shift tables, for reading (3GPP 23.038 clause 6.2.1.2 and annex A).

A locking table replaces the default alphabet, a single shift table replaces what follows an escape;
each message names them in its header. `shift_tables.csv` holds annexes A.2 and A.3, sixteen codes a
line from `first` on, as Unicode scalars in hexadecimal; "-" is a place the annex leaves empty.
Indonesian networks do not use them, roaming phones may: the file is read when a message first asks.
"""

import csv
import functools
from collections.abc import Mapping
from pathlib import Path

from modem.pdu import gsm7

_ABSENT = "-"
_FILE = "shift_tables.csv"


def alphabet(locking: int | None, single: int | None) -> gsm7.Tables:
    """Return the tables for two language identifiers; None and unknown ones mean the default.

    23.038 clause 6.2.1.2.4 reserves identifiers above 13 and orders the default for them.
    """
    if locking is None and single is None:
        return gsm7.DEFAULT
    tables = _tables()
    return gsm7.Tables(
        basic=tables.get(("locking", locking), gsm7.DEFAULT.basic),
        extension=tables.get(("single", single), gsm7.DEFAULT.extension),
    )


@functools.cache
def _tables() -> Mapping[tuple[str, int | None], Mapping[int, str]]:
    tables: dict[tuple[str, int | None], dict[int, str]] = {}
    lines = Path(__file__).with_name(_FILE).read_text("ascii").splitlines()
    for row in csv.DictReader(lines):
        table = tables.setdefault((row["shift"], int(row["identifier"])), {})
        for code, scalar in enumerate(row["characters"].split(), start=int(row["first"], 16)):
            if scalar != _ABSENT:
                table[code] = chr(int(scalar, 16))
    return tables

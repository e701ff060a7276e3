"""Searching 20,000 documents: `archive_search.find` against a LIKE scan of the same tables.

Both ask for the first page of public documents that have all words, in one process, one after the
other. The texts are made of 20,000 made-up words of which few are frequent and most are rare, as in
a language; some words stand in every document, which is the worst case.
"""

import itertools
import random
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from appliance.domain.archive.card import RESIDENTS, Access, Card
from appliance.domain.archive.query import Filters, query, words
from appliance.domain.archive.text import found
from appliance.domain.ids import SiteCode
from appliance.runtime import clock, ids
from appliance.store import migrate
from appliance.store.archive import archive_documents, archive_search, archive_texts
from appliance.store.archive.archive_documents import File
from appliance.store.database import checkpoint, connect, transaction

DOCUMENTS = 20_000
AT_ONCE = 100
LIMIT_MS = 50
_SYLLABLES = tuple(re.findall("..", "kabetarimulasapengadikesorawibogujinotusimairimizin"))
_COMMON = re.findall(r"\w+", "kecamatan bukit raya yang dan surat camat tentang nomor izin")
QUERIES = {
    "a word of all documents": "kecamatan",
    "three of them": "kecamatan bukit raya",
    "one with many forms": "perizinan",
    "a number": "188.45/12/2012",
    "three letters": "kab",
    "a rare word": "",
    "a common and a rare one": "kecamatan ",
    "none": "xylofon",
}
"""What is searched; a rare word stands at the end of what is open."""


def run() -> None:
    """Print milliseconds of both, and their ratio."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        path = Path(folder) / "posko.db"
        migrate.ensure(path, SiteCode("14.71.07"), ids.new_epoch)
        db = connect(path)
        rare = _fill(db)
        checkpoint(db, path, is_cut=True)
        size_mb = path.stat().st_size / 1e6
        print(
            f"archive, {DOCUMENTS} documents, {size_mb:.0f} MB of database; medians and the slowest"
        )
        print(f"  {'':28} {'LIKE scan':>12} {'search':>12} {'slowest':>9}    ratio")
        slowest = max(
            _compare(db, name, text if text and text[-1] != " " else text + rare)
            for name, text in QUERIES.items()
        )
        print(f"  slowest search {slowest:.1f} ms, the goal is {LIMIT_MS} ms")
        db.close()


def _compare(db: sqlite3.Connection, name: str, text: str) -> float:
    searched = _times_ms(lambda: archive_search.find(db, query(text), RESIDENTS, Filters()), 15)
    scanned = statistics.median(_times_ms(lambda: _scan(db, text), 3))
    median = statistics.median(searched)
    ratio = scanned / median
    print(f"  {name:28} {scanned:9.1f} ms {median:9.2f} ms {max(searched):6.1f} ms {ratio:8.0f}")
    return max(searched)


def _times_ms(ask: Callable[[], object], count: int) -> list[float]:
    times = []
    for _ in range(count):
        begin_s = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begin_s) * 1000)
    return times


def _scan(db: sqlite3.Connection, text: str) -> list[sqlite3.Row]:
    """What a search is without an index: every text is read, the newest year first."""
    clauses = " AND ".join(["title || ' ' || number || ' ' || body LIKE ?"] * len(words(text)))
    return db.execute(
        f"""
        SELECT d.id FROM archive_documents d JOIN archive_texts t USING (id)
        WHERE access = 'public' AND state = 'kept' AND {clauses}
        ORDER BY year DESC, d.id DESC LIMIT 16
        """,
        [f"%{word}%" for word in words(text)],
    ).fetchall()


def _fill(db: sqlite3.Connection) -> str:
    """Put the documents in; return a word that few of them have."""
    chance = random.Random(1)
    vocabulary = list({_word(chance) for _ in range(30_000)})[:20_000]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(vocabulary))))

    def some(count: int) -> list[str]:
        return chance.choices(vocabulary, cum_weights=weights, k=count)

    for first in range(0, DOCUMENTS, AT_ONCE):
        with transaction(db):
            for number in range(first, first + AT_ONCE):
                card = _card(number, " ".join(some(6)), chance)
                text = some(chance.randint(100, 900)) + _COMMON * 2
                chance.shuffle(text)
                _put(db, f"document-{number}", card, " ".join(text))
        checkpoint(db, db.path)  # type: ignore[attr-defined]
    return vocabulary[-1]


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4)))


def _card(number: int, title: str, chance: random.Random) -> Card:
    access = chance.choice([Access.PUBLIC, Access.PUBLIC, Access.INTERNAL, Access.RESTRICTED])
    year = 2000 + number % 25
    reference = f"188.45/{number % 400}/{year}"
    return Card(
        title=title, number=reference, year=year, kind="sk", access=access, retain_until=None
    )


def _put(db: sqlite3.Connection, document_id: str, card: Card, text: str) -> None:
    now = clock.now().wall
    file = File(sha256="0" * 64, size_bytes=1, media_type="application/pdf")
    archive_documents.add(db, document_id, card, file, now)
    document = archive_documents.by_id(db, document_id, tuple(Access))
    assert document
    archive_texts.settle(db, document.key, found(text), now)


if __name__ == "__main__":
    run()

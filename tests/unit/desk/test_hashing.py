"""Passwords are hashed one at a time, and who cannot be served is told so."""

import subprocess
import sys
import threading

import pytest

from tests.unit.desk.conftest import CHEAP
from web import hashing
from web.hashing import Busy, Hashing


def test_a_password_matches_what_was_stored_of_it_and_nothing_where_nothing_was() -> None:
    hashes = Hashing(CHEAP)
    stored = hashes.of("kopi hitam")
    assert hashes.matches("kopi hitam", stored)
    assert not hashes.matches("kopi", stored)
    assert not hashes.matches("kopi hitam", None)


def test_nobody_hashes_beside_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "PATIENCE_S", 0.01)
    hashes = Hashing(CHEAP)
    refused = []

    def meanwhile() -> None:
        try:
            hashes.of("kopi hitam")
        except Busy:
            refused.append(True)

    with hashes:
        other = threading.Thread(target=meanwhile)
        other.start()
        other.join()
    assert refused == [True]
    assert hashes.matches("kopi", hashes.of("kopi"))


_MANY_HASHES = """
import threading
from web.hashing import Hashing, give_back_large_blocks
from appliance.domain.staff.passwords import Cost

def resident_kb():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

give_back_large_blocks()
hashes, before = Hashing(Cost(log_n=14, r=8, p=1)), resident_kb()
for _ in range(2):
    threads = [threading.Thread(target=hashes.of, args=("kopi hitam",)) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print(resident_kb() - before)
"""


def test_the_memory_of_a_hash_goes_back_to_the_machine() -> None:
    grown_kb = int(subprocess.check_output([sys.executable, "-c", _MANY_HASHES], text=True))
    assert grown_kb < 8 * 1024, "half of what one hash holds"

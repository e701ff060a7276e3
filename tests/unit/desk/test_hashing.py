"""Passwords are hashed one at a time, and who cannot be served is told so."""

import threading

import pytest

from appliance.desk import hashing
from appliance.desk.hashing import Busy, Hashing
from tests.unit.desk.conftest import CHEAP


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

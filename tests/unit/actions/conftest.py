"""What several tests of actions start from."""

import sqlite3
from pathlib import Path

import pytest

from appliance.actions.officials import directory
from appliance.actions.privacy import sealing as acts
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn
from tests.conftest import at
from tests.unit.actions.sealed import KEYS


@pytest.fixture
def official(db: sqlite3.Connection) -> Msisdn:
    """The phone of the head of Dishub, who answers for street lights."""
    phone = Msisdn("+6281200000001")
    directory.put(db, Official(agency="DISHUB", rank=1, phone=phone, name="Kepala Dinas"), at())
    return phone


@pytest.fixture
def sealed_db(db: sqlite3.Connection, db_path: Path) -> sqlite3.Connection:
    acts.configure(db_path, KEYS)
    return db

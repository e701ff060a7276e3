"""Fixtures of several modules."""

import sqlite3

import pytest

from tests.unit.sync_agent.commanded import Box


@pytest.fixture
def box(db: sqlite3.Connection) -> Box:
    return Box(db)

"""Fixtures of several modules."""

import sqlite3

import pytest

from tests.unit.sync_agent.commanded import Box
from tests.unit.sync_agent.recording_link import RecordingLink, Stopwatch


@pytest.fixture
def box(db: sqlite3.Connection) -> Box:
    return Box(db)


@pytest.fixture
def link() -> RecordingLink:
    return RecordingLink()


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()

"""Fixtures that several modules share."""

import pytest

from tests.support.sms_box import Box


@pytest.fixture
def box(tmp_path):
    box = Box(tmp_path / "posko.db")
    yield box
    box.db.close()

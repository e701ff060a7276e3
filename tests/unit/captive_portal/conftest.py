"""The portal over a real database."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.runtime.settings import Portal, Settings
from appliance.store.database import connect
from captive_portal.app import create_app
from tests.conftest import Clock
from tests.support.portal_pages import SITE


@pytest.fixture
def open_portal(db_path: Path, new_id: Callable[[], str], clock: Clock):
    """Start a portal process; a second call is a restart, or another process."""
    settings = Settings(site=SITE, portal=Portal(reports_per_hour=3))
    return lambda: create_app(
        settings, partial(connect, db_path), now=clock, new_id=new_id
    ).test_client()


@pytest.fixture
def portal(open_portal) -> FlaskClient:
    return open_portal()

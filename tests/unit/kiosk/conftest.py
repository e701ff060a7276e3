"""The kiosk over a real database."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.kiosk.app import create_app
from appliance.runtime.settings import Settings
from appliance.store.database import connect
from tests.conftest import Clock
from tests.support.kiosk_pages import SITE


@pytest.fixture
def kiosk(db_path: Path, new_id: Callable[[], str], clock: Clock) -> FlaskClient:
    app = create_app(Settings(site=SITE), partial(connect, db_path), now=clock, new_id=new_id)
    return app.test_client()

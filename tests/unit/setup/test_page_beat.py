"""Every page of the setup says that it lives, so that a browser which hangs is begun anew.

Box check 20; what then: tests/nspawn/setup_browser.py.
"""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.screen.browser_watch import PATH
from appliance.setup.answers import Step
from appliance.setup.app import create_app
from appliance.setup.draft import Folder
from appliance.setup.site_file import Machine


@pytest.fixture
def pages(tmp_path: Path) -> FlaskClient:
    folder = Folder(tmp_path / "state", tmp_path / "run")
    return create_app(folder, lambda: None, machine=Machine).test_client()


@pytest.mark.parametrize("path", [*(f"/{step}" for step in Step), "/negara", "/nowhere"])
def test_a_page_says_that_it_lives_where_whoever_watches_asks(
    pages: FlaskClient, path: str
) -> None:
    assert f'data-beat="{PATH}/halaman"' in pages.get(path).text
    assert pages.get(PATH).json == {"age_s": None, "vain": 0}
    assert pages.get(f"{PATH}/halaman").status_code == 204
    assert pages.get(PATH).json["age_s"] >= 0

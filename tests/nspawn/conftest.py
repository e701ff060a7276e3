"""One machine for all tests of a process, and the city outside."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.conftest import START
from tests.nspawn.bounded import Bounded
from tests.nspawn.installing import folder
from tests.nspawn.machine import Machine
from tests.nspawn.standing import hearing, standing, start_broker
from tests.nspawn.touch_screen import hall, wait_until_shown
from tests.wifi.namespace import sweep

_HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits for the root and the package, which may have to be made."""
    for item in items:
        if item.path.parent == _HERE:
            item.add_marker(pytest.mark.timeout(600))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the box said last goes beside the failure of a test; its journal ends with it."""
    report = yield
    box = getattr(item, "funcargs", {}).get("machine")
    if report.failed and isinstance(box, Machine) and box.leader:
        said = box.run("journalctl", "--no-pager", "--output=short-precise", "--lines=120").said
        report.sections.append(("journal of the box", said))
    return report


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A box that has booted, with a broker outside."""
    with folder() as here:
        sweep()
        with standing(here, "outside", Machine) as made:
            start_broker(made, here)
            yield made


@pytest.fixture(scope="session")
def kiosk() -> Iterator[Bounded]:
    """A box of 1 GB with a touch screen (`make kiosk-browser-test`)."""
    sweep()
    with hall() as made:
        yield made


@pytest.fixture
def shown(kiosk: Bounded) -> Bounded:
    """The same, with a page on its screen that lives."""
    wait_until_shown(kiosk)
    return kiosk


@pytest.fixture
def city(machine: Machine, tmp_path: Path) -> Iterator[Engine]:
    """The database of a city that hears the box."""
    with hearing(machine, tmp_path, START) as engine:
        yield engine

"""One virtual machine for all the tests of the run."""

import time
from collections.abc import Iterator

import pytest

from tests.support.package import package
from tests.vm.appliance import Appliance, running, tell


@pytest.fixture(scope="module")
def appliance(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Appliance]:
    """A box of a new card that was switched on."""
    start_s = time.monotonic()
    with running(tmp_path_factory.mktemp("vm"), package()) as made:
        booted_s = time.monotonic()
        yield made
    tell(
        request,
        f"virtual machine: {time.monotonic() - start_s:.0f} s of real time, "
        f"{booted_s - start_s:.0f} s of it until the box was ready",
    )

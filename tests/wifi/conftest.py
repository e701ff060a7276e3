"""One lab for all the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.wifi.lab import Lab, a_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The Internet and a box without rules."""
    with a_lab(tmp_path_factory.mktemp("lab")) as made:
        yield made

"""Tests that need a program of the machine: left out by name elsewhere, a failure in CI."""

import os
import shutil
from typing import NoReturn

_ALSO_LOOK_IN = "/usr/sbin:/usr/local/sbin"
"""Debian installs servers where the PATH of ordinary users does not look."""


def needs(program: str) -> str:
    """Return the program's path; without it the test is left out."""
    path = shutil.which(program) or shutil.which(program, path=_ALSO_LOOK_IN)
    if path is None:
        leave_out(f"{program} is not installed; `make test` says which package has it")
    return path


def leave_out(reason: str) -> NoReturn:
    """Skip the test, but fail in CI, where nothing may be left out."""
    import pytest  # not there inside the virtual machine of tests/vm

    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; in CI nothing may be left out")
    pytest.skip(reason)

"""Tests that need a program of the machine: left out by name elsewhere, a failure in CI."""

import os
import shutil

import pytest

_ALSO_LOOK_IN = "/usr/sbin:/usr/local/sbin"
"""Debian installs servers where the PATH of ordinary users does not look."""


def needs(program: str, *, found: str | None = None) -> str:
    """Return the program's path; skip the test if it is not installed, but fail in CI."""
    path = found or shutil.which(program) or shutil.which(program, path=_ALSO_LOOK_IN)
    if path:
        return path
    if os.environ.get("CI") == "true":
        pytest.fail(f"{program} is not installed; in CI nothing may be left out")
    pytest.skip(f"{program} is not installed; `make test` says which package has it")

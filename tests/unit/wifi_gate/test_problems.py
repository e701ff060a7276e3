"""A problem is told when it begins and when it is over."""

import logging
import sqlite3

import pytest

from wifi_gate.problems import Problems


def fail(problems: Problems, words: str) -> None:
    with problems.guard("database"):
        raise sqlite3.OperationalError(words)


def test_a_problem_is_told_once_however_long_it_lasts(caplog: pytest.LogCaptureFixture) -> None:
    problems = Problems()
    fail(problems, "disk I/O error")
    fail(problems, "disk I/O error")
    assert caplog.messages == ["database does not work problem=disk I/O error"]
    assert str(problems) == "database: disk I/O error"


def test_its_end_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    problems = Problems()
    fail(problems, "locked")
    caplog.clear()
    with problems.guard("database"):
        pass
    assert caplog.messages == ["database works again"]
    assert "database" not in problems


def test_what_works_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Problems().guard("database"):
        pass
    assert caplog.messages == []


def test_a_bug_is_no_problem_but_a_crash() -> None:
    with pytest.raises(ZeroDivisionError), Problems().guard("database"):
        _ = 1 // 0

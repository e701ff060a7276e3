"""What time alone asks for: one thing that fails does not keep the others from being done."""

from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from command_center.chores import Chores
from tests.conftest import START


class Look:
    """Rounds or sender, as chores know them."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.looks = fault, 0

    def look(self, _now: datetime) -> None:
        self.looks += 1
        if self.fault:
            raise self.fault


def chores(engine: Engine, rounds: Look, sender: Look) -> Chores:
    return Chores(
        engine,
        rounds=rounds,
        sender=sender,
        authority=None,
        now=lambda: START,
        new_id=lambda: "",
    )


def test_a_case_that_cannot_be_looked_at_keeps_no_sms_from_being_sent(city: Engine) -> None:
    rounds, sender = Look(KeyError("a category that nobody knows")), Look()
    todo = chores(city, rounds, sender)
    todo()
    todo()
    assert (rounds.looks, sender.looks) == (2, 2)


def test_a_database_that_refuses_is_told_to_the_receiver(city: Engine) -> None:
    sender = Look()
    with pytest.raises(OperationalError):
        chores(city, Look(OperationalError("", None, Exception())), sender)()
    assert sender.looks == 0

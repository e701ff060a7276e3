"""`posko-center privacy`."""

import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.events.privacy import RequestErased
from appliance.domain.events.requests import FollowedUp
from appliance.domain.ids import Ticket
from appliance.domain.privacy.erasure import ERASED_TEXT
from tests.conftest import START
from tests.unit.command_center.city import Run, received, request, tell
from tests.unit.command_center.privacy.siti import orders, siti


@pytest.fixture
def command(run: Run) -> Run:
    return lambda *words: run("privacy", *words)


def test_a_ticket_or_a_phone_is_exported(engine: Engine, command: Run) -> None:
    case = siti(engine)
    for whose in (str(Ticket(case.ticket)), "0812 3456 7890"):
        status, out, _ = command("export", whose)
        assert status == 0
        assert "Siti Zubaidah" in out
        [facts] = json.loads(command("export", whose, "--json")[1])
        assert facts["phone"] == "+6281234567890"
    assert command("export", "0813 0000 0009", "--json")[1].strip() == "[]"


def test_an_unknown_ticket_is_an_error(engine: Engine, command: Run) -> None:
    status, _, error = command("export", "07 123 450")
    assert status == 1
    assert "no request 07 123 450 at the city" in error


def test_erasing_asks_before_and_is_listed_until_the_box_confirms(
    engine: Engine, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = siti(engine)
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    for _ in ("says no", "is not there"):
        status, _, told = command("erase", case.ticket)
        assert (status, "nothing was erased" in told) == (1, True)
    assert request(engine, case.request_id).text != ERASED_TEXT
    assert command("erase", case.ticket, "--yes")[0] == 0
    assert request(engine, case.request_id).text == ERASED_TEXT
    [task] = json.loads(command("tasks", "--json")[1])
    assert (task["ticket"], task["wish"]) == (
        str(Ticket(case.ticket)),
        "waits for the box to erase",
    )
    tell(engine, RequestErased(request_id=case.request_id, at=START, by="pusat"))
    assert json.loads(command("tasks", "--json")[1]) == []


def test_of_a_phone_all_requests_are_erased_and_named_before(
    engine: Engine, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = siti(engine)
    again = received(engine, reporter_phone=mine.phone)
    other = received(engine, reporter_phone="+6281300000009")
    asked: list[str] = []

    def refuse(prompt: str) -> str:
        asked.append(prompt)
        return "no"

    monkeypatch.setattr("builtins.input", refuse)
    assert "nothing was erased" in command("erase", "0812 3456 7890")[2]
    assert all(str(Ticket(case.ticket)) in asked[0] for case in (mine, again))
    assert str(Ticket(other.ticket)) not in asked[0]
    command("erase", "0812 3456 7890", "--yes")
    texts = [request(engine, case.request_id).text for case in (mine, again, other)]
    assert [text == ERASED_TEXT for text in texts] == [True, True, False]
    assert command("erase", "0813 0000 0008", "--yes")[0] == 1


def test_an_order_that_no_box_has_confirmed_may_be_given_again(
    engine: Engine, command: Run
) -> None:
    """A box of an older release did not know what it was told."""
    case = siti(engine)
    command("erase", case.ticket, "--yes")
    command("erase", case.ticket, "--yes")
    assert len(orders(engine)) == 2
    tell(engine, RequestErased(request_id=case.request_id, at=START, by="pusat"))
    command("erase", case.ticket, "--yes")
    assert len(orders(engine)) == 2


def test_a_wish_is_listed_until_it_is_ticked_off(engine: Engine, command: Run) -> None:
    case = received(engine)
    asked = START - timedelta(days=30)
    tell(
        engine,
        FollowedUp(follow_up_id="d1", request_id=case.request_id, wish="data", text="", at=asked),
    )
    [task] = json.loads(command("tasks", "--json")[1])
    assert (task["id"], task["wish"]) == ("d1", "data")
    assert "d1" in command("tasks")[1]
    assert command("done", "d1")[0] == 0
    assert json.loads(command("tasks", "--json")[1]) == []
    assert command("done", "d1")[0] == 1

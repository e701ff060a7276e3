"""`posko-center link` and `unlink`."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from appliance.domain.ids import Ticket
from command_center.store.cases.requests import CityRequest
from tests.unit.command_center.about_cases import parent
from tests.unit.command_center.city import Run, received

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(run: Run) -> Command:
    def perform(*words: str) -> tuple[int, str]:
        code, out, error = run(*words, "--by", "Rina")
        return code, out + error

    return perform


def spoken(case: CityRequest) -> str:
    return str(Ticket(case.ticket))


def test_an_officer_puts_a_request_under_another_and_takes_it_back(
    engine: Engine, command: Command
) -> None:
    first = received(engine, text="lampu jalan mati di jl Rajawali")
    second = received(engine, text="parit tersumbat di jl Melati", category="banjir_drainase")
    status, told = command("link", spoken(second), spoken(first))
    assert (status, told) == (0, f"{spoken(second)}: under {spoken(first)}\n")
    assert parent(engine, second) == first.request_id
    assert command("unlink", spoken(second)) == (0, f"{spoken(second)}: of its own\n")
    assert parent(engine, second) is None


def test_no_request_is_put_under_one_that_the_city_does_not_know(
    engine: Engine, command: Command
) -> None:
    case = received(engine)
    status, told = command("link", spoken(case), "07 999 998")
    assert status == 1
    assert "ticket" in told
    assert parent(engine, case) is None


def test_an_open_request_is_not_put_under_a_confidential_one(
    engine: Engine, command: Command
) -> None:
    case, secret = received(engine), received(engine, sensitivity="rahasia")
    status, told = command("link", spoken(case), spoken(secret))
    assert status == 1
    assert "rahasia" in told.lower()
    assert parent(engine, case) is None

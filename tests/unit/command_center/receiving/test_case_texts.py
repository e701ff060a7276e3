import pytest
from sqlalchemy import Engine

from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.events.texts import TextSettled
from appliance.domain.ids import SiteCode
from command_center.store.database import reading
from command_center.store.receiving import case_texts
from tests.conftest import SITE, START
from tests.unit.command_center.city import a_batch, store, wire_event

REQUEST = "00000000-0000-7000-8000-000000000001"


def settled(state: str = "delivered", **changes: object) -> wire.WireEvent:
    values: dict[str, object] = {
        "request_id": REQUEST, "text_id": 7, "purpose": "receipt", "recipient": "+62812xxxxxx90",
        "state": state, "at": START,
    }  # fmt: skip
    event = TextSettled(**{**values, **changes})  # type: ignore[arg-type]
    return wire_event(event)


def states(engine: Engine, site: SiteCode = SITE) -> list[tuple[str, str]]:
    with reading(engine) as connection:
        found = case_texts.of_request(connection, site, REQUEST)
    return [(text.purpose, text.state) for text in found]


def test_what_became_of_a_text_is_kept_even_before_its_request_comes(engine: Engine) -> None:
    store(engine, a_batch(settled("failed"), lane=Lane.STATISTICS))
    assert states(engine) == [("receipt", "failed")]


def test_a_later_word_about_the_same_text_holds(engine: Engine) -> None:
    events = (settled("uncertain"), settled("failed", text_id=8, purpose="forward"), settled())
    store(engine, a_batch(*events, lane=Lane.STATISTICS))
    assert states(engine) == [("receipt", "delivered"), ("forward", "failed")]


def test_a_box_says_nothing_about_the_texts_of_another(engine: Engine) -> None:
    other = SiteCode("14.71.08")
    store(engine, a_batch(settled(), lane=Lane.STATISTICS))
    store(engine, a_batch(settled("failed"), lane=Lane.STATISTICS), site=other)
    assert states(engine) == [("receipt", "delivered")]


@pytest.mark.parametrize("changes", [{"text_id": -1}, {"text_id": 2**60}, {"request_id": "x" * 99}])
def test_an_impossible_text_is_set_aside(engine: Engine, changes: dict[str, object]) -> None:
    ack = store(engine, a_batch(settled(**changes), lane=Lane.STATISTICS))
    assert [reject.seq for reject in ack.reject] == [1]

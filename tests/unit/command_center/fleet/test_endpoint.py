"""The one address that strangers may ask: small messages, few of them, and few words in return."""

from dataclasses import replace
from threading import Thread

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from appliance.domain.city import enrolment
from appliance.domain.city.enrolment import Answer, Ask, Envelope
from command_center.app import create_app
from command_center.fleet import endpoint, enrolling
from command_center.fleet.endpoint import Pace
from command_center.fleet.office import Office
from mqtt_link import openssl
from tests.conftest import SITE, START


@pytest.fixture
def asking(engine: Engine, office: Office) -> FlaskClient:
    """A stranger at a city that enrols."""
    app = create_app(engine, place="Kota Pekanbaru", now=lambda: START, office=office)
    return app.test_client()


def post(asking: FlaskClient, content: object, address: str = "10.0.0.9") -> tuple[int, bytes]:
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    got = asking.post(
        enrolment.PATH,
        data=body,
        environ_base={"REMOTE_ADDR": address},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    return got.status_code, got.data


def test_a_box_is_answered_from_anywhere(
    asking: FlaskClient, engine: Engine, office: Office
) -> None:
    code = enrolling.new_code(engine, office, SITE, bytes(12), by="admin", now=START)
    asked = Ask(site=str(SITE), csr=openssl.request(openssl.new_key(), SITE.site))
    status, data = post(asking, enrolment.seal(code, "ask", asked))
    assert status == 200
    envelope = msgspec.json.decode(data, type=Envelope)
    assert enrolment.opened(code, "answer", envelope, Answer).site == str(SITE)


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        (b"", 400, "message"),
        (b"no json", 400, "message"),
        (b'{"v":1}', 400, "message"),
        (b'{"v":1,"sealed":7}', 400, "message"),
        (b"[" * 10_000, 400, "message"),
        (Envelope(v=1, sealed="eA==", locator="ABCD"), 404, "unknown"),
        (Envelope(v=2, sealed="eA==", locator="ABCD"), 400, "version"),
    ],
)
def test_rubbish_is_refused_in_one_word(
    asking: FlaskClient, content: object, status: int, error: str
) -> None:
    assert post(asking, content) == (status, b'{"error":"%s"}' % error.encode())


def test_a_huge_message_is_not_read(asking: FlaskClient) -> None:
    status, _ = post(asking, b"x" * (enrolment.MESSAGE_MAX_BYTES + 1))
    assert status == 413


def test_who_asks_too_often_is_told_to_wait_and_others_are_served(asking: FlaskClient) -> None:
    guess = Envelope(v=1, sealed="eA==", locator="ABCD")
    statuses = [post(asking, guess)[0] for _ in range(endpoint.PER_ADDRESS + 5)]
    assert statuses == [404] * endpoint.PER_ADDRESS + [429] * 5
    assert post(asking, guess, "10.0.0.10")[0] == 404


def test_a_few_strangers_hold_nobody_else_up(asking: FlaskClient) -> None:
    guess = Envelope(v=1, sealed="eA==", locator="ABCD")
    for n in range(6):
        for _ in range(endpoint.PER_ADDRESS):
            assert post(asking, guess, f"10.0.1.{n}")[0] == 404
    for n in range(endpoint.PER_ADDRESS):
        assert post(asking, guess, f"2001:db8::{n}")[0] == 404
    assert post(asking, guess, "2001:db8::ffff")[0] == 429
    assert post(asking, guess, "10.0.0.10")[0] == 404


def test_all_together_may_ask_so_often_and_the_minute_passes() -> None:
    clock = iter([0.0] * (endpoint.PER_MINUTE + 1) + [60.0])
    pace = Pace(lambda: next(clock))
    assert all(pace.allows(f"10.{n // 200}.{n % 200}.1") for n in range(endpoint.PER_MINUTE))
    assert not pace.allows("10.9.9.1")
    assert pace.allows("10.9.9.1")


def test_two_who_ask_at_once_are_both_counted() -> None:
    pace = Pace(lambda: 0.0)
    other = Thread(target=pace.allows, args=["10.0.0.2"])

    class Slow(str):
        """An address during whose comparison another asks."""

        def __eq__(self, known: object) -> bool:
            if not other.ident:
                other.start()
                other.join(0.1)
            return str.__eq__(self, known)

        __hash__ = str.__hash__

    assert pace.allows("10.0.0.1")
    assert pace.allows(Slow("10.0.0.3"))
    other.join()
    assert not other.is_alive()


def test_a_city_that_cannot_enrol_says_so(engine: Engine, office: Office) -> None:
    closed = replace(office, authority=None, files=None)
    app = create_app(engine, place="Kota Pekanbaru", now=lambda: START, office=closed)
    guess = Envelope(v=1, sealed="", locator="")
    assert post(app.test_client(), guess) == (404, b'{"error":"off"}')

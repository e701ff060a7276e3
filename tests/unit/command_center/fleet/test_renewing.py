"""A box that asks before its certificate ends gets the next one; a revoked or idle one does not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.city.topics import Lane
from appliance.domain.events.box import RenewalAsked
from command_center.fleet import renewing, revoking
from command_center.fleet.authority import Authority
from command_center.store.database import reading, writing
from command_center.store.fleet import credentials, enrolments
from command_center.store.sending import commands
from mqtt_link import openssl
from tests.conftest import SITE, START
from tests.unit.command_center.city import a_batch, store, wire_event

NEAR_END = START + timedelta(days=800)
NewId = Callable[[], str]


@pytest.fixture
def enrolled(city: Engine, authority: Authority) -> Engine:
    """A city whose box has a certificate since START."""
    csr = openssl.request(openssl.new_key(), SITE.site)
    with writing(city) as connection:
        credentials.add(connection, authority.sign(csr, SITE, START))
    return city


def ask(engine: Engine, csr: str, first: int = 1) -> None:
    event = wire_event(RenewalAsked(csr=csr))
    store(engine, a_batch(event, first=first, lane=Lane.STATISTICS))


def given(engine: Engine) -> list[dict[str, str]]:
    """The arguments of the commands that hand out certificates, the newest first."""
    with reading(engine) as connection:
        found = commands.every(connection, None, limit=9)
    return [dict(one.args) for one in found if one.name == renewing.COMMAND]


def answer(engine: Engine, signer: Authority | None, new_id: NewId, now: datetime) -> int:
    return renewing.answer(engine, signer, now, new_id)


def test_the_next_certificate_goes_down_as_a_command(
    enrolled: Engine, authority: Authority, new_id: NewId
) -> None:
    key = openssl.new_key()
    ask(enrolled, openssl.request(key, SITE.site))
    assert answer(enrolled, authority, new_id, NEAR_END) == 1
    [args] = given(enrolled)
    subject, public, _ = openssl.subject_and_key(args["certificate"])
    assert (subject, public) == ("CN=147107", openssl.public_key(key))
    assert answer(enrolled, authority, new_id, NEAR_END) == 0
    with reading(enrolled) as connection:
        assert len(credentials.of_site(connection, SITE)) == 2


def test_who_asks_again_for_the_same_key_gets_the_same_certificate(
    enrolled: Engine, authority: Authority, new_id: NewId
) -> None:
    key = openssl.new_key()
    for first in (1, 2):
        ask(enrolled, openssl.request(key, SITE.site), first)
        answer(enrolled, authority, new_id, NEAR_END)
    one, other = given(enrolled)
    assert one == other


def test_a_certificate_that_is_good_for_long_is_not_renewed(
    enrolled: Engine, authority: Authority, new_id: NewId
) -> None:
    ask(enrolled, openssl.request(openssl.new_key(), SITE.site))
    assert answer(enrolled, authority, new_id, START + timedelta(days=30)) == 0
    assert given(enrolled) == []


@pytest.mark.parametrize("csr", ["rubbish", "foreign", "long"])
def test_a_request_that_is_none_is_refused_once(
    enrolled: Engine, authority: Authority, new_id: NewId, csr: str
) -> None:
    foreign = openssl.request(openssl.new_key(), "147101")
    ask(enrolled, {"foreign": foreign, "long": "x" * 3_000}.get(csr, csr))
    assert answer(enrolled, authority, new_id, NEAR_END) == 0
    with reading(enrolled) as connection:
        assert enrolments.asked_renewals(connection) == []


def test_a_revoked_box_gets_none_though_it_had_asked(
    enrolled: Engine, authority: Authority, new_id: NewId
) -> None:
    ask(enrolled, openssl.request(openssl.new_key(), SITE.site))
    revoking.revoke(enrolled, SITE, "stolen", is_box_lost=True, now=NEAR_END)
    assert answer(enrolled, authority, new_id, NEAR_END) == 0
    assert given(enrolled) == []


def test_an_authority_that_fails_today_answers_tomorrow(
    enrolled: Engine, authority: Authority, new_id: NewId, tmp_path
) -> None:
    ask(enrolled, openssl.request(openssl.new_key(), SITE.site))
    broken = Authority(ca=authority.ca, key=tmp_path / "gone", good_for=authority.good_for)
    assert answer(enrolled, broken, new_id, NEAR_END) == 0
    assert answer(enrolled, authority, new_id, NEAR_END) == 1

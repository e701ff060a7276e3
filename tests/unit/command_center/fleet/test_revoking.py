"""From the commit on, nothing of a revoked box counts; all others are heard as before."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.city import wire
from appliance.domain.city.topics import Leaf, Topic
from appliance.domain.errors import BadInput
from command_center.fleet import breach, enrolling, listing, revoking
from command_center.fleet.authority import Authority
from command_center.fleet.office import Office
from command_center.receiving.inbound import cut
from command_center.receiving.reception import Reception
from command_center.sending import commanding
from command_center.sending.blobs import Blobs
from command_center.sending.downlink import Downlink
from command_center.store.database import reading, writing
from command_center.store.fleet import barred, boxes, credentials
from command_center.store.receiving import quarantine
from mqtt_link import openssl
from tests.conftest import SITE, START
from tests.unit.command_center.city import (
    BOX_EPOCH,
    NEIGHBOUR,
    a_batch,
    a_received,
    all_requests,
    hello,
    wire_event,
)

LATER = START + timedelta(hours=1)
NEW_EPOCH = "ffffffff"


class Desk:
    """A reception whose answers are written down."""

    def __init__(self, engine: Engine) -> None:
        self.said: list[str] = []
        self.downlink = Downlink(engine, self.publish, now=lambda: LATER, jitter=lambda: 1.0)
        blobs = Blobs(engine, self.publish, now=lambda: LATER)
        self._reception = Reception(engine, self.publish, self.downlink, blobs, now=lambda: LATER)

    def publish(self, topic: str, _payload: bytes, _qos: int) -> None:
        self.said.append(topic)

    def hears(self, message: wire.Batch | wire.Conn, site=SITE) -> None:
        leaf = Leaf.STATE_CONN if isinstance(message, wire.Conn) else Leaf.UP_EVENTS
        lane = message.lane if isinstance(message, wire.Batch) else None
        topic = f"posko/1/1471/{site.site}/{leaf}" + (f"/{lane}" if lane else "")
        self._reception.work([cut(topic, wire.encode(message))])


def give(engine: Engine, authority: Authority, site=SITE) -> None:
    csr = openssl.request(openssl.new_key(), site.site)
    with writing(engine) as connection:
        credentials.add(connection, authority.sign(csr, site, START))


def revoke(engine: Engine, *, is_box_lost: bool = True) -> int:
    return revoking.revoke(engine, SITE, "stolen", is_box_lost=is_box_lost, now=LATER)


def refused(engine: Engine) -> int:
    with reading(engine) as connection:
        return quarantine.count_by_code(connection).get("revoked", 0)


def test_what_a_revoked_box_says_is_set_aside_and_not_answered(
    city: Engine, authority: Authority
) -> None:
    give(city, authority)
    assert revoke(city) == 1
    desk = Desk(city)
    desk.hears(a_batch(wire_event()))
    desk.hears(a_batch(wire_event(), epoch=NEW_EPOCH))
    desk.hears(wire.Conn(on=True, boot="thief", n=9))
    assert (refused(city), desk.said, all_requests(city)) == (3, [], [])
    with reading(city) as connection:
        [box] = boxes.every(connection)
    assert (box.is_online, box.last_seen_at) == (False, START)


def test_others_are_heard_as_before(city: Engine, authority: Authority) -> None:
    hello(city, NEIGHBOUR)
    give(city, authority)
    revoke(city)
    desk = Desk(city)
    desk.hears(a_batch(wire_event()), NEIGHBOUR)
    assert desk.said == [str(Topic(NEIGHBOUR, Leaf.DOWN_ACK))]
    assert refused(city) == 0


def test_a_box_enrolled_anew_is_heard_and_the_stolen_database_never_again(
    city: Engine, authority: Authority
) -> None:
    give(city, authority)
    revoke(city)
    with writing(city) as connection:
        barred.admit(connection, SITE)
    desk = Desk(city)
    desk.hears(a_batch(wire_event(), epoch=NEW_EPOCH))
    assert (len(all_requests(city)), refused(city)) == (1, 0)
    desk.hears(a_batch(wire_event()))
    assert (len(all_requests(city)), refused(city)) == (1, 1)


def test_a_box_that_is_here_goes_on_with_its_database_once_it_is_enrolled(
    city: Engine, authority: Authority
) -> None:
    give(city, authority)
    revoke(city, is_box_lost=False)
    with writing(city) as connection:
        barred.admit(connection, SITE)
    Desk(city).hears(a_batch(wire_event()))
    assert len(all_requests(city)) == 1


def test_nothing_goes_down_to_a_revoked_box(city: Engine, authority: Authority) -> None:
    commanding.issue(city, [SITE], "report", {}, expires_s=60, now=START, new_id=lambda: "an-id")
    assert Desk(city).downlink.tick() == 1
    give(city, authority)
    revoke(city)
    assert Desk(city).downlink.tick() == 0


def test_revoking_twice_changes_nothing(city: Engine, authority: Authority) -> None:
    give(city, authority)
    assert (revoke(city), revoke(city)) == (1, 0)
    with reading(city) as connection:
        expected = {(str(SITE), barred.WHOLE), (str(SITE), BOX_EPOCH)}
        assert barred.every(connection) == expected


def test_a_box_that_the_city_never_gave_anything_must_be_made_known_first(
    city: Engine, authority: Authority, tmp_path
) -> None:
    with pytest.raises(BadInput, match=r"fleet adopt pki/147107\.pem"):
        revoke(city)
    by_hand = authority.sign(openssl.request(openssl.new_key(), SITE.site), SITE, START).certificate
    for _ in range(2):
        assert revoking.adopt(city, [by_hand]) == [SITE]
    assert revoke(city) == 1


@pytest.mark.parametrize("pem", ["", "rubbish"])
def test_what_is_no_certificate_of_a_box_is_not_adopted(city: Engine, pem: str) -> None:
    with pytest.raises(BadInput):
        revoking.adopt(city, [pem])


def test_the_authority_itself_is_not_adopted(city: Engine, authority: Authority) -> None:
    with pytest.raises(BadInput):
        revoking.adopt(city, [authority.ca.read_text()])


def test_the_list_of_the_broker_holds_what_is_revoked_and_nothing_else(
    city: Engine, authority: Authority, office: Office
) -> None:
    give(city, authority)
    give(city, authority, NEIGHBOUR)
    revoke(city)
    revoking.tell_broker(city, office)
    assert office.files
    crl = (office.files.folder / "crl.pem").read_text()
    listed = openssl._run("crl", "-noout", "-text", sent=crl)
    with reading(city) as connection:
        [mine] = credentials.of_site(connection, SITE)
    assert listed.count("Serial Number:") == 1
    assert f"{mine.serial:X}" in listed


def test_the_fleet_is_listed_with_what_each_box_has(
    city: Engine, authority: Authority, office: Office
) -> None:
    enrolling.new_code(city, office, NEIGHBOUR, bytes(12), by="admin", now=START)

    def states() -> dict[str, str]:
        with reading(city) as connection:
            return {b.site.site: b.credential for b in listing.every(connection, LATER)}

    assert states() == {"147101": "awaited", "147107": "by hand"}
    give(city, authority)
    assert states()["147107"] == "valid"
    revoke(city)
    assert states()["147107"] == "revoked"


def test_the_checklist_counts_people_and_names_the_hour(city: Engine, authority: Authority) -> None:
    desk = Desk(city)
    told = [
        a_received(reporter_phone="+6281100000001"),
        a_received(reporter_phone="+6281100000001"),
        a_received(reporter_phone=None),
        a_received(reporter_phone="+6281100000002", sensitivity="rahasia"),
    ]
    desk.hears(a_batch(*map(wire_event, told)))
    give(city, authority)
    revoke(city)
    with reading(city) as connection:
        loss = breach.look(connection, SITE, LATER)
    assert (loss.reports, loss.people, loss.nameless, loss.sealed) == (4, 2, 1, 1)
    assert loss.notice_due_at == LATER + timedelta(hours=72)
    text = "\n".join(breach.checklist(loss))
    assert "2 different telephone numbers" in text
    assert "2026-11-24T03:00:00.000Z" in text
    assert "+62811" not in text


def test_a_checklist_of_a_box_nobody_ever_heard_can_be_made(city: Engine) -> None:
    with reading(city) as connection:
        loss = breach.look(connection, NEIGHBOUR, LATER)
    assert "last seen never" in breach.checklist(loss)[0]
    assert "NOT YET" in breach.checklist(loss)[1]

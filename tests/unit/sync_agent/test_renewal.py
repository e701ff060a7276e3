"""The box renews its certificate itself: in time, with a key of its own, and never half."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.domain.city.enrolment import CSR_MAX_CHARS
from appliance.domain.city.wire import decode_event
from appliance.domain.events.box import RenewalAsked
from appliance.domain.events.orders import CELL_MAX_CHARS
from appliance.runtime import credential
from appliance.runtime.credential import Credential, CredentialError
from appliance.store.city import outbox
from command_center.fleet.authority import Authority
from mqtt_link import openssl
from sync_agent.renewal import ASK_EVERY_S, LOOK_EVERY_S, Renewal
from tests.conftest import SITE, START, Clock
from tests.support.city_broker import Certificates


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The city's."""
    folder = Certificates(tmp_path_factory.mktemp("pki")).folder
    return Authority(ca=folder / "ca.pem", key=folder / "ca.key", good_for=timedelta(days=40))


@pytest.fixture
def own(db_path: Path, authority: Authority) -> Credential:
    """What enrolment has left on the box."""
    made = credential.of_store(db_path)
    csr = made.request(SITE.site)
    made.put(made.ca, authority.ca.read_text())
    made.complete(authority.sign(csr, SITE, START).certificate, made.ca.read_text(), SITE.site)
    made.settle()
    return made


class Box:
    """The renewal of a box, and what it has asked."""

    def __init__(self, db: sqlite3.Connection, path: Path, pair: Path | None) -> None:
        self.clock, self._db = Clock(), db
        self.renewal = Renewal(
            db,
            path,
            SITE,
            pair,
            now=self.clock,
            monotonic_s=lambda: self.clock().mono_ms / 1000,
        )

    def after(self, **passed: float) -> list[RenewalAsked]:
        self.clock.forward(**passed)
        self.renewal()
        kept = [row for row in outbox.every(self._db) if row.kind == RenewalAsked.KIND]
        events = [decode_event(row.kind, row.payload.encode()) for row in kept]
        return [event for event in events if isinstance(event, RenewalAsked)]


def next_certificate(own: Credential, authority: Authority, csr: str) -> str:
    return authority.sign(csr, SITE, START + timedelta(days=11)).certificate


def test_nothing_is_asked_before_the_last_month_and_once_a_day_in_it(
    db: sqlite3.Connection, db_path: Path, own: Credential
) -> None:
    box = Box(db, db_path, own.pair)
    assert box.after(days=9) == []
    [first] = box.after(days=2)
    assert len(box.after(seconds=LOOK_EVERY_S)) == 1
    first, second = box.after(seconds=ASK_EVERY_S)
    assert openssl.requested(first.csr) == openssl.requested(second.csr)
    assert openssl.requested(first.csr)[0] == "CN=147107"
    assert len(first.csr) < CSR_MAX_CHARS


def test_files_that_were_carried_by_hand_are_left_alone(
    db: sqlite3.Connection, db_path: Path, own: Credential, tmp_path: Path
) -> None:
    for pair in (None, tmp_path / "147107.pem"):
        assert Box(db, db_path, pair).after(days=39) == []
    assert not own.pending.exists()


def test_the_answer_replaces_key_and_certificate_at_once(
    db: sqlite3.Connection, db_path: Path, own: Credential, authority: Authority
) -> None:
    [asked] = Box(db, db_path, own.pair).after(days=11)
    before, fresh = own.pair.read_text(), next_certificate(own, authority, asked.csr)
    assert len(fresh) <= CELL_MAX_CHARS
    assert own.renew(fresh)
    assert own.pair.read_text() != before
    assert credential.certificate_of(own.pair) == fresh
    assert openssl.public_key(own.pair.read_text()) == openssl.subject_and_key(fresh)[1]
    assert not own.pending.exists()


def test_the_same_answer_again_changes_nothing(
    db: sqlite3.Connection, db_path: Path, own: Credential, authority: Authority
) -> None:
    [asked] = Box(db, db_path, own.pair).after(days=11)
    fresh = next_certificate(own, authority, asked.csr)
    assert own.renew(fresh)
    assert not own.renew(fresh)


@pytest.mark.parametrize("wrong", ["another key", "another site", "another authority", "rubbish"])
def test_an_answer_that_is_not_for_this_box_leaves_the_old_certificate(
    db: sqlite3.Connection,
    db_path: Path,
    own: Credential,
    authority: Authority,
    wrong: str,
    tmp_path: Path,
) -> None:
    [asked] = Box(db, db_path, own.pair).after(days=11)
    before = own.pair.read_bytes()
    own_key = own.pending.read_text()
    strange = Certificates(tmp_path / "strange").folder
    foreign = Authority(ca=strange / "ca.pem", key=strange / "ca.key", good_for=timedelta(days=40))
    neighbour = type(SITE)("14.71.01")
    answers = {
        "another key": authority.sign(
            openssl.request(openssl.new_key(), SITE.site), SITE, START
        ).certificate,
        "another site": authority.sign(
            openssl.request(own_key, neighbour.site), neighbour, START
        ).certificate,
        "another authority": foreign.sign(asked.csr, SITE, START).certificate,
        "rubbish": "rubbish",
    }
    with pytest.raises(CredentialError):
        own.renew(answers[wrong])
    assert own.pair.read_bytes() == before
    assert own.pending.read_text() == own_key


def test_a_certificate_that_nobody_asked_for_is_refused(
    own: Credential, authority: Authority
) -> None:
    csr = openssl.request(openssl.new_key(), SITE.site)
    with pytest.raises(CredentialError):
        own.renew(next_certificate(own, authority, csr))

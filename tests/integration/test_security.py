"""Real TLS and the real ACL: what a box, a stranger and a thief can do at the city's broker."""

import logging
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from appliance.domain.city import wire
from appliance.domain.city.topics import up_filters
from appliance.domain.ids import SiteCode
from command_center.broker_config import Login
from mqtt_link.access import Access
from tests.conftest import SITE
from tests.support.box_link import a_link
from tests.support.city_broker import CENTER, HOST, Certificates, CityBroker
from tests.support.mqtt_peer import Peer, peer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow


NEIGHBOUR = SiteCode("14.71.01")


UP = "posko/1/1471/147107/up/ev/p1"


DAY = timedelta(days=1)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[CityBroker]:
    made = CityBroker(tmp_path)
    for site in (SITE, NEIGHBOUR):
        made.certificates.make("box", site.site)
    made.start()
    yield made
    made.stop()


class Dying:
    """A bare client with a last will that dies without a goodbye."""

    def __init__(self, where: Access, will: str) -> None:
        self._answers: list[ReasonCode] = []
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=where.client_id, protocol=mqtt.MQTTv311
        )
        context = ssl.create_default_context(cafile=str(where.tls_ca))
        context.load_cert_chain(str(where.tls_cert), str(where.tls_key))
        self._client.tls_set_context(context)
        self._client.will_set(will, b"a will", qos=1, retain=True)
        self._client.on_connect = lambda _c, _d, _f, reason, _p: self._answers.append(reason)
        self._client.connect(where.host, where.port)

    def is_let_in(self) -> bool:
        """Whether the broker accepts it; it may also hang up."""
        wait_for(lambda: self._client.loop(0.05) or self._answers, "the broker answers")
        return bool(self._answers) and not self._answers[0].is_failure

    def die(self) -> None:
        if sock := self._client.socket():
            sock.close()


def center(broker: CityBroker) -> AbstractContextManager[Peer]:
    return peer(broker.certificates.access(broker.port, CENTER), *up_filters("1471"))


def test_a_box_and_its_city_talk_on_their_own_topics(broker: CityBroker) -> None:
    with (
        center(broker) as city,
        a_link(broker.certificates.access(broker.port, SITE.site)) as box,
    ):
        wait_for(lambda: box.is_up, "the box is let in")
        box.publish(b"a complaint")
        city.run_until(lambda: (UP, b"a complaint") in city.got, "it arrives")
        births = [topic for topic, _ in city.got if topic.endswith("state/conn")]
        assert births == ["posko/1/1471/147107/state/conn"]
        city.send("posko/1/1471/147107/down/ev", b"a decision")
        wait_for(lambda: box.messages, "the decision arrives")


def test_each_of_several_receivers_has_a_login_that_may_do_what_the_centers_may(
    tmp_path: Path,
) -> None:
    broker = CityBroker(tmp_path, receivers=2)
    names = ("1471-1", "1471-2", "1471-3")
    for kind, name in [("box", SITE.site), *(("center", name) for name in names)]:
        broker.certificates.make(kind, name)
    broker.start()
    accesses = [broker.certificates.access(broker.port, f"posko-center-{name}") for name in names]
    filters = up_filters("1471")
    try:
        with (
            peer(accesses[0], *filters) as first,
            peer(accesses[1], *filters) as second,
            peer(accesses[2], *filters) as unknown,
            a_link(broker.certificates.access(broker.port, SITE.site)) as box,
        ):
            wait_for(lambda: box.is_up, "the box is let in")
            box.publish(b"a complaint")
            for receiver in (first, second):
                receiver.run_until(lambda r=receiver: (UP, b"a complaint") in r.got, "it arrives")
            unknown.send("posko/1/1471/147107/down/ev", b"a false decision")
            second.send("posko/1/1471/147107/down/ev", b"a decision")
            wait_for(lambda: box.messages, "the decision arrives")
            assert b"false" not in str(box.messages).encode()
            assert unknown.got == []
    finally:
        broker.stop()


def test_a_box_cannot_write_read_or_leave_a_will_on_the_topics_of_another(
    broker: CityBroker,
) -> None:
    """Check 27: the certificate of another box."""
    thief_access = broker.certificates.access(broker.port, NEIGHBOUR.site)
    foreign = "posko/1/1471/147107"
    with center(broker) as city:
        with peer(thief_access, f"{foreign}/#", "posko/#", "#") as thief:
            thief.send(f"{foreign}/up/ev/p1", b"forged")
            thief.send(f"{foreign}/down/ev", b"forged")
            thief.send("posko/1/1471/147101/down/ev", b"forged to itself")
            city.send(f"{foreign}/down/ev", b"secret")
            thief.send("posko/1/1471/147101/up/hello", b"its own")
            city.run_until(lambda: city.got, "its own message arrives")
            assert city.got == [("posko/1/1471/147101/up/hello", b"its own")]
            assert thief.got == []
        thief_with_will = Dying(thief_access, f"{foreign}/state/conn")
        thief_with_will.is_let_in()
        thief_with_will.die()
        with peer(thief_access) as later:
            later.send("posko/1/1471/147101/up/hello", b"after the will")
        last = ("posko/1/1471/147101/up/hello", b"after the will")
        city.run_until(lambda: last in city.got, "what follows the will arrives")
        assert not [topic for topic, _ in city.got if topic.startswith(foreign)]


def test_nobody_takes_over_the_connection_of_another_box(broker: CityBroker) -> None:
    """Check 27: the client id of another box."""
    with a_link(broker.certificates.access(broker.port, SITE.site)) as box:
        wait_for(lambda: box.is_up, "the box is let in")
        thief = broker.certificates.access(broker.port, NEIGHBOUR.site, client_id=SITE.site)
        with peer(thief) as posing:
            posing.send("posko/1/1471/147101/up/hello", b"x")
            box.publish(b"still here")
            assert (box.ups, box.reasons) == (1, [])


def test_a_certificate_of_another_authority_is_refused_and_said_so(
    broker: CityBroker, tmp_path: Path
) -> None:
    """Check 27: wrong CA, on the box's side."""
    strange = Certificates(tmp_path / "strange")
    strange.make("box", SITE.site)
    own = strange.access(broker.port, SITE.site)
    access = Access(
        host=HOST,
        port=broker.port,
        client_id=SITE.site,
        tls_ca=broker.certificates.folder / "ca.pem",
        tls_cert=own.tls_cert,
        tls_key=own.tls_key,
    )
    with a_link(access) as box:
        # Its alert may be lost when the broker closes at once; another attempt hears it.
        wait_for(lambda: box.code == "certificate-refused", "the reason")
        assert box.ups == 0
        assert "city's authority" in box.reasons[-1]


def test_a_broker_of_another_authority_is_not_trusted(broker: CityBroker, tmp_path: Path) -> None:
    """Check 27: wrong CA, on the broker's side."""
    strange = Certificates(tmp_path / "strange")
    strange.make("box", SITE.site)
    with a_link(strange.access(broker.port, SITE.site)) as box:
        wait_for(lambda: box.reasons, "a reason")
        assert (box.code, box.ups) == ("wrong-ca", 0)


def test_a_broker_under_another_name_is_not_trusted(broker: CityBroker) -> None:
    with a_link(broker.certificates.access(broker.port, SITE.site, host="localhost")) as box:
        wait_for(lambda: box.reasons, "a reason")
        assert (box.code, box.ups) == ("wrong-host", 0)


def test_without_a_certificate_nobody_is_let_in(broker: CityBroker) -> None:
    ca = broker.certificates.folder / "ca.pem"
    with a_link(Access(host=HOST, port=broker.port, client_id=SITE.site, tls_ca=ca)) as box:
        wait_for(lambda: box.code == "certificate-refused", "the reason")
        assert box.ups == 0
        assert "tls_cert" in box.reasons[-1]


def test_without_tls_nobody_is_let_in(broker: CityBroker) -> None:
    with a_link(Access(host=HOST, port=broker.port, client_id=SITE.site)) as box:
        wait_for(lambda: box.reasons, "a reason")
        assert box.ups == 0
        assert "TLS" in box.reasons[0]


def test_an_expired_certificate_of_the_box_is_named_and_a_new_one_cures_it(
    broker: CityBroker,
) -> None:
    """Check 27: expired."""
    now = datetime.now(UTC)
    broker.certificates.date(SITE.site, now - 9 * DAY, now - DAY)
    with a_link(broker.certificates.access(broker.port, SITE.site)) as box:
        wait_for(lambda: box.reasons, "a reason")
        assert (box.code, box.ups) == ("expired", 0)
        assert f"{now - DAY:%Y-%m-%d}" in box.reasons[0]
        broker.certificates.date(SITE.site, now - DAY, now + DAY)
        wait_for(lambda: box.is_up, "the new one is used", limit_s=60)


def test_a_certificate_that_ends_within_a_month_is_told_while_the_link_is_up(
    broker: CityBroker,
) -> None:
    now = datetime.now(UTC)
    broker.certificates.date(SITE.site, now - DAY, now + 20 * DAY)
    with a_link(broker.certificates.access(broker.port, SITE.site)) as box:
        wait_for(lambda: box.is_up, "it is still let in")
        [alarm] = box.alarms
        assert f"{SITE.site}.pem ends {now + 20 * DAY:%Y-%m-%d}" in alarm
        assert box.reasons == []


def test_the_broker_itself_refuses_an_expired_certificate(broker: CityBroker) -> None:
    """Check 27: expired, and a thief does not check his own dates."""
    now = datetime.now(UTC)
    broker.certificates.date(NEIGHBOUR.site, now - 9 * DAY, now - DAY)
    access = broker.certificates.access(broker.port, NEIGHBOUR.site)
    thief = Dying(access, "posko/1/1471/147101/state/conn")
    assert not thief.is_let_in()
    thief.die()


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [(-9, -1, "expired"), (365, 730, "clock")],
    ids=["the broker's certificate has expired", "this box's clock is a year behind"],
)
def test_a_wrong_date_is_told_with_both_dates(
    tmp_path: Path, begins: int, ends: int, code: str
) -> None:
    """A box cannot turn its clock in a test; a certificate of next year looks the same to it."""
    broker = CityBroker(tmp_path)
    now = datetime.now(UTC)
    broker.certificates.make("box", SITE.site)
    dates = (now + begins * DAY, now + ends * DAY)
    broker.certificates.date("broker", *dates, san=f"IP:{HOST}")
    broker.start()
    try:
        with a_link(broker.certificates.access(broker.port, SITE.site)) as box:
            wait_for(lambda: box.reasons, "a reason")
            assert (box.code, box.ups) == (code, 0)
            assert f"{now:%Y-%m-%d}" in box.reasons[0]
            shown = dates[0] if code == "clock" else dates[1]
            assert f"{shown:%Y-%m-%d}" in box.reasons[0]
    finally:
        broker.stop()


def test_passwords_work_where_certificates_do_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    broker = CityBroker(tmp_path, Login.PASSWORD)
    for name in (SITE.site, NEIGHBOUR.site, CENTER):
        broker.let_in(name, f"sandi-{name}")
    broker.start()
    secret = tmp_path / "secret"
    _write(secret, "sandi-salah")

    def access(name: str, file: Path) -> Access:
        return Access(
            host=HOST,
            port=broker.port,
            client_id=name,
            username=name,
            password_file=file,
            tls_ca=tmp_path / "ca.pem",
        )

    city_secret, thief_secret = tmp_path / "city", tmp_path / "thief"
    _write(city_secret, f"sandi-{CENTER}")
    _write(thief_secret, f"sandi-{NEIGHBOUR.site}")
    try:
        with (
            peer(access(CENTER, city_secret), "posko/1/1471/+/up/#") as city,
            a_link(access(SITE.site, secret)) as box,
        ):
            wait_for(lambda: box.reasons, "the wrong password is told")
            assert box.code == "refused"
            _write(secret, f"sandi-{SITE.site}")
            wait_for(lambda: box.is_up, "the right one is used", limit_s=60)
            with peer(access(NEIGHBOUR.site, thief_secret)) as thief:
                thief.send(UP, b"forged")
                thief.send("posko/1/1471/147101/up/hello", b"its own")
            box.publish(b"a complaint")
            city.run_until(lambda: len(city.got) > 1, "messages arrive")
            assert sorted(city.got) == [
                ("posko/1/1471/147101/up/hello", b"its own"),
                (UP, b"a complaint"),
            ]
    finally:
        broker.stop()
    assert "sandi" not in caplog.text


def test_messages_on_the_wire_keep_the_brokers_size_limit(broker: CityBroker) -> None:
    with center(broker) as city, a_link(broker.certificates.access(broker.port, SITE.site)) as box:
        wait_for(lambda: box.is_up, "the box is let in")
        box.publish(bytes(wire.MESSAGE_MAX_BYTES))
        city.run_until(lambda: any(t == UP for t, _ in city.got), "the largest batch arrives")


def _write(path: Path, secret: str) -> None:
    path.touch(0o600)
    path.write_text(secret + "\n")

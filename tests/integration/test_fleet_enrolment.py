"""From a code read aloud to a box that publishes, and back: real TLS, mosquitto and HTTPS."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from werkzeug.serving import make_server

from appliance import __main__ as posko
from appliance.domain.city.enrolment import Code
from appliance.domain.ids import SiteCode
from appliance.runtime import credential, release, settings
from appliance.runtime.daemon import EXIT_INTERRUPTED
from command_center.app import create_app
from command_center.broker_config import Login
from command_center.fleet import enrolling, listing, renewing, revoking
from command_center.fleet.broker_files import BrokerFiles
from command_center.fleet.office import Office
from command_center.store.database import reading
from command_center.store.receiving import quarantine, streams
from tests.conftest import SITE
from tests.support.box_link import a_link
from tests.support.city_broker import CENTER, HOST, CityBroker
from tests.support.ports import unused_ports
from tests.support.running_agent import RunningAgent
from tests.support.running_city import RunningCity
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

NEIGHBOUR = SiteCode("14.71.01")


def now() -> datetime:
    return datetime.now(UTC)


def heard(engine: Engine) -> set[str]:
    """The databases of boxes that the city has stored something of."""
    with reading(engine) as connection:
        return {state.key.epoch for state in streams.states(connection) if state.upto}


class City:
    """A broker and the office that speaks for it, at an HTTPS address nobody vouches for."""

    def __init__(self, engine: Engine, folder: Path, login: Login, good_for: timedelta) -> None:
        self.engine = engine
        self.broker = CityBroker(folder, login, can_revoke=login is Login.CERTIFICATE)
        if login is Login.PASSWORD:
            self.broker.let_in(CENTER, "secret of the center")
        self.broker.start()
        signer = replace(self.broker.authority, good_for=good_for)
        self.office = Office(
            authority=signer if login is Login.CERTIFICATE else None,
            files=BrokerFiles(folder=folder, reload=("kill", "-HUP", str(self.broker.pid))),
            ca=folder / "ca.pem",
            broker=HOST,
            port=self.broker.port,
            city_keys=(),
            access=self.broker.certificates.access(self.broker.port, CENTER),
        )
        self.access = self.office.access
        app = create_app(engine, place="Kota Pekanbaru", now=now, office=self.office)
        [port] = unused_ports(1)
        tls = (str(folder / "broker.pem"), str(folder / "broker.key"))
        self._server = make_server(HOST, port, app, ssl_context=tls)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"https://{HOST}:{port}"

    def code(self, chance: bytes = b"chance chanc") -> Code:
        return enrolling.new_code(self.engine, self.office, SITE, chance, by="admin", now=now())

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.broker.stop()


@contextmanager
def a_city(
    engine: Engine,
    folder: Path,
    login: Login = Login.CERTIFICATE,
    *,
    good_for: timedelta = timedelta(days=825),
) -> Iterator[City]:
    folder.mkdir()
    made = City(engine, folder, login, good_for)
    try:
        yield made
    finally:
        made.stop()


class NewBox:
    """A machine with nothing but the settings that a technician typed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.config = folder / "posko.toml"
        self.config.write_text(
            f'[site]\ncode = "{SITE}"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
            f'[store]\npath = "{folder}/posko.db"\n'
        )

    def enrol(self, monkeypatch: pytest.MonkeyPatch, city: City, code: Code, *more: str) -> int:
        words = ["posko", "--config", str(self.config), "enrol", "--city", city.url]
        monkeypatch.setattr(sys, "argv", [*words, "--code", str(code).lower(), *more])
        return posko.main()

    def agent(self) -> RunningAgent:
        return RunningAgent(self.folder, settings.load(self.config).sync)


def test_a_code_is_all_a_box_needs_to_be_heard(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enrol, connect, publish; files only the owner can read; the second time nothing is lost."""
    box = NewBox(tmp_path / "box")
    with a_city(engine, tmp_path / "city") as city:
        code = city.code()
        assert box.enrol(monkeypatch, city, code) == 0
        own = credential.of_store(box.folder / "posko.db")
        assert own.pair.stat().st_mode & 0o777 == 0o600
        assert own.folder.stat().st_mode & 0o777 == 0o700
        assert not own.pending.exists()
        added = box.folder / "posko.d"
        for made, model in ((added, box.folder), (added / "50-enrolment.toml", box.config)):
            assert made.stat().st_mode == model.stat().st_mode
        with RunningCity(engine, city.access), box.agent() as agent:
            wait_for(lambda: agent.gauge("link") == "up", "the box is let in")
            wait_for(lambda: heard(engine), "its first heartbeat is stored")
        with reading(engine) as connection:
            [known] = listing.every(connection, now())
        assert (known.site, known.credential) == (SITE, "valid")
        assert known.software == release.version() != ""


def test_a_power_cut_between_any_two_steps_is_mended_by_the_same_command(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = NewBox(tmp_path / "box")
    with a_city(engine, tmp_path / "city") as city:
        code = city.code()
        own = credential.of_store(box.folder / "posko.db")
        key = own.waiting_key()  # cut before the question
        for cut_before in ("complete", "settle"):  # after the answer; after the settings
            with monkeypatch.context() as patched:
                patched.setattr(credential.Credential, cut_before, _power_cut)
                assert box.enrol(monkeypatch, city, code) == EXIT_INTERRUPTED
        assert box.enrol(monkeypatch, city, code) == 0
        assert own.pair.read_text().startswith(key)
        with a_link(settings.load(box.config).sync) as link:
            wait_for(lambda: link.is_up, "it is let in")


def test_a_stolen_box_is_thrown_out_and_stays_out_while_others_do_not_notice(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its living connection ends, no other is let in, and the city still tells when it was seen."""
    stolen = NewBox(tmp_path / "stolen")
    with a_city(engine, tmp_path / "city") as city:
        certificates = city.broker.certificates
        certificates.make("box", NEIGHBOUR.site)
        stolen.enrol(monkeypatch, city, city.code())
        neighbour_access = certificates.access(city.broker.port, NEIGHBOUR.site)
        with (
            RunningCity(engine, city.access),
            a_link(neighbour_access, NEIGHBOUR) as neighbour,
            stolen.agent() as thief,
        ):
            wait_for(lambda: heard(engine), "the box is heard")
            wait_for(lambda: neighbour.is_up, "the neighbour too")
            revoking.revoke(engine, SITE, "stolen at night", is_box_lost=True, now=now())
            revoking.shut_out(engine, city.office, SITE, now())
            wait_for(
                lambda: "certificate-refused" in thief.gauge("link_reason"),
                "the box hears why it is not let in",
                limit_s=60,
            )
            assert (neighbour.ups, neighbour.reasons) == (1, [])
        with reading(engine) as connection:
            [known] = [b for b in listing.every(connection, now()) if b.site == SITE]
        assert (known.credential, known.is_online) == ("revoked", False)
        assert known.last_seen_at is not None
        _replace(engine, city, monkeypatch, tmp_path)


def _replace(engine: Engine, city: City, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A new machine at the same place goes on with a database of its own."""
    before = heard(engine)
    new = NewBox(folder / "new")
    assert new.enrol(monkeypatch, city, city.code(b"other chance")) == 0
    with RunningCity(engine, city.access), new.agent() as agent:
        wait_for(lambda: agent.gauge("link") == "up", "the new box is let in")
        wait_for(lambda: heard(engine) - before, "its own epoch is stored")
    with reading(engine) as connection:
        assert quarantine.count_by_code(connection).get("revoked", 0) == 0


def test_a_certificate_is_renewed_over_the_link_before_it_ends(
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A certificate of a day: the box asks as soon as it runs, and comes back with the new one."""
    box = NewBox(tmp_path / "box")
    ids = map(str, range(100))
    with a_city(engine, tmp_path / "city", good_for=timedelta(days=1)) as city:
        assert box.enrol(monkeypatch, city, city.code()) == 0
        own = credential.of_store(box.folder / "posko.db")
        before = own.pair.read_text()
        with RunningCity(engine, city.access), box.agent() as agent:

            def is_renewed() -> bool:
                renewing.answer(engine, city.broker.authority, now(), lambda: next(ids))
                return own.pair.read_text() != before

            wait_for(is_renewed, "a new pair lies there")
            wait_for(lambda: agent.outcomes() == ["done"], "the box has said so")
            wait_for(lambda: "renewing" in caplog.text, "it is used", limit_s=30)
            wait_for(lambda: agent.gauge("link") == "up", "and let in")
        assert not own.pending.exists()


def test_a_password_is_made_at_the_box_and_taken_back_while_it_is_connected(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = NewBox(tmp_path / "box")
    with a_city(engine, tmp_path / "city", Login.PASSWORD) as city:
        assert box.enrol(monkeypatch, city, city.code(), "--login", "password") == 0
        with a_link(settings.load(box.config).sync) as link:
            wait_for(lambda: link.is_up, "it is let in")
            revoking.revoke(engine, SITE, "lost", is_box_lost=True, now=now())
            revoking.shut_out(engine, city.office, SITE, now())
            wait_for(lambda: link.code == "refused", "it is thrown out", limit_s=60)


def test_a_broker_that_does_not_listen_is_named_and_the_city_refuses_all_the_same(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = NewBox(tmp_path / "box")
    monkeypatch.setattr(revoking, "REFUSED_WITHIN_S", 0.0)
    with a_city(engine, tmp_path / "city") as city:
        box.enrol(monkeypatch, city, city.code())
        revoking.revoke(engine, SITE, "stolen", is_box_lost=True, now=now())
        assert city.office.files
        deaf = replace(city.office, files=replace(city.office.files, reload=("true",)))
        with pytest.raises(Exception, match="restart mosquitto"):
            revoking.shut_out(engine, deaf, SITE, now())
        with RunningCity(engine, city.access), box.agent():
            wait_for(lambda: _set_aside(engine), "what it says is set aside")
        assert heard(engine) == set()


def _set_aside(engine: Engine) -> int:
    with reading(engine) as connection:
        return quarantine.count_by_code(connection).get("revoked", 0)


def _power_cut(*_: object) -> None:
    raise KeyboardInterrupt

"""Releases of the box: published to some first, then to more, stopped; what runs is seen."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.box import software
from appliance.domain.city import wire
from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.events.files import SoftwarePublished, SoftwareWithdrawn
from appliance.domain.ids import SiteCode
from command_center.fleet import listing
from command_center.sending.blobs import Blobs
from command_center.staff.roles import Role
from command_center.store.database import reading, writing
from command_center.store.sending import blob_files, downlinks
from tests.conftest import SITE, START
from tests.support.city_staff import an_officer
from tests.support.tiny_package import KEY, SECRET
from tests.unit.command_center.city import Run, change, hello, received, rows, tell

OTHERS = [SiteCode("14.71.01"), SiteCode("14.71.02")]


def release(folder: Path, version: str = "1.2.0", *, secret: bytes = SECRET) -> Path:
    content = f"package {version}".encode()
    manifest = software.Manifest(
        version=version,
        architecture="all",
        size_bytes=len(content),
        sha256=sha256(content).hexdigest(),
        installed_bytes=0,
        schema=20,
        compatible_from=18,
    )
    file = folder / f"{version}{software.SUFFIX}"
    file.write_bytes(software.head(secret, manifest) + content)
    return file


@pytest.fixture
def run(run: Run, engine: Engine) -> Run:
    """`posko-center updates` of a city that has heard of three boxes."""
    received(engine)
    for site in OTHERS:
        hello(engine, site)
    return lambda *words: run("updates", *words)


def told(engine: Engine) -> list[tuple[object, object]]:
    return [
        (site, wire.decode_event(str(kind), str(payload).encode()))
        for site, kind, payload in rows(
            engine, "SELECT site, kind, payload FROM down_outbox ORDER BY kind, site, seq"
        )
    ]


def runs(engine: Engine, site: SiteCode, version: str) -> None:
    change(engine, "UPDATE boxes SET software = :v WHERE site = :s", v=version, s=str(site))


def test_some_boxes_first_then_the_others(run, engine: Engine, tmp_path: Path) -> None:
    file = release(tmp_path)
    assert "1.2.0 goes to 1 box(es)" in run("publish", file, "--first", "1")[1]
    [(_, event)] = told(engine)
    assert isinstance(event, SoftwarePublished)
    assert (event.version, event.size_bytes) == ("1.2.0", file.stat().st_size)
    assert blob_files.of(engine).has(event.sha256)
    code, out, _ = run("publish", file)
    assert (code, "goes to 2 box(es)" in out) == (0, True)
    assert sorted(str(site) for site, _ in told(engine)) == sorted(map(str, [SITE, *OTHERS]))
    assert "all have it" in run("publish", file)[1]
    [listed] = json.loads(run("list", "--json")[1])
    assert (len(listed["sites"]), listed["not_before"]) == (3, None)
    assert blob_files.sweep(engine) == 0


def test_a_part_of_the_city_and_not_before_a_time(run, engine: Engine, tmp_path: Path) -> None:
    words = ("--to", "14.71.01", "147102", "--after", "2026-12-01T18:00+07:00")
    assert run("publish", release(tmp_path), *words)[0] == 0
    assert [site for site, _ in told(engine)] == list(map(str, OTHERS))
    for _, event in told(engine):
        assert isinstance(event, SoftwarePublished)
        assert event.not_before is not None
        assert event.not_before.isoformat() == "2026-12-01T11:00:00+00:00"
    assert json.loads(run("list", "--json")[1])[0]["not_before"] == "2026-12-01T11:00:00.000Z"
    assert "2026-12-01T11:00" in run("list")[1]


def test_a_box_that_runs_it_is_left_alone(run, engine: Engine, tmp_path: Path) -> None:
    runs(engine, SITE, "1.2.0")
    run("publish", release(tmp_path))
    assert sorted(str(site) for site, _ in told(engine)) == list(map(str, OTHERS))


def test_a_release_that_is_stopped_is_taken_back_and_its_file_swept(
    run, engine: Engine, tmp_path: Path
) -> None:
    run("publish", release(tmp_path), "--to", "14.71.01")
    assert "taken back from 1 box" in run("withdraw", "1.2.0")[1]
    assert [event for _, event in told(engine)][1:] == [SoftwareWithdrawn(version="1.2.0")]
    assert blob_files.sweep(engine) == 1
    assert "withdrawn" in run("list")[1]
    assert run("publish", release(tmp_path))[0] == 0
    assert len(told(engine)) == 5


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("publish", "{file}", "--to", "14.71.99"), "14.71.99"),
        (("publish", "{file}", "--after", "tomorrow"), "2026-12-01"),
        (("publish", "{file}", "--first", "0"), "from 1 on"),
        (("publish", "/nowhere"), "/nowhere"),
        (("publish", "{cut}"), "cut short"),
        (("publish", "{foreign}"), "no release key"),
        (("withdraw", "9.9.9"), "updates list"),
    ],
    ids=lambda value: str(value)[-20:],
)
def test_a_wrong_word_is_answered_with_what_to_do(
    run, engine: Engine, config: Path, tmp_path: Path, words: tuple[str, ...], answer: str
) -> None:
    with config.open("a") as settings:
        settings.write(f'\n[update]\nrelease_keys = ["{KEY}"]\n')
    cut = release(tmp_path, "1.3.0")
    cut.write_bytes(cut.read_bytes()[:-20])
    files = {
        "file": release(tmp_path),
        "cut": cut,
        "foreign": release(tmp_path, "1.4.0", secret=bytes(32)),
    }
    code, _, err = run(*(word.format(**files) for word in words))
    assert (code, answer in err) == (1, True), err
    assert told(engine) == []


def test_the_same_version_with_other_content_is_refused(run, tmp_path: Path) -> None:
    run("publish", release(tmp_path), "--first", "1")
    file = tmp_path / f"1.2.0{software.SUFFIX}"
    file.write_bytes(release(tmp_path, secret=bytes(32)).read_bytes())
    assert "new version" in run("publish", file)[2]


def test_only_a_box_that_is_to_have_it_gets_its_bytes(run, engine: Engine, tmp_path: Path) -> None:
    file = release(tmp_path)
    run("publish", file, "--to", "14.71.01")
    with writing(engine) as connection:
        last = downlinks.claim(connection, OTHERS[0]).last_seq
        downlinks.set_acked(connection, OTHERS[0], last)
    sent: list[tuple[str, bytes]] = []
    blobs = Blobs(
        engine,
        lambda topic, payload, _qos: sent.append((topic, payload)),
        now=lambda: START,
        monotonic_s=lambda: 0.0,
    )
    name = sha256(file.read_bytes()).hexdigest()
    for site in OTHERS:
        blobs.asked(site, wire.Want(sha256=name, first=3, size=8))
    blobs.tick()
    topic = f"posko/1/1471/147101/down/blob/{name[:32]}/3"
    assert sent == [(topic, file.read_bytes()[3:11])]


def test_the_fleet_shows_what_runs_what_is_to_run_and_what_went_wrong(
    run, engine: Engine, tmp_path: Path
) -> None:
    run("publish", release(tmp_path))
    said = {"problem": "1.2.0 returned: not well: portal", "from_city": "1.2.0 stored"}
    tell(
        engine,
        BoxHeartbeat(
            at=START,
            backlog={},
            oldest_unacked_s=0,
            disk_free_bytes=1,
            texts={},
            gauges={"update": said},
        ),
    )
    runs(engine, OTHERS[0], "1.2.0")
    with reading(engine) as connection:
        boxes = {box.site: box for box in listing.every(connection, START)}
    assert (boxes[SITE].wanted, boxes[SITE].update) == ("1.2.0", "1.2.0 stored")
    assert boxes[OTHERS[0]].wanted == ""
    [listed] = json.loads(run("list", "--json")[1])
    assert listed["running"] == 1
    assert listed["problems"] == {str(SITE): "1.2.0 returned: not well: portal"}
    shown = an_officer(engine, Role.ADMIN).get("/armada").text
    assert "menuju 1.2.0" in shown
    assert "not well: portal" in shown

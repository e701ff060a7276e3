"""Photos at the city: wanted with their request, fetched from their box, shown to officers."""

import json
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from appliance.domain.blobs import CHUNK_MAX_BYTES, ChunkPlace, Manifest, short_name
from appliance.domain.city import topics, wire
from appliance.domain.events import Event
from appliance.domain.events.files import PhotoAttached, PhotoLost, PhotoSettled
from appliance.domain.ids import SiteCode
from command_center.receiving import photo_intake
from command_center.receiving.inbound import Chunk, Inbound, cut, read
from command_center.sending.blobs import LOOK_EVERY_S, SITES_AT_ONCE, WANTED_PER_SITE, Blobs
from command_center.store import database
from command_center.store.database import writing
from command_center.store.receiving import photos
from command_center.store.receiving.quarantine import Poison
from command_center.store.sending import blob_files, downlinks
from tests.conftest import SITE, START, at
from tests.support.photos import jpeg
from tests.unit.command_center.city import (
    BOX_EPOCH,
    a_batch,
    a_received,
    received,
    rows,
    store,
    stream_upto,
    wire_event,
)

CONTENT = jpeg(pixels=bytes(50_000))
NAME = sha256(CONTENT).hexdigest()
NEIGHBOUR = SiteCode("14.71.01")


def attached(request_id: str, **changes: object) -> PhotoAttached:
    values: dict[str, object] = {
        "request_id": request_id,
        "sha256": NAME,
        "size_bytes": len(CONTENT),
        "media_type": "image/jpeg",
    }
    return PhotoAttached(**{**values, **changes})  # type: ignore[arg-type]


def tell(engine: Engine, event: Event, *, site: SiteCode = SITE) -> wire.Ack:
    epoch = BOX_EPOCH if site == SITE else "ffffffff"
    first = stream_upto(engine, epoch) + 1
    return store(engine, a_batch(wire_event(event), first=first, epoch=epoch), site=site)


def with_photo(engine: Engine) -> str:
    """A request of the tests' box whose photo the city wants."""
    case = received(engine)
    tell(engine, attached(case.request_id))
    return case.request_id


def states(engine: Engine) -> list[tuple[object, ...]]:
    return rows(engine, "SELECT request_id, state FROM photos")


def settled(engine: Engine, site: SiteCode = SITE) -> list[dict[str, str]]:
    """What the box is told."""
    sent = rows(engine, f"SELECT site, kind, payload FROM down_outbox WHERE site = '{site}'")
    return [json.loads(str(payload)) for _, kind, payload in sent if kind == PhotoSettled.KIND]


class Desk:
    """The city's files, with what leaves written down and time standing still."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.now_s = engine, 0.0
        self.wants: list[tuple[str, wire.Want]] = []
        self.blobs = Blobs(engine, self.publish, now=self.now, monotonic_s=lambda: self.now_s)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.now_s)

    def publish(self, topic: str, payload: bytes, _qos: int) -> None:
        self.wants.append((topic, wire.decode(payload, wire.Want)))

    def turn(self, **passed: float) -> None:
        self.now_s += timedelta(**(passed or {"seconds": LOOK_EVERY_S})).total_seconds()
        self.blobs.tick()

    def answer(self, content: bytes = CONTENT, *, site: SiteCode = SITE) -> None:
        _, want = self.wants[-1]
        place = ChunkPlace(short_name(want.sha256), want.first)
        self.blobs.arrived(site, place, content[want.first : want.first + want.size])


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def test_a_photo_is_asked_for_piece_by_piece_and_its_box_is_told(
    engine: Engine, desk: Desk
) -> None:
    request_id = with_photo(engine)
    desk.turn()
    [(topic, want)] = desk.wants
    assert topic == "posko/1/1471/147107/down/want"
    assert (want.sha256, want.first) == (NAME, 0)
    while states(engine) == [(request_id, "wanted")]:
        desk.answer()
        desk.turn(seconds=0.01)
    assert states(engine) == [(request_id, "stored")]
    assert blob_files.of(engine).read(NAME, 0, 10**6) == CONTENT
    assert settled(engine) == [{"request_id": request_id, "outcome": "stored"}]
    before = len(desk.wants)
    desk.turn(minutes=10)
    assert len(desk.wants) == before, "nobody asks for what is here"


def test_a_transfer_goes_on_where_it_was_after_the_city_died(engine: Engine, desk: Desk) -> None:
    with_photo(engine)
    desk.turn()
    desk.answer()
    again = Desk(engine)
    again.turn()
    assert again.wants[0][1].first == desk.wants[0][1].size


def test_a_box_that_says_hello_is_asked_at_once(engine: Engine, desk: Desk) -> None:
    with_photo(engine)
    desk.turn()
    desk.turn(seconds=1)
    assert len(desk.wants) == 1
    desk.blobs.connected(SITE)
    desk.turn(seconds=0.01)
    assert len(desk.wants) == 2


def test_a_neighbour_cannot_answer(engine: Engine, desk: Desk) -> None:
    with_photo(engine)
    desk.turn()
    desk.answer(site=NEIGHBOUR)
    assert blob_files.of(engine, SITE).partial_bytes(NAME) == 0


def test_one_picture_from_two_boxes_comes_whole_from_each(engine: Engine, desk: Desk) -> None:
    """As it happens with a picture that goes round; nor may one box spoil another's."""
    for number, site in enumerate((SITE, NEIGHBOUR)):
        with writing(engine) as connection:
            file = Manifest(sha256=NAME, size_bytes=len(CONTENT), media_type="image/jpeg")
            photos.add(connection, site, f"r{number}", file, START)
    answered, has_lost_one = 0, False
    for _ in range(60):
        desk.turn(seconds=0.5)
        for topic, want in desk.wants[answered:]:
            site = topics.parse(topic).site
            if site == NEIGHBOUR and want.first > 0 and not has_lost_one:
                has_lost_one = True
                continue
            part = CONTENT[want.first : want.first + want.size]
            desk.blobs.arrived(site, ChunkPlace(short_name(NAME), want.first), part)
        answered = len(desk.wants)
    assert states(engine) == [("r0", "stored"), ("r1", "stored")]
    assert [want.first for _, want in desk.wants].count(0) == 2, "nobody began anew"
    assert blob_files.of(engine).read(NAME, 0, 10**6) == CONTENT


def test_a_box_with_endless_photos_is_known_by_its_oldest(engine: Engine) -> None:
    with writing(engine) as connection:
        for number in range(WANTED_PER_SITE + 3):
            for site in (SITE, NEIGHBOUR):
                file = Manifest(sha256=f"{number:064x}", size_bytes=9, media_type="image/png")
                photos.add(connection, site, f"{site}-{number}", file, at(minutes=number).wall)
        found = photos.wanted(connection, per_site=WANTED_PER_SITE)
    assert sorted(photo.request_id for photo in found) == [
        f"{site}-{number}" for site in (NEIGHBOUR, SITE) for number in range(WANTED_PER_SITE)
    ]


def test_looking_takes_a_small_share_of_the_time(
    engine: Engine, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def slow(*_: object, **__: object) -> list[photos.CityPhoto]:
        looks.append(desk.now_s)
        desk.now_s += 0.5
        return []

    monkeypatch.setattr(photos, "wanted", slow)
    for _ in range(300):
        desk.turn(seconds=0.1)
    assert 0.5 * len(looks) <= 0.06 * desk.now_s + 0.5


def test_so_many_boxes_are_asked_at_once_and_the_others_have_their_turn(
    engine: Engine, desk: Desk
) -> None:
    sites = [SiteCode(f"14.71.{number:02d}") for number in range(1, SITES_AT_ONCE + 4)]
    for number, site in enumerate(sites, start=1):
        with writing(engine) as connection:
            file = Manifest(sha256=f"{number:064x}", size_bytes=10, media_type="image/png")
            photos.add(connection, site, f"r{number}", file, START)
    desk.turn()
    assert len(desk.wants) == SITES_AT_ONCE
    desk.turn(seconds=7)
    asked = {topic for topic, _ in desk.wants}
    assert len(asked) == len(sites)


def test_what_is_told_again_is_one_photo_and_is_settled_again(engine: Engine, desk: Desk) -> None:
    request_id = with_photo(engine)
    folder = blob_files.of(engine)
    folder.keep(folder.stage(CONTENT))
    desk.turn()
    assert desk.wants == [], "the same picture is here already"
    tell(engine, attached(request_id, sha256="0" * 64))
    assert states(engine) == [(request_id, "stored")]
    assert len(settled(engine)) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"sha256": "../x"}, {"size_bytes": 9_000_000}, {"media_type": "text/html;x"}],
    ids=["sha256", "size", "type"],
)
def test_what_cannot_be_a_photo_is_set_aside_and_its_box_may_forget_it(
    engine: Engine, wrong: dict[str, object]
) -> None:
    case = received(engine)
    ack = tell(engine, attached(case.request_id, **wrong))
    assert [reject.code for reject in ack.reject] == ["event"]
    assert states(engine) == []
    assert settled(engine) == [{"request_id": case.request_id, "outcome": "failed"}]


def test_a_photo_for_the_request_of_another_site_is_set_aside(engine: Engine) -> None:
    case = received(engine)
    ack = tell(engine, attached(case.request_id), site=NEIGHBOUR)
    assert [reject.code for reject in ack.reject] == ["event"]
    assert states(engine) == []


def test_a_request_and_its_photo_may_come_in_one_batch(engine: Engine) -> None:
    event = a_received()
    ack = store(engine, a_batch(wire_event(event), wire_event(attached(event.request_id))))
    assert (ack.upto, ack.reject) == (2, [])
    assert states(engine) == [(event.request_id, "wanted")]


def test_a_photo_the_box_has_lost_is_wanted_no_more(engine: Engine, desk: Desk) -> None:
    request_id = with_photo(engine)
    tell(engine, PhotoLost(request_id=request_id, reason="shed"), site=NEIGHBOUR)
    assert states(engine) == [(request_id, "wanted")], "another site has no say"
    tell(engine, PhotoLost(request_id=request_id, reason="shed"))
    assert states(engine) == [(request_id, "lost")]
    desk.turn()
    assert desk.wants == []


def test_a_photo_that_never_comes_is_given_up_after_a_month(engine: Engine) -> None:
    request_id = with_photo(engine)
    assert photo_intake.give_up_old(engine, START + timedelta(days=29)) == 0
    assert photo_intake.give_up_old(engine, START + timedelta(days=31)) == 1
    assert states(engine) == [(request_id, "failed")]
    assert settled(engine) == [{"request_id": request_id, "outcome": "failed"}]


def test_all_reports_with_a_photo_that_is_given_up_are_told(engine: Engine) -> None:
    file = Manifest(sha256=NAME, size_bytes=9, media_type="image/png")
    with writing(engine) as connection:
        photos.add(connection, SITE, "old", file, START)
        photos.add(connection, SITE, "fresh", file, at(hours=24 * 20).wall)
    photo_intake.give_up_old(engine, START + timedelta(days=31))
    assert states(engine) == [("old", "failed"), ("fresh", "failed")]
    assert [told["request_id"] for told in settled(engine)] == ["old", "fresh"]


def test_files_that_no_row_names_are_swept_away(engine: Engine, desk: Desk) -> None:
    folder = blob_files.of(engine)
    folder.keep(folder.stage(b"orphan"))
    folder.append("1" * 64, 0, b"nobody waits for this")
    with_photo(engine)
    desk.turn()
    desk.answer()
    assert [file.name for file in folder.path.iterdir()] == [f"{NAME}.{SITE}.part"]
    desk.turn(minutes=11)
    assert [file.name for file in folder.path.iterdir()] == [f"{NAME}.{SITE}.part"]


def test_a_chunk_on_the_wire_is_bounded() -> None:
    topic = f"posko/1/1471/147107/up/blob/{'a' * 32}/4096"
    found = read(cut(topic, b"x" * CHUNK_MAX_BYTES))
    assert isinstance(found, Inbound)
    assert found.message == Chunk(place=ChunkPlace("a" * 32, 4096), data=b"x" * CHUNK_MAX_BYTES)
    refused = read(cut(topic, b"x" * (CHUNK_MAX_BYTES + 1)))
    assert isinstance(refused, Poison)
    assert refused.code == "size"
    assert isinstance(read(cut(topic.replace("up/", "down/"), b"x")), Poison)


def test_officers_see_how_far_a_photo_has_come_then_the_photo(
    engine: Engine, desk: Desk, client: FlaskClient
) -> None:
    request_id = with_photo(engine)
    address = f"/permohonan/{request_id}"
    assert "Foto sedang dikirim" in client.get(address).text
    assert client.get(f"{address}/foto").status_code == 404
    folder = blob_files.of(engine, SITE)
    folder.append(NAME, 0, CONTENT[: len(CONTENT) // 2])
    assert "49 %" in client.get(address).text
    folder.append(NAME, len(CONTENT) // 2, CONTENT[len(CONTENT) // 2 :])
    desk.turn()
    assert f'href="{address}/foto"' in client.get(address).text
    with client.get(f"{address}/foto") as shown:
        assert shown.data == CONTENT
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_officers_are_told_what_to_do_about_a_photo_that_is_lost(
    engine: Engine, client: FlaskClient
) -> None:
    request_id = with_photo(engine)
    tell(engine, PhotoLost(request_id=request_id, reason="missing"))
    assert "Mintalah fotonya kepada warga" in client.get(f"/permohonan/{request_id}").text


def test_a_photo_is_for_staff_only(engine: Engine, app: Flask) -> None:
    request_id = with_photo(engine)
    answer = app.test_client().get(f"/permohonan/{request_id}/foto")
    assert answer.location == f"/masuk?kembali=/permohonan/{request_id}/foto"


def test_the_downlink_of_a_box_holds_what_it_must_hear(engine: Engine) -> None:
    request_id = with_photo(engine)
    photo_intake.fetched(engine, SITE, NAME, START, is_stored=True)
    photo_intake.fetched(engine, SITE, NAME, START, is_stored=True)
    with database.reading(engine) as connection:
        events = downlinks.after(connection, SITE, 0, max_events=9, max_bytes=10**6)
    assert [(event.kind, event.subject) for event in events] == [(PhotoSettled.KIND, request_id)]

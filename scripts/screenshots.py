"""Take the pictures of the documentation anew: docs/screens/*.png, from the real pages.

Starts the whole house in a folder of its own, lets a few residents report, and walks through the
faces. A shot is data: where to go, then what to click and fill.
"""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from playwright.sync_api import Browser, Page

from appliance.actions.cases import intake
from appliance.actions.public import board
from appliance.domain.cases.service_request import Channel, Draft
from appliance.domain.phone import Msisdn
from appliance.domain.privacy import consent
from appliance.kiosk import receipt
from appliance.kiosk.printing.running import draw_slip
from appliance.kiosk.slips import office
from appliance.runtime import clock, ids
from appliance.store.cases import requests, ticket_pins
from appliance.store.database import connect
from command_center.dashboard import raising
from command_center.staff.roles import Role
from command_center.store import database, migrate
from demo import broker, city_staff, staff
from demo.house import House, free_ports
from scripts.setup_screens import take_doctor, take_setup
from tests.support import full_city
from tests.support.browser import chromium, served
from tests.support.city_staff import a_center, cookies
from web.i18n import catalog

OUT = Path(__file__).parents[1] / "docs" / "screens"
PHONE = (360, 740)
TOUCH_SCREEN = (1024, 600)
DESKTOP = (1280, 800)
WALL = (1920, 1080)


@dataclass(frozen=True, slots=True)
class Fill:
    """Type into a field."""

    selector: str
    text: str


@dataclass(frozen=True, slots=True)
class Click:
    """Press a button or follow a link."""

    selector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture; `face` is portal, kiosk, desk or center."""

    name: str
    face: str
    size: tuple[int, int]
    path: str = "/"
    steps: tuple[Fill | Click, ...] = ()


REPORTS = (
    (Channel.SMS, "lampu jalan mati d jl rajawali dpn masjid, udh 3 mlm"),
    (Channel.PORTAL, "Sampah menumpuk di belakang pasar, sudah empat hari tidak diangkut."),
    (Channel.KIOSK, "Jalan berlubang di depan sekolah"),
    (Channel.SMS, "parit tersumbat, banjir tiap hujan di gang melati"),
    (Channel.PORTAL, "Saya dipukul suami, mohon dirahasiakan."),
    (Channel.SMS, "tolong cepat ada kebakaran di gang anggrek"),
    (Channel.KIOSK, "KTP belum jadi sejak tiga bulan"),
)
ARRIVAL_WITHIN_S = 30

_KIOSK_LANGUAGE = Click("main [name=lang][value=id]")
_KIOSK_REPORT = (
    _KIOSK_LANGUAGE,
    Click("[name=choose][value=sampah]"),
    Click("[name=phrase]"),
    Click("[name=place]"),
    Click(".kiosk-foot [value=next]"),
    Click(".kiosk-foot [value=next]"),
    Click("[name=agree][value=yes]"),
)

SHOTS = (
    Shot(name="portal-home", face="portal", size=PHONE),
    Shot(
        name="portal-wifi",
        face="portal",
        size=PHONE,
        steps=(Click("form[action='/wifi/sambung'] button"),),
    ),
    Shot(
        name="portal-form",
        face="portal",
        size=PHONE,
        path="/lapor",
        steps=(Fill("#f-text", "Lampu jalan mati sejak tiga malam, anak-anak takut lewat."),),
    ),
    Shot(
        name="portal-ticket",
        face="portal",
        size=PHONE,
        path="/lapor",
        steps=(
            Fill("#f-text", "Lampu jalan mati sejak tiga malam, anak-anak takut lewat."),
            Fill("#f-location", "Gang Anggrek, dekat masjid"),
            Click("main button.btn-primary"),
        ),
    ),
    Shot(name="portal-services", face="portal", size=PHONE, path="/layanan?cari=ktp"),
    Shot(name="portal-board", face="portal", size=PHONE, path="/papan"),
    Shot(name="kiosk-start", face="kiosk", size=TOUCH_SCREEN),
    Shot(
        name="kiosk-category",
        face="kiosk",
        size=TOUCH_SCREEN,
        path="/lapor",
        steps=(_KIOSK_LANGUAGE,),
    ),
    Shot(name="kiosk-ticket", face="kiosk", size=TOUCH_SCREEN, path="/lapor", steps=_KIOSK_REPORT),
    Shot(name="desk-queue", face="desk", size=DESKTOP, path="/laporan"),
    Shot(name="desk-health", face="desk", size=DESKTOP, path="/keadaan"),
    Shot(name="desk-weekly", face="desk", size=DESKTOP, path="/ringkasan"),
    Shot(name="center-list", face="center", size=DESKTOP),
    Shot(
        name="center-request",
        face="center",
        size=DESKTOP,
        steps=(
            Click("td a >> nth=-2"),
            Fill("[name=message]", "Petugas datang besok pagi."),
            Click("main button.btn-primary"),
        ),
    ),
    Shot(name="center-inboxes", face="center", size=DESKTOP, path="/kotak-masuk"),
    Shot(
        name="center-call",
        face="center",
        size=(1280, 1240),
        path="/telepon",
        steps=(
            Fill("[name=text]", "sampah menumpuk dua hari di depan pasar"),
            Fill("[name=location]", "Jl Rajawali, kelurahan Simpang Tiga"),
            Fill("[name=phone]", "0812 3456 7890"),
            Click("main button.btn-primary"),
        ),
    ),
)
FULL_CITY_SHOTS = (
    Shot(name="center-dashboard", face="center", size=DESKTOP, path="/dasbor"),
    Shot(name="center-wall", face="center", size=WALL, path="/dinding"),
    Shot(name="center-boxes", face="center", size=DESKTOP, path="/kotak"),
)


def main() -> None:
    """Start the house, let residents report, and take every shot."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="posko-screens-") as folder:
        house = House(Path(folder), free_ports(), broker.choose())
        try:
            for child in house.children():
                house.supervisor.start(child)
            report(house)
            take_all(house)
            draw_a_slip(house)
        finally:
            house.supervisor.stop()
        take_full_city(Path(folder))


def report(house: House) -> None:
    """Store a few reports and wait until the city has them."""
    db = connect(house.settings.store.path)
    for number, (channel, text) in enumerate(REPORTS):
        phone = Msisdn(f"+62812345678{number:02d}")
        draft = Draft(
            channel=channel,
            text=text,
            submission_id=ids.new_id(),
            reporter_phone=phone,
            consents=consent.publishing(consent.AGREED, "id"),
            pin=None if channel is Channel.SMS else ids.new_pin(),
        )
        taken = intake.receive(db, draft, clock.now())
        if isinstance(taken, intake.Receipt):
            board.publish(db, taken.request, by="petugas", now=clock.now())
    deadline_s = time.monotonic() + ARRIVAL_WITHIN_S
    while not all(request.acked for request in requests.every(db)):
        if time.monotonic() > deadline_s:
            raise SystemExit("the city did not acknowledge the reports")
        time.sleep(0.1)
    db.close()


def take_all(house: House) -> None:
    """Walk through the faces with Debian's Chromium."""
    settings = house.settings
    db = connect(settings.store.path)
    city_password = city_staff.password(house.folder, settings.center.database)
    before = {
        "desk": log_in(staff.NAME, staff.password(house.folder, db)),
        "center": log_in("verifikator", city_password),
    }
    db.close()
    addresses = {
        "portal": f"http://{settings.portal.listen}",
        "kiosk": f"http://{settings.kiosk.listen}",
        "desk": f"http://{settings.desk.listen}",
        "center": f"http://{settings.center.listen}",
    }
    with chromium() as browser:
        for shot in SHOTS:
            take(browser, shot, addresses[shot.face], before.get(shot.face, ()))
        take_doctor(browser, house.config, save)
        take_setup(browser, house.folder / "new-box", save)


def log_in(name: str, password: str) -> tuple[Fill | Click, ...]:
    """How staff get in; the page asked for follows."""
    return Fill("[name=name]", name), Fill("[name=password]", password), Click("main button")


def take(
    browser: Browser,
    shot: Shot,
    address: str,
    before: tuple[Fill | Click, ...],
    held: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Walk to one page and write its picture; `held` are cookies of the browser."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if shot.size == PHONE else 1,
        locale="id-ID",
    )
    context.add_cookies([{"name": k, "value": v, "url": address} for k, v in held.items()])
    page = context.new_page()
    page.goto(address + shot.path)
    for step in before + shot.steps:
        act(page, step)
    page.wait_for_load_state("load")
    save(page, shot.name)
    context.close()


def save(page: Page, name: str) -> None:
    """Write a picture of what a page shows."""
    path = OUT / f"{name}.png"
    page.screenshot(path=path)
    print(path.relative_to(OUT.parents[1]))


def take_full_city(folder: Path) -> None:
    """The dashboard, the wall and the boxes of a city with made-up requests and fifteen boxes."""
    now = datetime.now(UTC)
    engine = database.connect(f"sqlite:///{folder}/full-city.db")
    migrate.ensure(engine, full_city.CITY, ids.new_epoch, now)
    full_city.fill(engine, 4_000, days=100, now=now)
    full_city.boxes_report(engine, now)
    full_city.an_outbreak(engine, now)
    raising.raise_new(engine, now)
    held = cookies(engine, Role.VERIFIKATOR, now=now)
    with served(a_center(engine, now=now)) as port, chromium() as browser:
        for shot in FULL_CITY_SHOTS:
            take(browser, shot, f"http://localhost:{port}", (), held)
    engine.dispose()


def draw_a_slip(house: House) -> None:
    """The slip of a report at the kiosk, as it is printed on paper of 58 mm."""
    db = connect(house.settings.store.path)
    first = next(r for r in requests.every(db) if r.channel is Channel.KIOSK)
    known = ticket_pins.of(db, first.id)
    db.close()
    assert known is not None
    where, words = office(house.settings), catalog("id").gettext
    slip = receipt.slip(first, where, 32, words, pin=known.pin)
    draw_slip(slip, OUT / "slip.png")
    print("docs/screens/slip.png")


def act(page: Page, step: Fill | Click) -> None:
    """Do one step as a visitor would."""
    match step:
        case Fill(selector, text):
            page.fill(selector, text)
        case Click(selector):
            page.locator(selector).first.click()


if __name__ == "__main__":
    main()

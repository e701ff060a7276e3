"""The web face of the command center, put together."""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from flask import Flask, g, send_from_directory, url_for
from sqlalchemy import Engine

from appliance.domain import reference
from appliance.domain.cases import progress
from appliance.domain.moment import CITY_TIME
from appliance.domain.staff.passwords import COST
from command_center import storable, wording
from command_center.dashboard import pages as dashboard
from command_center.fleet import endpoint
from command_center.fleet.office import Office
from command_center.fleet.pages import FleetPages
from command_center.handling.pages import HandlingPages
from command_center.lapor.pages import LaporPages
from command_center.notices import words as notice_words
from command_center.open311 import views as open311
from command_center.pages import outage
from command_center.pages.limits import Limits
from command_center.pages.link_pages import LinkPages
from command_center.pages.photo_page import PhotoPage
from command_center.pages.views import Pages
from command_center.phone.pages import PhonePages
from command_center.privacy.privacy_pages import PrivacyPages
from command_center.public import scorecard_pages
from command_center.public.cards import Cards
from command_center.staff import guard, login, navigation, roles, scope
from command_center.staff.account_pages import AccountPages
from command_center.staff.guard import Guard
from command_center.staff.trail_pages import TrailPages
from command_center.store.database import reading
from command_center.store.sending import tables
from web.errors import try_again
from web.face import Plate, new_app
from web.hashing import Busy, Hashing
from web.security import check_endpoints

_OWN_STATIC = Path(__file__).parent / "static"


def create_app(
    engine: Engine,
    *,
    place: str,
    now: Callable[[], datetime],
    is_link_up: Callable[[], bool] = lambda: True,
    on_change: Callable[[], None] = lambda: None,
    sealing_keys: Mapping[str, str] = MappingProxyType({}),
    cards: Cards | None = None,
    benchmarks: Path | None = None,
    units: Path | None = None,
    has_lapor: bool = False,
    office: Office | None = None,
    hashing: Hashing | None = None,
) -> Flask:
    """Make the app; `place` is the city's name, `on_change` is called after each casework.

    `sealing_keys` are those of the settings, until the city publishes others; `units` is a file
    that replaces the shipped table of the agencies' units.
    """
    strangers = Limits()
    gate = Guard(engine, now, on_stranger=strangers.count)
    app = new_app(
        "command_center",
        plate=Plate(name="Pusat Posko", place=place),
        staff_gate=gate.gate,
        zone=CITY_TIME,
    )
    app.url_value_preprocessor(_speak_indonesian)
    storable.install(app)
    gate.install(app)
    strangers.install(app)
    hashing = hashing or Hashing(COST)
    login.add_login(app, engine, gate, hashing, now)
    handling = HandlingPages(engine, now=now, on_change=on_change, units_file=units)
    pages = Pages(
        engine,
        now=now,
        is_link_up=is_link_up,
        on_change=on_change,
        more=handling.of_case,
    )
    pages.add(app)
    PhotoPage(engine).add(app)
    handling.add(app, pages.detail)
    LinkPages(engine, now=now, detail=pages.detail).add(app)
    PhonePages(
        engine, now=now, on_change=on_change, sealing_keys=sealing_keys, detail=pages.detail
    ).add(app)
    LaporPages(engine, now=now, detail=pages.detail, is_on=has_lapor).add(app)
    PrivacyPages(engine, now=now, on_change=on_change).add(app)
    AccountPages(engine=engine, now=now, hashing=hashing, units=lambda: handling.units).add(app)
    TrailPages(engine=engine, now=now).add(app)
    others = open311.Open311(engine, place=place, now=now, sealing_keys=sealing_keys)
    app.register_blueprint(open311.blueprint(others))
    scorecard_pages.add(app, cards or Cards(engine, now), benchmarks)
    dashboard.add(app, engine, now, is_link_up)
    office = office or Office.closed()
    endpoint.add(app, engine, office, now)
    FleetPages(engine, office, now).add(app)
    _add_static(app)
    _teach_words(app, engine)
    app.register_error_handler(Busy, try_again)
    outage.install(app)
    check_endpoints(app)
    guard.check(app)
    return app


def _add_static(app: Flask) -> None:
    app.add_url_rule(
        "/pusat/<path:filename>",
        "pusat.static",
        lambda filename: send_from_directory(_OWN_STATIC, filename),
    )
    marks = {file.name: sha256(file.read_bytes()).hexdigest()[:8] for file in _OWN_STATIC.iterdir()}
    app.jinja_env.globals["own_asset"] = lambda name: url_for(
        "pusat.static", filename=name, v=marks[name]
    )


def _teach_words(app: Flask, engine: Engine) -> None:
    def agency(value: str) -> str:
        """As the city calls it, by the table it has published last."""
        if "tables" not in g:
            with reading(engine) as connection:
                g.tables = tables.in_force(connection)
        name: str = g.tables.agency_name(value)
        return name

    app.jinja_env.filters.update(
        agency=agency,
        category=wording.category,
        text_purpose=wording.text_purpose,
        notice_about=notice_words.about,
        notice_reason=notice_words.reason,
        text_state=wording.text_state,
        channel=wording.channel,
        kind=wording.kind,
        mark=wording.mark,
        phone=wording.phone,
        sensitivity=wording.sensitivity,
        stage=progress.stage,
        status=wording.status,
    )
    app.jinja_env.globals.update(
        age=wording.age,
        city_groups=navigation.GROUPS,
        hidden_words=scope.HIDDEN,
        kecamatan_name=reference.kecamatan_name,
        kelurahan_name=reference.kelurahan_name,
        role_words=roles.WORDS,
    )


def _speak_indonesian(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Staff pages have one language; what `web` would choose from the browser would mix two."""
    g.language = "id"

"""Putting the desk together: settings and a way to connect in, a Flask app out."""

from collections.abc import Callable

from flask import Flask, g

from appliance.desk import guard
from appliance.desk.account_pages import add_accounts
from appliance.desk.archive_pages import add_archive
from appliance.desk.content_pages import add_content
from appliance.desk.directory_pages import add_directory
from appliance.desk.health_pages import add_health
from appliance.desk.index_pages import add_index
from appliance.desk.kiosk_pages import add_kiosk
from appliance.desk.log_pages import add_log
from appliance.desk.login_pages import add_login
from appliance.desk.question_pages import add_questions
from appliance.desk.queue_pages import add_queue
from appliance.desk.voice_pages import add_voices
from appliance.desk.weekly_pages import add_weekly
from appliance.domain.moment import CITY_TIME, Moment
from appliance.domain.staff.passwords import COST
from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings
from appliance.store.errors import Unavailable
from appliance.ticket_pages.face import TEMPLATES
from web.bodies import Spool, spooled_request
from web.database import Connect, open_per_request
from web.errors import try_again
from web.face import Plate, new_app
from web.hashing import Busy, Hashing
from web.i18n import SOURCE_LANGUAGE
from web.security import check_endpoints


def create_app(
    settings: Settings,
    connect: Connect,
    *,
    now: Callable[[], Moment] = clock.now,
    new_id: Callable[[], str] = ids.new_id,
    hashing: Hashing | None = None,
    spool: Spool | None = None,
    wake: Callable[[], None] = lambda: None,
) -> Flask:
    """Build the desk of one kecamatan; `connect` opens its migrated database.

    Uploads go to `spool`; `wake` is called when there is a text of the archive to read.
    """
    plate = Plate(name="Meja petugas", place=f"Kecamatan {settings.site.name}")
    gate = guard.guard(now)
    app = new_app(
        __name__,
        plate=plate,
        staff_gate=gate.gate,
        more_templates=[TEMPLATES],
        zone=CITY_TIME,
    )
    app.url_value_preprocessor(_speak_indonesian)
    if spool:
        app.request_class = spooled_request(spool)
    guard.install(app, gate)
    for error in (Unavailable, Busy):
        app.register_error_handler(error, try_again)
    hashing = hashing or Hashing(COST)
    add_login(app, now, hashing)
    add_accounts(app, now, hashing)
    add_log(app)
    add_directory(app, now)
    add_health(app, settings, now)
    add_weekly(app, now)
    add_index(app)
    add_questions(app, now, new_id)
    add_content(app, now, new_id)
    add_queue(app, settings, now, new_id)
    add_kiosk(app, now)
    add_voices(app, now, new_id)
    add_archive(app, settings, now, new_id, wake)
    open_per_request(app, connect)
    check_endpoints(app)
    return app


def _speak_indonesian(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    g.language = SOURCE_LANGUAGE

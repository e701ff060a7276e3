"""Putting the kiosk together: settings and a way to connect in, a Flask app out."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response

from appliance.domain.moment import Moment
from appliance.kiosk.panel_news import PanelNews
from appliance.kiosk.panel_views import add_panel
from appliance.kiosk.prompts import add_prompts
from appliance.kiosk.slips import Slips
from appliance.kiosk.views import Pages
from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings
from appliance.screen.page_beat import add_beat
from appliance.ticket_pages.face import add_ticket_page, new_face
from appliance.ticket_pages.report_cards import ReportCards
from web import i18n
from web.database import Connect, open_per_request
from web.security import HEADERS, check_endpoints


def create_app(
    settings: Settings,
    connect: Connect,
    *,
    now: Callable[[], Moment] = clock.now,
    new_id: Callable[[], str] = ids.new_id,
    new_pin: Callable[[], str] = ids.new_pin,
    slips: Slips | None = None,
    panel: PanelNews | None = None,
) -> Flask:
    """Build the kiosk of one kecamatan; `connect` opens its migrated database.

    Without `slips` nothing is printed, and no page speaks of paper; without `panel` no page
    listens to buttons.
    """
    app = new_face(__name__, settings)
    i18n.share_screen(app)
    tickets = add_ticket_page(app, settings, now)
    pages = Pages(
        site=settings.site,
        tickets=tickets,
        now=now,
        new_id=new_id,
        new_pin=new_pin,
        slips=slips,
        screen_mm=settings.kiosk.screen_mm,
        report_cards=ReportCards(),
    )
    app.add_url_rule("/", "home", pages.home)
    app.add_url_rule("/layar.css", "screen_style", pages.screen_style)
    app.add_url_rule("/lapor", "report", pages.report)
    app.add_url_rule("/lapor", "answer", pages.answer, methods=["POST"])
    app.add_url_rule("/darurat", "emergency", pages.emergency)
    app.add_url_rule("/status", "status", pages.status)
    app.add_url_rule("/tiket/<number>/angka", "pin_key", pages.pin_key, methods=["POST"])
    app.jinja_env.globals["has_microphone"] = settings.kiosk.microphone
    if settings.kiosk.microphone:
        app.after_request(_let_record)
    add_prompts(app, settings.kiosk.prompts)
    add_beat(app)
    if slips is not None:
        app.add_url_rule("/cetak", "print_again", pages.print_again, methods=["POST"])
        app.jinja_env.globals.update(printout_of=slips.of, recent_printout_of=slips.recent)
    if panel is not None:
        add_panel(app, panel)
    app.register_blueprint(
        Blueprint("kiosk", __name__, static_folder="static", static_url_path="/kiosk")
    )
    open_per_request(app, connect)
    check_endpoints(app)
    return app


def _let_record(response: Response) -> Response:
    """Browsers let no other face use a microphone, nor this one anything else."""
    policy = HEADERS["Permissions-Policy"].replace("microphone=()", "microphone=(self)")
    response.headers["Permissions-Policy"] = policy
    return response

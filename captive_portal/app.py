"""Putting the portal together: settings and a way to connect in, a Flask app out."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from appliance.domain.moment import Moment
from appliance.domain.quota import Quota
from appliance.runtime import clock, ids
from appliance.runtime.neighbours import of_address
from appliance.runtime.settings import Settings
from appliance.ticket_pages.face import add_ticket_page, new_face
from appliance.ticket_pages.lookups import Lookups
from appliance.ticket_pages.report_cards import ReportCards
from captive_portal import document_pages
from captive_portal.board_pages import SUPPORTS, BoardPages
from captive_portal.capport import CaptiveApi
from captive_portal.late_photo_pages import LatePhotoPages
from captive_portal.news_pages import NewsPages
from captive_portal.question_pages import QuestionPages
from captive_portal.views import Pages
from captive_portal.visitors import Lookup, Visitors
from captive_portal.wifi_pages import WifiPages
from web.database import Connect, open_per_request
from web.security import check_endpoints


def create_app(
    settings: Settings,
    connect: Connect,
    *,
    now: Callable[[], Moment] = clock.now,
    new_id: Callable[[], str] = ids.new_id,
    new_pin: Callable[[], str] = ids.new_pin,
    look_up: Lookup = of_address,
) -> Flask:
    """Build the portal of one kecamatan; `connect` opens its migrated database.

    `look_up` tells which device has an address.
    """
    app = new_face(__name__, settings)
    tickets = add_ticket_page(app, settings, now)
    app.add_url_rule("/status", "status", tickets.status)
    hour = timedelta(hours=1)
    reports = Quota(limit=settings.portal.reports_per_hour, window=hour)
    photos = Quota(limit=settings.portal.photos_per_hour, window=hour)
    visitors = Visitors(settings.wifi.zones, look_up)
    wifi = WifiPages(
        settings=settings,
        visitors=visitors,
        now=now,
        new_id=new_id,
        new_code=ids.new_code,
        new_salt=ids.new_salt,
    )
    wifi.add(app)
    CaptiveApi(settings=settings, visitors=visitors, now=now).add(app)
    Pages(
        site=settings.site,
        tickets=tickets,
        limit=reports,
        photo_limit=photos,
        now=now,
        new_id=new_id,
        new_pin=new_pin,
        wifi=wifi,
        own_number=next(iter(settings.modem.own_numbers), ""),
    ).add(app)
    QuestionPages(tickets=tickets, limit=reports, now=now, new_id=new_id, new_pin=new_pin).add(app)
    LatePhotoPages(tickets=tickets, limit=photos, now=now).add(app)
    BoardPages(
        site_code=settings.site.site_code,
        visitors=visitors,
        now=now,
        new_salt=ids.new_salt,
        tries=Lookups(SUPPORTS),
    ).add(app)
    NewsPages(now=now, report_cards=ReportCards()).add(app)
    document_pages.add(app)
    open_per_request(app, connect)
    check_endpoints(app)
    return app

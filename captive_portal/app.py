"""Putting the portal together: settings and a way to connect in, a Flask app out."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from appliance.domain.moment import Moment
from appliance.domain.quota import Quota
from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings
from appliance.ticket_pages.face import add_ticket_page, new_face
from captive_portal import document_pages
from captive_portal.views import Pages
from web.database import Connect, open_per_request
from web.security import check_endpoints


def create_app(
    settings: Settings,
    connect: Connect,
    *,
    now: Callable[[], Moment] = clock.now,
    new_id: Callable[[], str] = ids.new_id,
) -> Flask:
    """Build the portal of one kecamatan; `connect` opens its migrated database."""
    app = new_face(__name__, settings)
    tickets = add_ticket_page(app, settings, now)
    hour = timedelta(hours=1)
    pages = Pages(
        site=settings.site,
        tickets=tickets,
        limit=Quota(limit=settings.portal.reports_per_hour, window=hour),
        photo_limit=Quota(limit=settings.portal.photos_per_hour, window=hour),
        now=now,
        new_id=new_id,
    )
    app.add_url_rule("/", "home", pages.home)
    app.add_url_rule("/lapor", "report", pages.report)
    app.add_url_rule("/lapor", "submit", pages.submit, methods=["POST"])
    app.add_url_rule("/status", "status", tickets.status)
    app.add_url_rule("/dokumen", "documents", document_pages.every)
    app.add_url_rule("/dokumen/<document_id>", "document", document_pages.one)
    open_per_request(app, connect)
    check_endpoints(app)
    return app

"""Making a face for residents: the shared web floor, with the pages and words of tickets on it."""

import secrets
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from appliance.domain.cases import progress
from appliance.domain.moment import CITY_TIME, Moment
from appliance.runtime.settings import Settings
from appliance.store.errors import Unavailable
from appliance.ticket_pages.fresh import KEY_BYTES, Freshness
from appliance.ticket_pages.lookups import Lookups
from appliance.ticket_pages.views import TicketPages
from web.errors import try_again
from web.face import Plate, new_app

TEMPLATES = Path(__file__).parent / "templates"


def new_face(import_name: str, settings: Settings) -> Flask:
    """Build the app of one kecamatan; the caller adds endpoints, then `check_endpoints`."""
    place = f"Kecamatan {settings.site.name}"
    app = new_app(
        import_name,
        plate=Plate(name="Posko", place=place),
        more_templates=[TEMPLATES],
        zone=CITY_TIME,
    )
    app.jinja_env.filters["stage"] = progress.stage
    app.register_error_handler(Unavailable, try_again)
    return app


def add_ticket_page(app: Flask, settings: Settings, now: Callable[[], Moment]) -> TicketPages:
    """Add the page of a ticket; the face adds `/status` itself.

    The face brings the templates: `ticket.html`, `slip.html` (right after sending), `lookup.html`,
    `pin.html`.
    """
    pages = TicketPages(
        portal_url=settings.portal.url,
        now=now,
        fresh=Freshness(now, secrets.token_bytes(KEY_BYTES)),
        lookups=Lookups(),
    )
    app.add_url_rule("/tiket/<number>", "ticket", pages.ticket)
    app.add_url_rule("/tiket/<number>/pin", "pin", pages.pin)
    app.add_url_rule("/tiket/<number>/pin", "unlock", pages.unlock, methods=["POST"])
    return pages

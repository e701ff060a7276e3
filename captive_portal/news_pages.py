"""News, services and the agencies' report card: plain pages, served with the uplink dead too."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from appliance.domain.moment import Moment
from appliance.domain.public import service_page
from appliance.domain.public.service_page import ServicePage
from appliance.store.city import city_tables
from appliance.store.public import service_pages
from appliance.ticket_pages.notices import news
from appliance.ticket_pages.report_cards import ReportCards
from web.database import db
from web.security import public

QUERY_MAX_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsPages:
    """The views."""

    now: Callable[[], Moment]
    report_cards: ReportCards

    def add(self, app: Flask) -> None:
        """Register them."""
        app.add_url_rule("/berita", "news", self.news)
        app.add_url_rule("/layanan", "services", self.services)
        app.add_url_rule("/layanan/<slug>", "service", self.service)
        app.add_url_rule("/rapor", "report_card", self.report_card)

    @public
    def report_card(self) -> ResponseReturnValue:
        """How the agencies do for this kecamatan."""
        made = self.report_cards.latest(self.now())
        named = city_tables.in_force(db()).agency_name
        return render_template("report_card.html", made=made, named=named)

    @public
    def news(self) -> ResponseReturnValue:
        """All announcements of today, whole."""
        return render_template("news.html", news=news(self.now().wall))

    @public
    def services(self) -> ResponseReturnValue:
        """The list of services, or those that fit a few words."""
        query = request.args.get("cari", "")[:QUERY_MAX_CHARS]
        found = service_page.search(_visible(), query)
        return render_template("services.html", services=found, query=query)

    @public
    def service(self, slug: str) -> ResponseReturnValue:
        """One service; the list in its place where there is none."""
        page = next((one for one in _visible() if one.slug == slug), None)
        if page is None:
            return render_template("services.html", services=_visible(), query=""), 404
        return render_template("service.html", page=page)


def _visible() -> list[ServicePage]:
    return service_page.visible(service_pages.every(db()), service_page.shipped())

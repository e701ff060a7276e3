"""Putting the portal together: settings and a way to connect in, a Flask app out."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from appliance.domain.moment import Moment
from appliance.domain.quota import Quota
from appliance.domain.wifi.capport import API_PATH
from appliance.runtime import clock, ids
from appliance.runtime.neighbours import of_address
from appliance.runtime.settings import Settings
from appliance.ticket_pages.face import add_ticket_page, new_face
from appliance.ticket_pages.lookups import Lookups
from appliance.ticket_pages.report_cards import ReportCards
from appliance.ticket_pages.views import TicketPages
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
    hour = timedelta(hours=1)
    visitors = Visitors(settings.wifi.zones, look_up)
    wifi = WifiPages(
        settings=settings,
        visitors=visitors,
        now=now,
        new_id=new_id,
        new_code=ids.new_code,
        new_salt=ids.new_salt,
    )
    pages = Pages(
        site=settings.site,
        tickets=tickets,
        limit=Quota(limit=settings.portal.reports_per_hour, window=hour),
        photo_limit=Quota(limit=settings.portal.photos_per_hour, window=hour),
        now=now,
        new_id=new_id,
        new_pin=new_pin,
        wifi=wifi,
        own_number=next(iter(settings.modem.own_numbers), ""),
    )
    app.add_url_rule("/", "home", pages.home)
    app.add_url_rule("/lapor", "report", pages.report)
    app.add_url_rule("/lapor", "submit", pages.submit, methods=["POST"])
    app.add_url_rule("/status", "status", tickets.status)
    add_board(app, settings, visitors, now)
    add_questions(app, tickets, pages)
    add_news(app, now)
    add_late_photos(app, pages)
    app.add_url_rule("/dokumen", "documents", document_pages.every)
    app.add_url_rule("/dokumen/<document_id>", "document", document_pages.one)
    app.add_url_rule("/wifi", "wifi", wifi.status)
    app.add_url_rule("/wifi/sambung", "wifi_connect", wifi.connect, methods=["POST"])
    app.add_url_rule("/wifi/tambah", "wifi_extend", wifi.extend, methods=["POST"])
    app.add_url_rule("/wifi/lanjut", "wifi_resume", wifi.resume, methods=["POST"])
    app.add_url_rule("/wifi/voucher", "wifi_voucher", wifi.voucher, methods=["POST"])
    app.add_url_rule("/wifi/selesai", "wifi_end", wifi.end, methods=["POST"])
    app.add_url_rule("/ketentuan", "terms", wifi.terms)
    captive = CaptiveApi(settings=settings, visitors=visitors, now=now)
    app.add_url_rule(API_PATH, "captive", captive.state)
    open_per_request(app, connect)
    check_endpoints(app)
    return app


def add_board(
    app: Flask, settings: Settings, visitors: Visitors, now: Callable[[], Moment]
) -> None:
    """Add the public board and the questions with their answers."""
    pages = BoardPages(
        site_code=settings.site.site_code,
        visitors=visitors,
        now=now,
        new_salt=ids.new_salt,
        tries=Lookups(SUPPORTS),
    )
    one = "<int(max=999999999):entry_id>"
    app.add_url_rule("/papan", "board", pages.board)
    app.add_url_rule("/tanya-jawab", "questions", pages.questions)
    app.add_url_rule(f"/papan/{one}", "board_entry", pages.entry)
    app.add_url_rule(f"/papan/{one}/dukung", "support", pages.support, methods=["POST"])


def add_questions(app: Flask, tickets: TicketPages, reports: Pages) -> None:
    """Add the form for questions, which are reports in all but their kind."""
    pages = QuestionPages(
        tickets=tickets,
        limit=reports.limit,
        now=reports.now,
        new_id=reports.new_id,
        new_pin=reports.new_pin,
    )
    app.add_url_rule("/tanya", "ask", pages.ask)
    app.add_url_rule("/tanya", "send_question", pages.submit, methods=["POST"])


def add_news(app: Flask, now: Callable[[], Moment]) -> None:
    """Add news, services and the agencies' report card."""
    pages = NewsPages(now=now, report_cards=ReportCards())
    app.add_url_rule("/berita", "news", pages.news)
    app.add_url_rule("/layanan", "services", pages.services)
    app.add_url_rule("/layanan/<slug>", "service", pages.service)
    app.add_url_rule("/rapor", "report_card", pages.report_card)


def add_late_photos(app: Flask, reports: Pages) -> None:
    """Add the page on which a photo follows its report."""
    pages = LatePhotoPages(tickets=reports.tickets, limit=reports.photo_limit, now=reports.now)
    app.add_url_rule("/tiket/<number>/foto", "late_photo", pages.form)
    app.add_url_rule("/tiket/<number>/foto", "send_late_photo", pages.send, methods=["POST"])

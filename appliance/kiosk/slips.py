"""What the kiosk's pages have to do with paper: queue a slip, and say how far it has come.

Deliberately knows no printer: the number on the screen never waits for one.
"""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.actions.box import printing
from appliance.domain.box.print_job import Outcome, PrintJob, PrintState, Trouble
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.errors import PoskoError
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.kiosk import receipt
from appliance.kiosk.printing.running import print_slip
from appliance.runtime.settings import Settings
from appliance.store.box import print_jobs
from appliance.store.cases import requests, ticket_pins
from web import i18n
from web.database import db

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """The slips of a kiosk that has a printer; `wake` tells the queue of a new one."""

    wake: Callable[[], None]
    now: Callable[[], Moment]

    def queue(self, request: ServiceRequest, *, shows_pin: bool) -> None:
        """Have the slip of a new request printed; trouble with that is no trouble of the report."""
        try:
            printing.enqueue(db(), request.id, i18n.language(), self.now(), shows_pin=shows_pin)
        except (PoskoError, sqlite3.Error) as error:
            log.warning("a slip could not be queued reason=%s", error)
            return
        self.wake()

    def again(self, ticket: Ticket, after_copy: int, *, shows_pin: bool) -> None:
        """Have another copy printed, if that one is not known to be."""
        request = requests.by_ticket(db(), ticket)
        if request and printing.enqueue_again(
            db(), request.id, after_copy, i18n.language(), self.now(), shows_pin=shows_pin
        ):
            self.wake()

    def of(self, ticket: str) -> PrintJob | None:
        """The newest copy of a ticket's slip; None if none could be queued."""
        request = requests.by_ticket(db(), Ticket(ticket))
        return print_jobs.latest(db(), request.id) if request else None

    def recent(self, ticket: str) -> PrintJob | None:
        """The same, unless whoever waited for it has gone."""
        job = self.of(ticket)
        return None if job is None or job.is_late(self.now().wall) else job


def office(settings: Settings) -> receipt.Office:
    """What the slips of a box say alike."""
    numbers = settings.modem.own_numbers
    return receipt.Office(
        kecamatan=settings.site.name,
        city=settings.site.city,
        portal_url=settings.portal.url,
        sms_number=Msisdn(numbers[0]) if numbers else None,
    )


def printing_by(settings: Settings) -> Callable[[sqlite3.Connection, PrintJob], Outcome]:
    """How the queue prints a job on the configured printer."""
    printer, where = settings.printer, office(settings)
    database: Path = settings.store.path

    def print_job(connection: sqlite3.Connection, job: PrintJob) -> Outcome:
        request = requests.by_id(connection, job.request_id)
        if request is None:
            return Outcome(state=PrintState.FAILED, trouble=Trouble.CRASHED)
        words = i18n.catalog(job.language).gettext
        known = ticket_pins.of(connection, request.id) if job.shows_pin else None
        pin = known.pin if known else None
        slip = receipt.slip(request, where, printer.columns, words, pin=pin)
        return print_slip(slip, printer, database)

    return print_job

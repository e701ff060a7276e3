"""The pages of the boxes: which has what, codes for new ones, and taking a credential back."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from appliance.domain.city.enrolment import SECRET_BYTES
from appliance.domain.errors import BadInput, PoskoError
from appliance.domain.ids import SiteCode
from appliance.domain.reference import kecamatan_name
from command_center.fleet import breach, enrolling, listing, revoking
from command_center.fleet.office import Office
from command_center.staff.guard import account, allows
from command_center.staff.roles import Role
from command_center.store.database import reading
from command_center.store.fleet import credentials

log = logging.getLogger(__name__)

_NOT_A_SITE = "Itu bukan kode kecamatan kota ini. Tulis seperti 14.71.07."
_NO_OFFICE = "Pusat ini belum bisa mendaftarkan kotak: lihat [fleet] di deploy/README.md."
_UNKNOWN = (
    "Pusat tidak mengenal kredensial kotak ini. Sertifikat buatan tangan dikenalkan dulu dengan "
    "posko-center fleet adopt; alasan wajib diisi, paling banyak 200 huruf."
)
_BROKER = (
    "Pusat sudah menolak kotak ini, tetapi broker belum. Coba lagi; bila tetap gagal, mulai ulang "
    "mosquitto (kotak lain tidak kehilangan apa pun)."
)


class FleetPages:
    """The views, with what they need at hand."""

    def __init__(self, engine: Engine, office: Office, now: Callable[[], datetime]) -> None:
        self._engine, self._office, self._now = engine, office, now

    def add(self, app: Flask) -> None:
        """Register them."""
        app.add_url_rule("/armada", "fleet", self.fleet)
        app.add_url_rule("/armada/kode", "new_code", self.new_code, methods=["POST"])
        app.add_url_rule("/armada/<site>", "fleet_box", self.box)
        app.add_url_rule("/armada/<site>/cabut", "revoke_box", self.revoke, methods=["POST"])

    @allows(Role.ADMIN, Role.AUDITOR)
    def fleet(self) -> ResponseReturnValue:
        """Every box, and the way to a new one."""
        return self._fleet()

    @allows(Role.ADMIN)
    def new_code(self) -> ResponseReturnValue:
        """Make a code and show it, once."""
        typed = request.form.get("site", "")[:20].strip()
        try:
            site = enrolling.site_of(self._engine, typed)
        except BadInput:
            return self._fleet(problem=_NOT_A_SITE, typed=typed), 400
        chance = secrets.token_bytes(SECRET_BYTES)
        try:
            code = enrolling.new_code(
                self._engine, self._office, site, chance, by=account().name, now=self._now()
            )
        except BadInput:
            return self._fleet(problem=_NO_OFFICE, typed=typed), 409
        return self._fleet(code=str(code), code_for=site)

    @allows(Role.ADMIN, Role.AUDITOR)
    def box(self, site: str) -> ResponseReturnValue:
        """One box: what it proves itself with, what it was sent, and what to do when it is gone."""
        return self._box(self._site(site))

    @allows(Role.ADMIN)
    def revoke(self, site: str) -> ResponseReturnValue:
        """Take back what a box has, at the city and at the broker."""
        known, form, now = self._site(site), request.form, self._now()
        if form.get("sure") != "yes":
            return self._box(known, problem="Centang dulu bahwa Anda yakin."), 400
        is_lost = form.get("box") != "here"
        try:
            revoking.revoke(
                self._engine, known, form.get("reason", ""), is_box_lost=is_lost, now=now
            )
        except BadInput:
            return self._box(known, problem=_UNKNOWN), 409
        try:
            revoking.shut_out(self._engine, self._office, known, now)
        except PoskoError as error:
            log.error("the broker does not refuse a revoked box site=%s: %s", known, error)
            return self._box(known, problem=_BROKER), 502
        return redirect(url_for("fleet_box", site=known.site), code=303)

    def _site(self, text: str) -> SiteCode:
        try:
            return enrolling.site_of(self._engine, text)
        except BadInput:
            abort(404)

    def _fleet(self, **more: object) -> str:
        with reading(self._engine) as connection:
            boxes = listing.every(connection, self._now())
        return render_template(
            "fleet/boxes.html", boxes=boxes, office=self._office, now=self._now(), **more
        )

    def _box(self, site: SiteCode, problem: str = "") -> str:
        with reading(self._engine) as connection:
            known = [box for box in listing.every(connection, self._now()) if box.site == site]
            loss = breach.look(connection, site, self._now())
            given = credentials.of_site(connection, site)
        return render_template(
            "fleet/box.html",
            box=known[0] if known else None,
            site=site,
            name=kecamatan_name(site),
            loss=loss,
            given=given,
            problem=problem,
            now=self._now(),
        )

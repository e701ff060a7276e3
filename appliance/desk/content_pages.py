"""What residents read on the portal's first pages: announcements and services, kept at the desk."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.public import announcing, serving
from appliance.desk.guard import account
from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.public import announcement, service_page
from appliance.domain.public.service_page import LIMITS, ServicePage
from appliance.store.public import announcements, service_pages
from appliance.store.public.announcements import Stored
from web.database import db
from web.security import staff

_DAY_CHARS = 10


def add_content(app: Flask, now: Callable[[], Moment], new_id: Callable[[], str]) -> None:
    """Add the pages."""
    pages = ContentPages(now=now, new_id=new_id)
    for path, endpoint, view, method in (
        ("/pengumuman", "announcements", pages.announcements, "GET"),
        ("/pengumuman", "save_announcement", pages.save_announcement, "POST"),
        ("/pengumuman/<announcement_id>", "announcement", pages.announcement, "GET"),
        ("/pengumuman/<announcement_id>/hapus", "remove_announcement", pages.remove, "POST"),
        ("/layanan", "services", pages.services, "GET"),
        ("/layanan-baru", "new_service", pages.new_service, "GET"),
        ("/layanan", "save_service", pages.save_service, "POST"),
        ("/layanan/<slug>", "service", pages.service, "GET"),
        ("/layanan/<slug>/kembalikan", "restore_service", pages.restore, "POST"),
    ):
        app.add_url_rule(path, endpoint, view, methods=[method])


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentPages:
    """The views."""

    now: Callable[[], Moment]
    new_id: Callable[[], str]

    @staff
    def announcements(self) -> ResponseReturnValue:
        """All announcements of the kecamatan, and the form for another one."""
        return self._announcements(self._fresh())

    @staff
    def announcement(self, announcement_id: str) -> ResponseReturnValue:
        """One to change."""
        known = {one.id: one for one in announcements.every(db())}
        return self._announcements(known.get(announcement_id) or abort(404))

    @staff
    def save_announcement(self) -> ResponseReturnValue:
        """Store what was typed; a mistake shows the form again."""
        form = request.form
        written = Stored(
            id=form.get("id", "")[:36],
            title=clean_text(form.get("title", "")),
            body=clean_text(form.get("body", "")),
            from_day=form.get("from_day", "").strip()[:_DAY_CHARS],
            until_day=form.get("until_day", "").strip()[:_DAY_CHARS] or None,
        )
        try:
            announcing.save(db(), written, by=account().name, now=self.now())
        except BadInput as error:
            return self._announcements(written, problem=str(error)), 422
        return redirect(url_for("announcements"), 303)

    @staff
    def remove(self, announcement_id: str) -> ResponseReturnValue:
        """Delete one."""
        announcing.remove(db(), announcement_id, by=account().name, now=self.now())
        return redirect(url_for("announcements"), 303)

    def _fresh(self) -> Stored:
        today = self.now().day.isoformat()
        return Stored(id=self.new_id(), title="", body="", from_day=today, until_day=None)

    def _announcements(self, edited: Stored, *, problem: str = "") -> str:
        every, now = announcements.every(db()), self.now().wall
        body_max = announcement.LOCAL_BODY_MAX_CHARS
        current = {
            one.id
            for one in every
            if announcement.parse(one.row, body_max=body_max).is_current(now)
        }
        return render_template(
            "desk/announcements.html",
            every=every,
            current=current,
            edited=edited,
            problem=problem,
            title_max=announcement.TITLE_MAX_CHARS,
            body_max=body_max,
        )

    @staff
    def services(self) -> ResponseReturnValue:
        """All services: shipped, changed and their own."""
        shipped, saved = service_page.shipped(), service_pages.every(db())
        own = [one.page for slug, one in saved.items() if slug not in shipped]
        return render_template("desk/services.html", shipped=shipped, saved=saved, own=own)

    @staff
    def new_service(self) -> ResponseReturnValue:
        """The form for a service of their own."""
        return self._service(ServicePage(slug="", title=""))

    @staff
    def service(self, slug: str) -> ResponseReturnValue:
        """One service to confirm or change."""
        saved = service_pages.every(db()).get(slug)
        ours = service_page.shipped().get(slug)
        page = saved.page if saved else ours.page if ours else abort(404)
        return self._service(page)

    @staff
    def save_service(self) -> ResponseReturnValue:
        """Store what was typed: shown, or hidden."""
        typed = {name: request.form.get(name, "") for name in LIMITS}
        slug = request.form.get("slug", "")
        page = ServicePage(slug=slug or service_page.slug_of(typed["title"]), **typed)
        is_shown = "hide" not in request.form
        try:
            serving.save(
                db(), page, is_shown=is_shown, is_new=not slug, by=account().name, now=self.now()
            )
        except BadInput as error:
            return self._service(replace(page, slug=slug), problem=str(error)), 422
        return redirect(url_for("services"), 303)

    @staff
    def restore(self, slug: str) -> ResponseReturnValue:
        """Forget what staff have saved."""
        serving.restore(db(), slug, by=account().name, now=self.now())
        return redirect(url_for("services"), 303)

    def _service(self, page: ServicePage, *, problem: str = "") -> str:
        return render_template(
            "desk/service.html",
            page=page,
            ours=service_page.shipped().get(page.slug),
            saved=service_pages.every(db()).get(page.slug),
            limits=LIMITS,
            problem=problem,
        )

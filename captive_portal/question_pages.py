"""Asking the kecamatan something (E-SapaWarga): a request like any other, of the kind question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from appliance.actions.cases.intake import Refused, receive
from appliance.domain.moment import Moment
from appliance.domain.privacy import consent
from appliance.domain.public.board import Section
from appliance.domain.quota import Quota
from appliance.store.public import publications
from appliance.ticket_pages.views import TicketPages
from captive_portal.forms import FieldError, parse_report, parse_submission_id
from captive_portal.views import counted_origin
from web.database import db
from web.i18n import language, switched_language
from web.security import public

FIELDS = ("text", "phone", "name", "publish", "submission_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPages:
    """The form; `limit` is that of reports, since questions are such."""

    tickets: TicketPages
    limit: Quota
    now: Callable[[], Moment]
    new_id: Callable[[], str]
    new_pin: Callable[[], str]

    def add(self, app: Flask) -> None:
        """Register them."""
        app.add_url_rule("/tanya", "ask", self.ask)
        app.add_url_rule("/tanya", "send_question", self.submit, methods=["POST"])

    @public
    def ask(self) -> ResponseReturnValue:
        """The empty form; about an answered question it begins with that one."""
        return self._form({"text": _about()})

    @public
    def submit(self) -> ResponseReturnValue:
        """Take a question in, and go to its ticket."""
        if switched_language():
            return self._form(request.form)
        draft = parse_report(request.form, (), spare_id=self.new_id(), language=language())
        if isinstance(draft, list):
            return self._form(request.form, mistakes=draft), 400
        agreed = consent.publishing(
            request.form.get("publish", ""), language(), consent.QUESTION_VERSION
        )
        draft = replace(draft, is_question=True, consents=agreed, pin=self.new_pin())
        outcome = receive(db(), draft, self.now(), origin=counted_origin(), limit=self.limit)
        if isinstance(outcome, Refused):
            page = self._form(request.form, wait_minutes=outcome.wait_minutes)
            return page, 429, {"Retry-After": str(outcome.retry_after_s)}
        return self.tickets.after_sending(outcome.request, is_joined=outcome.is_joined)

    def _form(
        self,
        typed: Mapping[str, str],
        *,
        mistakes: Sequence[FieldError] = (),
        wait_minutes: int = 0,
    ) -> str:
        values = {field: typed.get(field, "") for field in FIELDS}
        if parse_submission_id(values["submission_id"]) is None:
            values["submission_id"] = self.new_id()
        return render_template(
            "ask.html",
            values=values,
            mistakes={mistake.field: mistake.code for mistake in mistakes},
            wait_minutes=wait_minutes,
        )


def _about() -> str:
    """The first words of a question that goes on from another."""
    number = request.args.get("tentang", default=0, type=int)
    found = publications.one(db(), number) if 0 < number < publications.NO_END else None
    is_question = found is not None and found.section is Section.QUESTIONS
    return f"Menyambung tanya jawab no. {number}: " if is_question else ""

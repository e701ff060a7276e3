"""Questions of residents at the desk (E-SapaWarga): answer them, and let everybody read them."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.cases import questions
from appliance.actions.public import board
from appliance.actions.staff import auditing
from appliance.desk.guard import account
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment
from appliance.domain.public.board import (
    ANSWER_MAX_CHARS,
    TEXT_MAX_CHARS,
    WHY,
    Refusal,
    public_text,
)
from appliance.domain.reference import categories
from appliance.store.cases import answers, requests
from appliance.store.cases import questions as stored
from appliance.store.public import publications
from web.database import db
from web.security import staff

LISTED = 50


def add_questions(app: Flask, now: Callable[[], Moment], new_id: Callable[[], str]) -> None:
    """Add the pages."""
    pages = QuestionPages(now=now, new_id=new_id)
    app.add_url_rule("/tanya", "questions", pages.every)
    app.add_url_rule("/tanya/<number>", "question", pages.one)
    app.add_url_rule("/tanya/<number>", "answer_question", pages.answer, methods=["POST"])
    app.add_url_rule("/tanya/<number>/umum", "show_question", pages.show, methods=["POST"])


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPages:
    """The views."""

    now: Callable[[], Moment]
    new_id: Callable[[], str]

    @staff
    def every(self) -> ResponseReturnValue:
        """What waits for an answer, then what has one."""
        auditing.viewed(db(), by=account().name, what="questions", subject="", now=self.now())
        return render_template(
            "desk/questions.html",
            waiting=_listed(is_answered=False),
            answered=_listed(is_answered=True),
            categories=categories(),
            shown=_shown,
        )

    @staff
    def one(self, number: str) -> ResponseReturnValue:
        """One question, with its answer."""
        return self._page(_known(number))

    @staff
    def answer(self, number: str) -> ResponseReturnValue:
        """Store the answer, and tell the resident."""
        found, typed = _known(number), request.form.get("answer", "")
        try:
            questions.answer(
                db(), found.id, typed, action_id=self.new_id(), by=account(), now=self.now()
            )
        except BadInput as error:
            return self._page(found, typed=typed, problem=str(error)), 422
        return redirect(url_for("question", number=found.ticket.digits), 303)

    @staff
    def show(self, number: str) -> ResponseReturnValue:
        """Let everybody read question and answer, or nobody any more."""
        found, by = _known(number), account().name
        if "hide" in request.form:
            board.hide(db(), found.id, by=by, now=self.now())
        else:
            text = request.form.get("text", "")[: 2 * TEXT_MAX_CHARS]
            outcome = board.publish(db(), found, by=by, now=self.now(), text=text)
            if isinstance(outcome, Refusal):
                return self._page(found, problem=WHY[outcome]), 422
        return redirect(url_for("question", number=found.ticket.digits), 303)

    def _page(self, found: ServiceRequest, *, typed: str = "", problem: str = "") -> str:
        auditing.viewed(db(), by=account().name, what="question", subject=found.id, now=self.now())
        refused = board.refusal(db(), found)
        return render_template(
            "desk/question.html",
            found=found,
            topic=categories()[found.category].name,
            given=answers.of(db(), found.id),
            publication=publications.of_request(db(), found.id),
            suggested=public_text(found),
            why_not=WHY[refused] if refused else "",
            typed=typed,
            problem=problem,
            answer_max=ANSWER_MAX_CHARS,
            text_max=TEXT_MAX_CHARS,
        )


def _listed(*, is_answered: bool) -> list[ServiceRequest]:
    """Those that who is logged in may read."""
    tickets = stored.newest(db(), is_answered=is_answered, limit=LISTED)
    found = (requests.by_ticket(db(), ticket) for ticket in tickets)
    return [one for one in found if one is not None and questions.is_for(db(), one, account())]


def _shown(request_id: str) -> bool:
    published = publications.of_request(db(), request_id)
    return published is not None and published.state == "shown"


def _known(number: str) -> ServiceRequest:
    try:
        found = requests.by_ticket(db(), Ticket.parse(number))
    except BadInput:
        abort(404)
    if found is None or not questions.is_for(db(), found, account()):
        abort(404)
    return found

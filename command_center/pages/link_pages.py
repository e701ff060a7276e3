"""What officers do about cases of one matter, and about what they should see first."""

from collections.abc import Callable
from datetime import datetime
from itertools import groupby

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Engine

from appliance.domain.cases.marks import Mark
from appliance.domain.errors import BadInput
from appliance.domain.ids import SiteCode
from appliance.domain.reference import kecamatan_name, kelurahan_by_code
from command_center.cases import anomaly, casework, linking
from command_center.pages import forms
from command_center.staff import scope
from command_center.staff.guard import account, allows
from command_center.staff.roles import Role
from command_center.store.cases import case_links, case_marks, requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading, writing

SEEN_AT_ONCE = 100


class LinkPages:
    """The acts; the pages themselves are those of `views`."""

    def __init__(
        self,
        engine: Engine,
        *,
        now: Callable[[], datetime],
        detail: Callable[[str, str], str],
    ) -> None:
        self._engine, self._now, self._detail = engine, now, detail

    def add(self, app: Flask) -> None:
        """Register them."""
        case = "/permohonan/<request_id>"
        app.add_url_rule(f"{case}/gabung", "link", self.change, methods=["POST"])
        app.add_url_rule("/dilihat", "see", self.see, methods=["POST"])

    @allows(Role.VERIFIKATOR)
    def change(self, request_id: str) -> ResponseReturnValue:
        """Put a case under another, take it out, or let it lead."""
        by, now, seen_at = account().name, self._now(), forms.seen(request.form)
        try:
            match request.form.get("do", ""):
                case "link":
                    with reading(self._engine) as connection:
                        parent = linking.named(connection, request.form.get("ticket", ""))
                    linking.link(self._engine, request_id, parent, by=by, now=now, seen_at=seen_at)
                case "unlink":
                    linking.unlink(self._engine, request_id, by=by, now=now, seen_at=seen_at)
                case "lead":
                    linking.lead(self._engine, request_id, by=by, now=now, seen_at=seen_at)
                case _:
                    abort(400)
        except BadInput as error:
            return self._detail(request_id, casework.refusal(error)), 409
        return redirect(url_for("show", request_id=request_id), 303)

    @allows(Role.OPERATOR, Role.VERIFIKATOR)
    def see(self) -> ResponseReturnValue:
        """An officer has seen what is marked."""
        mark, seen = request.form.get("mark", ""), request.form.getlist("request_id")
        if mark not in set(Mark) or not 1 <= len(seen) <= SEEN_AT_ONCE:
            abort(400)
        with writing(self._engine) as connection:
            case_marks.see(connection, seen, mark, by=account().name, now=self._now())
        return redirect(url_for("index"), 303)


def of_case(connection: Connection, case: CityRequest) -> dict[str, object]:
    """What a case's page says of its parent, its children and its marks."""
    parent_id = case_links.parent_of(connection, case.request_id)
    parent = requests.by_id(connection, parent_id) if parent_id else None
    children = case_links.children(connection, case.request_id)
    return {
        "parent": parent if parent and scope.covers(account(), parent) else None,
        "children": [child for child in children if scope.covers(account(), child)],
        "marks": case_marks.of(connection, [case.request_id]).get(case.request_id, []),
    }


def to_see(connection: Connection) -> dict[str, object]:
    """What the first page shows on top until an officer has seen it."""
    unusual = sorted(case_marks.unseen(connection, Mark.PATTERN), key=_target)
    return {
        "urgent": case_marks.unseen(connection, Mark.ALERT),
        "patterns": [
            (_place(target), list(cases)) for target, cases in groupby(unusual, key=_target)
        ],
    }


def _target(case: CityRequest) -> str:
    return anomaly.target(case.site_code, case.kelurahan, case.text)


def _place(code: str) -> str:
    """The name of a kelurahan or of a kecamatan."""
    try:
        return kelurahan_by_code(code).name
    except KeyError:
        return kecamatan_name(SiteCode(code))

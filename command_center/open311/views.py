"""The six methods of GeoReport v2, and discovery: parse, ask, write.

Everything is open to anybody but POST, which needs a key. Errors are documents too, whoever
raises them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, Response, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from command_center.open311 import documents, filing, keys, listing, query, services, taking
from command_center.open311.problem import Problem
from command_center.pages import outage
from command_center.store import this_city
from command_center.store.database import reading
from command_center.store.sending import tables
from web import errors
from web.security import keyed, public

_REQUESTS = "service_requests"
_NOTICE = "Laporan tersimpan di pusat pengaduan kota. Darurat: telepon 112."
_EMERGENCY_NOTICE = "DARURAT: TELEPON 112 SEKARANG (24 jam). Laporan ini bukan pengganti telepon."


class Open311:
    """The views, with what they need at hand."""

    def __init__(
        self,
        engine: Engine,
        *,
        place: str,
        now: Callable[[], datetime],
        sealing_keys: Mapping[str, str],
    ) -> None:
        self._engine, self._place, self._now = engine, place, now
        self._sealing_keys = sealing_keys

    @public
    def discovery(self, fmt: str) -> ResponseReturnValue:
        """Where the endpoint is, and what it speaks."""
        return _answer(fmt, "discovery", services.discovery(request.url_root, self._place))

    @public
    def services(self, fmt: str) -> ResponseReturnValue:
        """What can be reported."""
        with reading(self._engine) as connection:
            city, known = this_city.code(connection), tables.in_force(connection)
        _check_jurisdiction(request.args.get("jurisdiction_id", ""), city)
        return _answer(fmt, "services", services.listed(known, city))

    @public
    def service(self, code: str, fmt: str) -> ResponseReturnValue:
        """What one service asks."""
        with reading(self._engine) as connection:
            city = this_city.code(connection)
        _check_jurisdiction(request.args.get("jurisdiction_id", ""), city)
        return _answer(fmt, "service_definition", services.definition(code, city))

    @public
    def requests(self, fmt: str) -> ResponseReturnValue:
        """Requests by ids, or by service, state and days."""
        question = query.question(request.args, self._now())
        with reading(self._engine) as connection:
            _check_jurisdiction(request.args.get("jurisdiction_id", ""), this_city.code(connection))
            return _answer(fmt, _REQUESTS, listing.asked(connection, question))

    @public
    def request(self, request_id: str, fmt: str) -> ResponseReturnValue:
        """One request."""
        with reading(self._engine) as connection:
            _check_jurisdiction(request.args.get("jurisdiction_id", ""), this_city.code(connection))
            return _answer(fmt, _REQUESTS, listing.one(connection, request_id))

    @public
    @keyed
    def file(self, fmt: str) -> ResponseReturnValue:
        """A request of a client that has a key; the answer names it."""
        if request.mimetype != "application/x-www-form-urlencoded":
            raise Problem(400, "send application/x-www-form-urlencoded")
        sent = request.form.to_dict()
        with reading(self._engine) as connection:
            city = this_city.code(connection)
            keys.check(connection, sent.get(filing.KEY_FIELD, ""))
        _check_jurisdiction(sent.get("jurisdiction_id", ""), city)
        taken = taking.take(
            self._engine,
            sent[filing.KEY_FIELD],
            filing.parse(sent, city),
            filing.fingerprint(sent),
            sealing_keys=self._sealing_keys,
            now=self._now(),
        )
        notice = _EMERGENCY_NOTICE if taken.is_emergency else _NOTICE
        record = {"service_request_id": taken.request_id, "service_notice": notice}
        return _answer(fmt, _REQUESTS, [{**record, "account_id": None}])

    @public
    def token(self, token: str, fmt: str) -> ResponseReturnValue:
        """Every service is realtime, so no token was ever given."""
        raise Problem(404, "token was not found: this endpoint answers with service_request_id")

    @public
    def unknown(self, path: str) -> ResponseReturnValue:
        """A client that forgot the format, or asks for what GeoReport does not have."""
        raise Problem(404, "there is no such address here; all end in .xml or .json")


def blueprint(views: Open311) -> Blueprint:
    """The addresses below `/open311`."""
    made = Blueprint("open311", __name__, url_prefix="/open311")
    made.add_url_rule("/discovery.<fmt>", "discovery", views.discovery)
    made.add_url_rule("/v2/services.<fmt>", "services", views.services)
    made.add_url_rule("/v2/services/<code>.<fmt>", "service", views.service)
    made.add_url_rule("/v2/requests.<fmt>", "requests", views.requests)
    made.add_url_rule("/v2/requests.<fmt>", "file", views.file, methods=["POST"])
    made.add_url_rule("/v2/requests/<request_id>.<fmt>", "request", views.request)
    made.add_url_rule("/v2/tokens/<token>.<fmt>", "token", views.token)
    made.add_url_rule("/<path:path>", "unknown", views.unknown)
    made.register_error_handler(Problem, _refused)
    made.register_error_handler(HTTPException, _failed)
    made.register_error_handler(OperationalError, _unavailable)
    made.app_errorhandler(MethodNotAllowed)(_not_allowed)
    return made


def _answer(fmt: str, root: str, tree: object, status: int = 200) -> Response:
    if fmt not in documents.MEDIA_TYPES:
        raise Problem(404, "formats are xml and json")
    return Response(
        documents.written(fmt, root, tree),
        status,
        content_type=documents.MEDIA_TYPES[fmt],
    )


def _check_jurisdiction(told: str, city: str) -> None:
    """There is one; who names it names the right one."""
    if told and told not in (city, f"{city[:2]}.{city[2:]}"):
        raise Problem(404, "jurisdiction_id was not found")


def _refused(problem: Problem) -> Response:
    response = _errors(problem.status, problem.description)
    if isinstance(problem, taking.TooMany):
        response.headers["Retry-After"] = str(problem.retry_after_s)
    return response


def _unavailable(error: OperationalError) -> Response:
    page = make_response(outage.unavailable(error))
    response = _errors(page.status_code, "the database is not available; try again")
    response.headers["Retry-After"] = page.headers["Retry-After"]
    return response


def _failed(error: HTTPException) -> Response:
    return _errors(error.code or 500, error.name)


def _not_allowed(error: MethodNotAllowed) -> ResponseReturnValue:
    """Raised before any blueprint is chosen, so the whole city's are heard here."""
    page = make_response(errors.error_page(error))
    if not request.path.startswith("/open311/"):
        return page
    response = _failed(error)
    response.headers["Allow"] = page.headers["Allow"]
    return response


def _errors(status: int, description: str) -> Response:
    fmt = "json" if request.path.endswith(".json") else "xml"
    tree = [{"code": str(status), "description": description}]
    return _answer(fmt, "errors", tree, status)

"""What everybody may see of the city: the report card and the open data, without personal data."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from command_center.public import cards, opendata
from command_center.public.cards import Cards, Made
from command_center.public.scorecard import about, figures
from web.security import public

KEPT_S = 600
"""How long browsers and caches may keep what changes at midnight."""


def add(app: Flask, made: Cards, benchmarks: Path | None) -> None:
    """Register the pages."""
    pages = ScorecardPages(made, cards.benchmarks(benchmarks))
    app.add_url_rule("/rapor", "scorecard", pages.page)
    app.add_url_rule("/rapor.json", "scorecard_json", pages.as_json)
    app.add_url_rule("/data/", "open_data", pages.open_data)
    app.add_url_rule("/data/laporan.<kind>", "open_counts", pages.counts)
    app.add_url_rule("/data/laporan-terlindung.<kind>", "open_protected", pages.protected)


class ScorecardPages:
    """The views."""

    def __init__(self, made: Cards, benchmarks: Sequence[dict[str, str]]) -> None:
        self._cards, self._benchmarks = made, benchmarks

    @public
    def page(self) -> ResponseReturnValue:
        """The report card for people."""
        made = self._cards.latest()
        if made is None:
            return _later()
        return _kept(
            Response(render_template("rapor.html", made=made, benchmarks=self._benchmarks))
        )

    @public
    def as_json(self) -> ResponseReturnValue:
        """The report card for machines; `?day=` asks for that up to a past day."""
        if "day" in request.args:
            return self._past(request.args["day"])
        made = self._cards.latest()
        return _later() if made is None else _kept(jsonify(record(made)))

    def _past(self, day: str) -> ResponseReturnValue:
        try:
            made = self._cards.of_day(date.fromisoformat(day))
        except (ValueError, OverflowError):
            return {"error": "day must be a date such as 2026-11-30"}, 400
        if made is None:
            return {"error": "no card of that day is kept"}, 404
        return _kept(jsonify(record(made)))

    @public
    def open_data(self) -> ResponseReturnValue:
        """What there is, and what it means."""
        return _kept(Response(render_template("data.html", files=opendata.FILES)))

    @public
    def counts(self, kind: str) -> ResponseReturnValue:
        """How many reports of the classes that are public."""
        return self._file(kind, opendata.OPEN_COLUMNS, lambda made: opendata.open_rows(made.counts))

    @public
    def protected(self, kind: str) -> ResponseReturnValue:
        """How many reports of the classes that are not, coarse and never few."""
        return self._file(
            kind,
            opendata.PROTECTED_COLUMNS,
            lambda made: opendata.protected_rows(made.counts, made.until),
        )

    def _file(
        self, kind: str, columns: Sequence[str], rows_of: Callable[[Made], list[opendata.Row]]
    ) -> ResponseReturnValue:
        made = self._cards.latest()
        if made is None:
            return _later()
        rows = rows_of(made)
        if kind == "json":
            told = [dict(zip(columns, row, strict=True)) for row in rows]
            return _kept(jsonify({"until": made.until.isoformat(), "rows": told}))
        if kind == "csv":
            return _kept(Response(opendata.csv_text(columns, rows), mimetype="text/csv"))
        return render_template("error.html", message="Hanya .csv dan .json."), 404


def record(made: Made) -> dict[str, object]:
    """The card as `/rapor.json` has it."""
    both = zip(about(made.rows), figures(made.rows), strict=True)
    return {
        "since": made.since.isoformat(),
        "until": made.until.isoformat(),
        "algorithm": made.algorithm,
        "agencies": [facts | line for facts, line in both],
    }


def _later() -> ResponseReturnValue:
    return render_template("rapor_later.html"), 503, {"Retry-After": "30"}


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    response.add_etag()
    response.make_conditional(request)
    return response

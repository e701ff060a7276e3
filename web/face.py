"""Making a Flask app that looks and behaves like every other face of Posko.

Knows how templates, languages, security and error pages are put together. Does not know any page.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path

from flask import Flask, url_for
from jinja2 import ChoiceLoader, FileSystemLoader

from web import bodies, errors, i18n, security

HERE = Path(__file__).parent
WIB = timezone(timedelta(hours=7), "WIB")
"""Western Indonesian Time, no daylight saving: of a face that is told no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """What stands on the name plate of a face."""

    name: str
    place: str


def new_app(
    import_name: str,
    *,
    plate: Plate,
    staff_gate: security.StaffGate | None = None,
    more_templates: Sequence[Path] = (),
    zone: tzinfo = WIB,
) -> Flask:
    """Build an app with the shared floor; the caller adds endpoints, then `check_endpoints`.

    `zone` is the clock on the wall of the office. Templates are looked up in the face's own folder,
    then in `more_templates`, then here.
    """
    app = Flask(import_name, static_folder=str(HERE / "static"), static_url_path="/static")
    app.request_class = bodies.InMemoryRequest
    folders = (Path(app.root_path) / "templates", *more_templates, HERE / "templates")
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(plate=plate, asset=asset)
    app.jinja_env.filters["local"] = lambda at: at.astimezone(zone)
    i18n.install(app)
    security.install(app, staff_gate)
    errors.install(app)
    return app


def asset(name: str) -> str:
    """Address of a shared static file; it changes when the file does, so it may be cached long."""
    return url_for("static", filename=name, v=_fingerprint(name))


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:8]

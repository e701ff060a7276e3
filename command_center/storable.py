"""What no database can hold names nothing: refused before anything is asked of one.

SQLite would take a NUL where PostgreSQL crashes, and crash at a number where PostgreSQL errs.
"""

from collections.abc import Iterable

from flask import Flask, abort, request

_NUMBER_MAX = (1 << 63) - 1


def install(app: Flask) -> None:
    """Check every address, query and form that comes to `app`."""
    app.url_value_preprocessor(_check_address)
    app.before_request(_check_form)


def _check_address(_endpoint: str | None, given: dict[str, object] | None) -> None:
    """Before the gate, which looks for the case that an address names."""
    if not _are_storable((given or {}).values()):
        abort(404)
    if not _are_storable(request.args.values()):
        abort(400)


def _check_form() -> None:
    if not _are_storable(value for _, value in request.form.items(multi=True)):
        abort(400)


def _are_storable(values: Iterable[object]) -> bool:
    return not any(
        value > _NUMBER_MAX if isinstance(value, int) else "\0" in str(value) for value in values
    )

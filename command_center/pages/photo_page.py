"""A resident's photo as officers see it: how far it has come, then the picture itself."""

from dataclasses import dataclass

from flask import Flask, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Engine

from command_center.staff.guard import allows, noted
from command_center.staff.roles import READERS
from command_center.store.database import reading
from command_center.store.receiving import photos
from command_center.store.sending import blob_files
from web.files import foreign_file

_NAMES = {"image/jpeg": "foto.jpg", "image/png": "foto.png", "image/webp": "foto.webp"}
"""What a browser may be given; another type is nobody's photo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The photo of a request; `state` as in the database."""

    state: str
    size_kb: int
    percent: int


def seen(engine: Engine, connection: Connection, request_id: str) -> Seen | None:
    """How far the photo of a request has come; None if it has none."""
    photo = photos.by_request(connection, request_id)
    if photo is None:
        return None
    here = blob_files.of(engine, photo.site).partial_bytes(photo.file.sha256)
    return Seen(
        state=photo.state,
        size_kb=-(-photo.file.size_bytes // 1024),
        percent=min(99, here * 100 // photo.file.size_bytes),
    )


class PhotoPage:
    """The picture itself."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, app: Flask) -> None:
        """Register it."""
        app.add_url_rule("/permohonan/<request_id>/foto", "photo", self.show)

    @allows(*READERS)
    @noted
    def show(self, request_id: str) -> ResponseReturnValue:
        """The file as it came; a browser may do nothing with it but show it."""
        with reading(self._engine) as connection:
            photo = photos.by_request(connection, request_id)
        if photo is None or photo.state != "stored" or photo.file.media_type not in _NAMES:
            abort(404)
        return foreign_file(
            blob_files.of(self._engine).file(photo.file.sha256),
            media_type=photo.file.media_type,
            name=_NAMES[photo.file.media_type],
            etag=photo.file.sha256,
        )

"""Serving a file that a stranger made: a browser may show or keep it, and run nothing of it."""

from pathlib import Path

from flask import Response, abort, send_file


def foreign_file(
    path: Path, *, media_type: str, name: str, etag: str, is_to_keep: bool = False
) -> Response:
    """Answer with a file, 404 if it is gone: as a download, or to be seen and not kept."""
    try:
        response = send_file(
            path.resolve(),
            mimetype=media_type,
            download_name=name,
            etag=etag,
            as_attachment=is_to_keep,
        )
    except FileNotFoundError:
        abort(404)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if not is_to_keep:
        response.headers["Cache-Control"] = "no-store"
    return response

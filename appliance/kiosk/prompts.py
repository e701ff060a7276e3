"""Recorded prompts: a sound file for each screen and language, in a folder of the office."""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask, abort, send_from_directory
from flask.typing import ResponseReturnValue

from web.i18n import LANGUAGES, language
from web.security import public

ENDINGS = (".ogg", ".mp3", ".wav")
MAX_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Prompts:
    """The recordings in `folder`; none without one."""

    folder: Path | None

    def of(self, screen: str) -> str | None:
        """The name of the file for a screen in the page's language; None if there is none."""
        names = (f"{screen}.{language()}{ending}" for ending in ENDINGS)
        return next((name for name in names if screen and self._has(name)), None)

    @public
    def serve(self, name: str) -> ResponseReturnValue:
        """One recording."""
        known = name.endswith(ENDINGS) and name.split(".")[1:2] and name.split(".")[1] in LANGUAGES
        if self.folder is None or not known or not self._has(name):
            abort(404)
        return send_from_directory(self.folder.resolve(), name)

    def _has(self, name: str) -> bool:
        file = self.folder / name if self.folder else None
        return file is not None and file.is_file() and file.stat().st_size <= MAX_BYTES


def add_prompts(app: Flask, folder: Path | None) -> None:
    """Serve the recordings, and let pages find theirs."""
    prompts = Prompts(folder)
    app.add_url_rule("/suara/<name>", "prompt", prompts.serve)
    app.jinja_env.globals["prompt_of"] = prompts.of

"""The text of one file, read by a child process within limits."""

import logging
import signal
import sys
from pathlib import Path

from appliance.domain.archive import text as archive_text
from appliance.domain.archive.card import TextState
from appliance.domain.archive.file import DOCX
from appliance.domain.archive.text import Reading, Trouble
from appliance.runtime import child
from appliance.runtime.child import Ended, Limits

log = logging.getLogger(__name__)

LIMIT_S = 30.0
LIMITS = Limits(memory_bytes=256 * 1024 * 1024, cpu_s=20, output_bytes=2 * 1024 * 1024)
"""Of addresses; pdftotext takes 15 MB for a usual document, python 40."""
PDFTOTEXT = "/usr/bin/pdftotext"
_PAGES_MAX = 300
DOCX_COMMAND = (sys.executable, "-m", "appliance.archive.docx")
_TEXT_READ_BYTES = 4 * archive_text.TEXT_MAX_CHARS
_ENCRYPTED = ("Incorrect password", "Copying of text from this document is not allowed")
_STATUS = {3: Trouble.ENCRYPTED, -signal.SIGXCPU: Trouble.TOO_SLOW}


def read(path: Path, media_type: str, *, limit_s: float = LIMIT_S) -> Reading:
    """Read a file; however it is made, this returns within `limit_s`."""
    if not path.exists():
        return archive_text.failed(Trouble.FILE_LOST)
    if media_type == "text/plain":
        with path.open("rb") as file:
            return archive_text.found(file.read(_TEXT_READ_BYTES).decode("utf-8", "replace"))
    if media_type == "application/pdf":
        options = ["-enc", "UTF-8", "-l", str(_PAGES_MAX)]
        return _by_child([PDFTOTEXT, *options, str(path), "-"], limit_s)
    if media_type == DOCX:
        return _by_child([*DOCX_COMMAND, str(path)], limit_s)
    return Reading(state=TextState.NONE)


def _by_child(command: list[str], limit_s: float) -> Reading:
    if not Path(command[0]).exists():
        log.error("%s is missing: apt-get install poppler-utils", command[0])
        return archive_text.failed(Trouble.NO_READER)
    ended = child.run(command, limit_s=limit_s, limits=LIMITS)
    if ended.status in (0, -signal.SIGXFSZ):
        return archive_text.found(ended.output.decode("utf-8", "replace"))
    trouble = _trouble(ended)
    log.warning("a file could not be read trouble=%s status=%s", trouble, ended.status)
    return archive_text.failed(trouble)


def _trouble(ended: Ended) -> Trouble:
    if ended.is_over_time:
        return Trouble.TOO_SLOW
    if any(words in ended.errors for words in _ENCRYPTED):
        return Trouble.ENCRYPTED
    if "TooLarge" in ended.errors or "MemoryError" in ended.errors or "memory" in ended.errors:
        return Trouble.TOO_LARGE
    return _STATUS.get(ended.status, Trouble.DAMAGED)

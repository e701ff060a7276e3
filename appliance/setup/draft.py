"""Answers, request and result on disk: whole or not there, whenever the power is cut.

The pages write answers and request, root the result; each believes of the other's file only what it
has checked.
"""

import contextlib
import os
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

from appliance.setup.answers import Answers
from durable_files.folder import sync_folder

STATE = Path("/var/lib/posko-setup")
RUN = Path("/run/posko-setup")
_MOST_BYTES = 16 * 1024

T = TypeVar("T")


class Phase(StrEnum):
    """How far root has come."""

    WORKING = "working"
    FAILED = "failed"
    DONE = "done"


class Request(msgspec.Struct, frozen=True):
    """`id` tells an answer to this request from one to another."""

    id: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request; `stage` is what was being done."""

    id: str
    phase: Phase
    stage: str = ""
    details: str = ""
    """For the technician, in English, as a program said it."""
    setup_code: str = ""


class Folder:
    """Where they lie: `state` is the pages' own, `run` is root's."""

    def __init__(self, state: Path = STATE, run: Path = RUN) -> None:
        self.answers_file = state / "answers.json"
        self.request_file = state / "request.json"
        self.result_file = run / "result.json"

    def answers(self) -> Answers:
        """Those of before; none where there are none, or none that can be read."""
        return _load(self.answers_file, Answers) or Answers()

    def keep(self, answers: Answers) -> None:
        """On disk when it returns."""
        _save(self.answers_file, answers)

    def ask(self, request: Request) -> None:
        """Call root, once the answers are kept."""
        _save(self.request_file, request)

    def request(self) -> Request | None:
        """What the pages want done."""
        return _load(self.request_file, Request)

    def drop_request(self) -> None:
        """It is being done, or cannot be read."""
        self.request_file.unlink(missing_ok=True)

    def result(self) -> Result | None:
        """What root said last."""
        return _load(self.result_file, Result)

    def tell(self, result: Result) -> None:
        """Say how far it is, to the owner of the answers alone."""
        group = self.answers_file.parent.stat().st_gid
        _save(self.result_file, result, mode=0o640, group=group)

    def forget(self) -> None:
        """Everything is done."""
        self.request_file.unlink(missing_ok=True)
        self.answers_file.unlink(missing_ok=True)


def _load(path: Path, kind: type[T]) -> T | None:
    """Never follows a link: the other side could lead it anywhere."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        raw = file.read(_MOST_BYTES + 1)
    with contextlib.suppress(msgspec.DecodeError):
        return msgspec.json.decode(raw[:_MOST_BYTES], type=kind)
    return None


def _save(path: Path, value: object, mode: int = 0o600, group: int = -1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        if group >= 0:
            os.fchown(file.fileno(), -1, group)
        os.fchmod(file.fileno(), mode)
        file.write(msgspec.json.encode(value))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)

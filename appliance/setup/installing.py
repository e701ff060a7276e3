"""What root does with the answers. Each stage can be done again: a power cut anywhere, or a wrong
code, ends in asking for the same once more.
"""

import contextlib
import grp
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from appliance.actions.staff import staffing
from appliance.doctor import programs
from appliance.domain import home
from appliance.domain.errors import PoskoError
from appliance.domain.wifi import sessions as wifi
from appliance.runtime import ids, settings
from appliance.setup import site_file
from appliance.setup.answers import Answers
from appliance.setup.draft import Folder, Phase, Request, Result
from appliance.setup.site_file import HEAD, Machine
from appliance.store import migrate
from appliance.store.database import connect
from durable_files.folder import sync_folder

GROUP = "posko"
SERVICES = Path("/run/systemd/system")
_COMMAND_S = 600.0
"""As long as systemd lets one of our units start."""
_DETAILS_CHARS = 500


class NotInstalled(PoskoError, RuntimeError):
    """A stage failed; the message is what a program said."""


class Installer:
    """Writes `config` and brings the box up; `look` tells of the machine."""

    def __init__(
        self, config: Path, look: Callable[[], Machine], services: Path = SERVICES
    ) -> None:
        self._config = config
        self._look = look
        self._has_services = services.is_dir()

    def install(self, answers: Answers) -> Iterator[str]:
        """Do everything; yields the name of each stage before it begins. Raises PoskoError."""
        yield "settings"
        self.write(answers)
        yield "database"
        self._make_database()
        if answers.enrolment_code and settings.load(self._config).sync.tls_ca is None:
            yield "enrolment"
            city = ("--city", answers.city_url, "--code", answers.enrolment_code)
            self._run(sys.executable, "-m", "appliance", *self._config_words, "enrol", *city)
        if self._has_services:
            yield "daemons"
            # Of a system that refuses, the doctor tells.
            programs.ask("timedatectl", "set-timezone", home.zone_name())
            self._run("/usr/bin/systemctl", "start", "posko.target")
            yield "system files"
            self._run(sys.executable, "-m", "firmware_config", *self._config_words, "apply")
            # nginx, dnsmasq and the gate were left out while there were no files for them.
            self._run("/usr/bin/systemctl", "start", "posko.target")

    def write(self, answers: Answers) -> None:
        """Check the settings as every program does, then put them in place; raises PoskoError."""
        there = _read(self._config)
        if there and not there.startswith(HEAD):
            raise NotInstalled(
                f"{self._config} is there and was not written by posko setup: edit it"
            )
        table = site_file.table(answers, self._look())
        settings.parse(table, source="the answers")
        new = self._config.with_suffix(".new")  # has the same folder of additions
        self._config.parent.mkdir(parents=True, exist_ok=True)
        _write(new, site_file.text(table))
        settings.load(new)
        self._run(sys.executable, "-m", "firmware_config", "--config", str(new), "check")
        with self._unnoticed():
            new.replace(self._config)
            sync_folder(self._config.parent)

    def setup_code(self) -> str:
        """A fresh code for the desk's first administrator; empty if there is one."""
        code = ids.new_code()
        db = connect(settings.load(self._config).store.path)
        try:
            is_offered = staffing.offer_setup(db, wifi.resume_key(code))
        finally:
            db.close()
        return wifi.shown_code(code) if is_offered else ""

    @property
    def _config_words(self) -> tuple[str, str]:
        return "--config", str(self._config)

    @contextlib.contextmanager
    def _unnoticed(self) -> Iterator[None]:
        """Settings that come meanwhile start no daemon: those wait for the enrolment."""
        if self._has_services:
            self._run("/usr/bin/systemctl", "stop", "posko-begin.path")
        try:
            yield
        finally:
            if self._has_services:
                self._run("/usr/bin/systemctl", "start", "posko-begin.path")

    def _make_database(self) -> None:
        if self._has_services:  # as the user who owns it
            self._run("/usr/bin/systemctl", "start", "posko-migrate.service")
            return
        loaded = settings.load(self._config)
        migrate.ensure(loaded.store.path, loaded.site.site_code, ids.new_epoch)

    def _run(self, *command: str) -> None:
        said = programs.run(*command, limit_s=_COMMAND_S)
        if said.status:
            raise NotInstalled(said.complaint)


def serve_request(folder: Folder, installer: Installer) -> None:
    """Do what the pages ask for, and tell each stage; does nothing without a request.

    The request is dropped once somebody is told that it is being done, whatever comes of it: the
    unit would be started for it again and again.
    """
    request = folder.request()
    if request is None:
        folder.drop_request()
        return
    folder.tell(Result(id=request.id, phase=Phase.WORKING))
    folder.drop_request()
    _serve(folder, installer, request)


def _serve(folder: Folder, installer: Installer, request: Request) -> None:
    now = Result(id=request.id, phase=Phase.WORKING)
    try:
        for stage in installer.install(folder.answers()):
            now = replace(now, stage=stage)
            folder.tell(now)
        folder.tell(replace(now, phase=Phase.DONE, setup_code=installer.setup_code()))
    except (PoskoError, OSError, sqlite3.Error) as error:
        folder.tell(replace(now, phase=Phase.FAILED, details=str(error)[:_DETAILS_CHARS]))
    except BaseException as error:
        folder.tell(replace(now, phase=Phase.FAILED, details=repr(error)[:_DETAILS_CHARS]))
        raise


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    """For root and the group of the daemons."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o640)
        if os.geteuid() == 0:
            with contextlib.suppress(KeyError):  # no package, so no daemons of other users
                os.fchown(file.fileno(), 0, grp.getgrnam(GROUP).gr_gid)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

"""The command center as a process."""

import json
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from command_center.staff.roles import Role
from command_center.store import database
from tests.support import city_staff
from tests.support.broker import Broker
from tests.support.waiting import wait_for
from web import browser_id


class Center:
    """A running `posko-center` on free ports."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self._config = folder / "posko.toml"
        self._config.write_text(
            '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
            f'[center]\nlisten = "{self.url.removeprefix("http://")}"\n'
            f'database = "sqlite:///{folder}/center.db"\nport = {broker.port}\n'
        )
        self._log = folder / "center.log"
        self._cookie = "none=none"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command(), stderr=log)
        wait_for(lambda: self.page("/masuk"), f"the pages answer; see {self._log}")

    def log_in(self) -> str:
        """Let a verifikator open pages from now on; returns the token of their forms."""
        engine = database.connect(f"sqlite:///{self._log.with_name('center.db')}")
        [(name, value)] = city_staff.cookies(
            engine, Role.VERIFIKATOR, now=datetime.now(UTC)
        ).items()
        engine.dispose()
        self._cookie = f"{name}={value}"
        return browser_id.token(value)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(15)

    def page(self, path: str, **form: str) -> str:
        try:
            data = urlencode(form).encode() if form else None
            asked = Request(self.url + path, data, {"Cookie": self._cookie})
            with urlopen(asked, timeout=5) as answer:
                return str(answer.read().decode())
        except HTTPError:
            raise
        except URLError:
            return ""

    def printed(self, *args: str) -> object:
        return json.loads(subprocess.check_output(self._command(*args, "--json")))

    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    def _command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "command_center", "--config", str(self._config), *args]

"""SMS daemons side by side on one simulated modem: Posko's own, gammu-smsd and smstools.

Each is started in a folder of its own against `device`, may be killed, and tells what it has taken
in. Other people's daemons are tuned to look every second; their defaults take ten.
"""

import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from contextlib import closing, suppress
from pathlib import Path

from appliance.actions.sms import texting
from appliance.domain.ids import SiteCode
from appliance.domain.phone import Msisdn
from appliance.runtime import clock
from appliance.store import migrate
from appliance.store.cases import requests
from appliance.store.database import connect, transaction
from tests.support.programs import needs

GAMMU_SCHEMA = Path("/usr/share/doc/gammu-smsd/examples/sqlite.sql")
_STOP_S = 15.0


class SmsDaemon:
    """A daemon of some sort; `received` and `send` are the side away from the modem."""

    name = ""

    def __init__(self, folder: Path, device: Path) -> None:
        self.folder, self.device = folder, device
        self.process: subprocess.Popen | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._prepare()

    def _prepare(self) -> None:
        """Write configuration and folders."""

    def _command(self) -> list[str]:
        raise NotImplementedError

    def received(self) -> list[str]:
        """The texts taken in so far, each copy."""
        raise NotImplementedError

    def count(self) -> int:
        """How many messages of one part are in; cheap."""
        raise NotImplementedError

    def send(self, number: str, text: str) -> None:
        """Queue a text."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it; its log is `log` in its folder."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command(), stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )

    def kill(self) -> None:
        """kill -9, children too."""
        for pid in self.pids():
            subprocess.run(["kill", "-9", str(pid)], check=False, stderr=subprocess.DEVNULL)
        self.process.wait(_STOP_S)

    def stop(self) -> None:
        """End it by force if it does not by itself."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def pids(self) -> list[int]:
        """The process and its children."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = task.read_text(encoding="ascii").split() if task.exists() else []
        return [*map(int, children), self.process.pid]


class Posko(SmsDaemon):
    """`python -m modem` with a database of its own."""

    name = "posko"

    def _prepare(self) -> None:
        self.path = self.folder / "posko.db"
        (self.folder / "posko.toml").write_text(
            f'[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Pekanbaru"\n'
            f'[store]\npath = "{self.path}"\n[modem]\ndevice = "{self.device}"\n'
            "texts_per_minute = 0\ntexts_per_hour = 0\ntexts_per_day = 0\n",
            encoding="utf-8",
        )
        migrate.ensure(self.path, SiteCode("14.71.07"), lambda: "00000001")
        self.db = connect(self.path)

    def _command(self) -> list[str]:
        root = Path(__file__).parents[2]
        code = f"import sys; sys.path.insert(0, {str(root)!r}); from modem.__main__ import main; "
        config = str(self.folder / "posko.toml")
        return [sys.executable, "-c", code + "sys.exit(main())", "--config", config]

    def received(self) -> list[str]:
        return [request.text for request in requests.every(self.db)]

    def count(self) -> int:
        return self.db.execute("SELECT count(*) FROM requests").fetchone()[0]

    def send(self, number: str, text: str) -> None:
        with transaction(self.db):
            texting.queue_answer(self.db, Msisdn.parse(number), text, clock.now())


class GammuFiles(SmsDaemon):
    """gammu-smsd that keeps messages as files."""

    name = "gammu files"
    service = "service = files\ninboxformat = unicode\n"

    def _prepare(self) -> None:
        folders = ""
        for name in ("inbox", "outbox", "sentsms", "errorsms"):
            (self.folder / name).mkdir(exist_ok=True)
            folders += f"{name}path = {self.folder / name}/\n"
        (self.folder / "smsdrc").write_text(
            f"[gammu]\ndevice = {self.device}\nconnection = at115200\n"
            f"[smsd]\n{self.service.format(folder=self.folder)}{folders}"
            "logfile = stdout\nloopsleep = 1\ncommtimeout = 1\nreceivefrequency = 1\n"
            "statusfrequency = 60\nchecksecurity = 0\ncheckbattery = 0\n"
            "debuglevel = 1\ndeliveryreport = log\n",
            encoding="ascii",
        )

    def _command(self) -> list[str]:
        return [needs("gammu-smsd"), "-c", str(self.folder / "smsdrc")]

    def received(self) -> list[str]:
        """A message is one file a part: IN<date>_<time>_<serial>_<sender>_<part>.txt."""
        messages: dict[str, dict[str, str]] = defaultdict(dict)
        for path in (self.folder / "inbox").glob("IN*.txt"):
            message, _, part = path.stem.rpartition("_")
            text = path.read_bytes().decode("utf-16", "surrogatepass").rstrip("\0")
            messages[message][part] = text
        return ["".join(parts[at] for at in sorted(parts)) for parts in messages.values()]

    def count(self) -> int:
        return len(list((self.folder / "inbox").iterdir()))

    def send(self, number: str, text: str) -> None:
        command = [needs("gammu-smsd-inject"), "-c", str(self.folder / "smsdrc"), "TEXT", number]
        options = ["-text", text, "-autolen", str(len(text)), "-report"]
        subprocess.run([*command, *options], check=True, capture_output=True)


class GammuSql(GammuFiles):
    """gammu-smsd on SQLite through libdbi."""

    name = "gammu sql"
    service = (
        "service = sql\ndriver = sqlite3\nhost = localhost\ndatabase = smsd.db\ndbdir = {folder}\n"
    )

    def _prepare(self) -> None:
        super()._prepare()
        self.path = self.folder / "smsd.db"
        with closing(sqlite3.connect(self.path)) as db:
            db.executescript(GAMMU_SCHEMA.read_text(encoding="utf-8"))

    def received(self) -> list[str]:
        """A row is a part; those of one message follow each other, with a header."""
        with closing(sqlite3.connect(self.path, timeout=10)) as db:
            rows = db.execute("SELECT TextDecoded, UDH FROM inbox ORDER BY ID").fetchall()
        texts: list[str] = []
        for text, header in rows:
            if header.endswith("01") or not header or not texts:
                texts.append(text)
            else:
                texts[-1] += text
        return texts

    def count(self) -> int:
        with closing(sqlite3.connect(self.path, timeout=10)) as db:
            return db.execute("SELECT count(*) FROM inbox").fetchone()[0]


class Smstools(SmsDaemon):
    """smsd of smstools 3."""

    name = "smstools"

    def _prepare(self) -> None:
        lines = ["devices = GSM1", f"logfile = {self.folder / 'smsd.log'}", "delaytime = 1"]
        for name in ("outgoing", "checked", "incoming", "sent", "failed"):
            (self.folder / name).mkdir(exist_ok=True)
            lines.append(f"{name} = {self.folder / name}")
        lines += [f"infofile = {self.folder / 'info'}", f"pidfile = {self.folder / 'pid'}"]
        lines += ["receive_before_send = no"]
        lines += ["errorsleeptime = 1", "blocktime = 10", "[GSM1]", f"device = {self.device}"]
        lines += ["incoming = high", "report = yes", "baudrate = 115200"]
        (self.folder / "smsd.conf").write_text("\n".join(lines) + "\n", encoding="ascii")

    def _command(self) -> list[str]:
        return [needs("smsd"), "-t", f"-c{self.folder / 'smsd.conf'}"]

    def start(self) -> None:
        """A smsd that was killed leaves files that keep the next from starting."""
        for name in ("info", "pid"):
            (self.folder / name).unlink(missing_ok=True)
        super().start()

    def received(self) -> list[str]:
        """A message is a file: headers, an empty line, the text (none while it is written)."""
        texts = []
        for path in (self.folder / "incoming").iterdir():
            with suppress(FileNotFoundError):  # renamed meanwhile
                head, _, text = path.read_bytes().partition(b"\n\n")
                coding = "utf-16-be" if b"Alphabet: UCS2" in head else "iso-8859-15"
                texts.append(text.decode(coding, "replace"))
        return [text for text in texts if text]

    def count(self) -> int:
        return len(list((self.folder / "incoming").iterdir()))

    def send(self, number: str, text: str) -> None:
        draft = self.folder / "draft"
        draft.write_text(f"To: {number.lstrip('+')}\nAlphabet: UTF-8\n\n{text}", encoding="utf-8")
        draft.replace(self.folder / "outgoing" / f"sms{abs(hash(text))}")


DAEMONS = (Posko, GammuFiles, GammuSql, Smstools)

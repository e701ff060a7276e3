"""A box below a folder of its own: the real dpkg, a database, stand-ins for systemd and time.

What runs is told by a file of the installed package: `usr/lib/posko/state` is what systemctl says
of every unit, so a package can be one whose programs do not start.
"""

import hashlib
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.domain.box import software
from appliance.domain.box.software import Manifest
from software_update import beginning, bundle
from software_update.rescue.health import Health
from software_update.rescue.home import Home, write_synced
from software_update.rescue.machine import Update
from software_update.rescue.packages import Dpkg
from software_update.rescue.running import Box, see_through
from tests.support.tiny_package import KEY, SECRET, package, update

OLD, NEW = "1.0.0", "1.1.0"


UNITS = ("posko-portal.service", "posko-sync.service")


_SYSTEMCTL = """\
#!/bin/sh
echo "$*" >> {root}/told
[ "$1" = show ] || exit 0
shift 2
for unit; do
    printf 'Id=%s\\nLoadState=loaded\\nNRestarts=0\\nActiveState=' "$unit"
    cat {root}/usr/lib/posko/state
    printf '\\n\\n'
done
"""


_STATUS = """\
import json, sqlite3, sys
db = sqlite3.connect("file:{root}/posko.db?mode=ro", uri=True)
db.execute("SELECT count(*) FROM t").fetchone()
print(json.dumps({{"acked_at": "never"}}))
"""


class Clock:
    """Time that passes when somebody waits."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    def monotonic_s(self) -> float:
        return self.now_s


@dataclass(frozen=True)
class UpdatedBox:
    """One box; the update under way goes on in whoever calls `go_on`."""

    root: Path
    box: Box

    @property
    def version(self) -> str:
        """What dpkg says is installed, if it is so wholly."""
        shown = "--showformat=${db:Status-Abbrev}${Version}"
        done = subprocess.run(
            ["dpkg-query", f"--admindir={self.root}/var/lib/dpkg", "--show", shown, "posko"],
            capture_output=True,
            text=True,
            check=True,
        )
        state, _, version = done.stdout.partition(" ")
        return version if state == "ii" else done.stdout

    @property
    def files(self) -> str:
        """Which version's files lie there."""
        return (self.root / "usr/lib/posko/version").read_text()

    @property
    def complaints(self) -> list[str]:
        """What residents have told."""
        db = sqlite3.connect(self.root / "posko.db")
        try:
            return [text for [text] in db.execute("SELECT text FROM t ORDER BY text")]
        finally:
            db.close()

    def tell(self, text: str) -> None:
        """A resident tells something."""
        db = sqlite3.connect(self.root / "posko.db")
        with db:
            db.execute("INSERT INTO t VALUES (?)", (text,))
        db.close()

    def begin(self, signed: Path, **needs: object) -> Update:
        """Install the update that a file is."""

        def stage() -> Update:
            manifest: Manifest = bundle.unpack(signed, [KEY], self.box.home.new, lambda _: None)
            update = Update(
                number=manifest.version,
                version=manifest.version,
                before=self.version,
                source="hand",
                minutes=0.5,
                boot=self.box.boot,
                floor=manifest.floor or "",
                database=str(self.root / "posko.db"),
                units=UNITS,
            )
            return replace(update, **needs)  # type: ignore[arg-type]

        return beginning.begin(self.box, stage)

    def go_on(self, boot: str | None = None) -> None:
        """See the update to its end, as the unit does."""
        see_through(replace(self.box, boot=boot) if boot else self.box)

    def ended(self) -> str:
        """How the last update ended."""
        history = self.box.home.history()
        return f"{history[-1]['version']} {history[-1]['ended']}" if history else ""


def make(folder: Path) -> UpdatedBox:
    """A box on which release 1.0.0 runs, and somebody has told something."""
    root = folder / "root"
    for path in ("info", "updates", "triggers", "alternatives"):
        (root / "var/lib/dpkg" / path).mkdir(parents=True)
    (root / "var/log").mkdir(parents=True)
    (root / "usr/lib").mkdir(parents=True)
    (root / "etc/systemd/system").mkdir(parents=True)
    (root / "lib").symlink_to("usr/lib")
    for name in ("status", "available"):
        (root / "var/lib/dpkg" / name).touch()
    clock, home = Clock(), Home(root / "var/lib/posko-update")
    home.make()
    (root / "systemctl").write_text(_SYSTEMCTL.format(root=root))
    (root / "systemctl").chmod(0o755)
    (root / "status.py").write_text(_STATUS.format(root=root))
    options = ("--force-script-chrootless", "--force-unsafe-io", "--force-not-root")
    dpkg = Dpkg(root=root, options=options, wait=clock.wait)
    box = Box(
        home=home,
        dpkg=dpkg,
        program=(sys.executable, "-I", str(home.program)),
        systemctl=(str(root / "systemctl"),),
        status=(sys.executable, "-I", str(root / "status.py")),
        wait=clock.wait,
        monotonic_s=clock.monotonic_s,
        boot="first",
    )
    unit = {"lib/systemd/system/posko.target": "[Unit]\n"}
    old = package(folder, OLD, files={"usr/lib/posko/state": "active", **unit})
    assert dpkg.install(old, home.log) == ""
    db = sqlite3.connect(root / "posko.db")
    with db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE t (text TEXT)")
    db.close()
    made = UpdatedBox(root, box)
    made.tell("before")
    return made


class PaperDpkg(Dpkg):
    """Knows of a package only a version and a state; quick enough for hundreds of rounds."""

    def install(self, package: Path, log: Path) -> str:
        for name, text in zip(("version", "state"), package.read_text().split(), strict=True):
            (self.root / "usr/lib/posko" / name).write_text(text)
        return ""

    def version(self, package: Path) -> str:
        return package.read_text().split()[0] if package.exists() else ""

    def _pack(self, tree: Path, target: Path) -> None:
        write_synced(target, f"{OLD} active")


class PaperHealth(Health):
    """Reads the state."""

    def lost(self) -> frozenset[str]:
        root = Path(self._systemctl[0]).parent
        state = (root / "usr/lib/posko/state").read_text()
        return frozenset() if state == "active" else frozenset({"posko-portal.service"})


class PaperBox(UpdatedBox):
    """A box without dpkg, systemd and children."""

    @property
    def version(self) -> str:
        return self.files


def on_paper(box: UpdatedBox) -> PaperBox:
    """The same box with a dpkg that only writes down what it was told."""
    dpkg = PaperDpkg(root=box.root, wait=box.box.wait)
    return PaperBox(box.root, replace(box.box, dpkg=dpkg, health=PaperHealth))


def paper_update(folder: Path, state: str) -> Path:
    """A signed update for such a box."""
    content = f"{NEW} {state}".encode()
    manifest = Manifest(
        version=NEW,
        architecture="all",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        installed_bytes=0,
        schema=18,
        compatible_from=18,
    )
    file = folder / "paper.poskoupdate"
    file.write_bytes(software.head(SECRET, manifest) + content)
    return file


def names_in(program: Path) -> list[str]:
    """What is in the program that is left aside."""
    with zipfile.ZipFile(program) as archive:
        return archive.namelist()


GOOD, BAD = "active", "failed"


def release(folder: Path, state: str, scripts: dict[str, str] | None = None) -> Path:
    files = {"usr/lib/posko/state": state}
    return update(package(folder, NEW, files=files, scripts=scripts), floor=OLD)

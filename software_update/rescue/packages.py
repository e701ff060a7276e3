"""dpkg: installing a package, and making one of what is installed, as the way back.

dpkg survives a power cut: the same installation done again ends in the same place.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .children import answer
from .home import Home, replace_by_link, sync_folder

PACKAGE = "posko"
_INSTALL_S = 1200.0
_LOCKED_TIMES, _LOCKED_S = 30, 10.0
"""As long as another package manager, such as unattended-upgrades, may take."""
_LINES = 7
"""Of what dpkg says, the last: how it ends, and why."""
_NOT_COPIED = frozenset({"Status", "Conffiles", "Config-Version"})


class CannotPack(Exception):
    """There is no package to go back to, and none can be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dpkg:
    """dpkg on the system below a root."""

    root: Path = Path("/")
    options: tuple[str, ...] = ()
    wait: Callable[[float], object]

    def install(self, package: Path, log: Path) -> str:
        """Install a package, older or newer; return why it failed, or nothing."""
        for _ in range(_LOCKED_TIMES):
            status, said = self._try(package, log)
            if status == 0:
                return ""
            if "lock" not in said:
                break
            self.wait(_LOCKED_S)
        return f"dpkg failed ({status}): {said}"

    def _try(self, package: Path, log: Path) -> tuple[int, str]:
        forced = "--force-confdef,confold,downgrade"
        command = ["/usr/bin/dpkg", f"--root={self.root}", *self.options, forced, "--install"]
        with log.open("w+", encoding="utf-8", errors="replace") as out:
            try:
                done = subprocess.run(  # noqa: S603 - Debian's own
                    [*command, str(package)],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
                    timeout=_INSTALL_S,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return 124, "it did not end"
            out.seek(0)
            lines = [line for line in out.read().splitlines() if line.strip()]
        return done.returncode, " / ".join(lines[-_LINES:])[:500]

    def version(self, package: Path) -> str:
        """The version of a package that is a file; empty for what is none."""
        return self._ask("dpkg-deb", "--field", str(package), "Version") if package.exists() else ""

    def keep_previous(self, home: Home, version: str) -> None:
        """See that the package of the installed version is there; raises CannotPack, OSError."""
        if self.version(home.previous) == version:
            return
        if self.version(home.installed) == version:
            replace_by_link(home.installed, home.previous)
            return
        self._pack(home.folder / "packing", home.previous)
        if self.version(home.previous) != version:
            raise CannotPack(f"the installed {version} could not be packed")

    def _pack(self, tree: Path, target: Path) -> None:
        shutil.rmtree(tree, ignore_errors=True)
        (tree / "DEBIAN").mkdir(parents=True)
        for name in self._ask("dpkg-query", self._admin, "--control-list", PACKAGE).split():
            text = self._ask("dpkg-query", self._admin, "--control-show", PACKAGE, name)
            file = tree / "DEBIAN" / name
            file.write_text(text + "\n", encoding="utf-8")
            file.chmod(0o755 if text.startswith("#!") else 0o644)
        (tree / "DEBIAN/control").write_text(self._control(), encoding="utf-8")
        listed = self._ask("dpkg-query", self._admin, "--listfiles", PACKAGE).splitlines()
        paths = [line.removeprefix("/") for line in listed if line.startswith("/")]
        folders = {str(parent) for path in paths for parent in Path(path).parents}
        for path in paths:
            # What holds others is a folder in the package, also where the system has a link (/lib).
            if path in folders:
                (tree / path).mkdir(parents=True, exist_ok=True)
            else:
                self._add(path, tree)
        for folder, _, _ in os.walk(tree):
            Path(folder).chmod(0o755)
        aside = target.with_name(f".{target.name}.new")
        command = ["--root-owner-group", "-Zgzip", "-z1", "--build", str(tree), str(aside)]
        subprocess.run(  # noqa: S603 - Debian's own
            ["/usr/bin/dpkg-deb", *command], check=True, capture_output=True, timeout=_INSTALL_S
        )
        descriptor = os.open(aside, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        aside.rename(target)
        sync_folder(target.parent)
        shutil.rmtree(tree, ignore_errors=True)

    def _add(self, path: str, tree: Path) -> None:
        there, here = self.root / path, tree / path
        if there.is_symlink() or there.is_file():
            here.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(there, here, follow_symlinks=False)
        elif there.is_dir():
            here.mkdir(parents=True, exist_ok=True)

    def _control(self) -> str:
        """What is known of the package, as its control file would say it."""
        kept, is_kept = [], True
        for line in self._ask("dpkg-query", self._admin, "--status", PACKAGE).splitlines():
            if not line.startswith(" "):
                is_kept = line.partition(":")[0] not in _NOT_COPIED
            if is_kept and line.strip():
                kept.append(line)
        return "\n".join(kept) + "\n"

    @property
    def _admin(self) -> str:
        return f"--admindir={self.root}/var/lib/dpkg"

    def _ask(self, program: str, *words: str) -> str:
        return answer([f"/usr/bin/{program}", *words], timeout_s=_INSTALL_S)
